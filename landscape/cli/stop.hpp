/// Asking the program to end soon: SIGINT, SIGTERM, or the time limit.
#pragma once

#include <string>

namespace landscape::cli {

/// From now on the first SIGINT or SIGTERM asks to stop; a second one ends the program at once.
void catch_signals();
/// [s] from now; not positive: none.
void set_time_limit(double seconds);
/// Whether to stop. Any thread may ask.
bool stop_requested();
/// "interrupted", "terminated", "time limit reached".
std::string stop_reason();

}  // namespace landscape::cli
