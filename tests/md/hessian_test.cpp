#include <gtest/gtest.h>

#include "md/core/rng.hpp"
#include "md/potential/atomic_surface.hpp"
#include "md/vibration/hessian.hpp"
#include "md/vibration/lowest_mode.hpp"

namespace landscape::md {
namespace {

/// A skewed periodic cell, thinner than twice the cutoff, with atoms about `spacing` apart.
Configuration skewed(const std::vector<std::string>& species, double spacing) {
  Configuration c;
  Eigen::Matrix3d h;
  h << 3.0, 0.7, -0.4, 0.0, 3.1, 0.5, 0.0, 0.0, 2.9;
  c.cell = Cell(spacing * h);
  c.positions.resize(3, 27);
  CounterRng rng(7, Stream::Displacement, 0);
  for (int i = 0; i < 27; ++i) {
    const Eigen::Vector3d s((i % 3 + 0.5) / 3.0, (i / 3 % 3 + 0.5) / 3.0, (i / 9 + 0.5) / 3.0);
    c.positions.col(i) = c.cell.matrix() * s;
    for (int k = 0; k < 3; ++k) c.positions(k, i) += 0.08 * spacing * rng.normal();
    c.species.push_back(species[static_cast<std::size_t>(i) % species.size()]);
  }
  return c;
}

/// Central differences of the forces, symmetrized.
Eigen::MatrixXd differences(const std::string& potential,
                            const Configuration& atoms,
                            double delta) {
  AtomicSurface surface(open_potential(potential), atoms);
  const Eigen::VectorXd x = surface.gather(atoms.positions);
  Eigen::VectorXd plus(x.size()), minus(x.size());
  Eigen::MatrixXd h(x.size(), x.size());
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    Eigen::VectorXd moved = x;
    moved[k] += delta;
    surface.evaluate(moved, plus);
    moved[k] -= 2.0 * delta;
    surface.evaluate(moved, minus);
    h.col(k) = (plus - minus) / (2.0 * delta);
  }
  return 0.5 * (h + h.transpose());
}

struct Case {
  const char* potential;
  std::vector<std::string> species;
  double spacing;
  double tolerance;  ///< relative to the largest element: tables have kinks in their second
                     ///< derivatives at every knot
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.potential;
}

TEST(Hessian, SpreadsNumbersOfFreeAtomsOverAllAtoms) {
  Configuration atoms = skewed({"A"}, 2.6);
  atoms.movable.assign(27, 1);
  atoms.movable[0] = atoms.movable[5] = 0;
  const Hessian hessian(*open_potential("lj:epsilon=1,sigma=2.3,cutoff=5"), atoms);
  const Eigen::VectorXd all = on_all_atoms(hessian, Eigen::VectorXd::LinSpaced(25, 1.0, 25.0));
  ASSERT_EQ(all.size(), 27);
  EXPECT_EQ(all[0], 0.0);
  EXPECT_EQ(all[1], 1.0);
  EXPECT_EQ(all[5], 0.0);
  EXPECT_EQ(all[6], 5.0);
  EXPECT_EQ(all[26], 25.0);
}

class EveryHessian : public testing::TestWithParam<Case> {};

TEST_P(EveryHessian, IsTheFiniteDifferenceOfTheForces) {
  const Case& c = GetParam();
  const Configuration atoms = skewed(c.species, c.spacing);
  const Hessian hessian(*open_potential(c.potential), atoms);
  const Eigen::MatrixXd exact = hessian.dense(Weighting::None);
  const Eigen::MatrixXd expected = differences(c.potential, atoms, 1e-5 * c.spacing);
  EXPECT_LT((exact - expected).cwiseAbs().maxCoeff(), c.tolerance * exact.cwiseAbs().maxCoeff());
  EXPECT_LT((exact - exact.transpose()).norm(), 1e-12 * exact.norm());
  EXPECT_LT((exact * hessian.uniform_motions(Weighting::None)).norm(), 1e-11 * exact.norm());
}

TEST_P(EveryHessian, ProductsAndSparseMatrixEqualTheDenseMatrix) {
  const Case& c = GetParam();
  const Hessian hessian(*open_potential(c.potential), skewed(c.species, c.spacing));
  CounterRng rng(1, Stream::Lanczos, 0);
  VectorBlock v(hessian.dof(), 11), out, again;
  for (Eigen::Index k = 0; k < v.cols(); ++k) v.col(k) = rng.normals(v.rows());
  for (const Weighting weighting : {Weighting::None, Weighting::Mass}) {
    const Eigen::MatrixXd dense = hessian.dense(weighting);
    hessian.multiply(v, out, weighting, 1);
    EXPECT_LT((out - dense * v).norm(), 1e-13 * dense.norm() * v.norm());
    EXPECT_LT((hessian.sparse(weighting) * v - out).norm(), 1e-13 * dense.norm() * v.norm());
    hessian.multiply(v, again, weighting, 3);
    EXPECT_EQ(out, again);
  }
}

TEST_P(EveryHessian, LeavesFrozenAtomsOut) {
  const Case& c = GetParam();
  Configuration atoms = skewed(c.species, c.spacing);
  const Eigen::MatrixXd all = Hessian(*open_potential(c.potential), atoms).dense(Weighting::None);
  atoms.movable.assign(27, 0);
  const std::vector<Eigen::Index> free = {2, 3, 11, 26};
  for (const auto i : free) atoms.movable[static_cast<std::size_t>(i)] = 1;
  const Hessian part(*open_potential(c.potential), atoms);
  const Eigen::MatrixXd dense = part.dense(Weighting::None);
  VectorBlock v = VectorBlock::Identity(12, 12), out;
  part.multiply(v, out, Weighting::None);
  for (Eigen::Index a = 0; a < 4; ++a)
    for (Eigen::Index b = 0; b < 4; ++b) {
      const auto i = free[static_cast<std::size_t>(a)], j = free[static_cast<std::size_t>(b)];
      EXPECT_LT((dense.block<3, 3>(3 * a, 3 * b) - all.block<3, 3>(3 * i, 3 * j)).norm(),
                1e-12 * all.norm());
    }
  EXPECT_LT((out - dense).norm(), 1e-13 * dense.norm());
  EXPECT_EQ(part.uniform_motions(Weighting::None).cols(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Potentials,
    EveryHessian,
    testing::Values(Case{"lj:epsilon=1,sigma=1,cutoff=2.5", {"Ar"}, 1.1, 1e-7},
                    Case{"lj:epsilon=1,sigma=1,cutoff=2.5,shift=force", {"Ar"}, 1.1, 1e-7},
                    Case{"kob-andersen", {"A", "A", "B"}, 1.1, 1e-7},
                    Case{"morse:D=0.35,alpha=1.36,r0=2.87,cutoff=6.0", {"Cu"}, 2.6, 1e-7},
                    Case{"zhou2004", {"Cu", "Zr", "Al"}, 2.7, 1e-4},
                    Case{"CuZr_mm.eam.fs", {"Cu", "Zr"}, 2.7, 1e-4},
                    Case{"Cu_mishin1.eam.alloy", {"Cu"}, 2.6, 1e-4},
                    Case{"Cu_u3.eam", {"Cu"}, 2.6, 1e-3}));

TEST(HessianOfCluster, RotationsCostNothingWhereForcesVanish) {
  // A dimer at its minimum and a triangle: rotations are free only without forces.
  Configuration c;
  c.species = {"Ar", "Ar", "Ar"};
  const double r = std::pow(2.0, 1.0 / 6.0);
  c.positions.resize(3, 3);
  c.positions << 0.0, r, 0.5 * r, 0.0, 0.0, std::sqrt(0.75) * r, 0.0, 0.0, 0.0;
  const Hessian hessian(*open_potential("lj:epsilon=1,sigma=1,cutoff=2.5"), c);
  const Eigen::MatrixXd motions = hessian.uniform_motions(Weighting::Mass);
  EXPECT_EQ(motions.cols(), 6);
  EXPECT_LT((hessian.dense(Weighting::Mass) * motions).norm(), 1e-10);
}

}  // namespace
}  // namespace landscape::md
