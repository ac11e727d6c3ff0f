#include "db/query.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "db/detail/connection.hpp"
#include "db/suggest.hpp"

namespace landscape::db {
namespace {

using Clock = std::chrono::steady_clock;
using StatementHandle = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

constexpr int operations_between_checks = 2000;  // some 10 microseconds of SQLite's machine
constexpr int longest_text = 100'000'000;        // [bytes] no expression may ask for more

bool is_public(const char* name) {
  if (name == nullptr) return false;
  const auto& views = public_views();
  return std::find(views.begin(), views.end(), name) != views.end();
}

/// Permits SELECT, functions and reading the public views, directly or as what they are made of.
int authorize(
    void*, int action, const char* first, const char* second, const char*, const char* view) {
  switch (action) {
    case SQLITE_SELECT:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return second != nullptr && std::string_view(second) == "load_extension" ? SQLITE_DENY
                                                                               : SQLITE_OK;
    case SQLITE_READ: {
      // count(*) arrives as a read of no column at all, without the name of the view.
      const bool own_table = first != nullptr && !std::string_view(first).starts_with("sqlite_");
      const bool counts_rows = own_table && (second == nullptr || *second == '\0');
      return counts_rows || is_public(first) || is_public(view) ? SQLITE_OK : SQLITE_DENY;
    }
    default:
      return SQLITE_DENY;
  }
}

struct StopRule {
  std::optional<Clock::time_point> deadline;
  const std::atomic<bool>* interrupt = nullptr;
  bool interrupted() const { return interrupt != nullptr && interrupt->load(); }
  bool expired() const { return deadline && Clock::now() > *deadline; }
};

int progress(void* rule) {
  const auto& stop = *static_cast<const StopRule*>(rule);
  return stop.interrupted() || stop.expired() ? 1 : 0;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string quoted(const std::string& name) {
  return '"' + name + '"';
}

std::vector<ColumnDescription> read_dictionary(detail::Connection& connection,
                                               std::string_view view) {
  const auto& views = public_views();
  if (!view.empty() && std::find(views.begin(), views.end(), view) == views.end()) {
    throw Error(message("no such view: ", view, "; ", suggestion(view, views)));
  }
  auto query = connection.statement(
      "SELECT \"view\", \"column\", alias, unit, description FROM dictionary "
      "WHERE ?1 = '' OR \"view\" = ?1 ORDER BY id");
  query.bind(view);
  std::vector<ColumnDescription> result;
  while (query.step()) {
    auto& column = result.emplace_back();
    query.read(column.view);
    query.read(column.column);
    query.read(column.alias);
    query.read(column.unit);
    query.read(column.description);
  }
  return result;
}

/// One query from its words to its rows.
class Query {
 public:
  Query(const std::filesystem::path& path, const QueryOptions& options)
      : options_(options),
        connection_(detail::open_database(path, {.mode = Mode::ReadOnly})),
        handle_(connection_->raw().getHandle()),
        dictionary_(read_dictionary(*connection_, options.view)) {
    for (const auto& column : dictionary_) {
      names_.push_back(column.column);
      if (!column.alias.empty()) names_.push_back(column.alias);
    }
  }

  QueryResult run() {
    QueryResult result;
    const std::string sql = build(result.columns);
    lock_down();
    if (has_where()) prepare(source() + " SELECT (\n" + options_.where + "\n) FROM q");
    auto statement = prepare(sql);
    const int width = sqlite3_column_count(statement.get());
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement.get())) == SQLITE_ROW) {
      if (options_.limit >= 0 && std::ssize(result.rows) == options_.limit) {
        result.limited = true;
        return result;
      }
      auto& row = result.rows.emplace_back();
      row.reserve(static_cast<std::size_t>(width));
      for (int i = 0; i < width; ++i) row.push_back(value(statement.get(), i));
    }
    if (code != SQLITE_DONE) fail();
    return result;
  }

 private:
  bool has_where() const { return !is_blank(options_.where); }

  /// The view under its own and its short names.
  std::string source() const {
    std::string sql = "WITH q AS (SELECT *";
    for (const auto& column : dictionary_) {
      if (!column.alias.empty()) {
        sql += ", " + quoted(column.column) + " AS " + quoted(column.alias);
      }
    }
    return sql + " FROM " + options_.view + ")";
  }

