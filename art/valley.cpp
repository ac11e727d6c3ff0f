#include "art/valley.hpp"

#include <algorithm>
#include <cmath>

#include "md/core/error.hpp"
#include "md/minimize/minimizer.hpp"

namespace landscape::art {

using Eigen::VectorXd;

namespace {

/// A surface on the plane across a direction, so far from a point along it.
class Across final : public md::EnergySurface {
 public:
  Across(md::EnergySurface& whole, VectorXd origin, VectorXd direction) : whole_(whole), origin_(std::move(origin)), along_(std::move(direction)) {}

  Eigen::Index dof() const override { return whole_.dof(); }
  Eigen::Index block() const override { return whole_.block(); }
  VectorXd difference(const Eigen::Ref<const VectorXd>& a, const Eigen::Ref<const VectorXd>& b) const override { return whole_.difference(a, b); }

  void go_to(double height) { height_ = height; }
  VectorXd on_plane(const Eigen::Ref<const VectorXd>& x) const { return x + (height_ - along_.dot(x - origin_)) * along_; }
  /// dE along the direction where it was evaluated last [eV/Å].
  double slope() const { return slope_; }

 protected:
  double do_evaluate(const Eigen::Ref<const VectorXd>& x, Eigen::Ref<VectorXd> gradient) override {
    const double energy = whole_.evaluate(on_plane(x), gradient);
    slope_ = along_.dot(gradient);
    gradient -= slope_ * along_;
    return energy;
  }

 private:
  md::EnergySurface& whole_;
  VectorXd origin_, along_;
  double height_ = 0.0, slope_ = 0.0;
};

}  // namespace

void ValleyOptions::validate() const {
  if (max_steps < 1) throw md::InputError(md::message("valley: max_steps is ", max_steps, ", expected at least 1"));
  for (const double length : {step, max_force, max_jump})
    if (!(length > 0.0)) throw md::InputError(md::message("valley: a step, force or jump of ", length, ", expected a positive number"));
}

std::optional<VectorXd> valley_top(md::EnergySurface& surface, const Eigen::Ref<const VectorXd>& minimum, const Eigen::Ref<const VectorXd>& direction,
                                   const ValleyOptions& options) {
  options.validate();
  Across plane(surface, minimum, direction.normalized());
  struct Point {
    double height;
    VectorXd x;
    double slope;
  };
  const auto relaxed = [&](const Point& from, double height) -> std::optional<Point> {
    plane.go_to(height);
    VectorXd x = plane.on_plane(from.x), gradient(x.size());
    if (!md::minimize(plane, x, {.max_force = options.max_force, .max_step = 0.05}).converged()) return std::nullopt;
    x = plane.on_plane(x);
    plane.evaluate(x, gradient);
    if (md::max_norm(x - from.x, surface.block()) > options.max_jump) return std::nullopt;
    return Point{height, std::move(x), plane.slope()};
  };
  Point below{0.0, minimum, 0.0};
  std::optional<Point> above;
  // Past the top the valley may end: then by shorter steps.
  double step = options.step;
  while (!above && below.height < (options.max_steps - 0.5) * options.step) {
    std::optional<Point> next = relaxed(below, below.height + step);
    if (!next) {
      step *= 0.5;
      if (step < options.step / 32.0) return std::nullopt;
      continue;
    }
    if (next->slope < 0.0)
      above = std::move(next);
    else
      below = std::move(*next);
  }
  if (!above || !(below.slope > 0.0)) return std::nullopt;
  for (int k = 0; k < 20 && std::abs(above->height - below.height) > 1e-3 * options.step; ++k) {
    // Never nearer to an end than a tenth, so that both close in.
    const double share = std::clamp(below.slope / (below.slope - above->slope), 0.1, 0.9);
    std::optional<Point> next = relaxed(share < 0.5 ? below : *above, below.height + share * (above->height - below.height));
    if (!next) return std::nullopt;
    const bool done = std::abs(next->slope) <= options.max_force;
    (next->slope > 0.0 ? below : *above) = std::move(*next);
    if (done) break;
  }
  return std::abs(below.slope) < std::abs(above->slope) ? below.x : above->x;
}

}  // namespace landscape::art
