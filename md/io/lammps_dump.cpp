#include <algorithm>

#include "md/io/formats.hpp"
#include "md/io/lammps_common.hpp"

namespace landscape::md::formats {

namespace {

using text::LineScanner;
using Words = std::vector<std::string_view>;

/// Reads what a bounding box of a restricted triclinic dump, or an orthogonal box, means.
LammpsBox box_of_bounds(Eigen::Matrix3d rows, bool triclinic) {
  LammpsBox box;
  const double xy = triclinic ? rows(0, 2) : 0.0;
  const double xz = triclinic ? rows(1, 2) : 0.0;
  const double yz = triclinic ? rows(2, 2) : 0.0;
  rows(0, 0) -= std::min({0.0, xy, xz, xy + xz});
  rows(0, 1) -= std::max({0.0, xy, xz, xy + xz});
  rows(1, 0) -= std::min(0.0, yz);
  rows(1, 1) -= std::max(0.0, yz);
  box.origin = rows.col(0);
  box.edges.diagonal() = rows.col(1) - rows.col(0);
  box.edges(0, 1) = xy;
  box.edges(0, 2) = xz;
  box.edges(1, 2) = yz;
  return box;
}

constexpr std::size_t absent = static_cast<std::size_t>(-1);

/// Which words of an atom line mean what.
struct Columns {
  std::size_t id = absent, type = absent, element = absent, move_mask = absent;
  std::array<std::size_t, 3> position{absent, absent, absent}, velocity = position,
                                                               force = position, image = position;
  bool scaled = false;
  std::vector<std::pair<std::string, std::size_t>> extra;
};

class DumpReader {
 public:
  DumpReader(LineScanner& scanner, const ReadOptions& options)
      : scanner_(scanner), options_(options) {}

  /// Reads a frame; without `keep` only its length counts.
  std::optional<Frame> read(bool keep) {
    frame_ = Frame{};
    atoms_ = 0;
    has_box_ = false;
    while (true) {
      const std::string_view line = text::trimmed(scanner_.require("ITEM: ATOMS"));
      if (line.empty()) continue;
      if (line == "ITEM: TIMESTEP") {
        const std::string_view step = text::trimmed(scanner_.require("the time step"));
        scanner_.integer(step, "the time step");
        frame_.info["timestep"] = std::string(step);
      } else if (line == "ITEM: NUMBER OF ATOMS") {
        const std::string_view n = text::trimmed(scanner_.require("the number of atoms"));
        atoms_ = scanner_.count(n, "the number of atoms");
      } else if (line == "ITEM: UNITS") {
        check_units(text::trimmed(scanner_.require("units")), scanner_);
      } else if (line == "ITEM: TIME") {
        const std::string_view time = text::trimmed(scanner_.require("the time"));
        scanner_.number(time, "the time");
        frame_.info["time"] = std::string(time);
      } else if (line.starts_with("ITEM: BOX BOUNDS")) {
        read_box(text::split(line.substr(16)));
      } else if (line.starts_with("ITEM: ATOMS")) {
        if (atoms_ == 0) scanner_.fail("ITEM: NUMBER OF ATOMS before ITEM: ATOMS", "none");
        if (!has_box_) scanner_.fail("ITEM: BOX BOUNDS before ITEM: ATOMS", "none");
        if (!keep) {
          for (std::int64_t i = 0; i < atoms_; ++i)
            scanner_.require(message("atom ", i + 1, " of ", atoms_));
          return std::nullopt;
        }
        read_atoms(text::split(line.substr(11)));
        return std::move(frame_);
      } else {
        scanner_.fail("ITEM: TIMESTEP, NUMBER OF ATOMS, BOX BOUNDS, UNITS, TIME or ATOMS",
                      text::quoted(line));
      }
    }
  }

