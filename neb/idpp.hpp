/// A first path along which the distances between particles change evenly.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <utility>

#include "md/core/energy_surface.hpp"

namespace landscape::neb {

/// (wanted - d)² d^-4, what one pair adds, and its slope in d.
inline std::pair<double, double> unevenness(double d, double wanted) {
  const double miss = wanted - d, weight = std::pow(d, -4);
  return {weight * miss * miss, -2.0 * weight * miss - 4.0 * weight / d * miss * miss};
}

/// Bends the images until the distances of near pairs are as near as they can be to those interpolated between the endpoints (the
/// image dependent pair potential): Σ d^-4 (d_interpolated - d)² over pairs within twice the smallest distance, minimized as a nudged
/// band. Farther pairs are left out, unlike in the source. Needs no call of the surface's energy.
///
/// For particles in three dimensions; other surfaces, and frozen atoms, are not looked at. Deterministic.
/// @param path dof x (images + 2) [Å], without jumps by a period and without particles on one spot (separate_particles); the
/// endpoints stay. @return iterations.
/// @par Source S. Smidstrup, A. Pedersen, K. Stokbro & H. Jónsson, J. Chem. Phys. 140, 214106 (2014).
int even_distances(const md::EnergySurface& surface, Eigen::MatrixXd& path);

}  // namespace landscape::neb
