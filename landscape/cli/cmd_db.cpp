#include "db/check.hpp"
#include "landscape/cli/commands.hpp"
#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"

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

}  // namespace

void add_db_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("db", "about the database file");
  command->require_subcommand(1);
  command->add_subcommand("info", "what is in it")->callback([&context] { context.action = [&context] { return info(context); }; });
  command->add_subcommand("upgrade", "to the schema of this program; a copy of the old file stays beside it")
      ->callback([&context] { context.action = [&context] { return upgrade(context); }; });
  command->add_subcommand("check", "whether it keeps its promises")->callback([&context] {
    context.action = [&context] { return check(context); };
  });
}

}  // namespace landscape::cli
