/// g(r) and Voronoi cells by their definitions, image by image: what the fast ones are held against.
#pragma once

#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "md/core/configuration.hpp"

namespace landscape::test {

/// Vectors from atom i to every image of every atom nearer than `cutoff`, itself left out; of one species unless that is empty.
inline std::vector<Eigen::Vector3d> plain_neighbors(const md::Configuration& c, Eigen::Index i, double cutoff, const std::string& species = "") {
  constexpr int reach = 3;
  std::vector<Eigen::Vector3d> found;
  for (Eigen::Index j = 0; j < c.size(); ++j) {
    if (!species.empty() && c.species[static_cast<std::size_t>(j)] != species) continue;
    for (int x = -reach; x <= reach; ++x)
      for (int y = -reach; y <= reach; ++y)
        for (int z = -reach; z <= reach; ++z) {
          if (i == j && x == 0 && y == 0 && z == 0) continue;
          const Eigen::Vector3d d = c.positions.col(j) - c.positions.col(i) + c.cell.matrix() * Eigen::Vector3d(x, y, z);
          if (d.norm() < cutoff) found.push_back(d);
        }
  }
  return found;
}

/// g(r) of species a around species b (all, where empty) in `bins` bins of width `step`: counts over what the mean density has in each shell.
inline Eigen::VectorXd plain_radial_distribution(const md::Configuration& c, const std::string& a, const std::string& b, double step, int bins) {
  Eigen::VectorXd g = Eigen::VectorXd::Zero(bins);
  double of_a = 0.0, of_b = 0.0;
  for (const auto& s : c.species) {
    of_a += a.empty() || s == a ? 1.0 : 0.0;
    of_b += b.empty() || s == b ? 1.0 : 0.0;
  }
  for (Eigen::Index i = 0; i < c.size(); ++i) {
    if (!a.empty() && c.species[static_cast<std::size_t>(i)] != a) continue;
    for (const auto& d : plain_neighbors(c, i, step * bins, b)) g[static_cast<int>(d.norm() / step)] += 1.0;
  }
  for (int k = 0; k < bins; ++k) {
    const double shell = 4.0 / 3.0 * std::numbers::pi * (std::pow(step * (k + 1), 3) - std::pow(step * k, 3));
    g[k] *= c.cell.volume() / (of_a * of_b * shell);
  }
  return g;
}

struct PlainVoronoi {
  std::array<int, 4> index = {0, 0, 0, 0};   ///< faces with 3, 4, 5, 6 edges
  int faces = 0;
  double five_fold = 0.0;
  double volume = 0.0;                       ///< [Å³], of the whole cell
};

/// The Voronoi cell of atom i: the bisecting plane of each neighbor, cut down by those of all others to the polygon that is its face.
/// @param smallest share of the cell's surface below which a face is dropped. @param cutoff [Å] beyond twice the farthest corner.
inline PlainVoronoi plain_voronoi(const md::Configuration& c, Eigen::Index i, double smallest, double cutoff) {
  const std::vector<Eigen::Vector3d> neighbors = plain_neighbors(c, i, cutoff);
  struct Face {
    std::size_t edges;
    double area;
  };
  std::vector<Face> faces;
  PlainVoronoi cell;
  double surface = 0.0;
  for (std::size_t j = 0; j < neighbors.size(); ++j) {
    const Eigen::Vector3d normal = neighbors[j].normalized(), middle = 0.5 * neighbors[j];
    const Eigen::Vector3d u = normal.unitOrthogonal(), v = normal.cross(u);
    std::vector<Eigen::Vector3d> corners;
    for (const auto& [p, q] : {std::pair{1, 1}, {-1, 1}, {-1, -1}, {1, -1}}) corners.push_back(middle + cutoff * (p * u + q * v));
    for (std::size_t k = 0; k < neighbors.size() && corners.size() > 2; ++k) {
      if (k == j) continue;
      // Nearer to atom i than to neighbor k where this is negative.
      const auto side = [&](const Eigen::Vector3d& x) { return x.dot(neighbors[k]) - 0.5 * neighbors[k].squaredNorm(); };
      std::vector<Eigen::Vector3d> kept;
      for (std::size_t m = 0; m < corners.size(); ++m) {
        const Eigen::Vector3d &from = corners[m], &to = corners[(m + 1) % corners.size()];
        const double a = side(from), b = side(to);
        if (a < 0.0) kept.push_back(from);
        if ((a < 0.0) != (b < 0.0)) kept.push_back(from + a / (a - b) * (to - from));
      }
      corners = std::move(kept);
    }
    if (corners.size() < 3) continue;
    Eigen::Vector3d sum = Eigen::Vector3d::Zero();
    for (std::size_t m = 0; m < corners.size(); ++m) sum += corners[m].cross(corners[(m + 1) % corners.size()]);
    const double area = 0.5 * std::abs(sum.dot(normal));
    surface += area;
    cell.volume += area * middle.norm() / 3.0;
    faces.push_back({corners.size(), area});
  }
  int counted = 0;
  for (const Face& face : faces) {
    if (face.area < smallest * surface) continue;
    ++cell.faces;
    if (face.edges > 6) continue;
    ++cell.index[face.edges - 3];
    ++counted;
  }
  cell.five_fold = static_cast<double>(cell.index[2]) / counted;
  return cell;
}

}  // namespace landscape::test
