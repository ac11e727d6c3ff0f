#include "landscape/workflow/rate_line.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "md/core/error.hpp"

namespace landscape {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Line {
  double intercept, slope;
};

/// Least squares through (x, y).
Line least_squares(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  double mx = 0.0, my = 0.0, xx = 0.0, xy = 0.0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    mx += x[k] / n;
    my += y[k] / n;
  }
  for (std::size_t k = 0; k < x.size(); ++k) {
    xx += (x[k] - mx) * (x[k] - mx);
    xy += (x[k] - mx) * (y[k] - my);
  }
  return {my - xy / xx * mx, xy / xx};
}

}  // namespace

RateLine fit_rate_line(std::span<const RatePoint> points) {
  RateLine line;
  line.points.assign(points.begin(), points.end());
  std::vector<double> x, y;
  for (const auto& p : points) {
    if (!(p.rate_k_per_s > 0.0) || !std::isfinite(p.energy_per_atom_ev))
      throw md::InputError(md::message("rate ", p.rate_k_per_s, " K/s with ", p.energy_per_atom_ev, " eV/atom, expected a positive rate and an energy"));
    x.push_back(std::log10(p.rate_k_per_s));
    y.push_back(p.energy_per_atom_ev);
  }
  if (x.empty() || *std::min_element(x.begin(), x.end()) == *std::max_element(x.begin(), x.end()))
    throw md::InputError(md::message(x.size(), " quenched samples at one rate, expected at least two different rates"));
  line.lowest_rate_k_per_s = std::pow(10.0, *std::min_element(x.begin(), x.end()));
  line.highest_rate_k_per_s = std::pow(10.0, *std::max_element(x.begin(), x.end()));
  const Line fit = least_squares(x, y);
  line.intercept_ev = fit.intercept;
  line.slope_ev_per_decade = fit.slope;
  const auto n = static_cast<double>(x.size());
  double mean = 0.0, spread = 0.0, squares = 0.0;
  for (const double v : x) mean += v / n;
  for (std::size_t k = 0; k < x.size(); ++k) {
    spread += (x[k] - mean) * (x[k] - mean);
    squares += std::pow(y[k] - fit.intercept - fit.slope * x[k], 2);
  }
  const double variance = n > 2.0 ? squares / (n - 2.0) : nan;
  line.residual_ev = std::sqrt(variance);
  line.slope_error_ev = std::sqrt(variance / spread);
  line.intercept_error_ev = std::sqrt(variance * (1.0 / n + mean * mean / spread));
  line.covariance_ev2 = -variance * mean / spread;
  return line;
}

EffectiveRate effective_rate(const RateLine& line, double energy_per_atom_ev) {
  const double b = line.slope_ev_per_decade;
  if (!(b > 0.0)) return {nan, nan, nan, nan, nan};
  const double log_rate = (energy_per_atom_ev - line.intercept_ev) / b;
  EffectiveRate result{std::pow(10.0, log_rate), nan, nan, nan,
                       std::max(0.0, std::log10(line.lowest_rate_k_per_s) - log_rate)};
  // var(log10 Q_e) = [σ² + var(a) + 2 x cov(a, b) + x² var(b)] / b².
  result.error_decades = std::sqrt(std::pow(line.residual_ev, 2) + std::pow(line.intercept_error_ev, 2) +
                                   2.0 * log_rate * line.covariance_ev2 + std::pow(log_rate * line.slope_error_ev, 2)) / b;
  const std::size_t n = line.points.size();
  if (n < 3) return result;
  // All u with (E - a - b u)² <= t² [σ² + var(a) + 2 u cov(a, b) + u² var(b)], from the middle of the line on, where a and b are independent.
  const double t2 = std::pow(boost::math::quantile(boost::math::students_t(static_cast<double>(n) - 2.0), 0.975), 2);
  double middle = 0.0;
  for (const RatePoint& p : line.points) middle += std::log10(p.rate_k_per_s) / static_cast<double>(n);
  const double e = energy_per_atom_ev - line.intercept_ev - b * middle, variance = line.residual_ev * line.residual_ev;
  const double square = b * b - t2 * line.slope_error_ev * line.slope_error_ev;
  if (!(square > 0.0)) return result;  // the slope could be zero: nothing bounds the rate
  const double constant = e * e - t2 * variance * (1.0 + 1.0 / static_cast<double>(n));
  const double root = std::sqrt(std::max(0.0, b * b * e * e - square * constant));
  result.low_k_per_s = std::pow(10.0, middle + (b * e - root) / square);
  result.high_k_per_s = std::pow(10.0, middle + (b * e + root) / square);
  return result;
}

}  // namespace landscape
