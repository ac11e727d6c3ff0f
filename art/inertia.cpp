#include "art/inertia.hpp"

#include <algorithm>
#include <cmath>

#include "md/core/lapack.hpp"
#include "md/core/rng.hpp"
#include "md/vibration/hessian.hpp"

namespace landscape::art {

using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// Force calls that building and factoring a Hessian take as long as. Measured with one thread on Cu-Zr and Cu-Zr-Al glasses of
/// 1000 atoms (dof 3000): 210 to 290 calls for the elements, which second neighbors make many, and 1000 for the factor and some
/// forty solutions; on pair potentials 10 for the elements.
double equivalent_calls(const md::Hessian& hessian) {
  const double elements = hessian.expansion().embedding_curvature.empty() ? 10.0 : 250.0;
  const double relative = static_cast<double>(hessian.dof()) / 3000.0;
  return elements + 1000.0 * relative * relative * relative * 1000.0 / static_cast<double>(hessian.atom_count());
}

/// Largest eigenvalue of A⁻¹ by Lanczos: its inverse is the lowest positive one of A.
double lowest_positive(const md::SymmetricFactor& factor, Eigen::Index n) {
  constexpr int max_vectors = 40;
  constexpr double accuracy = 1e-6;
  const int limit = static_cast<int>(std::min<Eigen::Index>(max_vectors, n));
  md::CounterRng rng(1, md::Stream::Lanczos, 1);
  MatrixXd basis(n, limit);
  VectorXd alpha(limit), beta(limit), q = rng.normals(n).normalized();
  double largest = 0.0;
  for (int k = 0; k < limit; ++k) {
    basis.col(k) = q;
    VectorXd w = factor.solve(q);
    alpha[k] = q.dot(w);
    for (int pass = 0; pass < 2; ++pass) w -= basis.leftCols(k + 1) * (basis.leftCols(k + 1).transpose() * w);
    beta[k] = w.norm();
    Eigen::SelfAdjointEigenSolver<MatrixXd> ritz;
    ritz.computeFromTridiagonal(alpha.head(k + 1), beta.head(k));
    largest = ritz.eigenvalues()[k];
    if (beta[k] * std::abs(ritz.eigenvectors()(k, k)) < accuracy * std::abs(largest)) break;
    q = w / beta[k];
  }
  return largest > 0.0 ? 1.0 / largest : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Inertia count_below(const md::AtomicSurface& surface, const Eigen::Ref<const VectorXd>& x, double tolerance) {
  const md::Hessian hessian(surface.potential(), surface.configuration(x));
  MatrixXd matrix = hessian.dense(md::Weighting::None);
  const MatrixXd motions = hessian.uniform_motions(md::Weighting::None);
  // No eigenvalue is above the largest sum of magnitudes in a row.
  const double lift = matrix.cwiseAbs().rowwise().sum().maxCoeff() + 1.0;
  matrix += lift * motions * motions.transpose();
  matrix.diagonal().array() += tolerance;
  const md::SymmetricFactor factor(std::move(matrix));
  Inertia result;
  result.below = factor.negative();
  if (result.below == 1 && hessian.dof() - motions.cols() > 1)
    result.second = lowest_positive(factor, hessian.dof()) - tolerance;
  result.calls = equivalent_calls(hessian);
  return result;
}

}  // namespace landscape::art
