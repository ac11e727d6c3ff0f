#include "md/montecarlo/thermal_cycle.hpp"

#include <cmath>

#include "md/core/error.hpp"
#include "md/dynamics/ramp.hpp"

namespace landscape::md {
namespace {

Ramp ramp_of(const ThermalCycleOptions& o) { return {o.low_temperature_k, o.high_temperature_k, o.rate_k_per_s}; }

Ensemble ensemble_at(double temperature_k, const ThermalCycleOptions& o) {
  return temperature_k < o.flexible_below_k ? Ensemble::NptFlexible : Ensemble::NptIsotropic;
}

Dynamics make_dynamics(std::shared_ptr<const Potential> potential, Configuration start, const ThermalCycleOptions& o) {
  const std::vector<int> type = potential->types_of(start.species);
  Eigen::VectorXd masses(start.size());
  for (Eigen::Index i = 0; i < start.size(); ++i) masses[i] = potential->mass(type[static_cast<std::size_t>(i)]);
  CounterRng velocities(o.seed, Stream::Velocities, 0);
  draw_velocities(start, masses, o.low_temperature_k, velocities);
  DynamicsOptions d;
  d.ensemble = ensemble_at(o.low_temperature_k, o);
  d.dt_ps = o.dt_ps;
  d.temperature_k = o.low_temperature_k;
  d.thermostat_ps = o.thermostat_ps;
  d.barostat_ps = o.barostat_ps;
  d.pressure_gpa = o.pressure_gpa;
  d.threads = o.threads;
  return Dynamics(std::move(potential), std::move(start), d);
}

}  // namespace

void ThermalCycleOptions::validate() const {
  const auto check = [](bool ok, const char* field, double value, const char* expected) {
    if (!ok || !std::isfinite(value)) throw InputError(message(field, ' ', value, ", expected ", expected));
  };
  check(cycles >= 1, "cycles", cycles, "at least 1");
  check(low_temperature_k > 0.0, "low_temperature_k", low_temperature_k, "more than 0 K");
  check(high_temperature_k >= low_temperature_k, "high_temperature_k", high_temperature_k, "at least low_temperature_k");
  check(rate_k_per_s > 0.0, "rate_k_per_s", rate_k_per_s, "more than 0 K/s");
  check(hold_high_ps >= 0.0, "hold_high_ps", hold_high_ps, "at least 0 ps");
  check(hold_low_ps >= 0.0, "hold_low_ps", hold_low_ps, "at least 0 ps");
  check(swaps_per_step >= 0, "swaps_per_step", swaps_per_step, "at least 0");
  check(swap_interval >= 1, "swap_interval", swap_interval, "at least 1 step");
  check(flexible_below_k >= 0.0, "flexible_below_k", flexible_below_k, "at least 0 K");
  check(true, "pressure_gpa", pressure_gpa, "a finite number");
  check(dt_ps > 0.0, "dt_ps", dt_ps, "more than 0 ps");
  check(thermostat_ps > 0.0, "thermostat_ps", thermostat_ps, "more than 0 ps");
  check(barostat_ps > 0.0, "barostat_ps", barostat_ps, "more than 0 ps");
  check(threads >= 1, "threads", threads, "at least 1");
  check(checkpoint_interval >= 1, "checkpoint_interval", static_cast<double>(checkpoint_interval), "at least 1 step");
  if (high_temperature_k > low_temperature_k)
    ramp_of(*this).validate(dt_ps);
  else
    check(step_count(hold_high_ps, dt_ps) + step_count(hold_low_ps, dt_ps) >= least_phase_steps, "hold_high_ps", hold_high_ps,
          "at least 10 time steps where the high and the low temperature are the same: it is the length of a cycle");
}

const char* name(CyclePhase phase) {
  switch (phase) {
    case CyclePhase::Up: return "up";
    case CyclePhase::High: return "high";
    case CyclePhase::Down: return "down";
    case CyclePhase::Low: return "low";
  }
  throw InvariantError("unknown phase of a thermal cycle");
}

ThermalCycle::ThermalCycle(std::shared_ptr<const Potential> potential, const Configuration& start,
                           const ThermalCycleOptions& options)
    : options_((options.validate(), options)),
      up_(ramp_of(options).steps(options.dt_ps)),
      high_(step_count(options.hold_high_ps, options.dt_ps)),
      down_(up_),
      low_(step_count(options.hold_low_ps, options.dt_ps)),
      dynamics_(make_dynamics(potential, start, options)),
      health_(dynamics_, options.high_temperature_k, options.dt_ps),
      swaps_(std::move(potential), dynamics_, options.seed) {
  checkpoint_ = {dynamics_.state(), swaps_.counts(), force_calls()};
}

CyclePhase ThermalCycle::phase_of(std::int64_t step) const {
  const std::int64_t k = step % cycle_steps();
  if (k < up_) return CyclePhase::Up;
  if (k < up_ + high_) return CyclePhase::High;
  return k < up_ + high_ + down_ ? CyclePhase::Down : CyclePhase::Low;
}

double ThermalCycle::set_point_of(std::int64_t step) const {
  const std::int64_t k = step % cycle_steps();
  const double low = options_.low_temperature_k, high = options_.high_temperature_k;
  const auto between = [](double from, double to, std::int64_t done, std::int64_t all) {
    const double part = static_cast<double>(done) / static_cast<double>(all);
    return from * (1.0 - part) + to * part;
  };
  switch (phase_of(step)) {
    case CyclePhase::Up: return between(low, high, k + 1, up_);
    case CyclePhase::High: return high;
    case CyclePhase::Down: return between(high, low, k + 1 - up_ - high_, down_);
    case CyclePhase::Low: return low;
  }
  throw InvariantError("unknown phase of a thermal cycle");
}

/// The swaps due after a step. @return whether none was left out.
bool ThermalCycle::swap(const std::function<bool()>& stop) {
  if (dynamics_.steps() % options_.swap_interval != 0) return true;
  return swaps_.sweep(dynamics_, std::int64_t{options_.swaps_per_step} * options_.swap_interval, stop).has_value();
}

bool ThermalCycle::advance(std::int64_t n_steps, const std::function<bool()>& stop) {
  LANDSCAPE_CHECK(!broken_off_);
  for (std::int64_t k = 0; k < n_steps && !done(); ++k) {
    const double set_point = set_point_of(dynamics_.steps());
    dynamics_.set_ensemble(ensemble_at(set_point, options_));
    dynamics_.set_temperature(set_point);
    dynamics_.step();
    health_.check(dynamics_);
    broken_off_ = !swap(stop);
    if (broken_off_) return false;
    const bool cycle_ends = dynamics_.steps() % cycle_steps() == 0;
    if (cycle_ends || dynamics_.steps() % options_.checkpoint_interval == 0) keep();
    if (cycle_ends) return true;
  }
  return false;
}

void ThermalCycle::keep() {
  dynamics_.forget_history();
  swaps_.forget_history();
  checkpoint_ = {dynamics_.state(), swaps_.counts(), force_calls()};
}

CycleProgress ThermalCycle::progress() const {
  const std::int64_t step = dynamics_.steps(), last = std::max<std::int64_t>(step - 1, 0);
  return {static_cast<int>(last / cycle_steps()) + 1, phase_of(last), step, options_.cycles * cycle_steps(),
          dynamics_.temperature_k(), dynamics_.set_point_k(), dynamics_.potential_energy(), dynamics_.cell().volume()};
}

void ThermalCycle::restore(const ThermalCycleState& state) {
  const std::int64_t total = options_.cycles * cycle_steps();
  if (state.dynamics.steps < 0 || state.dynamics.steps > total)
    throw InputError(message("saved state at step ", state.dynamics.steps, ", expected 0 to ", total,
                             "; was it saved with other options?"));
  dynamics_.restore(state.dynamics);
  broken_off_ = false;
  swaps_.restart(dynamics_);
  swaps_.set_counts(state.swaps);
  calls_before_ = state.force_calls - dynamics_.force_calls();
  checkpoint_ = {dynamics_.state(), swaps_.counts(), force_calls()};
}

Configuration ThermalCycle::configuration() const {
  Configuration out = dynamics_.configuration();
  out.positions = out.cell.wrapped(out.positions);
  return out;
}

}  // namespace landscape::md
