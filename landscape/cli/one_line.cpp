#include "landscape/cli/one_line.hpp"

#include <fmt/format.h>

namespace landscape::cli {
namespace {

/// Bytes of the UTF-8 character at the front; 0 where there is none.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first < 0x20 || first == 0x7f ? 0 : 1;
  const std::size_t length = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length == 0 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t k = 1; k < length; ++k)
    if ((byte(k) & 0xc0) != 0x80) return 0;
  // Too long a form, half of a pair, beyond the last character, or a control character of C1.
  const bool wrong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) >= 0xa0) || (first == 0xf0 && byte(1) < 0x90) ||
                     (first == 0xf4 && byte(1) >= 0x90) || (first == 0xc2 && byte(1) < 0xa0);
  return wrong ? 0 : length;
}

}  // namespace

std::string one_line(std::string_view text) {
  constexpr std::size_t most = 1000;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  std::string line;
  while (!text.empty()) {
    if (line.size() >= most) return line + "...";
    if (const std::size_t bytes = character(text); bytes > 0) {
      line += text.substr(0, bytes);
      text.remove_prefix(bytes);
      continue;
    }
    const char byte = text.front();
    line += byte == '\n' || byte == '\r' || byte == '\t' ? std::string(" ") : fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    text.remove_prefix(1);
  }
  return line;
}

}  // namespace landscape::cli
