#include "md/deform/quasistatic.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "md/core/error.hpp"
#include "md/deform/rechosen.hpp"

namespace landscape::md {

namespace {
/// Largest affine force per unit strain of a metallic glass, 5.3-6.0 eV/Å in three Cu-Zr-Al glasses.
constexpr double affine_force = 5.5;
/// -dσ/dγ beyond which a smooth branch is not followed with long steps [eV/Å³]; the modulus of these glasses is 0.13 to 0.19.
constexpr double steepest_softening = 1.0;
/// [eV/Å] of a relaxed state, however long the step. By L-BFGS, on cuzr_mm_hyper1 to strain 0.05, 1e-5 took a tenth more calls and 5e-5 no fewer.
constexpr double loosest_tolerance = 3e-5;
}  // namespace

void QuasistaticOptions::validate() const {
  const auto positive = [](const char* field, double value) {
    if (!(value > 0.0)) throw InputError(message("shear: ", field, " is ", value, ", expected a positive number"));
  };
  if (plane < 0 || plane > 2) throw InputError(message("shear: plane ", plane, ", expected 0 (xy), 1 (xz) or 2 (yz)"));
  for (const double step : {max_step, resolution})
    if (!(step >= shortest_shear_step)) throw InputError(message("shear: a step or resolution of ", step, ", expected at least ", shortest_shear_step));
  positive("energy_drop", energy_drop);
  positive("relative_tolerance", relative_tolerance);
  positive("fall_step", fall_step);
  if (adaptive && resolution > max_step)
    throw InputError(message("shear: resolution ", resolution, " is above max_step ", max_step));
  minimize.validate();
}

double QuasistaticOptions::finest() const { return adaptive ? resolution : std::min(resolution, max_step); }

double shear_stress(const Eigen::Matrix3d& stress, int plane) {
  constexpr int row[] = {0, 0, 1};
  constexpr int col[] = {1, 2, 2};
  return stress(row[plane], col[plane]);
}

QuasistaticShear::QuasistaticShear(AtomicSurface& surface, const Cell& reference, double strain,
                                   const Eigen::Ref<const Eigen::VectorXd>& x, const QuasistaticOptions& options)
    : surface_(surface), reference_(reference), options_(options), step_(options.max_step),
      model_(options.minimize.memory, options.minimize.initial_curvature) {
  options_.validate();
  if (!reference.fully_periodic()) throw InputError("shear: the cell must be periodic in all directions");
  ShearState start;
  start.strain = strain;
  start.x = x;
  shear_to(strain);
  Eigen::VectorXd gradient(x.size());
  start.energy = surface_.evaluate(x, gradient);
  start.stress = surface_.stress();
  start.max_force = max_norm(gradient, 3);
  state_ = std::move(start);
}

void QuasistaticShear::shear_to(double strain) {
  const Cell cell = reference_.deformed(simple_shear(strain, options_.plane));
  surface_.set_cell(cell, rechosen(cell));
  surface_.forget_history();
}

void QuasistaticShear::restore(const Memory& memory) {
  LANDSCAPE_CHECK(memory.state.x.size() == surface_.dof());
  state_ = memory.state;
  step_ = memory.step;
  sign_ = memory.sign;
  earlier_ = memory.earlier;
  beyond_ = memory.beyond;
}

QuasistaticShear::Relaxed QuasistaticShear::relaxed(const ShearState& from, double strain, const Eigen::VectorXd* drift) {
  const double step = strain - from.strain;
  Eigen::VectorXd x = deformed(simple_shear(step, options_.plane), from.x);
  if (drift != nullptr && drift->size() == x.size()) x += step * *drift;
  return relaxed_from(from, strain, x, std::abs(step));
}

QuasistaticShear::Relaxed QuasistaticShear::relaxed_from(const ShearState& from, double strain, const Eigen::VectorXd& x, double reach) {
  const double step = strain - from.strain;
  ShearState to;
  to.strain = strain;
  to.x = x;
  shear_to(strain);
  // Lower than any smooth response could bring it: a jump, and how it ends is not asked while the step is still to be halved. Energies fall
  // during a relaxation, so one glance is enough.
  const double volume = reference_.volume();
  const double smooth =
      from.energy + volume * (step * shear_stress(from.stress, options_.plane) - 0.5 * steepest_softening * step * step);
  const bool asked = !options_.adaptive || reach <= options_.resolution * 1.0001;
  bool jumped = false;
  const auto watch = [&](const MinimizeProgress& p) {
    jumped = p.energy < smooth - options_.energy_drop;
    return jumped ? Control::Stop : Control::Continue;
  };
  MinimizeOptions minimize = options_.minimize;
  minimize.max_force = std::min(loosest_tolerance, std::max(1e-7, options_.relative_tolerance * affine_force *
                                                         std::max(reach, options_.finest())));
  if (!options_.adaptive) minimize.newton_force = 0.0;
  MinimizeResult result = md::minimize(surface_, to.x, minimize, watch, &model_);
  if (jumped && asked) {
    // Where an avalanche ends depends on how it is followed: down the steepest descent, which small differences of the start do not lead astray. Behind the
    // jump the tolerance of a long step is enough.
    MinimizeOptions fall = minimize;
    fall.method = MinimizeMethod::Flow;
    fall.max_step = options_.fall_step;
    if (options_.adaptive) fall.max_force = loosest_tolerance;
    result = md::minimize(surface_, to.x, fall);
  }
  Eigen::VectorXd gradient(to.x.size());
  to.energy = surface_.evaluate(to.x, gradient);
  to.stress = surface_.stress();
  to.max_force = max_norm(gradient, 3);
  const bool landed = jumped && to.max_force <= loosest_tolerance;
  return {std::move(to), result.converged() || landed, jumped};
}

double QuasistaticShear::shortfall(const ShearState& from, const ShearState& to) const {
  const double mean = 0.5 * (shear_stress(from.stress, options_.plane) + shear_stress(to.stress, options_.plane));
  return from.energy + reference_.volume() * mean * (to.strain - from.strain) - to.energy;
}

QuasistaticShear::Trial QuasistaticShear::attempt(double strain, const Eigen::VectorXd* drift) {
  return judged(relaxed(state_, strain, drift));
}

bool QuasistaticShear::doubtful(const ShearState& next) const {
  if (earlier_.empty()) return true;
  const double step = std::abs(next.strain - state_.strain);
  const BranchPoint here{0.0, Eigen::VectorXd::Zero(state_.x.size())};
  const BranchPoint there{step, deformed(simple_shear(state_.strain - next.strain, options_.plane), next.x) - state_.x};
  const auto fold = fold_ahead({earlier_.back(), here, there});
  return fold && fold->distance - step < 0.1 * step;
}

bool QuasistaticShear::leads_on(const ShearState& next) {
  const Relaxed further = relaxed_from(next, next.strain, next.x, 10.0 * options_.resolution);
  return further.jumped || next.energy - further.state.energy > options_.energy_drop;
}

QuasistaticShear::Trial QuasistaticShear::judged(Relaxed relaxed) const {
  Trial trial;
  trial.converged = relaxed.converged;
  // A jump shows in the energy. One that is too high calls for shorter steps: where there are none it is the curve's bend.
  const double less = shortfall(state_, relaxed.state);
  trial.jump = relaxed.jumped || (options_.adaptive ? std::abs(less) : less) > options_.energy_drop;
  trial.state = std::move(relaxed.state);
  return trial;
}

std::optional<FoldAhead> fold_ahead(const std::array<BranchPoint, 3>& p) {
  const Eigen::VectorXd along = (p[2].moved - p[1].moved).normalized();
  std::array<double, 3> s, t;
  for (std::size_t k = 0; k < 3; ++k) {
    s[k] = p[k].moved.dot(along);
    t[k] = p[k].distance;
  }
  if (!(s[0] < s[1] && s[1] < s[2])) return std::nullopt;
  const double first = (t[1] - t[0]) / (s[1] - s[0]), last = (t[2] - t[1]) / (s[2] - s[1]);
  const double bend = (last - first) / (s[2] - s[0]);
  if (!(bend < 0.0) || !(last > 0.0)) return std::nullopt;
  const double vertex = 0.5 * (s[1] + s[2]) - 0.5 * last / bend;
  const double distance = t[2] + last * (vertex - s[2]) + bend * (vertex - s[2]) * (vertex - s[1]);
  if (!(vertex > s[2]) || !(distance > t[2])) return std::nullopt;
  return FoldAhead{distance, vertex - s[2], -bend, along};
}

void QuasistaticShear::approach_instability(double sign, double width) {
  const double origin = state_.strain;
  const Eigen::VectorXd start = state_.x;
  std::vector<BranchPoint> points = std::exchange(earlier_, {});  // a prediction must not carry it over the fold
  points.push_back({0.0, Eigen::VectorXd::Zero(start.size())});
  beyond_.reset();
  const auto leave = [&] {
    if (beyond_ && std::abs(beyond_->strain - state_.strain) > options_.resolution * 1.0001) beyond_.reset();
  };
  double upper = width, expected = std::numeric_limits<double>::quiet_NaN();
  while (true) {
    const double lower = points.back().distance;
    if (upper - lower <= options_.resolution) return leave();
    double trial = 0.5 * (lower + upper);
    Eigen::VectorXd drift;
    std::optional<FoldAhead> fold;
    if (const auto n = points.size(); n >= 3) fold = fold_ahead({points[n - 3], points[n - 2], points[n - 1]});
    if (fold && fold->distance < upper) {
      const double left = fold->distance - lower;
      // Nearer by as much as the last two estimates agree, by half at least and to a tenth at most.
      const double doubt = std::isfinite(expected) ? std::abs(fold->distance - expected) : left;
      const double rest = std::max(std::clamp(doubt, 0.1 * left, 0.5 * left), 0.2 * options_.resolution);
      trial = fold->distance - rest;
      if (trial - lower < 0.5 * options_.resolution) return leave();
      drift = (fold->way - std::sqrt(rest / fold->bend)) / (sign * (trial - lower)) * fold->along;
      expected = fold->distance;
    }
    Trial next = attempt(origin + sign * trial, drift.size() > 0 ? &drift : nullptr);
    if (next.jump || !next.converged) {
      upper = trial;
      // From near enough to be the event that the last step would see.
      if (next.jump && trial - lower <= 4.0 * options_.resolution) beyond_ = {next.state.strain, std::move(next.state.x)};
      continue;
    }
    state_ = std::move(next.state);
    points.push_back({trial, deformed(simple_shear(origin - state_.strain, options_.plane), state_.x) - start});
  }
}

void QuasistaticShear::go_to(ShearState next) {
  const double step = next.strain - state_.strain;
  const Eigen::Matrix3d f = simple_shear(step, options_.plane);
  const Eigen::VectorXd moved = next.x - deformed(f, state_.x);
  if (earlier_.size() == 2) earlier_.erase(earlier_.begin());
  for (BranchPoint& point : earlier_) {
    point.distance -= std::abs(step);
    point.moved = deformed(f, point.moved) - moved;
  }
  earlier_.push_back({-std::abs(step), -moved});
  state_ = std::move(next);
}

ShearStep QuasistaticShear::advance(double target) {
  ShearStep out;
  const double before = surface_.work();
  const double sign = target >= state_.strain ? 1.0 : -1.0;
  model_.forget();
  if (sign != sign_) {
    earlier_.clear();
    beyond_.reset();
  }
  sign_ = sign;
  const double left = std::abs(target - state_.strain);
  double step = std::min(options_.adaptive ? step_ : options_.max_step, left);
  if (left - step < 0.5 * options_.finest()) step = left;
  const auto strain_after = [&] { return step == left ? target : state_.strain + sign * step; };
  Eigen::VectorXd drift;
  if (options_.adaptive && !earlier_.empty()) drift = sign * earlier_.back().moved / earlier_.back().distance;
  const auto last_step = [&] {
    const std::optional<Beyond> beyond = std::exchange(beyond_, std::nullopt);
    return beyond && std::abs(beyond->strain - state_.strain) <= left ? judged(relaxed_from(state_, beyond->strain, beyond->x, options_.resolution))
                                                                      : attempt(strain_after(), nullptr);
  };
  Trial next = beyond_ ? last_step() : attempt(strain_after(), drift.size() > 0 ? &drift : nullptr);
  const bool is_long = options_.adaptive && step > options_.resolution * 1.0001;
  if (is_long && !next.jump && next.converged && doubtful(next.state)) next.jump = leads_on(next.state);
  if (is_long && (next.jump || !next.converged)) {
    const double from = state_.strain;
    approach_instability(sign, step);
    step_ = options_.resolution;
    if (state_.strain != from) {
      out.state = state_;
      out.force_calls = surface_.work() - before;
      return out;
    }
    step = std::min(step_, left);
    next = last_step();
  }
  out.outcome = !next.converged ? ShearOutcome::NotConverged : next.jump ? ShearOutcome::Event : ShearOutcome::Smooth;
  if (next.jump) {
    out.event.before = state_;
    out.event.after = next.state;
    out.event.energy_drop = state_.energy +
                            reference_.volume() * shear_stress(state_.stress, options_.plane) * (next.state.strain - state_.strain) -
                            next.state.energy;
    out.event.stress_drop = shear_stress(state_.stress, options_.plane) - shear_stress(next.state.stress, options_.plane);
    earlier_.clear();
    step_ = options_.max_step;
    state_ = std::move(next.state);
  } else {
    go_to(std::move(next.state));
    step_ = std::min(options_.max_step, 2.0 * step);
  }
  out.state = state_;
  out.force_calls = surface_.work() - before;
  return out;
}

}  // namespace landscape::md
