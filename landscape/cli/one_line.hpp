/// What is printed of an error.
#pragma once

#include <string>
#include <string_view>

namespace landscape::cli {

/// One printable line: ends of lines become blanks, other control characters and bytes that are no UTF-8 \xNN, and what follows the first
/// thousand bytes "...". Errors quote what files hold, which may be anything.
std::string one_line(std::string_view text);

}  // namespace landscape::cli
