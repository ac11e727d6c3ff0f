#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "catastrophe/track.hpp"

namespace landscape::catastrophe {

namespace {

struct Line {
  double slope, zero, slope_error, zero_error;
  bool valid = false;
};

/// [eV/Å²] of a curvature: what a difference over the knots of a tabulated potential leaves.
constexpr double curvature_noise = 1e-3;

/// Strain by which the fits may miss the end that the last point shows.
constexpr double irregular_beyond = 5e-5;

/// Weighted least squares y = a (x - x0). Near a fold all points carry the same relative error; `noise` comes on top of it.
Line fit_line(const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& noise) {
  Line line{};
  double sw = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  double mean = 0;
  const auto weight = [&](std::size_t k) { return 1.0 / std::max(y[k] * y[k] + noise[k] * noise[k], 1e-300); };
  for (const double v : x) mean += v / static_cast<double>(x.size());
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double w = weight(k), u = x[k] - mean;
    sw += w; sx += w * u; sy += w * y[k]; sxx += w * u * u; sxy += w * u * y[k];
  }
  const double det = sw * sxx - sx * sx;
  if (x.size() < 3 || !(det > 0.0)) return line;
  const double a = (sw * sxy - sx * sy) / det, b = (sxx * sy - sx * sxy) / det;
  double chi2 = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double residual = y[k] - a * (x[k] - mean) - b;
    chi2 += weight(k) * residual * residual;
  }
  const double s2 = chi2 / static_cast<double>(x.size() - 2);
  const double var_a = s2 * sw / det, var_b = s2 * sxx / det, cov = -s2 * sx / det;
  line.slope = a;
  line.zero = mean - b / a;
  line.slope_error = std::sqrt(var_a);
  line.zero_error = std::sqrt(std::max(0.0, var_b + 2.0 * (-b / a) * cov + (b / a) * (b / a) * var_a)) / std::abs(a);
  line.valid = std::isfinite(line.zero) && a != 0.0;
  return line;
}

/// Mean of estimates that may disagree by more than their errors: that excess is a variance common to all.
/// @par Source R. DerSimonian & N. Laird, Control. Clin. Trials 7, 177 (1986).
FoldEstimate combined(const std::array<FoldEstimate, 3>& estimates) {
  const auto mean = [&](double between, double& weights, double& squares) {
    double sum = 0;
    weights = squares = 0;
    for (const FoldEstimate& f : estimates) {
      if (!std::isfinite(f.strain)) continue;
      const double w = 1.0 / (f.error * f.error + 1e-14 + between);
      weights += w;
      squares += w * w;
      sum += w * f.strain;
    }
    return sum / weights;
  };
  double weights, squares;
  const double fixed = mean(0.0, weights, squares);
  double excess = 1;
  for (const FoldEstimate& f : estimates)
    if (std::isfinite(f.strain))
      excess += (f.strain - fixed) * (f.strain - fixed) / (f.error * f.error + 1e-14) - 1;
  const double scale = weights - squares / weights;
  const double between = scale > 0.0 ? std::max(0.0, excess / scale) : 0.0;
  FoldEstimate best;
  best.strain = mean(between, weights, squares);
  best.error = std::sqrt(1.0 / weights);
  return best;
}

/// Slope of ln E against ln ε, and its error.
std::pair<double, double> free_exponent(const std::vector<double>& strain, const std::vector<double>& two_thirds, int side,
                                        double fold, double nearest) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
  for (std::size_t m = 0; m < strain.size(); ++m) {
    const double distance = side * (fold - strain[m]);
    if (!(distance > nearest)) continue;
    const double u = std::log(distance), v = 1.5 * std::log(two_thirds[m]);
    n += 1; sx += u; sy += v; sxx += u * u; sxy += u * v; syy += v * v;
  }
  const double det = n * sxx - sx * sx;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (!(n >= 3 && det > 0.0)) return {nan, nan};
  const double slope = (n * sxy - sx * sy) / det, intercept = (sy - slope * sx) / n;
  const double chi2 = std::max(0.0, syy - intercept * sy - slope * sxy);
  return {slope, std::sqrt(chi2 / (n - 2) * n / det)};
}

}  // namespace

