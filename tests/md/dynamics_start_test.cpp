#include <gtest/gtest.h>

#include <algorithm>

#include "md/core/error.hpp"
#include "md/dynamics/random_lattice.hpp"
#include "tests/md/dynamics_support.hpp"

namespace landscape::md::test {
namespace {

TEST(Composition, ReadsSymbolsWithAmountsOfAnyScale) {
  const Composition c = parse_composition("Cu46Zr46Al8");
  EXPECT_EQ(c.symbols, (std::vector<std::string>{"Cu", "Zr", "Al"}));
  EXPECT_DOUBLE_EQ(c.fractions[0], 0.46);
  EXPECT_DOUBLE_EQ(c.fractions[2], 0.08);
  EXPECT_DOUBLE_EQ(parse_composition("Cu0.5Zr0.5").fractions[1], 0.5);
  EXPECT_DOUBLE_EQ(parse_composition("A4B").fractions[0], 0.8);
  EXPECT_EQ(parse_composition("Cu").fractions, std::vector<double>{1.0});
}

TEST(Composition, RefusesWhatIsNone) {
  for (const char* text : {"", "cu64", "64Cu", "Cu64 Zr36", "Cu-1Zr2", "Cu0Zr1", "Cu64Cu36",
                           "Cu1e3Zr", "Cu64Zr36!", "Cu..5", "Cu1.2.3", "Cu64-"})
    EXPECT_THROW(
        {
          const Composition c = parse_composition(text);
          ADD_FAILURE() << text << " read as " << c.symbols.size() << " elements";
        },
        InputError)
        << text;
}

TEST(Composition, CountsByLargestRemainder) {
  const auto counts = [](const char* text, Eigen::Index n) {
    return atom_counts(parse_composition(text), n);
  };
  using Counts = std::vector<Eigen::Index>;
  EXPECT_EQ(counts("Cu64Zr36", 1000), (Counts{640, 360}));
  EXPECT_EQ(counts("Cu46Zr46Al8", 100), (Counts{46, 46, 8}));
  EXPECT_EQ(counts("Cu46Zr46Al8", 108), (Counts{50, 50, 8}));  // 49.68 49.68 8.64
  EXPECT_EQ(counts("Cu46Zr46Al8", 107), (Counts{49, 49, 9}));  // 49.22 49.22 8.56
  EXPECT_EQ(counts("CuZr", 5), (Counts{3, 2}));
  EXPECT_EQ(counts("Cu29Zr71", 100), (Counts{29, 71}));
  for (Eigen::Index n = 20; n < 200; ++n) {
    const Counts c = counts("Cu1Zr1Al1Ni1", n);
    EXPECT_EQ(c[0] + c[1] + c[2] + c[3], n);
  }
  EXPECT_THROW(counts("Cu99Zr1", 10), InputError);
  EXPECT_THROW(counts("Cu", 0), InputError);
}

double nearest_distance(const Configuration& c) {
  double best = 1e300;
  for (Eigen::Index i = 0; i < c.size(); ++i)
    for (Eigen::Index j = 0; j < i; ++j)
      best = std::min(best, c.cell.minimum_image(c.positions.col(i) - c.positions.col(j)).norm());
  return best;
}

TEST(RandomLattice, HasTheCountsAndNoClosePairForAnyNumberOfAtoms) {
  const auto potential = open_potential("zhou2004");
  for (const Eigen::Index n : {10, 31, 54, 100, 108, 133, 250}) {
    CounterRng rng(5, Stream::Types, 0);
    const Configuration c = random_lattice(parse_composition("Cu64Zr36"), n, *potential, rng);
    c.validate();
    ASSERT_EQ(c.size(), n);
    EXPECT_EQ(std::count(c.species.begin(), c.species.end(), "Cu"),
              atom_counts(parse_composition("Cu64Zr36"), n)[0]);
    EXPECT_GT(nearest_distance(c), 2.3) << n;
    EXPECT_LT(nearest_distance(c), 3.2) << n;
  }
}

TEST(RandomLattice, FindsTheVolumeOfLowestEnergy) {
  // 108 sites of fcc copper: 3.615 Å is the lattice constant the potential was fitted to.
  CounterRng rng(5, Stream::Types, 0);
  const Configuration c =
      random_lattice(parse_composition("Cu"), 108, *open_potential("zhou2004"), rng);
  EXPECT_NEAR(std::cbrt(c.cell.volume()) / 3.0, 3.615, 0.01);
  const Configuration argon_crystal =
      random_lattice(parse_composition("Ar"), 108, *open_potential(argon_spec), rng);
  EXPECT_NEAR(nearest_distance(argon_crystal) / 3.4, 1.10, 0.03);
}

TEST(RandomLattice, IsNotCaughtByAShallowWellInThePotentialsTail) {
  // Once started at 217 Å³ per atom with this potential, whose energy has a minimum of 0.04 eV
  // there.
  CounterRng rng(1, Stream::Types, 0);
  const Configuration c =
      random_lattice(parse_composition("Cu64Zr36"), 108, *open_potential("CuZr_mm.eam.fs"), rng);
  EXPECT_GT(c.cell.volume() / 108.0, 15.0);
  EXPECT_LT(c.cell.volume() / 108.0, 19.0);
}

TEST(RandomLattice, FindsTheContactOfAPotentialWithALongCutoff) {
  CounterRng rng(1, Stream::Types, 0);
  const Configuration c = random_lattice(parse_composition("Ar"), 108,
                                         *open_potential("lj:epsilon=1,sigma=1,cutoff=6"), rng);
  EXPECT_NEAR(nearest_distance(c), 1.09, 0.01);  // 1.0902 for fcc with all neighbors
}

TEST(RandomLattice, DependsOnTheSeedAndOnNothingElse) {
  const auto potential = open_potential("kob-andersen");
  const auto make = [&](std::uint64_t seed) {
    CounterRng rng(seed, Stream::Types, 0);
    return random_lattice(parse_composition("A80B20"), 100, *potential, rng, 1.0);
  };
  EXPECT_EQ(make(1).species, make(1).species);
  EXPECT_NE(make(1).species, make(2).species);
  EXPECT_NEAR(make(1).cell.volume(), 100.0, 1e-9);
}

TEST(RandomLattice, RefusesAnUnknownElementAndABadVolume) {
  CounterRng rng(1, Stream::Types, 0);
  const auto potential = open_potential("zhou2004");
  EXPECT_THROW(random_lattice(parse_composition("CuXx"), 10, *potential, rng), InputError);
  EXPECT_THROW(random_lattice(parse_composition("Cu"), 10, *potential, rng, -1.0), InputError);
}

TEST(Velocities, HaveTheTemperatureExactlyAndNoMomentum) {
  const Configuration c = argon(3, 5.4, 300.0);
  const Eigen::VectorXd m = Eigen::VectorXd::Constant(108, open_potential(argon_spec)->mass(0));
  const double kt = units::boltzmann_ev_per_k * 300.0;
  EXPECT_NEAR(2.0 * kinetic_energy(c.velocities, m) / (3 * 108 - 3) / kt, 1.0, 1e-12);
  EXPECT_LT((c.velocities * m).norm(), 1e-9);
  EXPECT_NEAR(kinetic_tensor(c.velocities, m).trace(), 2.0 * kinetic_energy(c.velocities, m),
              1e-12);
}

TEST(Velocities, AreMaxwellianComponentByComponent) {
  const Configuration c = argon(8, 5.4, 300.0);  // 6144 components
  const Eigen::Map<const Eigen::VectorXd> v(c.velocities.data(), c.velocities.size());
  const double s2 = v.squaredNorm() / static_cast<double>(v.size());
  const double fourth = v.array().pow(4).mean() / (s2 * s2);
  EXPECT_NEAR(fourth, 3.0,
              4.0 * std::sqrt(24.0 / 6144.0));  // kurtosis of a normal, 4 standard errors
}

TEST(Velocities, OfFrozenAtomsAreZero) {
  Configuration c = argon(2, 5.4, 0.0);
  c.movable.assign(32, 1);
  c.movable[7] = 0;
  CounterRng rng(1, Stream::Velocities, 0);
  const Eigen::VectorXd m = Eigen::VectorXd::Ones(32);
  draw_velocities(c, m, 100.0, rng);
  EXPECT_EQ(c.velocities.col(7).norm(), 0.0);
  EXPECT_NEAR(2.0 * kinetic_energy(c.velocities, m) / (93 * units::boltzmann_ev_per_k), 100.0,
              1e-9);
  EXPECT_THROW(draw_velocities(c, m, -1.0, rng), InputError);
  EXPECT_THROW(draw_velocities(c, m.head(3), 1.0, rng), InputError);
}

}  // namespace
}  // namespace landscape::md::test
