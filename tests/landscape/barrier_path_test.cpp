/// Paths with their saddles, in pieces, on a surface whose stationary points are known.
#include <gtest/gtest.h>

#include <cmath>

#include "landscape/workflow/barrier_path.hpp"
#include "md/core/error.hpp"
#include "tests/support/mueller_brown.hpp"

namespace landscape::test {
namespace {

constexpr double scale = 0.1;  ///< of the energies: the higher barrier is then 10.6 eV
const neb::SurfaceFactory surface = [] { return std::make_unique<MuellerBrown>(scale); };
const Eigen::VectorXd from = MuellerBrown::deepest.vector(), to = MuellerBrown::second.vector();

BarrierPathOptions options() {
  BarrierPathOptions o;
  o.neb.images = 24;
  return o;
}

TEST(BarrierPath, FindsBothSaddlesOfAPathOverAMinimum) {
  const BarrierPath found = barrier_path(surface, from, to, options());
  ASSERT_EQ(found.pieces.size(), 2u);
  EXPECT_EQ(found.highest, 0u);
  const StationaryPoint saddles[] = {MuellerBrown::high_saddle, MuellerBrown::low_saddle};
  for (std::size_t k = 0; k < 2; ++k) {
    const PathPiece& piece = found.pieces[k];
    EXPECT_TRUE(piece.converged());  // however high the barrier
    EXPECT_TRUE(piece.stationary);
    EXPECT_EQ(piece.proof.negative_eigenvalues, 1);
    EXPECT_NEAR(piece.saddle_energy_ev, scale * saddles[k].energy, 1e-6);
    EXPECT_LT((piece.saddle - saddles[k].vector()).norm(), 1e-4);
  }
}

TEST(BarrierPath, KeepsOneBandWhereItIsNotToSplit) {
  BarrierPathOptions o = options();
  o.split = false;
  const BarrierPath found = barrier_path(surface, from, to, o);
  ASSERT_EQ(found.pieces.size(), 1u);
  EXPECT_TRUE(found.pieces[0].path.must_be_split());
  EXPECT_NEAR(found.pieces[0].saddle_energy_ev, scale * MuellerBrown::high_saddle.energy, 1e-6);
}

TEST(BarrierPath, APathThatDoesNotConvergeCountsAsTheHighest) {
  BarrierPathOptions o = options();
  o.neb.max_iterations = 1;
  o.split = false;
  const BarrierPath found = barrier_path(surface, from, to, o);
  EXPECT_FALSE(found.pieces[found.highest].path.converged());
  EXPECT_FALSE(found.pieces[found.highest].stationary);
  EXPECT_EQ(found.pieces[found.highest].proof.negative_eigenvalues, -1);
  EXPECT_FALSE(found.pieces[found.highest].converged());
  // Nothing lies between a configuration and itself: no energy, and no lower than any.
  const BarrierPath same = barrier_path(surface, from, from, options());
  EXPECT_TRUE(std::isnan(same.pieces[same.highest].saddle_energy_ev));
}

TEST(BarrierPath, RefusesOptionsOutOfRange) {
  BarrierPathOptions o = options();
  o.max_pieces = 0;
  EXPECT_THROW(o.validate(), md::InputError);
  EXPECT_THROW((void)barrier_path(surface, from, to, o), md::InputError);
}

}  // namespace
}  // namespace landscape::test
