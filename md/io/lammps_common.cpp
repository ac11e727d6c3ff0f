#include "md/io/lammps_common.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "md/io/elements.hpp"
#include "md/io/formats.hpp"

namespace landscape::md::formats {

namespace {

template <class T>
void reorder(std::vector<T>& values, const std::vector<std::size_t>& order, std::size_t width = 1) {
  if (values.empty()) return;
  std::vector<T> sorted;
  sorted.reserve(values.size());
  for (const std::size_t i : order)
    for (std::size_t k = 0; k < width; ++k) sorted.push_back(std::move(values[i * width + k]));
  values = std::move(sorted);
}

template <class Matrix>
void reorder_columns(Matrix& m, const std::vector<std::size_t>& order) {
  if (m.cols() == 0) return;
  Matrix sorted(m.rows(), m.cols());
  for (std::size_t i = 0; i < order.size(); ++i)
    sorted.col(static_cast<Eigen::Index>(i)) = m.col(static_cast<Eigen::Index>(order[i]));
  m = std::move(sorted);
}

}  // namespace

std::map<std::int64_t, std::string> name_types(const std::vector<std::int64_t>& types,
                                               const std::map<std::int64_t, TypeHints>& hints,
                                               const ReadOptions& options,
                                               const std::string& path) {
  std::map<std::int64_t, std::string> names;
  std::set<std::string> by_mass;
  const auto given = static_cast<std::int64_t>(options.types.size());
  for (const std::int64_t type : std::set<std::int64_t>(types.begin(), types.end())) {
    if (given > 0) {
      if (type > given)
        throw InputError(message(path, ": atoms have type ", type,
                                 ", expected --types to name it, got ", given,
                                 given == 1 ? " name" : " names"));
      names[type] = options.types[static_cast<std::size_t>(type - 1)];
      continue;
    }
    const auto hint = hints.find(type);
    if (hint != hints.end() && !hint->second.name.empty()) {
      names[type] = hint->second.name;
      continue;
    }
    const bool has_mass = hint != hints.end() && hint->second.mass;
    const auto symbol = has_mass ? symbol_of_mass(*hint->second.mass) : std::nullopt;
    if (!symbol || !by_mass.insert(*symbol).second)
      throw InputError(
          message(path, ": expected a name for atom type ", type, ", got ",
                  has_mass ? message("only a mass of ", *hint->second.mass) : std::string("none"),
                  "; name all types in order, as in --types Zr,Cu,Al"));
    names[type] = *symbol;
  }
  return names;
}

void sort_by_id(Frame& frame,
                const std::vector<std::int64_t>& lines,
                const text::LineScanner& scanner) {
  Configuration& c = frame.configuration;
  std::vector<std::size_t> order(c.ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return c.ids[a] < c.ids[b]; });
  for (std::size_t k = 1; k < order.size(); ++k)
    if (c.ids[order[k]] == c.ids[order[k - 1]])
      scanner.fail_at(
          lines[order[k]], "each atom id once",
          message("id ", c.ids[order[k]], " again (first on line ", lines[order[k - 1]], ")"));
  reorder(c.species, order);
  reorder(c.movable, order);
  reorder(c.ids, order);
  reorder_columns(c.positions, order);
  reorder_columns(c.velocities, order);
  if (frame.forces) reorder_columns(*frame.forces, order);
  for (auto& [name, column] : frame.extra) {
    reorder(column.text, order, static_cast<std::size_t>(column.width(c.size())));
    reorder_columns(column.values, order);
  }
}

void apply_box(Configuration& configuration,
               const LammpsBox& box,
               const std::array<bool, 3>& periodic,
               const text::LineScanner& scanner) {
  try {
    configuration.cell = Cell(box.edges, periodic);
  } catch (const InputError& error) {
    scanner.fail("a box with a volume", error.what());
  }
  for (Eigen::Index d = 0; d < 3; ++d)
    if (periodic[static_cast<std::size_t>(d)] && box.origin[d] != 0.0)
      configuration.positions.row(d).array() -= box.origin[d];
}

void check_units(std::string_view units, const text::LineScanner& scanner) {
  if (units != "metal" && units != "lj")
    throw InputError(message(scanner.path(), ":", scanner.line(),
                             ": expected LAMMPS units metal (or lj), got ", text::quoted(units),
                             "; convert the file first"));
}

RestrictedFrame restricted(const Frame& frame) {
  check_frame(frame);
  const Configuration& c = frame.configuration;
  const std::array<bool, 3>& periodic = c.cell.periodic();
  RestrictedFrame r;
  r.positions = c.positions;
  r.velocities = c.velocities;
  if (frame.forces) r.forces = *frame.forces;
  Eigen::Matrix3d h = c.cell.matrix();
  if (h.determinant() < 0.0) h.col(2) = -h.col(2);  // the same lattice, right-handed

  const bool upper =
      h(1, 0) == 0.0 && h(2, 0) == 0.0 && h(2, 1) == 0.0 && h(0, 0) > 0.0 && h(1, 1) > 0.0;
  if (!upper) {
    // Rows: the new axes, x along the first edge and z normal to the first two.
    Eigen::Matrix3d rotation;
    rotation.row(0) = h.col(0).normalized();
    rotation.row(2) = Eigen::Vector3d(h.col(0)).cross(Eigen::Vector3d(h.col(1))).normalized();
    rotation.row(1) = Eigen::Vector3d(rotation.row(2)).cross(Eigen::Vector3d(rotation.row(0)));
    h = (rotation * h).eval();
    h(1, 0) = h(2, 0) = h(2, 1) = 0.0;
    r.positions = rotation * r.positions;
    r.velocities = rotation * r.velocities;
    r.forces = rotation * r.forces;
    r.rotated = true;
  }
  // An open edge is no lattice vector, so its tilt means nothing; LAMMPS allows none.
  for (Eigen::Index d = 1; d < 3; ++d)
    if (!periodic[static_cast<std::size_t>(d)]) h.col(d).head(d).setZero();
  // LAMMPS refuses tilts of more than half an edge; whole periods may go. yz first, since it
  // changes xz.
  const auto wrap_tilt = [&](Eigen::Index row, Eigen::Index col) {
    if (!periodic[static_cast<std::size_t>(row)] || !(std::abs(h(row, col)) > 0.5 * h(row, row)))
      return;
    h.col(col) -= std::round(h(row, col) / h(row, row)) * h.col(row);
  };
  wrap_tilt(1, 2);
  wrap_tilt(0, 2);
  wrap_tilt(0, 1);

  r.low.setZero();
  const Matrix3Xd s = h.inverse() * r.positions;
  for (Eigen::Index d = 0; d < 3; ++d) {
    if (periodic[static_cast<std::size_t>(d)]) continue;
    const double length = h(d, d);
    const double lowest = s.row(d).minCoeff() * length;
    const double highest = s.row(d).maxCoeff() * length;
    if (lowest < 0.0) r.low[d] = std::floor(lowest) - 1.0;
    const double high = highest >= length ? std::ceil(highest) + 1.0 : length;
    h(d, d) = high - r.low[d];
  }
  r.edges = h;
  return r;
}

}  // namespace landscape::md::formats
