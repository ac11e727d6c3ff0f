#include <algorithm>
#include <unordered_map>

#include "md/io/elements.hpp"
#include "md/io/formats.hpp"
#include "md/io/key_values.hpp"
#include "md/io/lammps_common.hpp"

namespace landscape::md::formats {

namespace {

using text::LineScanner;
using Words = std::vector<std::string_view>;

/// A line without its comment, and the comment.
struct Line {
  std::string_view text, comment;
};

Line without_comment(std::string_view line) {
  const std::size_t hash = std::min(line.find('#'), line.size());
  return {text::trimmed(line.substr(0, hash)),
          text::trimmed(line.substr(std::min(hash + 1, line.size())))};
}

/// Where the columns of an atom style are.
struct AtomStyle {
  std::string_view name;
  std::size_t columns;          ///< without image flags
  std::size_t type, charge, x;  ///< positions; charge 0: none
};

constexpr AtomStyle atom_styles[] = {{"atomic", 5, 1, 0, 2},
                                     {"charge", 6, 1, 2, 3},
                                     {"full", 7, 2, 3, 4},
                                     {"molecular", 6, 2, 0, 3}};

class DataReader {
 public:
  DataReader(LineScanner& scanner, const ReadOptions& options)
      : scanner_(scanner), options_(options) {}

  Frame read() {
    read_title(scanner_.require("a title"));
    read_header();
    read_sections();
    finish();
    return std::move(frame_);
  }

 private:
  void read_title(std::string_view title) {
    // What we write and newer LAMMPS versions write: "..., units = metal"; ours also has pbc="T T
    // F".
    if (const std::size_t at = title.find("units = "); at != std::string_view::npos) {
      std::string_view rest = title.substr(at + 8);
      rest = rest.substr(0, rest.find_first_of(", \t\r"));
      if (!rest.empty()) check_units(rest, scanner_);
    }
    constexpr std::string_view key = "pbc=\"";
    if (const std::size_t at = title.find(key); at != std::string_view::npos) {
      const std::string_view rest = title.substr(at + key.size());
      const Words flags = text::split(rest.substr(0, rest.find('"')));
      for (std::size_t d = 0; d < 3; ++d) {
        const auto flag = flags.size() == 3 ? text::to_logical(flags[d]) : std::nullopt;
        if (!flag) scanner_.fail("pbc as three of T and F", text::quoted(rest));
        periodic_[d] = *flag;
      }
    }
    if (options_.periodic) periodic_ = *options_.periodic;
  }

  /// Reads up to the first section, whose line is left to read_sections().
  void read_header() {
    while (true) {
      const LineScanner::Mark before = scanner_.mark();
      std::string_view raw;
      if (!scanner_.next(raw)) scanner_.fail("a section Atoms", "the end of the file");
      const Line line = without_comment(raw);
      if (line.text.empty()) continue;
      if (text::is_letter(line.text.front())) {
        scanner_.seek(before);
        break;
      }
      read_header_line(text::split(line.text));
    }
    if (atoms_ == 0) scanner_.fail("the number of atoms in the header (\"108 atoms\")", "none");
    if (!general_ && (seen_[0] && seen_[1] && seen_[2]) == false)
      scanner_.fail("xlo xhi, ylo yhi and zlo zhi (or avec, bvec and cvec) in the header", "none");
    if (general_ && !(seen_[0] && seen_[1] && seen_[2]))
      scanner_.fail("all of avec, bvec and cvec in the header", "only some");
  }

  void read_header_line(const Words& w) {
    const std::size_t n = w.size();
    const auto ends = [&](std::string_view a, std::string_view b) {
      return n >= 2 && w[n - 2] == a && w[n - 1] == b;
    };
    const auto number = [&](std::size_t i) { return scanner_.number(w[i], "a length"); };
    constexpr std::string_view bounds[3][2] = {{"xlo", "xhi"}, {"ylo", "yhi"}, {"zlo", "zhi"}};
    constexpr std::string_view vectors[3] = {"avec", "bvec", "cvec"};
    for (Eigen::Index d = 0; d < 3; ++d) {
      if (ends(bounds[d][0], bounds[d][1]) && n == 4) {
        if (!(number(1) > number(0)))
          scanner_.fail(message(bounds[d][1], " above ", bounds[d][0]),
                        message(number(0), " and ", number(1)));
        box_.origin[d] = number(0);
        box_.edges(d, d) = number(1) - number(0);
        seen_[static_cast<std::size_t>(d)] = true;
        return;
      }
      if (n == 4 && w[3] == vectors[d]) {
        box_.edges.col(d) << number(0), number(1), number(2);
        seen_[static_cast<std::size_t>(d)] = true;
        general_ = true;
        return;
      }
    }
    if (n == 6 && w[3] == "xy" && ends("xz", "yz")) {
      box_.edges(0, 1) = number(0);
      box_.edges(0, 2) = number(1);
      box_.edges(1, 2) = number(2);
    } else if (n == 5 && ends("abc", "origin")) {
      box_.origin << number(0), number(1), number(2);
    } else if (n == 2 && w[1] == "atoms") {
      atoms_ = scanner_.count(w[0], "the number of atoms");
    } else if (n == 3 && ends("atom", "types")) {
      types_ = scanner_.integer(w[0], "the number of atom types");
    } else if (!is_other_count(w)) {
      scanner_.fail(
          "a header line (\"108 atoms\", \"2 atom types\", \"0 10 xlo xhi\", \"0 0 0 xy xz yz\", "
          "...)",
          text::quoted(
              message(w.front(), n > 1 ? " ... " : "", n > 1 ? w.back() : std::string_view{})));
    }
  }

