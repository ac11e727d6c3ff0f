// Averages and fluctuations of each ensemble against statistical mechanics. Every bound is four or
// five standard errors, taken from the run itself by blocks; runs are deterministic, so a bound
// that holds once holds always.
#include <gtest/gtest.h>

#include <array>
#include <iostream>

#include "md/core/error.hpp"
#include "tests/md/dynamics_support.hpp"

namespace landscape::md::test {
namespace {

DynamicsOptions options_for(Ensemble ensemble, double temperature_k, double pressure_gpa) {
  DynamicsOptions o;
  o.ensemble = ensemble;
  o.dt_ps = 0.002;
  o.temperature_k = temperature_k;
  o.thermostat_ps = 0.08;
  o.barostat_ps = 0.3;
  o.pressure_gpa = pressure_gpa;
  return o;
}

struct Samples {
  std::vector<double> kinetic, volume, pressure;
  std::array<std::vector<double>, 6> stress;  // xx yy zz yz xz xy [GPa]
};

Samples sample(Dynamics& run, int warm_up, int steps) {
  Samples out;
  for (int k = 0; k < warm_up; ++k) run.step();
  for (int k = 0; k < steps; ++k) {
    run.step();
    if (k % 5 != 0) continue;
    out.kinetic.push_back(run.kinetic_energy());
    out.volume.push_back(run.cell().volume());
    out.pressure.push_back(run.pressure_gpa());
    const Eigen::Matrix3d s = run.stress() * units::gpa_per_ev_a3;
    const double components[] = {s(0, 0), s(1, 1), s(2, 2), s(1, 2), s(0, 2), s(0, 1)};
    for (std::size_t c = 0; c < 6; ++c) out.stress[c].push_back(components[c]);
  }
  return out;
}

void expect_canonical(const Samples& s, double dof, double temperature_k) {
  const double kt = units::boltzmann_ev_per_k * temperature_k;
  const Estimate mean = block_average(s.kinetic);
  const Estimate variance = block_average(squared_deviations(s.kinetic));
  std::cout << "  2<K>/(f kT) = " << 2.0 * mean.mean / (dof * kt) << " +- "
            << 2.0 * mean.error / (dof * kt)
            << ", var(K)/(f/2 kT^2) = " << 2.0 * variance.mean / (dof * kt * kt) << " +- "
            << 2.0 * variance.error / (dof * kt * kt) << '\n';
  EXPECT_NEAR(mean.mean, 0.5 * dof * kt, 4.0 * mean.error);
  EXPECT_LT(mean.error, 0.01 * mean.mean);
  EXPECT_NEAR(variance.mean, 0.5 * dof * kt * kt, 4.0 * variance.error);
  EXPECT_LT(variance.error, 0.1 * variance.mean);
}

TEST(NvtEnsemble, KineticEnergyHasCanonicalMeanAndVarianceInALiquid) {
  Dynamics run = argon_dynamics(argon(2, 5.8, 120.0), options_for(Ensemble::Nvt, 120.0, 0.0));
  expect_canonical(sample(run, 5000, 100000), 93.0, 120.0);
}

TEST(NvtEnsemble, ChainsThermalizeEvenACrystalNearItsGroundState) {
  // A single thermostat on a harmonic system is not ergodic; three links are.
  Dynamics run = argon_dynamics(argon(2, 5.3, 10.0), options_for(Ensemble::Nvt, 10.0, 0.0));
  expect_canonical(sample(run, 5000, 100000), 93.0, 10.0);
}

TEST(NptEnsemble, IsotropicVolumeFluctuatesAsTheCompressibilityDemands) {
  const double t = 120.0;
  const double low = 0.03, high = 0.07, middle = 0.05;
  std::array<Estimate, 3> volume{};
  Samples at_middle;
  int k = 0;
  for (const double p : {low, middle, high}) {
    Dynamics run = argon_dynamics(argon(2, 5.8, t), options_for(Ensemble::NptIsotropic, t, p));
    const Samples s = sample(run, 5000, 120000);
    volume[static_cast<std::size_t>(k++)] = block_average(s.volume);
    const Estimate pressure = block_average(s.pressure);
    std::cout << "  P = " << p << ": <P> = " << pressure.mean << " +- " << pressure.error
              << " GPa, <V>/N = " << volume[static_cast<std::size_t>(k - 1)].mean / 32.0 << " +- "
              << volume[static_cast<std::size_t>(k - 1)].error / 32.0 << '\n';
    EXPECT_NEAR(pressure.mean, p, 4.0 * pressure.error);
    EXPECT_LT(pressure.error, 0.003);
    if (p == middle) at_middle = s;
  }
  expect_canonical(at_middle, 93.0, t);
  // var(V) = -kT dV/dP.
  const double kt = units::boltzmann_ev_per_k * t;
  const double dp = (high - low) / units::gpa_per_ev_a3;
  const double expected = kt * (volume[0].mean - volume[2].mean) / dp;
  const double expected_error = kt * std::hypot(volume[0].error, volume[2].error) / dp;
  const Estimate variance = block_average(squared_deviations(at_middle.volume));
  std::cout << "  var(V) = " << variance.mean << " +- " << variance.error
            << ", -kT dV/dP = " << expected << " +- " << expected_error << " A^6\n";
  // 5 % for the curvature of V(P) over the interval.
  EXPECT_NEAR(variance.mean, expected,
              4.0 * std::hypot(variance.error, expected_error) + 0.05 * expected);
  EXPECT_LT(std::hypot(variance.error, expected_error), 0.15 * expected);
}

TEST(NptEnsemble, FlexibleCellOfACrystalHasTheSetStressInAllComponents) {
  const double t = 40.0;
  Dynamics run = argon_dynamics(argon(3, 5.3, t), options_for(Ensemble::NptFlexible, t, 0.02));
  const Samples s = sample(run, 5000, 40000);
  const double set_point[] = {-0.02, -0.02, -0.02, 0.0, 0.0, 0.0};
  for (std::size_t c = 0; c < 6; ++c) {
    const Estimate e = block_average(s.stress[c]);
    std::cout << "  stress " << c << " = " << e.mean << " +- " << e.error << " GPa\n";
    EXPECT_NEAR(e.mean, set_point[c], 4.0 * e.error) << c;
    EXPECT_LT(e.error, 0.004) << c;
  }
  expect_canonical(s, 321.0, t);
  // The crystal stays near a cube.
  const Eigen::Matrix3d& h = run.cell().matrix();
  const double edge = std::cbrt(run.cell().volume());
  EXPECT_LT((h - edge * Eigen::Matrix3d::Identity()).cwiseAbs().maxCoeff(), 0.05 * edge);

  Dynamics uniform = argon_dynamics(argon(3, 5.3, t), options_for(Ensemble::NptIsotropic, t, 0.02));
  const Estimate flexible_volume = block_average(s.volume);
  const Estimate uniform_volume = block_average(sample(uniform, 5000, 40000).volume);
  std::cout << "  <V>/N flexible " << flexible_volume.mean / 108.0 << " isotropic "
            << uniform_volume.mean / 108.0 << " +- " << uniform_volume.error / 108.0 << '\n';
  EXPECT_NEAR(flexible_volume.mean / uniform_volume.mean, 1.0, 2e-3);
}

TEST(NptEnsemble, NeitherPeriodOfTheBarostatNorCellShapeChangesTheMeanVolume) {
  const double t = 120.0;
  Configuration skewed = argon(2, 5.8, t);
  Eigen::Matrix3d f = Eigen::Matrix3d::Identity();
  f(0, 1) = 1.0;  // edges a, a + b, c span the same lattice of periods
  skewed.cell = Cell(skewed.cell.matrix() * f);
  DynamicsOptions o = options_for(Ensemble::NptIsotropic, t, 0.05);
  Dynamics cube = argon_dynamics(argon(2, 5.8, t), o);
  o.barostat_ps = 0.8;
  Dynamics skew = argon_dynamics(skewed, o);
  const Estimate a = block_average(sample(cube, 5000, 80000).volume);
  const Estimate b = block_average(sample(skew, 5000, 80000).volume);
  std::cout << "  <V>/N = " << a.mean / 32.0 << " +- " << a.error / 32.0 << " and " << b.mean / 32.0
            << " +- " << b.error / 32.0 << '\n';
  EXPECT_NEAR(a.mean, b.mean, 4.0 * std::hypot(a.error, b.error));
}

}  // namespace
}  // namespace landscape::md::test
