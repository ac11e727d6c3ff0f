/// What every workflow gets from its caller, and the row that says who did what.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "db/database.hpp"

namespace landscape {

/// How far a workflow is.
struct Progress {
  std::int64_t done = 0;
  std::int64_t total = 0;  ///< 0: not known
  std::string note = {};
};

/// The caller's side of a workflow. The callables may be empty. `stop` may be called by any thread, the others by the
/// calling one only.
struct Session {
  std::uint64_t seed = 1;
  int threads = 1;
  std::function<bool()> stop = {};                        ///< whether to end soon, keeping what is done
  std::function<void(const Progress&)> progress = {};
  std::function<void(const std::string&)> log = {};       ///< one line for whoever asked for them

  bool stopped() const { return stop && stop(); }
  void report(const Progress& p) const { if (progress) progress(p); }
  void say(const std::string& line) const { if (log) log(line); }
};

/// One row of runs, from begin to end. Without finish() it ends as failed. Must not outlive its Database.
class Run {
 public:
  /// @param options JSON text. @param potential_id 0: none.
  Run(db::Database& database, std::string_view command, const std::string& options, const Session& session,
      db::Id potential_id = 0);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  db::Id id() const { return id_; }
  /// @param status done | incomplete | interrupted | failed
  void finish(std::string_view status, double force_calls);

 private:
  db::Database& database_;
  db::Id id_ = 0;
  bool finished_ = false;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace landscape
