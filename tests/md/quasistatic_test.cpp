#include "md/deform/quasistatic.hpp"

#include <gtest/gtest.h>

namespace landscape::md {
namespace {

/// A minimum that moves towards a fold at strain `fold`: sqrt along `soft`, and evenly along everything.
BranchPoint on_branch(double strain, double fold, const Eigen::VectorXd& soft, const Eigen::VectorXd& even) {
  return {strain, soft * (std::sqrt(fold) - std::sqrt(fold - strain)) + strain * even};
}

TEST(FoldAhead, IsTheVertexOfAParabola) {
  const Eigen::VectorXd soft = Eigen::VectorXd::LinSpaced(12, -1.0, 2.0), none = Eigen::VectorXd::Zero(12);
  const double fold = 7e-4;
  const auto found = fold_ahead({on_branch(0.0, fold, soft, none), on_branch(2e-4, fold, soft, none), on_branch(5e-4, fold, soft, none)});
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->distance, fold, 1e-12);
  EXPECT_NEAR(found->way, std::sqrt(fold - 5e-4) * soft.norm(), 1e-12);
  EXPECT_NEAR(found->bend * soft.squaredNorm(), 1.0, 1e-9);
  EXPECT_NEAR(found->along.dot(soft.normalized()), 1.0, 1e-12);
}

TEST(FoldAhead, IsFoundCloserFromCloserPoints) {
  const Eigen::VectorXd soft = Eigen::VectorXd::Unit(12, 3), even = Eigen::VectorXd::Constant(12, 2.0);
  const double fold = 7e-4;
  double before = fold;
  for (const double gap : {4e-4, 1e-4, 2e-5}) {
    const auto found = fold_ahead({on_branch(fold - 4 * gap / 2, fold, soft, even), on_branch(fold - gap, fold, soft, even),
                                   on_branch(fold - gap / 2, fold, soft, even)});
    ASSERT_TRUE(found) << gap;
    const double error = std::abs(found->distance - fold);
    EXPECT_LT(error, 0.5 * gap);
    EXPECT_LT(error, before);
    before = error;
  }
}

TEST(FoldAhead, IsNotSeenWhereTheMotionIsEven) {
  const Eigen::VectorXd even = Eigen::VectorXd::Constant(12, 2.0), soft = Eigen::VectorXd::Unit(12, 3);
  EXPECT_FALSE(fold_ahead({BranchPoint{0.0, 0.0 * even}, BranchPoint{1e-3, 1e-3 * even}, BranchPoint{2e-3, 2e-3 * even}}));
  // Slowing down: away from a fold.
  EXPECT_FALSE(fold_ahead({BranchPoint{0.0, 0.0 * soft}, BranchPoint{1e-3, 0.02 * soft}, BranchPoint{2e-3, 0.03 * soft}}));
}

}  // namespace
}  // namespace landscape::md
