#include <algorithm>
#include <unordered_set>

#include "md/io/elements.hpp"
#include "md/io/formats.hpp"
#include "md/io/lammps_common.hpp"
#include "md/io/text_file.hpp"

namespace landscape::md {

namespace {

using formats::RestrictedFrame;

void append(std::string& out, double value) {
  if (!out.empty() && out.back() != '\n') out += ' ';
  text::append_number(out, value);
}

void append(std::string& out, std::int64_t value) {
  if (!out.empty() && out.back() != '\n') out += ' ';
  text::append_number(out, value);
}

void append(std::string& out, const Eigen::Ref<const Eigen::Vector3d>& v) {
  for (Eigen::Index d = 0; d < 3; ++d) append(out, v[d]);
}

/// Ids as LAMMPS takes them.
std::vector<std::int64_t> checked_ids(const Configuration& c) {
  std::vector<std::int64_t> ids = c.ids;
  if (ids.empty())
    for (std::int64_t i = 1; i <= c.size(); ++i) ids.push_back(i);
  std::unordered_set<std::int64_t> seen;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 1)
      throw InputError(
          message("atom ", i + 1, " has id ", ids[i], ", expected a positive one for LAMMPS"));
    if (!seen.insert(ids[i]).second)
      throw InputError(
          message("atom ", i + 1, " has id ", ids[i], " again, expected each id once for LAMMPS"));
  }
  return ids;
}

/// The order of types: what was asked, or symbols by first appearance.
std::vector<std::string> type_names(std::span<const Frame> frames,
                                    const std::vector<std::string>& asked) {
  std::vector<std::string> names = asked;
  for (std::size_t k = 0; k < asked.size(); ++k)
    if (!text::is_label(asked[k]) ||
        std::find(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(k), asked[k]) !=
            asked.begin() + static_cast<std::ptrdiff_t>(k))
      throw InputError(message("--types: expected different symbols, got ", text::quoted(asked[k]),
                               " as type ", k + 1));
  for (const Frame& frame : frames)
    for (const std::string& symbol : frame.configuration.species) {
      if (std::find(names.begin(), names.end(), symbol) != names.end()) continue;
      if (!asked.empty())
        throw InputError(
            message("--types: expected all symbols of the structure, got none for ", symbol));
      names.push_back(symbol);
    }
  return names;
}

std::int64_t type_of(const std::vector<std::string>& names, const std::string& symbol) {
  return std::find(names.begin(), names.end(), symbol) - names.begin() + 1;
}

std::string data_text(const Frame& frame, const std::vector<std::string>& names) {
  const Configuration& c = frame.configuration;
  const RestrictedFrame r = formats::restricted(frame);
  const std::vector<std::int64_t> ids = checked_ids(c);
  std::string out = "LAMMPS data file by landscape, units = metal, pbc=\"";
  for (std::size_t d = 0; d < 3; ++d)
    out += message(d > 0 ? " " : "", c.cell.periodic()[d] ? "T" : "F");
  out += r.rotated ? "\", rotated\n\n" : "\"\n\n";
  out += message(c.size(), " atoms\n", names.size(), " atom types\n\n");
  for (Eigen::Index d = 0; d < 3; ++d) {
    append(out, r.low[d]);
    append(out, r.low[d] + r.edges(d, d));
    out += message(" ", "xyz"[d], "lo ", "xyz"[d], "hi\n");
  }
  if (r.edges(0, 1) != 0.0 || r.edges(0, 2) != 0.0 || r.edges(1, 2) != 0.0) {
    append(out, Eigen::Vector3d(r.edges(0, 1), r.edges(0, 2), r.edges(1, 2)));
    out += " xy xz yz\n";
  }
  out += "\nMasses\n\n";
  for (std::size_t k = 0; k < names.size(); ++k) {
    append(out, static_cast<std::int64_t>(k + 1));
    append(out, standard_mass(names[k]).value_or(1.0));
    out += " # " + names[k] + '\n';
  }
  out += "\nAtoms # atomic\n\n";
  for (Eigen::Index i = 0; i < c.size(); ++i) {
    append(out, ids[static_cast<std::size_t>(i)]);
    append(out, type_of(names, c.species[static_cast<std::size_t>(i)]));
    append(out, r.positions.col(i));
    out += c.is_free(i) ? "\n" : " # frozen\n";
  }
  if (r.velocities.cols() != 0) {
    out += "\nVelocities\n\n";
    for (Eigen::Index i = 0; i < c.size(); ++i) {
      append(out, ids[static_cast<std::size_t>(i)]);
      append(out, r.velocities.col(i));
      out += '\n';
    }
  }
  return out;
}

