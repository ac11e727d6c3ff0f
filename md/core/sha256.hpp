/// SHA-256 (FIPS 180-4): names a potential by its content.
#pragma once

#include <string>
#include <string_view>

namespace landscape::md {

/// 64 lower-case hex digits.
std::string sha256(std::string_view bytes);

}  // namespace landscape::md
