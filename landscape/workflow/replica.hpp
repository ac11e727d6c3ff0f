/// One replica of an ensemble: a perturbed start, sheared and unloaded, all in memory.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "landscape/workflow/shear_walk.hpp"

namespace landscape {

/// A minimum reached from another one after random displacements.
struct PerturbedStart {
  md::Configuration configuration;
  bool converged = false;
  double energy_ev = db::unknown;
  double energy_difference_ev = db::unknown;   ///< to the minimum that was perturbed
  double max_displacement_a = db::unknown;     ///< between the two, drift removed
  double force_calls = 0.0;
  Eigen::Matrix3d stress;                      ///< [eV/Å³]
  double max_force_ev_per_a = db::unknown;
};

/// Every free atom of `minimum` is displaced by a normal vector of `amplitude_a` [Å] a component, and relaxed in the same cell.
/// Displacements that bring two atoms closer than 0.8 of the smallest distance in the minimum are halved until they do not;
/// their mean is taken off where no atom is frozen.
/// @param perturbation 0: the minimum itself. Random numbers: f(seed, perturbation).
PerturbedStart perturbed_start(const std::shared_ptr<const md::Potential>& potential, const md::Configuration& minimum,
                               double amplitude_a, std::uint64_t seed, std::int64_t perturbation);

/// Whether each atom of one has an atom of its species within `distance` [Å] in the other: the same minimum, like atoms exchanged
/// or not.
bool same_up_to_exchange(const md::Configuration& a, const md::Configuration& b, double distance);

/// Where a replica's load is taken off, to zero stress.
enum class UnloadFrom {
  Nowhere,
  Yield,        ///< the largest stress before the largest drop
  LargestDrop,  ///< the state just before it
};

/// What one replica went through.
struct ReplicaWalk {
  std::vector<WalkedStep> load;     ///< the start first
  std::vector<WalkedStep> unload;   ///< to zero stress; empty where there was none
  std::size_t turned_at = 0;        ///< steps of `load` that the unloading comes after
  md::Matrix3Xd turned_positions;   ///< 3 x N [Å] where it begins
  std::optional<ReturnedState> returned;   ///< the unloaded state at the strain of the start
  std::optional<double> unstable;   ///< strain of the first state of `load` known to be no minimum
  bool converged = true;
  bool stopped = false;             ///< what is here is not to be kept
};

/// Loads along the plan's first leg, then unloads; where nothing dropped there is no unloading. Atoms of the largest drop alone are kept.
ReplicaWalk walk_replica(const std::shared_ptr<const md::Potential>& potential, const md::Configuration& start, const ShearPlan& plan,
                         UnloadFrom unload, const std::function<bool()>& stopped);

}  // namespace landscape
