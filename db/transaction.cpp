#include <exception>

#include "db/database.hpp"
#include "db/detail/connection.hpp"

namespace landscape::db {
namespace {

std::string savepoint(int depth) {
  return "landscape_" + std::to_string(depth);
}

}  // namespace

Transaction::Transaction(Database& database) : Transaction(*database.connection_) {}

Transaction::Transaction(detail::Connection& connection)
    : connection_(connection), depth_(connection.depth) {
  connection_.execute(depth_ == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT " + savepoint(depth_));
  ++connection_.depth;
  open_ = true;
}

Transaction::~Transaction() {
  if (!open_) return;
  connection_.depth = depth_;
  try {
    // SQLite has already rolled back by itself after a full disk or an I/O error.
    if (!connection_.in_transaction()) return;
    if (depth_ == 0) {
      connection_.execute("ROLLBACK");
    } else {
      connection_.execute("ROLLBACK TO " + savepoint(depth_));
      connection_.execute("RELEASE " + savepoint(depth_));
    }
  } catch (const std::exception&) {
    // A destructor stays quiet: what was not committed is not in the file, whatever happened here.
  }
}

void Transaction::commit() {
  if (!open_) throw Error("transaction: expected one commit, got a second one");
  if (!connection_.in_transaction()) {
    throw Error(message(connection_.path().string(),
                        ": nothing to commit: an earlier error rolled the transaction back"));
  }
  connection_.execute(depth_ == 0 ? "COMMIT" : "RELEASE " + savepoint(depth_));
  open_ = false;
  connection_.depth = depth_;
}

}  // namespace landscape::db