void append_bounds(std::string& out,
                   const RestrictedFrame& r,
                   const std::array<bool, 3>& periodic) {
  const double xy = r.edges(0, 1), xz = r.edges(0, 2), yz = r.edges(1, 2);
  const bool triclinic = xy != 0.0 || xz != 0.0 || yz != 0.0;
  out += triclinic ? "ITEM: BOX BOUNDS xy xz yz" : "ITEM: BOX BOUNDS";
  for (const bool p : periodic) out += p ? " pp" : " ff";
  out += '\n';
  // A dump gives the box that encloses the tilted one.
  const Eigen::Vector3d below(std::min({0.0, xy, xz, xy + xz}), std::min(0.0, yz), 0.0);
  const Eigen::Vector3d above(std::max({0.0, xy, xz, xy + xz}), std::max(0.0, yz), 0.0);
  const Eigen::Vector3d tilt(xy, xz, yz);
  for (Eigen::Index d = 0; d < 3; ++d) {
    append(out, r.low[d] + below[d]);
    append(out, r.low[d] + r.edges(d, d) + above[d]);
    if (triclinic) append(out, tilt[d]);
    out += '\n';
  }
}

/// Extra columns of one number, which do not turn with the cell and whose names a dump can hold.
std::vector<std::pair<std::string, const AtomColumn*>> scalar_columns(const Frame& frame) {
  constexpr std::string_view taken[] = {
      "id",  "type", "element", "x",  "y",  "z",  "xu", "yu", "zu", "xs", "ys", "zs",       "xsu",
      "ysu", "zsu",  "vx",      "vy", "vz", "fx", "fy", "fz", "ix", "iy", "iz", "move_mask"};
  std::vector<std::pair<std::string, const AtomColumn*>> columns;
  for (const auto& [name, column] : frame.extra)
    if (column.kind != ColumnKind::Text && column.width(frame.configuration.size()) == 1 &&
        name.find_first_of(" \t\r\n") == std::string::npos && !name.empty() &&
        std::find(std::begin(taken), std::end(taken), name) == std::end(taken))
      columns.emplace_back(name, &column);
  return columns;
}

std::string dump_text(const Frame& frame,
                      std::size_t number,
                      const std::vector<std::string>& names) {
  const Configuration& c = frame.configuration;
  const RestrictedFrame r = formats::restricted(frame);
  const std::vector<std::int64_t> ids = checked_ids(c);
  const auto extra = scalar_columns(frame);
  const auto step = frame.info.find("timestep");
  if (step != frame.info.end() && !text::to_number<std::int64_t>(step->second))
    throw InputError(
        message("info[\"timestep\"]: expected an integer, got ", text::quoted(step->second)));

  std::string out = "ITEM: TIMESTEP\n";
  out += step != frame.info.end() ? step->second : message(number);
  out += message("\nITEM: NUMBER OF ATOMS\n", c.size(), "\n");
  append_bounds(out, r, c.cell.periodic());
  out += "ITEM: ATOMS id type element x y z";
  if (r.velocities.cols() != 0) out += " vx vy vz";
  if (r.forces.cols() != 0) out += " fx fy fz";
  if (!c.movable.empty()) out += " move_mask";
  for (const auto& column : extra) out += " " + column.first;
  out += '\n';
  for (Eigen::Index i = 0; i < c.size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    append(out, ids[at]);
    append(out, type_of(names, c.species[at]));
    out += " " + c.species[at];
    append(out, r.positions.col(i));
    if (r.velocities.cols() != 0) append(out, r.velocities.col(i));
    if (r.forces.cols() != 0) append(out, r.forces.col(i));
    if (!c.movable.empty()) out += c.movable[at] != 0 ? " 1" : " 0";
    for (const auto& column : extra) append(out, column.second->values(0, i));
    out += '\n';
  }
  return out;
}

}  // namespace

void write_lammps_data(const std::filesystem::path& path,
                       const Frame& frame,
                       const std::vector<std::string>& types) {
  text::replace_file(path, data_text(frame, type_names(std::span(&frame, 1), types)));
}

void write_lammps_dump(const std::filesystem::path& path,
                       std::span<const Frame> frames,
                       const std::vector<std::string>& types) {
  if (frames.empty())
    throw InputError(message(path.string(), ": no frames to write, expected at least one"));
  const std::vector<std::string> names = type_names(frames, types);
  std::string content;
  for (std::size_t k = 0; k < frames.size(); ++k) content += dump_text(frames[k], k, names);
  text::replace_file(path, content);
}

void write_lammps_dump(const std::filesystem::path& path,
                       const Frame& frame,
                       const std::vector<std::string>& types) {
  write_lammps_dump(path, std::span(&frame, 1), types);
}

}  // namespace landscape::md
