#include "db/detail/migrations.hpp"

#include <array>
#include <chrono>
#include <system_error>
#include <thread>

namespace landscape::db::detail {
namespace {

std::span<const Migration> steps_of_this_program() {
  static const std::array<Migration, 13> steps = {
      {{1, tables_v1}, {2, tables_v2}, {3, tables_v3}, {4, tables_v4}, {5, tables_v5}, {6, tables_v6}, {7, tables_v7},
       {8, tables_v8}, {9, tables_v9}, {10, tables_v10}, {11, tables_v11}, {12, tables_v12}, {13, tables_v13}}};
  return steps;
}

std::int64_t version_of(Connection& connection) {
  return connection.number("PRAGMA user_version");
}

void refuse_newer(Connection& connection, std::int64_t found, int known) {
  if (found <= known) return;
  throw Error(message(connection.path().string(),
                      ": made by a newer landscape: expected schema version ", known,
                      " or older, got ", found, "; update the program"));
}

void drop_views(Connection& connection) {
  for (const auto& view : views()) {
    connection.execute(message("DROP VIEW IF EXISTS ", view.name));
  }
}

std::string definition(const View& view) {
  return message("CREATE VIEW ", view.name, " AS ", view.select);
}

void make_views_and_dictionary(Connection& connection) {
  for (const auto& view : views()) connection.execute(definition(view));
  connection.execute("DELETE FROM dictionary_row");
  for (const auto& column : described_columns(connection)) {
    connection
        .statement(
            "INSERT INTO dictionary_row (\"view\", \"column\", alias, unit, description) "
            "VALUES (?, ?, ?, ?, ?)")
        .bind(column.view)
        .bind(column.column)
        .bind(column.alias)
        .bind(column.unit)
        .bind(column.description)
        .run();
  }
}

/// Whether the file has the views of this program, to the letter.
bool views_are_ours(Connection& connection) {
  for (const auto& view : views()) {
    auto query = connection.statement("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?");
    query.bind(view.name);
    if (!query.step() || query.take<std::string>() != definition(view)) return false;
  }
  return true;
}

/// A view may be defined better without a new schema: its columns are the same.
void renew_views(Connection& connection) {
  if (views_are_ours(connection)) return;
  Transaction transaction(connection);
  drop_views(connection);
  make_views_and_dictionary(connection);
  transaction.commit();
}

/// A copy beside the file, so that no migration is the end of a study.
void back_up(Connection& connection, std::int64_t version) {
  auto copy = connection.path();
  copy += message(".v", version, ".bak.db");
  std::error_code ignored;
  if (std::filesystem::exists(copy, ignored)) return;  // from an attempt that did not get through
  auto partial = copy;
  partial += ".part";
  std::filesystem::remove(partial, ignored);
  connection.statement("VACUUM INTO ?").bind(partial.string()).run();
  std::error_code failed;
  std::filesystem::rename(partial, copy, failed);
  if (failed) throw Error(message(copy.string(), ": backup failed (", failed.message(), ")"));
}

/// Throws unless the file is empty or ours.
void identify(Connection& connection) {
  const auto id = connection.number("PRAGMA application_id");
  if (id == application_id) return;
  const auto objects = connection.number("SELECT count(*) FROM sqlite_master");
  if (id == 0 && objects == 0 && version_of(connection) == 0) {
    if (connection.mode() != Mode::ReadOnly) return;
    throw Error(message(connection.path().string(), ": is empty, expected a landscape database"));
  }
  throw Error(message(connection.path().string(),
                      ": is an SQLite file of another program: expected application id ",
                      application_id, " (LNDS), got ", id, " with ", objects,
                      " tables, views and indexes"));
}

/// The switch to WAL needs the file alone and does not wait by itself.
void use_write_ahead_log(Connection& connection, int patience_ms) {
  using namespace std::chrono_literals;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  while (true) {
    try {
      connection.execute("PRAGMA journal_mode = WAL");
      return;
    } catch (const LockedError&) {
      if (std::chrono::steady_clock::now() > deadline) throw;
      std::this_thread::sleep_for(20ms);
    }
  }
}

}  // namespace

std::span<const Migration> migrations() {
  return steps_of_this_program();
}

void migrate(Connection& connection, std::span<const Migration> steps) {
  const int last = steps.back().version;
  auto version = version_of(connection);
  refuse_newer(connection, version, last);
  if (version == last) return;
  if (version > 0) back_up(connection, version);
  while (version != last) {
    Transaction transaction(connection);
    version = version_of(connection);  // again: another process may have been faster
    refuse_newer(connection, version, last);
    // A new file takes all steps at once: nobody is to see it half made.
    const bool is_new = version == 0;
    if (is_new) {
      identify(connection);
      connection.execute(message("PRAGMA application_id = ", application_id));
    }
    if (version != last) {
      drop_views(connection);
      for (const auto& step : steps) {
        if (step.version <= version) continue;
        connection.execute(std::string(step.sql));
        version = step.version;
        if (!is_new) break;
      }
      if (version == last) make_views_and_dictionary(connection);
      connection.execute(message("PRAGMA user_version = ", version));
    }
    transaction.commit();
  }
}

std::unique_ptr<Connection> open_database(const std::filesystem::path& path,
                                          const OpenOptions& options) {
  auto connection = std::make_unique<Connection>(path, options);
  identify(*connection);
  const int known = migrations().back().version;
  refuse_newer(*connection, version_of(*connection), known);
  if (options.mode == Mode::ReadOnly) return connection;
  if (connection->permits_reading_only()) {
    throw Error(message(path.string(), ": is not writable; open it read-only or copy it"));
  }
  use_write_ahead_log(*connection, options.busy_timeout_ms);
  migrate(*connection, migrations());
  renew_views(*connection);
  return connection;
}

}  // namespace landscape::db::detail
