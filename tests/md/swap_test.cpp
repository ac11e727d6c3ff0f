// Swap Monte Carlo: local energy changes against whole energies, visits against an exact enumeration, drift.
#include "md/montecarlo/swap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "md/core/error.hpp"
#include "md/core/units.hpp"
#include "tests/md/dynamics_support.hpp"

namespace landscape::md::test {
namespace {

struct Alloy {
  const char* potential;
  std::vector<std::string> species;  ///< of atoms 1, 2, ..., repeated
  double spacing;                    ///< [Å]
  int side;                          ///< side³ atoms
};

std::ostream& operator<<(std::ostream& out, const Alloy& a) { return out << a.potential << ", " << a.side << "^3 atoms"; }

/// Atoms near a skewed cubic lattice.
Configuration disordered(const Alloy& alloy, std::uint64_t seed = 7) {
  Configuration c;
  Eigen::Matrix3d h = Eigen::Matrix3d::Identity();
  h(0, 1) = 0.2;
  h(1, 2) = -0.1;
  c.cell = Cell(alloy.spacing * alloy.side * h);
  const int n = alloy.side * alloy.side * alloy.side;
  c.positions.resize(3, n);
  CounterRng rng(seed, Stream::Displacement, 0);
  for (int i = 0; i < n; ++i) {
    const Eigen::Vector3d s(i % alloy.side, i / alloy.side % alloy.side, i / alloy.side / alloy.side);
    c.positions.col(i) = c.cell.matrix() * s / alloy.side;
    for (int k = 0; k < 3; ++k) c.positions(k, i) += 0.07 * alloy.spacing * rng.normal();
    c.species.push_back(alloy.species[static_cast<std::size_t>(i) % alloy.species.size()]);
  }
  return c;
}

/// A list, types and both ways to the energy of a swap.
struct Bench {
  explicit Bench(const Alloy& alloy)
      : potential(open_potential(alloy.potential)), atoms(disordered(alloy)), types(potential->types_of(atoms.species)),
        list(potential->cutoff(), 0.4), local(make_swap_energy(potential)), full(make_full_swap_energy(potential)) {
    list.update(atoms.cell, atoms.positions);
    local->begin(atoms.positions, types, list);
    full->begin(atoms.positions, types, list);
  }
  double energy() {
    Matrix3Xd forces(3, atoms.size());
    ForceScratch scratch;
    return potential->compute(atoms.positions, types, list, forces, scratch, 1).energy;
  }
  bool neighbors(std::size_t i, std::size_t j) const {
    return atoms.cell.minimum_image(atoms.positions.col(static_cast<Eigen::Index>(i)) -
                                    atoms.positions.col(static_cast<Eigen::Index>(j)))
               .norm() < potential->cutoff();
  }

