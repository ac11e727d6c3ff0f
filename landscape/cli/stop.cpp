#include "landscape/cli/stop.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include <unistd.h>

namespace landscape::cli {
namespace {

using Clock = std::chrono::steady_clock;

std::atomic<int> received_signal{0};
std::atomic<Clock::rep> deadline{0};  // 0: none
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void on_signal(int signal) {
  if (received_signal.exchange(signal) != 0) _exit(130);
}

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);  // a file-size limit is a full disk: the write says so
}

void set_time_limit(double seconds) {
  if (!(seconds > 0.0)) return;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  deadline = end.time_since_epoch().count();
}

bool stop_requested() {
  if (received_signal != 0) return true;
  const auto end = deadline.load();
  return end != 0 && Clock::now().time_since_epoch().count() >= end;
}

std::string stop_reason() {
  if (received_signal == SIGTERM) return "terminated";
  if (received_signal != 0) return "interrupted";
  return "time limit reached";
}

}  // namespace landscape::cli
