/// The comment line of extended XYZ: key=value pairs and bare flags.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "md/io/text_scanner.hpp"

namespace landscape::md::text {

struct KeyValue {
  std::string key;
  std::string value;  ///< without its quotes or brackets' outer layer; "T" for a bare flag
};

/// Values may be bare, in "" or '' (with \ before a quote or \), in {} or in [] (kept whole).
/// @throws FormatError naming the scanner's line if a quote is not closed or a key appears twice.
std::vector<KeyValue> parse_key_values(std::string_view comment, const LineScanner& scanner);

/// Appends " key=value", quoted where needed.
/// @throws InputError if the key cannot be a key or the value holds a line end.
void append_key_value(std::string& out, std::string_view key, std::string_view value);

/// Same letters, whatever their case.
bool same_word(std::string_view a, std::string_view b);

}  // namespace landscape::md::text
