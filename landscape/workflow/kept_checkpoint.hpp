/// The checkpoint of a piece of work that one process at a time does.
#pragma once

#include <optional>
#include <string>

#include "db/database.hpp"

namespace landscape::detail {

/// What is kept under a key, and whether it is still what this process read or wrote last.
///
/// Two processes may begin from the same checkpoint; the first that keeps a newer one goes on, the other is refused at its own
/// next. So no checkpoint is replaced by an older one. Must not outlive its Database.
class KeptCheckpoint {
 public:
  /// @param work for messages: "sample glass".
  KeptCheckpoint(db::Database& database, std::string key, std::string work);

  /// As it was found.
  const std::optional<db::CheckpointRecord>& found() const { return found_; }
  /// Of the last one found or kept; 0: none.
  std::int64_t step() const { return last_ ? last_->step : 0; }
  /// @throws db::Error naming the run of another process that has kept or erased one since.
  void check_alone();
  /// @throws as check_alone.
  void keep(const db::CheckpointRecord& checkpoint);
  void erase();

 private:
  struct Mark {
    db::Id run_id;
    std::int64_t step;
    bool operator==(const Mark&) const = default;
  };
  static std::optional<Mark> mark_of(const std::optional<db::CheckpointRecord>& checkpoint);

  db::Database& database_;
  std::string key_, work_;
  std::optional<db::CheckpointRecord> found_;
  std::optional<Mark> last_;
};

/// @throws db::Error always: `work` has been gone on with by another run meanwhile. @param run_id of that run; 0: not known.
[[noreturn]] void throw_not_alone(db::Database& database, const std::string& work, db::Id run_id);

}  // namespace landscape::detail
