/// Independent pieces of work on several threads, their results taken in order by the calling one.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "landscape/workflow/run.hpp"

namespace landscape {

/// Calls work(k, stop) for k = 0 .. count - 1, each once on one of session.threads threads, and take(k) on the calling thread as soon as
/// k and all before it are done; at most 4 pieces a thread are ahead of it. work should return soon once `stop` is set; what it leaves then is not taken.
/// @param note for the progress line, or empty. @return false: stopped by the session. What work or take throws comes out here.
bool in_order(std::size_t count, const Session& session, const std::function<void(std::size_t, const std::atomic<bool>&)>& work,
              const std::function<void(std::size_t)>& take, const std::function<std::string()>& note = {});

}  // namespace landscape
