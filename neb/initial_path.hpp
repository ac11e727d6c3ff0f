/// First guesses of a path.
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "md/core/energy_surface.hpp"

namespace landscape::neb {

/// Calls visit(i, j, r_j - r_i) for all pairs of particles in three dimensions, by minimum images.
template <class Visit>
void for_all_pairs(const md::EnergySurface& surface, const Eigen::VectorXd& x, Visit visit) {
  const Eigen::Index n = x.size() / 3;
  Eigen::VectorXd rolled(x.size());  // with particle i + shift in the place of particle i
  for (Eigen::Index shift = 1; 2 * shift <= n; ++shift) {
    rolled.head(x.size() - 3 * shift) = x.tail(x.size() - 3 * shift);
    rolled.tail(3 * shift) = x.head(3 * shift);
    const Eigen::VectorXd d = surface.difference(x, rolled);
    const Eigen::Index count = 2 * shift == n ? shift : n;  // half-way round, pairs repeat
    for (Eigen::Index i = 0; i < count; ++i)
      visit(i, (i + shift) % n, Eigen::Vector3d(d.segment<3>(3 * i)));
  }
}

/// Smallest distance of two particles [Å].
double smallest_distance(const md::EnergySurface& surface, const Eigen::VectorXd& x);

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

/// The curve through the images of a path with other images on it, the same distance apart on either side of one that stays.
///
/// Cubic pieces by arc length, with the slopes of parabolas through three images each.
/// @param path dof x at least 3 [Å]. @param stays an image between the ends. @return dof x (images + 2); the first, the last and one near
/// stays / path.cols() of the way are those of `path`.
Eigen::MatrixXd refined_path(const Eigen::MatrixXd& path, Eigen::Index stays, int images);

}  // namespace landscape::neb
