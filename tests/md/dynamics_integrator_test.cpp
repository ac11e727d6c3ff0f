#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "md/core/error.hpp"
#include "tests/md/dynamics_support.hpp"

namespace landscape::md::test {
namespace {

const Ensemble all_ensembles[] = {Ensemble::Nve, Ensemble::Nvt, Ensemble::NptIsotropic,
                                  Ensemble::NptFlexible};

DynamicsOptions options_for(Ensemble ensemble, double dt_ps = 0.0016) {
  DynamicsOptions o;
  o.ensemble = ensemble;
  o.dt_ps = dt_ps;
  o.temperature_k = 60.0;
  o.thermostat_ps = 0.08;
  o.barostat_ps = 0.16;
  o.pressure_gpa = 0.05;
  return o;
}

/// Root mean square deviation of the conserved quantity from its mean over 0.6 ps [eV].
double conservation_error(Ensemble ensemble, double dt_ps) {
  Dynamics run = argon_dynamics(argon(3, 5.4, 60.0), options_for(ensemble, dt_ps));
  const int steps = static_cast<int>(std::lround(0.6 / dt_ps));
  std::vector<double> q;
  for (int k = 0; k < steps; ++k) {
    run.step();
    q.push_back(run.conserved_quantity());
  }
  return std::sqrt(block_average(squared_deviations(q), 1).mean);
}

class EveryEnsemble : public testing::TestWithParam<Ensemble> {};
INSTANTIATE_TEST_SUITE_P(Dynamics, EveryEnsemble, testing::ValuesIn(all_ensembles));

TEST_P(EveryEnsemble, ConservedQuantityErrorFallsWithTheSquareOfTheStep) {
  const double coarse = conservation_error(GetParam(), 0.0025);
  const double fine = conservation_error(GetParam(), 0.00125);
  EXPECT_NEAR(coarse / fine, 4.0, 0.5);  // second order; 4.0 as dt -> 0
  // Kinetic energy is 0.8 eV; a wrong term of the equations of motion shows at its order.
  EXPECT_LT(fine, 5e-4);
  RecordProperty("rms_ev", std::to_string(fine));
}

TEST_P(EveryEnsemble, TotalMomentumStaysZero) {
  Dynamics run = argon_dynamics(argon(3, 5.4, 60.0), options_for(GetParam()));
  for (int k = 0; k < 300; ++k) run.step();
  const double size = run.masses()[0] * run.velocities().norm();
  EXPECT_LT((run.velocities() * run.masses()).norm(), 1e-12 * size);
}

TEST_P(EveryEnsemble, ReversedVelocitiesLeadBack) {
  Dynamics run = argon_dynamics(argon(3, 5.4, 60.0), options_for(GetParam()));
  for (int k = 0; k < 50; ++k) run.step();
  const DynamicsState start = run.state();
  for (int k = 0; k < 200; ++k) run.step();
  DynamicsState turned = run.state();
  EXPECT_GT((turned.positions - start.positions).cwiseAbs().maxCoeff(), 0.1);
  turned.velocities *= -1.0;
  turned.strain_rate *= -1.0;
  for (double& v : turned.thermostat.velocities) v = -v;
  for (double& v : turned.barostat_thermostat.velocities) v = -v;
  run.restore(turned);
  for (int k = 0; k < 200; ++k) run.step();
  EXPECT_LT((run.positions() - start.positions).cwiseAbs().maxCoeff(), 1e-9);
  EXPECT_LT((run.cell().matrix() - start.cell).cwiseAbs().maxCoeff(), 1e-9);
}

TEST_P(EveryEnsemble, RestoredRunEqualsUninterruptedBitForBit) {
  const Configuration atoms = argon(3, 5.6, 120.0);
  DynamicsOptions o = options_for(GetParam());
  o.temperature_k = 120.0;
  Dynamics one = argon_dynamics(atoms, o);
  for (int k = 0; k < 300; ++k) one.step();
  one.forget_history();
  const DynamicsState saved = one.state();
  for (int k = 0; k < 300; ++k) one.step();

  Dynamics two = argon_dynamics(atoms, o);
  two.restore(saved);
  EXPECT_EQ(two.steps(), 300);
  for (int k = 0; k < 300; ++k) two.step();
  EXPECT_TRUE(one.positions() == two.positions());
  EXPECT_TRUE(one.velocities() == two.velocities());
  EXPECT_TRUE(one.cell().matrix() == two.cell().matrix());
  EXPECT_EQ(one.conserved_quantity(), two.conserved_quantity());
}

TEST_P(EveryEnsemble, OneThreadEqualsTwoBitForBit) {
  const Configuration atoms = argon(8, 5.5, 100.0);  // 2048 atoms: enough for every loop to be shared (share_range)
  DynamicsOptions o = options_for(GetParam());
  Dynamics one = argon_dynamics(atoms, o);
  o.threads = 2;
  Dynamics two = argon_dynamics(atoms, o);
  for (int k = 0; k < 60; ++k) {
    one.step();
    two.step();
  }
  EXPECT_GT(one.neighbors().builds(), 1);
  EXPECT_TRUE(one.positions() == two.positions());
  EXPECT_TRUE(one.velocities() == two.velocities());
  EXPECT_EQ(one.conserved_quantity(), two.conserved_quantity());
}

TEST(Dynamics, PressureIsMinusTheSlopeOfTheEnergyAgainstVolumeWhenCold) {
  Configuration c = argon(2, 5.2, 0.0);
  const auto energy = [&](double strain) {
    Configuration s = c;
    s.cell = c.cell.deformed((1.0 + strain) * Eigen::Matrix3d::Identity());
    s.positions *= 1.0 + strain;
    return argon_dynamics(s, {}).potential_energy();
  };
  const double h = 1e-5;
  const double slope = (energy(h) - energy(-h)) / (2.0 * h * 3.0 * c.cell.volume());
  EXPECT_NEAR(argon_dynamics(c, {}).pressure_gpa(), -slope * units::gpa_per_ev_a3, 1e-6);
}

TEST(Dynamics, FlexibleBarostatNeitherRotatesTheCellNorNeedsASquareOne) {
  Configuration c = argon(3, 5.4, 60.0);
  Eigen::Matrix3d f = Eigen::Matrix3d::Identity();
  f(0, 1) = 0.03;
  f(2, 0) = -0.02;  // not triangular
  c.cell = c.cell.deformed(f);
  c.positions = f * c.positions;
  Dynamics run = argon_dynamics(c, options_for(Ensemble::NptFlexible));
  for (int k = 0; k < 2000; ++k) run.step();
  const DynamicsState s = run.state();
  EXPECT_LT((s.strain_rate - s.strain_rate.transpose()).norm(), 1e-14);
  const Eigen::Matrix3d total = run.cell().matrix() * c.cell.inverse();
  const double strain = (total - Eigen::Matrix3d::Identity()).norm();
  const double rotation = (total - total.transpose()).norm();
  EXPECT_GT(strain, 0.01);
  // A product of symmetric matrices that do not commute leaves a rotation of second order in the
  // strains it went through, some per cent here.
  EXPECT_LT(rotation, 0.1 * strain);
}

TEST(Dynamics, IsotropicBarostatKeepsTheShape) {
  const Configuration c = argon(3, 5.6, 60.0);
  Dynamics run = argon_dynamics(c, options_for(Ensemble::NptIsotropic));
  for (int k = 0; k < 500; ++k) run.step();
  const Eigen::Matrix3d total = run.cell().matrix() * c.cell.inverse();
  EXPECT_GT(std::abs(total(0, 0) - 1.0), 0.01);
  EXPECT_LT((total - total(0, 0) * Eigen::Matrix3d::Identity()).norm(), 1e-12);
}

TEST(Dynamics, FrozenAtomsStayAndOthersCarryThreeDegreesEach) {
  Configuration c = argon(3, 5.4, 0.0);
  c.movable.assign(108, 1);
  for (std::size_t i = 0; i < 30; ++i) c.movable[i] = 0;
  CounterRng rng(3, Stream::Velocities, 0);
  draw_velocities(c, Eigen::VectorXd::Ones(108), 60.0, rng);
  Dynamics run = argon_dynamics(c, options_for(Ensemble::Nvt));
  EXPECT_EQ(run.degrees_of_freedom(), 3 * 78);
  for (int k = 0; k < 100; ++k) run.step();
  EXPECT_TRUE(run.positions().leftCols(30) == c.positions.leftCols(30));
  EXPECT_GT((run.positions().rightCols(78) - c.positions.rightCols(78)).norm(), 0.1);
  EXPECT_THROW(run.set_ensemble(Ensemble::NptIsotropic), InputError);
  EXPECT_THROW(argon_dynamics(c, options_for(Ensemble::NptFlexible)), InputError);
}

TEST(Dynamics, ClustersWithoutCellRunAtConstantEnergyButNotAtConstantPressure) {
  Configuration c = argon(2, 5.3, 20.0);
  c.cell = Cell();
  Dynamics run = argon_dynamics(c, options_for(Ensemble::Nve));
  const double before = run.conserved_quantity();
  for (int k = 0; k < 500; ++k) run.step();
  EXPECT_NEAR(run.conserved_quantity(), before, 1e-4);
  EXPECT_TRUE(std::isnan(run.pressure_gpa()));
  EXPECT_THROW(argon_dynamics(c, options_for(Ensemble::NptIsotropic)), InputError);
}

TEST(Dynamics, ExchangeOfAtomsKeepsKineticEnergyAndMomentum) {
  const auto potential = open_potential("zhou2004");
  Configuration c = argon(2, 3.9, 0.0);
  for (std::size_t i = 0; i < 32; ++i) c.species[i] = i % 2 ? "Cu" : "Zr";
  DynamicsOptions o = options_for(Ensemble::Nve, 0.002);
  Dynamics run(potential, c, o);
  CounterRng rng(1, Stream::Velocities, 0);
  draw_velocities(c, run.masses(), 300.0, rng);
  run.set_velocities(c.velocities);
  const double kinetic = run.kinetic_energy(), energy = run.potential_energy();
  run.exchange_atoms(4, 9);
  run.refresh_forces();
  EXPECT_NEAR(run.kinetic_energy(), kinetic, 1e-13);
  EXPECT_LT((run.velocities() * run.masses()).norm(), 1e-10);
  EXPECT_EQ(run.configuration().species[4], "Cu");
  EXPECT_GT(std::abs(run.potential_energy() - energy), 1e-3);
  run.exchange_atoms(9, 4);
  run.refresh_forces();
  EXPECT_NEAR(run.potential_energy(), energy, 1e-12);
}

TEST(Dynamics, BarostatStartsAtRestWhenSwitchedOn) {
  Dynamics run = argon_dynamics(argon(2, 5.4, 60.0), options_for(Ensemble::NptFlexible));
  for (int k = 0; k < 50; ++k) run.step();
  run.set_ensemble(Ensemble::NptIsotropic);
  const Eigen::Matrix3d rate = run.state().strain_rate;
  EXPECT_GT(rate.norm(), 0.0);
  EXPECT_EQ((rate - rate(0, 0) * Eigen::Matrix3d::Identity()).norm(), 0.0);
  run.set_ensemble(Ensemble::Nvt);
  run.set_ensemble(Ensemble::NptIsotropic);
  EXPECT_EQ(run.state().strain_rate.norm(), 0.0);
}

TEST(Dynamics, RefusesWhatItCannotRun) {
  const Configuration c = argon(2, 5.4, 60.0);
  const auto throws = [&](const std::function<void(DynamicsOptions&)>& change) {
    DynamicsOptions o = options_for(Ensemble::Nvt);
    change(o);
    EXPECT_THROW(argon_dynamics(c, o), InputError);
  };
  throws([](DynamicsOptions& o) { o.dt_ps = 0.0; });
  throws([](DynamicsOptions& o) { o.temperature_k = -1.0; });
  throws([](DynamicsOptions& o) { o.thermostat_ps = 0.0; });
  throws([](DynamicsOptions& o) { o.barostat_ps = std::nan(""); });
  throws([](DynamicsOptions& o) { o.chain_length = 0; });
  throws([](DynamicsOptions& o) { o.threads = 0; });
  throws([](DynamicsOptions& o) { o.pressure_gpa = std::numeric_limits<double>::infinity(); });
  Configuration lone = c;
  lone.positions = c.positions.leftCols(1).eval();
  lone.species = {"Ar"};
  lone.velocities.resize(3, 0);
  EXPECT_THROW(argon_dynamics(lone, {}), InputError);
  Dynamics run = argon_dynamics(c, options_for(Ensemble::Nvt));
  EXPECT_THROW(run.set_temperature(0.0), InputError);
  EXPECT_THROW(run.restore(argon_dynamics(argon(3, 5.4, 60.0), {}).state()), InputError);
  DynamicsOptions longer = options_for(Ensemble::Nvt);
  longer.chain_length = 5;
  EXPECT_THROW(argon_dynamics(c, longer).restore(run.state()), InputError);
}

TEST(Dynamics, TooLongAStepEndsWithAnErrorNotWithNaN) {
  Dynamics run = argon_dynamics(argon(2, 5.4, 300.0), options_for(Ensemble::Nve, 0.05));
  EXPECT_THROW(for (int k = 0; k < 1000; ++k) run.step(), InputError);
}

// 8000 atoms at 1e14 K/s: near the end the set point loses a fifth of itself in a step, and the chain, whose masses follow it, was
// driven to infinity.
TEST(NoseHooverChain, StaysFiniteWhereTheSetPointFallsFasterThanTheAtomsCool) {
  constexpr double dof = 24000.0, dt = 0.002;
  NoseHooverChain chain(3, dof, 0.1);
  double temperature = 300.0;
  for (double set_point = 300.0; set_point > 1.0; set_point -= 0.2) {
    const double kt = units::boltzmann_ev_per_k * set_point;
    for (int half = 0; half < 2; ++half) {
      const double scale = chain.half_step(0.5 * dof * units::boltzmann_ev_per_k * temperature, kt, dt);
      ASSERT_TRUE(std::isfinite(scale)) << set_point;
      temperature *= scale * scale;
    }
    temperature += 0.15;  // what the relaxing glass gives off
    ASSERT_LT(temperature, 330.0) << set_point;
  }
  EXPECT_LT(temperature, 60.0);
}

}  // namespace
}  // namespace landscape::md::test
