#include <gtest/gtest.h>

#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/potential/atomic_surface.hpp"
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

struct Case {
  const char* potential;
  std::vector<std::string> species;
  double spacing;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.potential; }

class EveryPotential : public testing::TestWithParam<Case> {};

TEST_P(EveryPotential, ForcesAreTheFiniteDifferencesOfTheEnergy) {
  const Case& c = GetParam();
  const Configuration atoms = skewed(c.species, c.spacing);
  AtomicSurface surface(open_potential(c.potential), atoms);
  const Eigen::VectorXd x = surface.gather(atoms.positions);
  Eigen::VectorXd gradient(x.size()), scratch(x.size());
  surface.evaluate(x, gradient);
  const double h = 1e-5 * c.spacing;
  for (const Eigen::Index k : {0, 4, 17, 40, 80}) {
    Eigen::VectorXd plus = x, minus = x;
    plus[k] += h;
    minus[k] -= h;
    const double slope = (surface.evaluate(plus, scratch) - surface.evaluate(minus, scratch)) / (2.0 * h);
    EXPECT_NEAR(gradient[k], slope, 2e-6 * std::max(1.0, gradient.cwiseAbs().maxCoeff()));
  }
  EXPECT_LT(surface.forces().rowwise().sum().norm(), 1e-10 * (1.0 + surface.forces().norm()));
}

TEST_P(EveryPotential, StressIsTheFiniteDifferenceOfTheEnergyInStrain) {
  const Case& c = GetParam();
  const Configuration atoms = skewed(c.species, c.spacing);
  AtomicSurface surface(open_potential(c.potential), atoms);
  Eigen::VectorXd x = surface.gather(atoms.positions), gradient(x.size());
  surface.evaluate(x, gradient);
  const Eigen::Matrix3d stress = surface.stress();
  EXPECT_LT((stress - stress.transpose()).norm(), 1e-10 * (1.0 + stress.norm()));
  const double volume = atoms.cell.volume(), h = 1e-6;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) {
      const auto energy = [&](double e) {
        Eigen::Matrix3d f = Eigen::Matrix3d::Identity();
        f(a, b) += e;
        surface.set_cell(atoms.cell.deformed(f));
        return surface.evaluate(surface.gather(f * atoms.positions), gradient);
      };
      const double slope = (energy(h) - energy(-h)) / (2.0 * h * volume);
      EXPECT_NEAR(stress(a, b), slope, 2e-6 * std::max(1.0, stress.norm())) << a << b;
    }
}

TEST_P(EveryPotential, ThreadsDoNotChangeABit) {
  const Case& c = GetParam();
  const Configuration atoms = skewed(c.species, c.spacing);
  AtomicSurface one(open_potential(c.potential), atoms, {.threads = 1}), four(open_potential(c.potential), atoms, {.threads = 4});
  const Eigen::VectorXd x = one.gather(atoms.positions);
  Eigen::VectorXd a(x.size()), b(x.size());
  EXPECT_EQ(one.evaluate(x, a), four.evaluate(x, b));
  EXPECT_EQ(a, b);
}

TEST_P(EveryPotential, EnergyAloneIsThatOfTheForceCall) {
  const Case& c = GetParam();
  const Configuration atoms = skewed(c.species, c.spacing);
  const auto potential = open_potential(c.potential);
  const auto types = potential->types_of(atoms.species);
  NeighborList list(potential->cutoff(), 0.5);
  list.update(atoms.cell, atoms.positions);
  ForceScratch scratch;
  Matrix3Xd forces(3, atoms.size());
  const double energy = potential->energy(atoms.positions, types, list, scratch, 1);
  EXPECT_EQ(energy, potential->compute(atoms.positions, types, list, forces, scratch, 1).energy);
  EXPECT_EQ(energy, potential->energy(atoms.positions, types, list, scratch, 1));
}

INSTANTIATE_TEST_SUITE_P(All, EveryPotential,
                         testing::Values(Case{"CuZr_mm.eam.fs", {"Cu", "Zr"}, 2.7}, Case{"Cu_mishin1.eam.alloy", {"Cu"}, 2.5},
                                         Case{"Cu_u3.eam", {"Cu"}, 2.5}, Case{"zhou2004", {"Cu", "Zr", "Al"}, 2.8},
                                         Case{"zhou2004:taper=none", {"Zr"}, 3.1}, Case{"lj:epsilon=1,sigma=1,cutoff=2.5", {"X"}, 1.1},
                                         Case{"lj:epsilon=0.2,sigma=2.3,cutoff=6,shift=force", {"Ar"}, 2.6},
                                         Case{"kob-andersen", {"A", "A", "A", "A", "B"}, 1.0},
                                         Case{"kob-andersen:epsilon=0.1,sigma=2.5,shift=force", {"A", "A", "A", "A", "B"}, 2.5},
                                         Case{"morse:D=0.3,alpha=1.4,r0=2.8,cutoff=7", {"Cu"}, 2.7}));

TEST(KobAndersen, ScalesWithItsUnits) {
  const Configuration atoms = skewed({"A", "A", "A", "A", "B"}, 1.0);
  Configuration larger = atoms;
  larger.cell = Cell(2.5 * atoms.cell.matrix());
  larger.positions *= 2.5;
  const auto potential = open_potential("kob-andersen:epsilon=0.1,sigma=2.5,mass=40");
  AtomicSurface small(open_potential("kob-andersen"), atoms), large(potential, larger);
  Eigen::VectorXd g(small.dof()), h(large.dof());
  EXPECT_NEAR(large.evaluate(large.gather(larger.positions), h), 0.1 * small.evaluate(small.gather(atoms.positions), g), 1e-9);
  EXPECT_LT((h - 0.1 / 2.5 * g).cwiseAbs().maxCoeff(), 1e-9 * g.cwiseAbs().maxCoeff());
  EXPECT_EQ(potential->mass(0), 40.0);
  EXPECT_THROW(open_potential("kob-andersen:sigma=0"), InputError);
}

TEST(LowestMode, EigenpairLeavesNoResidual) {
  const Configuration atoms = skewed({"X"}, 1.12);
  AtomicSurface surface(open_potential("lj:epsilon=1,sigma=1,cutoff=2.5"), atoms);
  const Eigen::VectorXd x = surface.gather(atoms.positions);
  Eigen::VectorXd gradient(x.size());
  surface.evaluate(x, gradient);
  CounterRng rng(3, Stream::Lanczos, 0);
  const Eigen::MatrixXd none(x.size(), 0);
  const LowestMode mode = lowest_mode(surface, x, gradient, rng.normals(x.size()),
                                      {.max_vectors = 78, .delta = 1e-5, .residual = 1e-3, .difference = Difference::Central}, none);
  ASSERT_TRUE(mode.converged);
  Eigen::VectorXd hv = hessian_times(surface, x, gradient, mode.vector, 1e-5, Difference::Central);
  EXPECT_LT((hv - mode.curvature * mode.vector).norm(), 5e-3 * std::max(1.0, std::abs(mode.curvature)));
  EXPECT_LT(std::abs(mode.vector.sum()), 1e-9);
}

}  // namespace
}  // namespace landscape::md
