#include <algorithm>

#include "md/core/units.hpp"
#include "md/io/elements.hpp"
#include "md/io/extxyz_columns.hpp"
#include "md/io/formats.hpp"
#include "md/io/key_values.hpp"

namespace landscape::md::formats {

namespace {

using text::LineScanner;
using Words = std::vector<std::string_view>;

/// Numbers between blanks, commas and square brackets.
std::vector<double> numbers(std::string value, std::string_view key, const LineScanner& scanner) {
  for (char& c : value)
    if (c == ',' || c == '[' || c == ']') c = ' ';
  std::vector<double> result;
  for (const std::string_view word : text::split(value))
    result.push_back(scanner.number(word, key));
  return result;
}

std::array<bool, 3> parse_pbc(std::string value, const LineScanner& scanner) {
  for (char& c : value)
    if (c == ',' || c == '[' || c == ']') c = ' ';
  const Words words = text::split(value);
  std::array<bool, 3> periodic{};
  for (std::size_t d = 0; d < 3; ++d) {
    const auto flag = words.size() == 3 ? text::to_logical(words[d]) : std::nullopt;
    if (!flag) scanner.fail("pbc as three of T and F", text::quoted(value));
    periodic[d] = *flag;
  }
  return periodic;
}

/// ASE's stress [eV/Å³], 3 x 3 or xx yy zz yz xz xy, in GPa.
std::array<double, 6> parse_stress(const std::string& value, const LineScanner& scanner) {
  std::vector<double> s = numbers(value, "stress", scanner);
  if (s.size() == 9)
    s = {s[0], s[4], s[8], 0.5 * (s[5] + s[7]), 0.5 * (s[2] + s[6]), 0.5 * (s[1] + s[3])};
  if (s.size() != 6) scanner.fail("stress of 9 or 6 numbers", message(s.size(), " numbers"));
  std::array<double, 6> gpa{};
  for (std::size_t k = 0; k < 6; ++k) gpa[k] = s[k] * units::gpa_per_ev_a3;
  return gpa;
}

/// What the comment line says.
struct Header {
  std::optional<Eigen::Matrix3d> lattice;
  std::optional<std::array<bool, 3>> periodic;
  Eigen::Vector3d origin = Eigen::Vector3d::Zero();
  std::optional<std::vector<Property>> properties;
};

constexpr std::string_view stress_gpa_key = "stress_gpa_xx_yy_zz_yz_xz_xy";

Header parse_header(std::string_view comment, Frame& frame, const LineScanner& scanner) {
  Header header;
  if (comment.find('=') == std::string_view::npos) {  // plain XYZ: free text
    if (!text::trimmed(comment).empty())
      frame.info["comment"] = std::string(text::trimmed(comment));
    return header;
  }
  std::optional<std::array<double, 6>> stress_gpa;
  for (const auto& [key, value] : text::parse_key_values(comment, scanner)) {
    if (text::same_word(key, "Lattice")) {
      std::vector<double> h = numbers(value, "Lattice", scanner);
      if (h.size() == 3) h = {h[0], 0, 0, 0, h[1], 0, 0, 0, h[2]};
      if (h.size() != 9) scanner.fail("Lattice of 9 numbers", message(h.size(), " numbers"));
      header.lattice = Eigen::Map<const Eigen::Matrix3d>(h.data());
    } else if (text::same_word(key, "Properties")) {
      header.properties = parse_properties(value, scanner);
    } else if (text::same_word(key, "pbc")) {
      header.periodic = parse_pbc(value, scanner);
    } else if (text::same_word(key, "Origin")) {
      const std::vector<double> o = numbers(value, "Origin", scanner);
      if (o.size() != 3) scanner.fail("Origin of 3 numbers", message(o.size(), " numbers"));
      header.origin = Eigen::Vector3d(o[0], o[1], o[2]);
    } else if (key == "energy") {
      frame.energy_ev = scanner.number(value, "energy");
    } else if (key == "stress") {
      frame.stress_gpa = parse_stress(value, scanner);
    } else if (key == stress_gpa_key) {
      const std::vector<double> s = numbers(value, key, scanner);
      if (s.size() != 6) scanner.fail(message(key, " of 6 numbers"), message(s.size(), " numbers"));
      stress_gpa.emplace();
      std::copy(s.begin(), s.end(), stress_gpa->begin());
    } else {
      frame.info[key] = value;
    }
  }
  if (stress_gpa) frame.stress_gpa = stress_gpa;
  return header;
}

Cell make_cell(const Header& header, const LineScanner& scanner) {
  if (!header.lattice) {
    const auto p = header.periodic.value_or(std::array<bool, 3>{});
    if (p[0] || p[1] || p[2]) scanner.fail("a Lattice, since pbc has a T", "none");
    return {};
  }
  try {
    return Cell(*header.lattice, header.periodic.value_or(std::array<bool, 3>{true, true, true}));
  } catch (const InputError& error) {
    scanner.fail("a valid Lattice", error.what());
  }
}

std::string species_of(std::string_view word,
                       const ReadOptions& options,
                       const LineScanner& scanner) {
  if (text::is_label(word)) return std::string(word);
  // "dump xyz" of LAMMPS writes the numbers of types.
  const auto type = text::to_number<std::size_t>(word);
  if (type && *type >= 1 && *type <= options.types.size()) return options.types[*type - 1];
  scanner.fail(type ? "a chemical symbol (--types names numbered types)"
                    : "a chemical symbol (a letter first)",
               text::quoted(word));
}

/// Where the words of one property go, for every atom.
class ColumnReader {
 public:
  ColumnReader(const std::vector<Property>& properties,
               Frame& frame,
               Eigen::Index n,
               const ReadOptions& options)
      : properties_(properties), frame_(frame), options_(options) {
    Configuration& c = frame.configuration;
    c.species.resize(static_cast<std::size_t>(n));
    c.positions.resize(3, n);
    for (const Property& p : properties) {
      AtomColumn* column = nullptr;
      if (p.role == Role::Velocity) c.velocities.resize(3, n);
      if (p.role == Role::Force) frame.forces.emplace(3, n);
      if (p.role == Role::MoveMask) c.movable.resize(static_cast<std::size_t>(n));
      if (p.role == Role::Id) c.ids.resize(static_cast<std::size_t>(n));
      if (p.role == Role::Extra) {
        column = &frame.extra[p.name];
        column->kind = p.kind;
        if (p.kind == ColumnKind::Text)
          column->text.resize(static_cast<std::size_t>(n * p.width));
        else
          column->values.resize(p.width, n);
      }
      columns_.push_back(column);
      width_ += static_cast<std::size_t>(p.width);
    }
  }
  std::size_t width() const { return width_; }

