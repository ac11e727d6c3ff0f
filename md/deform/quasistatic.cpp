#include "md/deform/quasistatic.hpp"

#include <algorithm>
#include <cmath>

#include "md/core/error.hpp"

namespace landscape::md {

namespace {
/// Largest affine force per unit strain of a metallic glass, 5.3-6.0 eV/Å in three Cu-Zr-Al glasses.
constexpr double affine_force = 5.5;
/// -dσ/dγ beyond which a smooth branch is not followed with long steps [eV/Å³]; the modulus of these glasses is 0.13 to 0.19.
constexpr double steepest_softening = 1.0;
}  // namespace

void QuasistaticOptions::validate() const {
  const auto positive = [](const char* field, double value) {
    if (!(value > 0.0)) throw InputError(message("shear: ", field, " is ", value, ", expected a positive number"));
  };
  if (plane < 0 || plane > 2) throw InputError(message("shear: plane ", plane, ", expected 0 (xy), 1 (xz) or 2 (yz)"));
  positive("max_step", max_step);
  positive("resolution", resolution);
  positive("energy_drop", energy_drop);
  positive("relative_tolerance", relative_tolerance);
  if (adaptive && resolution > max_step)
    throw InputError(message("shear: resolution ", resolution, " is above max_step ", max_step));
  minimize.validate();
}

double shear_stress(const Eigen::Matrix3d& stress, int plane) {
  constexpr int row[] = {0, 0, 1};
  constexpr int col[] = {1, 2, 2};
  return stress(row[plane], col[plane]);
}

QuasistaticShear::QuasistaticShear(AtomicSurface& surface, const Cell& reference, double strain,
                                   const Eigen::Ref<const Eigen::VectorXd>& x, const QuasistaticOptions& options)
    : surface_(surface), reference_(reference), options_(options), step_(options.max_step) {
  options_.validate();
  if (!reference.fully_periodic()) throw InputError("shear: the cell must be periodic in all directions");
  ShearState start;
  start.strain = strain;
  start.x = x;
  surface_.set_cell(reference_.deformed(simple_shear(strain, options_.plane)));
  surface_.forget_history();
  Eigen::VectorXd gradient(x.size());
  start.energy = surface_.evaluate(x, gradient);
  start.stress = surface_.stress();
  start.max_force = max_norm(gradient, 3);
  state_ = std::move(start);
}

void QuasistaticShear::restore(const Memory& memory) {
  LANDSCAPE_CHECK(memory.state.x.size() == surface_.dof());
  state_ = memory.state;
  step_ = memory.step;
  velocity_ = memory.velocity;
}

QuasistaticShear::Relaxed QuasistaticShear::relaxed(const ShearState& from, double strain, const Eigen::VectorXd* drift) {
  const double step = strain - from.strain;
  ShearState to;
  to.strain = strain;
  to.x = from.x;
  // Back to the cell of `from`, then affinely on: frozen atoms follow the cell too.
  const Eigen::Matrix3d f = simple_shear(step, options_.plane);
  surface_.set_cell(reference_.deformed(simple_shear(strain, options_.plane)));
  for (Eigen::Index i = 0; i < to.x.size(); i += 3) to.x.segment<3>(i) = (f * to.x.segment<3>(i)).eval();
  if (drift != nullptr && drift->size() == to.x.size()) to.x += step * *drift;
  surface_.forget_history();
  // Lower than any smooth response could bring it: a jump, and how it ends is not asked while the step is still to be halved. Energies fall
  // during a relaxation, so one glance is enough.
  const double volume = reference_.volume();
  const double smooth =
      from.energy + volume * (step * shear_stress(from.stress, options_.plane) - 0.5 * steepest_softening * step * step);
  const bool asked = !options_.adaptive || std::abs(step) <= options_.resolution * 1.0001;
  bool jumped = false;
  const auto watch = [&](const MinimizeProgress& p) {
    jumped = !asked && p.energy < smooth - options_.energy_drop;
    return jumped ? Control::Stop : Control::Continue;
  };
  MinimizeOptions minimize = options_.minimize;
  minimize.max_force = std::min(1e-5, std::max(1e-7, options_.relative_tolerance * affine_force *
                                                         std::max(std::abs(step), options_.resolution)));
  const MinimizeResult result = md::minimize(surface_, to.x, minimize, watch);
  Eigen::VectorXd gradient(to.x.size());
  to.energy = surface_.evaluate(to.x, gradient);
  to.stress = surface_.stress();
  to.max_force = max_norm(gradient, 3);
  return {std::move(to), result.converged(), jumped};
}

double QuasistaticShear::shortfall(const ShearState& from, const ShearState& to) const {
  const double mean = 0.5 * (shear_stress(from.stress, options_.plane) + shear_stress(to.stress, options_.plane));
  return from.energy + reference_.volume() * mean * (to.strain - from.strain) - to.energy;
}

ShearStep QuasistaticShear::advance(double target) {
  ShearStep out;
  const std::int64_t before = surface_.calls();
  const double sign = target >= state_.strain ? 1.0 : -1.0;
  const double left = std::abs(target - state_.strain);
  double step = std::min(options_.adaptive ? step_ : options_.max_step, left);
  if (left - step < 0.5 * options_.resolution) step = left;
  while (true) {
    const double strain = step == left ? target : state_.strain + sign * step;
    auto [next, converged, jumped] = relaxed(state_, strain, velocity_.size() > 0 ? &velocity_ : nullptr);
    // A jump shows in the energy, or in atoms that moved further than a smooth response could.
    const double missing = shortfall(state_, next);
    Eigen::VectorXd moved = next.x;
    const Eigen::Matrix3d f = simple_shear(strain - state_.strain, options_.plane);
    for (Eigen::Index i = 0; i < moved.size(); i += 3) moved.segment<3>(i) -= f * state_.x.segment<3>(i);
    const bool jump = jumped || std::abs(missing) > options_.energy_drop;
    if (jump && options_.adaptive && step > options_.resolution * 1.0001) {
      step = std::max(0.5 * step, options_.resolution);
      velocity_.resize(0);  // a prediction must not carry it over
      continue;
    }
    if (!converged && options_.adaptive && step > options_.resolution * 1.0001) {
      step = std::max(0.25 * step, options_.resolution);
      velocity_.resize(0);
      continue;
    }
    out.outcome = !converged ? ShearOutcome::NotConverged : jump ? ShearOutcome::Event : ShearOutcome::Smooth;
    if (jump) {
      out.event.before = state_;
      out.event.after = next;
      out.event.energy_drop = state_.energy +
                              reference_.volume() * shear_stress(state_.stress, options_.plane) * (strain - state_.strain) -
                              next.energy;
      out.event.stress_drop = shear_stress(state_.stress, options_.plane) - shear_stress(next.stress, options_.plane);
      velocity_.resize(0);
      step_ = options_.max_step;
    } else {
      velocity_ = moved / (strain - state_.strain);
      step_ = std::min(options_.max_step, 2.0 * step);
    }
    state_ = std::move(next);
    break;
  }
  out.state = state_;
  out.force_calls = surface_.calls() - before;
  return out;
}

}  // namespace landscape::md