 private:
  void read_box(Words w) {
    const bool general = w.size() >= 2 && w[0] == "abc" && w[1] == "origin";
    const bool triclinic = w.size() >= 3 && w[0] == "xy" && w[1] == "xz" && w[2] == "yz";
    w.erase(w.begin(), w.begin() + (general ? 2 : triclinic ? 3 : 0));
    if (!w.empty() && w.size() != 3)
      scanner_.fail("three boundaries as in \"pp pp ff\"", message(w.size(), " words"));
    periodic_ = {true, true, true};
    for (std::size_t d = 0; d < w.size(); ++d) {
      if (w[d].size() != 2 || w[d].find_first_not_of("pfsm") != std::string_view::npos)
        scanner_.fail("boundaries made of p, f, s and m", text::quoted(w[d]));
      periodic_[d] = w[d] == "pp";
    }
    const Eigen::Index columns = general ? 4 : triclinic ? 3 : 2;
    Eigen::Matrix<double, 3, 4> rows = Eigen::Matrix<double, 3, 4>::Zero();
    for (Eigen::Index r = 0; r < 3; ++r) {
      const Words numbers = text::split(scanner_.require("three lines of BOX BOUNDS"));
      if (static_cast<Eigen::Index>(numbers.size()) != columns)
        scanner_.fail(message(columns, " numbers in BOX BOUNDS"), message(numbers.size()));
      for (Eigen::Index k = 0; k < columns; ++k)
        rows(r, k) = scanner_.number(numbers[static_cast<std::size_t>(k)], "a box bound");
    }
    if (general) {
      box_.edges = rows.leftCols<3>().transpose();
      box_.origin = rows.col(3);
    } else {
      box_ = box_of_bounds(rows.leftCols<3>(), triclinic);
      for (Eigen::Index d = 0; d < 3; ++d)
        if (!(box_.edges(d, d) > 0.0))
          scanner_.fail(message("a box of positive length along ", "xyz"[d]),
                        message(box_.edges(d, d)));
    }
    has_box_ = true;
  }

  Columns find_columns(const Words& names) const {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
          names.begin() + static_cast<std::ptrdiff_t>(i))
        scanner_.fail("each column once in ITEM: ATOMS", message("column ", names[i], " twice"));
    std::vector<bool> used(names.size(), false);
    const auto take = [&](std::string_view name) {
      const auto at =
          static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
      if (at == names.size()) return absent;
      used[at] = true;
      return at;
    };
    const auto take_vector = [&](std::array<std::size_t, 3>& to,
                                 std::array<std::string_view, 3> name) {
      for (const std::string_view n : name)
        if (std::find(names.begin(), names.end(), n) == names.end()) return false;
      for (std::size_t d = 0; d < 3; ++d) to[d] = take(name[d]);
      return true;
    };
    Columns c;
    c.id = take("id");
    c.type = take("type");
    c.element = take("element");
    c.move_mask = take("move_mask");
    take_vector(c.velocity, {"vx", "vy", "vz"});
    take_vector(c.force, {"fx", "fy", "fz"});
    take_vector(c.image, {"ix", "iy", "iz"});
    const bool cartesian =
        take_vector(c.position, {"x", "y", "z"}) || take_vector(c.position, {"xu", "yu", "zu"});
    c.scaled = !cartesian;
    if (!cartesian && !take_vector(c.position, {"xs", "ys", "zs"}) &&
        !take_vector(c.position, {"xsu", "ysu", "zsu"}))
      scanner_.fail("columns x y z (or xu yu zu, xs ys zs, xsu ysu zsu) in ITEM: ATOMS",
                    "none of them");
    if (c.type == absent && c.element == absent)
      scanner_.fail("a column type or element in ITEM: ATOMS", "neither");
    for (std::size_t i = 0; i < names.size(); ++i)
      if (!used[i]) c.extra.emplace_back(std::string(names[i]), i);
    return c;
  }

