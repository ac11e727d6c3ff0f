#include <fmt/format.h>
#include <unistd.h>

#include "db/query.hpp"
#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/table.hpp"

namespace landscape::cli {
namespace {

struct Options {
  db::QueryOptions query;
  std::string format = "table";
  bool limit_given = false;
};

int run(const Context& context, Options options) {
  const bool table = options.format == "table" && !context.global.json;
  if (!options.limit_given && table && isatty(STDOUT_FILENO) != 0) options.query.limit = 20;
  const auto result = db::run_query(context.global.database, options.query);
  if (context.global.json || options.format == "json") print_text(rows_json(result).dump(2) + '\n');
  else if (options.format == "csv") print_text(rows_csv(result));
  else print_text(rows_table(result));
  if (result.limited && table && !options.limit_given)
    context.note(fmt::format("the first {} rows; --limit N shows more", options.query.limit));
  return exit_done;
}

}  // namespace

void add_query_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("query", "rows of a view of the database");
  auto options = std::make_shared<Options>();
  command->add_option("VIEW", options->query.view, "events, minima, saddles, tracks, samples, searches, ...")->required();
  command->add_option("--where", options->query.where, "SQL expression over the columns: \"EA < 0.5 and ER > 0.1\"");
  command->add_option("--sort", options->query.sort, "columns to sort by, -column descending")->delimiter(',');
  command->add_option("--columns", options->query.columns, "columns to show")->delimiter(',');
  auto* limit = command->add_option("--limit", options->query.limit, "rows at most (default: 20 on a terminal, else all)")
                    ->check(count_at_least(0));
  command->add_option("--format", options->format, "table, csv or json")
      ->check(CLI::IsMember({"table", "csv", "json"}))->capture_default_str();
  command->add_option("--timeout", options->query.timeout_s, "[s]; 0: none")->capture_default_str();
  command->callback([&context, options, limit] {
    options->limit_given = limit->count() > 0;
    context.action = [&context, options] { return run(context, *options); };
  });
}

}  // namespace landscape::cli
