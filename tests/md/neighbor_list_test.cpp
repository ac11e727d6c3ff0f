#include "md/neighbor/neighbor_list.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace landscape::md
