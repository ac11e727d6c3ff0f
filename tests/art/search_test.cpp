#include "art/search.hpp"

#include <gtest/gtest.h>

#include "tests/support/mueller_brown.hpp"

namespace landscape::art {
namespace {

using test::MuellerBrown;

/// Starts are chosen: of twelve directions from the deepest minimum, 30 degrees apart, two reach the saddle and ten end as
/// mode_lost (in two dimensions, uphill the other way there is nothing).
/// Scaled so that curvatures (3 to 60 eV/Å²) are those of atoms.
constexpr double scale = 0.01;

SearchOptions small_surface() {
  SearchOptions options;
  options.activation_step = 0.05;
  options.relaxation_steps = 1;
  options.push_over = 0.05;
  options.approach.patience = 60;  // the way up from the deepest minimum is long and curves upwards first
  options.approach.max_step = 0.03;
  options.approach.max_climb = 0.02;
  options.approach.max_iterations = 400;
  options.approach.max_force = 1e-6;
  options.minimum.max_force = 1e-6;
  options.minimum.max_step = 0.02;
  return options;
}

struct Case {
  const char* from;
  test::StationaryPoint minimum, saddle, other;
  double dx, dy;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.from; }

class KnownSaddles : public testing::TestWithParam<Case> {};

TEST_P(KnownSaddles, AreFoundAndJoinTheirMinima) {
  const Case& c = GetParam();
  MuellerBrown surface(scale);
  const SearchResult r = search(surface, c.minimum.vector(), Eigen::Vector2d(c.dx, c.dy).normalized(), small_surface());
  ASSERT_EQ(r.outcome, Outcome::Connected) << name(r.outcome) << " " << r.message;
  EXPECT_LT((r.saddle - c.saddle.vector()).norm(), 1e-5);
  EXPECT_NEAR(r.saddle_energy, scale * c.saddle.energy, 1e-9);
  EXPECT_LT((r.near_side - c.minimum.vector()).norm(), 1e-4);
  EXPECT_LT((r.far_side - c.other.vector()).norm(), 1e-4);
  EXPECT_EQ(r.proof.negative_eigenvalues, 1);
  EXPECT_LT(r.proof.first, 0.0);
  EXPECT_GT(r.proof.second, 0.0);
  EXPECT_EQ(r.calls.total(), static_cast<double>(surface.calls()));
}

INSTANTIATE_TEST_SUITE_P(MuellerBrown, KnownSaddles,
                         testing::Values(Case{"deepest", MuellerBrown::deepest, MuellerBrown::high_saddle, MuellerBrown::middle, 1.0, 0.3},
                                         Case{"middle", MuellerBrown::middle, MuellerBrown::low_saddle, MuellerBrown::second, 1.0, -0.6},
                                         Case{"second", MuellerBrown::second, MuellerBrown::low_saddle, MuellerBrown::middle, -1.0, 0.6}));

TEST(IndexProof, CountsTheNegativeCurvaturesOfMinimumAndSaddle) {
  MuellerBrown surface(scale);
  const Eigen::Vector2d any(1.0, 0.3), zero(0.0, 0.0);
  ProofOptions options;
  options.delta = 1e-4;
  EXPECT_EQ(prove_index(surface, MuellerBrown::deepest.vector(), zero, any, options).negative_eigenvalues, 0);
  EXPECT_EQ(prove_index(surface, MuellerBrown::low_saddle.vector(), zero, any, options).negative_eigenvalues, 1);
}

}  // namespace
}  // namespace landscape::art
