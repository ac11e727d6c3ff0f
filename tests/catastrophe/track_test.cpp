/// Events of one atom in a field that is known, followed in strain.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>

#include "catastrophe/track.hpp"

namespace landscape::catastrophe {
namespace {

/// The second atom in the field of the first, of its place r from it: a valley along x with minima at -1 and beyond 1 Å and a barrier between
/// of 0.1 eV, steep across. From 1 to 1.5 Å the valley is flat but for a wrinkle, as knots of a table make.
class Valley final : public md::Potential {
 public:
  /// @param fall_ev by which the minimum behind the wrinkle lies lower.
  Valley(double wrinkle_ev, double fall_ev) : wrinkle_(wrinkle_ev), fall_(fall_ev) {}
  const std::string& spec() const override { return name_; }
  const std::string& checksum() const override { return name_; }
  double cutoff() const override { return 3.0; }
  std::vector<int> types_of(std::span<const std::string> species) const override { return std::vector<int>(species.size(), 0); }
  double mass(int) const override { return 1.0; }
  md::ForceResult compute(const Eigen::Ref<const md::Matrix3Xd>& positions, std::span<const int>, const md::NeighborList&,
                          Eigen::Ref<md::Matrix3Xd> forces, md::ForceScratch&, int) const override {
    const Eigen::Vector3d r = positions.col(1) - positions.col(0);
    constexpr double height = 0.1, steep = 2.0, width = 0.5;
    double x = r.x(), energy = 0.0, slope = 0.0;
    if (x > 1.0 && x < 1.0 + width) {
      const double turn = 2.0 * std::numbers::pi / width, u = (x - 1.0) / width;
      energy = 0.5 * wrinkle_ * (1.0 - std::cos(turn * (x - 1.0))) - fall_ * u * u * (3.0 - 2.0 * u);
      slope = 0.5 * wrinkle_ * turn * std::sin(turn * (x - 1.0)) - fall_ * 6.0 * u * (1.0 - u) / width;
    } else {
      if (x > 1.0) {
        energy = -fall_;
        x -= width;
      }
      energy += height * (x * x - 1.0) * (x * x - 1.0);
      slope = 4.0 * height * x * (x * x - 1.0);
    }
    const Eigen::Vector3d across(0.0, r.y() - 2.0, r.z());
    energy += 0.5 * steep * across.squaredNorm();
    const Eigen::Vector3d force = -(Eigen::Vector3d(slope, 0.0, 0.0) + steep * across);
    forces.setZero();
    forces.col(1) = force;
    forces.col(0) = -force;
    return {energy, r * force.transpose()};
  }
  md::SecondOrder second_order(const Eigen::Ref<const md::Matrix3Xd>&, std::span<const int>, const md::NeighborList&) const override {
    throw std::logic_error("not asked for");
  }

