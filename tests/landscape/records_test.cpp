/// Conversions between records and configurations.
#include "landscape/workflow/records.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "landscape/workflow/mapping.hpp"
#include "tests/landscape/program.hpp"

namespace landscape {
namespace {

/// A database in a folder of its own.
class Records : public testing::Test {
 protected:
  db::Database open() { return {place_.path("r.db"), db::Mode::ReadWriteCreate}; }
  test::Workplace place_;
};

md::Matrix3Xd some_positions() {
  md::Matrix3Xd positions(3, 50);
  for (Eigen::Index i = 0; i < positions.size(); ++i) positions.data()[i] = std::sin(1.0 + static_cast<double>(i)) * 1e3;
  return positions;
}

void expect_that_damage_shows(const db::ConfigurationRecord& record) {
  EXPECT_FALSE(layout_problem(record.layout, 50, record.data));
  EXPECT_TRUE(layout_problem(record.layout, 50, {}));
  EXPECT_TRUE(layout_problem(record.layout, 51, record.data));
  auto damaged = record.data;
  damaged[damaged.size() / 2] ^= 1;
  EXPECT_TRUE(layout_problem(record.layout, 50, damaged));
}

TEST_F(Records, PositionsComeBackToTheLastBit) {
  auto database = open();
  md::Matrix3Xd positions = some_positions();
  positions(0, 0) = -0.0;
  auto record = encode_positions(positions);
  EXPECT_EQ(record.n_atoms, 50);
  EXPECT_EQ(record.layout, "f64le.shuffle.zlib.v1");
  const auto back = load_positions(database, database.add_configuration(record));
  EXPECT_EQ(0, std::memcmp(back.data(), positions.data(), sizeof(double) * 150));
  expect_that_damage_shows(record);
  for (const std::int64_t n : {49, 51}) {
    record.n_atoms = n;
    EXPECT_THROW((void)load_positions(database, database.add_configuration(record)), db::Error);
  }
  record.n_atoms = 50;
  record.layout = "other";
  EXPECT_FALSE(is_known_layout(record.layout));
  EXPECT_THROW((void)load_positions(database, database.add_configuration(record)), db::Error);
}

TEST_F(Records, DifferencesComeBackToTheLastBitOnceOnTheGrid) {
  auto database = open();
  const md::Matrix3Xd start = some_positions();
  const Reference reference{database.add_configuration(encode_positions(start)), start};
  md::Matrix3Xd moved = start;
  for (Eigen::Index i = 0; i < moved.size(); ++i) moved.data()[i] += std::cos(static_cast<double>(i)) * (i % 7 == 0 ? 3.0 : 1e-3);
  const md::Matrix3Xd rounded = put_on_grid(moved, &reference);
  EXPECT_LT((rounded - moved).cwiseAbs().maxCoeff(), 1e-9);
  EXPECT_GT((rounded - moved).cwiseAbs().maxCoeff(), 1e-11);
  EXPECT_TRUE(put_on_grid(rounded, &reference) == rounded);
  const auto record = encode_on_grid(rounded, &reference);
  EXPECT_EQ(record.layout, "q30le.zigzag.shuffle.zlib.v1");
  EXPECT_LT(record.data.size(), encode_positions(rounded).data.size() / 2);
  const db::Id id = database.add_configuration(record);
  EXPECT_TRUE(load_positions(database, id) == rounded);
  EXPECT_TRUE(encode_on_grid(load_positions(database, id), &reference).data == record.data);
  expect_that_damage_shows(record);
  // A difference is never one from a difference.
  EXPECT_EQ(reference_of(database, id).configuration_id, reference.configuration_id);
  EXPECT_TRUE(reference_of(database, id).positions == start);
  db::ConfigurationRecord chained = record;
  chained.reference_id = id;
  EXPECT_THROW((void)load_positions(database, database.add_configuration(chained)), db::Error);
  // Without reference, as modes are.
  const md::Matrix3Xd mode = put_on_grid(start.normalized(), nullptr, mode_steps);
  EXPECT_LT((mode - start.normalized()).cwiseAbs().maxCoeff(), 1.2e-7);
  EXPECT_LT(encode_on_grid(mode, nullptr).data.size(), encode_on_grid(start.normalized(), nullptr).data.size());
  EXPECT_TRUE(load_positions(database, database.add_configuration(encode_on_grid(mode, nullptr))) == mode);
  moved(1, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((void)encode_on_grid(moved, &reference), db::Error);
}

TEST_F(Records, CriticalStrainIsPredictedFromTheStressDifference) {
  // E_A = A (γc - γ)^{3/2} has dE_A/dγ = -3/2 E_A / (γc - γ) = V Δτ.
  const double gap = 0.02, barrier = 0.3, volume = 1000.0;
  const double delta_stress_gpa = -1.5 * barrier / gap / volume * 160.2176634;
  EXPECT_NEAR(predicted_critical_strain(0.01, barrier, volume, delta_stress_gpa), 0.03, 1e-12);
  EXPECT_TRUE(std::isnan(predicted_critical_strain(0.0, barrier, volume, 0.0)));
}

TEST_F(Records, UnseenEventsAreEstimatedFromThoseFoundOnceAndTwice) {
  EXPECT_EQ(chao1_unseen({}), 0.0);
  EXPECT_EQ(chao1_unseen({3, 4}), 0.0);
  EXPECT_EQ(chao1_unseen({1, 1, 1, 2, 5}), 1.5);
}

}  // namespace
}  // namespace landscape
