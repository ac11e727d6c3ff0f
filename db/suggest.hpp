/// "Did you mean ...?"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace landscape::db {

/// Number of insertions, deletions and replacements of one letter that turn `a` into `b`, case
/// ignored.
int edit_distance(std::string_view a, std::string_view b);

/// "did you mean barrier_ev?", or the whole list where nothing is near.
std::string suggestion(std::string_view typed, const std::vector<std::string>& names);

/// Equality of ASCII names as SQLite sees them.
bool same_name(std::string_view a, std::string_view b);

}  // namespace landscape::db
