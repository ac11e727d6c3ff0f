/// The swappable pieces of a band, by pencil.
#include <gtest/gtest.h>

#include <cmath>

#include "neb/band.hpp"
#include "neb/band_anderson.hpp"
#include "neb/image_force.hpp"
#include "neb/neb.hpp"
#include "neb/spacing.hpp"
#include "neb/tangent.hpp"

namespace landscape::neb {
namespace {

using Eigen::Vector2d;
using Eigen::VectorXd;

const VectorXd backward = Vector2d(2.0, 0.0);
const VectorXd forward = Vector2d(0.0, 3.0);

TEST(ImprovedTangent, PointsToTheHigherNeighborOnASlope) {
  const VectorXd up = ImprovedTangent::compute(backward, forward, {0.0, 1.0, 2.0});
  EXPECT_EQ(up, VectorXd(Vector2d(0.0, 1.0)));
  const VectorXd down = ImprovedTangent::compute(backward, forward, {2.0, 1.0, 0.0});
  EXPECT_EQ(down, VectorXd(Vector2d(1.0, 0.0)));
}

TEST(ImprovedTangent, WeighsTheHigherNeighborMoreAtAMaximum) {
  // Differences 4 (previous) and 1 (next); next is the higher one: forward * 4 + backward * 1 = (2,
  // 12).
  const VectorXd t = ImprovedTangent::compute(backward, forward, {0.0, 4.0, 3.0});
  EXPECT_LT((t - VectorXd(Vector2d(2.0, 12.0) / std::sqrt(148.0))).norm(), 1e-15);
  // Mirrored: previous is the higher one: forward * 1 + backward * 4 = (8, 3).
  const VectorXd m = ImprovedTangent::compute(backward, forward, {3.0, 4.0, 0.0});
  EXPECT_LT((m - VectorXd(Vector2d(8.0, 3.0) / std::sqrt(73.0))).norm(), 1e-15);
}

TEST(ImprovedTangent, WeighsTheHigherNeighborMoreAtAMinimum) {
  // Differences 1 (previous) and 5 (next): forward * 5 + backward * 1 = (2, 15).
  const VectorXd t = ImprovedTangent::compute(backward, forward, {1.0, 0.0, 5.0});
  EXPECT_LT((t - VectorXd(Vector2d(2.0, 15.0) / std::sqrt(229.0))).norm(), 1e-15);
}

TEST(ImprovedTangent, IsTheChordOnFlatGround) {
  const VectorXd t = ImprovedTangent::compute(backward, forward, {1.0, 1.0, 1.0});
  EXPECT_LT((t - VectorXd(Vector2d(2.0, 3.0) / std::sqrt(13.0))).norm(), 1e-15);
}

TEST(ImprovedTangent, ChangesContinuouslyWhenAnImagePassesOverTheTop) {
  const double tiny = 1e-9;
  const VectorXd before = ImprovedTangent::compute(backward, forward, {0.0, 1.0 - tiny, 1.0});
  const VectorXd after = ImprovedTangent::compute(backward, forward, {0.0, 1.0 + tiny, 1.0});
  EXPECT_LT((before - after).norm(), 1e-8);
}

TEST(NudgedForce, HasNoSpringAcrossAndNoPotentialAlongThePath) {
  const VectorXd gradient = Vector2d(3.0, 7.0);
  const VectorXd tangent = Vector2d(1.0, 0.0);
  EXPECT_EQ(nudged_force(gradient, tangent, 0.5), VectorXd(Vector2d(0.5, -7.0)));
  const VectorXd stiff = nudged_force(gradient, tangent, 500.0);
  EXPECT_EQ(stiff[1], -7.0);
}

TEST(ClimbingForce, ReversesThePotentialAlongThePathOnly) {
  const VectorXd gradient = Vector2d(3.0, 7.0);
  const VectorXd tangent = Vector2d(1.0, 0.0);
  EXPECT_EQ(climbing_force(gradient, tangent), VectorXd(Vector2d(3.0, -7.0)));
}

TEST(EqualSpacing, MakesTheLengthsBetweenFixedImagesEqual) {
  // Positions on a line; image 3 is fixed as a climbing image is.
  const Eigen::VectorXd s = (Eigen::VectorXd(7) << 0.0, 0.1, 0.9, 3.0, 3.2, 5.0, 6.0).finished();
  Eigen::VectorXd elongation = Eigen::VectorXd::Zero(7);
  for (Eigen::Index i = 1; i < 6; ++i) elongation[i] = s[i + 1] - 2.0 * s[i] + s[i - 1];
  const Eigen::VectorXd moved = s + equal_spacing(elongation, std::vector<double>(6, 1.0), {1, 0, 0, 1, 0, 0, 1});
  for (Eigen::Index i = 0; i < 7; ++i) EXPECT_NEAR(moved[i], static_cast<double>(i), 1e-14);
}

TEST(EqualSpacing, SharesTheLengthOutByTheStiffnessOfTheSprings) {
  const Eigen::VectorXd s = (Eigen::VectorXd(5) << 0.0, 0.3, 1.0, 1.1, 7.0).finished();
  const std::vector<double> k = {1.0, 2.0, 4.0, 1.0};
  Eigen::VectorXd elongation = Eigen::VectorXd::Zero(5);
  for (Eigen::Index i = 1; i < 4; ++i) {
    const auto at = static_cast<std::size_t>(i);
    elongation[i] = k[at] * (s[i + 1] - s[i]) - k[at - 1] * (s[i] - s[i - 1]);
  }
  const Eigen::VectorXd moved = s + equal_spacing(elongation, k, {1, 0, 0, 0, 1});
  for (Eigen::Index i = 0; i < 4; ++i)
    EXPECT_NEAR(k[static_cast<std::size_t>(i)] * (moved[i + 1] - moved[i]), 7.0 / (1.0 + 0.5 + 0.25 + 1.0), 1e-14);
}

TEST(BandSprings, AreWeighedByTheHigherOfTheirTwoImages) {
  // Energies x² of images at 0, 1, 3, 2, 1: 0, 1, 9, 4, 1 eV.
  struct Parabola final : md::EnergySurface {
    Eigen::Index dof() const override { return 1; }
    double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x, Eigen::Ref<Eigen::VectorXd> gradient) override {
      gradient[0] = 2.0 * x[0];
      return x[0] * x[0];
    }
  };
  const Band band([] { return std::make_unique<Parabola>(); }, Eigen::RowVectorXd{{0.0, 1.0, 3.0, 2.0, 1.0}}, 1);
  const Springs springs = band.springs(5.0, 4.0);
  EXPECT_EQ(springs.constant, 5.0);
  // 1/4 below the higher end (1 eV), 1 at the top (9 eV): 4 eV is 3/8 of the way.
  EXPECT_EQ(springs.stiffness, (std::vector<double>{0.25, 1.0, 1.0, 0.25 + 0.75 * 3.0 / 8.0}));
  EXPECT_EQ(band.springs(5.0, 1.0).stiffness, std::vector<double>(4, 1.0));
}

TEST(BandAnderson, SolvesALinearProblemThatIsNotSymmetric) {
  // drive = -A x + b with the triangular A of images that follow their upper neighbor; 4 unknowns,
  // so after 4 steps the secants span the space and the next step solves it but for the
  // regularization.
  Eigen::Matrix4d a = 2.0 * Eigen::Matrix4d::Identity();
  for (Eigen::Index i = 0; i < 3; ++i) a(i, i + 1) = -30.0;
  const Eigen::Vector4d solution(1.0, -2.0, 0.5, 0.25);
  const auto drive = [&](const Eigen::MatrixXd& x) -> Eigen::MatrixXd {
    return a * (solution - x.reshaped()).eval();
  };
  Eigen::MatrixXd x = Eigen::MatrixXd::Zero(4, 1);
  BandAnderson anderson;
  for (int k = 0; k < 12; ++k) {
    const Eigen::MatrixXd before = drive(x);
    const Eigen::MatrixXd step = anderson.step(before);
    x += step;
    anderson.add(step, drive(x) - before);
  }
  EXPECT_LT((x.reshaped() - solution).norm(), 1e-6);
}

TEST(InteriorMinima, AreCountedByDepthAndNeverAtTheEnds) {
  EXPECT_EQ(interior_minima({0.0, 1.0, 0.5, 2.0, 0.0}, 1e-3), std::vector<int>{2});
  EXPECT_TRUE(interior_minima({0.0, 1.0, 0.9995, 2.0, 0.0}, 1e-3).empty());
  EXPECT_TRUE(interior_minima({0.0, 1.0, 2.0, 1.0, 0.0}, 1e-3).empty());
  // A flat-bottomed basin is one minimum; one below both ends is found too.
  EXPECT_EQ(interior_minima({0.0, 1.0, 0.5, 0.5, 0.5, 2.0, 0.0}, 1e-3), std::vector<int>{2});
  EXPECT_EQ(interior_minima({0.0, 1.0, -3.0, 2.0, 0.0}, 1e-3), std::vector<int>{2});
}

}  // namespace
}  // namespace landscape::neb