  void read_atoms(const Words& names) {
    const Columns at = find_columns(names);
    Configuration& c = frame_.configuration;
    c.positions.resize(3, atoms_);
    if (at.velocity[0] != absent) c.velocities.resize(3, atoms_);
    if (at.force[0] != absent) frame_.forces.emplace(3, atoms_);
    if (at.image[0] != absent)
      frame_.extra["image"] = {ColumnKind::Integer, Eigen::MatrixXd(3, atoms_), {}};
    std::vector<AtomColumn> extra(at.extra.size(),
                                  {ColumnKind::Real, Eigen::MatrixXd(1, atoms_), {}});
    std::vector<std::vector<std::string>> words(at.extra.size());
    std::vector<std::int64_t> lines, types;
    std::vector<std::string> elements;
    Words w;
    for (std::int64_t i = 0; i < atoms_; ++i) {
      text::split(scanner_.require(message("atom ", i + 1, " of ", atoms_)), w);
      if (w.size() != names.size())
        scanner_.fail(message(names.size(), " columns for atom ", i + 1, " of ", atoms_),
                      message(w.size()));
      lines.push_back(scanner_.line());
      if (at.id != absent) c.ids.push_back(scanner_.integer(w[at.id], "an atom id"));
      if (at.type != absent) types.push_back(read_type(w[at.type]));
      if (at.element != absent) elements.emplace_back(w[at.element]);
      if (at.move_mask != absent)
        c.movable.push_back(scanner_.integer(w[at.move_mask], "a move_mask") != 0 ? 1 : 0);
      for (std::size_t d = 0; d < 3; ++d) {
        const auto row = static_cast<Eigen::Index>(d);
        c.positions(row, i) = scanner_.number(w[at.position[d]], "a coordinate");
        if (c.velocities.cols() != 0)
          c.velocities(row, i) = scanner_.number(w[at.velocity[d]], "a velocity");
        if (frame_.forces) (*frame_.forces)(row, i) = scanner_.number(w[at.force[d]], "a force");
        if (at.image[0] != absent)
          frame_.extra["image"].values(row, i) =
              static_cast<double>(scanner_.integer(w[at.image[d]], "an image flag"));
      }
      for (std::size_t k = 0; k < extra.size(); ++k) {
        const std::string_view word = w[at.extra[k].second];
        const auto value = text::to_number<double>(word);
        if (!value) extra[k].kind = ColumnKind::Text;
        extra[k].values(0, i) = value.value_or(0.0);
        words[k].emplace_back(word);
      }
    }
    for (std::size_t k = 0; k < extra.size(); ++k) {
      if (extra[k].kind == ColumnKind::Text) extra[k] = {ColumnKind::Text, {}, std::move(words[k])};
      frame_.extra[at.extra[k].first] = std::move(extra[k]);
    }
    c.species = species(types, elements, lines);
    if (at.scaled) {
      const Eigen::Vector3d origin = box_.origin;
      c.positions = (box_.edges * c.positions).eval();
      // Scaled coordinates start at the origin, which apply_box takes away along periodic
      // directions.
      c.positions.colwise() += origin;
    }
    if (at.id != absent) sort_by_id(frame_, lines, scanner_);
    apply_box(c, box_, periodic_, scanner_);
  }

  std::int64_t read_type(std::string_view word) const {
    const std::int64_t type = scanner_.integer(word, "an atom type");
    if (type < 1) scanner_.fail("a positive atom type", text::quoted(word));
    return type;
  }

  std::vector<std::string> species(const std::vector<std::int64_t>& types,
                                   const std::vector<std::string>& elements,
                                   const std::vector<std::int64_t>& lines) const {
    std::map<std::int64_t, TypeHints> hints;
    if (!elements.empty() && (options_.types.empty() || types.empty())) {
      std::map<std::string, std::int64_t> type_of_carbon;
      for (std::size_t i = 0; i < elements.size(); ++i) {
        if (!text::is_label(elements[i]))
          scanner_.fail_at(lines[i], "a chemical symbol (a letter first)",
                           text::quoted(elements[i]));
        // Without dump_modify element, LAMMPS calls every type C.
        if (!types.empty() && elements[i] == "C" &&
            type_of_carbon.emplace(elements[i], types[i]).first->second != types[i])
          throw InputError(message(scanner_.path(), ": atom types ", type_of_carbon["C"], " and ",
                                   types[i],
                                   " are both called C, LAMMPS's default name; name all types in "
                                   "order, as in --types Zr,Cu,Al"));
      }
      return elements;
    }
    const auto names = name_types(types, hints, options_, scanner_.path());
    std::vector<std::string> result;
    result.reserve(types.size());
    for (const std::int64_t type : types) result.push_back(names.at(type));
    return result;
  }

  LineScanner& scanner_;
  const ReadOptions& options_;
  Frame frame_;
  std::int64_t atoms_ = 0;
  LammpsBox box_;
  bool has_box_ = false;
  std::array<bool, 3> periodic_{true, true, true};
};

}  // namespace

std::vector<Frame> read_lammps_dump(LineScanner& scanner, const ReadOptions& options, Which which) {
  std::vector<Frame> frames;
  DumpReader reader(scanner, options);
  if (scanner.at_end()) scanner.fail("ITEM: TIMESTEP", "an empty file");
  if (which == Which::One) {
    std::vector<LineScanner::Mark> marks;
    while (!scanner.at_end()) {
      marks.push_back(scanner.mark());
      reader.read(false);
    }
    scanner.seek(marks[frame_position(options.frame, marks.size(), scanner.path())]);
    frames.push_back(*reader.read(true));
    return frames;
  }
  while (!scanner.at_end()) frames.push_back(*reader.read(true));
  return frames;
}

}  // namespace landscape::md::formats
