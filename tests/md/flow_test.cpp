#include "md/minimize/flow_step.hpp"

#include <gtest/gtest.h>

#include "md/core/rng.hpp"
#include "md/minimize/minimizer.hpp"
#include "md/potential/atomic_surface.hpp"
#include "tests/md/disordered_alloy.hpp"
#include "tests/support/mueller_brown.hpp"

namespace landscape::md {
namespace {

/// E = 1/2 x·Kx with curvatures from -0.5 to 40, turned.
class Paraboloid final : public EnergySurface {
 public:
  Paraboloid() {
    const Eigen::VectorXd curvatures = (Eigen::VectorXd(6) << -0.5, 0.01, 0.3, 2.0, 15.0, 40.0).finished();
    CounterRng rng(2, Stream::Displacement, 0);
    Eigen::MatrixXd any(6, 6);
    for (Eigen::Index k = 0; k < 6; ++k) any.col(k) = rng.normals(6);
    turn_ = Eigen::HouseholderQR<Eigen::MatrixXd>(any).householderQ();
    curvatures_ = curvatures;
  }
  Eigen::Index dof() const override { return 6; }
  /// exp(-tK) x
  Eigen::VectorXd after(const Eigen::VectorXd& x, double time) const {
    return turn_ * (-time * curvatures_).array().exp().matrix().cwiseProduct(turn_.transpose() * x);
  }

 protected:
  double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x, Eigen::Ref<Eigen::VectorXd> gradient) override {
    gradient = turn_ * curvatures_.cwiseProduct(turn_.transpose() * x);
    return 0.5 * x.dot(gradient);
  }

 private:
  Eigen::MatrixXd turn_;
  Eigen::VectorXd curvatures_;
};

TEST(FlowStep, IsTheFlowOfAParaboloidAsFarAsItsLimit) {
  Paraboloid surface;
  CounterRng rng(7, Stream::Displacement, 0);
  const Eigen::VectorXd x = rng.normals(6);
  Eigen::VectorXd gradient(6), there(6);
  const double energy = surface.evaluate(x, gradient);
  double before = 0.0;
  for (const double limit : {0.01, 0.1, 1.0}) {
    const FlowStep flow = flow_step(surface, x, gradient, limit, {.residual = 1e-9});
    EXPECT_LT((x + flow.step - surface.after(x, flow.time)).norm(), 1e-9);
    EXPECT_LE(max_norm(flow.step, 1), limit);
    EXPECT_GT(max_norm(flow.step, 1), 0.95 * limit);
    EXPECT_NEAR(surface.evaluate(x + flow.step, there) - energy, flow.predicted, 1e-9);
    EXPECT_GT(flow.time, before);
    before = flow.time;
  }
}

/// Where ten thousands of small steps along the force end.
double steepest_descent(EnergySurface& surface, Eigen::VectorXd x, double time_step, double max_force) {
  Eigen::VectorXd gradient(x.size());
  double energy = surface.evaluate(x, gradient);
  for (int k = 0; k < 200000 && max_norm(gradient, surface.block()) > max_force; ++k) {
    x -= time_step * gradient;
    energy = surface.evaluate(x, gradient);
  }
  return energy;
}

TEST(Flow, EndsWhereTheSteepestDescentDoes) {
  landscape::test::MuellerBrown surface(0.1);
  int other = 0;
  for (double x = -1.4; x <= 0.8; x += 0.11)
    for (double y = -0.2; y <= 1.8; y += 0.1) {
      Eigen::VectorXd at = Eigen::Vector2d(x, y), quasi_newton = at;
      const double expected = steepest_descent(surface, at, 1e-3, 1e-4);
      const MinimizeResult result = minimize(surface, at, {.method = MinimizeMethod::Flow, .max_force = 1e-6, .max_step = 0.05});
      ASSERT_TRUE(result.converged()) << x << " " << y;
      EXPECT_NEAR(result.energy, expected, 1e-6) << x << " " << y;
      other += std::abs(minimize(surface, quasi_newton, {.max_force = 1e-6, .max_step = 0.05}).energy - expected) > 1e-3;
    }
  EXPECT_GT(other, 0);  // else nothing is asked here
}

TEST(Flow, OfAGlassIsThatOfSmallSteps) {
  const Configuration atoms = test::disordered({{"Cu", "Zr"}, 2.6, 4, {true, true, true}}, false);
  AtomicSurface surface(open_potential("CuZr_mm.eam.fs"), atoms);
  Eigen::VectorXd start = surface.gather(atoms.positions);
  const double expected = steepest_descent(surface, start, 4e-3, 2e-3);
  CounterRng rng(3, Stream::Displacement, 0);
  for (const double off : {0.0, 1e-6, 1e-5}) {
    Eigen::VectorXd x = start + off * rng.normals(start.size());
    const double before = surface.work();
    const MinimizeResult result = minimize(surface, x, {.method = MinimizeMethod::Flow, .max_force = 1e-5, .max_step = 0.05});
    EXPECT_TRUE(result.converged());
    EXPECT_NEAR(result.energy, expected, 1e-3) << off;
    EXPECT_LT(surface.work() - before, 2000.0);
  }
}

}  // namespace
}  // namespace landscape::md
