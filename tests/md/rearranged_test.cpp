// Where atoms rearranged: D2min through cells and images, clusters, bands.
#include <gtest/gtest.h>

#include <cmath>

#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/structure/d2min.hpp"
#include "md/structure/rearranged.hpp"
#include "tests/support/plain_d2min.hpp"

namespace landscape::md {
namespace {

Configuration random_atoms(const Eigen::Matrix3d& edges, Eigen::Index n) {
  Configuration c;
  c.cell = Cell(edges);
  c.species.assign(static_cast<std::size_t>(n), "Cu");
  c.positions.resize(3, n);
  CounterRng rng(3, Stream::Displacement, 1);
  for (Eigen::Index i = 0; i < n; ++i)
    c.positions.col(i) = edges * Eigen::Vector3d(rng.uniform(), rng.uniform(), rng.uniform());
  return c;
}

Eigen::Matrix3d skewed(double a, double b, double c) {
  Eigen::Matrix3d h;
  h << a, 0.3 * b, -0.2 * c, 0.0, b, 0.25 * c, 0.0, 0.0, c;
  return h;
}

TEST(Rearranged, D2minOfAThinSkewedCellEqualsThePlainSumOverImages) {
  // 6 Å with a cutoff of 3.9 Å: some atoms are their own neighbors, or neighbors through two images.
  const Configuration before = random_atoms(skewed(6.0, 6.5, 7.0), 14);
  const Eigen::Matrix3d f = simple_shear(0.37);
  Configuration after = before;
  after.cell = before.cell.deformed(f);
  CounterRng rng(4, Stream::Displacement, 2);
  for (Eigen::Index i = 0; i < after.size(); ++i) after.positions.col(i) = f * before.positions.col(i) + 0.4 * rng.normals(3);
  // Atoms written in other images are the same atoms.
  after.positions.col(3) += after.cell.matrix() * Eigen::Vector3d(1, -2, 1);
  after.positions.col(9) += after.cell.matrix() * Eigen::Vector3d(0, 1, 0);
  const Eigen::VectorXd fast = d2min(before, after, 3.9), plain = test::plain_d2min(before, after, f, 3.9);
  for (Eigen::Index i = 0; i < fast.size(); ++i) EXPECT_NEAR(fast[i], plain[i], 1e-9 * (1.0 + plain[i])) << i;
  EXPECT_GT(plain.maxCoeff(), 1.0);
}

TEST(Rearranged, AnAtomWithTwoNeighborsHasNoD2min) {
  Configuration c;
  c.cell = Cell(30.0 * Eigen::Matrix3d::Identity());
  c.species = {"Cu", "Cu", "Cu"};
  c.positions = Eigen::Matrix3d::Identity();
  EXPECT_TRUE(d2min(c, c, 3.0).array().isNaN().all());
  EXPECT_EQ(above(d2min(c, c, 3.0), -1.0), (std::vector<std::uint8_t>{0, 0, 0}));  // undefined is not rearranged
}

/// A grid of 1 Å in a skewed cell; members by reduced coordinates.
struct Grid {
  Configuration c;
  std::vector<std::uint8_t> member;
  template <class Is>
  Grid(int n, Is is) {
    const auto h = skewed(n, n, n);
    c.cell = Cell(h);
    c.positions.resize(3, n * n * n);
    Eigen::Index at = 0;
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        for (int k = 0; k < n; ++k) {
          const Eigen::Vector3d s = (Eigen::Vector3d(i, j, k).array() + 0.5) / n;
          c.positions.col(at++) = h * s;
          c.species.push_back("Cu");
          member.push_back(is(i, j, k) ? 1 : 0);
        }
  }
};

TEST(Rearranged, ClustersKnowInHowManyDirectionsTheyGoOn) {
  const auto clusters = [](const Grid& g) { return atom_clusters(g.c, g.member, 1.2); };
  const auto blob = clusters(Grid(8, [](int i, int j, int k) { return (i == 7 || i == 0) && j < 2 && k < 2; }));
  EXPECT_EQ(blob.sizes, std::vector<int>{8});  // through the periodic face one cluster
  EXPECT_EQ(blob.dimensions, 0);
  const auto rod = clusters(Grid(8, [](int i, int j, int k) { return (j == 3 && k == 3) || (i == 1 && j == 6 && k == 6); }));
  EXPECT_EQ(rod.sizes, (std::vector<int>{8, 1}));
  EXPECT_EQ(rod.dimensions, 1);
  EXPECT_EQ(rod.along, (std::array<bool, 3>{true, false, false}));
  // A diagonal staircase has a period of both edges, and yet but one direction.
  const auto stairs = clusters(Grid(8, [](int i, int j, int k) { return k == 3 && (i == j || (i + 1) % 8 == j); }));
  EXPECT_EQ(stairs.dimensions, 1);
  EXPECT_EQ(stairs.along, (std::array<bool, 3>{true, true, false}));
  const auto layer = clusters(Grid(8, [](int, int j, int) { return j == 2; }));
  EXPECT_EQ(layer.dimensions, 2);
  EXPECT_EQ(layer.largest(), 64);
  EXPECT_EQ(clusters(Grid(8, [](int, int, int) { return true; })).dimensions, 3);
  EXPECT_EQ(clusters(Grid(8, [](int, int, int) { return false; })).largest(), 0);
}

TEST(Rearranged, ABandIsFoundAcrossItsNormalWithPositionAndWidth) {
  // Layers 18, 19, 0, ... 4 of 20 across the second edge: 7 Å of 20 Å, through the periodic face; middle at 1.5 Å.
  const Grid layer(20, [](int, int j, int) { return j < 5 || j > 17; });
  const double scale = layer.c.cell.heights()[1] / 20.0;
  const auto band = shear_band(layer.c, layer.member, {.slab_a = scale});
  ASSERT_TRUE(band);
  EXPECT_EQ(band->normal, 1);
  EXPECT_NEAR(band->width_a, 7.0 * scale, 0.35 * scale);
  EXPECT_NEAR(band->volume_width_a, 7.0 * scale, 1e-9);
  EXPECT_NEAR(band->position_a, 1.5 * scale, 0.5 * scale);
  EXPECT_NEAR(band->contrast, 1.0, 1e-12);
  const Grid upright(20, [](int i, int, int) { return i >= 8 && i < 13; });
  EXPECT_EQ(shear_band(upright.c, upright.member)->normal, 0);
  EXPECT_FALSE(shear_band(upright.c, upright.member, {.plane = 2}));  // not an axis of yz
  EXPECT_FALSE(shear_band(upright.c, std::vector<std::uint8_t>(8000, 0)));
  EXPECT_FALSE(shear_band(upright.c, std::vector<std::uint8_t>(8000, 1)));  // no layer where all are members
}

TEST(Rearranged, ParticipationIsOneWhereAllShareAndOneOverNWhereOneMoves) {
  EXPECT_DOUBLE_EQ(participation_ratio(Eigen::Vector4d::Constant(2.0)), 1.0);
  EXPECT_DOUBLE_EQ(participation_ratio(Eigen::Vector4d(0, 3, 0, 0)), 0.25);
  EXPECT_TRUE(std::isnan(participation_ratio(Eigen::Vector4d::Zero())));
}

TEST(Rearranged, TheOverlapForgetsShearDriftAndImages) {
  const Configuration before = random_atoms(skewed(20.0, 20.0, 20.0), 100);
  Configuration after = before;
  const Eigen::Matrix3d f = simple_shear(0.8, 2);
  after.cell = before.cell.deformed(f);
  after.positions = f * before.positions;
  after.positions.colwise() += Eigen::Vector3d(3.0, -7.0, 1.0);
  after.positions.col(5) += after.cell.matrix().col(1);
  EXPECT_EQ(overlap(before, after, 0.4), 1.0);
  for (Eigen::Index i = 0; i < 10; ++i) after.positions(0, i) += i % 2 ? 0.5 : -0.5;  // ten atoms beyond, five each way
  for (Eigen::Index i = 10; i < 20; ++i) after.positions(1, i) += i % 2 ? 0.3 : -0.3;
  EXPECT_DOUBLE_EQ(overlap(before, after, 0.4), 0.9);
  EXPECT_DOUBLE_EQ(overlap(before, after, 0.2), 0.8);
}

TEST(Rearranged, BadInputIsRefused) {
  const Grid g(4, [](int, int, int) { return true; });
  EXPECT_THROW(atom_clusters(g.c, {1, 0}, 1.2), InputError);
  EXPECT_THROW(atom_clusters(g.c, g.member, 0.0), InputError);
  EXPECT_THROW(shear_band(g.c, g.member, {.slab_a = -1.0}), InputError);
}

}  // namespace
}  // namespace landscape::md
