/// The line E_IS(log10 Q) of directly quenched samples, and rates read off it.
#pragma once

#include <span>
#include <vector>

namespace landscape {

struct RatePoint {
  double rate_k_per_s;        ///< > 0
  double energy_per_atom_ev;  ///< inherent structure
};

/// Least squares E = intercept + slope log10(Q / (K/s)); errors are 1 sigma, NaN with fewer than three points.
struct RateLine {
  double intercept_ev = 0.0, slope_ev_per_decade = 0.0;
  double intercept_error_ev = 0.0, slope_error_ev = 0.0;
  double covariance_ev2 = 0.0;  ///< of intercept and slope
  double residual_ev = 0.0;     ///< scatter of a single sample around the line
  double lowest_rate_k_per_s = 0.0, highest_rate_k_per_s = 0.0;
  std::vector<RatePoint> points;
};

/// @throws md::InputError unless there are at least two different, positive rates.
RateLine fit_rate_line(std::span<const RatePoint> points);

/// Q_e with its interval of 95 %; all NaN where the line does not rise with the rate, both ends NaN where its slope could be zero.
struct EffectiveRate {
  double rate_k_per_s, low_k_per_s, high_k_per_s;
  double error_decades;         ///< 1 sigma of log10 Q_e by propagation of the line's covariance and the scatter of a sample
  double extrapolated_decades;  ///< how far below the lowest rate of the line; 0 inside
};

/// The rate at which a quench would on average have led to this energy.
///
/// The interval is that of inverse prediction from a line of n points with normal scatter, that of the energy asked about included, with Student's
/// t of n - 2: exact also for few points, and as lopsided as the extrapolation is. Needs three points, else it is NaN.
/// @par Source E. C. Fieller, J. R. Stat. Soc. B 16, 175 (1954).
EffectiveRate effective_rate(const RateLine& line, double energy_per_atom_ev);

}  // namespace landscape
