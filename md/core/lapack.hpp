/// The few dense solvers that are worth calling LAPACK for; the default BLAS of the system decides
/// their speed.
#pragma once

#include <Eigen/Dense>

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

/// aᵀ b.
Eigen::MatrixXd transposed_product(const Eigen::Ref<const Eigen::MatrixXd>& a,
                                   const Eigen::Ref<const Eigen::MatrixXd>& b,
                                   int threads = 1);
/// a b.
Eigen::MatrixXd product(const Eigen::Ref<const Eigen::MatrixXd>& a,
                        const Eigen::Ref<const Eigen::MatrixXd>& b,
                        int threads = 1);

}  // namespace landscape::md
