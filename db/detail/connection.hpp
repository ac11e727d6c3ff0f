/// The one place that talks to SQLite, behind types that do not show it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "db/database.hpp"

namespace SQLite {
class Database;
class Exception;
class Statement;
}  // namespace SQLite

namespace landscape::db::detail {

/// "LNDS" in the file header.
inline constexpr std::int32_t application_id = 0x4C4E4453;

/// Another process holds the lock.
class LockedError : public Error {
 public:
  using Error::Error;
};

class Connection;

/// A prepared statement, borrowed from its connection's cache for one use; binds and reads from
/// left to right.
class Statement {
 public:
  Statement(Connection& connection, SQLite::Statement& statement);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(double value);  ///< NaN becomes NULL.
  Statement& bind(std::int64_t value);
  Statement& bind(int value) { return bind(std::int64_t{value}); }
  Statement& bind(bool value) { return bind(std::int64_t{value ? 1 : 0}); }
  Statement& bind(const std::optional<Id>& value);
  Statement& bind(std::string_view value);
  Statement& bind(const char* value) { return bind(std::string_view(value)); }
  Statement& bind(const std::string& value) { return bind(std::string_view(value)); }
  Statement& bind(const Blob& value);  ///< Empty becomes NULL.

  /// True while there is a row to read.
  bool step();
  /// For statements without rows.
  void run();

  void read(double& value);
  void read(std::int64_t& value);
  void read(int& value);
  void read(bool& value);
  void read(std::optional<Id>& value);
  void read(std::string& value);
  void read(Blob& value);

  template <class T>
  T take() {
    T value{};
    read(value);
    return value;
  }

 private:
  template <class Action>
  auto guarded(Action&& action);

  Connection& connection_;
  SQLite::Statement& statement_;
  int bound_ = 0;
  int read_ = 0;
};

/// An open file with its statement cache. One thread only.
class Connection {
 public:
  /// Opens the file and sets the pragmas; looks at no table. See open_database for the checks.
  Connection(const std::filesystem::path& path, const OpenOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The cached statement for this text.
  Statement statement(const std::string& sql);
  /// One or several statements that return nothing of interest.
  void execute(const std::string& sql);
  /// First column of the first row.
  std::int64_t number(const std::string& sql);

  Id last_id() const;
  std::int64_t changes() const;
  bool in_transaction() const;
  /// Opened with ReadWrite, but the file or its medium permits reading only.
  bool permits_reading_only() const;

  const std::filesystem::path& path() const { return path_; }
  Mode mode() const { return options_.mode; }
  SQLite::Database& raw() { return *database_; }
  /// What SQLite said, as our exception: "file: cause".
  [[noreturn]] void fail(const SQLite::Exception& error) const;

  int depth = 0;  ///< Open Transaction objects.

 private:
  void open();

  std::filesystem::path path_;
  OpenOptions options_;
  std::unique_ptr<SQLite::Database> database_;
  std::map<std::string, std::unique_ptr<SQLite::Statement>> cache_;
};

/// Opens, identifies, creates or migrates, as `options.mode` permits.
std::unique_ptr<Connection> open_database(const std::filesystem::path& path,
                                          const OpenOptions& options);

}  // namespace landscape::db::detail
