#include "catastrophe/predict.hpp"

#include <cmath>

#include "md/core/error.hpp"

namespace landscape::catastrophe {

namespace {

/// y = E^{2/3} and its derivatives.
struct Unfolded {
  double y, slope, bend;
  explicit Unfolded(const BarrierPoint& p)
      : y(std::pow(p.barrier, 2.0 / 3.0)),
        slope(2.0 / 3.0 * y * p.slope / p.barrier),
        bend(2.0 / 3.0 * y / p.barrier * (p.curvature - p.slope * p.slope / (3.0 * p.barrier))) {}
};

/// The nearer root of y + slope d + bend d²/2 on the side to which y falls; NaN where it turns before.
double root(double y, double slope, double bend) {
  const double discriminant = slope * slope - 2.0 * y * bend;
  if (!(discriminant >= 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return -2.0 * y / (slope + std::copysign(std::sqrt(discriminant), slope));
}

/// Zero of the cubic with values and slopes given at 0 and h, beyond h; NaN where it has none near.
double hermite_root(double y0, double s0, double y1, double s1, double h) {
  const double a = (2.0 * (y0 - y1) / h + s0 + s1) / (h * h), b = (3.0 * (y1 - y0) / h - 2.0 * s0 - s1) / h;
  double x = h - y1 / s1;
  for (int k = 0; k < 50; ++k) {
    const double slope = s0 + x * (2.0 * b + 3.0 * a * x);
    const double step = (y0 + x * (s0 + x * (b + a * x))) / slope;
    x -= step;
    if (std::abs(step) < 1e-12) return x / h > 1.0 ? x : std::numeric_limits<double>::quiet_NaN();
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Prediction predict_first_order(const BarrierPoint& p, double barrier_error, double slope_error) {
  Prediction out;
  if (!(p.barrier > 0.0) || !(std::abs(p.slope) > slope_error)) return out;
  const double distance = -1.5 * p.barrier / p.slope;
  out.strain = p.strain + distance;
  out.error = std::abs(distance) * std::hypot(barrier_error / p.barrier, slope_error / p.slope);
  out.exponent = 1.5;
  return out;
}

Prediction predict_power(const BarrierPoint& p) {
  Prediction out;
  const double square = p.slope * p.slope, exponent = square / (square - p.barrier * p.curvature);
  if (!(p.barrier > 0.0) || !(exponent > 1.0) || !(exponent < 20.0)) return out;
  out.strain = p.strain - exponent * p.barrier / p.slope;
  out.exponent = exponent;
  return out;
}

Prediction predict_second_order(const BarrierPoint& p) {
  Prediction out;
  if (!(p.barrier > 0.0) || !(std::abs(p.slope) > 0.0)) return out;
  const Unfolded u(p);
  out.strain = p.strain + root(u.y, u.slope, u.bend);
  out.exponent = 1.5;
  // What the next order would change, taken as what the second changed, once more.
  const double first = p.strain - u.y / u.slope;
  out.error = (out.strain - first) * (out.strain - first) / std::abs(first - p.strain);
  return out;
}

Prediction predict_two_strains(const BarrierPoint& first, const BarrierPoint& nearer) {
  Prediction out;
  if (!(first.barrier > 0.0) || !(nearer.barrier > 0.0)) return out;
  const double h = nearer.strain - first.strain;
  const Unfolded a(first), b(nearer);
  out.strain = nearer.strain + root(b.y, b.slope, (b.slope - a.slope) / h);
  out.error = std::abs(out.strain - first.strain - hermite_root(a.y, a.slope, b.y, b.slope, h));
  out.exponent = 1.5;
  return out;
}

void PredictOptions::validate() const {
  const auto within = [](const char* field, double value, bool good, const char* range) {
    if (!good) throw md::InputError(md::message("predict: ", field, " is ", value, ", expected ", range));
  };
  within("plane", plane, plane >= 0 && plane <= 2, "0, 1 or 2");
  within("fraction", fraction, fraction > 0.0 && fraction < 1.0, "a number between 0 and 1");
  within("longest_step", longest_step, longest_step > 0.0, "a positive number");
  within("max_jump", max_jump, max_jump > 0.0, "a positive number");
  minimum.validate();
  saddle.validate();
}

std::optional<BarrierPoint> barrier_ahead(md::AtomicSurface& surface, const md::Cell& reference, double strain, double step,
                                          const ShearedState& minimum, const ShearedState& saddle,
                                          const Eigen::VectorXd& mode, const PredictOptions& options) try {
  const Eigen::Matrix3d f = md::simple_shear(step, options.plane);
  surface.set_cell(reference.deformed(md::simple_shear(strain + step, options.plane)));
  const Eigen::VectorXd expected_minimum = md::deformed(f, minimum.x) + step * minimum.velocity;
  const Eigen::VectorXd expected_saddle = md::deformed(f, saddle.x) + step * saddle.velocity;
  const auto strayed = [&](const Eigen::VectorXd& expected, const Eigen::VectorXd& found) {
    return md::max_norm(md::displacement(surface, expected, found), 3) > options.max_jump;
  };
  Eigen::VectorXd gradient(expected_minimum.size()), x = expected_minimum;
  surface.forget_history();
  if (!md::minimize(surface, x, options.minimum).converged() || strayed(expected_minimum, x)) return std::nullopt;
  const double below = surface.evaluate(x, gradient);
  const double stress_below = md::shear_stress(surface.stress(), options.plane);
  surface.forget_history();
  const auto climbed = art::approach_saddle(surface, expected_saddle, mode, below, options.saddle);
  if (climbed.status != art::ApproachStatus::Converged || strayed(expected_saddle, climbed.x)) return std::nullopt;
  const double above = surface.evaluate(climbed.x, gradient);
  if (!(above > below)) return std::nullopt;
  return BarrierPoint{strain + step, above - below,
                      reference.volume() * (md::shear_stress(surface.stress(), options.plane) - stress_below)};
} catch (const md::InputError&) {
  return std::nullopt;  // a step into a region where the potential is not defined
}

}  // namespace landscape::catastrophe
