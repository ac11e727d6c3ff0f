/// From a composition to a glass: melt a random lattice and cool it at a constant rate.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "md/dynamics/dynamics.hpp"
#include "md/dynamics/random_lattice.hpp"
#include "md/dynamics/run_health.hpp"

namespace landscape::md {

struct MeltQuenchOptions {
  std::string composition = "Cu64Zr36";  ///< see parse_composition()
  Eigen::Index atoms = 1000;             ///< >= 2
  double melt_temperature_k = 2500.0;  ///< [K], > end_temperature_k; about twice the melting point
  double settle_ps = 1.0;      ///< [ps], >= 0: constant volume first, while the lattice breaks down
  double melt_ps = 50.0;       ///< [ps], >= 0: constant pressure at the melt temperature
  double rate_k_per_s = 1e13;  ///< [K/s], > 0
  double end_temperature_k = 1.0;  ///< [K], > 0
  double flexible_below_k =
      800.0;  ///< [K], >= 0: isotropic barostat above, flexible below; 0 for never flexible
  double pressure_gpa = 0.0;   ///< [GPa]
  double dt_ps = 0.002;        ///< [ps], > 0
  double thermostat_ps = 0.1;  ///< [ps], > 0
  double barostat_ps = 1.0;    ///< [ps], > 0
  std::optional<double>
      volume_per_atom_a3;  ///< [Å³], > 0: of the first lattice; lowest energy if not given
  std::uint64_t seed = 1;
  int threads = 1;  ///< >= 1; results do not depend on it
  std::int64_t checkpoint_interval =
      1000;  ///< [steps], > 0. Decides results to rounding, so not to be changed midway.
  void validate() const;  ///< @throws InputError naming field, value and broken range.
};

enum class MeltQuenchPhase { Settle, Melt, Quench, Done };
/// "settle", "melt", "quench", "done".
const char* name(MeltQuenchPhase phase);

struct MeltQuenchProgress {
  MeltQuenchPhase phase;
  std::int64_t steps_done, steps_total;
  double temperature_k;     ///< kinetic [K]
  double set_point_k;       ///< [K]
  double potential_energy;  ///< [eV]
  double volume;            ///< [Å³]
};

/// A run in slices: settle (constant volume), melt (constant pressure), quench (set point lowered a
/// little each step).
///
/// The number of steps is known from the start. At every multiple of checkpoint_interval the
/// neighbor list is rebuilt and a state kept; a run restored from it ends in the same
/// configuration, bit for bit, for any slicing and number of threads. One object belongs to one
/// thread.
class MeltQuench {
 public:
  /// Streams Types and Velocities of the seed are used, index 0.
  /// @throws InputError for bad options, or a potential that lacks an element.
  MeltQuench(std::shared_ptr<const Potential> potential, const MeltQuenchOptions& options);

  /// Up to n_steps more steps. @return whether the run is done.
  /// @throws InputError if the energy is not finite, atoms come closer than the potential allows,
  /// the temperature runs away or
  ///         the melt boils, naming the step.
  bool advance(std::int64_t n_steps);
  bool done() const { return dynamics_.steps() >= total_; }
  MeltQuenchProgress progress() const;
  /// The state at the last multiple of checkpoint_interval (the start counts).
  const DynamicsState& checkpoint() const { return checkpoint_; }
  /// Goes on from checkpoint() of a run with the same potential and options.
  /// @throws InputError if the number of atoms differs or the state lies beyond this run's end.
  void restore(const DynamicsState& state);

  /// Atoms as they are now, wrapped into the cell; minimize it for the inherent structure.
  Configuration configuration() const;
  const Dynamics& dynamics() const { return dynamics_; }
  void release_buffers() { dynamics_.release_buffers(); }

 private:
  MeltQuenchPhase phase_of(std::int64_t step) const;
  double set_point_of(std::int64_t step) const;
  Ensemble ensemble_of(std::int64_t step) const;

  MeltQuenchOptions options_;
  std::int64_t settle_, melt_, quench_, total_;  ///< steps
  Dynamics dynamics_;
  RunHealth health_;
  DynamicsState checkpoint_;
};

}  // namespace landscape::md
