#include <filesystem>
#include <map>

#include "db/check.hpp"
#include "db/merge.hpp"
#include "db/query.hpp"
#include "landscape/cli/commands.hpp"
#include "landscape/exchange/aliases.hpp"
#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "md/io/text_file.hpp"

namespace landscape::cli {
namespace {

int info(const Context& context) {
  const auto about = db::info(context.global.database);
  nlohmann::json result = {{"file", context.global.database},
                           {"schema_version", about.schema_version},
                           {"size_bytes", about.size_bytes},
                           {"created_by", about.created_by},
                           {"created_utc", about.created_utc},
                           {"samples", about.samples}};
  auto& counts = result["counts"] = nlohmann::json::object();
  for (const auto& [table, count] : about.counts) counts[table] = count;
  context.print(result);
  return exit_done;
}

int check(const Context& context) {
  const auto report = db::check_report(context.global.database, layout_problem);
  if (!context.global.json) {
    for (const auto& line : report.problems) context.note("problem: " + line);
    for (const auto& line : report.notes) context.note("note: " + line);
  }
  context.print({{"clean", report.clean()}, {"problems", report.problems}, {"notes", report.notes}});
  if (report.clean()) return exit_done;
  context.outcome(md::message( report.problems.size(), " problems in ", context.global.database));
  return exit_not_reached;
}

int upgrade(const Context& context) {
  const db::Database database(context.global.database, db::Mode::ReadWrite);
  context.print({{"file", context.global.database}, {"schema_version", database.schema_version()}});
  return exit_done;
}

int merge(const Context& context, const std::vector<std::string>& shards, bool aliases) {
  std::map<std::string, std::int64_t> added;
  std::int64_t known = 0;
  for (const auto& shard : shards) {
    const auto report = db::merge(context.global.database, shard);
    for (const auto& [table, count] : report.added) added[table] += count;
    known += report.known;
    for (const auto& line : report.notes) context.note(line);
  }
  nlohmann::json result = {{"file", context.global.database}, {"shards", shards.size()}, {"added", added}, {"known", known}};
  if (aliases) {
    db::Database database(context.global.database, db::Mode::ReadWrite);
    const auto found = find_aliases(database);
    database.replace_aliases(found);
    result["aliases"] = found.size();
  }
  context.print(result);
  return exit_done;
}

/// What datasette shows beside the columns.
nlohmann::json column_metadata(const std::string& database, const std::string& stem) {
  nlohmann::json tables = nlohmann::json::object();
  for (const auto& column : db::describe_columns(database)) {
    auto& entry = tables[column.view];
    entry["columns"][column.column] = column.description + (column.unit.empty() ? "" : " [" + column.unit + "]");
  }
  return {{"title", "landscape: " + stem}, {"databases", {{stem, {{"tables", tables}}}}}};
}

int seal(const Context& context, const std::string& output) {
  db::seal(context.global.database, output);
  auto metadata = std::filesystem::path(output);
  metadata.replace_extension(".metadata.json");
  md::text::replace_file(metadata, column_metadata(output, std::filesystem::path(output).stem().string()).dump(2) + '\n');
  context.print({{"file", output}, {"metadata", metadata.string()}, {"size_bytes", std::filesystem::file_size(output)}});
  return exit_done;
}

}  // namespace

void add_db_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("db", "about the database file");
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* about, int (*action)(const Context&)) {
    auto* one = command->add_subcommand(name, about);
    one->footer(std::string("Example: landscape db ") + name + " --db study.db");
    one->callback([&context, action] { context.action = [&context, action] { return action(context); }; });
  };
  add("info", "what is in it", info);
  add("upgrade", "to the schema of this program; a copy of the old file stays beside it", upgrade);
  add("check", "whether it keeps its promises", check);
  auto* merging = command->add_subcommand("merge", "add what other databases hold to --db; twice changes nothing, the order does not matter");
  auto shards = std::make_shared<std::vector<std::string>>();
  auto no_aliases = std::make_shared<bool>(false);
  merging->add_option("SHARD", *shards, "databases of the same schema")->required();
  merging->add_flag("--no-aliases", *no_aliases, "do not look for the same states under other names");
  merging->footer("Rows are the same by uid; states that are the same by geometry only are listed in the view aliases, and stay.\n"
                  "Example: landscape db merge --db study.db shard-*.db");
  merging->callback([&context, shards, no_aliases] {
    context.action = [&context, shards, no_aliases] { return merge(context, *shards, !*no_aliases); };
  });
  auto* sealing = command->add_subcommand("seal", "write a compact read-only copy to give away");
  auto output = std::make_shared<std::string>();
  sealing->add_option("--output,-o", *output, "file that does not exist yet")->required();
  sealing->footer("Example: landscape db seal --db study.db -o published.db");
  sealing->callback([&context, output] { context.action = [&context, output] { return seal(context, *output); }; });
}

}  // namespace landscape::cli
