#include "neb/initial_path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "md/core/error.hpp"
#include "md/potential/atomic_surface.hpp"

namespace landscape::neb {
namespace {

using Eigen::Index;
using Eigen::Vector3d;
using Eigen::VectorXd;

/// A unit vector across `line`, the same for the opposite direction.
Vector3d across(const Vector3d& line) {
  Index axis = 0;
  line.cwiseAbs().minCoeff(&axis);
  const Vector3d u = line.normalized();
  return (Vector3d::Unit(axis) - u[axis] * u).normalized();
}

/// The separation of length `target` that keeps the part of d along the relative motion `m` of the
/// pair.
Vector3d widened(const Vector3d& d, const Vector3d& m, double target) {
  // Where the pair hardly moves, or passes at a clear distance, d itself says which side; below
  // that it is rounding.
  constexpr double clear = 1e-3;  // [Å]
  if (m.norm() < clear)
    return d.norm() < clear ? Vector3d(target * Vector3d::UnitX())
                            : Vector3d(target * d.normalized());
  const Vector3d u = m.normalized();
  const Vector3d along = d.dot(u) * u;
  const Vector3d side = d - along;
  const Vector3d e = side.norm() > clear ? Vector3d(side.normalized()) : across(m);
  return along + e * std::sqrt(std::max(0.0, target * target - along.squaredNorm()));
}

}  // namespace

double smallest_distance(const md::EnergySurface& surface, const VectorXd& x) {
  double best = std::numeric_limits<double>::infinity();
  for_all_pairs(surface, x, [&](Index, Index, const Vector3d& d) {
    if (d.squaredNorm() < best) best = d.squaredNorm();
  });
  return std::sqrt(best);
}

Eigen::MatrixXd straight_path(const md::EnergySurface& surface,
                              const Eigen::Ref<const VectorXd>& x_initial,
                              const Eigen::Ref<const VectorXd>& x_final,
                              int images) {
  const VectorXd step = md::displacement(surface, x_initial, x_final);
  Eigen::MatrixXd path(x_initial.size(), images + 2);
  for (int i = 0; i < images + 2; ++i)
    path.col(i) = x_initial + step * (static_cast<double>(i) / (images + 1));
  return path;
}

Eigen::MatrixXd continuous_path(const md::EnergySurface& surface,
                                const std::vector<VectorXd>& images) {
  Eigen::MatrixXd path(images.front().size(), static_cast<Index>(images.size()));
  path.col(0) = images.front();
  for (Index i = 1; i < path.cols(); ++i) {
    const VectorXd before = path.col(i - 1);
    path.col(i) = before + md::displacement(surface, before, images[static_cast<std::size_t>(i)]);
  }
  return path;
}

int separate_particles(const md::EnergySurface& surface, Eigen::MatrixXd& path) {
  if (surface.block() != 3 || path.rows() < 6 || path.rows() % 3 != 0) return 0;
  const VectorXd first = path.col(0);
  const VectorXd last = path.col(path.cols() - 1);
  const double target =
      0.9 * std::min(smallest_distance(surface, first), smallest_distance(surface, last));
  // Moving one pair apart may push others together; a few sweeps spread it, the band does the rest.
  constexpr int max_sweeps = 20;
  int changed = 0;
  for (Index image = 1; image + 1 < path.cols(); ++image) {
    bool touched = false;
    for (int sweep = 0; sweep < max_sweeps; ++sweep) {
      const VectorXd x = path.col(image);
      VectorXd move = VectorXd::Zero(x.size());
      bool any = false;
      for_all_pairs(surface, x, [&](Index i, Index j, const Vector3d& d) {
        if (d.norm() >= target * (1.0 - 1e-6)) return;
        const Vector3d motion = (last - first).segment<3>(3 * j) - (last - first).segment<3>(3 * i);
        const Vector3d half = 0.5 * (widened(d, motion, target) - d);
        move.segment<3>(3 * i) -= half;
        move.segment<3>(3 * j) += half;
        any = true;
      });
      if (!any) break;
      path.col(image) += move;
      touched = true;
    }
    changed += touched ? 1 : 0;
  }
  return changed;
}

Eigen::MatrixXd refined_path(const Eigen::MatrixXd& path, Index stays, int images) {
  const Index n = path.cols();
  LANDSCAPE_CHECK(n >= 3 && stays > 0 && stays + 1 < n && images > 0);
  VectorXd s = VectorXd::Zero(n);
  for (Index i = 1; i < n; ++i) s[i] = s[i - 1] + (path.col(i) - path.col(i - 1)).norm();
  const auto secant = [&](Index i) { return VectorXd((path.col(i + 1) - path.col(i)) / (s[i + 1] - s[i])); };
  Eigen::MatrixXd slopes(path.rows(), n);
  for (Index i = 1; i + 1 < n; ++i) {
    const double before = s[i] - s[i - 1], after = s[i + 1] - s[i];
    slopes.col(i) = (after * secant(i - 1) + before * secant(i)) / (before + after);
  }
  slopes.col(0) = 2.0 * secant(0) - slopes.col(1);
  slopes.col(n - 1) = 2.0 * secant(n - 2) - slopes.col(n - 2);

  const double part = s[stays] / s[n - 1];
  const Index kept = std::clamp<Index>(std::lround(part * (images + 1)), 1, images), last = images + 1;
  Eigen::MatrixXd result(path.rows(), images + 2);
  Index piece = 0;
  for (Index k = 0; k <= last; ++k) {
    const double at = k <= kept ? s[stays] * static_cast<double>(k) / static_cast<double>(kept)
                                : s[stays] + (s[n - 1] - s[stays]) * static_cast<double>(k - kept) / static_cast<double>(last - kept);
    while (piece + 2 < n && at > s[piece + 1]) ++piece;
    const double h = s[piece + 1] - s[piece], t = (at - s[piece]) / h, u = 1.0 - t;
    result.col(k) = u * u * (1.0 + 2.0 * t) * path.col(piece) + t * t * (1.0 + 2.0 * u) * path.col(piece + 1) +
                    h * t * u * (u * slopes.col(piece) - t * slopes.col(piece + 1));
  }
  result.col(0) = path.col(0);
  result.col(kept) = path.col(stays);
  result.col(last) = path.col(n - 1);
  return result;
}

}  // namespace landscape::neb
