#include "md/neighbor/neighbor_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "md/core/rng.hpp"

namespace landscape::md {
namespace {

/// Pairs of a list built for `positions` without periods, range 2.5 + 0.5 Å.
std::size_t pairs_in_the_open(const Matrix3Xd& positions) {
  NeighborList list(2.5, 0.5);
  list.update(Cell(), positions);
  return list.pair_count();
}

// The number of boxes to look at overflowed where all atoms share a coordinate.
TEST(NeighborList, FindsThePairsOfClustersThatAreFlatAlongOpenDirections) {
  Matrix3Xd dimer = Matrix3Xd::Zero(3, 2);
  dimer(0, 1) = 1.1;
  EXPECT_EQ(pairs_in_the_open(dimer), 1u);

  Matrix3Xd square = Matrix3Xd::Zero(3, 4);  // edge 2.5: four edges within 3 Å, no diagonal
  square.topRows(2) << 0.0, 2.5, 2.5, 0.0, 0.0, 0.0, 2.5, 2.5;
  EXPECT_EQ(pairs_in_the_open(square), 4u);

  EXPECT_EQ(pairs_in_the_open(Matrix3Xd::Zero(3, 1)), 0u);
}

/// A pair as (lower atom, higher atom, r rounded to 1e-6 Å): images differ in r unless symmetry makes them equal.
using Pair = std::tuple<std::uint32_t, std::uint32_t, long>;

std::vector<Pair> listed(const NeighborList& list, const Matrix3Xd& positions, double range) {
  std::vector<Pair> pairs;
  const Slots& slots = list.slots();
  for (std::size_t rank = 0; rank < slots.home.size(); ++rank)
    for (const std::uint32_t slot : list.row(rank)) {
      const double r = (list.place(positions, slot) - list.place(positions, slots.home[rank])).norm();
      const auto [low, high] = std::minmax(slots.atom[slots.home[rank]], slots.atom[slot]);
      if (r < range) pairs.emplace_back(low, high, std::lround(r * 1e6));
    }
  std::ranges::sort(pairs);
  return pairs;
}

std::vector<Pair> brute_force(const Cell& cell, const Matrix3Xd& positions, double range) {
  std::vector<Pair> pairs;
  const auto reach = [&](int k) { return cell.periodic()[static_cast<std::size_t>(k)] ? static_cast<int>(range / cell.heights()[k]) + 6 : 0; };
  for (Eigen::Index i = 0; i < positions.cols(); ++i)
    for (Eigen::Index j = i; j < positions.cols(); ++j)
      for (int a = -reach(0); a <= reach(0); ++a)
        for (int b = -reach(1); b <= reach(1); ++b)
          for (int c = -reach(2); c <= reach(2); ++c) {
            if (i == j && std::tuple(a, b, c) <= std::tuple(0, 0, 0)) continue;
            const double r = (positions.col(j) - positions.col(i) + cell.matrix() * Eigen::Vector3d(a, b, c)).norm();
            if (r < range) pairs.emplace_back(i, j, std::lround(r * 1e6));
          }
  std::ranges::sort(pairs);
  return pairs;
}

TEST(NeighborList, HoldsEachPairOnceInCellsOfEveryShape) {
  CounterRng rng(11, Stream::Displacement, 0);
  int checked = 0;
  for (int trial = 0; trial < 60; ++trial) {
    Eigen::Matrix3d h = Eigen::Matrix3d::Zero();
    for (int k = 0; k < 3; ++k) h(k, k) = 2.0 + 9.0 * rng.uniform();
    h(0, 1) = 3.0 * rng.uniform() - 1.5;
    h(0, 2) = 3.0 * rng.uniform() - 1.5;
    h(1, 2) = 3.0 * rng.uniform() - 1.5;
    const Cell cell(h, {trial % 2 == 0, trial % 3 != 0, trial % 5 != 0});
    Matrix3Xd positions(3, 1 + static_cast<Eigen::Index>(rng.below(40)));
    for (Eigen::Index i = 0; i < positions.cols(); ++i)
      positions.col(i) = h * (3.0 * Eigen::Vector3d(rng.uniform(), rng.uniform(), rng.uniform()) - Eigen::Vector3d::Ones());
    NeighborList list(3.0, 0.4);
    list.update(cell, positions);
    const auto expected = brute_force(cell, positions, 3.4);
    ASSERT_EQ(listed(list, positions, 3.4), expected) << "trial " << trial;
    checked += static_cast<int>(expected.size());

    // Moved and sheared by less than the skin allows, the old list still holds every pair within the cutoff.
    const Cell sheared = cell.deformed(simple_shear(0.01));
    Matrix3Xd moved = simple_shear(0.01) * positions;
    for (double& x : moved.reshaped()) x += 0.1 * rng.uniform() - 0.05;
    list.update(sheared, moved);
    EXPECT_EQ(listed(list, moved, 3.0), brute_force(sheared, moved, 3.0)) << "trial " << trial;
  }
  EXPECT_GT(checked, 1000);
}

/// Disordered atoms from -1 to 2 cells along each direction.
Matrix3Xd scattered(const Cell& cell, Eigen::Index n, std::uint64_t seed) {
  CounterRng rng(seed, Stream::Displacement, 0);
  Matrix3Xd positions(3, n);
  for (Eigen::Index i = 0; i < n; ++i)
    positions.col(i) = cell.matrix() * (3.0 * Eigen::Vector3d(rng.uniform(), rng.uniform(), rng.uniform()) - Eigen::Vector3d::Ones());
  return positions;
}

TEST(NeighborList, IsTheSameForEveryNumberOfThreads) {
  Eigen::Matrix3d h = Eigen::Vector3d(37.0, 34.0, 40.0).asDiagonal();
  h(0, 1) = 9.0;
  for (const bool open : {false, true}) {
    const Cell cell(h, {true, !open, true});
    const Matrix3Xd positions = scattered(cell, 3500, 5);
    NeighborList one(3.0, 0.4);
    one.update(cell, positions, 1);
    for (const int threads : {2, 3}) {
      NeighborList other(3.0, 0.4);
      other.update(cell, positions, threads);
      ASSERT_EQ(other.slots().atom, one.slots().atom);
      EXPECT_EQ(other.slots().home, one.slots().home);
      EXPECT_EQ(other.slots().slots_of_rank, one.slots().slots_of_rank);
      EXPECT_EQ(other.row_begin(), one.row_begin());
      for (std::size_t rank = 0; rank < 3500; ++rank) ASSERT_TRUE(std::ranges::equal(other.row(rank), one.row(rank))) << rank;
      EXPECT_EQ(listed(other, positions, 3.4), listed(one, positions, 3.4));
    }
    EXPECT_GT(one.pair_count(), 5000u);
  }
}

// Atoms of a long run, which are not wrapped, lie in more cells than a table has room for.
TEST(NeighborList, HoldsTheSamePairsWhereverAtomsWentThroughThePeriods) {
  const Cell cell(Eigen::Matrix3d(Eigen::Vector3d(8.0, 9.0, 10.0).asDiagonal()));
  const Matrix3Xd near = scattered(cell, 60, 6);
  Matrix3Xd far = near;
  for (Eigen::Index i = 0; i < far.cols(); ++i)
    far.col(i) += cell.matrix() * Eigen::Vector3d(static_cast<double>(i - 30), static_cast<double>(i * i % 37), static_cast<double>(7 * i % 41));
  NeighborList here(3.0, 0.4), there(3.0, 0.4);
  here.update(cell, near);
  there.update(cell, far);
  EXPECT_EQ(listed(there, far, 3.4), listed(here, near, 3.4));
  EXPECT_GT(here.pair_count(), 100u);
}

}  // namespace
}  // namespace landscape::md
