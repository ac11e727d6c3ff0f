// Exact products of the Hessian in single precision: those of md::Hessian.
#include <gtest/gtest.h>

#include "md/core/rng.hpp"
#include "md/minimize/minimizer.hpp"
#include "md/minimize/newton_step.hpp"
#include "md/potential/region_surface.hpp"
#include "md/vibration/hessian.hpp"
#include "md/vibration/lowest_mode.hpp"
#include "tests/md/disordered_alloy.hpp"

namespace landscape::md {
namespace {

struct Case {
  const char* name;
  const char* potential;
  test::DisorderedAlloy alloy;
  bool frozen;  ///< every seventh atom
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class EamKernelProducts : public testing::TestWithParam<Case> {};

TEST_P(EamKernelProducts, AreThoseOfTheHessian) {
  const Configuration atoms = test::disordered(GetParam().alloy, GetParam().frozen);
  const auto potential = open_potential(GetParam().potential);
  AtomicSurface surface(potential, atoms);
  const Eigen::VectorXd x = surface.gather(atoms.positions);
  const Hessian hessian(*potential, atoms);
  ASSERT_TRUE(surface.expand(x));
  CounterRng rng(8, Stream::Displacement, 0);
  VectorBlock v(x.size(), 3), expected;
  for (Eigen::Index k = 0; k < v.size(); ++k) v.data()[k] = rng.normal();
  hessian.multiply(v, expected, Weighting::None);
  Eigen::VectorXd product(x.size()), gradient(x.size());
  surface.evaluate(1.01 * x, gradient);  // does not matter
  for (Eigen::Index column = 0; column < v.cols(); ++column) {
    surface.hessian_times(v.col(column), product);
    EXPECT_LT((product - expected.col(column)).norm(), 2e-6 * expected.col(column).norm());
  }
}

TEST_P(EamKernelProducts, OfARegionAreThoseOfTheWholeWithTheRestStill) {
  const Configuration atoms = test::disordered(GetParam().alloy, GetParam().frozen);
  AtomicSurface whole(open_potential(GetParam().potential), atoms);
  const Eigen::VectorXd x = whole.gather(atoms.positions);
  std::vector<Eigen::Index> moving;
  for (Eigen::Index k = 0; k < x.size() / 3; k += 3) moving.push_back(k);
  RegionSurface region(whole, x, moving);
  CounterRng rng(9, Stream::Displacement, 0);
  Eigen::VectorXd local = region.part(x), product(region.dof()), all(x.size());
  for (double& coordinate : local) coordinate += 0.05 * (rng.uniform() - 0.5);
  const Eigen::VectorXd v = rng.normals(region.dof());
  ASSERT_TRUE(region.expand(local));
  region.hessian_times(v, product);
  ASSERT_TRUE(whole.expand(region.placed(local, x)));
  whole.hessian_times(region.placed(v, Eigen::VectorXd::Zero(x.size())), all);
  EXPECT_LT((product - region.part(all)).norm(), 2e-6 * all.norm());
}

INSTANTIATE_TEST_SUITE_P(
    Cells, EamKernelProducts,
    testing::Values(Case{"thin", "CuZr_mm.eam.fs", {{"Cu", "Zr"}, 2.6, 3, {true, true, true}}, false},
                    Case{"frozen", "CuZr_mm.eam.fs", {{"Cu", "Zr"}, 2.6, 6, {true, true, true}}, true},
                    Case{"slab", "CuZr_mm.eam.fs", {{"Cu", "Zr"}, 2.6, 5, {true, true, false}}, false},
                    Case{"alloy", "zhou2004", {{"Zr", "Cu", "Al"}, 2.7, 7, {true, true, true}}, false},
                    Case{"cluster", "zhou2004", {{"Zr", "Cu", "Al"}, 2.7, 4, {false, false, false}}, true}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Expansion, FollowsTheCellAndCountsWhatItTakes) {
  const Configuration atoms = test::disordered({{"Cu", "Zr"}, 2.6, 4, {true, true, true}}, false);
  AtomicSurface surface(open_potential("CuZr_mm.eam.fs"), atoms);
  Eigen::VectorXd x = surface.gather(atoms.positions), before(x.size()), after(x.size());
  const Eigen::VectorXd v = CounterRng(1, Stream::Displacement, 0).normals(x.size());
  surface.expand(x);
  EXPECT_EQ(surface.calls(), 1);
  EXPECT_DOUBLE_EQ(surface.work(), 1.0 + expansion_work);
  surface.expand(x);  // that of before
  EXPECT_DOUBLE_EQ(surface.work(), 1.0 + expansion_work);
  surface.hessian_times(v, before);
  EXPECT_DOUBLE_EQ(surface.work(), 1.0 + expansion_work + product_work(x.size()));
  surface.set_cell(atoms.cell.deformed(Eigen::Vector3d(1.02, 1.0, 1.0).asDiagonal()));
  surface.expand(x);
  EXPECT_EQ(surface.calls(), 2);
  surface.hessian_times(v, after);
  EXPECT_GT((after - before).norm(), 1e-3 * before.norm());
}

TEST(Expansion, PairPotentialsHaveNoneAndTakeNothing) {
  const Configuration atoms = test::disordered({{"A"}, 1.2, 3, {false, false, false}}, false);
  AtomicSurface surface(open_potential("lj:epsilon=1,sigma=1"), atoms);
  EXPECT_FALSE(surface.expand(surface.gather(atoms.positions)));
  EXPECT_EQ(surface.work(), 0.0);
}

/// A glass of 216 atoms at its inherent structure.
class Newton : public testing::Test {
 protected:
  void SetUp() override {
    x_ = surface_.gather(atoms_.positions);
    ASSERT_TRUE(minimize(surface_, x_, {.max_force = 1e-7, .max_step = 0.05}).converged());
  }
  const Configuration atoms_ = test::disordered({{"Cu", "Zr"}, 2.6, 6, {true, true, true}}, false);
  AtomicSurface surface_{open_potential("CuZr_mm.eam.fs"), atoms_};
  Eigen::VectorXd x_;
};

TEST_F(Newton, ComesToTheSameMinimumForLessThanLbfgs) {
  CounterRng rng(3, Stream::Displacement, 0);
  for (const double far : {0.002, 0.02}) {
    const Eigen::VectorXd start = x_ + far * rng.normals(x_.size());
    Eigen::VectorXd plain = start, newton = start;
    const double begin = surface_.work();
    const auto a = minimize(surface_, plain, {.max_force = 1e-5, .max_step = 0.05});
    const double middle = surface_.work();
    const auto b = minimize(surface_, newton, {.max_force = 1e-5, .max_step = 0.05, .newton_force = 10.0});
    ASSERT_TRUE(a.converged() && b.converged());
    EXPECT_LT(b.max_force, 1e-5);
    EXPECT_NEAR(a.energy, b.energy, 1e-8);
    EXPECT_LT(largest_displacement(surface_, x_, newton), 1e-3);
    EXPECT_LT(surface_.work() - middle, middle - begin);
  }
}

TEST_F(Newton, StepsKeepToTheirLimitAndGoDownhillOverAHill) {
  // Up a soft mode until it has a negative curvature.
  Eigen::VectorXd gradient(x_.size()), x = x_;
  CounterRng rng(4, Stream::Displacement, 0);
  surface_.evaluate(x, gradient);
  const Eigen::MatrixXd none(x.size(), 0);
  LowestMode mode = lowest_mode(surface_, x, gradient, rng.normals(x.size()), {.max_vectors = 100}, none);
  for (int k = 0; k < 100 && !(mode.curvature < -0.2); ++k) {
    x += 0.2 * mode.vector;
    const Eigen::VectorXd before = mode.vector;
    surface_.evaluate(x, gradient);
    mode = lowest_mode(surface_, x, gradient, before, {.max_vectors = 30}, none);
    if (mode.vector.dot(before) < 0.0) mode.vector = -mode.vector;
  }
  ASSERT_LT(mode.curvature, -0.2);
  const double energy = surface_.evaluate(x, gradient);
  ASSERT_TRUE(surface_.expand(x));
  const NewtonStep down = newton_step(surface_, gradient, 0.01);
  EXPECT_NEAR(max_norm(down.step, 3), 0.01, 1e-9);
  EXPECT_TRUE(down.limited);
  Eigen::VectorXd there(x.size());
  EXPECT_NEAR(surface_.evaluate(x + down.step, there) - energy, down.predicted, 0.2 * std::abs(down.predicted));
  EXPECT_LT(down.predicted, 0.0);
}

}  // namespace
}  // namespace landscape::md