 private:
  std::string name_ = "valley";
  double wrinkle_, fall_;
};

/// Followed from 0.01 to strain 0, where it is proved; at its far end the final minimum.
Track followed(double wrinkle_ev, double fall_ev, bool backwards = false) {
  md::Configuration c;
  c.cell = md::Cell(Eigen::Matrix3d(12.0 * Eigen::Matrix3d::Identity()));
  c.positions.resize(3, 2);
  c.positions << 0.0, 0.0, 0.0, 2.0, 0.0, 0.0;
  c.species = {"A", "A"};
  c.movable = {0, 1};
  md::AtomicSurface surface(std::make_shared<Valley>(wrinkle_ev, fall_ev), c);
  TrackPoint start;
  start.strain = 0.01;
  start.initial = Eigen::Vector3d(-1.0, 2.0, 0.0);
  start.saddle = Eigen::Vector3d(0.0, 2.0, 0.0);
  start.final_minimum = Eigen::Vector3d(1.5, 2.0, 0.0);
  start.mode = Eigen::Vector3d::UnitX();
  if (backwards) start.initial.swap(start.final_minimum);
  TrackOptions options;
  options.max_strain = 0.02;
  return follow(surface, c.cell, start, options);
}

TEST(Following, MinimaOfAFlatBasinApartByAWrinkleAreOne) {
  // Pushed off the saddle the atom stops at 1 Å, before the wrinkle; the event's final minimum is at 1.5 Å, behind it.
  const Track track = followed(4e-6, 0.0);
  ASSERT_TRUE(track.held) << track.low_message << track.high_message;
  EXPECT_EQ(track.low_end, WindowEnd::NotReached) << track.low_message;
  EXPECT_EQ(track.high_end, WindowEnd::NotReached) << track.high_message;
  EXPECT_EQ(track.low_message.find("another minimum"), std::string::npos) << track.low_message;
  ASSERT_GT(track.points.size(), 3u);
  for (const TrackPoint& p : track.points) {
    EXPECT_EQ(p.which_final, 0);
    EXPECT_NEAR(p.final_minimum.x(), 1.5, 0.01);
    EXPECT_NEAR(p.barrier(), 0.1, 1e-6);
  }
  // Where the one behind lies 5 meV lower they are two: the saddle leads to the first, which takes its place from the start.
  const Track other = followed(1e-2, 5e-3);
  ASSERT_TRUE(other.held) << other.low_message << other.high_message;
  for (const std::string& why : {other.low_message, other.high_message})
    EXPECT_NE(why.find("from strain 0.01 on the saddle leads to another minimum than the final minimum"), std::string::npos) << why;
  ASSERT_GT(other.points.size(), 3u);
  for (const TrackPoint& p : other.points) {
    EXPECT_NE(p.which_final, 0);
    EXPECT_LT(p.final_minimum.x(), 1.1);
  }
}

TEST(Following, AnEventWhoseSaddleDoesNotLeadToItsInitialMinimumDoesNotHold) {
  const Track track = followed(1e-2, 5e-3, /*backwards=*/true);
  EXPECT_FALSE(track.held);
  EXPECT_TRUE(track.points.empty());
}

/// The second atom between two valleys at x = -1 and 1 Å, in a field that turns with the strain, which the third, frozen at y = 5 Å, tells. On the ridge
/// at x = 0 the atom lies in a hollow across it: either u³/3 - ε u, whose minimum and maximum merge where ε vanishes, or one that jumps aside by half an Å.
class Ridge final : public md::Potential {
 public:
  static constexpr double end = 0.012, reach = 5.0;
  explicit Ridge(bool jumps) : jumps_(jumps) {}
  const std::string& spec() const override { return name_; }
  const std::string& checksum() const override { return name_; }
  double cutoff() const override { return 5.0; }
  std::vector<int> types_of(std::span<const std::string> species) const override { return std::vector<int>(species.size(), 0); }
  double mass(int) const override { return 1.0; }
  md::ForceResult compute(const Eigen::Ref<const md::Matrix3Xd>& positions, std::span<const int>, const md::NeighborList&,
                          Eigen::Ref<md::Matrix3Xd> forces, md::ForceScratch&, int) const override {
    const Eigen::Vector3d r = positions.col(1) - positions.col(0), mark = positions.col(2) - positions.col(0);
    constexpr double height = 0.1, steep = 0.5, width = 0.3, turn = 2.0;
    const double strain = mark.x() / reach, x = r.x(), u = r.y() - 2.0, z = r.z();
    const double ridge = std::exp(-x * x / (width * width)), ridge_slope = -2.0 * x / (width * width) * ridge;
    double hollow, hollow_slope, with_strain = 0.0;
    if (jumps_) {
      const double v = u - (strain > end ? 0.5 : 0.0);
      hollow = 0.5 * steep * v * v;
      hollow_slope = steep * v;
    } else {
      const double left = turn * (end - strain);
      hollow = u * u * u / 3.0 - left * u + u * u * u * u;
      hollow_slope = u * u - left + 4.0 * u * u * u;
      with_strain = turn * u;
    }
    const double valley = 0.5 * steep * u * u;
    const double energy = height * (x * x - 1.0) * (x * x - 1.0) + ridge * hollow + (1.0 - ridge) * valley + 0.5 * steep * z * z;
    forces.setZero();
    forces.col(1) = -Eigen::Vector3d(4.0 * height * x * (x * x - 1.0) + ridge_slope * (hollow - valley),
                                     ridge * hollow_slope + (1.0 - ridge) * steep * u, steep * z);
    forces(0, 2) = -ridge * with_strain / reach;
    forces.col(0) = -forces.col(1) - forces.col(2);
    return {energy, r * forces.col(1).transpose() + mark * forces.col(2).transpose()};
  }
  md::SecondOrder second_order(const Eigen::Ref<const md::Matrix3Xd>&, std::span<const int>, const md::NeighborList&) const override {
    throw std::logic_error("not asked for");
  }

 private:
  std::string name_ = "ridge";
  bool jumps_;
};

Track over(bool jumps) {
  md::Configuration c;
  c.cell = md::Cell(Eigen::Matrix3d(20.0 * Eigen::Matrix3d::Identity()));
  c.positions.resize(3, 3);
  c.positions << 0.0, 0.0, 0.0, 0.0, 2.0, Ridge::reach, 0.0, 0.0, 0.0;
  c.species = {"A", "A", "A"};
  c.movable = {0, 1, 0};
  md::AtomicSurface surface(std::make_shared<Ridge>(jumps), c);
  TrackPoint start;
  start.initial = Eigen::Vector3d(-1.0, 2.0, 0.0);
  start.saddle = Eigen::Vector3d(0.0, jumps ? 2.0 : 2.1, 0.0);
  start.final_minimum = Eigen::Vector3d(1.0, 2.0, 0.0);
  start.mode = Eigen::Vector3d::UnitX();
  TrackOptions options;
  options.max_strain = 0.02;
  return follow(surface, c.cell, start, options);
}

TEST(Following, ASaddleThatMergesWithOneOfSecondOrderBifurcates) {
  const Track track = over(/*jumps=*/false);
  ASSERT_TRUE(track.held) << track.low_message << track.high_message;
  EXPECT_EQ(track.high_end, WindowEnd::Bifurcation) << track.high_message;
  EXPECT_NE(track.high_message.find("merges with one of second order"), std::string::npos) << track.high_message;
  EXPECT_NEAR(track.highest_reached, Ridge::end, 1e-5);
  EXPECT_EQ(track.low_end, WindowEnd::NotReached) << track.low_message;
}

TEST(Following, ASaddleThatIsLostWhereItIsStiffAcrossDoesNotBifurcate) {
  const Track track = over(/*jumps=*/true);
  ASSERT_TRUE(track.held) << track.low_message << track.high_message;
  EXPECT_EQ(track.high_end, WindowEnd::Other) << track.high_message;
  EXPECT_NE(track.high_message.find("second eigenvalue being 0.5"), std::string::npos) << track.high_message;
  EXPECT_NEAR(track.highest_reached, Ridge::end, 1e-5);
}

}  // namespace
}  // namespace landscape::catastrophe
