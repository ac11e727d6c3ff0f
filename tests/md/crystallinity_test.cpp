#include "md/structure/crystallinity.hpp"

#include <gtest/gtest.h>

#include "md/core/error.hpp"
#include "md/core/rng.hpp"

namespace landscape::md {
namespace {

/// m³ cells of a lattice with the given basis, every coordinate displaced by normal noise.
Configuration crystal(const std::vector<Eigen::Vector3d>& basis, int m, double edge, double noise) {
  Configuration c;
  c.cell = Cell(m * edge * Eigen::Matrix3d::Identity());
  c.positions.resize(3, static_cast<Eigen::Index>(basis.size()) * m * m * m);
  CounterRng rng(1, Stream::Displacement, 0);
  Eigen::Index k = 0;
  for (int x = 0; x < m; ++x)
    for (int y = 0; y < m; ++y)
      for (int z = 0; z < m; ++z)
        for (const auto& b : basis) {
          c.positions.col(k) = edge * (Eigen::Vector3d(x, y, z) + b);
          for (int a = 0; a < 3; ++a) c.positions(a, k) += noise * rng.normal();
          ++k;
        }
  c.species.assign(static_cast<std::size_t>(k), "Cu");
  return c;
}

const std::vector<Eigen::Vector3d> bcc = {{0, 0, 0}, {.5, .5, .5}};
const std::vector<Eigen::Vector3d> fcc = {{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}};

TEST(CrystallineFraction, IsOneInHotCrystals) {
  EXPECT_EQ(crystalline_fraction(crystal(bcc, 5, 3.26, 0.0)), 1.0);
  EXPECT_EQ(crystalline_fraction(crystal(fcc, 4, 4.0, 0.0)), 1.0);
  // 0.12 Å per coordinate: amplitude of atoms in B2 CuZr at some 700 K.
  EXPECT_GT(crystalline_fraction(crystal(bcc, 6, 3.26, 0.12)), 0.95);
  EXPECT_GT(crystalline_fraction(crystal(fcc, 5, 4.0, 0.12)), 0.95);
}

TEST(CrystallineFraction, IsSmallWithoutOrder) {
  // Displacements of a third of the neighbor distance leave no orientation.
  EXPECT_LT(crystalline_fraction(crystal(bcc, 6, 3.26, 0.9)), 0.02);
  EXPECT_LT(crystalline_fraction(crystal(fcc, 5, 4.0, 0.9)), 0.02);
}

TEST(CrystallineFraction, SeesACrystalInHalfOfTheCell) {
  Configuration c = crystal(bcc, 8, 3.26, 0.05);
  CounterRng rng(2, Stream::Displacement, 0);
  for (Eigen::Index i = 0; i < c.size(); ++i)
    for (int a = 0; a < 3; ++a) {
      const double draw = rng.normal();
      if (c.positions(0, i) > 0.5 * 8 * 3.26) c.positions(a, i) += 0.9 * draw;
    }
  EXPECT_NEAR(crystalline_fraction(c), 0.45, 0.1);  // atoms at the two interfaces lack coherent neighbors
}

TEST(CrystallineFraction, NeedsAFullyPeriodicCell) {
  Configuration c = crystal(bcc, 3, 3.26, 0.0);
  c.cell = Cell(c.cell.matrix(), {true, true, false});
  EXPECT_THROW(crystalline_fraction(c), InputError);
}

}  // namespace
}  // namespace landscape::md
