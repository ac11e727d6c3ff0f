#include "db/detail/connection.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <cmath>

namespace landscape::db::detail {
namespace {

namespace fs = std::filesystem;

/// "file:" name with everything escaped that a URI could take for syntax.
std::string uri(const fs::path& path, std::string_view parameters) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result = "file:";
  for (const char c : fs::absolute(path).string()) {
    if (plain.find(c) != std::string_view::npos) {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return result.append("?").append(parameters);
}

/// Nobody is writing: without a write-ahead log (or with an empty one) the file alone is the
/// database.
bool has_no_pending_log(const fs::path& path) {
  std::error_code ignored;
  const auto size = fs::file_size(path.string() + "-wal", ignored);
  return ignored || size == 0;
}

std::string cause_of(int code, const std::string& text, double waited_s) {
  switch (code) {
    case SQLITE_FULL:
      return "disk full or quota reached while writing; the transaction was rolled back";
    case SQLITE_IOERR:
      return message("reading or writing failed (", text, "); is the disk full or failing?");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return message("locked by another process that is writing (waited ", waited_s, " s)");
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return message("is not writable (", text, ")");
    case SQLITE_CANTOPEN:
      return message("cannot be opened, or its folder does not permit it (", text, ")");
    case SQLITE_NOTADB:
      return "is not a database file: expected an SQLite file made by landscape";
    case SQLITE_CORRUPT:
      return message("is damaged (", text, "); restore it from a copy");
    case SQLITE_CONSTRAINT:
      return message("record refused (", text, ")");
    default:
      return text;
  }
}

}  // namespace

template <class Action>
auto Statement::guarded(Action&& action) {
  try {
    return action();
  } catch (const SQLite::Exception& error) {
    connection_.fail(error);
  }
}

Statement::Statement(Connection& connection, SQLite::Statement& statement)
    : connection_(connection), statement_(statement) {}

Statement::~Statement() {
  statement_.tryReset();
  try {
    statement_.clearBindings();
  } catch (const SQLite::Exception&) {
    // Bindings left over are overwritten by the next use.
  }
}

Statement& Statement::bind(double value) {
  guarded(
      [&] { std::isnan(value) ? statement_.bind(++bound_) : statement_.bind(++bound_, value); });
  return *this;
}

Statement& Statement::bind(std::int64_t value) {
  guarded([&] { statement_.bind(++bound_, value); });
  return *this;
}

Statement& Statement::bind(const std::optional<Id>& value) {
  guarded([&] { value ? statement_.bind(++bound_, *value) : statement_.bind(++bound_); });
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  guarded([&] { statement_.bind(++bound_, std::string(value)); });
  return *this;
}

Statement& Statement::bind(const Blob& value) {
  guarded([&] {
    value.empty() ? statement_.bind(++bound_)
                  : statement_.bind(++bound_, value.data(), static_cast<int>(value.size()));
  });
  return *this;
}

bool Statement::step() {
  read_ = 0;
  return guarded([&] { return statement_.executeStep(); });
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::read(double& value) {
  guarded([&] {
    const auto column = statement_.getColumn(read_++);
    value = column.isNull() ? unknown : column.getDouble();
  });
}

void Statement::read(std::int64_t& value) {
  guarded([&] { value = statement_.getColumn(read_++).getInt64(); });
}

void Statement::read(int& value) {
  guarded([&] { value = statement_.getColumn(read_++).getInt(); });
}

void Statement::read(bool& value) {
  guarded([&] { value = statement_.getColumn(read_++).getInt() != 0; });
}

void Statement::read(std::optional<Id>& value) {
  guarded([&] {
    const auto column = statement_.getColumn(read_++);
    value = column.isNull() ? std::optional<Id>() : column.getInt64();
  });
}

void Statement::read(std::string& value) {
  guarded([&] { value = statement_.getColumn(read_++).getString(); });
}

void Statement::read(Blob& value) {
  guarded([&] {
    const auto column = statement_.getColumn(read_++);
    const auto* bytes = static_cast<const std::uint8_t*>(column.getBlob());
    value.assign(bytes, bytes + column.getBytes());
  });
}

Connection::Connection(const std::filesystem::path& path, const OpenOptions& options)
    : path_(path), options_(options) {
  std::error_code ignored;
  const bool in_memory = path == ":memory:";
  if (!in_memory) {
    const auto folder = fs::absolute(path).parent_path();
    if (!fs::is_directory(folder, ignored)) {
      throw Error(message(path.string(), ": folder ", folder.string(), " does not exist"));
    }
    if (fs::is_directory(path, ignored)) {
      throw Error(message(path.string(), ": expected a database file, got a folder"));
    }
    if (options.mode != Mode::ReadWriteCreate && !fs::exists(path, ignored)) {
      throw Error(message(path.string(), ": no such database"));
    }
  }
  try {
    open();
  } catch (const SQLite::Exception& error) {
    fail(error);
  }
}

Connection::~Connection() = default;

void Connection::open() {
  // SQLite's count of its memory, which nothing here reads, locks a mutex at each allocation. Once it has begun, it refuses: then no harm is done.
  static const int counting_off = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(counting_off);
  if (options_.mode != Mode::ReadOnly) {
    const int create = options_.mode == Mode::ReadWriteCreate ? SQLite::OPEN_CREATE : 0;
    database_ = std::make_unique<SQLite::Database>(path_.string(), SQLite::OPEN_READWRITE | create,
                                                   options_.busy_timeout_ms);
    database_->exec("PRAGMA foreign_keys = ON");
    database_->exec("PRAGMA synchronous = NORMAL");
    // Indices of large studies are written all over the file: with SQLite's 2 MB a page is read and written for every row.
    database_->exec("PRAGMA cache_size = -524288");        // [kB] at most, taken as needed
    database_->exec("PRAGMA wal_autocheckpoint = 8000");   // [pages of 4 kB]
    database_->exec("PRAGMA trusted_schema = OFF");
    if (options_.max_pages > 0) {
      database_->exec("PRAGMA max_page_count = " + std::to_string(options_.max_pages));
    }
    return;
  }
  database_ = std::make_unique<SQLite::Database>(path_.string(), SQLite::OPEN_READONLY,
                                                 options_.busy_timeout_ms);
  try {
    database_->execAndGet("SELECT count(*) FROM sqlite_master");
  } catch (const SQLite::Exception& error) {
    // Reading a write-ahead-log file needs to create its -shm file, which a read-only folder
    // forbids.
    const int code = error.getErrorCode();
    const bool folder_is_the_cause = code == SQLITE_CANTOPEN || code == SQLITE_READONLY;
    if (!folder_is_the_cause || !has_no_pending_log(path_)) throw;
    database_ = std::make_unique<SQLite::Database>(uri(path_, "immutable=1"),
                                                   SQLite::OPEN_READONLY | SQLite::OPEN_URI,
                                                   options_.busy_timeout_ms);
  }
  database_->exec("PRAGMA query_only = ON");
  database_->exec("PRAGMA cache_size = -131072");  // [kB] as above: queries go through indices too
  database_->exec("PRAGMA trusted_schema = OFF");
}

Statement Connection::statement(const std::string& sql) {
  try {
    auto& slot = cache_[sql];
    if (!slot) slot = std::make_unique<SQLite::Statement>(*database_, sql);
    return {*this, *slot};
  } catch (const SQLite::Exception& error) {
    cache_.erase(sql);
    fail(error);
  }
}

void Connection::execute(const std::string& sql) {
  try {
    database_->exec(sql);
  } catch (const SQLite::Exception& error) {
    fail(error);
  }
}

std::int64_t Connection::number(const std::string& sql) {
  auto query = statement(sql);
  if (!query.step()) throw Error(message(path_.string(), ": no row from: ", sql));
  return query.take<std::int64_t>();
}

Id Connection::last_id() const {
  return database_->getLastInsertRowid();
}

std::int64_t Connection::changes() const {
  return database_->getChanges();
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(database_->getHandle()) == 0;
}

bool Connection::permits_reading_only() const {
  return sqlite3_db_readonly(database_->getHandle(), "main") == 1;
}

void Connection::fail(const SQLite::Exception& error) const {
  const int code = error.getErrorCode() & 0xff;
  const auto text = message(path_.string(), ": ",
                            cause_of(code, error.what(), options_.busy_timeout_ms / 1000.0));
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) throw LockedError(text);
  throw Error(text);
}

}  // namespace landscape::db::detail
