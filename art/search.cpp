#include "art/search.hpp"

#include <cmath>

#include "md/core/error.hpp"
#include "md/potential/atomic_surface.hpp"

namespace landscape::art {

using Eigen::VectorXd;

const char* name(Outcome outcome) {
  switch (outcome) {
    case Outcome::Connected: return "connected";
    case Outcome::Disconnected: return "disconnected";
    case Outcome::BothReturn: return "both_return";
    case Outcome::NoNegativeCurvature: return "no_negative_curvature";
    case Outcome::ModeLost: return "mode_lost";
    case Outcome::TooHigh: return "too_high";
    case Outcome::IterationLimit: return "iteration_limit";
    case Outcome::NotFirstOrder: return "not_first_order";
    case Outcome::MinimumFailed: return "minimum_failed";
    case Outcome::Recognized: return "recognized";
    case Outcome::NotDefined: return "not_defined";
  }
  return "unknown";
}

void SearchOptions::validate() const {
  const auto positive = [](const char* field, double value) {
    if (!(value > 0.0)) throw md::InputError(md::message("search: ", field, " is ", value, ", expected a positive number"));
  };
  positive("radius", radius);
  positive("activation_step", activation_step);
  positive("max_activation_steps", max_activation_steps);
  positive("push_over", push_over);
  positive("same", same);
  positive("recognize_force", recognize_force);
  positive("coarse_force", coarse_force);
  if (!(recognize >= 0.0)) throw md::InputError(md::message("search: recognize is ", recognize, ", expected at least 0"));
  if (relaxation_steps < 0) throw md::InputError("search: relaxation_steps is negative, expected at least 0");
  if (!(leave_curvature < 0.0))
    throw md::InputError(md::message("search: leave_curvature is ", leave_curvature, ", expected a negative number"));
  approach.validate();
  proof.validate();
  minimum.validate();
}

VectorXd random_push(const md::EnergySurface& surface, const std::vector<Eigen::Index>& active, md::CounterRng& rng) {
  LANDSCAPE_CHECK(!active.empty());
  VectorXd d = VectorXd::Zero(surface.dof());
  for (const Eigen::Index particle : active)
    for (Eigen::Index k = 0; k < surface.block(); ++k) d[particle * surface.block() + k] = rng.normal();
  return d.normalized();
}

PushOver push_over(md::EnergySurface& surface, const Eigen::Ref<const VectorXd>& saddle,
                   const Eigen::Ref<const VectorXd>& mode, double step, const md::MinimizeOptions& options) {
  const VectorXd d = mode * (step / md::max_norm(mode, surface.block()));
  PushOver p;
  p.plus = saddle + d;
  p.minus = saddle - d;
  p.plus_result = md::minimize(surface, p.plus, options);
  p.minus_result = md::minimize(surface, p.minus, options);
  return p;
}

namespace {

/// Pushes out of the basin until the lowest curvature is clearly negative. @return the mode there, or nothing.
bool leave_basin(md::EnergySurface& surface, VectorXd& x, VectorXd& mode, const VectorXd& direction,
                 const SearchOptions& options) {
  const Eigen::MatrixXd none(x.size(), 0);
  VectorXd gradient(x.size());
  mode = direction;
  for (int k = 0; k < options.max_activation_steps; ++k) {
    x += options.activation_step * direction;
    for (int m = 0; m < options.relaxation_steps; ++m) {
      surface.evaluate(x, gradient);
      VectorXd step = -(gradient - gradient.dot(direction) * direction) / options.minimum.initial_curvature;
      const double longest = md::max_norm(step, surface.block());
      if (longest > options.minimum.max_step) step *= options.minimum.max_step / longest;
      x += step;
    }
    surface.evaluate(x, gradient);
    const md::LowestMode lowest =
        md::lowest_mode(surface, x, gradient, mode, options.approach.lanczos, none);
    mode = lowest.vector;
    if (lowest.curvature < options.leave_curvature) return true;
  }
  return false;
}

/// One side of a saddle relaxed; the start itself where it is seen to fall back there.
struct Side {
  VectorXd x;
  md::MinimizeResult minimum;
  bool home = false;
};

Side relax_side(md::EnergySurface& surface, const VectorXd& from, const VectorXd& start, double start_energy,
                const SearchOptions& options, double gap) {
  const double same = std::min(options.same, gap);
  Side side;
  side.x = from;
  md::MinimizeOptions coarse = options.minimum;
  coarse.max_force = std::max(coarse.max_force, options.coarse_force);
  side.minimum = md::minimize(surface, side.x, coarse);
  // At this force a particle in a well of 0.1 eV/Å² is 2 meV above its bottom. Where the saddle itself is near nothing is taken for granted.
  if (gap > 2.0 * options.same && side.minimum.converged() && std::abs(side.minimum.energy - start_energy) < 2e-3 &&
      md::largest_displacement(surface, start, side.x) < 0.5 * same) {
    side.x = start;
    side.home = true;
    return side;
  }
  const std::int64_t calls = side.minimum.force_calls;
  side.minimum = md::minimize(surface, side.x, options.minimum);
  side.minimum.force_calls += calls;
  side.home = md::largest_displacement(surface, start, side.x) < same;
  return side;
}

SearchResult run(md::EnergySurface& surface, const VectorXd& minimum, const VectorXd& direction,
                 const SearchOptions& options, const SearchContext& context) {
  SearchResult result;
  VectorXd gradient(minimum.size());
  std::int64_t mark = surface.calls();
  const auto spent = [&] {
    const std::int64_t now = surface.calls(), used = now - mark;
    mark = now;
    return used;
  };
  const double floor = surface.evaluate(minimum, gradient);
  VectorXd x = minimum, mode;
  const bool left = leave_basin(surface, x, mode, direction, options);
  result.calls.activation = spent();
  if (!left) return result;

  // The mode's sign: away from the minimum.
  if (mode.dot(surface.difference(minimum, x)) < 0.0) mode = -mode;
  const auto look = [&](const ApproachProgress& p) {
    if (p.max_force > options.recognize_force || !(p.curvature < 0.0)) return md::Control::Continue;
    for (std::size_t k = 0; k < context.known.size(); ++k)
      if (md::largest_displacement(surface, *context.known[k], p.x) < options.recognize) {
        result.known = k;
        return md::Control::Stop;
      }
    return md::Control::Continue;
  };
  ApproachResult saddle = approach_saddle(surface, x, mode, floor, options.approach,
                                          context.known.empty() ? ApproachObserver{} : look);
  result.calls.approach = spent();
  switch (saddle.status) {
    case ApproachStatus::Converged: break;
    case ApproachStatus::Recognized: result.outcome = Outcome::Recognized; return result;
    case ApproachStatus::ModeLost: result.outcome = Outcome::ModeLost; return result;
    case ApproachStatus::TooHigh: result.outcome = Outcome::TooHigh; return result;
    case ApproachStatus::IterationLimit: result.outcome = Outcome::IterationLimit; return result;
    case ApproachStatus::Failed: result.outcome = Outcome::NotDefined; return result;
  }

  // Which side is which is settled before the dearer proof of the index, so that fall-backs cost little. Close to a fold the
  // three are close together: off the saddle by less than the way to the start.
  const double gap = md::largest_displacement(surface, minimum, saddle.x);
  const VectorXd off = saddle.mode * (std::min(options.push_over, 0.5 * gap) / md::max_norm(saddle.mode, surface.block()));
  const Side plus = relax_side(surface, saddle.x + off, minimum, floor, options, gap);
  const Side minus = relax_side(surface, saddle.x - off, minimum, floor, options, gap);
  result.calls.push_over = spent();
  if (!plus.minimum.converged() || !minus.minimum.converged()) {
    result.outcome = Outcome::MinimumFailed;
    return result;
  }
  if (plus.home && minus.home) {
    result.outcome = Outcome::BothReturn;
    return result;
  }
  result.proof = prove_index(surface, saddle.x, saddle.gradient, saddle.mode, options.proof);
  result.calls.proof = spent();
  if (result.proof.negative_eigenvalues != 1) {
    result.outcome = Outcome::NotFirstOrder;
    result.message = result.proof.method;
    return result;
  }
  const bool swap = plus.home || (!minus.home && plus.minimum.energy < minus.minimum.energy);
  const Side& near = swap ? plus : minus;
  const Side& far = swap ? minus : plus;
  result.saddle = saddle.x;
  result.saddle_energy = saddle.energy;
  result.saddle_force = saddle.max_force;
  result.mode = result.proof.mode * (result.proof.mode.dot(saddle.mode) < 0.0 ? -1.0 : 1.0) * (swap ? -1.0 : 1.0);
  result.near_side = near.x;
  result.far_side = far.x;
  result.near_energy = near.home ? floor : near.minimum.energy;
  result.far_energy = far.minimum.energy;
  result.far_force = far.minimum.max_force;
  result.outcome = near.home ? Outcome::Connected : Outcome::Disconnected;
  return result;
}

}  // namespace

SearchResult search(md::EnergySurface& surface, const Eigen::Ref<const VectorXd>& minimum,
                    const Eigen::Ref<const VectorXd>& direction, const SearchOptions& options, const SearchContext& context) {
  options.validate();
  LANDSCAPE_CHECK(minimum.size() == surface.dof() && direction.size() == surface.dof());
  const std::int64_t before = surface.calls();
  try {
    return run(surface, minimum, direction, options, context);
  } catch (const md::InputError& error) {
    // Atoms pushed closer than the potential allows: an ordinary end of a search.
    SearchResult result;
    result.outcome = Outcome::NotDefined;
    result.message = error.what();
    result.calls.approach = surface.calls() - before;
    return result;
  }
}

}  // namespace landscape::art
