#include "md/minimize/minimizer.hpp"

#include <cmath>
#include <limits>

#include "md/core/error.hpp"
#include "md/minimize/flow_step.hpp"
#include "md/minimize/newton_step.hpp"
#include "md/minimize/quasi_newton.hpp"

namespace landscape::md {

void MinimizeOptions::validate() const {
  const auto positive = [](const char* field, double value) {
    if (!(value > 0.0)) throw InputError(message("minimize: ", field, " is ", value, ", expected a positive number"));
  };
  positive("max_force", max_force);
  positive("max_iterations", max_iterations);
  positive("max_step", max_step);
  positive("memory", memory);
  positive("initial_curvature", initial_curvature);
  positive("fire_dt", fire_dt);
  positive("newton_residual", newton_residual);
  if (!(newton_residual < 1.0)) throw InputError(message("minimize: newton_residual is ", newton_residual, ", expected a number below 1"));
  positive("newton_max_step", newton_max_step);
  if (!(newton_force >= 0.0)) throw InputError(message("minimize: newton_force is ", newton_force, ", expected at least 0"));
}

namespace {

using Eigen::VectorXd;

/// Shrinks a step so that no particle moves further than `limit`.
void limit_step(VectorXd& step, Eigen::Index block, double limit) {
  const double longest = max_norm(step, block);
  if (longest > limit) step *= limit / longest;
}

struct State {
  VectorXd gradient;
  double energy = 0.0;
  double max_force = 0.0;
};

/// A table whose slope jumps (ZrCuAl_2009 at its cutoff, by up to 6e-4 eV/Å) can hold a minimum in its kink, where the force has
/// no zero. A run that has found no smaller force for this many iterations is taken to be there, and its best point is the
/// answer. Without kinks the longest such stretch of 24 minimizations of strongly disordered 500-atom Cu-Zr was 783.
constexpr int stall_iterations = 2000;

/// Rounding error of an energy: sums over thousands of pairs keep about 13 digits.
double energy_noise(double energy) { return 1e-12 * std::max(1.0, std::abs(energy)); }

MinimizeStatus run_lbfgs(EnergySurface& surface, Eigen::Ref<VectorXd> x, const MinimizeOptions& o,
                         const MinimizeObserver& observe, QuasiNewton& model, State& s, int& iteration) {
  const Eigen::Index block = surface.block();
  VectorXd trial(x.size()), trial_gradient(x.size());
  double limit = o.max_step;
  int failures = 0;
  VectorXd best = x;
  double best_force = s.max_force;
  int best_iteration = iteration;
  for (; iteration < o.max_iterations; ++iteration) {
    if (s.max_force <= o.max_force) return MinimizeStatus::Converged;
    if (observe && observe({iteration, s.energy, s.max_force}) == Control::Stop)
      return MinimizeStatus::StoppedByObserver;
    VectorXd direction = model.step(s.gradient);
    limit_step(direction, block, limit);
    trial = x + direction;
    const double energy = surface.evaluate(trial, trial_gradient);
    // No line search: a step is taken unless it goes up by more than rounding can explain.
    const bool uphill = !(energy <= s.energy + energy_noise(s.energy));
    if (uphill && trial_gradient.dot(direction) > 0.0) {
      model.forget();
      limit = 0.25 * max_norm(direction, block);
      if (++failures > 40 || limit < 1e-14) return MinimizeStatus::Stalled;
      continue;
    }
    failures = 0;
    limit = std::min(o.max_step, 2.0 * limit);
    model.learn(direction, trial_gradient - s.gradient);
    x = trial;
    s.energy = energy;
    s.gradient.swap(trial_gradient);
    s.max_force = max_norm(s.gradient, block);
    if (s.max_force < best_force) {
      best = x;
      best_force = s.max_force;
      best_iteration = iteration;
    } else if (iteration - best_iteration >= stall_iterations) {
      x = best;
      s.energy = surface.evaluate(x, s.gradient);
      s.max_force = max_norm(s.gradient, block);
      return MinimizeStatus::Stalled;
    }
  }
  return MinimizeStatus::IterationLimit;
}

/// Newton's steps from where the surface is nearly a paraboloid. Ends as Stalled where they do not lead downhill.
MinimizeStatus run_newton(EnergySurface& surface, Eigen::Ref<VectorXd> x, const MinimizeOptions& o, const MinimizeObserver& observe, State& s,
                          int& iteration) {
  const Eigen::Index block = surface.block();
  VectorXd trial(x.size()), trial_gradient(x.size());
  double limit = o.newton_max_step;
  while (iteration < o.max_iterations) {
    if (s.max_force <= o.max_force) return MinimizeStatus::Converged;
    if (observe && observe({iteration, s.energy, s.max_force}) == Control::Stop) return MinimizeStatus::StoppedByObserver;
    if (!surface.expand(x)) return MinimizeStatus::Stalled;
    // No better than the tolerance asks for.
    const double residual = std::max(o.newton_residual, 0.3 * o.max_force / s.max_force);
    NewtonStep newton = newton_step(surface, s.gradient, limit, {.residual = std::min(residual, 0.5)});
    for (int tries = 0;; ++tries) {
      ++iteration;
      trial = x + newton.step;
      const double energy = surface.evaluate(trial, trial_gradient);
      const double noise = energy_noise(s.energy);
      const bool good = energy - s.energy <= 0.25 * newton.predicted + noise;
      if (good || (energy <= s.energy + noise && trial_gradient.squaredNorm() < s.gradient.squaredNorm())) {
        limit = good ? std::min(o.newton_max_step, 2.0 * limit) : 0.5 * limit;
        x = trial;
        s.energy = energy;
        s.gradient.swap(trial_gradient);
        s.max_force = max_norm(s.gradient, block);
        break;
      }
      if (tries == 4 || iteration >= o.max_iterations) return MinimizeStatus::Stalled;
      newton.step *= 0.25;  // the model along the same line
      newton.predicted *= 0.25;
      limit = std::max(1e-4, max_norm(newton.step, block));
    }
  }
  return MinimizeStatus::IterationLimit;
}

/// Ends as Stalled where the steps do not lead downhill.
MinimizeStatus run_flow(EnergySurface& surface, Eigen::Ref<VectorXd> x, const MinimizeOptions& o, const MinimizeObserver& observe, State& s,
                        int& iteration) {
  const Eigen::Index block = surface.block();
  VectorXd trial(x.size()), trial_gradient(x.size());
  double limit = o.max_step;
  for (int failures = 0; iteration < o.max_iterations; ++iteration) {
    if (s.max_force <= o.max_force) return MinimizeStatus::Converged;
    if (observe && observe({iteration, s.energy, s.max_force}) == Control::Stop) return MinimizeStatus::StoppedByObserver;
    const FlowStep flow = flow_step(surface, x, s.gradient, limit);
    trial = x + flow.step;
    const double energy = surface.evaluate(trial, trial_gradient), noise = energy_noise(s.energy);
    const double gain = energy - s.energy;
    if (!(gain <= 0.1 * flow.predicted + noise)) {
      if (++failures > 4) return MinimizeStatus::Stalled;
      limit = 0.25 * max_norm(flow.step, block);
      continue;
    }
    failures = 0;
    // Shorter steps where the paraboloid is not the surface.
    limit = gain <= 0.5 * flow.predicted + noise ? std::min(o.max_step, 2.0 * limit) : 0.5 * limit;
    x = trial;
    s.energy = energy;
    s.gradient.swap(trial_gradient);
    s.max_force = max_norm(s.gradient, block);
  }
  return MinimizeStatus::IterationLimit;
}

MinimizeStatus run_fire(EnergySurface& surface, Eigen::Ref<VectorXd> x, const MinimizeOptions& o,
                        const MinimizeObserver& observe, State& s, int& iteration) {
  // Constants of Bitzek et al. (2006); unit mass.
  constexpr double grow = 1.1, shrink = 0.5, alpha_start = 0.1, alpha_shrink = 0.99;
  constexpr int patience = 5;
  const Eigen::Index block = surface.block();
  VectorXd velocity = VectorXd::Zero(x.size()), step(x.size());
  double dt = o.fire_dt, alpha = alpha_start;
  int downhill = 0;
  for (; iteration < o.max_iterations; ++iteration) {
    if (s.max_force <= o.max_force) return MinimizeStatus::Converged;
    if (observe && observe({iteration, s.energy, s.max_force}) == Control::Stop)
      return MinimizeStatus::StoppedByObserver;
    const double power = -s.gradient.dot(velocity);
    if (power > 0.0) {
      const double norm = s.gradient.norm();
      velocity = (1.0 - alpha) * velocity - (alpha * velocity.norm() / norm) * s.gradient;
      if (++downhill > patience) {
        dt = std::min(dt * grow, 10.0 * o.fire_dt);
        alpha *= alpha_shrink;
      }
    } else {
      velocity.setZero();
      dt *= shrink;
      alpha = alpha_start;
      downhill = 0;
      if (dt < 1e-8 * o.fire_dt) return MinimizeStatus::Stalled;
    }
    velocity -= dt * s.gradient;
    step = dt * velocity;
    const double longest = max_norm(step, block);
    if (longest > o.max_step) {
      step *= o.max_step / longest;
      velocity *= o.max_step / longest;
    }
    x += step;
    s.energy = surface.evaluate(x, s.gradient);
    s.max_force = max_norm(s.gradient, block);
  }
  return MinimizeStatus::IterationLimit;
}

}  // namespace

MinimizeResult minimize(EnergySurface& surface, Eigen::Ref<Eigen::VectorXd> x, const MinimizeOptions& options,
                        const MinimizeObserver& observe, QuasiNewton* model) {
  options.validate();
  LANDSCAPE_CHECK(x.size() == surface.dof());
  const std::int64_t before = surface.calls();
  State state;
  state.gradient.resize(x.size());
  state.energy = surface.evaluate(x, state.gradient);
  state.max_force = max_norm(state.gradient, surface.block());
  MinimizeResult result;
  int iteration = 0;
  QuasiNewton own(options.memory, options.initial_curvature);
  if (options.method == MinimizeMethod::Lbfgs) {
    MinimizeOptions first = options;
    first.max_force = std::max(options.max_force, options.newton_force);
    result.status = run_lbfgs(surface, x, first, observe, model ? *model : own, state, iteration);
    if (result.status == MinimizeStatus::Converged && options.newton_force > options.max_force) {
      result.status = run_newton(surface, x, options, observe, state, iteration);
      if (result.status == MinimizeStatus::Stalled) result.status = run_lbfgs(surface, x, options, observe, own, state, iteration);
    }
  } else if (options.method == MinimizeMethod::Flow) {
    result.status = run_flow(surface, x, options, observe, state, iteration);
    if (result.status == MinimizeStatus::Stalled) result.status = run_lbfgs(surface, x, options, observe, own, state, iteration);
  } else {
    result.status = run_fire(surface, x, options, observe, state, iteration);
  }
  if (state.max_force <= options.max_force) result.status = MinimizeStatus::Converged;
  result.energy = state.energy;
  result.max_force = state.max_force;
  result.iterations = iteration;
  result.force_calls = surface.calls() - before;
  return result;
}

}  // namespace landscape::md
