#include <gtest/gtest.h>

#include <cmath>

#include "md/core/rng.hpp"
#include "md/core/units.hpp"
#include "md/deform/quasistatic.hpp"
#include "md/minimize/cell_surface.hpp"
#include "md/vibration/elastic.hpp"
#include "md/vibration/shear_response.hpp"

namespace landscape::md {
namespace {

Configuration fcc(const std::vector<std::string>& species,
                  double a,
                  int n,
                  double noise,
                  const Eigen::Matrix3d& shape) {
  Configuration c;
  c.cell = Cell(n * a * shape);
  c.positions.resize(3, 4 * n * n * n);
  CounterRng rng(3, Stream::Displacement, 0);
  Eigen::Index at = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k)
        for (const Eigen::Vector3d& b : {Eigen::Vector3d(0, 0, 0), Eigen::Vector3d(0, .5, .5),
                                         Eigen::Vector3d(.5, 0, .5), Eigen::Vector3d(.5, .5, 0)}) {
          c.positions.col(at) = a * shape * (Eigen::Vector3d(i, j, k) + b);
          for (int d = 0; d < 3; ++d) c.positions(d, at) += noise * rng.normal();
          c.species.push_back(species[static_cast<std::size_t>(rng.below(species.size()))]);
          ++at;
        }
  return c;
}

const Eigen::Matrix3d cubic = Eigen::Matrix3d::Identity();

TEST(Elasticity, OfCopperIsThePublishedOne) {
  // Y. Mishin et al., Phys. Rev. B 63, 224106 (2001): C11 169.9, C12 122.6, C44 76.2 GPa.
  const auto potential = open_potential("Cu_mishin1.eam.alloy");
  CellMinimizeOptions relax;
  relax.cell = CellMode::Isotropic;
  relax.max_stress_gpa = 1e-5;
  const auto copper =
      minimize_with_cell(potential, fcc({"Cu"}, 3.615, 3, 0.0, cubic), relax).configuration;
  const auto born = born_elasticity(Hessian(*potential, copper), copper);
  ASSERT_EQ(born.status, ElasticStatus::Converged);
  const Matrix6d c = born.stiffness * units::gpa_per_ev_a3;
  EXPECT_NEAR(c(0, 0), 169.9, 0.15);
  EXPECT_NEAR(c(0, 1), 122.6, 0.15);
  EXPECT_NEAR(c(3, 3), 76.2, 0.1);
  EXPECT_LT((born.stiffness - born.affine).norm(), 1e-9) << "every site is a center of inversion";
  const auto strained = finite_strain_elasticity(potential, copper);
  ASSERT_EQ(strained.status, ElasticStatus::Converged);
  EXPECT_LT((strained.stiffness - born.stiffness).cwiseAbs().maxCoeff() * units::gpa_per_ev_a3,
            0.05);
}

/// A relaxed disordered alloy in a skewed cell at whatever stress it has.
Configuration disordered(const std::shared_ptr<const Potential>& potential,
                         const std::vector<std::string>& species,
                         double a) {
  Eigen::Matrix3d shape;
  shape << 1.0, 0.1, -0.05, 0.0, 1.03, 0.08, 0.0, 0.0, 0.97;
  CellMinimizeOptions relax;
  relax.minimize.max_force = 1e-8;
  return minimize_with_cell(potential, fcc(species, a, 2, 0.25 * a / 3.6, shape), relax)
      .configuration;
}

struct Case {
  const char* potential;
  std::vector<std::string> species;
  double a;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.potential << " a " << c.a;
}

class BornAndFiniteStrain : public testing::TestWithParam<Case> {};

TEST_P(BornAndFiniteStrain, AgreeAlsoUnderStress) {
  const Case& c = GetParam();
  const auto potential = open_potential(c.potential);
  const Configuration atoms = disordered(potential, c.species, c.a);
  const auto born = born_elasticity(Hessian(*potential, atoms), atoms);
  const auto strained =
      finite_strain_elasticity(potential, atoms, {.strain = 2e-5, .max_force = 1e-8});
  ASSERT_EQ(born.status, ElasticStatus::Converged);
  ASSERT_EQ(strained.status, ElasticStatus::Converged);
  const double scale = born.stiffness.cwiseAbs().maxCoeff();
  EXPECT_LT((born.stiffness - strained.stiffness).cwiseAbs().maxCoeff(), 2e-3 * scale);
  EXPECT_NEAR(born.asymmetry, strained.asymmetry, 2e-3 * scale);
  EXPECT_GT(born.asymmetry, 5e-3 * scale)
      << "the stress is not hydrostatic, else the test says little";
}

INSTANTIATE_TEST_SUITE_P(
    Potentials,
    BornAndFiniteStrain,
    testing::Values(Case{"CuZr_mm.eam.fs", {"Cu", "Zr"}, 4.1},
                    Case{"CuZr_mm.eam.fs", {"Cu", "Zr"}, 3.9},
                    Case{"kob-andersen", {"A", "A", "A", "B"}, 1.45},
                    Case{"lj:epsilon=1,sigma=1,cutoff=2.5,shift=force", {"Ar"}, 1.5}));

TEST(ShearResponse, IsTheSlopeOfTheStressInASimpleShear) {
  const auto potential = open_potential("CuZr_mm.eam.fs");
  const Configuration atoms = disordered(potential, {"Cu", "Zr"}, 4.0);
  AtomicSurface surface(potential, atoms);
  for (const int plane : {0, 1, 2}) {
    const ShearResponse response = shear_response(Hessian(*potential, atoms), atoms, plane);
    ASSERT_TRUE(response.converged);
    const auto stress_at = [&](double strain) {
      const Eigen::Matrix3d f = simple_shear(strain, plane);
      surface.set_cell(atoms.cell.deformed(f));
      surface.forget_history();
      Eigen::VectorXd x = deformed(f, surface.gather(atoms.positions)) + strain * response.velocity;
      EXPECT_TRUE(minimize(surface, x, {.max_force = 1e-9, .max_step = 0.05}).converged());
      Eigen::VectorXd gradient(x.size());
      surface.evaluate(x, gradient);
      return shear_stress(surface.stress(), plane);
    };
    constexpr double strain = 1e-6;  // knots of the tables show at larger ones
    const double measured = atoms.cell.volume() * (stress_at(strain) - stress_at(-strain)) / (2.0 * strain);
    EXPECT_NEAR(response.stiffness, measured, 2e-3 * std::abs(measured)) << "plane " << plane;
    EXPECT_GT(response.affine - response.stiffness, 0.1 * response.affine) << "else the test says little";
  }
}

TEST(IsotropicModuli, OfAnIsotropicTensorAreItsOwn) {
  const double b = 110.0, g = 20.0;
  Matrix6d c = Matrix6d::Zero();
  c.topLeftCorner<3, 3>().setConstant(b - 2.0 / 3.0 * g);
  c.topLeftCorner<3, 3>().diagonal().setConstant(b + 4.0 / 3.0 * g);
  c.bottomRightCorner<3, 3>().diagonal().setConstant(g);
  const auto m = isotropic_moduli(c);
  for (const double v : {m.bulk_voigt, m.bulk_reuss, m.bulk()}) EXPECT_NEAR(v, b, 1e-10);
  for (const double v : {m.shear_voigt, m.shear_reuss, m.shear()}) EXPECT_NEAR(v, g, 1e-10);
  EXPECT_NEAR(m.poisson(), (3 * b - 2 * g) / (2 * (3 * b + g)), 1e-12);
  c(5, 5) = -1.0;
  EXPECT_TRUE(std::isnan(isotropic_moduli(c).shear()));
  EXPECT_FALSE(std::isnan(isotropic_moduli(c).shear_voigt));
}

TEST(Elasticity, RefusesWhatHasNone) {
  const auto potential = open_potential("CuZr_mm.eam.fs");
  Configuration c = fcc({"Cu", "Zr"}, 4.1, 2, 0.5, cubic);
  EXPECT_EQ(born_elasticity(Hessian(*potential, c), c).status, ElasticStatus::NotAMinimum);
  c.movable.assign(32, 1);
  c.movable[3] = 0;
  EXPECT_THROW(static_cast<void>(born_elasticity(Hessian(*potential, c), c)), std::runtime_error);
}

}  // namespace
}  // namespace landscape::md
