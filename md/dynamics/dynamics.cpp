#include "md/dynamics/dynamics.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>

#include "md/core/error.hpp"
#include "md/core/parallel.hpp"
#include "md/core/share_range.hpp"
#include "md/core/units.hpp"

namespace landscape::md {

namespace {

/// Below this set point the barostat keeps the mass it has here [K]. With W proportional to T a
/// metal's cell oscillates at about sqrt(3 B V_atom / kT) / barostat_ps: 33 rad/ps at 300 K, 570
/// rad/ps at 1 K, where 2 fs steps fail.
constexpr double barostat_mass_floor_k = 300.0;

/// An atom that moves this part of the cutoff in one step jumps over others: integration is lost,
/// though energies may stay finite for long. Thermal atoms move some 0.01 of it at dt of 2 fs and
/// 2500 K.
constexpr double longest_move = 0.25;

/// Applies f to the eigenvalues of a symmetric matrix.
template <class Function>
Eigen::Matrix3d function_of(const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d>& eigen,
                            Function f) {
  const Eigen::Matrix3d& q = eigen.eigenvectors();
  Eigen::Vector3d values;
  for (int k = 0; k < 3; ++k) values[k] = f(eigen.eigenvalues()[k]);
  return q * values.asDiagonal() * q.transpose();
}

/// sinh(x) / x.
double sinhc(double x) {
  if (std::abs(x) < 1e-3) return 1.0 + x * x / 6.0 * (1.0 + x * x / 20.0);
  return std::sinh(x) / x;
}

Eigen::Matrix3d symmetric(const Eigen::Matrix3d& m) {
  return 0.5 * (m + m.transpose());
}

Eigen::Index checked_dof(const Configuration& configuration) {
  configuration.validate();
  const Eigen::Index dof = degrees_of_freedom(configuration);
  if (dof < 1)
    throw InputError(
        "dynamics: no degree of freedom, expected two free atoms or a frozen one beside a free "
        "one");
  return dof;
}

}  // namespace

void DynamicsOptions::validate() const {
  const auto positive = [](double value, const char* name, const char* unit) {
    if (!(value > 0.0) || !std::isfinite(value))
      throw InputError(message(name, ' ', value, ' ', unit, ", expected more than 0"));
  };
  positive(dt_ps, "dt_ps", "ps");
  positive(temperature_k, "temperature_k", "K");
  positive(thermostat_ps, "thermostat_ps", "ps");
  positive(barostat_ps, "barostat_ps", "ps");
  if (!std::isfinite(pressure_gpa))
    throw InputError(message("pressure_gpa ", pressure_gpa, ", expected a finite number"));
  if (chain_length < 1)
    throw InputError(message("chain_length ", chain_length, ", expected at least 1"));
  if (!(skin >= 0.0 && skin <= longest_skin)) throw InputError(message("skin ", skin, " Å, expected 0 to ", longest_skin));
  if (threads < 1) throw InputError(message("threads ", threads, ", expected at least 1"));
}

Dynamics::Dynamics(std::shared_ptr<const Potential> potential,
                   Configuration start,
                   const DynamicsOptions& options)
    : potential_(std::move(potential)),
      options_((options.validate(), options)),
      ensemble_(options.ensemble),
      temperature_k_(options.temperature_k),
      configuration_(std::move(start)),
      dof_(checked_dof(configuration_)),
      list_(potential_->cutoff(), options.skin),
      thermostat_(options.chain_length, static_cast<double>(dof_), options.thermostat_ps),
      isotropic_chain_(options.chain_length, 1.0, options.barostat_ps),
      flexible_chain_(options.chain_length, 6.0, options.barostat_ps) {
  check_ensemble(ensemble_);
  assign_species(configuration_.species);
  if (configuration_.velocities.cols() == 0) configuration_.velocities.setZero(3, configuration_.size());
  if (!configuration_.velocities.allFinite())
    throw InputError("dynamics: a velocity is not finite, expected numbers in Å/ps");
  clean_velocities();
  forces_.setZero(3, configuration_.size());
  // What 30 half pairs an atom with their share of the skin take: with more, a sample of 100,000 atoms would need more than 200 MB.
  if (configuration_.size() >= large_configuration) scratch_.pair_limit = 1600.0;
  refresh_forces();
}

void Dynamics::check_ensemble(Ensemble ensemble) const {
  if (ensemble != Ensemble::NptIsotropic && ensemble != Ensemble::NptFlexible) return;
  if (configuration_.any_frozen())
    throw InputError(
        "constant pressure with frozen atoms, expected none; use constant volume or free them");
  if (!configuration_.cell.fully_periodic())
    throw InputError(
        "constant pressure in a cell with an open direction, expected three periodic ones; "
        "use constant volume");
}

void Dynamics::assign_species(const std::vector<std::string>& species) {
  types_ = potential_->types_of(species);
  configuration_.species = species;
  masses_.resize(configuration_.size());
  for (Eigen::Index i = 0; i < masses_.size(); ++i) {
    masses_[i] = potential_->mass(types_[static_cast<std::size_t>(i)]);
    if (!(masses_[i] > 0.0))
      throw InputError(message("mass of ", species[static_cast<std::size_t>(i)], " is ", masses_[i],
                               " g/mol in ", potential_->spec(), ", expected more than 0"));
  }
}

void Dynamics::clean_velocities() {
  if (!configuration_.any_frozen()) {
    remove_momentum(configuration_.velocities, masses_);
    return;
  }
  for (Eigen::Index i = 0; i < configuration_.size(); ++i)
    if (!configuration_.is_free(i)) configuration_.velocities.col(i).setZero();
}

// Small quantities
// ---------------------------------------------------------------------------------------------------

double Dynamics::kt() const {
  return units::boltzmann_ev_per_k * temperature_k_;
}

bool Dynamics::has_barostat() const {
  return ensemble_ == Ensemble::NptIsotropic || ensemble_ == Ensemble::NptFlexible;
}

/// W_g = (N_f + 3) kT tau² / 3 per strain component; for a uniform strain rate this is W = (N_f +
/// 3) kT tau² on the volume.
double Dynamics::barostat_mass() const {
  const double t = std::max(temperature_k_, barostat_mass_floor_k);
  return (static_cast<double>(dof_) + 3.0) / 3.0 * units::boltzmann_ev_per_k * t *
         options_.barostat_ps * options_.barostat_ps;
}

NoseHooverChain& Dynamics::barostat_chain() {
  return ensemble_ == Ensemble::NptFlexible ? flexible_chain_ : isotropic_chain_;
}

const NoseHooverChain& Dynamics::barostat_chain() const {
  return ensemble_ == Ensemble::NptFlexible ? flexible_chain_ : isotropic_chain_;
}

double Dynamics::kinetic_energy() const {
  return md::kinetic_energy(configuration_.velocities, masses_);
}

double Dynamics::temperature_k() const {
  return 2.0 * kinetic_energy() / (static_cast<double>(dof_) * units::boltzmann_ev_per_k);
}

Eigen::Matrix3d Dynamics::stress() const {
  if (!configuration_.cell.fully_periodic()) return Eigen::Matrix3d::Constant(std::nan(""));
  return -(symmetric(result_.virial) + kinetic_tensor(configuration_.velocities, masses_)) /
         configuration_.cell.volume();
}

double Dynamics::pressure_gpa() const {
  return -stress().trace() / 3.0 * units::gpa_per_ev_a3;
}

double Dynamics::conserved_quantity() const {
  double sum = kinetic_energy() + result_.energy;
  if (ensemble_ == Ensemble::Nve) return sum;
  sum += thermostat_.energy(kt());
  if (!has_barostat()) return sum;
  sum += options_.pressure_gpa / units::gpa_per_ev_a3 * configuration_.cell.volume();
  sum += 0.5 * barostat_mass() * strain_rate_.squaredNorm();
  return sum + barostat_chain().energy(kt());
}

// One step
// -----------------------------------------------------------------------------------------------------------

void Dynamics::thermostat_half_step() {
  if (ensemble_ == Ensemble::Nve) return;
  configuration_.velocities *= thermostat_.half_step(kinetic_energy(), kt(), options_.dt_ps);
}

/// W_g dv_g/dt = V (P_int - P_ext) + (1 / N_f) sum of m v² (Martyna et al. 1994, Eq. (2.9));
/// isotropic: its trace part.
void Dynamics::barostat_half_kick() {
  const double volume = configuration_.cell.volume();
  const Eigen::Matrix3d kinetic = kinetic_tensor(configuration_.velocities, masses_);
  const double rest = kinetic.trace() / static_cast<double>(dof_) -
                      options_.pressure_gpa / units::gpa_per_ev_a3 * volume;
  Eigen::Matrix3d force = kinetic + symmetric(result_.virial) + rest * Eigen::Matrix3d::Identity();
  if (ensemble_ == Ensemble::NptIsotropic)
    force = force.trace() / 3.0 * Eigen::Matrix3d::Identity();
  strain_rate_ += 0.5 * options_.dt_ps / barostat_mass() * force;
}

/// dv/dt = F/m - (v_g + Tr(v_g) / N_f) v over dt / 2, exact for constant F and v_g.
Dynamics::Kick Dynamics::half_kick() const {
  const double h = 0.5 * options_.dt_ps;
  if (!has_barostat()) return {h, {}, {}};
  const Eigen::Matrix3d a =
      strain_rate_ + strain_rate_.trace() / static_cast<double>(dof_) * Eigen::Matrix3d::Identity();
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> eigen(a);
  return {h, function_of(eigen, [h](double x) { return std::exp(-h * x); }),
          function_of(eigen, [h](double x) { return h * std::exp(-0.5 * h * x) * sinhc(0.5 * h * x); })};
}

void Dynamics::apply(const Kick& kick, Eigen::Index begin, Eigen::Index end) {
  Matrix3Xd& v = configuration_.velocities;
  if (!has_barostat()) {
    for (Eigen::Index i = begin; i < end; ++i)
      if (configuration_.is_free(i))
        v.col(i) += kick.h / (masses_[i] * units::kinetic_ev) * forces_.col(i);
    return;
  }
  for (Eigen::Index i = begin; i < end; ++i)
    v.col(i) = (kick.damp * v.col(i) + kick.push * forces_.col(i) / (masses_[i] * units::kinetic_ev)).eval();
}

/// The first half kick, and then dr/dt = v + v_g r, dH/dt = v_g H over dt, exact for constant v and v_g.
void Dynamics::kick_and_drift() {
  const double dt = options_.dt_ps;
  const bool npt = has_barostat();
  const Kick kick = half_kick();
  Eigen::Matrix3d grow, move;
  if (npt) {
    const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> eigen(strain_rate_);
    grow = function_of(eigen, [dt](double x) { return std::exp(dt * x); });
    move = function_of(eigen, [dt](double x) { return dt * std::exp(0.5 * dt * x) * sinhc(0.5 * dt * x); });
  }
  Matrix3Xd& r = configuration_.positions;
  const Matrix3Xd& v = configuration_.velocities;
  double largest2 = 0.0;  // of the speeds; NaN where one is
  const auto offer = [](double v2, double& largest) {
    if (v2 > largest || std::isnan(v2)) largest = v2;
  };
  share_range(r.cols(), options_.threads, [&](Eigen::Index begin, Eigen::Index end) {
    apply(kick, begin, end);
    double its = 0.0;
    for (Eigen::Index i = begin; i < end; ++i) {
      offer(v.col(i).squaredNorm(), its);
      if (npt) {
        r.col(i) = (grow * r.col(i) + move * v.col(i)).eval();
      } else {
        r.col(i) += dt * v.col(i);
      }
    }
#pragma omp critical(landscape_largest_speed)
    offer(its, largest2);
  });
  const double longest = dt * std::sqrt(largest2);
  const double limit = longest_move * potential_->cutoff();
  if (!(longest < limit))
    throw InputError(message("step ", steps_ + 1, ": an atom moves ", longest,
                             " Å in one step, expected less than ", limit, " Å; is dt ", dt,
                             " ps too large?"));
  if (npt) configuration_.cell = configuration_.cell.deformed(grow);
}

void Dynamics::release_buffers() {
  scratch_.release();
  if (list_.release(configuration_.cell, configuration_.positions)) list_released_ = true;
}

void Dynamics::step() {
  if (std::exchange(list_released_, false)) list_.update(configuration_.cell, configuration_.positions, options_.threads);
  const bool npt = has_barostat();
  const auto barostat_thermostat_half_step = [this] {
    const double kinetic = 0.5 * barostat_mass() * strain_rate_.squaredNorm();
    strain_rate_ *= barostat_chain().half_step(kinetic, kt(), options_.dt_ps);
  };
  if (npt) barostat_thermostat_half_step();
  thermostat_half_step();
  if (npt) barostat_half_kick();
  kick_and_drift();
  compute_forces();
  const Kick kick = half_kick();
  std::atomic<bool> finite = true;
  share_range(configuration_.size(), options_.threads, [&](Eigen::Index begin, Eigen::Index end) {
    if (!forces_.middleCols(begin, end - begin).allFinite()) finite = false;
    apply(kick, begin, end);
  });
  refuse_unless(finite);
  if (npt) barostat_half_kick();
  thermostat_half_step();
  if (npt) barostat_thermostat_half_step();
  ++steps_;
}

void Dynamics::compute_forces() {
  try {
    list_.update(configuration_.cell, configuration_.positions, options_.threads);
    result_ = potential_->compute(configuration_.positions, types_, list_, forces_, scratch_,
                                  options_.threads);
  } catch (const InputError& error) {
    throw InputError(where() + error.what());
  }
  ++force_calls_;
}

void Dynamics::refresh_forces() {
  compute_forces();
  std::atomic<bool> finite = true;
  share_range(forces_.cols(), options_.threads, [&](Eigen::Index begin, Eigen::Index end) {
    if (!forces_.middleCols(begin, end - begin).allFinite()) finite = false;
  });
  refuse_unless(finite);
}

void Dynamics::add_changes(const ForceChanges& changes) {
  forces_ += changes.forces;
  result_.energy += changes.sums.energy;
  result_.virial += changes.sums.virial;
  std::ranges::copy(changes.densities, scratch_.density.data());
  std::ranges::copy(changes.embedding, scratch_.embedding.data());
}

void Dynamics::refuse_unless(bool finite) const {
  if (!finite || !std::isfinite(result_.energy))
    throw InputError(
        where() + "energy or a force is not finite; a smaller dt or a lower temperature may help");
}

std::string Dynamics::where() const {
  return message("step ", steps_ + 1, " (dt ", options_.dt_ps, " ps, set point ", temperature_k_,
                 " K): ");
}

// Control
// ------------------------------------------------------------------------------------------------------------

void Dynamics::set_temperature(double temperature_k) {
  if (!(temperature_k > 0.0) || !std::isfinite(temperature_k))
    throw InputError(message("set point ", temperature_k, " K, expected more than 0"));
  temperature_k_ = temperature_k;
}

void Dynamics::set_ensemble(Ensemble ensemble) {
  if (ensemble == ensemble_) return;
  check_ensemble(ensemble);
  const bool had_barostat = has_barostat();
  ensemble_ = ensemble;
  if (!has_barostat()) return;
  const std::vector<double> rest(static_cast<std::size_t>(options_.chain_length), 0.0);
  barostat_chain().restore({rest, rest});
  if (!had_barostat) strain_rate_.setZero();
  if (ensemble == Ensemble::NptIsotropic)
    strain_rate_ = (strain_rate_.trace() / 3.0 * Eigen::Matrix3d::Identity()).eval();
}

void Dynamics::exchange_atoms(Eigen::Index i, Eigen::Index j) {
  LANDSCAPE_CHECK(i >= 0 && j >= 0 && i < configuration_.size() && j < configuration_.size());
  LANDSCAPE_CHECK(configuration_.is_free(i) == configuration_.is_free(j));
  const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
  std::swap(configuration_.species[a], configuration_.species[b]);
  std::swap(types_[a], types_[b]);
  std::swap(masses_[i], masses_[j]);
  configuration_.velocities.col(i).swap(configuration_.velocities.col(j));
}

void Dynamics::set_positions(const Eigen::Ref<const Matrix3Xd>& positions) {
  if (positions.cols() != configuration_.size() || !positions.allFinite())
    throw InputError(message(positions.cols(), " positions for ", configuration_.size(),
                             " atoms, expected one finite position each"));
  configuration_.positions = positions;
}

void Dynamics::set_velocities(const Eigen::Ref<const Matrix3Xd>& velocities) {
  if (velocities.cols() != configuration_.size() || !velocities.allFinite())
    throw InputError(message(velocities.cols(), " velocities for ", configuration_.size(),
                             " atoms, expected one finite velocity each"));
  configuration_.velocities = velocities;
  clean_velocities();
}

void Dynamics::forget_history() {
  list_.invalidate();
  refresh_forces();
}

DynamicsState Dynamics::state() const {
  return {ensemble_,
          temperature_k_,
          steps_,
          configuration_.species,
          configuration_.positions,
          configuration_.velocities,
          configuration_.cell.matrix(),
          strain_rate_,
          thermostat_.state(),
          barostat_chain().state()};
}

void Dynamics::restore(const DynamicsState& state) {
  const Eigen::Index n = configuration_.size();
  if (state.positions.cols() != n || state.velocities.cols() != n ||
      static_cast<Eigen::Index>(state.species.size()) != n)
    throw InputError(message("saved state of ", state.positions.cols(), " atoms, expected ", n));
  check_ensemble(state.ensemble);
  set_temperature(state.temperature_k);
  ensemble_ = state.ensemble;
  assign_species(state.species);
  thermostat_.restore(state.thermostat);
  barostat_chain().restore(state.barostat_thermostat);
  steps_ = state.steps;
  configuration_.positions = state.positions;
  configuration_.velocities = state.velocities;
  configuration_.cell = Cell(state.cell, configuration_.cell.periodic());
  strain_rate_ = state.strain_rate;
  forget_history();
}

}  // namespace landscape::md
