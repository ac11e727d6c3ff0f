/// Energy changes of exchanging two atoms where they are.
#pragma once

#include <memory>
#include <span>

#include "md/neighbor/neighbor_list.hpp"
#include "md/potential/potential.hpp"

namespace landscape::md {

/// Atoms at fixed positions whose types are exchanged pair by pair.
///
/// Between two calls of begin() the positions, the cell and the list stay as they were. One object belongs to one thread.
class SwapEnergy {
 public:
  virtual ~SwapEnergy() = default;

  /// @param list valid for the positions, with at least the potential's cutoff; must outlive the use.
  /// @param densities, embedding ρ and F(ρ) of each atom as the potential's last force call left them, or empty: then they
  ///        are computed.
  virtual void begin(const Eigen::Ref<const Matrix3Xd>& positions,
                     std::span<const int> types,
                     const NeighborList& list,
                     std::span<const double> densities = {},
                     std::span<const double> embedding = {}) = 0;
  /// Energy [eV] after atoms i and j have changed places, minus that of now. i and j are of different types.
  virtual double difference(std::size_t i, std::size_t j) = 0;
  /// A hint that i and j may be asked for next: what memory they need is asked for. Changes nothing.
  virtual void expect(std::size_t, std::size_t) {}
  /// From now on, up to that many exchanges, follows what they change of the forces. begin() ends it.
  virtual void follow_forces(std::int64_t) {}
  /// What the exchanges since follow_forces() changed; null where that is not known: where there were more, or for any potential but tabulated
  /// EAM.
  virtual const ForceChanges* force_changes() const { return nullptr; }
  /// Does the exchange for which the difference was asked last.
  virtual void exchange() = 0;
};

/// From the neighborhoods of the two atoms alone for tabulated EAM (microseconds, whatever the number of atoms); by whole
/// force calls for any other potential.
std::unique_ptr<SwapEnergy> make_swap_energy(std::shared_ptr<const Potential> potential);
/// By whole force calls for any potential: the reference for the local one.
std::unique_ptr<SwapEnergy> make_full_swap_energy(std::shared_ptr<const Potential> potential);

}  // namespace landscape::md
