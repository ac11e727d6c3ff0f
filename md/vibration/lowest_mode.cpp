#include "md/vibration/lowest_mode.hpp"

#include <algorithm>
#include <cmath>

#include "md/core/error.hpp"

namespace landscape::md {

void LanczosOptions::validate() const {
  if (max_vectors < 1) throw InputError(message("Lanczos: max_vectors is ", max_vectors, ", expected at least 1"));
  if (!(delta > 0.0)) throw InputError(message("Lanczos: delta is ", delta, " Å, expected a positive length"));
  if (!(residual > 0.0)) throw InputError(message("Lanczos: residual is ", residual, ", expected a positive number"));
  if (!(relative_residual >= 0.0))
    throw InputError(message("Lanczos: relative_residual is ", relative_residual, ", expected at least 0"));
}

Eigen::MatrixXd uniform_motions(const EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& x) {
  const Invariance invariance = surface.invariance();
  const Eigen::Index block = surface.block(), n = x.size() / block;
  Eigen::MatrixXd motions(x.size(), 0);
  if (invariance.translations) {
    motions.setZero(x.size(), block);
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index k = 0; k < block; ++k) motions(i * block + k, k) = 1.0 / std::sqrt(static_cast<double>(n));
  }
  if (invariance.rotations && block == 3 && n > 1) {
    const Eigen::VectorXd copy = x;
    Eigen::Matrix3Xd r = Eigen::Map<const Eigen::Matrix3Xd>(copy.data(), 3, n);
    r.colwise() -= r.rowwise().mean().eval();
    for (int axis = 0; axis < 3; ++axis) {
      Eigen::VectorXd v(x.size());
      for (Eigen::Index i = 0; i < n; ++i)
        v.segment<3>(3 * i) = Eigen::Vector3d::Unit(axis).cross(Eigen::Vector3d(r.col(i)));
      v -= motions * (motions.transpose() * v);
      if (v.norm() < 1e-6 * r.norm()) continue;  // a linear molecule has only two
      motions.conservativeResize(Eigen::NoChange, motions.cols() + 1);
      motions.col(motions.cols() - 1) = v.normalized();
    }
  }
  return motions;
}

Eigen::VectorXd hessian_times(EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& x,
                              const Eigen::Ref<const Eigen::VectorXd>& gradient,
                              const Eigen::Ref<const Eigen::VectorXd>& v, double delta, Difference difference) {
  Eigen::VectorXd plus(x.size());
  surface.evaluate(x + delta * v, plus);
  if (difference == Difference::Forward) return (plus - gradient) / delta;
  Eigen::VectorXd minus(x.size());
  surface.evaluate(x - delta * v, minus);
  return (plus - minus) / (2.0 * delta);
}

LowestMode lowest_mode(EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& x,
                       const Eigen::Ref<const Eigen::VectorXd>& gradient,
                       const Eigen::Ref<const Eigen::VectorXd>& start, const LanczosOptions& options,
                       const Eigen::Ref<const Eigen::MatrixXd>& deflate) {
  options.validate();
  const Eigen::MatrixXd motions = uniform_motions(surface, x);
  const auto project = [&](Eigen::VectorXd& v) {
    v -= motions * (motions.transpose() * v);
    v -= deflate * (deflate.transpose() * v);
  };
  const Eigen::Index room = x.size() - motions.cols() - deflate.cols();
  const int limit = static_cast<int>(std::min<Eigen::Index>(options.max_vectors, room));
  LANDSCAPE_CHECK(limit >= 1);

  Eigen::VectorXd q = start;
  project(q);
  LANDSCAPE_CHECK(q.norm() > 0.0);
  q.normalize();
  Eigen::MatrixXd basis(x.size(), limit);
  Eigen::VectorXd alpha(limit), beta(limit);
  LowestMode mode;
  const bool exact = options.products == Products::ExactWherePossible && surface.expand(x);
  for (int k = 0; k < limit; ++k) {
    basis.col(k) = q;
    Eigen::VectorXd w(x.size());
    if (exact)
      surface.hessian_times(q, w);
    else
      w = hessian_times(surface, x, gradient, q, options.delta, options.difference);
    alpha[k] = q.dot(w);
    project(w);
    for (int pass = 0; pass < 2; ++pass)  // twice is enough (Parlett)
      w -= basis.leftCols(k + 1) * (basis.leftCols(k + 1).transpose() * w);
    beta[k] = w.norm();
    mode.vectors = k + 1;

    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> ritz;
    ritz.computeFromTridiagonal(alpha.head(k + 1), beta.head(k));
    mode.curvature = ritz.eigenvalues()[0];
    const Eigen::VectorXd y = ritz.eigenvectors().col(0);
    mode.residual = beta[k] * std::abs(y[k]);
    // One vector alone says nothing about lower ones: at least two, unless there is no room for them.
    const bool exhausted = beta[k] < 1e-10 || k + 1 == room;
    mode.converged = exhausted || (k >= 1 && mode.residual <= std::max(options.residual, options.relative_residual * std::abs(mode.curvature)));
    if (mode.converged || k + 1 == limit) {
      mode.vector = basis.leftCols(k + 1) * y;
      mode.vector.normalize();
      break;
    }
    q = w / beta[k];
  }
  return mode;
}

}  // namespace landscape::md
