#include <gtest/gtest.h>

#include <cmath>

#include "catastrophe/track.hpp"

namespace landscape::catastrophe {
namespace {

/// Points of the cubic normal form U = c s³/3 - b ε s, ε = fold - γ, approaching its upper fold (METHODS: E = 4/3 b^{3/2} c^{-1/2}
/// ε^{3/2}, λ = -2 sqrt(b c ε), V Δτ = -2 b sqrt(b ε / c)).
std::vector<TrackPoint> normal_form(double fold, double b, double c, double volume) {
  std::vector<TrackPoint> points;
  for (double e = 0.05; e > 1e-5; e *= 0.6) {
    TrackPoint p;
    p.strain = fold - e;
    p.energy_saddle = 4.0 / 3.0 * std::pow(b, 1.5) / std::sqrt(c) * std::pow(e, 1.5);
    p.energy_final = -1.0;
    p.curvature = -2.0 * std::sqrt(b * c * e);
    p.stress_saddle = -2.0 * b * std::sqrt(b * e / c) / volume;
    points.push_back(p);
  }
  return points;
}

TEST(Fold, NormalFormGivesBackItsStrainAmplitudeAndExponent) {
  const double fold = 0.0423, b = 2.5, c = 1.7, volume = 16000.0;
  const Fold f = fit_fold(normal_form(fold, b, c, volume), +1, WindowEnd::Initial, volume);
  EXPECT_NEAR(f.from_barrier.strain, fold, 1e-9);
  EXPECT_NEAR(f.from_curvature.strain, fold, 1e-9);
  EXPECT_NEAR(f.from_stress.strain, fold, 1e-9);
  EXPECT_NEAR(f.best.strain, fold, 1e-9);
  EXPECT_NEAR(f.amplitude, 4.0 / 3.0 * std::pow(b, 1.5) / std::sqrt(c), 1e-6);
  EXPECT_NEAR(f.exponent, 1.5, 1e-4);
}

TEST(Fold, AnEndWithoutASquareRootIsNoneAndLiesWhereTheBarrierVanishes) {
  // A saddle across a kink: the barrier falls as a line, curvature and stress difference stay.
  constexpr double end = 0.02, slope = 1.6, volume = 16000.0;
  std::vector<TrackPoint> points;
  for (double left = 5e-3; left > 1e-5; left *= 0.6) {
    TrackPoint p;
    p.strain = end - left;
    p.energy_saddle = slope * left;
    p.energy_final = -1.0;
    p.curvature = -0.0178 * (1.0 + left);
    p.stress_saddle = -slope / volume * (1.0 - 0.1 * left);
    points.push_back(p);
  }
  const Fold f = fit_fold(points, +1, WindowEnd::Initial, volume);
  EXPECT_FALSE(f.regular);
  EXPECT_NEAR(f.best.strain, end, 1e-5);
  EXPECT_GT(f.best.strain, points.back().strain);
  EXPECT_LT(std::abs(f.best.strain - end), 1.1 * f.best.error);
  EXPECT_NEAR(f.exponent, 1.0, 0.1);
  EXPECT_TRUE(fit_fold(normal_form(0.0423, 2.5, 1.7, volume), +1, WindowEnd::Initial, volume).regular);
}

TEST(Fold, IsNotFittedWhereTheEndIsNone) {
  EXPECT_TRUE(std::isnan(fit_fold(normal_form(0.04, 2.0, 1.0, 1e4), +1, WindowEnd::Other, 1e4).best.strain));
}

TEST(Fold, IsFittedToThePointsWithTheMinimumThatVanishes) {
  // Half-way another minimum came between; the barrier above the one before says nothing about this fold.
  auto points = normal_form(0.0423, 2.5, 1.7, 16000.0);
  const std::size_t change = points.size() / 2;
  for (std::size_t k = 0; k < change; ++k) points[k].energy_initial = -0.8;
  for (std::size_t k = change; k < points.size(); ++k) points[k].which_initial = 1;
  const Fold f = fit_fold(points, +1, WindowEnd::Initial, 16000.0);
  EXPECT_NEAR(f.best.strain, 0.0423, 1e-9);
  EXPECT_EQ(f.points, static_cast<int>(points.size() - change));
  // Two points with it: what the last one alone says, with an error that holds the truth.
  for (std::size_t k = 0; k + 2 < points.size(); ++k) points[k].which_initial = 0;
  const Fold few = fit_fold(points, +1, WindowEnd::Initial, 16000.0);
  EXPECT_LT(std::abs(few.best.strain - 0.0423), 1.1 * few.best.error);
  EXPECT_TRUE(std::isnan(few.exponent));
}

TEST(Fold, ItsErrorCoversTheBracketOfTheShearThatFoundIt) {
  const auto held = [](double strain, double found) {
    FoldEstimate fold{strain, 3.4e-5};
    hold_against(fold, 0.0496974, 0.0497074, found);
    EXPECT_EQ(fold.strain, strain);
    return fold.error;
  };
  EXPECT_NEAR(held(0.0496441, 0.0487), 5.33e-5, 1e-12);
  EXPECT_EQ(held(0.0497, 0.0487), 3.4e-5);
  EXPECT_NEAR(held(0.0497474, 0.0487), 4e-5, 1e-12);
  EXPECT_EQ(held(0.0492, 0.0487), 3.4e-5);  // another fold
  EXPECT_NEAR(missed_by({0.0492, 1e-6}, 0.0497074, 0.0496974), 4.974e-4, 1e-12);
  EXPECT_EQ(missed_by({0.0497, 1e-6}, 0.0496974, 0.0497074), 0.0);
  FoldEstimate unknown;
  hold_against(unknown, 0.1, 0.2, 0.0);
  EXPECT_TRUE(std::isnan(unknown.error));
}

Track window(double low, double high) {
  Track t;
  t.low_end = WindowEnd::Final;
  t.high_end = WindowEnd::Initial;
  t.low.best = {low, 1e-3};
  t.high.best = {high, 1e-3};
  t.lowest_reached = low + 1e-5;
  t.highest_reached = high - 1e-5;
  return t;
}

TEST(Class, FollowsWhereZeroLiesInTheWindow) {
  EXPECT_EQ(classify(window(-0.03, 0.05), 0.0).event_class, EventClass::Thermal);
  EXPECT_EQ(classify(window(0.02, 0.05), 0.0).event_class, EventClass::StrainCreated);
  EXPECT_EQ(classify(window(-0.05, -0.02), 0.0).event_class, EventClass::StrainCreated);
  EXPECT_EQ(classify(window(0.001, 0.05), 0.0).event_class, EventClass::Unresolved);
  EXPECT_EQ(classify(window(0.02, 0.05), 0.03).event_class, EventClass::Thermal);
}

TEST(Class, IsUnresolvedWhileTheEndThatDecidesIsNotReached) {
  Track t = window(0.02, 0.05);
  t.low_end = WindowEnd::Other;
  t.low = {};
  EXPECT_EQ(classify(t, 0.0).event_class, EventClass::Unresolved);
}

TEST(Class, IsThermalWhereTheEventWasHeldAtZeroAndLostBeyond) {
  Track t = window(-0.03, 0.05);
  t.low_end = WindowEnd::Other;
  t.low = {};
  t.lowest_reached = 0.0;
  EXPECT_EQ(classify(t, 0.0).event_class, EventClass::Thermal);
}

TEST(Class, IsUnresolvedWhereTheThreeDoNotBelongTogether) {
  Track t;
  t.held = false;
  t.low_end = t.high_end = WindowEnd::Other;
  EXPECT_EQ(classify(t, 0.0).event_class, EventClass::Unresolved);
}

}  // namespace
}  // namespace landscape::catastrophe
