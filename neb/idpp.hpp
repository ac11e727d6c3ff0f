/// A first path along which the distances between particles change evenly.
#pragma once

#include <Eigen/Dense>

#include "md/core/energy_surface.hpp"

namespace landscape::neb {

/// Bends the images until the distances of near pairs are as near as they can be to those interpolated between the endpoints (the
/// image dependent pair potential): Σ d^-4 (d_interpolated - d)² over pairs within twice the smallest distance, minimized as a nudged
/// band. Needs no call of the surface's energy.
///
/// For particles in three dimensions; other surfaces, and frozen atoms, are not looked at. Deterministic.
/// @param path dof x (images + 2) [Å], without jumps by a period and without particles on one spot (separate_particles); the
/// endpoints stay. @return iterations.
/// @par Source S. Smidstrup, A. Pedersen, K. Stokbro & H. Jónsson, J. Chem. Phys. 140, 214106 (2014).
int even_distances(const md::EnergySurface& surface, Eigen::MatrixXd& path);

}  // namespace landscape::neb
