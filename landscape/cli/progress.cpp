#include "landscape/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace landscape::cli {

std::string duration_text(double seconds) {
  if (seconds < 100.0) return fmt::format("{:.0f} s", seconds);
  if (seconds < 6000.0) return fmt::format("{:.0f} min", seconds / 60.0);
  return fmt::format("{:.1f} h", seconds / 3600.0);
}

ProgressBar::ProgressBar(std::string label, bool quiet, bool verbose)
    : label_(std::move(label)), terminal_(!quiet && isatty(STDERR_FILENO) != 0), lines_(verbose && !terminal_) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void ProgressBar::update(const Progress& progress) {
  if (!terminal_ && !lines_) return;
  const auto now = Clock::now();
  if (!begun_) {
    begun_ = true;
    begin_ = now;
    first_done_ = progress.done;  // what earlier runs did says nothing about the rate
  } else if (now - last_ < (terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000))) {
    return;
  }
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const double rate = seconds > 0.0 ? static_cast<double>(progress.done - first_done_) / seconds : 0.0;
  std::string text = label_;
  if (progress.total > 0) {
    constexpr int width = 24;
    const double part = std::clamp(static_cast<double>(progress.done) / static_cast<double>(progress.total), 0.0, 1.0);
    const int filled = static_cast<int>(part * width);
    if (terminal_) text += fmt::format(" [{}{}]", std::string(static_cast<std::size_t>(filled), '#'),
                                       std::string(static_cast<std::size_t>(width - filled), '.'));
    text += fmt::format(" {}/{}", progress.done, progress.total);
    if (rate > 0.0)
      text += fmt::format(" {:.3g}/s, {} left", rate, duration_text(static_cast<double>(progress.total - progress.done) / rate));
  }
  if (!progress.note.empty()) text += ", " + progress.note;
  if (terminal_) {
    drawn_ = true;
    fmt::print(stderr, "\r\033[K{}", text);
    std::fflush(stderr);
  } else {
    fmt::print(stderr, "{}\n", text);
  }
}

}  // namespace landscape::cli