  /// The column or alias that `name` means.
  std::string resolve(const std::string& name) const {
    for (const auto& known : names_) {
      if (same_name(known, name)) return quoted(known);
    }
    throw Error(message("no such column in ", options_.view, ": ", name, "; ",
                        suggestion(name, names_)));
  }

  std::string build(std::vector<std::string>& shown) const {
    shown = options_.columns;
    if (shown.empty()) {
      for (const auto& column : dictionary_) shown.push_back(column.column);
    }
    std::string sql;
    for (const auto& name : shown) sql += (sql.empty() ? "" : ", ") + resolve(name);
    sql = source() + " SELECT " + sql + " FROM q";
    if (has_where()) {
      if (options_.where.find('\0') != std::string::npos) {
        throw Error("expected an expression, got a text with a zero byte in it");
      }
      sql += " WHERE (\n" + options_.where + "\n)";
    }
    sql += " ORDER BY ";
    for (const auto& key : options_.sort) {
      const bool descending = key.starts_with('-');
      sql += resolve(descending ? key.substr(1) : key) + (descending ? " DESC" : " ASC") +
             " NULLS LAST, ";
    }
    return sql + "id";
  }

  void lock_down() {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    // Text in double quotes is a name, never silently a string.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, longest_text);
    sqlite3_set_authorizer(handle_, authorize, nullptr);
    if (options_.timeout_s > 0.0) {
      stop_.deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                          std::chrono::duration<double>(options_.timeout_s));
    }
    stop_.interrupt = options_.interrupt;
    sqlite3_progress_handler(handle_, operations_between_checks, progress, &stop_);
  }

  StatementHandle prepare(const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    const char* tail = nullptr;
    const int code =
        sqlite3_prepare_v2(handle_, sql.c_str(), static_cast<int>(sql.size()) + 1, &raw, &tail);
    StatementHandle statement(raw, &sqlite3_finalize);
    // SQLite prepares the first statement only and leaves the rest in the tail.
    if (code == SQLITE_OK && !is_blank(tail)) {
      throw Error(
          message("expected one expression, got more than that: ", one_line(options_.where)));
    }
    if (code != SQLITE_OK) fail();
    return statement;
  }

  [[noreturn]] void fail() const {
    const int code = sqlite3_errcode(handle_);
    const std::string text = one_line(sqlite3_errmsg(handle_));
    if (code == SQLITE_INTERRUPT) {
      if (stop_.interrupted()) throw Error("query interrupted");
      throw Error(message("query stopped after its time limit of ", options_.timeout_s, " s"));
    }
    if (code == SQLITE_AUTH || text.find("prohibited") != std::string::npos) {
      throw Error(message("expected an expression over the public views, got one that does more (",
                          text, "): ", one_line(options_.where)));
    }
    constexpr std::string_view unknown_column = "no such column: ";
    if (text.starts_with(unknown_column)) {
      const auto name = text.substr(unknown_column.size());
      const bool in_quotes = options_.where.find(quoted(name)) != std::string::npos;
      throw Error(message("no such column in ", options_.view, ": ", name, "; ",
                          in_quotes ? "texts go in single quotes: '" + name + "'"
                                    : suggestion(name, names_)));
    }
    throw Error(message(text, " in the expression: ", one_line(options_.where)));
  }

  static Value value(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_NULL:
        return std::monostate{};
      case SQLITE_INTEGER:
        return std::int64_t{sqlite3_column_int64(statement, column)};
      case SQLITE_FLOAT:
        return sqlite3_column_double(statement, column);
      case SQLITE_BLOB:
        return message('<', sqlite3_column_bytes(statement, column), " bytes>");
      default: {
        const auto* text = sqlite3_column_text(statement, column);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        return std::string(reinterpret_cast<const char*>(text), size);
      }
    }
  }

  const QueryOptions& options_;
  std::unique_ptr<detail::Connection> connection_;
  sqlite3* handle_;
  std::vector<ColumnDescription> dictionary_;
  std::vector<std::string> names_;
  StopRule stop_;
};

}  // namespace

QueryResult run_query(const std::filesystem::path& path, const QueryOptions& options) {
  return Query(path, options).run();
}

std::vector<ColumnDescription> describe_columns(const std::filesystem::path& path,
                                                std::string_view view) {
  auto connection = detail::open_database(path, {.mode = Mode::ReadOnly});
  return read_dictionary(*connection, view);
}

}  // namespace landscape::db