  /// Numbers of things that a glass has none of.
  static bool is_other_count(const Words& w) {
    constexpr std::string_view last[] = {"bonds",      "angles", "dihedrals", "impropers", "types",
                                         "ellipsoids", "lines",  "triangles", "bodies",    "atom"};
    return w.size() >= 2 && text::to_number<std::int64_t>(w[0]) &&
           std::find(std::begin(last), std::end(last), w.back()) != std::end(last);
  }

  void read_sections() {
    bool skipping = false;
    std::string_view raw;
    while (scanner_.next(raw)) {
      const Line line = without_comment(raw);
      if (line.text.empty()) continue;
      if (!text::is_letter(line.text.front())) {
        if (!skipping) scanner_.fail("the name of a section", text::quoted(line.text));
        continue;
      }
      skipping = false;
      if (line.text == "Masses") {
        read_masses();
      } else if (line.text == "Atoms") {
        if (!ids_.empty()) scanner_.fail("one section Atoms", "a second one");
        read_atoms(line.comment);
      } else if (line.text == "Velocities") {
        read_velocities();
      } else if (line.text == "Atom Type Labels") {
        read_labels();
      } else {
        skipping = true;  // coefficients, bonds, ...
      }
    }
    if (ids_.empty()) scanner_.fail("a section Atoms", "the end of the file");
  }

  /// The next line of a section that is not blank.
  Line entry(std::string_view section, std::int64_t i, std::int64_t n) {
    while (true) {
      const Line line =
          without_comment(scanner_.require(message("line ", i + 1, " of ", n, " in ", section)));
      if (!line.text.empty()) return line;
    }
  }
  std::int64_t type_of(std::string_view word) const {
    if (const auto label = labels_.find(std::string(word)); label != labels_.end())
      return label->second;
    const auto type = text::to_number<std::int64_t>(word);
    if (!type || *type < 1 || *type > types_)
      scanner_.fail(message("an atom type from 1 to ", types_), text::quoted(word));
    return *type;
  }

  void read_labels() {
    for (std::int64_t i = 0; i < types_; ++i) {
      const Words w = text::split(entry("Atom Type Labels", i, types_).text);
      if (w.size() != 2 || !text::is_label(w[1]))
        scanner_.fail("type and label", message(w.size(), " words"));
      const std::int64_t type = type_of(w[0]);
      labels_[std::string(w[1])] = type;
      hints_[type].name = std::string(w[1]);
    }
  }

  void read_masses() {
    for (std::int64_t i = 0; i < types_; ++i) {
      const Line line = entry("Masses", i, types_);
      const Words w = text::split(line.text);
      if (w.size() != 2)
        scanner_.fail(message("type and mass, line ", i + 1, " of ", types_, " in Masses"),
                      text::quoted(line.text));
      TypeHints& hint = hints_[type_of(w[0])];
      hint.mass = scanner_.number(w[1], "a mass");
      // "# Cu", "# A"; of a longer comment only an element counts.
      const Words comment = text::split(line.comment);
      const bool name = !comment.empty() && text::is_label(comment[0]) &&
                        (comment.size() == 1 || standard_mass(comment[0]));
      if (name && hint.name.empty()) hint.name = std::string(comment[0]);
    }
  }

  AtomStyle style(std::string_view comment, std::size_t columns) const {
    for (const AtomStyle& s : atom_styles)
      if (comment == s.name) return s;
    if (!comment.empty() && comment != "atomic")
      scanner_.fail("atom style atomic, charge, molecular or full", text::quoted(comment));
    if (columns != 5 && columns != 8)
      scanner_.fail("id type x y z [ix iy iz], or the atom style as in \"Atoms # charge\"",
                    message(columns, " columns"));
    return atom_styles[0];
  }

