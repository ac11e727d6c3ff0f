/// Where a glass is soft: atoms that take part in its lowest modes, and the spots that they form.
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "md/core/configuration.hpp"

namespace landscape::md {

/// Per free atom.
struct Softness {
  Eigen::VectorXd amplitude;  ///< S_j = (1/N_m) Σ_k |e_k^j|
  Eigen::VectorXd
      intensity;  ///< (1/N_m) Σ_k |e_k^j|²: the participation fraction of Widmer-Cooper et al.
  int modes = 0;  ///< N_m used: at least what was asked, whole multiplets
};

/// From the `count` lowest modes, and those degenerate with the last of them (relative to 1e-6), or
/// all given where there are fewer.
/// @param vectors dof x k. @param eigenvalues length k, ascending.
/// @par Source A. Widmer-Cooper, H. Perry, P. Harrowell & D. R. Reichman, Nature Physics 4, 711
/// (2008) for the squares; the amplitude is the
///      founding study's.
Softness softness(const Eigen::Ref<const Eigen::MatrixXd>& vectors,
                  const Eigen::Ref<const Eigen::VectorXd>& eigenvalues,
                  int count = 50);

struct SoftSpotOptions {
  double width_a = 2.5;  ///< [Å], > 0: Gaussian kernel (1 sigma) that the softness is averaged with
  double grid_a = 1.0;   ///< [Å], > 0: spacing at most
  double quantile = 0.9;      ///< in (0, 1): spots are maxima above this quantile of the field
  double merge_widths = 1.5;  ///< of two maxima closer than this many widths the lower is dropped
  void validate() const;      ///< @throws InputError naming field, value and broken range.
};

struct SoftSpot {
  Eigen::Vector3d position;  ///< [Å]
  double value;              ///< of the smoothed softness
  Eigen::Index atom;         ///< nearest (0-based)
};

struct SoftSpots {
  std::vector<SoftSpot> spots;    ///< highest first
  Eigen::VectorXd field;          ///< smoothed softness at each atom
  std::vector<int> spot_of_atom;  ///< 1-based index of the nearest spot for atoms whose field is
                                  ///< above the threshold, else 0
  double threshold = 0.0;         ///< the quantile of the field over the grid
};

/// Spots of the field S(r) = Σ_j S_j K(|r - r_j|) / Σ_j K(|r - r_j|), strict maxima on a periodic
/// grid.
/// @param values S_j of every atom, length N. @throws InputError unless periodic in all directions.
SoftSpots soft_spots(const Configuration& configuration,
                     const Eigen::Ref<const Eigen::VectorXd>& values,
                     const SoftSpotOptions& options = {});

}  // namespace landscape::md
