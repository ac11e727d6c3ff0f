#include "landscape/workflow/run.hpp"

#include "landscape/version.hpp"

namespace landscape {

Run::Run(db::Database& database, std::string_view command, const std::string& options, const Session& session,
         db::Id potential_id)
    : database_(database) {
  db::RunRecord record;
  record.command = command;
  record.options = options;
  record.seed = static_cast<std::int64_t>(session.seed);
  record.threads = session.threads;
  record.code_version = code_version();
  if (potential_id != 0) record.potential_id = potential_id;
  id_ = database.add_run(record);
}

Run::~Run() {
  if (finished_) return;
  try {
    finish("failed", db::unknown);
  } catch (const std::exception&) {  // already unwinding from the error that matters
  }
}

void Run::finish(std::string_view status, double force_calls) {
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin_;
  database_.finish_run(id_, status, wall.count(), force_calls);
  finished_ = true;
}

}  // namespace landscape
