#include "md/minimize/newton_step.hpp"

#include <cmath>
#include <limits>

namespace landscape::md {

using Eigen::VectorXd;

namespace {

/// Largest t >= 0 for which no particle of p + t d is further than `limit` from zero; none of p is.
double way_to_limit(const VectorXd& p, const VectorXd& d, Eigen::Index block, double limit) {
  double least = std::numeric_limits<double>::infinity();
  for (Eigen::Index i = 0; i < p.size(); i += block) {
    const auto pi = p.segment(i, block), di = d.segment(i, block);
    const double a = di.squaredNorm(), b = pi.dot(di), c = std::max(0.0, limit * limit - pi.squaredNorm());
    if (a > 0.0) least = std::min(least, b > 0.0 ? c / (b + std::sqrt(b * b + a * c)) : (std::sqrt(b * b + a * c) - b) / a);
  }
  return least;
}

}  // namespace

NewtonStep newton_step(EnergySurface& surface, const Eigen::Ref<const VectorXd>& gradient, double limit, const NewtonStepOptions& options) {
  const Eigen::Index block = surface.block();
  NewtonStep out;
  out.step = VectorXd::Zero(gradient.size());
  VectorXd rest = -gradient, direction = rest, product(gradient.size());
  double rest2 = rest.squaredNorm();
  const double enough = options.residual * options.residual * rest2;
  while (rest2 > enough && out.products < options.max_products) {
    surface.hessian_times(direction, product);
    ++out.products;
    const double curvature = direction.dot(product), most = way_to_limit(out.step, direction, block, limit);
    out.limited = !(curvature > 0.0) || rest2 >= most * curvature;
    const double length = out.limited ? most : rest2 / curvature;
    out.step += length * direction;
    rest -= length * product;
    if (out.limited) break;
    const double before = rest2;
    rest2 = rest.squaredNorm();
    direction = rest + (rest2 / before) * direction;
  }
  out.predicted = 0.5 * out.step.dot(gradient - rest);  // H p = -g - rest
  return out;
}

}  // namespace landscape::md
