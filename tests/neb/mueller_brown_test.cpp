/// CI-NEB on a surface whose saddles are known.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "neb/neb.hpp"
#include "tests/support/mueller_brown.hpp"

namespace landscape::neb {
namespace {

using test::MuellerBrown;

// One hundredth of the original: barriers of about 1 eV, curvatures of tens of eV/Å², as in a
// metal.
constexpr double scale = 0.01;
const SurfaceFactory surface = [] { return std::make_unique<MuellerBrown>(scale); };

NebOptions tight() {
  NebOptions o;
  o.max_force = 1e-5;  // energy error of force² / (2 curvature), far below the 1e-6 asked for
  return o;
}

Eigen::Vector2d gradient_of(const test::StationaryPoint& p) {
  MuellerBrown mb;
  Eigen::VectorXd g(2);
  EXPECT_NEAR(mb.evaluate(p.vector(), g), p.energy, 1e-10);
  return g;
}

TEST(MuellerBrownSurface, ListsItsStationaryPoints) {
  for (const auto& p : {MuellerBrown::deepest, MuellerBrown::second, MuellerBrown::middle,
                        MuellerBrown::high_saddle, MuellerBrown::low_saddle})
    EXPECT_LT(gradient_of(p).norm(), 1e-10) << p.x << ' ' << p.y;
}

TEST(ClimbingImage, ReachesTheSaddlesBetweenAdjacentMinimaFromALinearGuess) {
  const auto high =
      find_path(surface, MuellerBrown::deepest.vector(), MuellerBrown::middle.vector(), tight());
  ASSERT_EQ(high.status, NebStatus::Converged);
  EXPECT_NEAR(high.saddle_energy, scale * MuellerBrown::high_saddle.energy, 1e-6);
  EXPECT_LT((high.images[static_cast<std::size_t>(*high.saddle_index)] -
             MuellerBrown::high_saddle.vector())
                .norm(),
            1e-5);
  EXPECT_FALSE(high.must_be_split());
  EXPECT_LE(high.saddle_max_force, 1e-5);
  EXPECT_LE(high.path_max_force, 0.01);
  EXPECT_LT(high.endpoint_max_force, 1e-9);
  EXPECT_NEAR(high.tangent.norm(), 1.0, 1e-12);

  const auto low =
      find_path(surface, MuellerBrown::middle.vector(), MuellerBrown::second.vector(), tight());
  ASSERT_EQ(low.status, NebStatus::Converged);
  EXPECT_NEAR(low.saddle_energy, scale * MuellerBrown::low_saddle.energy, 1e-6);
  EXPECT_NEAR(low.barrier, scale * (MuellerBrown::low_saddle.energy - MuellerBrown::middle.energy),
              1e-6);
  EXPECT_NEAR(low.reverse_barrier,
              scale * (MuellerBrown::low_saddle.energy - MuellerBrown::second.energy), 1e-6);
}

TEST(ClimbingImage, TakesTheHigherSaddleAndReportsTheMinimumOnTheWay) {
  const auto path =
      find_path(surface, MuellerBrown::deepest.vector(), MuellerBrown::second.vector(), tight());
  ASSERT_EQ(path.status, NebStatus::Converged);
  EXPECT_NEAR(path.saddle_energy, scale * MuellerBrown::high_saddle.energy, 1e-6);
  ASSERT_EQ(path.intermediate_minima.size(), 1U);
  EXPECT_TRUE(path.must_be_split());

  md::MinimizeOptions minimize;
  minimize.max_force = 1e-8;
  const auto minima = split(surface, path, minimize);
  ASSERT_EQ(minima.size(), 1U);
  EXPECT_LT((minima[0].x - MuellerBrown::middle.vector()).norm(), 1e-8);
}

TEST(ClimbingImage, WeightedSpringsGatherImagesAtTheSaddleAndLeaveItWhereItIs) {
  NebOptions o = tight();
  o.images = 15;
  const auto even = find_path(surface, MuellerBrown::deepest.vector(), MuellerBrown::middle.vector(), o);
  o.spring_ratio = 10.0;
  const auto weighted = find_path(surface, MuellerBrown::deepest.vector(), MuellerBrown::middle.vector(), o);
  ASSERT_TRUE(even.converged());
  ASSERT_TRUE(weighted.converged());
  EXPECT_NEAR(weighted.barrier, even.barrier, 1e-6);
  const auto beside_over_first = [](const NebResult& path) {
    const auto k = static_cast<std::size_t>(*path.saddle_index);
    const auto& s = path.reaction_coordinate;
    return (s[k + 1] - s[k - 1]) / (2.0 * (s[1] - s[0]));
  };
  EXPECT_NEAR(beside_over_first(even), 1.0, 0.3);  // the climber parts the band in two chains
  EXPECT_LT(beside_over_first(weighted), 0.4 * beside_over_first(even));
}

TEST(ClimbingImage, TangentAtTheSaddleIsItsUnstableDirection) {
  NebOptions o = tight();
  o.images = 40;
  const auto path =
      find_path(surface, MuellerBrown::middle.vector(), MuellerBrown::second.vector(), o);
  ASSERT_TRUE(path.converged());
  MuellerBrown mb(scale);
  Eigen::Matrix2d hessian;
  const double h = 1e-5;
  for (int k = 0; k < 2; ++k) {
    Eigen::VectorXd plus(2), minus(2);
    const Eigen::VectorXd x = MuellerBrown::low_saddle.vector();
    (void)mb.evaluate(x + h * Eigen::VectorXd::Unit(2, k), plus);
    (void)mb.evaluate(x - h * Eigen::VectorXd::Unit(2, k), minus);
    hessian.col(k) = (plus - minus) / (2.0 * h);
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix2d> modes(
      Eigen::Matrix2d(0.5 * (hessian + hessian.transpose())));
  ASSERT_LT(modes.eigenvalues()[0], 0.0);
  // The tangent is a chord over two spacings: an error of curvature times spacing remains.
  EXPECT_GT(std::abs(path.tangent.dot(modes.eigenvectors().col(0))), 0.995);
}

TEST(Barrier, DoesNotDependOnSpringConstantOrNumberOfImages) {
  const double expected = scale * (MuellerBrown::high_saddle.energy - MuellerBrown::deepest.energy);
  for (const int images : {5, 11, 40})
    for (const double spring : {5.0, 50.0}) {
      NebOptions o;
      o.images = images;
      o.spring_constant = spring;
      o.max_iterations = 1000;
      for (const auto& end : {MuellerBrown::middle, MuellerBrown::second}) {
        const auto path = find_path(surface, MuellerBrown::deepest.vector(), end.vector(), o);
        EXPECT_EQ(path.status, NebStatus::Converged) << images << " images, spring " << spring;
        EXPECT_NEAR(path.barrier, expected, 1e-5) << images << " images, spring " << spring;
      }
    }
}

TEST(Path, EveryImageReachesTheTightTolerance) {
  NebOptions o;
  o.path_max_force = 1e-4;
  o.max_iterations = 300;  // 72 needed when written
  const auto path =
      find_path(surface, MuellerBrown::deepest.vector(), MuellerBrown::middle.vector(), o);
  ASSERT_EQ(path.status, NebStatus::Converged);
  EXPECT_LE(path.path_max_force, 1e-4);
  // Images are evenly spaced on both sides of the climbing image: force / spring constant apart at
  // most.
  const auto& s = path.reaction_coordinate;
  for (std::size_t i = 1; i + 1 < s.size(); ++i) {
    if (static_cast<int>(i) == *path.saddle_index) continue;
    EXPECT_NEAR(s[i + 1] - s[i], s[i] - s[i - 1], 1e-4 / o.spring_constant + 1e-12) << i;
  }
}

}  // namespace
}  // namespace landscape::neb
