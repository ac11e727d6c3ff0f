#include <gtest/gtest.h>

#include <cmath>

#include "md/core/rng.hpp"
#include "md/core/units.hpp"
#include "md/potential/potential.hpp"
#include "md/vibration/modes.hpp"
#include "md/vibration/vineyard.hpp"

namespace landscape::md {
namespace {

/// fcc with unlike masses, displaced.
Configuration cube(double noise) {
  Configuration c;
  c.cell = Cell(3 * 3.615 * Eigen::Matrix3d::Identity());
  c.positions.resize(3, 108);
  CounterRng rng(2, Stream::Displacement, 1);
  Eigen::Index at = 0;
  for (int i = 0; i < 27; ++i)
    for (const Eigen::Vector3d& b : {Eigen::Vector3d(0, 0, 0), Eigen::Vector3d(0, .5, .5),
                                     Eigen::Vector3d(.5, 0, .5), Eigen::Vector3d(.5, .5, 0)}) {
      c.positions.col(at) = 3.615 * (Eigen::Vector3d(i % 3, i / 3 % 3, i / 9) + b);
      for (int d = 0; d < 3; ++d) c.positions(d, at) += noise * rng.normal();
      c.species.push_back(at % 3 ? "Cu" : "Zr");
      ++at;
    }
  return c;
}

TEST(Vineyard, LogDeterminantsAreSumsOverTheModes) {
  for (const double noise : {0.0, 0.1, 0.5}) {
    const Hessian hessian(*open_potential("CuZr_mm.eam.fs"), cube(noise));
    const Modes modes = all_modes(hessian, Weighting::Mass, ModeVectors::Leave);
    const StableModes stable = stable_modes(hessian);
    EXPECT_EQ(stable.modes, 321);
    EXPECT_EQ(stable.negative, (modes.eigenvalues.array() < 0.0).count());
    EXPECT_NEAR(stable.log_determinant, modes.eigenvalues.array().abs().log().sum(), 1e-7);
  }
}

TEST(Vineyard, PrefactorOfOneModeIsItsFrequency) {
  // One mode of 2 eV/Å²/(g/mol) at the minimum, one unstable at the saddle: ν is the frequency of
  // the well.
  const StableModes minimum{std::log(2.0), 1, 0}, saddle{std::log(0.5), 1, 1};
  const auto rate = vineyard_rate(minimum, saddle, -0.5, 0.3, 500.0);
  ASSERT_EQ(rate.status, RateStatus::Done);
  EXPECT_NEAR(rate.attempt_frequency_thz, units::thz * std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(
      rate.rate_per_s,
      1e12 * units::thz * std::sqrt(2.0) * std::exp(-0.3 / (units::boltzmann_ev_per_k * 500.0)),
      1.0);
  EXPECT_DOUBLE_EQ(rate.lifetime_s * rate.rate_per_s, 1.0);
  EXPECT_EQ(vineyard_rate({0.0, 1, 1}, saddle, -0.5, 0.3, 500.0).status, RateStatus::NotAMinimum);
  EXPECT_EQ(vineyard_rate(minimum, {0.0, 1, 2}, -0.5, 0.3, 500.0).status, RateStatus::NotASaddle);
  EXPECT_THROW(static_cast<void>(vineyard_rate(minimum, saddle, -0.5, 0.3, 0.0)),
               std::runtime_error);
}

}  // namespace
}  // namespace landscape::md
