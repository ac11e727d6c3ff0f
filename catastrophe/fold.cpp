#include <cmath>

#include "catastrophe/track.hpp"

namespace landscape::catastrophe {

namespace {

struct Line {
  double slope, zero, slope_error, zero_error;
  bool valid = false;
};

/// Weighted least squares y = a (x - x0) with weights 1/y²: near a fold all points carry the same relative error.
Line fit_line(const std::vector<double>& x, const std::vector<double>& y) {
  Line line{};
  double sw = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  double mean = 0;
  for (const double v : x) mean += v / static_cast<double>(x.size());
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double w = 1.0 / std::max(y[k] * y[k], 1e-300), u = x[k] - mean;
    sw += w; sx += w * u; sy += w * y[k]; sxx += w * u * u; sxy += w * u * y[k];
  }
  const double det = sw * sxx - sx * sx;
  if (x.size() < 3 || !(det > 0.0)) return line;
  const double a = (sw * sxy - sx * sy) / det, b = (sxx * sy - sx * sxy) / det;
  double chi2 = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double residual = (y[k] - a * (x[k] - mean) - b) / y[k];
    chi2 += residual * residual;
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

}  // namespace

Fold fit_fold(const std::vector<TrackPoint>& points, int side, WindowEnd which, double volume) {
  Fold fold;
  if (points.size() < 3 || (which != WindowEnd::Initial && which != WindowEnd::Final)) return fold;
  const auto barrier = [&](const TrackPoint& p) { return which == WindowEnd::Initial ? p.barrier() : p.reverse_barrier(); };
  const auto stress = [&](const TrackPoint& p) {
    return p.stress_saddle - (which == WindowEnd::Initial ? p.stress_initial : p.stress_final);
  };
  const double other = side > 0 ? points.front().strain : points.back().strain;
  const TrackPoint& last = side > 0 ? points.back() : points.front();
  // dE/dγ = V Δτ and E ~ ε^{3/2} give the distance that is left from one point alone.
  double guess = last.strain + side * 1.5 * barrier(last) / std::max(std::abs(volume * stress(last)), 1e-12);
  Line e, k, t;
  std::vector<double> used_x, used_e;
  for (int pass = 0; pass < 3; ++pass) {
    std::vector<double> x, ye, yk, yt;
    const double window = 0.2 * std::abs(guess - other);
    for (const TrackPoint& p : points) {
      const double distance = side * (guess - p.strain);
      // At least the five nearest points, whatever the window holds.
      const auto rank = side > 0 ? static_cast<std::size_t>(&points.back() - &p) : static_cast<std::size_t>(&p - &points.front());
      if ((distance > window && rank >= 5) || !(barrier(p) > 0.0)) continue;
      x.push_back(p.strain);
      ye.push_back(std::pow(barrier(p), 2.0 / 3.0));
      yk.push_back(p.curvature * p.curvature);
      yt.push_back(stress(p) * stress(p));
    }
    e = fit_line(x, ye);
    k = fit_line(x, yk);
    t = fit_line(x, yt);
    used_x = x;
    used_e = ye;
    if (!e.valid) return fold;
    guess = e.zero;
  }
  fold.points = static_cast<int>(used_x.size());
  double weights = 0, sum = 0;
  const auto take = [&](const Line& line, FoldEstimate& estimate) {
    if (!line.valid) return;
    estimate = {line.zero, line.zero_error};
    const double w = 1.0 / (line.zero_error * line.zero_error + 1e-14);
    weights += w;
    sum += w * line.zero;
  };
  take(e, fold.from_barrier);
  take(k, fold.from_curvature);
  take(t, fold.from_stress);
  fold.best.strain = sum / weights;
  double spread = 0;
  for (const FoldEstimate* f : {&fold.from_barrier, &fold.from_curvature, &fold.from_stress})
    if (std::isfinite(f->strain))
      spread += (f->strain - fold.best.strain) * (f->strain - fold.best.strain) / (f->error * f->error + 1e-14) / weights;
  fold.best.error = std::sqrt(1.0 / weights + spread);
  fold.amplitude = std::pow(std::abs(e.slope), 1.5);
  fold.amplitude_error = 1.5 * fold.amplitude * e.slope_error / std::abs(e.slope);

  // Free exponent: slope of ln E against ln ε.
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
  for (std::size_t m = 0; m < used_x.size(); ++m) {
    const double distance = side * (fold.best.strain - used_x[m]);
    if (!(distance > 2.0 * fold.best.error)) continue;
    const double u = std::log(distance), v = 1.5 * std::log(used_e[m]);
    n += 1; sx += u; sy += v; sxx += u * u; sxy += u * v; syy += v * v;
  }
  const double det = n * sxx - sx * sx;
  if (n >= 3 && det > 0.0) {
    fold.exponent = (n * sxy - sx * sy) / det;
    const double intercept = (sy - fold.exponent * sx) / n;
    const double chi2 = std::max(0.0, syy - intercept * sy - fold.exponent * sxy);
    fold.exponent_error = std::sqrt(chi2 / (n - 2) * n / det);
  }
  return fold;
}

}  // namespace landscape::catastrophe
