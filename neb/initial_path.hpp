/// First guesses of a path.
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "md/core/energy_surface.hpp"

namespace landscape::neb {

/// Straight line from x_initial to the nearest image of x_final, uniform motions that cost nothing
/// removed.
/// @return dof x (images + 2) [Å], without jumps by a period; the first column is x_initial.
Eigen::MatrixXd straight_path(const md::EnergySurface& surface,
                              const Eigen::Ref<const Eigen::VectorXd>& x_initial,
                              const Eigen::Ref<const Eigen::VectorXd>& x_final,
                              int images);

/// Given images, each moved by periods and uniform motions next to the one before. Same shape as
/// above.
Eigen::MatrixXd continuous_path(const md::EnergySurface& surface,
                                const std::vector<Eigen::VectorXd>& images);

/// Leads particles that come too close between the endpoints around each other.
///
/// Pairs closer than 0.9 times the smallest distance found in either endpoint are moved apart to
/// that distance, across their relative motion along the path, so that neighboring images agree on
/// the side they pass. For particles in three dimensions; other surfaces, and frozen atoms, are not
/// looked at. Deterministic.
/// @param path as from straight_path; the endpoints stay. @return number of images changed.
int separate_particles(const md::EnergySurface& surface, Eigen::MatrixXd& path);

}  // namespace landscape::neb
