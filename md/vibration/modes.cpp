#include "md/vibration/modes.hpp"

#include <cmath>

#include "md/core/error.hpp"
#include "md/core/lapack.hpp"
#include "md/core/rng.hpp"
#include "md/core/units.hpp"

namespace landscape::md {

Modes all_modes(const Hessian& hessian, Weighting weighting, ModeVectors vectors, int threads) {
  Eigen::MatrixXd matrix = hessian.dense(weighting);
  const Eigen::MatrixXd motions = hessian.uniform_motions(weighting);
  if (motions.cols() > 0) {
    const double above = 2.0 * matrix.cwiseAbs().rowwise().sum().maxCoeff();  // Gershgorin
    matrix.noalias() += above * motions * motions.transpose();
  }
  Modes modes;
  modes.left_out = motions.cols();
  const Eigen::Index kept = matrix.rows() - motions.cols();
  if (vectors == ModeVectors::Leave) {
    modes.eigenvalues = symmetric_eigenvalues(matrix, threads).head(kept);
    modes.vectors.resize(matrix.rows(), 0);
  } else {
    modes.eigenvalues = symmetric_eigenpairs(matrix, threads).head(kept);
    matrix.conservativeResize(Eigen::NoChange, kept);
    modes.vectors = std::move(matrix);
  }
  return modes;
}

Eigen::VectorXd frequencies_thz(const Eigen::Ref<const Eigen::VectorXd>& eigenvalues) {
  return eigenvalues.unaryExpr(
      [](double v) { return std::copysign(units::thz * std::sqrt(std::abs(v)), v); });
}

Eigen::VectorXd participation_ratios(const Eigen::Ref<const Eigen::MatrixXd>& vectors) {
  Eigen::VectorXd ratios(vectors.cols());
  const Eigen::Index n = vectors.rows() / 3;
  for (Eigen::Index k = 0; k < vectors.cols(); ++k) {
    double second = 0.0, fourth = 0.0;
    for (Eigen::Index j = 0; j < n; ++j) {
      const double e2 = vectors.col(k).segment<3>(3 * j).squaredNorm();
      second += e2;
      fourth += e2 * e2;
    }
    ratios[k] = second * second / (static_cast<double>(n) * fourth);
  }
  return ratios;
}

SpectrumBounds spectrum_bounds(const Hessian& hessian,
                               Weighting weighting,
                               std::uint64_t seed,
                               int threads) {
  constexpr int steps = 40;
  const Eigen::MatrixXd motions = hessian.uniform_motions(weighting);
  const Eigen::Index room = hessian.dof() - motions.cols();
  LANDSCAPE_CHECK(room > 0);
  Eigen::VectorXd q = CounterRng(seed, Stream::Lanczos, 0).normals(hessian.dof());
  const int limit = static_cast<int>(std::min<Eigen::Index>(steps, room));
  Eigen::MatrixXd basis(hessian.dof(), limit);
  Eigen::VectorXd alpha(limit), beta(limit);
  VectorBlock v(hessian.dof(), 1), w;
  q -= motions * (motions.transpose() * q);
  q.normalize();
  int used = 0;
  while (used < limit) {
    basis.col(used) = q;
    v.col(0) = q;
    hessian.multiply(v, w, weighting, threads);
    q = w.col(0);
    alpha[used] = q.dot(basis.col(used));
    q -= motions * (motions.transpose() * q);
    for (int pass = 0; pass < 2; ++pass)
      q -= basis.leftCols(used + 1) * (basis.leftCols(used + 1).transpose() * q);
    beta[used] = q.norm();
    ++used;
    if (beta[used - 1] < 1e-12 * alpha.head(used).cwiseAbs().maxCoeff()) break;
    q /= beta[used - 1];
  }
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> ritz;
  ritz.computeFromTridiagonal(alpha.head(used), beta.head(used - 1));
  const double rest = beta[used - 1];
  const auto& y = ritz.eigenvectors();
  return {ritz.eigenvalues()[0] - rest * std::abs(y(used - 1, 0)),
          ritz.eigenvalues()[used - 1] + rest * std::abs(y(used - 1, used - 1)) +
              1e-3 * std::abs(ritz.eigenvalues()[used - 1])};
}

}  // namespace landscape::md
