#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "md/core/lapack.hpp"
#include "md/core/rng.hpp"
#include "md/core/units.hpp"
#include "md/potential/potential.hpp"
#include "md/vibration/density_of_states.hpp"
#include "md/vibration/modes.hpp"

namespace landscape::md {
namespace {

/// n x n x n fcc cells of edge a, displaced by `noise` [Å].
Configuration fcc(const std::string& symbol, double a, int n, double noise = 0.0) {
  Configuration c;
  c.cell = Cell(n * a * Eigen::Matrix3d::Identity());
  c.positions.resize(3, 4 * n * n * n);
  CounterRng rng(3, Stream::Displacement, 0);
  Eigen::Index at = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k)
        for (const Eigen::Vector3d& b : {Eigen::Vector3d(0, 0, 0), Eigen::Vector3d(0, .5, .5),
                                         Eigen::Vector3d(.5, 0, .5), Eigen::Vector3d(.5, .5, 0)}) {
          c.positions.col(at) = a * (Eigen::Vector3d(i, j, k) + b);
          for (int d = 0; d < 3; ++d) c.positions(d, at) += noise * rng.normal();
          ++at;
        }
  c.species.assign(static_cast<std::size_t>(at), symbol);
  return c;
}

Eigen::MatrixXd random_symmetric(Eigen::Index n) {
  CounterRng rng(5, Stream::Lanczos, 9);
  Eigen::MatrixXd m(n, n);
  for (Eigen::Index i = 0; i < n; ++i) m.col(i) = rng.normals(n);
  return m + m.transpose();
}

TEST(Lapack, EigenpairsAndLogDeterminantAgreeWithEigen) {
  const Eigen::MatrixXd m = random_symmetric(60);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> reference(m);
  Eigen::MatrixXd values_only = m, vectors = m, factor = m;
  EXPECT_LT((symmetric_eigenvalues(values_only) - reference.eigenvalues()).norm(), 1e-11);
  const Eigen::VectorXd values = symmetric_eigenpairs(vectors);
  EXPECT_LT((m * vectors - vectors * values.asDiagonal()).norm(), 1e-11);
  const auto det = log_determinant(factor);
  EXPECT_NEAR(det.log_abs, reference.eigenvalues().cwiseAbs().array().log().sum(), 1e-10);
  EXPECT_EQ(det.negative, (reference.eigenvalues().array() < 0.0).count());
}

TEST(AllModes, LeaveOutTheThreeTranslationsAndNothingElse) {
  const Hessian hessian(*open_potential("Cu_mishin1.eam.alloy"), fcc("Cu", 3.615, 3));
  const Modes modes = all_modes(hessian, Weighting::Mass, ModeVectors::Keep);
  EXPECT_EQ(modes.left_out, 3);
  EXPECT_EQ(modes.eigenvalues.size(), 3 * 108 - 3);
  EXPECT_GT(frequencies_thz(modes.eigenvalues)[0], 1.0);
  const Eigen::MatrixXd d = hessian.dense(Weighting::Mass);
  EXPECT_LT((d * modes.vectors - modes.vectors * modes.eigenvalues.asDiagonal()).norm(),
            1e-11 * d.norm());
  EXPECT_LT((hessian.uniform_motions(Weighting::Mass).transpose() * modes.vectors).norm(), 1e-9);
}

TEST(AllModes, ZoneBoundaryPhononsOfCopperAreThePublishedOnes) {
  // Y. Mishin, M. J. Mehl, D. A. Papaconstantopoulos, A. F. Voter & J. D. Kress, Phys. Rev. B 63,
  // 224106 (2001) give X_L 7.82, X_T 5.20, L_L 7.78, L_T 3.32 THz for this potential; neutrons
  // (Svensson et al. 1967) 7.38, 5.16, 7.44, 3.41. X and L fit a 2 x 2 x 2 cell.
  const Hessian hessian(*open_potential("Cu_mishin1.eam.alloy"), fcc("Cu", 3.615, 2));
  const Eigen::MatrixXd d = hessian.dense(Weighting::Mass);
  const Configuration c = fcc("Cu", 3.615, 2);
  const auto frequency = [&](const Eigen::Vector3d& q, const Eigen::Vector3d& e) {
    Eigen::VectorXd v(d.rows());
    for (Eigen::Index i = 0; i < c.size(); ++i)
      v.segment<3>(3 * i) =
          std::cos(2.0 * std::numbers::pi / 3.615 * q.dot(c.positions.col(i))) * e;
    v.normalize();
    const double value = v.dot(d * v);
    EXPECT_LT((d * v - value * v).norm(), 1e-9) << "not a mode";
    return units::thz * std::sqrt(value);
  };
  const Eigen::Vector3d x(1, 0, 0), l(0.5, 0.5, 0.5);
  EXPECT_NEAR(frequency(x, x), 7.82, 0.01);
  EXPECT_NEAR(frequency(x, Eigen::Vector3d(0, 1, 0)), 5.20, 0.01);
  EXPECT_NEAR(frequency(l, l), 7.78, 0.01);
  EXPECT_NEAR(frequency(l, Eigen::Vector3d(1, -1, 0)), 3.32, 0.01);
}

TEST(LowestModes, EqualTheDenseOnesAlsoWhereTheyAreDegenerate) {
  for (const double noise : {0.0, 0.08}) {
    const Hessian hessian(*open_potential("Cu_mishin1.eam.alloy"), fcc("Cu", 3.615, 5, noise));
    const Modes dense = all_modes(hessian, Weighting::Mass, ModeVectors::Leave, 2);
    LowestModesOptions options;
    options.count = 60;
    options.threads = 2;
    const LowestModes lowest = lowest_modes(hessian, Weighting::Mass, options);
    ASSERT_EQ(lowest.status, LowestModesStatus::Converged);
    EXPECT_LT((lowest.modes.eigenvalues - dense.eigenvalues.head(60)).cwiseAbs().maxCoeff(),
              1e-9 * dense.eigenvalues[59]);
    EXPECT_LT((lowest.modes.vectors.transpose() * lowest.modes.vectors -
               Eigen::MatrixXd::Identity(60, 60))
                  .norm(),
              1e-9);
    EXPECT_LE(lowest.largest_residual, options.tolerance * dense.eigenvalues[59]);
  }
}

TEST(LowestModes, FindImaginaryOnes) {
  // B2 is unstable in this potential.
  const auto potential = open_potential("CuZr_mm.eam.fs");
  Configuration c;
  c.cell = Cell(7 * 3.2369 * Eigen::Matrix3d::Identity());
  c.positions.resize(3, 686);
  for (int i = 0, at = 0; i < 343; ++i)
    for (const double b : {0.0, 0.5}) {
      c.positions.col(at++) = 3.2369 * Eigen::Vector3d(i % 7 + b, i / 7 % 7 + b, i / 49 + b);
      c.species.push_back(b == 0.0 ? "Cu" : "Zr");
    }
  const Hessian hessian(*potential, c);
  LowestModesOptions options;
  options.count = 40;
  const LowestModes lowest = lowest_modes(hessian, Weighting::Mass, options);
  const Modes dense = all_modes(hessian, Weighting::Mass, ModeVectors::Leave, 2);
  EXPECT_LT(frequencies_thz(lowest.modes.eigenvalues)[0], 0.0);
  EXPECT_LT((lowest.modes.eigenvalues - dense.eigenvalues.head(40)).cwiseAbs().maxCoeff(),
            1e-9 * dense.eigenvalues.cwiseAbs().maxCoeff());
}

TEST(DensityOfStates, CountsTheModesWithinItsError) {
  const Hessian hessian(*open_potential("Cu_mishin1.eam.alloy"), fcc("Cu", 3.615, 5, 0.08));
  const Eigen::VectorXd f =
      frequencies_thz(all_modes(hessian, Weighting::Mass, ModeVectors::Leave, 2).eigenvalues);
  const auto bounds = spectrum_bounds(hessian, Weighting::Mass, 1, 1);
  EXPECT_GT(bounds.highest, std::pow(f[f.size() - 1] / units::thz, 2));
  const auto dos =
      density_of_states(hessian, Weighting::Mass, bounds, {.moments = 200, .vectors = 16});
  const double top = dos.highest_thz();
  const Eigen::VectorXd grid =
      Eigen::VectorXd::LinSpaced(400, 0.5 * top / 400, top - 0.5 * top / 400);
  const Eigen::VectorXd g = dos.density(grid, Eigen::VectorXd::Ones(16)),
                        error = dos.density_error(grid);
  EXPECT_NEAR(g.sum() * top / 400, 1.0, 2e-3);
  const double sigma = dos.resolution_thz();
  int far = 0;
  for (Eigen::Index k = 20; k < 380; ++k) {
    // The kernel is a Gaussian of this width in θ, ω = ω_max sin(θ/2).
    const double width = sigma * std::sqrt(1.0 - std::pow(grid[k] / top, 2));
    double exact = 0.0;
    for (const double w : f) exact += std::exp(-0.5 * std::pow((grid[k] - w) / width, 2));
    exact /= std::sqrt(2.0 * std::numbers::pi) * width * static_cast<double>(f.size());
    far += std::abs(g[k] - exact) > 4.0 * error[k] + 0.02 * g.maxCoeff() ? 1 : 0;
  }
  EXPECT_LT(far, 8);
}

}  // namespace
}  // namespace landscape::md
