#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "db/query.hpp"
#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/table.hpp"
#include "landscape/exchange/frames.hpp"
#include "landscape/exchange/query_functions.hpp"
#include "md/core/error.hpp"
#include "md/io/text_file.hpp"

namespace landscape::cli {
namespace {

struct QueryArguments {
  db::QueryOptions query;
  std::vector<std::string> words;  ///< the view, then terms
  std::string format = "table", output;
  bool limit_given = false, count = false;
};

/// The chosen events, minima or saddles as frames, in the order of the rows.
std::string rows_frames(const Context& context, const QueryArguments& options, const db::QueryResult& ids) {
  db::Database database(context.global.database, db::Mode::ReadOnly);
  std::ostringstream text;
  for (const auto& row : ids.rows) {
    const db::Id id = std::get<std::int64_t>(row.at(0));
    if (options.query.view == "events") {
      for (const auto& frame : event_frames(database, id)) md::write_extxyz(text, frame);
    } else if (options.query.view == "minima") {
      md::write_extxyz(text, minimum_frame(database, id));
    } else {
      md::write_extxyz(text, saddle_frame(database, id));
    }
    if (stop_requested()) throw db::Interrupted("query interrupted");
  }
  return text.str();
}

std::string format_rows(const Context& context, const QueryArguments& options, const db::QueryResult& result) {
  if (options.format == "json") return rows_json(result).dump(2) + '\n';
  if (options.format == "jsonl") return rows_json_lines(result);
  if (options.format == "csv") return rows_csv(result);
  if (options.format == "markdown") return rows_markdown(result);
  if (options.format == "extxyz") return rows_frames(context, options, result);
  return rows_table(result);
}

void read_words(QueryArguments& options) {
  if (!options.query.sql.empty()) {
    if (!options.words.empty()) throw md::InputError("query: --sql is a whole SELECT, got also " + options.words[0]);
    if (options.format == "extxyz") throw md::InputError("query: --format extxyz goes with a view, not with --sql");
    return;
  }
  if (options.words.empty()) throw md::InputError("query: expected a view: events, minima, saddles, ...; see --help");
  options.query.view = options.words[0];
  options.query.terms.assign(options.words.begin() + 1, options.words.end());
  if (options.format != "extxyz") return;
  const auto& view = options.query.view;
  if (view != "events" && view != "minima" && view != "saddles")
    throw md::InputError("query: --format extxyz goes with events, minima or saddles, got " + view);
  options.query.columns = {"id"};
}

db::QueryResult counted(const db::QueryResult& result) {
  return {{"count"}, {{static_cast<std::int64_t>(result.rows.size())}}, false};
}

int run(const Context& context, QueryArguments options) {
  if (context.global.json) options.format = "json";
  read_words(options);
  const bool table = options.format == "table" && options.output.empty();
  if (!options.limit_given && !options.count && table && isatty(STDOUT_FILENO) != 0) options.query.limit = 20;
  options.query.interrupted = stop_requested;
  options.query.functions = rate_functions();
  if (options.count && options.query.columns.empty() && options.query.sql.empty()) options.query.columns = {"id"};
  try {
    auto result = db::run_query(context.global.database, options.query);
    if (options.count) result = counted(result);
    const std::string text = format_rows(context, options, result);
    if (options.output.empty()) print_text(text);
    else md::text::replace_file(options.output, text);
    if (result.limited && table && !options.limit_given)
      context.note(fmt::format("the first {} rows; --limit N shows more, --count counts them", options.query.limit));
  } catch (const db::Interrupted&) {
    context.outcome("query: " + stop_reason());
    return exit_stopped;
  }
  return exit_done;
}

constexpr const char* examples =
    "Terms are conditions that all hold: name op value with = != < <= > >= ~, low<name<high, name=a..b, name=a,b,c,\n"
    "name=null, name~Cu*; numbers may carry a unit (EA<600meV). Quote what the shell would eat: 'EA<0.6'.\n"
    "Expressions know median(x), quantile(x, p), stddev(x) and rate(EA, T [, nu_thz]) in 1/s (10 THz where not given).\n"
    "Examples:\n"
    "  landscape query events class=thermal 'EA<0.6' strain=0..0.04 -c id,EA,gc -s EA\n"
    "  landscape query events --where 'EA < 0.5 and gc > gp' --sort=-EA --format csv -o events.csv\n"
    "  landscape query events 'EA<0.3' --format extxyz -o low.xyz\n"
    "  landscape query --sql \"select class, count(*), median(EA) from events group by class\"\n"
    "  landscape query dictionary view=events          names, units and meaning of all columns";

}  // namespace

void add_query_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("query", "rows of a view of the database");
  auto options = std::make_shared<QueryArguments>();
  command->footer(examples);
  command->add_option("VIEW", options->words, "events, minima, saddles, tracks, samples, searches, ... and then terms")
      ->type_name("[TERM...]");
  auto* where = command->add_option("--where,-w", options->query.where, "SQL expression over the columns: \"EA < 0.5 and ER > 0.1\"");
  auto* sort = command->add_option("--sort,-s", options->query.sort, "columns to sort by; descending is --sort=-EA")->delimiter(',')->allow_extra_args(false);
  auto* columns = command->add_option("--columns,-c", options->query.columns, "columns to show")->delimiter(',')->allow_extra_args(false);
  auto* sql = command->add_option("--sql", options->query.sql, "one whole SELECT over the views");
  for (auto* other : {where, sort, columns}) sql->excludes(other);
  auto* limit = command->add_option("--limit,-L", options->query.limit, "rows at most (default: 20 on a terminal, else all)")
                    ->check(count_at_least(0));
  command->add_flag("--count,-n", options->count, "only how many rows there are");
  command->add_option("--format,-f", options->format, "table, csv, json, jsonl, markdown; extxyz: the atoms of events, minima, saddles")
      ->check(CLI::IsMember({"table", "csv", "json", "jsonl", "markdown", "extxyz"}))->capture_default_str();
  command->add_option("--output,-o", options->output, "write to this file");
  command->add_option("--timeout", options->query.timeout_s, "[s]; 0: none")->capture_default_str()->check(number_at_least(0));
  command->callback([&context, options, limit] {
    options->limit_given = limit->count() > 0;
    context.action = [&context, options] { return run(context, *options); };
  });
}

}  // namespace landscape::cli
