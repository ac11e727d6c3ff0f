/// Conversions between records and configurations.
#include "landscape/workflow/records.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "landscape/workflow/mapping.hpp"

namespace landscape {
namespace {

TEST(Records, PositionsComeBackToTheLastBit) {
  md::Matrix3Xd positions(3, 50);
  for (Eigen::Index i = 0; i < positions.size(); ++i) positions.data()[i] = std::sin(1.0 + static_cast<double>(i)) * 1e3;
  positions(0, 0) = -0.0;
  auto record = encode_positions(positions);
  EXPECT_EQ(record.n_atoms, 50);
  EXPECT_EQ(record.layout, "f64le.shuffle.zlib.v1");
  const auto back = decode_positions(record);
  EXPECT_EQ(0, std::memcmp(back.data(), positions.data(), sizeof(double) * 150));
  EXPECT_FALSE(layout_problem(record.layout, 50, record.data));
  EXPECT_TRUE(layout_problem(record.layout, 50, {}));
  EXPECT_TRUE(layout_problem(record.layout, 51, record.data));
  auto damaged = record.data;
  damaged[damaged.size() / 2] ^= 1;
  EXPECT_TRUE(layout_problem(record.layout, 50, damaged));
  record.n_atoms = 49;
  EXPECT_THROW(decode_positions(record), db::Error);
  record.n_atoms = 51;
  EXPECT_THROW(decode_positions(record), db::Error);
  record.layout = "other";
  EXPECT_THROW(decode_positions(record), db::Error);
}

TEST(Records, CriticalStrainIsPredictedFromTheStressDifference) {
  // E_A = A (γc - γ)^{3/2} has dE_A/dγ = -3/2 E_A / (γc - γ) = V Δτ.
  const double gap = 0.02, barrier = 0.3, volume = 1000.0;
  const double delta_stress_gpa = -1.5 * barrier / gap / volume * 160.2176634;
  EXPECT_NEAR(predicted_critical_strain(0.01, barrier, volume, delta_stress_gpa), 0.03, 1e-12);
  EXPECT_TRUE(std::isnan(predicted_critical_strain(0.0, barrier, volume, 0.0)));
}

TEST(Records, UnseenEventsAreEstimatedFromThoseFoundOnceAndTwice) {
  EXPECT_EQ(chao1_unseen({}), 0.0);
  EXPECT_EQ(chao1_unseen({3, 4}), 0.0);
  EXPECT_EQ(chao1_unseen({1, 1, 1, 2, 5}), 1.5);
}

}  // namespace
}  // namespace landscape
