/// The proof of a saddle by the inertia of its Hessian, against all eigenvalues and against Lanczos.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "art/inertia.hpp"
#include "art/search.hpp"
#include "md/core/lapack.hpp"
#include "md/minimize/minimizer.hpp"
#include "md/potential/atomic_surface.hpp"
#include "md/vibration/hessian.hpp"

namespace landscape::art {
namespace {

constexpr const char* cluster_potential = "lj:epsilon=1,sigma=2.5,cutoff=50,shift=none";

md::Configuration cluster(const Eigen::Ref<const Eigen::Matrix3Xd>& positions) {
  md::Configuration c;
  c.cell = md::Cell(Eigen::Matrix3d::Identity() * 100.0, {false, false, false});
  c.species.assign(static_cast<std::size_t>(positions.cols()), "Ar");
  c.positions = positions;
  return c;
}

/// A hexagon and its centre, relaxed in its plane: stationary, and unstable against leaving it in several ways.
md::Configuration flat_hexagon() {
  Eigen::Matrix3Xd r = Eigen::Matrix3Xd::Zero(3, 7);
  for (int k = 0; k < 6; ++k) r.col(k) = 2.8 * Eigen::Vector3d(std::cos(k * M_PI / 3.0), std::sin(k * M_PI / 3.0), 0.0);
  return cluster(r);
}

/// Eigenvalues of the Hessian, uniform motions left out by their zeros.
Eigen::VectorXd eigenvalues(const md::AtomicSurface& surface, const Eigen::VectorXd& x) {
  Eigen::MatrixXd matrix = md::Hessian(surface.potential(), surface.configuration(x)).dense(md::Weighting::None);
  return md::symmetric_eigenvalues(matrix);
}

TEST(Inertia, CountsEveryNegativeEigenvalueOfAFlatCluster) {
  const auto potential = md::open_potential(cluster_potential);
  md::AtomicSurface surface(potential, flat_hexagon());
  Eigen::VectorXd x = surface.gather(flat_hexagon().positions);
  ASSERT_TRUE(md::minimize(surface, x, {.max_force = 1e-8}).converged());  // no force leads out of the plane
  const Eigen::VectorXd all = eigenvalues(surface, x);
  const auto below = (all.array() < -1e-3).count();
  ASSERT_GE(below, 2);
  EXPECT_EQ(count_below(surface, x, 1e-3).below, below);
  Eigen::VectorXd gradient(x.size());
  surface.evaluate(x, gradient);
  const IndexProof proof = prove_index(surface, x, gradient, Eigen::VectorXd::Ones(x.size()) + Eigen::VectorXd::Unit(x.size(), 2));
  EXPECT_EQ(proof.kind, ProofMethod::Inertia);
  EXPECT_EQ(proof.negative_eigenvalues, below);  // Lanczos only says two or more
}

TEST(Inertia, OfASaddleGivesItsSecondEigenvalueAndAgreesWithLanczos) {
  const auto potential = md::open_potential(cluster_potential);
  Eigen::Matrix3Xd r(3, 7);
  for (int k = 0; k < 5; ++k) r.col(k) = 2.4 * Eigen::Vector3d(std::cos(0.4 * k * M_PI), std::sin(0.4 * k * M_PI), 0.0);
  r.col(5) = Eigen::Vector3d(0.0, 0.0, 1.4);
  r.col(6) = -r.col(5);
  md::AtomicSurface surface(potential, cluster(r));
  Eigen::VectorXd x = surface.gather(r);
  ASSERT_TRUE(md::minimize(surface, x, {.max_force = 1e-6}).converged());
  EXPECT_EQ(count_below(surface, x, 1e-3).below, 0);  // rotations are no modes
  SearchOptions options;
  options.approach.max_force = options.minimum.max_force = 1e-7;
  int found = 0;
  for (std::uint64_t k = 0; k < 8; ++k) {
    md::CounterRng rng(1, md::Stream::Activation, k);
    const SearchResult s = search(surface, x, random_push(surface, {0, 1, 2, 3, 4, 5, 6}, rng), options);
    if (s.outcome != Outcome::Connected) continue;
    ++found;
    EXPECT_EQ(s.proof.kind, ProofMethod::Inertia);
    const Eigen::VectorXd all = eigenvalues(surface, s.saddle);
    EXPECT_EQ((all.array() < -1e-3).count(), 1);
    // Six zeros between the negative one and the second.
    EXPECT_NEAR(s.proof.second, all[7], 1e-5 * all[7]);
    EXPECT_NEAR(s.proof.first, all[0], 0.01);
    Eigen::VectorXd gradient(x.size());
    surface.evaluate(s.saddle, gradient);
    const IndexProof lanczos = prove_index(surface, s.saddle, gradient, s.mode, {.inertia_atoms = 0});
    EXPECT_EQ(lanczos.kind, ProofMethod::Lanczos);
    EXPECT_EQ(lanczos.negative_eigenvalues, 1);
    EXPECT_NEAR(lanczos.second, s.proof.second, 0.2 * s.proof.second);
  }
  EXPECT_GE(found, 4);
}

TEST(Inertia, FrozenAtomsHaveNoUniformMotions) {
  const auto potential = md::open_potential(cluster_potential);
  md::Configuration pair = cluster((Eigen::Matrix3Xd(3, 2) << 0.0, 2.5, 0.0, 0.0, 0.0, 0.0).finished());
  pair.movable = {0, 1};
  md::AtomicSurface surface(potential, pair);
  Eigen::VectorXd x = surface.gather(pair.positions);
  // Closer than the minimum of the pair the force pushes outward: across, a hill in two directions.
  EXPECT_EQ(count_below(surface, x, 1e-3).below, 2);
  x[0] = 4.0;  // far out: the pair is soft along, and held across
  EXPECT_EQ(count_below(surface, x, 1e-3).below, 1);
}

TEST(Inertia, FactorSolves) {
  Eigen::MatrixXd a(3, 3);
  a << 0.0, 1.0, 2.0, 1.0, 0.0, 3.0, 2.0, 3.0, -4.0;
  const md::SymmetricFactor factor(a);
  EXPECT_EQ(factor.negative(), 2);
  const Eigen::Vector3d b(1.0, -2.0, 0.5);
  EXPECT_LT((a * factor.solve(b) - b).norm(), 1e-12);
}

}  // namespace
}  // namespace landscape::art
