#include "md/structure/crystallinity.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "md/core/error.hpp"
#include "md/neighbor/full_neighbors.hpp"

namespace landscape::md {
namespace {

struct Bond {
  Eigen::Vector3d direction;
  std::size_t atom;
};

/// Legendre polynomial of degree 6.
double p6(double x) {
  const double x2 = x * x;
  return (((231.0 * x2 - 315.0) * x2 + 105.0) * x2 - 5.0) / 16.0;
}

/// q6(i)·q6(j) but for a factor that depends on the numbers of bonds alone.
double product(const std::vector<Bond>& a, const std::vector<Bond>& b) {
  double sum = 0.0;
  for (const Bond& x : a)
    for (const Bond& y : b) sum += p6(x.direction.dot(y.direction));
  return sum;
}

}  // namespace

std::vector<std::uint8_t> crystalline_atoms(const Configuration& configuration, const CrystallinityOptions& options) {
  if (!configuration.cell.fully_periodic())
    throw InputError("crystalline fraction: expected a cell periodic in all three directions");
  const auto n = static_cast<std::size_t>(configuration.size());
  const double reach = options.reach * std::cbrt(configuration.cell.volume() / static_cast<double>(n));
  NeighborList list(reach, 0.0);
  list.update(configuration.cell, configuration.positions);
  FullNeighbors neighbors;
  neighbors.follow(list);
  std::vector<std::vector<Bond>> bonds(n);
  for (std::size_t i = 0; i < n; ++i)
    for (const auto entry : neighbors.of(i)) {
      const std::size_t k = neighbors.atom(entry);
      const Eigen::Vector3d d = configuration.positions.col(static_cast<Eigen::Index>(k)) + neighbors.translation(entry) -
                                configuration.positions.col(static_cast<Eigen::Index>(i));
      if (d.squaredNorm() < reach * reach) bonds[i].push_back({d.normalized(), k});
    }
  std::vector<double> norm(n);
  for (std::size_t i = 0; i < n; ++i) norm[i] = std::sqrt(std::max(product(bonds[i], bonds[i]), 0.0));
  std::vector<std::uint8_t> crystalline(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    int coherent = 0;
    for (const Bond& bond : bonds[i])
      if (product(bonds[i], bonds[bond.atom]) > options.coherence * norm[i] * norm[bond.atom]) ++coherent;
    crystalline[i] = coherent >= options.bonds ? 1 : 0;
  }
  return crystalline;
}

double crystalline_fraction(const Configuration& configuration, const CrystallinityOptions& options) {
  const auto atoms = crystalline_atoms(configuration, options);
  return static_cast<double>(std::count(atoms.begin(), atoms.end(), 1)) / static_cast<double>(atoms.size());
}

}  // namespace landscape::md