  void read_atom(const Words& words, Eigen::Index atom, const LineScanner& scanner) {
    std::size_t at = 0;
    for (std::size_t k = 0; k < properties_.size(); ++k) {
      read(properties_[k], columns_[k],
           std::span(words).subspan(at, static_cast<std::size_t>(properties_[k].width)), atom,
           scanner);
      at += static_cast<std::size_t>(properties_[k].width);
    }
  }

 private:
  using Part = std::span<const std::string_view>;

  void read(const Property& p,
            AtomColumn* column,
            Part words,
            Eigen::Index i,
            const LineScanner& scanner) {
    Configuration& c = frame_.configuration;
    const auto at = static_cast<std::size_t>(i);
    switch (p.role) {
      case Role::Species:
        c.species[at] = species_of(words[0], options_, scanner);
        break;
      case Role::AtomicNumber: {
        const auto symbol = symbol_of_number(
            static_cast<int>(std::clamp<std::int64_t>(scanner.integer(words[0], "Z"), 0, 1000)));
        if (!symbol) scanner.fail("an atomic number from 1 to 98", text::quoted(words[0]));
        c.species[at] = *symbol;
        break;
      }
      case Role::Position:
        vector(c.positions, words, i, "a coordinate", scanner);
        break;
      case Role::Velocity:
        vector(c.velocities, words, i, "a velocity", scanner);
        break;
      case Role::Force:
        vector(*frame_.forces, words, i, "a force", scanner);
        break;
      case Role::MoveMask:
        c.movable[at] = mask(words, scanner);
        break;
      case Role::Id:
        c.ids[at] = scanner.integer(words[0], "an id");
        break;
      case Role::Extra:
        extra(p, *column, words, i, scanner);
        break;
    }
  }
  static void vector(Matrix3Xd& target,
                     Part words,
                     Eigen::Index i,
                     std::string_view what,
                     const LineScanner& scanner) {
    for (Eigen::Index d = 0; d < 3; ++d)
      target(d, i) = scanner.number(words[static_cast<std::size_t>(d)], what);
  }
  static std::uint8_t mask(Part words, const LineScanner& scanner) {
    std::optional<bool> free;
    for (const std::string_view word : words) {
      const auto flag = text::to_logical(word);
      if (!flag) scanner.fail("a move_mask of T or F", text::quoted(word));
      if (free && *free != *flag)
        scanner.fail("a move_mask that is the same in x, y and z",
                     "an atom that is free in some directions only");
      free = flag;
    }
    return *free ? 1 : 0;
  }
  static void extra(const Property& p,
                    AtomColumn& column,
                    Part words,
                    Eigen::Index i,
                    const LineScanner& scanner) {
    for (std::size_t k = 0; k < words.size(); ++k) {
      const auto row = static_cast<Eigen::Index>(k);
      if (p.kind == ColumnKind::Text) {
        column.text[static_cast<std::size_t>(i) * words.size() + k] = std::string(words[k]);
      } else if (p.kind == ColumnKind::Logical) {
        const auto flag = text::to_logical(words[k]);
        if (!flag) scanner.fail(message(p.name, " (T or F)"), text::quoted(words[k]));
        column.values(row, i) = *flag ? 1.0 : 0.0;
      } else if (p.kind == ColumnKind::Integer) {
        column.values(row, i) = static_cast<double>(scanner.integer(words[k], p.name));
      } else {
        column.values(row, i) = scanner.any_number(words[k], p.name);
      }
    }
  }

