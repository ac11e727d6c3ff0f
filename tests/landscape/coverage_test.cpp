/// What is still unseen, by barrier; the founding study's rule of redundancy.
#include <gtest/gtest.h>

#include <cmath>

#include "landscape/workflow/coverage.hpp"
#include "md/core/rng.hpp"

namespace landscape {
namespace {

TEST(Coverage, CountsByBarrierAndEstimatesWhatIsUnseen) {
  const auto ranges = coverage({{0.05, 3}, {0.2, 1}, {0.25, 1}, {0.29, 2}, {0.3, 4}, {5.0, 1}});
  ASSERT_EQ(ranges.size(), 6u);
  EXPECT_EQ(ranges[0].events, 1);
  EXPECT_EQ(ranges[0].new_chance, 0.0);
  EXPECT_EQ(ranges[1].events, 3);
  EXPECT_EQ(ranges[1].connected, 4);
  EXPECT_EQ(ranges[1].found_once, 2);
  EXPECT_EQ(ranges[1].found_twice, 1);
  EXPECT_DOUBLE_EQ(ranges[1].unseen_estimate, 0.5);  // 2 * 1 / (2 * 2)
  EXPECT_DOUBLE_EQ(ranges[1].new_chance, 0.5);
  EXPECT_EQ(ranges[2].events, 1);
  EXPECT_TRUE(std::isnan(ranges[3].new_chance));
  EXPECT_TRUE(std::isinf(ranges[5].high_ev));
  EXPECT_EQ(ranges[5].events, 1);
}

TEST(Coverage, GoodTuringIsTheShareOfSinglesAmongFinds) {
  EXPECT_EQ(good_turing_new({}), 1.0);
  EXPECT_DOUBLE_EQ(good_turing_new({1, 1, 2}), 0.5);
  EXPECT_EQ(good_turing_new({2, 3}), 0.0);
}

TEST(Pearson, MergesTheSameNumbersAndKeepsOthersApart) {
  md::CounterRng rng(5, md::Stream::Activation, 0);
  Eigen::MatrixXd features(6, 9);
  for (Eigen::Index i = 0; i < features.rows(); ++i) features.row(i) = rng.normals(9).transpose();
  EXPECT_EQ(pearson_events(features), 6);
  EXPECT_EQ(pearson_events(features.topRows(0)), 0);  // a mapping without events
  EXPECT_EQ(pearson_events(features.topRows(1)), 1);
  features.row(4) = features.row(1);
  EXPECT_EQ(pearson_events(features), 5);
  // z-scoring takes the units out.
  features.rightCols(6) *= 1e5;
  features.col(0).array() += 40.0;
  EXPECT_EQ(pearson_events(features), 5);
  // Columns that do not vary or are not known do not count.
  features.rightCols(6).setConstant(std::nan(""));
  EXPECT_EQ(pearson_events(features), 5);  // three columns left
  features.col(2).setConstant(1.0);
  EXPECT_EQ(pearson_events(features), 6);  // two columns are always correlated: no judgment
}

}  // namespace
}  // namespace landscape
