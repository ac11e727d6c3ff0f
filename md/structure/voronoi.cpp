#include "md/structure/voronoi.hpp"

#include <cmath>
#include <voro++/voro++.hh>

#include "md/core/error.hpp"

namespace landscape::md {

void VoronoiOptions::validate() const {
  if (!(smallest_face >= 0.0 && smallest_face < 1.0))
    throw InputError(message("Voronoi cells: smallest face is ", smallest_face,
                             " of the surface, expected in [0, 1)"));
  if (!(shortest_edge_a >= 0.0))
    throw InputError(
        message("Voronoi cells: shortest edge is ", shortest_edge_a, " Å, expected at least 0"));
}

namespace {

/// The cell's edges with a along x and b in the xy plane, tilts within half an edge. Lengths and
/// angles between atoms stay, up to a mirror image, which no Voronoi index notices.
Eigen::Matrix3d upright(const Cell& cell) {
  const Eigen::Matrix3d metric = cell.matrix().transpose() * cell.matrix();
  Eigen::Matrix3d r = metric.llt().matrixU();
  r.col(2) -= std::round(r(1, 2) / r(1, 1)) * r.col(1);
  r.col(2) -= std::round(r(0, 2) / r(0, 0)) * r.col(0);
  r.col(1) -= std::round(r(0, 1) / r(0, 0)) * r.col(0);
  return r;
}

/// Number of edges of each face that are long enough.
std::vector<int> edge_counts(voro::voronoicell_neighbor& cell, double shortest) {
  std::vector<int> corners, counts;  // corners: for each face their number, then their indices
  std::vector<double> vertices;
  cell.face_vertices(corners);
  cell.vertices(vertices);
  const auto vertex = [&](int k) {
    return Eigen::Map<const Eigen::Vector3d>(vertices.data() + 3 * k);
  };
  for (std::size_t at = 0; at < corners.size();) {
    const auto n = static_cast<std::size_t>(corners[at]);
    const int* face = corners.data() + at + 1;
    int count = 0;
    for (std::size_t k = 0; k < n; ++k)
      if ((vertex(face[k]) - vertex(face[(k + 1) % n])).norm() >= shortest) ++count;
    counts.push_back(count);
    at += n + 1;
  }
  return counts;
}

void take_cell(voro::voronoicell_neighbor& cell,
               std::size_t atom,
               const VoronoiOptions& options,
               VoronoiCells& out) {
  std::vector<int> neighbors;
  std::vector<double> areas;
  const std::vector<int> orders = edge_counts(cell, options.shortest_edge_a);
  cell.face_areas(areas);
  cell.neighbors(neighbors);
  const double surface = cell.surface_area();
  out.volume[static_cast<Eigen::Index>(atom)] = cell.volume();
  for (std::size_t f = 0; f < orders.size(); ++f) {
    if (areas[f] < options.smallest_face * surface) continue;
    ++out.coordination[atom];
    out.neighbors[atom].push_back(neighbors[f]);
    if (orders[f] >= 3 && orders[f] <= 6)
      ++out.index[atom][static_cast<std::size_t>(orders[f] - 3)];
    if (orders[f] > 6) ++out.larger[atom];
  }
  const auto& n = out.index[atom];
  const int counted = n[0] + n[1] + n[2] + n[3];
  out.five_fold[static_cast<Eigen::Index>(atom)] =
      counted > 0 ? static_cast<double>(n[2]) / counted : std::nan("");
}

}  // namespace

VoronoiCells voronoi_cells(const Configuration& configuration, const VoronoiOptions& options) {
  options.validate();
  if (!configuration.cell.fully_periodic())
    throw InputError("Voronoi cells: expected a cell periodic in all three directions");
  const auto n = static_cast<std::size_t>(configuration.size());
  const Eigen::Matrix3d h = upright(configuration.cell);
  // About five atoms a block, which voro++ finds fastest.
  const double block = std::cbrt(5.0 * configuration.cell.volume() / static_cast<double>(n));
  const auto blocks = [&](int d) {
    return std::max(1, static_cast<int>(std::lround(h(d, d) / block)));
  };
  voro::container_periodic container(h(0, 0), h(0, 1), h(1, 1), h(0, 2), h(1, 2), h(2, 2),
                                     blocks(0), blocks(1), blocks(2), 8);
  // Reduced coordinates belong to the cell as given; its lattice is that of h, so its original
  // upright form places the atoms.
  const Eigen::Matrix3d metric =
      configuration.cell.matrix().transpose() * configuration.cell.matrix();
  const Eigen::Matrix3d given = metric.llt().matrixU();
  for (std::size_t i = 0; i < n; ++i) {
    Eigen::Vector3d s =
        configuration.cell.inverse() * configuration.positions.col(static_cast<Eigen::Index>(i));
    const Eigen::Vector3d r = given * (s.array() - s.array().floor()).matrix();
    container.put(static_cast<int>(i), r.x(), r.y(), r.z());
  }
  VoronoiCells out;
  out.index.assign(n, {0, 0, 0, 0});
  out.larger.assign(n, 0);
  out.coordination.assign(n, 0);
  out.neighbors.assign(n, {});
  out.five_fold = Eigen::VectorXd::Constant(static_cast<Eigen::Index>(n), std::nan(""));
  out.volume = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(n));
  voro::c_loop_all_periodic loop(container);
  voro::voronoicell_neighbor cell;
  if (loop.start()) do {
      if (!container.compute_cell(cell, loop))
        throw InputError(message("Voronoi cells: atom ", loop.pid() + 1,
                                 " has none; are two atoms on one spot?"));
      take_cell(cell, static_cast<std::size_t>(loop.pid()), options, out);
    } while (loop.inc());
  if (std::abs(out.volume.sum() - configuration.cell.volume()) > 1e-6 * configuration.cell.volume())
    throw InputError(
        "Voronoi cells: their volumes do not sum to the box; are two atoms on one spot?");
  return out;
}

}  // namespace landscape::md
