#include "md/io/extxyz_columns.hpp"

#include <algorithm>

namespace landscape::md::formats {

namespace {

struct Shape {
  std::string_view kinds;
  int width;
  std::string_view text;
};

Shape shape_of(Role role) {
  switch (role) {
    case Role::Species:
      return {"S", 1, "S:1"};
    case Role::AtomicNumber:
    case Role::Id:
      return {"I", 1, "I:1"};
    case Role::MoveMask:
      return {"LI", 0, "L:1 or L:3"};
    case Role::Position:
    case Role::Velocity:
    case Role::Force:
      return {"R", 3, "R:3"};
    case Role::Extra:
      break;
  }
  return {"RILS", 0, "a kind (R, I, L or S) and a width"};
}

void check_shape(const Property& p, const text::LineScanner& scanner) {
  const Shape shape = shape_of(p.role);
  const bool width_fits = p.role == Role::MoveMask ? p.width == 1 || p.width == 3
                                                   : shape.width == 0 || p.width == shape.width;
  if (shape.kinds.find(static_cast<char>(p.kind)) == std::string_view::npos || !width_fits)
    scanner.fail(message(p.name, ":", shape.text, " in Properties"),
                 message(p.name, ":", static_cast<char>(p.kind), ":", p.width));
}

bool has(const std::vector<Property>& properties, Role role) {
  return std::any_of(properties.begin(), properties.end(),
                     [&](const Property& p) { return p.role == role; });
}

}  // namespace

Role role_of(std::string_view name) {
  if (name == "species") return Role::Species;
  if (name == "Z") return Role::AtomicNumber;
  if (name == "pos") return Role::Position;
  if (name == "velo" || name == "velocities" || name == "velocity") return Role::Velocity;
  if (name == "forces" || name == "force") return Role::Force;
  if (name == "move_mask") return Role::MoveMask;
  if (name == "id") return Role::Id;
  return Role::Extra;
}

std::vector<Property> parse_properties(std::string_view value, const text::LineScanner& scanner) {
  std::vector<std::string_view> fields;
  std::size_t begin = 0;
  while (begin <= value.size()) {
    const std::size_t end = std::min(value.find(':', begin), value.size());
    fields.push_back(value.substr(begin, end - begin));
    begin = end + 1;
  }
  if (fields.size() % 3 != 0)
    scanner.fail("Properties as name:kind:width:...", text::quoted(value));
  std::vector<Property> properties;
  for (std::size_t i = 0; i < fields.size(); i += 3) {
    const auto width = text::to_number<int>(fields[i + 2]);
    const bool kind_known =
        fields[i + 1].size() == 1 &&
        std::string_view("RILS").find(fields[i + 1][0]) != std::string_view::npos;
    if (fields[i].empty() || !kind_known || !width || *width < 1 || *width > 1000)
      scanner.fail("name:kind:width with kind R, I, L or S and a positive width in Properties",
                   text::quoted(message(fields[i], ":", fields[i + 1], ":", fields[i + 2])));
    Property p{std::string(fields[i]), static_cast<ColumnKind>(fields[i + 1][0]), *width,
               role_of(fields[i])};
    for (const Property& other : properties)
      if (other.name == p.name || (p.role != Role::Extra && other.role == p.role))
        scanner.fail("each quantity once in Properties",
                     text::quoted(other.name) + " and " + text::quoted(p.name));
    check_shape(p, scanner);
    properties.push_back(std::move(p));
  }
  if (!has(properties, Role::Position)) scanner.fail("pos:R:3 in Properties", text::quoted(value));
  if (!has(properties, Role::Species)) {
    if (!has(properties, Role::AtomicNumber))
      scanner.fail("species:S:1 or Z:I:1 in Properties", text::quoted(value));
  } else {
    for (Property& p : properties)
      if (p.role == Role::AtomicNumber) p.role = Role::Extra;
  }
  return properties;
}

}  // namespace landscape::md::formats