  const std::vector<Property>& properties_;
  Frame& frame_;
  const ReadOptions& options_;
  std::vector<AtomColumn*> columns_;
  std::size_t width_ = 0;
};

Frame read_frame(LineScanner& scanner, const ReadOptions& options) {
  Frame frame;
  const std::int64_t n =
      scanner.count(text::trimmed(scanner.require("the number of atoms")), "the number of atoms");
  const Header header = parse_header(scanner.require("a comment line"), frame, scanner);
  frame.configuration.cell = make_cell(header, scanner);
  const std::vector<Property> properties =
      header.properties.value_or(parse_properties("species:S:1:pos:R:3", scanner));
  const std::int64_t first = scanner.line();
  ColumnReader reader(properties, frame, n, options);
  Words words;
  for (std::int64_t i = 0; i < n; ++i) {
    text::split(scanner.require(
                    message("atom ", i + 1, " of ", n, " (line ", first - 1, " says how many)")),
                words);
    if (words.size() != reader.width())
      scanner.fail(message(reader.width(), " columns for atom ", i + 1, " of ", n,
                           header.properties ? " (Properties)" : " (no Properties: symbol x y z)"),
                   message(words.size()));
    reader.read_atom(words, i, scanner);
  }
  const Cell& cell = frame.configuration.cell;
  for (Eigen::Index d = 0; d < 3; ++d)
    if (cell.periodic()[static_cast<std::size_t>(d)] && header.origin[d] != 0.0)
      frame.configuration.positions.row(d).array() -= header.origin[d];
  return frame;
}

/// Where the frames begin.
std::vector<LineScanner::Mark> find_frames(LineScanner& scanner) {
  std::vector<LineScanner::Mark> marks;
  while (!scanner.at_end()) {
    marks.push_back(scanner.mark());
    const std::int64_t n =
        scanner.count(text::trimmed(scanner.require("the number of atoms")), "the number of atoms");
    const std::int64_t first = scanner.line();
    scanner.require("a comment line");
    for (std::int64_t i = 0; i < n; ++i)
      scanner.require(message("atom ", i + 1, " of ", n, " (line ", first, " says how many)"));
  }
  return marks;
}

}  // namespace

std::vector<Frame> read_extxyz(LineScanner& scanner, const ReadOptions& options, Which which) {
  std::vector<Frame> frames;
  if (scanner.at_end()) scanner.fail("the number of atoms", "an empty file");
  if (which == Which::One) {
    const std::vector<LineScanner::Mark> marks = find_frames(scanner);
    scanner.seek(marks[frame_position(options.frame, marks.size(), scanner.path())]);
    frames.push_back(read_frame(scanner, options));
    return frames;
  }
  while (!scanner.at_end()) frames.push_back(read_frame(scanner, options));
  return frames;
}

}  // namespace landscape::md::formats
