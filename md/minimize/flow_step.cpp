#include "md/minimize/flow_step.hpp"

#include <algorithm>
#include <cmath>

#include "md/vibration/lowest_mode.hpp"

namespace landscape::md {

using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr double for_ever = 1e3;  ///< [Å²/eV] beyond it even a mode of 0.01 eV/Å² is at its bottom

/// The flow in the space of some Lanczos vectors, the first of them along -g.
class KrylovFlow {
 public:
  KrylovFlow(const MatrixXd& basis, const VectorXd& alpha, const VectorXd& beta, Eigen::Index vectors, double norm)
      : basis_(basis), vectors_(vectors), norm_(norm) {
    eigen_.computeFromTridiagonal(alpha.head(vectors), beta.head(vectors - 1));
  }

  /// Coordinates after a time.
  VectorXd at(double time) const {
    VectorXd parts(vectors_);
    for (Eigen::Index k = 0; k < vectors_; ++k) {
      const double curvature = eigen_.eigenvalues()[k], turn = std::min(-time * curvature, 100.0);
      parts[k] = norm_ * eigen_.eigenvectors()(0, k) * (std::abs(turn) < 1e-8 ? time : -std::expm1(turn) / curvature);
    }
    return eigen_.eigenvectors() * parts;
  }

  VectorXd step(double time) const { return basis_.leftCols(vectors_) * at(time); }

  /// The longest time after which no particle is further than `limit`, to some per cent of that.
  double longest(double limit, Eigen::Index block) const {
    if (max_norm(step(for_ever), block) <= limit) return for_ever;
    // No particle is further than all together.
    double low = 1e-6, high = for_ever;
    for (double up = 2.0 * low; up < for_ever && at(up).norm() <= limit; up *= 2.0) low = up;
    for (double up = 2.0 * low; up < for_ever; up *= 2.0) {
      if (max_norm(step(up), block) > limit) {
        high = up;
        break;
      }
      low = up;
    }
    for (int k = 0; k < 6; ++k) {
      const double middle = std::sqrt(low * high);
      (max_norm(step(middle), block) <= limit ? low : high) = middle;
    }
    return low;
  }

  double predicted(const VectorXd& y) const {
    const VectorXd parts = eigen_.eigenvectors().transpose() * y;
    return -norm_ * y[0] + 0.5 * parts.dot(eigen_.eigenvalues().cwiseProduct(parts));
  }

 private:
  const MatrixXd& basis_;
  Eigen::Index vectors_;
  double norm_;
  Eigen::SelfAdjointEigenSolver<MatrixXd> eigen_;
};

}  // namespace

FlowStep flow_step(EnergySurface& surface, const Eigen::Ref<const VectorXd>& x, const Eigen::Ref<const VectorXd>& gradient, double limit,
                   const FlowStepOptions& options) {
  FlowStep out;
  out.step = VectorXd::Zero(x.size());
  const double norm = gradient.norm();
  if (!(norm > 0.0)) return out;
  const bool exact = surface.expand(x);
  const Eigen::Index most = std::min<Eigen::Index>(options.max_vectors, x.size());
  MatrixXd basis(x.size(), most);
  VectorXd alpha(most), beta(most), product(x.size());
  basis.col(0) = -gradient / norm;
  for (Eigen::Index m = 1;; ++m) {
    if (exact)
      surface.hessian_times(basis.col(m - 1), product);
    else
      product = hessian_times(surface, x, gradient, basis.col(m - 1), options.delta, Difference::Forward);
    ++out.products;
    alpha[m - 1] = basis.col(m - 1).dot(product);
    for (int pass = 0; pass < 2; ++pass) product -= basis.leftCols(m) * (basis.leftCols(m).transpose() * product);
    beta[m - 1] = product.norm();
    const bool last = m == most || beta[m - 1] < 1e-10;
    constexpr Eigen::Index every = 4;  // a look at what there is costs about as much as a product
    if (last || m % every == 0) {
      const KrylovFlow flow(basis, alpha, beta, m, norm);
      out.time = flow.longest(limit, surface.block());
      const VectorXd y = flow.at(out.time);
      if (last || beta[m - 1] * std::abs(y[m - 1]) <= options.residual * norm) {
        out.step = basis.leftCols(m) * y;
        out.predicted = flow.predicted(y);
        return out;
      }
    }
    basis.col(m) = product / beta[m - 1];
  }
}

}  // namespace landscape::md
