#include "catastrophe/predict.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "art/search.hpp"
#include "md/dynamics/random_lattice.hpp"

namespace landscape::catastrophe {
namespace {

/// U = x⁴/4 - x²/2 + γ x: minimum and saddle merge at 2/(3 √3).
BarrierPoint quartic_well(double strain) {
  const auto x = [&](int branch) {
    return 2.0 / std::sqrt(3.0) * std::cos(std::acos(-1.5 * std::sqrt(3.0) * strain) / 3.0 - 2.0 * M_PI * branch / 3.0);
  };
  const auto energy = [&](double at) { return at * at * at * at / 4.0 - at * at / 2.0 + strain * at; };
  const double minimum = x(0), saddle = x(1);
  return {strain, energy(saddle) - energy(minimum), saddle - minimum,
          1.0 / (3.0 * minimum * minimum - 1.0) - 1.0 / (3.0 * saddle * saddle - 1.0)};
}
const double quartic_fold = 2.0 / (3.0 * std::sqrt(3.0));

/// E = 2 (0.04 - γ)^{3/2}.
BarrierPoint pure_fold(double strain) {
  const double left = 0.04 - strain;
  return {strain, 2.0 * std::pow(left, 1.5), -3.0 * std::sqrt(left), 1.5 / std::sqrt(left)};
}

TEST(Predict, APureFoldIsForetoldByAll) {
  for (const double strain : {-0.3, 0.0, 0.039}) {
    const BarrierPoint p = pure_fold(strain);
    EXPECT_NEAR(predict_first_order(p, 0.0, 0.0).strain, 0.04, 1e-12);
    EXPECT_NEAR(predict_power(p).strain, 0.04, 1e-12);
    EXPECT_NEAR(predict_power(p).exponent, 1.5, 1e-9);
    EXPECT_NEAR(predict_second_order(p).strain, 0.04, 1e-9);
    EXPECT_NEAR(predict_two_strains(p, pure_fold(strain + 0.2 * (0.04 - strain))).strain, 0.04, 1e-9);
  }
}

TEST(Predict, HigherOrdersComeNearerInAQuarticWell) {
  ASSERT_NEAR(quartic_well(0.0).barrier, 0.25, 1e-12);
  const BarrierPoint here = quartic_well(0.0);
  EXPECT_NEAR(predict_first_order(here, 0.0, 0.0).strain, 0.375, 1e-12);
  EXPECT_NEAR(predict_power(here).strain, 0.4, 1e-12);
  EXPECT_NEAR(predict_second_order(here).strain, quartic_fold, 3e-3);
  const Prediction two = predict_two_strains(here, quartic_well(0.15));
  EXPECT_NEAR(two.strain, quartic_fold, 1e-3);
  EXPECT_LT(std::abs(two.strain - quartic_fold), 3.0 * two.error);
}

TEST(Predict, TheSignOfTheSlopeIsTheSenseOfTheShear) {
  BarrierPoint p = pure_fold(0.0);
  p.slope = -p.slope;
  EXPECT_NEAR(predict_first_order(p, 0.0, 0.0).strain, -0.04, 1e-12);
  EXPECT_NEAR(predict_second_order(p).strain, -0.04, 1e-9);
}

TEST(Predict, SaysNothingWhereThereIsNothingToSay) {
  EXPECT_TRUE(std::isnan(predict_first_order({0.0, 0.1, 1e-6, 0.0}, 1e-6, 1e-5).strain)) << "slope below its error";
  EXPECT_TRUE(std::isnan(predict_power({0.0, 0.1, -3.0, -20.0}).strain)) << "no power bends downwards";
  EXPECT_TRUE(std::isnan(predict_second_order({0.0, 0.1, -0.1, 500.0}).strain)) << "turns before it vanishes";
}

TEST(Predict, ErrorsOfTheFirstOrderAreThoseOfBarrierAndSlope) {
  const BarrierPoint p{0.0, 0.2, -4.0, 0.0};
  EXPECT_NEAR(predict_first_order(p, 0.02, 0.0).error, 0.0075, 1e-12);
  EXPECT_NEAR(predict_first_order(p, 0.0, 0.4).error, 0.0075, 1e-12);
}

/// A real saddle: curvature of the barrier against differences of its slope, and the second point of two.
TEST(Predict, AnswersOfAnAlloyAreThoseOfItsBranches) {
  const auto potential = md::open_potential("zhou2004");
  md::CounterRng types(3, md::Stream::Types, 0);
  md::Configuration c = md::random_lattice(md::parse_composition("Cu64Zr36"), 108, *potential, types);
  md::AtomicSurface surface(potential, c);
  Eigen::VectorXd x = surface.gather(c.positions), gradient(x.size());
  ASSERT_TRUE(md::minimize(surface, x, {.max_force = 1e-8, .max_step = 0.05}).converged());
  const md::Cell reference = surface.cell();
  const double volume = reference.volume(), below = surface.evaluate(x, gradient);
  art::SearchResult found;
  for (Eigen::Index centre = 0; centre < 108 && found.outcome != art::Outcome::Connected; centre += 4) {
    std::vector<Eigen::Index> active;
    for (Eigen::Index k = 0; k < 108; ++k)
      if (reference.minimum_image(x.segment<3>(3 * k) - x.segment<3>(3 * centre)).norm() < 3.8) active.push_back(k);
    md::CounterRng rng(1, md::Stream::Activation, static_cast<std::uint64_t>(centre));
    found = art::search(surface, x, art::random_push(surface, active, rng), {});
  }
  ASSERT_EQ(found.outcome, art::Outcome::Connected);
  const art::ApproachOptions tight{.max_force = 1e-8, .max_iterations = 2000};
  const art::ApproachResult saddle = art::approach_saddle(surface, found.saddle, found.mode, below, tight);
  ASSERT_EQ(saddle.status, art::ApproachStatus::Converged);
  for (const int plane : {0, 1, 2}) {
    const auto answer = [&](const Eigen::VectorXd& at) {
      c.positions = surface.scatter(at);
      ShearedState state;
      state.x = at;
      const auto response = md::shear_response(md::Hessian(*potential, c), c, plane);
      EXPECT_TRUE(response.converged);
      state.velocity = response.velocity;
      state.stiffness = response.stiffness;
      return state;
    };
    surface.set_cell(reference);
    const ShearedState bottom = answer(x), top = answer(saddle.x);
    constexpr double step = 1e-5;
    const PredictOptions options{.plane = plane, .minimum = {.max_force = 1e-8, .max_step = 0.05}, .saddle = tight};
    const auto ahead = barrier_ahead(surface, reference, 0.0, step, bottom, top, saddle.mode, options);
    const auto behind = barrier_ahead(surface, reference, 0.0, -step, bottom, top, saddle.mode, options);
    ASSERT_TRUE(ahead && behind);
    const double curvature = top.stiffness - bottom.stiffness, measured = (ahead->slope - behind->slope) / (2.0 * step);
    EXPECT_NEAR(curvature, measured, 1e-3 * std::abs(top.stiffness)) << plane << " of " << volume;
    EXPECT_NEAR((ahead->barrier - behind->barrier) / (2.0 * step), 0.5 * (ahead->slope + behind->slope),
                1e-4 * std::abs(ahead->slope) + 1e-3);
    surface.set_cell(reference.deformed(md::simple_shear(step, plane)));
    Eigen::VectorXd moved = md::deformed(md::simple_shear(step, plane), saddle.x) + step * top.velocity;
    surface.evaluate(moved, gradient);
    EXPECT_LT(md::max_norm(gradient, 3), 0.02 * step * 5.5) << "the velocity is not that of the branch";
  }
}

}  // namespace
}  // namespace landscape::catastrophe