  std::shared_ptr<const Potential> potential;
  Configuration atoms;
  std::vector<int> types;
  NeighborList list;
  std::unique_ptr<SwapEnergy> local, full;
};

class LocalSwapEnergy : public testing::TestWithParam<Alloy> {};

TEST_P(LocalSwapEnergy, EqualsTheDifferenceOfTwoWholeEnergies) {
  Bench b(GetParam());
  CounterRng rng(5, Stream::Swap, 0);
  const double tolerance = 1e-11 * std::abs(b.energy());
  int tested = 0, near = 0;
  for (int k = 0; k < 400; ++k) {
    const auto i = static_cast<std::size_t>(rng.below(b.types.size())), j = static_cast<std::size_t>(rng.below(b.types.size()));
    if (b.types[i] == b.types[j]) continue;
    ++tested;
    near += b.neighbors(i, j) ? 1 : 0;
    const double change = b.local->difference(i, j);
    ASSERT_NEAR(change, b.full->difference(i, j), tolerance) << i << ' ' << j;
    if (k % 3 != 0) continue;
    b.local->exchange();
    b.full->exchange();
    std::swap(b.types[i], b.types[j]);
    ASSERT_NEAR(b.local->difference(i, j), -change, tolerance) << "the way back, " << i << ' ' << j;
  }
  EXPECT_GT(tested, 100);
  EXPECT_GT(near, 10);
  if (GetParam().side > 4) {
    EXPECT_LT(near, tested);
  }
}

// Forces, energy and virial after some exchanges one after the other, by what each changes, against whole force calls. 1e-10: sums in another order.
TEST_P(LocalSwapEnergy, FollowsTheForces) {
  Bench b(GetParam());
  const auto n = b.atoms.size();
  const auto whole = [&](Matrix3Xd& forces, ForceScratch& scratch) {
    forces.resize(3, n);
    return b.potential->compute(b.atoms.positions, b.types, b.list, forces, scratch, 1);
  };
  const bool local = GetParam().potential != "kob-andersen";
  for (const int exchanges : {1, 2, 3}) {
    Matrix3Xd before, after;
    ForceScratch scratch;
    const ForceResult at_first = whole(before, scratch);
    b.local->begin(b.atoms.positions, b.types, b.list);
    b.local->follow_forces(2);
    EXPECT_EQ(b.local->force_changes(), nullptr);
    CounterRng rng(6, Stream::Swap, static_cast<std::uint64_t>(exchanges));
    for (int done = 0; done < exchanges;) {
      const auto i = static_cast<std::size_t>(rng.below(b.types.size())), j = static_cast<std::size_t>(rng.below(b.types.size()));
      if (b.types[i] == b.types[j]) continue;
      (void)b.local->difference(i, j);
      b.local->exchange();
      std::swap(b.types[i], b.types[j]);
      ++done;
    }
    const ForceResult now = whole(after, scratch);
    const ForceChanges* changes = b.local->force_changes();
    if (!local || exchanges > 2) {
      EXPECT_EQ(changes, nullptr);
      continue;
    }
    ASSERT_NE(changes, nullptr);
    EXPECT_GT((after - before).cwiseAbs().maxCoeff(), 0.01);
    EXPECT_LT((before + changes->forces - after).cwiseAbs().maxCoeff(), 1e-10);
    EXPECT_NEAR(at_first.energy + changes->sums.energy, now.energy, 1e-11 * std::abs(now.energy));
    EXPECT_LT((at_first.virial + changes->sums.virial - now.virial).cwiseAbs().maxCoeff(), 1e-9);
    for (Eigen::Index k = 0; k < n; ++k) {
      EXPECT_NEAR(changes->densities[static_cast<std::size_t>(k)], scratch.density[k], 1e-10 * scratch.density[k]);
      EXPECT_NEAR(changes->embedding[static_cast<std::size_t>(k)], scratch.embedding[k], 1e-10);
    }
  }
}

// 2³ atoms: each sees several images of itself and of the other; 5³: pairs apart, sharing neighbors, and adjacent.
INSTANTIATE_TEST_SUITE_P(All, LocalSwapEnergy,
                         testing::Values(Alloy{"CuZr_mm.eam.fs", {"Cu", "Zr", "Cu"}, 2.6, 2}, Alloy{"CuZr_mm.eam.fs", {"Cu", "Zr"}, 2.6, 5},
                                         Alloy{"CuZr_mm.eam.fs", {"Cu", "Zr", "Zr"}, 2.6, 7},
                                         Alloy{"zhou2004", {"Cu", "Zr", "Al"}, 2.7, 2}, Alloy{"zhou2004", {"Cu", "Zr", "Al"}, 2.7, 6},
                                         Alloy{"kob-andersen", {"A", "A", "B"}, 1.05, 5}));

/// Configurations of `types` with their energies; the key is the types in order.
std::map<std::vector<int>, double> enumerate(Bench& b) {
  std::map<std::vector<int>, double> energies;
  std::vector<int> types = b.types;
  std::sort(types.begin(), types.end());
  do {
    std::swap(b.types, types);
    energies[b.types] = b.energy();
    std::swap(b.types, types);
  } while (std::next_permutation(types.begin(), types.end()));
  return energies;
}

struct SmallAlloy {
  Alloy alloy;
  double kt;  ///< [eV]
};

std::ostream& operator<<(std::ostream& out, const SmallAlloy& a) { return out << a.alloy; }

class SwapMonteCarloOfASmallAlloy : public testing::TestWithParam<SmallAlloy> {};

TEST_P(SwapMonteCarloOfASmallAlloy, VisitsConfigurationsAsOftenAsBoltzmannDemands) {
  const double kt = GetParam().kt;
  Bench b(GetParam().alloy);
  auto energies = enumerate(b);
  double lowest = energies.begin()->second, sum = 0.0;
  for (const auto& [types, e] : energies) lowest = std::min(lowest, e);
  for (const auto& [types, e] : energies) sum += std::exp(-(e - lowest) / kt);

  constexpr std::size_t blocks = 20;
  const std::int64_t per_block = 15000;
  std::map<std::vector<int>, std::vector<double>> visits;
  std::vector<double> mean_energy(blocks, 0.0);
  SwapSampler sampler(b.types, {});
  const auto advance = [&](CounterRng& rng) {
    sampler.run(*b.local, rng, 1, kt, [&](std::size_t i, std::size_t j, double) { std::swap(b.types[i], b.types[j]); });
  };
  CounterRng rng(11, Stream::Swap, 0);
  for (int k = 0; k < 2000; ++k) advance(rng);
  for (std::size_t block = 0; block < blocks; ++block)
    for (std::int64_t k = 0; k < per_block; ++k) {
      advance(rng);
      auto& counts = visits[b.types];
      counts.resize(blocks, 0.0);
      counts[block] += 1.0 / static_cast<double>(per_block);
      mean_energy[block] += energies.at(b.types) / static_cast<double>(per_block);
    }

  // The most likely states, one by one, in standard errors from the blocks.
  std::vector<std::pair<double, std::vector<int>>> likely;
  double exact_energy = 0.0;
  for (const auto& [types, e] : energies) {
    const double p = std::exp(-(e - lowest) / kt) / sum;
    likely.emplace_back(p, types);
    exact_energy += p * e;
  }
  std::sort(likely.rbegin(), likely.rend());
  EXPECT_GT(likely.front().first, 3.0 / static_cast<double>(energies.size()));  // far from equal visits
  double chi2 = 0.0;
  constexpr std::size_t states = 20;
  for (std::size_t s = 0; s < states; ++s) {
    const Estimate frequency = block_average(visits[likely[s].second], blocks);
    ASSERT_GT(frequency.error, 0.0);
    EXPECT_NEAR(frequency.mean, likely[s].first, 5.0 * frequency.error) << "state " << s;
    chi2 += std::pow((frequency.mean - likely[s].first) / frequency.error, 2);
  }
  const Estimate energy = block_average(mean_energy, blocks);
  std::cout << "  " << energies.size() << " configurations, <E> = " << energy.mean << " +- " << energy.error << ", exact " << exact_energy
            << ", chi2/states = " << chi2 / states << '\n';
  EXPECT_NEAR(energy.mean, exact_energy, 4.0 * energy.error);
  EXPECT_LT(chi2 / states, 2.5);
}

INSTANTIATE_TEST_SUITE_P(All, SwapMonteCarloOfASmallAlloy,
                         testing::Values(SmallAlloy{{"CuZr_mm.eam.fs", {"Cu", "Zr", "Cu", "Cu"}, 2.6, 2}, 0.3},
                                         SmallAlloy{{"zhou2004", {"Cu", "Zr", "Al"}, 2.8, 2}, 0.8},
                                         SmallAlloy{{"kob-andersen", {"A", "A", "B", "B"}, 1.05, 2}, 1.0}));

TEST(SwapMonteCarlo, RunningEnergyDoesNotDrift) {
  Bench b({"zhou2004", {"Cu", "Zr", "Al"}, 2.7, 6});
  SwapSampler sampler(b.types, {});
  CounterRng rng(3, Stream::Swap, 0);
  double running = b.energy();
  std::int64_t accepted = 0;
  // Hot, so that most swaps are accepted: 2e4 here, 1e6 in the physics test.
  accepted += sampler.run(*b.local, rng, 30000, 1.5, [&](std::size_t i, std::size_t j, double change) {
    std::swap(b.types[i], b.types[j]);
    running += change;
  });
  EXPECT_GT(accepted, 10000);
  EXPECT_NEAR(running / b.energy(), 1.0, 1e-12);
}

TEST(SwapMonteCarlo, LeavesFrozenAtomsAlone) {
  Bench b({"zhou2004", {"Cu", "Zr"}, 2.7, 4});
  std::vector<std::uint8_t> movable(b.types.size(), 1);
  for (std::size_t i = 0; i < movable.size(); i += 3) movable[i] = 0;
  const auto before = b.types;
  SwapSampler sampler(b.types, movable);
  CounterRng rng(3, Stream::Swap, 0);
  const auto accepted = sampler.run(*b.local, rng, 2000, 5.0, [&](std::size_t i, std::size_t j, double) {
    EXPECT_TRUE(movable[i] && movable[j]);
    std::swap(b.types[i], b.types[j]);
  });
  EXPECT_GT(accepted, 100);
  for (std::size_t i = 0; i < movable.size(); i += 3) EXPECT_EQ(b.types[i], before[i]);
}

TEST(SwapMonteCarlo, OfOneSpeciesDoesNothing) {
  Bench b({"zhou2004", {"Cu"}, 2.6, 3});
  SwapSampler sampler(b.types, {});
  EXPECT_FALSE(sampler.possible());
  CounterRng rng(3, Stream::Swap, 0);
  EXPECT_EQ(sampler.run(*b.local, rng, 100, 1.0, {}), 0);
}

Dynamics alloy_dynamics(double temperature_k, int threads = 1) {
  Configuration start = disordered({"zhou2004", {"Cu", "Zr", "Al"}, 2.75, 8});
  const auto potential = open_potential("zhou2004");
  const auto types = potential->types_of(start.species);
  Eigen::VectorXd masses(start.size());
  for (Eigen::Index i = 0; i < start.size(); ++i) masses[i] = potential->mass(types[static_cast<std::size_t>(i)]);
  CounterRng velocities(2, Stream::Velocities, 0);
  draw_velocities(start, masses, temperature_k, velocities);
  DynamicsOptions o;
  o.ensemble = Ensemble::Nvt;
  o.temperature_k = temperature_k;
  o.threads = threads;
  return Dynamics(potential, start, o);
}

TEST(SwapMonteCarlo, KeepsKineticEnergyAndMomentumAndRefreshesForces) {
  Dynamics run = alloy_dynamics(2500.0);
  for (int k = 0; k < 20; ++k) run.step();
  SwapMonteCarlo swaps(open_potential("zhou2004"), run, 1);
  const double kinetic = run.kinetic_energy();
  EXPECT_GT(swaps.sweep(run, 2000), 5);
  EXPECT_NEAR(run.kinetic_energy(), kinetic, 1e-12 * kinetic);
  EXPECT_LT((run.velocities() * run.masses()).norm(), 1e-9);
  const double energy = run.potential_energy();
  const Matrix3Xd forces = run.forces();
  run.refresh_forces();
  EXPECT_EQ(run.potential_energy(), energy);
  EXPECT_EQ(run.forces(), forces);
}

TEST(SwapMonteCarlo, DrawsDoNotDependOnThreads) {
  Dynamics one = alloy_dynamics(2000.0, 1), two = alloy_dynamics(2000.0, 2);
  SwapMonteCarlo a(open_potential("zhou2004"), one, 4), b(open_potential("zhou2004"), two, 4);
  for (int k = 0; k < 30; ++k) {
    one.step();
    two.step();
    EXPECT_EQ(a.sweep(one, 20), b.sweep(two, 20));
  }
  EXPECT_TRUE(one.positions() == two.positions());
  EXPECT_EQ(one.configuration().species, two.configuration().species);
}

TEST(SwapMonteCarlo, AStopEndsASweepMidwayAndAskingForItChangesNothing) {
  Dynamics one = alloy_dynamics(2500.0), two = alloy_dynamics(2500.0), three = alloy_dynamics(2500.0);
  SwapMonteCarlo a(open_potential("zhou2004"), one, 4), b(open_potential("zhou2004"), two, 4), c(open_potential("zhou2004"), three, 4);
  int asked = 0;
  const auto accepted = a.sweep(one, 2050, [&] { return ++asked < 0; });
  EXPECT_GE(asked, 20);
  EXPECT_EQ(accepted, b.sweep(two, 2050));
  EXPECT_EQ(one.configuration().species, two.configuration().species);
  asked = 0;
  EXPECT_FALSE(c.sweep(three, 2'000'000'000, [&] { return ++asked > 3; }));
  std::int64_t attempts = 0;
  for (const auto& count : c.counts()) attempts += count.attempts;
  EXPECT_EQ(attempts, 300);
}

TEST(SwapMonteCarlo, SelfTestOfDetailedBalancePasses) {
  const Dynamics run = alloy_dynamics(1000.0);
  EXPECT_NO_THROW(check_detailed_balance(open_potential("zhou2004"), run, 1));
}

/// A Metropolis rule that forgets the temperature would accept a cost of 3 kT always; the real one does not.
TEST(SwapMonteCarlo, AcceptsCostsWithTheirBoltzmannFactor) {
  CounterRng rng(1, Stream::Swap, 0);
  for (const double x : {-2.0, 0.0, 0.5, 2.0, 5.0}) {
    int accepted = 0;
    constexpr int draws = 40000;
    for (int k = 0; k < draws; ++k) accepted += metropolis(0.1 * x, 0.1, rng) ? 1 : 0;
    const double p = std::min(1.0, std::exp(-x));
    EXPECT_NEAR(static_cast<double>(accepted) / draws, p, 5.0 * std::sqrt(p * (1.0 - p) / draws)) << x;
  }
}

}  // namespace
}  // namespace landscape::md::test
