#include "landscape/workflow/ordered_work.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace landscape {

bool in_order(std::size_t count, const Session& session, const std::function<void(std::size_t, const std::atomic<bool>&)>& work,
              const std::function<void(std::size_t)>& take, const std::function<std::string()>& note) {
  struct State {
    bool done = false;
    std::exception_ptr failure;
  };
  std::vector<State> states(count);
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t next = 0, taken = 0;
  const std::size_t ahead = 4 * static_cast<std::size_t>(session.threads);  // more would only fill memory
  std::atomic<bool> stop = false;
  const auto run = [&] {
    while (true) {
      std::size_t mine = 0;
      {
        std::unique_lock lock(mutex);
        while (!stop && next < count && next >= taken + ahead) changed.wait(lock);
        if (next >= count || stop) return;
        mine = next++;
      }
      std::exception_ptr failure;
      try {
        work(mine, stop);
      } catch (...) {
        failure = std::current_exception();
      }
      {
        const std::lock_guard lock(mutex);
        states[mine] = {!stop, failure};
      }
      changed.notify_all();
    }
  };
  std::vector<std::jthread> workers;
  const auto join = [&] {
    {
      const std::lock_guard lock(mutex);
      stop = true;
    }
    changed.notify_all();
    workers.clear();
  };
  bool stopped = false;
  try {
    for (std::size_t t = 0; t < std::min(static_cast<std::size_t>(session.threads), count); ++t) workers.emplace_back(run);
    for (std::size_t k = 0; k < count && !stopped; ++k) {
      std::unique_lock lock(mutex);
      while (!states[k].done && !stop) {
        changed.wait_for(lock, std::chrono::milliseconds(200));
        if (session.stopped()) stop = true;
        session.report({static_cast<std::int64_t>(k), static_cast<std::int64_t>(count), note ? note() : std::string()});
      }
      stopped = !states[k].done;
      lock.unlock();
      if (stopped) break;
      if (states[k].failure) std::rethrow_exception(states[k].failure);
      take(k);
      lock.lock();
      taken = k + 1;
      lock.unlock();
      changed.notify_all();
    }
  } catch (...) {
    join();
    throw;
  }
  join();
  return !stopped;
}

}  // namespace landscape
