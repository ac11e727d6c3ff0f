/// A path between two minima with the saddle on it converged as mapping does it, and in pieces where there are minima on the way.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "art/saddle.hpp"
#include "md/potential/atomic_surface.hpp"
#include "neb/neb.hpp"

namespace landscape {

/// From one minimum to the next.
struct PathPiece {
  neb::NebResult path;            ///< band, to neb.path_max_force on all images
  Eigen::VectorXd saddle;         ///< converged to neb.max_force where `stationary`, else the climbing image
  /// [eV] of `saddle` above the ends, and its energy; NaN where there was no path to look for it on.
  double barrier_ev = neb::NebResult::unknown, reverse_barrier_ev = barrier_ev, saddle_energy_ev = barrier_ev;
  double saddle_max_force = barrier_ev;  ///< [eV/Å]
  bool stationary = false;        ///< the climbing image was followed along its lowest mode to a stationary point beside it ...
  art::IndexProof proof;          ///< ... whose index this is
  bool refined = false;           ///< ... and it is a first-order saddle ...
  std::optional<bool> connected;  ///< ... whose sides relax to the two ends; not looked at where paths are not split
  bool above_ends() const { return barrier_ev > 0.0 && reverse_barrier_ev > 0.0; }
  bool converged() const { return path.converged() && refined && above_ends() && connected.value_or(true); }
  /// "converged", what kept the band from it (neb::to_string), or why its saddle is none of this piece: "no_saddle" beside the climbing image,
  /// "not_first_order", "below_an_end" or "other_minima" at its sides.
  const char* status() const;
};

struct [[nodiscard]] BarrierPath {
  std::vector<PathPiece> pieces;  ///< in order; one unless split
  double force_calls = 0.0;       ///< of bands, saddles and proofs
  int iterations = 0;             ///< of all bands, those that were split or converged further included
  std::size_t highest = 0;        ///< piece whose saddle, or climbing image where there is none, is highest
  /// "converged", or the status of the first piece that is not.
  const char* status() const;
};

struct BarrierPathOptions {
  neb::NebOptions neb;            ///< forces in eV/Å, springs in eV/Å², steps in Å; max_force holds for the saddle, path_max_force for the band
  bool split = true;              ///< minima on the way, also those beside a saddle, are relaxed and the pieces found one by one
  int max_iterations = 5000;      ///< > 0: of all bands together, each of which has neb.max_iterations at most
  int max_pieces = 8;             ///< > 0: pieces beyond this many are not split further
  void validate() const;          ///< @throws md::InputError naming field, value and broken range.
};

/// @param from, to relaxed configurations, length dof [Å]. @param make one surface for each image.
/// The band is converged to path_max_force only: what a climbing image still lacks in a soft glass takes the band thousands of
/// iterations, the same image alone some tens along its lowest mode. Both sides of each saddle are relaxed: what surrounds an event may
/// rearrange on the way to its saddle, and a minimum may lie between two images. Such minima become ends of pieces too. Where the way leads to
/// no saddle, or further than 0.5 Å to one that does not join the ends, the band is converged further and the image followed once more.
/// @throws md::InputError for bad options or lengths, or where the surface is not defined at the ends.
BarrierPath barrier_path(const neb::SurfaceFactory& make, const Eigen::VectorXd& from, const Eigen::VectorXd& to,
                         const BarrierPathOptions& options, const neb::NebObserver& observe = {});

}  // namespace landscape
