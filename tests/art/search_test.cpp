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

/// E = ½ Σ λ_i x_i².
class Paraboloid final : public md::EnergySurface {
 public:
  explicit Paraboloid(Eigen::VectorXd curvatures) : curvatures_(std::move(curvatures)) {}
  Eigen::Index dof() const override { return curvatures_.size(); }

 protected:
  double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x, Eigen::Ref<Eigen::VectorXd> gradient) override {
    gradient = curvatures_.cwiseProduct(x);
    return 0.5 * gradient.dot(x);
  }

 private:
  Eigen::VectorXd curvatures_;
};

TEST(IndexProof, ASoftModeDoesNotHideANegativeOne) {
  // 300 modes up to 35 eV/Å², as those of a hundred atoms; the second and third are a few hundredths apart.
  constexpr Eigen::Index n = 300;
  Eigen::VectorXd curvatures = Eigen::VectorXd::LinSpaced(n, 0.1, 35.0);
  curvatures[0] = -1.0;
  const Eigen::VectorXd saddle = Eigen::VectorXd::Zero(n), mode = Eigen::VectorXd::Unit(n, 0);
  for (const double second : {-0.2, -0.01, -0.002, 0.002, 0.2})
    for (const double third : {0.01, 0.03, 0.06}) {
      curvatures[1] = second;
      curvatures[2] = third;
      Paraboloid surface(curvatures);
      const IndexProof proof = prove_index(surface, saddle, saddle, mode);
      EXPECT_EQ(proof.negative_eigenvalues, second < 0.0 ? 2 : 1) << second << " beside " << third;
      EXPECT_NEAR(proof.second, std::min(second, third), 1e-3 + 0.1 * std::abs(std::min(second, third)));
      EXPECT_NEAR(proof.first, -1.0, 1e-3);
    }
}

TEST(Approach, TakesItsModeFromACheaperSurfaceExceptTheLast) {
  const auto lead = [](const ModeSource& cheap) {
    MuellerBrown surface(scale);
    const ApproachOptions options = small_surface().approach;
    return approach_saddle(surface, MuellerBrown::low_saddle.vector() + Eigen::Vector2d(0.03, -0.02), Eigen::Vector2d(1.0, 1.0),
                           scale * MuellerBrown::middle.energy, options, {}, cheap);
  };
  const ApproachResult alone = lead({});
  ASSERT_EQ(alone.status, ApproachStatus::Converged);
  int asked = 0;
  const auto of = [&asked](const Eigen::Vector2d& vector, double curvature) {
    return [=, &asked](const Eigen::VectorXd&, const Eigen::VectorXd&, const md::LanczosOptions&) {
      ++asked;
      return md::LowestMode{.curvature = curvature, .vector = vector.normalized()};
    };
  };
  // Off by 10 degrees, as a region's is not.
  const ApproachResult cheap = lead(of(Eigen::Rotation2Dd(0.17) * Eigen::Vector2d(alone.mode), 1.2 * alone.curvature));
  EXPECT_GT(asked, 0);
  ASSERT_EQ(cheap.status, ApproachStatus::Converged);
  EXPECT_LT((cheap.x - alone.x).norm(), 1e-5);
  EXPECT_GT(std::abs(cheap.mode.dot(alone.mode)), 0.9999);
  EXPECT_NEAR(cheap.curvature, alone.curvature, 5e-3 * std::abs(alone.curvature));
  EXPECT_LT(cheap.lanczos_calls, alone.lanczos_calls);
  // One that sees no negative curvature is not believed.
  const ApproachResult blind = lead(of(Eigen::Vector2d(1.0, 0.0), 3.0));
  EXPECT_EQ(blind.x, alone.x);
  EXPECT_EQ(blind.lanczos_calls, alone.lanczos_calls);
}

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