  void read_atoms(std::string_view comment) {
    Configuration& c = frame_.configuration;
    c.positions.resize(3, atoms_);
    std::optional<AtomStyle> s;
    bool images = false;
    Words w;
    for (std::int64_t i = 0; i < atoms_; ++i) {
      const Line line = entry("Atoms", i, atoms_);
      text::split(line.text, w);
      const std::int64_t id =
          scanner_.integer(w[0], message("an atom id, line ", i + 1, " of ", atoms_, " in Atoms"));
      if (!s) {
        s = style(comment, w.size());
        images = w.size() == s->columns + 3;
        if (images) frame_.extra["image"] = {ColumnKind::Integer, Eigen::MatrixXd(3, atoms_), {}};
        if (s->charge) frame_.extra["charge"] = {ColumnKind::Real, Eigen::MatrixXd(1, atoms_), {}};
      }
      const std::size_t expected = s->columns + (images ? 3 : 0);
      if (w.size() != expected)
        scanner_.fail(message(expected, " columns for atom ", i + 1, " of ", atoms_, " (style ",
                              s->name, ")"),
                      message(w.size()));
      ids_.push_back(id);
      lines_.push_back(scanner_.line());
      atom_types_.push_back(type_of(w[s->type]));
      for (std::size_t d = 0; d < 3; ++d) {
        const auto row = static_cast<Eigen::Index>(d);
        c.positions(row, i) = scanner_.number(w[s->x + d], "a coordinate");
        if (images)
          frame_.extra["image"].values(row, i) =
              static_cast<double>(scanner_.integer(w[s->columns + d], "an image flag"));
      }
      if (s->charge)
        frame_.extra["charge"].values(0, i) = scanner_.number(w[s->charge], "a charge");
      frozen_.push_back(line.comment == "frozen");
    }
  }

  void read_velocities() {
    for (std::int64_t i = 0; i < atoms_; ++i) {
      const Words w = text::split(entry("Velocities", i, atoms_).text);
      if (w.size() != 4)
        scanner_.fail(message("id vx vy vz, line ", i + 1, " of ", atoms_, " in Velocities"),
                      message(w.size(), " columns"));
      const std::int64_t id = scanner_.integer(w[0], "an atom id");
      Eigen::Vector3d v;
      for (std::size_t d = 0; d < 3; ++d)
        v[static_cast<Eigen::Index>(d)] = scanner_.number(w[d + 1], "a velocity");
      if (!velocities_.emplace(id, v).second)
        scanner_.fail("each atom id once in Velocities", message("id ", id, " again"));
    }
  }

  void finish() {
    Configuration& c = frame_.configuration;
    const auto names = name_types(atom_types_, hints_, options_, scanner_.path());
    for (const std::int64_t type : atom_types_) c.species.push_back(names.at(type));
    c.ids = ids_;
    if (std::find(frozen_.begin(), frozen_.end(), true) != frozen_.end())
      for (const bool frozen : frozen_) c.movable.push_back(frozen ? 0 : 1);
    if (!velocities_.empty()) {
      c.velocities.resize(3, atoms_);
      for (std::size_t i = 0; i < ids_.size(); ++i) {
        const auto v = velocities_.find(ids_[i]);
        if (v == velocities_.end())
          scanner_.fail_at(lines_[i], message("a velocity of atom id ", ids_[i]),
                           "none in Velocities");
        c.velocities.col(static_cast<Eigen::Index>(i)) = v->second;
      }
    }
    sort_by_id(frame_, lines_, scanner_);
    apply_box(c, box_, periodic_, scanner_);
  }

  LineScanner& scanner_;
  const ReadOptions& options_;
  Frame frame_;
  LammpsBox box_;
  std::array<bool, 3> periodic_{true, true, true};
  std::array<bool, 3> seen_{};
  bool general_ = false;
  std::int64_t atoms_ = 0;
  std::int64_t types_ = 0;
  std::map<std::string, std::int64_t> labels_;
  std::map<std::int64_t, TypeHints> hints_;
  std::vector<std::int64_t> ids_, lines_, atom_types_;
  std::vector<bool> frozen_;
  std::unordered_map<std::int64_t, Eigen::Vector3d> velocities_;
};

}  // namespace

std::vector<Frame> read_lammps_data(LineScanner& scanner, const ReadOptions& options, Which which) {
  if (which == Which::One) frame_position(options.frame, 1, scanner.path());
  std::vector<Frame> frames;
  frames.push_back(DataReader(scanner, options).read());
  return frames;
}

}  // namespace landscape::md::formats
