/// Swap Monte Carlo: unlike atoms change places with the Metropolis probability.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "md/core/rng.hpp"
#include "md/dynamics/dynamics.hpp"
#include "md/montecarlo/swap_energy.hpp"

namespace landscape::md {

/// How often exchanges of two species were tried and accepted.
struct SwapCount {
  int first = 0, second = 0;  ///< types, first < second
  std::int64_t attempts = 0;
  std::int64_t accepted = 0;
};

/// Proposals, acceptance and counts, whatever the energy is of.
///
/// A proposal is a pair of unlike species, uniformly among those there are, and one free atom of each, uniformly: the
/// number of atoms of a species does not change, so the proposal is symmetric and min{1, exp(-ΔU / kT)} gives detailed
/// balance. Frozen atoms are never chosen. One object belongs to one thread.
class SwapSampler {
 public:
  /// @param types length N. @param movable as in Configuration.
  SwapSampler(std::span<const int> types, std::span<const std::uint8_t> movable);

  /// Whether there are two species to exchange.
  bool possible() const { return !counts_.empty(); }
  /// `attempts` exchanges at kT [eV]. `energy` has begun with the types given here last.
  ///
  /// @param accepted called after each accepted exchange, with its change of energy [eV]; may be empty.
  /// @return exchanges accepted.
  std::int64_t run(SwapEnergy& energy, CounterRng& rng, std::int64_t attempts, double kt,
                   const std::function<void(std::size_t, std::size_t, double)>& accepted);
  /// Lists the atoms of each species in order of their numbers, so that draws do not depend on what came before.
  void forget_history();

  const std::vector<SwapCount>& counts() const { return counts_; }
  void set_counts(const std::vector<SwapCount>& counts);

 private:
  std::vector<std::vector<std::uint32_t>> atoms_;  ///< [type]: free atoms
  std::vector<SwapCount> counts_;
};

/// Swaps between the steps of a run.
///
/// Atoms exchange places with their velocities (Dynamics::exchange_atoms): kinetic energy and momentum are kept exactly,
/// and the map is its own inverse with unit Jacobian. Equivalent to changing the types in place with
/// v_i <- v_i sqrt(m_old / m_new), which would let the total momentum drift. Draws are those of md::Stream::Swap
/// with the number of steps as index, so a run restored from a checkpoint goes on as if it had not ended. One object
/// belongs to one thread.
class SwapMonteCarlo {
 public:
  /// In debug builds detailed balance is tested first (check_detailed_balance).
  SwapMonteCarlo(std::shared_ptr<const Potential> potential, const Dynamics& dynamics, std::uint64_t seed);

  /// `attempts` exchanges at the set point of the dynamics; its forces are refreshed where one was accepted.
  /// @param stop asked every 100 attempts; may be empty. @return exchanges accepted; nothing where it stopped before all attempts.
  std::optional<std::int64_t> sweep(Dynamics& dynamics, std::int64_t attempts, const std::function<bool()>& stop = {});
  /// To be called where Dynamics::forget_history() is.
  void forget_history() { sampler_.forget_history(); }

  const std::vector<SwapCount>& counts() const { return sampler_.counts(); }
  void set_counts(const std::vector<SwapCount>& counts) { sampler_.set_counts(counts); }
  /// After Dynamics::restore(): species may be elsewhere.
  void restart(const Dynamics& dynamics);
  /// Gives back what the next sweep makes anew.
  void release_buffers() { energy_.reset(); }

 private:
  std::shared_ptr<const Potential> potential_;
  std::unique_ptr<SwapEnergy> energy_;  ///< made by the first sweep
  SwapSampler sampler_;
  std::uint64_t seed_;
};

/// Tests what swaps stand on, on a few pairs of the run: ΔU of a swap against the difference of two whole energies and
/// against minus that of the way back; and the share of accepted proposals of given ΔU against exp(-ΔU / kT).
/// @throws InvariantError naming what failed.
void check_detailed_balance(std::shared_ptr<const Potential> potential, const Dynamics& dynamics, std::uint64_t seed);

/// Metropolis: whether a change of energy is accepted at kT (both [eV]); draws only where it costs energy.
inline bool metropolis(double change, double kt, CounterRng& rng) {
  return change <= 0.0 || rng.uniform() < std::exp(-change / kt);
}

}  // namespace landscape::md
