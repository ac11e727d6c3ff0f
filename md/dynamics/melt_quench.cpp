#include "md/dynamics/melt_quench.hpp"

#include <cmath>

#include "md/core/error.hpp"
#include "md/dynamics/ramp.hpp"

namespace landscape::md {

namespace {

Ramp ramp_of(const MeltQuenchOptions& o) {
  return {o.end_temperature_k, o.melt_temperature_k, o.rate_k_per_s};
}

Dynamics make_dynamics(std::shared_ptr<const Potential> potential, const MeltQuenchOptions& o) {
  CounterRng types(o.seed, Stream::Types, 0);
  Configuration start = random_lattice(parse_composition(o.composition), o.atoms, *potential, types,
                                       o.volume_per_atom_a3);
  const std::vector<int> type = potential->types_of(start.species);
  Eigen::VectorXd masses(start.size());
  for (Eigen::Index i = 0; i < start.size(); ++i)
    masses[i] = potential->mass(type[static_cast<std::size_t>(i)]);
  CounterRng velocities(o.seed, Stream::Velocities, 0);
  draw_velocities(start, masses, o.melt_temperature_k, velocities);
  DynamicsOptions d;
  d.ensemble = Ensemble::Nvt;
  d.dt_ps = o.dt_ps;
  d.temperature_k = o.melt_temperature_k;
  d.thermostat_ps = o.thermostat_ps;
  d.barostat_ps = o.barostat_ps;
  d.pressure_gpa = o.pressure_gpa;
  d.threads = o.threads;
  return Dynamics(std::move(potential), std::move(start), d);
}

}  // namespace

void MeltQuenchOptions::validate() const {
  const auto check = [](bool ok, const char* field, double value, const char* expected) {
    if (!ok || !std::isfinite(value))
      throw InputError(message(field, ' ', value, ", expected ", expected));
  };
  check(atoms >= 2 && atoms <= 100'000'000, "atoms", static_cast<double>(atoms), "2 to 100000000");
  check(end_temperature_k > 0.0, "end_temperature_k", end_temperature_k, "more than 0 K");
  if (volume_per_atom_a3) check(*volume_per_atom_a3 > 0.0, "volume_per_atom_a3", *volume_per_atom_a3, "more than 0 Å³");
  check(melt_temperature_k > end_temperature_k, "melt_temperature_k", melt_temperature_k,
        "more than end_temperature_k");
  check(settle_ps >= 0.0, "settle_ps", settle_ps, "at least 0 ps");
  check(melt_ps >= 0.0, "melt_ps", melt_ps, "at least 0 ps");
  check(rate_k_per_s > 0.0, "rate_k_per_s", rate_k_per_s, "more than 0 K/s");
  check(flexible_below_k >= 0.0, "flexible_below_k", flexible_below_k, "at least 0 K");
  check(true, "pressure_gpa", pressure_gpa, "a finite number");
  check(dt_ps > 0.0, "dt_ps", dt_ps, "more than 0 ps");
  check(thermostat_ps > 0.0, "thermostat_ps", thermostat_ps, "more than 0 ps");
  check(barostat_ps > 0.0, "barostat_ps", barostat_ps, "more than 0 ps");
  check(threads >= 1, "threads", threads, "at least 1");
  check(checkpoint_interval >= 1, "checkpoint_interval", static_cast<double>(checkpoint_interval),
        "at least 1 step");
  ramp_of(*this).validate(dt_ps);
}

const char* name(MeltQuenchPhase phase) {
  switch (phase) {
    case MeltQuenchPhase::Settle:
      return "settle";
    case MeltQuenchPhase::Melt:
      return "melt";
    case MeltQuenchPhase::Quench:
      return "quench";
    case MeltQuenchPhase::Done:
      return "done";
  }
  throw InvariantError("unknown phase of a melt-quench run");
}

MeltQuench::MeltQuench(std::shared_ptr<const Potential> potential, const MeltQuenchOptions& options)
    : options_((options.validate(), options)),
      settle_(step_count(options.settle_ps, options.dt_ps)),
      melt_(step_count(options.melt_ps, options.dt_ps)),
      quench_(ramp_of(options).steps(options.dt_ps)),
      total_(settle_ + melt_ + quench_),
      dynamics_(make_dynamics(std::move(potential), options)),
      health_(dynamics_, options.melt_temperature_k, options.dt_ps),
      checkpoint_(dynamics_.state()) {}

MeltQuenchPhase MeltQuench::phase_of(std::int64_t step) const {
  if (step < settle_) return MeltQuenchPhase::Settle;
  if (step < settle_ + melt_) return MeltQuenchPhase::Melt;
  return step < total_ ? MeltQuenchPhase::Quench : MeltQuenchPhase::Done;
}

double MeltQuench::set_point_of(std::int64_t step) const {
  const std::int64_t k = step + 1 - settle_ - melt_;
  if (k <= 0) return options_.melt_temperature_k;
  const double part = static_cast<double>(k) / static_cast<double>(quench_);
  return options_.melt_temperature_k * (1.0 - part) + options_.end_temperature_k * part;
}

Ensemble MeltQuench::ensemble_of(std::int64_t step) const {
  switch (phase_of(step)) {
    case MeltQuenchPhase::Settle:
      return Ensemble::Nvt;
    case MeltQuenchPhase::Melt:
      return Ensemble::NptIsotropic;
    default:
      return set_point_of(step) < options_.flexible_below_k ? Ensemble::NptFlexible
                                                            : Ensemble::NptIsotropic;
  }
}

bool MeltQuench::advance(std::int64_t n_steps) {
  for (std::int64_t k = 0; k < n_steps && !done(); ++k) {
    const std::int64_t step = dynamics_.steps();
    dynamics_.set_ensemble(ensemble_of(step));
    dynamics_.set_temperature(set_point_of(step));
    dynamics_.step();
    health_.check(dynamics_);
    if (dynamics_.steps() % options_.checkpoint_interval == 0) {
      dynamics_.forget_history();
      checkpoint_ = dynamics_.state();
    }
  }
  return done();
}

MeltQuenchProgress MeltQuench::progress() const {
  return {phase_of(dynamics_.steps()), dynamics_.steps(),       total_,
          dynamics_.temperature_k(),   dynamics_.set_point_k(), dynamics_.potential_energy(),
          dynamics_.cell().volume()};
}

void MeltQuench::restore(const DynamicsState& state) {
  if (state.steps < 0 || state.steps > total_)
    throw InputError(message("saved state at step ", state.steps, ", expected 0 to ", total_,
                             "; was it saved with other options?"));
  dynamics_.restore(state);
  checkpoint_ = dynamics_.state();
}

Configuration MeltQuench::configuration() const {
  Configuration out = dynamics_.configuration();
  out.positions = out.cell.wrapped(out.positions);
  return out;
}

}  // namespace landscape::md
