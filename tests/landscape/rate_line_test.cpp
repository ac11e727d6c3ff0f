/// Rates read off synthetic lines.
#include "landscape/workflow/rate_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "md/core/error.hpp"
#include "md/core/rng.hpp"

namespace landscape {
namespace {

constexpr double intercept = -5.12, slope = 0.005;

/// `runs` samples at each of four rates, 1e11 to 1e14 K/s, with normal scatter.
std::vector<RatePoint> points(int runs, double scatter, std::uint64_t seed) {
  md::CounterRng rng(seed, md::Stream::Displacement, 0);
  std::vector<RatePoint> result;
  for (const double decade : {11.0, 12.0, 13.0, 14.0})
    for (int k = 0; k < runs; ++k) result.push_back({std::pow(10.0, decade), intercept + slope * decade + scatter * rng.normal()});
  return result;
}

TEST(RateLine, IsExactWithoutScatter) {
  const auto line = fit_rate_line(points(2, 0.0, 1));
  EXPECT_NEAR(line.intercept_ev, intercept, 1e-12);
  EXPECT_NEAR(line.slope_ev_per_decade, slope, 1e-13);
  EXPECT_LT(line.slope_error_ev, 1e-12);
  EXPECT_NEAR(line.lowest_rate_k_per_s, 1e11, 1.0);
  const auto deep = effective_rate(line, intercept + slope * 6.0);
  EXPECT_NEAR(std::log10(deep.rate_k_per_s), 6.0, 1e-9);
  EXPECT_NEAR(deep.extrapolated_decades, 5.0, 1e-9);
  EXPECT_NEAR(std::log10(deep.high_k_per_s / deep.low_k_per_s), 0.0, 1e-8);
  EXPECT_EQ(effective_rate(line, intercept + slope * 12.5).extrapolated_decades, 0.0);
}

/// The formulas are those of the propagation of errors: against the scatter of many fits of data drawn anew.
TEST(RateLine, ErrorsAreTheScatterOfRepeatedFits) {
  constexpr int fits = 400;
  double sum = 0.0, sum2 = 0.0, claimed = 0.0;
  for (int k = 0; k < fits; ++k) {
    const auto line = fit_rate_line(points(3, 0.002, 100 + static_cast<std::uint64_t>(k)));
    sum += line.slope_ev_per_decade / fits;
    sum2 += line.slope_ev_per_decade * line.slope_ev_per_decade / fits;
    claimed += line.slope_error_ev * line.slope_error_ev / fits;
  }
  EXPECT_NEAR(sum, slope, 5.0 * std::sqrt(claimed / fits));
  EXPECT_NEAR((sum2 - sum * sum) / claimed, 1.0, 0.3);  // a variance of 400 draws is good to 7 %
}

/// Whatever the number of points: one and two runs at each of four rates, and three points in all, of slopes that are well known and hardly.
TEST(EffectiveRate, IntervalHoldsTheTruthInNineteenOfTwentyCases) {
  constexpr int cases = 2000;
  for (const double scatter : {0.0002, 0.001, 0.004})
    for (const int runs : {0, 1, 3}) {
      int inside = 0, known = 0, lopsided = 0;
      for (int k = 0; k < cases; ++k) {
        md::CounterRng rng(7, md::Stream::Displacement, static_cast<std::uint64_t>(k) + 1);
        auto data = points(std::max(runs, 1), scatter, 1000 + static_cast<std::uint64_t>(k));
        if (runs == 0) data.pop_back();
        const auto rate = effective_rate(fit_rate_line(data), intercept + slope * 9.0 + scatter * rng.normal());
        if (std::isnan(rate.low_k_per_s)) continue;
        ++known;
        inside += rate.low_k_per_s <= 1e9 && 1e9 <= rate.high_k_per_s ? 1 : 0;
        lopsided += std::log10(rate.rate_k_per_s / rate.low_k_per_s) > std::log10(rate.high_k_per_s / rate.rate_k_per_s) ? 1 : 0;
      }
      // One that could be anywhere holds the truth too; the share is good to 0.5 %.
      EXPECT_NEAR(static_cast<double>(inside + cases - known) / cases, 0.95, 0.025) << scatter << " eV, runs " << runs;
      EXPECT_EQ(lopsided, known);  // extrapolation down is less certain the further it goes
      if (scatter < 0.001) EXPECT_GT(known, 0.9 * cases) << runs;
    }
}

TEST(EffectiveRate, IsNotBoundedWhereTheSlopeCouldBeZero) {
  const std::vector<RatePoint> hardly = {{1e11, -4.9200}, {1e12, -4.9203}, {1e13, -4.9150}};
  const auto line = fit_rate_line(hardly);
  EXPECT_LT(line.slope_ev_per_decade, 12.7 * line.slope_error_ev);
  for (const double energy : {-4.93, -4.918, -4.90}) {
    const auto rate = effective_rate(line, energy);
    EXPECT_TRUE(std::isfinite(rate.rate_k_per_s));
    EXPECT_TRUE(std::isnan(rate.low_k_per_s) && std::isnan(rate.high_k_per_s));
  }
}

TEST(EffectiveRate, IsUnknownWhereTheLineSaysNothing) {
  const std::vector<RatePoint> falling = {{1e11, -4.9}, {1e12, -4.91}, {1e13, -4.92}};
  EXPECT_TRUE(std::isnan(effective_rate(fit_rate_line(falling), -4.93).rate_k_per_s));
  const std::vector<RatePoint> two = {{1e11, -4.92}, {1e13, -4.91}};
  const auto rate = effective_rate(fit_rate_line(two), -4.925);
  EXPECT_NEAR(std::log10(rate.rate_k_per_s), 10.0, 1e-9);
  EXPECT_TRUE(std::isnan(rate.low_k_per_s));
  EXPECT_TRUE(std::isnan(rate.error_decades));
  EXPECT_THROW(fit_rate_line(std::vector<RatePoint>{{1e13, -4.9}, {1e13, -4.8}}), md::InputError);
  EXPECT_THROW(fit_rate_line(std::vector<RatePoint>{{1e13, -4.9}, {-1.0, -4.8}}), md::InputError);
}

}  // namespace
}  // namespace landscape
