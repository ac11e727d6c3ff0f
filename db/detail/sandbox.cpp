#include "db/detail/sandbox.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>

namespace landscape::db::detail {
namespace {

constexpr int operations_between_checks = 2000;    // some 10 microseconds of SQLite's machine
constexpr int longest_text = 100'000'000;          // [bytes] no expression may ask for more
constexpr std::size_t most_bytes = 2'000'000'000;  // of a result; more is not read by anybody

bool is_public(const char* name) {
  if (name == nullptr) return false;
  const auto& views = public_views();
  return std::find(views.begin(), views.end(), name) != views.end();
}

/// Functions that load code or show addresses.
bool is_dangerous(const char* function) {
  const std::string_view name = function == nullptr ? "" : function;
  return name == "load_extension" || name == "fts3_tokenizer";
}

/// Permits SELECT, functions and reading the public views, directly or as what they are made of.
int authorize(
    void*, int action, const char* first, const char* second, const char*, const char* view) {
  switch (action) {
    case SQLITE_SELECT:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return is_dangerous(second) ? SQLITE_DENY : SQLITE_OK;
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

/// For a message.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  constexpr std::size_t longest = 300;
  if (text.size() > longest) text = text.substr(0, longest) + " ...";
  return text;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

Value value_at(sqlite3_stmt* statement, int column) {
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

}  // namespace

void FinalizeStatement::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Sandbox::Sandbox(Connection& connection, const QueryOptions& options)
    : handle_(connection.raw().getHandle()), options_(options) {
  add_functions(handle_, options.functions);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Text in double quotes is a name, never silently a string.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, longest_text);
  sqlite3_set_authorizer(handle_, authorize, nullptr);
  if (options.timeout_s > 0.0) {
    deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                   std::chrono::duration<double>(options.timeout_s));
  }
  const auto progress = [](void* self) {
    const auto& sandbox = *static_cast<const Sandbox*>(self);
    return sandbox.interrupted() || sandbox.expired() ? 1 : 0;
  };
  sqlite3_progress_handler(handle_, operations_between_checks, progress, this);
}

StatementHandle Sandbox::prepare(const std::string& sql, const std::string& typed) {
  if (sql.find('\0') != std::string::npos) {
    throw Error("expected an expression, got a text with a zero byte in it");
  }
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int code =
      sqlite3_prepare_v2(handle_, sql.c_str(), static_cast<int>(sql.size()) + 1, &raw, &tail);
  StatementHandle statement(raw);
  // SQLite prepares the first statement only and leaves the rest in the tail.
  if (code == SQLITE_OK && !is_blank(tail)) {
    throw Error(message("expected one expression, got more than that: ", one_line(typed)));
  }
  if (code != SQLITE_OK) fail(typed);
  if (raw == nullptr) throw Error("expected a SELECT, got nothing to run");
  return statement;
}

void Sandbox::fetch(sqlite3_stmt* statement, QueryResult& result) {
  const int width = sqlite3_column_count(statement);
  std::size_t bytes = 0;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    if (options_.limit >= 0 && std::ssize(result.rows) == options_.limit) {
      result.limited = true;
      return;
    }
    if (options_.each) {
      passed_on_.clear();
      for (int i = 0; i < width; ++i) passed_on_.push_back(value_at(statement, i));
      options_.each(passed_on_);
      continue;
    }
    auto& row = result.rows.emplace_back();
    row.reserve(static_cast<std::size_t>(width));
    for (int i = 0; i < width; ++i) {
      row.push_back(value_at(statement, i));
      if (const auto* text = std::get_if<std::string>(&row.back())) bytes += text->size();
    }
    bytes += row.size() * sizeof(Value);
    if (bytes > most_bytes) {
      throw Error(message("the result is larger than ", most_bytes / 1'000'000, " MB after ",
                          result.rows.size(), " rows; --limit, or fewer columns"));
    }
  }
  if (code != SQLITE_DONE) fail("");
}

void Sandbox::fail(const std::string& typed) {
  const int code = sqlite3_errcode(handle_);
  const std::string text = one_line(sqlite3_errmsg(handle_));
  if (code == SQLITE_INTERRUPT) {
    if (interrupted()) throw Interrupted("query interrupted");
    throw Error(message("query stopped after its time limit of ", options_.timeout_s, " s"));
  }
  if (code == SQLITE_AUTH || text.find("prohibited") != std::string::npos) {
    throw Error(message("expected an expression over the public views, got one that does more (",
                        text, "): ", one_line(typed)));
  }
  constexpr std::string_view unknown = "no such column: ";
  if (unknown_column && text.starts_with(unknown)) unknown_column(text.substr(unknown.size()));
  throw Error(typed.empty() ? text : message(text, " in the expression: ", one_line(typed)));
}

}  // namespace landscape::db::detail
