/// What a report page brings along: its looks and its script, written for it.
#pragma once

#include <string_view>

namespace landscape::report {

extern const std::string_view style_sheet;
/// Sorts and filters the table, and draws atoms on a canvas; reads #atoms and #leaves (JSON).
extern const std::string_view script;

}  // namespace landscape::report
