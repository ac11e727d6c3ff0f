/// The Properties of extended XYZ: which column holds what.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "md/io/structure_io.hpp"
#include "md/io/text_scanner.hpp"

namespace landscape::md::formats {

enum class Role { Species, AtomicNumber, Position, Velocity, Force, MoveMask, Id, Extra };

/// One entry of Properties.
struct Property {
  std::string name;
  ColumnKind kind;
  int width;
  Role role;
};

/// What a column of this name is; Extra for those without a member.
Role role_of(std::string_view name);

/// @throws FormatError at the scanner's line if the text is no list of name:kind:width, a name
/// comes twice, a known name
///   has the wrong kind or width, or there is no position or species.
std::vector<Property> parse_properties(std::string_view value, const text::LineScanner& scanner);

}  // namespace landscape::md::formats
