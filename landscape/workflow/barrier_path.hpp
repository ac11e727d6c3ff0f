/// A path between two minima with the saddle on it converged as mapping does it, and in pieces where there are minima on the way.
#pragma once

#include <memory>
#include <vector>

#include "art/saddle.hpp"
#include "md/potential/atomic_surface.hpp"
#include "neb/neb.hpp"

namespace landscape {

/// From one minimum to the next.
struct PathPiece {
  neb::NebResult path;            ///< band, to neb.path_max_force on all images
  Eigen::VectorXd saddle;         ///< converged to neb.max_force where `refined`, else the climbing image
  double barrier_ev = neb::NebResult::unknown, reverse_barrier_ev = barrier_ev, saddle_energy_ev = barrier_ev;
  double saddle_max_force = barrier_ev;  ///< [eV/Å]
  bool refined = false;           ///< the climbing image was followed along its lowest mode to the saddle beside it
  art::IndexProof proof;          ///< of the refined saddle
  bool converged() const { return path.converged() && refined; }
};

struct [[nodiscard]] BarrierPath {
  std::vector<PathPiece> pieces;  ///< in order; one unless split
  double force_calls = 0.0;       ///< of bands, saddles and proofs
  std::size_t highest = 0;        ///< piece whose saddle is highest
};

struct BarrierPathOptions {
  neb::NebOptions neb;
  bool split = true;              ///< minima on the way are relaxed and the pieces found one by one
  int max_pieces = 8;             ///< > 0
};

/// @param from, to relaxed configurations (dof). @param make one surface for each image.
/// The band is converged to path_max_force only: what a climbing image still lacks in a soft glass takes the band thousands of
/// iterations, the same image alone some tens along its lowest mode. A saddle further than 0.5 Å from its climbing image is not taken.
BarrierPath barrier_path(const neb::SurfaceFactory& make, const Eigen::VectorXd& from, const Eigen::VectorXd& to,
                         const BarrierPathOptions& options, const neb::NebObserver& observe = {});

}  // namespace landscape
