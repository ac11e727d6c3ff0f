#include "landscape/workflow/kept_checkpoint.hpp"

namespace landscape::detail {

KeptCheckpoint::KeptCheckpoint(db::Database& database, std::string key, std::string work)
    : database_(database), key_(std::move(key)), work_(std::move(work)), found_(database.checkpoint(key_)), last_(mark_of(found_)) {}

std::optional<KeptCheckpoint::Mark> KeptCheckpoint::mark_of(const std::optional<db::CheckpointRecord>& checkpoint) {
  if (!checkpoint) return std::nullopt;
  return Mark{checkpoint->run_id, checkpoint->step};
}

void KeptCheckpoint::check_alone() {
  const auto now = database_.checkpoint(key_);
  if (mark_of(now) != last_) throw_not_alone(database_, work_, now ? now->run_id : 0);
}

void KeptCheckpoint::keep(const db::CheckpointRecord& checkpoint) {
  db::Transaction transaction(database_);
  check_alone();
  database_.put_checkpoint(checkpoint);
  transaction.commit();
  last_ = mark_of(checkpoint);
}

void KeptCheckpoint::erase() {
  db::Transaction transaction(database_);
  check_alone();
  database_.erase_checkpoint(key_);
  transaction.commit();
  last_.reset();
}

void throw_not_alone(db::Database& database, const std::string& work, db::Id run_id) {
  std::string other = "another process";
  if (run_id != 0) {
    const auto run = database.run(run_id);
    other = db::message("run ", run.id, " (", run.command, " on ", run.host, ", since ", run.started_utc, ")");
  }
  throw db::Error(db::message(work, ": ", other, " has worked on it meanwhile, expected one process at a time; this one ends, ",
                              "the same command reports or continues what the other has reached"));
}

}  // namespace landscape::detail
