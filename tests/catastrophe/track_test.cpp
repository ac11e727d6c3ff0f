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

}  // namespace
}  // namespace landscape::catastrophe
