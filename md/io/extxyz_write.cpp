#include <ostream>

#include "md/core/units.hpp"
#include "md/io/extxyz_columns.hpp"
#include "md/io/formats.hpp"
#include "md/io/key_values.hpp"
#include "md/io/text_file.hpp"

namespace landscape::md {

namespace {

constexpr std::string_view reserved_keys[] = {
    "Lattice", "Properties", "pbc", "Origin", "energy", "stress", "stress_gpa_xx_yy_zz_yz_xz_xy"};

void append_vector(std::string& out, const Eigen::Ref<const Matrix3Xd>& m, Eigen::Index i) {
  for (Eigen::Index d = 0; d < 3; ++d) {
    out += ' ';
    text::append_number(out, m(d, i));
  }
}

template <class Range>
std::string joined(const Range& numbers) {
  std::string out;
  for (const double x : numbers) {
    if (!out.empty()) out += ' ';
    text::append_number(out, x);
  }
  return out;
}

/// A column to write, in the order of writing.
struct NamedColumn {
  const std::string* name;
  const AtomColumn* column;
  Eigen::Index width;
};

/// 3Dmol takes the columns after the position for arrows, so a displacement comes first.
std::vector<NamedColumn> ordered_columns(const Frame& frame, bool displacement) {
  std::vector<NamedColumn> columns;
  for (const auto& [name, column] : frame.extra) {
    if ((name == "displacement") != displacement) continue;
    const bool word =
        !name.empty() && name.find_first_of(" \t\r\n:=\"'{}[]\\") == std::string::npos;
    // Z is a name of its own beside species, so it may come back as an extra column.
    const formats::Role role = formats::role_of(name);
    if (!word || (role != formats::Role::Extra && role != formats::Role::AtomicNumber))
      throw InputError(
          message("extended XYZ: extra column ", text::quoted(name),
                  " cannot be written, expected a word that has no meaning of its own"));
    columns.push_back({&name, &column, column.width(frame.configuration.size())});
  }
  return columns;
}

void append_column(std::string& out, const NamedColumn& c, Eigen::Index i) {
  for (Eigen::Index k = 0; k < c.width; ++k) {
    out += ' ';
    if (c.column->kind == ColumnKind::Text) {
      const std::string& word = c.column->text[static_cast<std::size_t>(i * c.width + k)];
      if (word.empty() || word.find_first_of(" \t\r\n\f\v") != std::string::npos)
        throw InputError(message("extended XYZ: column ", *c.name, " of atom ", i + 1, " is ",
                                 text::quoted(word), ", expected a word without blanks"));
      out += word;
      continue;
    }
    const double value = c.column->values(k, i);
    if (c.column->kind == ColumnKind::Logical) {
      out += value != 0.0 ? 'T' : 'F';
    } else if (c.column->kind == ColumnKind::Integer) {
      if (!(std::abs(value) <= 9007199254740992.0) || value != std::round(value))
        throw InputError(message("extended XYZ: column ", *c.name, " of atom ", i + 1, " is ",
                                 value, ", expected an integer"));
      text::append_number(out, static_cast<std::int64_t>(value));
    } else {
      text::append_number(out, value);
    }
  }
}

void append_properties(std::string& out, const std::vector<NamedColumn>& columns) {
  for (const NamedColumn& c : columns)
    out += message(*c.name, ":", static_cast<char>(c.column->kind), ":", c.width, ":");
}

void append_header(std::string& out, const Frame& frame, std::string_view properties) {
  const Cell& cell = frame.configuration.cell;
  std::string line;
  const bool lattice = cell.any_periodic() || cell.matrix() != Eigen::Matrix3d::Identity();
  if (lattice) text::append_key_value(line, "Lattice", joined(cell.matrix().reshaped()));
  text::append_key_value(line, "Properties", properties);
  if (frame.energy_ev) text::append_key_value(line, "energy", joined(std::array{*frame.energy_ev}));
  if (frame.stress_gpa) {
    std::array<double, 6> s = *frame.stress_gpa;
    for (double& x : s) x /= units::gpa_per_ev_a3;
    text::append_key_value(
        line, "stress", joined(std::array{s[0], s[5], s[4], s[5], s[1], s[3], s[4], s[3], s[2]}));
    text::append_key_value(line, "stress_gpa_xx_yy_zz_yz_xz_xy", joined(*frame.stress_gpa));
  }
  for (const auto& [key, value] : frame.info) {
    for (const std::string_view reserved : reserved_keys)
      if (text::same_word(key, reserved))
        throw InputError(message("extended XYZ: info key ", text::quoted(key),
                                 " has a meaning of its own, expected another"));
    text::append_key_value(line, key, value);
  }
  std::string pbc;
  for (const bool p : cell.periodic()) {
    if (!pbc.empty()) pbc += ' ';
    pbc += p ? 'T' : 'F';
  }
  text::append_key_value(line, "pbc", pbc);
  out.append(line, 1);  // without the first blank
  out += '\n';
}

}  // namespace

std::string formats::extxyz_text(const Frame& frame) {
  check_frame(frame);
  const Configuration& c = frame.configuration;
  const std::vector<NamedColumn> first = ordered_columns(frame, true);
  const std::vector<NamedColumn> others = ordered_columns(frame, false);
  std::string properties = "species:S:1:pos:R:3:";
  append_properties(properties, first);
  if (c.velocities.cols() != 0) properties += "velocities:R:3:";
  if (frame.forces) properties += "forces:R:3:";
  if (!c.movable.empty()) properties += "move_mask:L:1:";
  append_properties(properties, others);
  properties += "id:I:1";

  std::string out;
  text::append_number(out, static_cast<std::int64_t>(c.size()));
  out += '\n';
  append_header(out, frame, properties);
  for (Eigen::Index i = 0; i < c.size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    out += c.species[at];
    append_vector(out, c.positions, i);
    for (const NamedColumn& column : first) append_column(out, column, i);
    if (c.velocities.cols() != 0) append_vector(out, c.velocities, i);
    if (frame.forces) append_vector(out, *frame.forces, i);
    if (!c.movable.empty()) out += c.movable[at] != 0 ? " T" : " F";
    for (const NamedColumn& column : others) append_column(out, column, i);
    out += ' ';
    text::append_number(out, c.ids.empty() ? static_cast<std::int64_t>(i + 1) : c.ids[at]);
    out += '\n';
  }
  return out;
}

void write_extxyz(std::ostream& out, const Frame& frame) {
  const std::string text = formats::extxyz_text(frame);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!out)
    throw InputError("extended XYZ: the output stream failed, expected one that takes the frame");
}

void write_extxyz(const std::filesystem::path& path,
                  std::span<const Frame> frames,
                  WriteMode mode) {
  if (frames.empty())
    throw InputError(message(path.string(), ": no frames to write, expected at least one"));
  std::string content;
  for (const Frame& frame : frames) content += formats::extxyz_text(frame);
  if (mode == WriteMode::Append)
    text::append_file(path, content);
  else
    text::replace_file(path, content);
}

void write_extxyz(const std::filesystem::path& path, const Frame& frame, WriteMode mode) {
  write_extxyz(path, std::span(&frame, 1), mode);
}

}  // namespace landscape::md
