/// Hybrid MD/MC thermal cycling (HTC): a glass is driven between two temperatures while unlike atoms swap.
#pragma once

#include <cstdint>
#include <memory>

#include "md/dynamics/run_health.hpp"
#include "md/montecarlo/swap.hpp"

namespace landscape::md {

struct ThermalCycleOptions {
  int cycles = 10;                 ///< > 0
  double high_temperature_k = 700.0;  ///< [K], >= low_temperature_k
  double low_temperature_k = 1.0;     ///< [K], > 0
  double rate_k_per_s = 1e13;      ///< [K/s], > 0: of both ramps
  double hold_high_ps = 0.0;       ///< [ps], >= 0: at the high temperature; more than 0 where both temperatures are the same
  double hold_low_ps = 0.0;        ///< [ps], >= 0
  int swaps_per_step = 10;         ///< >= 0: attempted exchanges of unlike atoms for each time step
  int swap_interval = 1;           ///< [steps], > 0: all attempts of this many steps are made at once. After an accepted swap forces
                                   ///< are taken anew around the two atoms, so longer intervals are cheaper where many are accepted.
  double flexible_below_k = 800.0; ///< [K], >= 0: isotropic barostat above, flexible below; 0 for never flexible
  double pressure_gpa = 0.0;       ///< [GPa]
  double dt_ps = 0.002;            ///< [ps], > 0
  double thermostat_ps = 0.1;      ///< [ps], > 0
  double barostat_ps = 1.0;        ///< [ps], > 0
  std::uint64_t seed = 1;
  int threads = 1;                 ///< >= 1; results do not depend on it
  std::int64_t checkpoint_interval = 1000;  ///< [steps], > 0. Decides results to rounding, so not to be changed midway.
  void validate() const;           ///< @throws InputError naming field, value and broken range.
};

enum class CyclePhase { Up, High, Down, Low };
/// "up", "high", "down", "low".
const char* name(CyclePhase phase);

struct CycleProgress {
  int cycle;                ///< being done, from 1
  CyclePhase phase;
  std::int64_t steps_done, steps_total;
  double temperature_k;     ///< kinetic [K]
  double set_point_k;       ///< [K]
  double potential_energy;  ///< [eV]
  double volume;            ///< [Å³]
};

/// What a run goes on from.
struct ThermalCycleState {
  DynamicsState dynamics;
  std::vector<SwapCount> swaps;  ///< since the start
  std::int64_t force_calls = 0;  ///< since the start
};

/// Cycles low -> high -> low, each with its swaps, at constant pressure.
///
/// At every multiple of checkpoint_interval and at the end of each cycle the neighbor list is rebuilt and a state kept; a
/// run restored from it ends in the same configuration, bit for bit, for any slicing and number of threads. One object
/// belongs to one thread.
/// @par Source the founding study's sample preparation; what it leaves open (rates, pairs, order of steps) is in docs/methods.md.
class ThermalCycle {
 public:
  /// Velocities of the low temperature are drawn (stream Velocities, index 0); those of `start` are not used.
  /// @throws InputError for bad options, or a configuration that cannot be run at constant pressure.
  ThermalCycle(std::shared_ptr<const Potential> potential, const Configuration& start, const ThermalCycleOptions& options);

  /// Up to n_steps more steps, ending early at the end of a cycle. @return whether a cycle has just ended.
  /// @param stop asked within sweeps of swaps; may be empty. A sweep broken off ends the run: only checkpoint() is of use then.
  /// @throws InputError if the dynamics fail, the temperature runs away or the sample boils, naming the step.
  bool advance(std::int64_t n_steps, const std::function<bool()>& stop = {});
  bool done() const { return !broken_off_ && dynamics_.steps() >= options_.cycles * cycle_steps(); }
  /// Whole cycles done.
  int cycles_done() const { return static_cast<int>(dynamics_.steps() / cycle_steps()); }
  std::int64_t cycle_steps() const { return up_ + high_ + down_ + low_; }
  CycleProgress progress() const;
  /// The state at the last multiple of checkpoint_interval or end of a cycle (the start counts).
  const ThermalCycleState& checkpoint() const { return checkpoint_; }
  /// Goes on from checkpoint() of a run with the same potential, options and start (more cycles are allowed).
  /// @throws InputError if the number of atoms differs or the state lies beyond this run's end.
  void restore(const ThermalCycleState& state);

  /// Atoms as they are now, wrapped into the cell; minimize it for the inherent structure.
  Configuration configuration() const;
  const Dynamics& dynamics() const { return dynamics_; }
  /// What steps and swaps make anew is given back, while something else needs the room.
  void release_buffers() {
    dynamics_.release_buffers();
    swaps_.release_buffers();
  }
  const std::vector<SwapCount>& swaps() const { return swaps_.counts(); }
  /// Of steps, accepted swaps and checkpoints since the start, restored ones included.
  std::int64_t force_calls() const { return calls_before_ + dynamics_.force_calls(); }

 private:
  CyclePhase phase_of(std::int64_t step) const;
  double set_point_of(std::int64_t step) const;
  bool swap(const std::function<bool()>& stop);
  void keep();

  ThermalCycleOptions options_;
  std::int64_t up_, high_, down_, low_;  ///< steps of each phase
  Dynamics dynamics_;
  RunHealth health_;
  SwapMonteCarlo swaps_;
  std::int64_t calls_before_ = 0;  ///< at the last restore, less those of dynamics_ up to then
  ThermalCycleState checkpoint_;
  bool broken_off_ = false;        ///< within a sweep
};

}  // namespace landscape::md