Fold fit_fold(const std::vector<TrackPoint>& all, int side, WindowEnd vanishing, double volume) {
  Fold fold;
  if (all.empty() || (vanishing != WindowEnd::Initial && vanishing != WindowEnd::Final)) return fold;
  const auto barrier = [&](const TrackPoint& p) { return vanishing == WindowEnd::Initial ? p.barrier() : p.reverse_barrier(); };
  const auto stress = [&](const TrackPoint& p) {
    return p.stress_saddle - (vanishing == WindowEnd::Initial ? p.stress_initial : p.stress_final);
  };
  const double other = side > 0 ? all.front().strain : all.back().strain;
  const TrackPoint& last = side > 0 ? all.back() : all.front();
  // Those with the same minimum.
  const auto which = vanishing == WindowEnd::Initial ? &TrackPoint::which_initial : &TrackPoint::which_final;
  std::vector<const TrackPoint*> points;
  for (const TrackPoint& p : all)
    if (p.*which == last.*which) points.push_back(&p);
  // What the last point alone leaves: E / |dE/dγ| if the barrier falls as a line, 3/2 of it at a fold.
  const double left = barrier(last) / std::max(std::abs(volume * stress(last)), 1e-12);
  const FoldEstimate of_last = {last.strain + side * 1.25 * left, 0.25 * left + 1e-7};
  if (points.size() < 3) {
    fold.best = of_last;
    return fold;
  }
  double guess = last.strain + side * 1.5 * left;
  Line e, k, t;
  std::vector<double> used_x, used_e;
  for (int pass = 0; pass < 3; ++pass) {
    std::vector<double> x, ye, yk, yt, none, noise;
    const double window = 0.2 * std::abs(guess - other);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const TrackPoint& p = *points[i];
      const double distance = side * (guess - p.strain);
      // At least the five nearest points, whatever the window holds.
      const std::size_t rank = side > 0 ? points.size() - 1 - i : i;
      if ((distance > window && rank >= 5) || !(barrier(p) > 0.0)) continue;
      x.push_back(p.strain);
      ye.push_back(std::pow(barrier(p), 2.0 / 3.0));
      yk.push_back(p.curvature * p.curvature);
      yt.push_back(stress(p) * stress(p));
      none.push_back(0.0);
      noise.push_back(curvature_noise * (2.0 * std::abs(p.curvature) + curvature_noise));
    }
    e = fit_line(x, ye, none);
    k = fit_line(x, yk, noise);
    t = fit_line(x, yt, none);
    used_x = x;
    used_e = ye;
    if (!e.valid) return fold;
    guess = e.zero;
  }
  fold.points = static_cast<int>(used_x.size());
  const auto take = [](const Line& line, FoldEstimate& estimate) {
    if (line.valid) estimate = {line.zero, line.zero_error};
  };
  take(e, fold.from_barrier);
  take(k, fold.from_curvature);
  take(t, fold.from_stress);
  fold.best = combined({fold.from_barrier, fold.from_curvature, fold.from_stress});
  fold.regular = std::abs(side * (fold.best.strain - last.strain) - 1.5 * left) <= 1.5 * left + irregular_beyond;
  if (!fold.regular) fold.best = of_last;
  fold.amplitude = std::pow(std::abs(e.slope), 1.5);
  fold.amplitude_error = 1.5 * fold.amplitude * e.slope_error / std::abs(e.slope);

  const double sigma = fold.best.error, nearest = 3.0 * sigma;
  const auto [exponent, error] = free_exponent(used_x, used_e, side, fold.best.strain, nearest);
  // The same points, were the fold one sigma off.
  const auto [lower, e1] = free_exponent(used_x, used_e, side, fold.best.strain - sigma, nearest - side * sigma);
  const auto [upper, e2] = free_exponent(used_x, used_e, side, fold.best.strain + sigma, nearest + side * sigma);
  fold.exponent = exponent;
  fold.exponent_error = std::hypot(error, 0.5 * (upper - lower));
  return fold;
}

double missed_by(const FoldEstimate& fold, double bracket_a, double bracket_b) {
  const auto [low, high] = std::minmax(bracket_a, bracket_b);
  return std::max({low - fold.strain, fold.strain - high, 0.0});
}

void hold_against(FoldEstimate& fold, double bracket_a, double bracket_b, double found) {
  const auto [low, high] = std::minmax(bracket_a, bracket_b);
  const double missed = missed_by(fold, bracket_a, bracket_b);
  const double way = std::min(std::abs(low - found), std::abs(high - found));
  if (missed <= 0.25 * way) fold.error = std::max(fold.error, missed);
}

}  // namespace landscape::catastrophe
