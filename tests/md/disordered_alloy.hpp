/// Small disordered alloys in a skewed cell, for the tests of surfaces.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "md/core/configuration.hpp"
#include "md/core/rng.hpp"

namespace landscape::md::test {

struct DisorderedAlloy {
  std::vector<std::string> species;
  double spacing;  ///< [Å]
  int edge;        ///< atoms along an edge
  std::array<bool, 3> periodic;
};

/// Atoms near the points of a simple lattice, each up to 0.15 Å away along each axis; every seventh is frozen where `frozen`.
inline Configuration disordered(const DisorderedAlloy& c, bool frozen) {
  Configuration atoms;
  Eigen::Matrix3d h;
  h << 1.0, 0.2, -0.1, 0.0, 1.0, 0.15, 0.0, 0.0, 1.0;
  atoms.cell = Cell(Eigen::Matrix3d(c.spacing * c.edge * h), c.periodic);
  const Eigen::Index n = c.edge * c.edge * c.edge;
  atoms.positions.resize(3, n);
  CounterRng rng(5, Stream::Displacement, 0);
  for (Eigen::Index i = 0; i < n; ++i) {
    const Eigen::Vector3d s(static_cast<double>(i % c.edge), static_cast<double>(i / c.edge % c.edge), static_cast<double>(i / c.edge / c.edge));
    atoms.positions.col(i) = atoms.cell.matrix() * ((s.array() + 0.5) / c.edge).matrix();
    for (int k = 0; k < 3; ++k) atoms.positions(k, i) += 0.3 * (rng.uniform() - 0.5);
    atoms.species.push_back(c.species[rng.below(c.species.size())]);
    if (frozen) atoms.movable.push_back(i % 7 != 3);
  }
  return atoms;
}

}  // namespace landscape::md::test
