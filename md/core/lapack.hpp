/// The few dense solvers that are worth calling LAPACK for; the default BLAS of the system decides
/// their speed.
#pragma once

#include <Eigen/Dense>
#include <vector>

namespace landscape::md {

/// Eigenvalues, ascending, of the symmetric matrix whose lower triangle `matrix` holds (dsyevd:
/// divide and conquer). `matrix` is destroyed.
/// @throws InputError if the matrix is too large for LAPACK's 32-bit workspace; InvariantError if
/// it does not converge.
Eigen::VectorXd symmetric_eigenvalues(Eigen::MatrixXd& matrix, int threads = 1);
/// The same, and `matrix` becomes the orthonormal eigenvectors, as columns. Needs three times the
/// memory of the matrix.
Eigen::VectorXd symmetric_eigenpairs(Eigen::MatrixXd& matrix, int threads = 1);

/// log |det| and number of negative eigenvalues (Sylvester's law of inertia).
struct [[nodiscard]] LogDeterminant {
  double log_abs = 0.0;
  Eigen::Index negative = 0;
};
/// Of a symmetric matrix by Bunch-Kaufman factorization (dsytrf), a tenth of the work of the
/// eigenvalues. `matrix` is destroyed.
LogDeterminant log_determinant(Eigen::MatrixXd& matrix, int threads = 1);

/// Factorization A = P U D Uᵀ Pᵀ of a symmetric matrix (Bunch-Kaufman, LAPACK dsytrf): its inertia, and solutions. Immutable.
class SymmetricFactor {
 public:
  /// @param matrix its lower triangle counts. @throws InvariantError if it is singular.
  explicit SymmetricFactor(Eigen::MatrixXd matrix, int threads = 1);
  /// Number of negative eigenvalues (Sylvester's law of inertia).
  Eigen::Index negative() const { return negative_; }
  /// A⁻¹ b. @param b length n.
  Eigen::VectorXd solve(const Eigen::Ref<const Eigen::VectorXd>& b) const;

 private:
  Eigen::MatrixXd factor_;
  std::vector<int> pivots_;
  Eigen::Index negative_ = 0;
};

/// aᵀ b.
Eigen::MatrixXd transposed_product(const Eigen::Ref<const Eigen::MatrixXd>& a,
                                   const Eigen::Ref<const Eigen::MatrixXd>& b,
                                   int threads = 1);
/// a b.
Eigen::MatrixXd product(const Eigen::Ref<const Eigen::MatrixXd>& a,
                        const Eigen::Ref<const Eigen::MatrixXd>& b,
                        int threads = 1);

}  // namespace landscape::md
