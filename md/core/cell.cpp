#include "md/core/cell.hpp"

#include <cmath>

#include "md/core/error.hpp"

namespace landscape::md {

namespace {

/// Fills zero edges of open directions with unit vectors orthogonal to the rest.
Eigen::Matrix3d completed(Eigen::Matrix3d h, const std::array<bool, 3>& periodic) {
  for (int d = 0; d < 3; ++d) {
    if (h.col(d).norm() > 0.0) continue;
    if (periodic[d])
      throw InputError(message("cell: edge ", d + 1, " is zero, expected a vector in a periodic direction"));
    Eigen::Matrix3d others = h;
    others.col(d).setZero();
    // The unit axis that is farthest from the span of the given edges, made orthogonal to it.
    Eigen::Vector3d best = Eigen::Vector3d::Zero();
    for (int axis = 0; axis < 3; ++axis) {
      Eigen::Vector3d v = Eigen::Vector3d::Unit((axis + d) % 3);
      Eigen::ColPivHouseholderQR<Eigen::Matrix3d> qr(others);
      const Eigen::Matrix3d q = qr.householderQ();
      for (int k = 0; k < qr.rank(); ++k) v -= q.col(k) * q.col(k).dot(v);
      if (v.norm() > best.norm() + 1e-12) best = v;
    }
    h.col(d) = best.normalized();
  }
  return h;
}

}  // namespace

Cell::Cell() : Cell(Eigen::Matrix3d::Identity(), {false, false, false}) {}

Cell::Cell(const Eigen::Matrix3d& edges, std::array<bool, 3> periodic) : periodic_(periodic) {
  if (!edges.allFinite()) throw InputError("cell: an edge vector is not finite, expected numbers");
  matrix_ = completed(edges, periodic);
  const double det = matrix_.determinant();
  const double scale = matrix_.col(0).norm() * matrix_.col(1).norm() * matrix_.col(2).norm();
  if (!(std::abs(det) > 1e-9 * scale))
    throw InputError(message("cell: volume ", std::abs(det), " Å³, expected three independent edge vectors"));
  inverse_ = matrix_.inverse();
  volume_ = std::abs(det);
  for (int d = 0; d < 3; ++d) heights_[d] = 1.0 / inverse_.row(d).norm();
  double shortest = std::numeric_limits<double>::infinity();
  for (int d = 0; d < 3; ++d)
    if (periodic_[d]) shortest = std::min(shortest, heights_[d]);
  safe_length_ = 0.5 * shortest;
}

Eigen::Vector3d Cell::minimum_image(const Eigen::Vector3d& d) const {
  if (!any_periodic() || d.norm() < safe_length_) return d;
  Eigen::Vector3d s = inverse_ * d;
  for (int k = 0; k < 3; ++k)
    if (periodic_[k]) s[k] -= std::round(s[k]);
  Eigen::Vector3d best = matrix_ * s;
  double best2 = best.squaredNorm();
  if (std::sqrt(best2) < safe_length_) return best;
  // Rounding is exact only for right angles: the shortest image has |r| <= |best|, so each of its reduced coordinates is
  // at most |best| / height.
  const double reach = std::sqrt(best2);
  std::array<int, 3> n{};
  for (int k = 0; k < 3; ++k)
    n[k] = periodic_[k] ? static_cast<int>(std::floor(reach / heights_[k] + 0.5)) : 0;
  for (int a = -n[0]; a <= n[0]; ++a)
    for (int b = -n[1]; b <= n[1]; ++b)
      for (int c = -n[2]; c <= n[2]; ++c) {
        const Eigen::Vector3d r = matrix_ * (s + Eigen::Vector3d(a, b, c));
        const double r2 = r.squaredNorm();
        if (r2 < best2 * (1.0 - 1e-14)) {
          best2 = r2;
          best = r;
        }
      }
  return best;
}

Matrix3Xd Cell::wrapped(const Eigen::Ref<const Matrix3Xd>& positions) const {
  Matrix3Xd s = inverse_ * positions;
  for (Eigen::Index i = 0; i < s.cols(); ++i)
    for (int k = 0; k < 3; ++k)
      if (periodic_[k]) {
        s(k, i) -= std::floor(s(k, i));
        if (s(k, i) >= 1.0) s(k, i) = 0.0;
      }
  return matrix_ * s;
}

Cell Cell::deformed(const Eigen::Matrix3d& f) const { return Cell(f * matrix_, periodic_); }

Eigen::Matrix3d simple_shear(double gamma, int plane) {
  LANDSCAPE_CHECK(plane >= 0 && plane < 3);
  constexpr int row[] = {0, 0, 1};
  constexpr int col[] = {1, 2, 2};
  Eigen::Matrix3d f = Eigen::Matrix3d::Identity();
  f(row[plane], col[plane]) = gamma;
  return f;
}

Eigen::VectorXd deformed(const Eigen::Matrix3d& f, const Eigen::Ref<const Eigen::VectorXd>& x) {
  Eigen::VectorXd y(x.size());
  for (Eigen::Index i = 0; i < x.size(); i += 3) y.segment<3>(i) = f * x.segment<3>(i);
  return y;
}

}  // namespace landscape::md
