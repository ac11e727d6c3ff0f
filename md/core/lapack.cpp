#include "md/core/lapack.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "md/core/error.hpp"

extern "C" {
void dsyevd_(const char* jobz,
             const char* uplo,
             const int* n,
             double* a,
             const int* lda,
             double* w,
             double* work,
             const int* lwork,
             int* iwork,
             const int* liwork,
             int* info);
void dsytrf_(const char* uplo,
             const int* n,
             double* a,
             const int* lda,
             int* pivots,
             double* work,
             const int* lwork,
             int* info);
void dsytrs_(const char* uplo,
             const int* n,
             const int* nrhs,
             const double* a,
             const int* lda,
             const int* pivots,
             double* b,
             const int* ldb,
             int* info);
void dgemm_(const char* transa,
            const char* transb,
            const int* m,
            const int* n,
            const int* k,
            const double* alpha,
            const double* a,
            const int* lda,
            const double* b,
            const int* ldb,
            const double* beta,
            double* c,
            const int* ldc);
// Of OpenBLAS alone: absent where another BLAS is installed.
void openblas_set_num_threads(int threads) __attribute__((weak));
}

namespace landscape::md {
namespace {

void use_threads(int threads) {
  if (openblas_set_num_threads) openblas_set_num_threads(threads);
}

Eigen::VectorXd solve(Eigen::MatrixXd& matrix, const char* job, int threads) {
  const double rows = static_cast<double>(matrix.rows());
  if (matrix.rows() != matrix.cols())
    throw InvariantError("eigenvalues of a matrix that is not square");
  if (2.0 * rows * rows + 6.0 * rows > static_cast<double>(std::numeric_limits<int>::max()))
    throw InputError(message("all eigenpairs of a ", matrix.rows(), " x ", matrix.cols(),
                             " matrix: more than LAPACK can address"));
  const int n = static_cast<int>(matrix.rows());
  Eigen::VectorXd values(n);
  if (n == 0) return values;
  use_threads(threads);
  double size = 0.0;
  int info = 0, isize = 0, query = -1;
  dsyevd_(job, "L", &n, matrix.data(), &n, values.data(), &size, &query, &isize, &query, &info);
  const int lwork = static_cast<int>(size), liwork = isize;
  std::vector<double> work(static_cast<std::size_t>(lwork));
  std::vector<int> iwork(static_cast<std::size_t>(liwork));
  dsyevd_(job, "L", &n, matrix.data(), &n, values.data(), work.data(), &lwork, iwork.data(),
          &liwork, &info);
  if (info != 0)
    throw InvariantError(
        message("dsyevd of a ", n, " x ", n, " matrix did not converge (info ", info, ")"));
  return values;
}

Eigen::MatrixXd multiply(const char* transpose,
                         const Eigen::Ref<const Eigen::MatrixXd>& a,
                         const Eigen::Ref<const Eigen::MatrixXd>& b,
                         int threads) {
  const bool turned = *transpose == 'T';
  const int m = static_cast<int>(turned ? a.cols() : a.rows()),
            k = static_cast<int>(turned ? a.rows() : a.cols());
  const int n = static_cast<int>(b.cols());
  LANDSCAPE_CHECK(b.rows() == k);
  Eigen::MatrixXd c = Eigen::MatrixXd::Zero(m, n);
  if (m == 0 || n == 0 || k == 0) return c;
  use_threads(threads);
  const double one = 1.0, zero = 0.0;
  const int lda = static_cast<int>(a.outerStride()), ldb = static_cast<int>(b.outerStride());
  dgemm_(transpose, "N", &m, &n, &k, &one, a.data(), &lda, b.data(), &ldb, &zero, c.data(), &m);
  return c;
}

/// @return false where D is singular.
bool factor_both(Eigen::MatrixXd& matrix, std::vector<int>& pivots, int threads) {
  LANDSCAPE_CHECK(matrix.rows() == matrix.cols());
  const int n = static_cast<int>(matrix.rows());
  if (n == 0) return true;
  use_threads(threads);
  double size = 0.0;
  int info = 0, query = -1;
  dsytrf_("L", &n, matrix.data(), &n, pivots.data(), &size, &query, &info);
  const int lwork = static_cast<int>(size);
  std::vector<double> work(static_cast<std::size_t>(lwork));
  dsytrf_("L", &n, matrix.data(), &n, pivots.data(), work.data(), &lwork, &info);
  LANDSCAPE_CHECK(info >= 0);
  return info == 0;
}

LogDeterminant determinant_of(const Eigen::MatrixXd& factor, const std::vector<int>& pivots) {
  LogDeterminant result;
  const Eigen::Index n = factor.rows();
  for (Eigen::Index k = 0; k < n; ++k) {
    if (pivots[static_cast<std::size_t>(k)] > 0) {
      const double d = factor(k, k);
      result.log_abs += std::log(std::abs(d));
      result.negative += d < 0.0 ? 1 : 0;
    } else {  // a 2 x 2 block: one eigenvalue of each sign where its determinant is negative
      const double a = factor(k, k), b = factor(k + 1, k), c = factor(k + 1, k + 1),
                   det = a * c - b * b;
      result.log_abs += std::log(std::abs(det));
      result.negative += det < 0.0 ? 1 : (a < 0.0 ? 2 : 0);
      ++k;
    }
  }
  return result;
}

}  // namespace

Eigen::VectorXd symmetric_eigenvalues(Eigen::MatrixXd& matrix, int threads) {
  return solve(matrix, "N", threads);
}
Eigen::VectorXd symmetric_eigenpairs(Eigen::MatrixXd& matrix, int threads) {
  return solve(matrix, "V", threads);
}

Eigen::MatrixXd transposed_product(const Eigen::Ref<const Eigen::MatrixXd>& a,
                                   const Eigen::Ref<const Eigen::MatrixXd>& b,
                                   int threads) {
  return multiply("T", a, b, threads);
}
Eigen::MatrixXd product(const Eigen::Ref<const Eigen::MatrixXd>& a,
                        const Eigen::Ref<const Eigen::MatrixXd>& b,
                        int threads) {
  return multiply("N", a, b, threads);
}

SymmetricFactor::SymmetricFactor(Eigen::MatrixXd matrix, int threads)
    : factor_(std::move(matrix)), pivots_(static_cast<std::size_t>(factor_.rows())) {
  if (!factor_both(factor_, pivots_, threads))
    throw InvariantError("factorization of a singular matrix");
  negative_ = determinant_of(factor_, pivots_).negative;
}

Eigen::VectorXd SymmetricFactor::solve(const Eigen::Ref<const Eigen::VectorXd>& b) const {
  LANDSCAPE_CHECK(b.size() == factor_.rows());
  Eigen::VectorXd x = b;
  const int n = static_cast<int>(x.size()), one = 1;
  int info = 0;
  if (n > 0) dsytrs_("L", &n, &one, factor_.data(), &n, pivots_.data(), x.data(), &n, &info);
  LANDSCAPE_CHECK(info == 0);
  return x;
}

LogDeterminant log_determinant(Eigen::MatrixXd& matrix, int threads) {
  std::vector<int> pivots(static_cast<std::size_t>(matrix.rows()));
  factor_both(matrix, pivots, threads);
  return determinant_of(matrix, pivots);
}

}  // namespace landscape::md
