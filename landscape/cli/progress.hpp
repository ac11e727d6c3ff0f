/// The progress bar.
#pragma once

#include <chrono>
#include <string>

#include "landscape/workflow/run.hpp"

namespace landscape::cli {

/// On a terminal one line on standard error, redrawn at most ten times a second; with --verbose elsewhere a line at most
/// every ten seconds; else nothing.
class ProgressBar {
 public:
  ProgressBar(std::string label, bool quiet, bool verbose);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(const Progress& progress);

 private:
  using Clock = std::chrono::steady_clock;
  std::string label_;
  bool terminal_, lines_;
  bool drawn_ = false;
  bool begun_ = false;
  Clock::time_point begin_{}, last_{};
  std::int64_t first_done_ = 0;
};

/// "45 s", "12 min", "3.5 h"
std::string duration_text(double seconds);

}  // namespace landscape::cli
