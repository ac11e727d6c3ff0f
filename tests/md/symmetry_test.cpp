/// Structures that differ by a rotation, a reflection, a shift or the names of like atoms, and those that do not; zones.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/core/superposition.hpp"
#include "md/structure/symmetry.hpp"
#include "md/structure/zone.hpp"

namespace landscape::md {
namespace {

Eigen::Matrix3d some_rotation() {
  return Eigen::AngleAxisd(1.1, Eigen::Vector3d(0.3, -0.5, 0.8).normalized()).toRotationMatrix();
}

Configuration cluster(int n) {
  Configuration c;
  c.cell = Cell(Eigen::Matrix3d::Identity() * 50.0, {false, false, false});
  c.species.assign(static_cast<std::size_t>(n), "Ar");
  CounterRng rng(3, Stream::Activation, 0);
  c.positions.resize(3, n);
  for (Eigen::Index i = 0; i < n; ++i) c.positions.col(i) = 3.0 * Eigen::Vector3d(rng.normal(), rng.normal(), rng.normal());
  return c;
}

TEST(Superposition, TurnsPointsBackAndNeverReflectsThem) {
  Matrix3Xd r = cluster(9).positions;
  r.colwise() -= r.rowwise().mean().eval();
  EXPECT_LT((rotated_onto(r, some_rotation() * r) - r).norm(), 1e-12);
  // A mirror image of points in general position cannot be turned onto them: the best proper rotation leaves a distance.
  Matrix3Xd mirrored = r;
  mirrored.row(2) *= -1.0;
  const Matrix3Xd turned = rotated_onto(r, mirrored);
  EXPECT_GT((turned - r).norm(), 1.0);
  EXPECT_LE((turned - r).norm(), (mirrored - r).norm());
  const double volume = Eigen::Matrix3d(mirrored.leftCols<3>()).determinant();
  EXPECT_NEAR(Eigen::Matrix3d(turned.leftCols<3>()).determinant(), volume, 1e-9 * std::abs(volume));
}

/// fcc 2 x 2 x 2, the first atom away.
Configuration vacancy() {
  constexpr double a = 3.6;
  Configuration c;
  c.cell = Cell(Eigen::Matrix3d::Identity() * 2.0 * a);
  c.positions.resize(3, 31);
  const double base[4][3] = {{0, 0, 0}, {0.5, 0.5, 0}, {0.5, 0, 0.5}, {0, 0.5, 0.5}};
  Eigen::Index k = -1;
  for (int x = 0; x < 2; ++x)
    for (int y = 0; y < 2; ++y)
      for (int z = 0; z < 2; ++z)
        for (const auto& r : base) {
          if (k >= 0) c.positions.col(k) = a * Eigen::Vector3d(x + r[0], y + r[1], z + r[2]);
          ++k;
        }
  c.species.assign(31, "Cu");
  return c;
}

TEST(Symmetry, RotatedReflectedShiftedAndRenamedClusterIsTheSame) {
  const Configuration c = cluster(9);
  const SymmetryComparison comparison(c, 0.05);
  Matrix3Xd other = some_rotation() * c.positions;
  other.row(1) *= -1.0;
  other.colwise() += Eigen::Vector3d(4.0, -2.0, 1.0);
  other = other.rowwise().reverse().eval();
  EXPECT_TRUE(comparison.same(c.positions, other));
  other(0, 4) += 0.2;
  EXPECT_FALSE(comparison.same(c.positions, other));
  other(0, 4) -= 0.18;  // within the tolerance
  EXPECT_TRUE(comparison.same(c.positions, other));
}

TEST(Symmetry, UnlikeAtomsAreNotExchanged) {
  Configuration c = cluster(9);
  c.species[2] = "Kr";
  const SymmetryComparison comparison(c, 0.05);
  Matrix3Xd other = c.positions;
  other.col(2).swap(other.col(5));
  EXPECT_FALSE(comparison.same(c.positions, other));
  other.col(2).swap(other.col(5));
  other.col(3).swap(other.col(5));
  EXPECT_TRUE(comparison.same(c.positions, other));
}

TEST(Symmetry, AtomsInLineAndPairs) {
  Configuration c = cluster(3);
  for (Eigen::Index i = 0; i < 3; ++i) c.positions.col(i) = Eigen::Vector3d(0.0, 0.0, 2.0 * static_cast<double>(i * i));
  const SymmetryComparison comparison(c, 0.05);
  const Matrix3Xd turned = some_rotation() * c.positions;
  EXPECT_TRUE(comparison.same(c.positions, turned));
  Matrix3Xd even = turned;
  even.col(1) = 0.5 * (turned.col(0) + turned.col(2));
  EXPECT_FALSE(comparison.same(c.positions, even));
}

TEST(Symmetry, TwelveHopsOfAVacancyAreOneAndASecondNeighborIsAnother) {
  const Configuration c = vacancy();
  const SymmetryComparison comparison(c, 0.1);
  const auto hop = [&](Eigen::Index atom, double part) {
    Matrix3Xd moved = c.positions;
    moved.col(atom) -= part * c.cell.minimum_image(c.positions.col(atom));
    return moved;
  };
  std::vector<Eigen::Index> nearest;
  for (Eigen::Index i = 0; i < c.size(); ++i)
    if (c.cell.minimum_image(c.positions.col(i)).norm() < 2.6) nearest.push_back(i);
  ASSERT_EQ(nearest.size(), 12u);
  for (const Eigen::Index atom : nearest) EXPECT_TRUE(comparison.same(hop(nearest[0], 0.5), hop(atom, 0.5))) << atom;
  EXPECT_FALSE(comparison.same(hop(nearest[0], 0.5), hop(nearest[0], 0.3)));
  // A finished hop is the crystal with its vacancy elsewhere.
  EXPECT_TRUE(comparison.same(c.positions, hop(nearest[3], 1.0)));
}

TEST(Symmetry, DoesNotDependOnTheEdgesOfTheCell) {
  Configuration c = vacancy();
  const Eigen::Matrix3d edges = c.cell.matrix();
  // a, a + b, b + c; and one more skewed: the same crystal.
  for (const auto& [p, q, r] : {std::array{1, 0, 1}, {2, -1, 3}}) {
    Eigen::Matrix3d skewed = edges;
    skewed.col(1) += p * edges.col(0);
    skewed.col(2) += q * edges.col(0) + r * edges.col(1);
    c.cell = Cell(skewed);
    const SymmetryComparison comparison(c, 0.1);
    int hops = 0;
    Matrix3Xd first;
    for (Eigen::Index i = 0; i < c.size(); ++i) {
      const Eigen::Vector3d way = c.cell.minimum_image(c.positions.col(i));
      if (way.norm() > 2.6) continue;
      Matrix3Xd moved = c.positions;
      moved.col(i) -= 0.5 * way;
      if (hops++ == 0) first = moved;
      EXPECT_TRUE(comparison.same(first, moved)) << i;
    }
    EXPECT_EQ(hops, 12);
  }
}

TEST(Symmetry, SlabIsNotTurnedUpsideDownOntoFrozenAtoms) {
  Configuration c;
  c.cell = Cell(Eigen::Matrix3d::Identity() * 6.0, {true, true, false});
  c.positions.resize(3, 3);
  c.positions << 0.0, 3.0, 1.0, 0.0, 3.0, 0.0, 0.0, 0.0, 2.0;
  c.species.assign(3, "Cu");
  c.movable = {0, 0, 1};
  const SymmetryComparison comparison(c, 0.1);
  Matrix3Xd other = c.positions;
  other.col(2) = Eigen::Vector3d(0.0, -1.0, 2.0);  // by the fourfold axis
  EXPECT_TRUE(comparison.same(c.positions, other));
  other.col(2) = Eigen::Vector3d(4.0, 3.0, 2.0);  // over the other frozen atom
  EXPECT_TRUE(comparison.same(c.positions, other));
  other.col(2) = Eigen::Vector3d(1.0, 0.0, 1.5);
  EXPECT_FALSE(comparison.same(c.positions, other));
}

TEST(Symmetry, RefusesOneDirectionOfPeriods) {
  Configuration c = cluster(4);
  c.cell = Cell(Eigen::Matrix3d::Identity() * 50.0, {true, false, false});
  EXPECT_THROW(SymmetryComparison(c, 0.1), InputError);
}

TEST(Zone, HoldsWhatLiesInsideAcrossPeriods) {
  const Cell cell(Eigen::Matrix3d::Identity() * 10.0, {true, true, false});
  const Zone sphere("sphere:0,0,0,2"), box("box:-1,-1,0,1,1,5"), slab("slab:z,2,3.5");
  EXPECT_TRUE(sphere.contains(cell, {9.0, 1.0, 0.5}));
  EXPECT_FALSE(sphere.contains(cell, {9.0, 1.0, 9.5}));  // open along z
  EXPECT_TRUE(box.contains(cell, {9.5, 0.5, 1.0}));
  EXPECT_TRUE(box.contains(cell, {19.5, 0.5, 1.0}));
  EXPECT_FALSE(box.contains(cell, {5.0, 0.5, 1.0}));
  EXPECT_TRUE(slab.contains(cell, {5.0, 5.0, 3.5}));
  EXPECT_FALSE(slab.contains(cell, {5.0, 5.0, 3.6}));
  for (const char* wrong : {"sphere:1,2,3", "sphere:0,0,0,-1", "slab:w,0,1", "slab:z,2,1", "box:0,0,0,1,1", "ball:1", "sphere:a,0,0,1", "", "slab:z"})
    EXPECT_THROW(Zone{wrong}, InputError) << wrong;
}

}  // namespace
}  // namespace landscape::md
