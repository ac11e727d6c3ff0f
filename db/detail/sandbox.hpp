/// A read-only connection that can read the public views and nothing else, for a limited time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/detail/connection.hpp"
#include "db/query.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace landscape::db::detail {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

/// Adds median, quantile, stddev and `functions` to a connection.
/// @param functions must outlive the connection.
void add_functions(sqlite3* handle, const std::vector<NumberFunction>& functions);

/// Locks `connection` down when constructed; everything prepared later is subject to it.
class Sandbox {
 public:
  /// @param options its functions and interrupted must outlive this.
  Sandbox(Connection& connection, const QueryOptions& options);
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// @param typed what the person wrote, for messages.
  StatementHandle prepare(const std::string& sql, const std::string& typed);
  /// Rows of a statement, up to the limit of the options.
  void fetch(sqlite3_stmt* statement, QueryResult& result);
  /// The last error in SQLite's words, or the reason it was stopped. Unknown columns are thrown by
  /// `unknown_column`, which gets the name.
  [[noreturn]] void fail(const std::string& typed);

  std::function<void(const std::string&)> unknown_column = {};

 private:
  using Clock = std::chrono::steady_clock;
  bool interrupted() const { return options_.interrupted && options_.interrupted(); }
  bool expired() const { return deadline_ && Clock::now() > *deadline_; }

  sqlite3* handle_;
  const QueryOptions& options_;
  std::optional<Clock::time_point> deadline_;
  std::vector<Value> passed_on_;
};

}  // namespace landscape::db::detail
