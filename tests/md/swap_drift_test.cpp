// A million swaps: the running energy, kept by local differences alone, against a full evaluation.
#include <gtest/gtest.h>

#include <iostream>

#include "md/dynamics/random_lattice.hpp"
#include "md/montecarlo/swap.hpp"

namespace landscape::md {
namespace {

TEST(SwapMonteCarlo, RunningEnergyOfAMillionSwapsEqualsAFullEvaluation) {
  const auto potential = open_potential("CuZr_mm.eam.fs");
  CounterRng random(1, Stream::Types, 0);
  Configuration atoms = random_lattice(parse_composition("Cu64Zr36"), 500, *potential, random, 17.0);
  for (double& x : atoms.positions.reshaped()) x += 0.4 * random.uniform() - 0.2;
  std::vector<int> types = potential->types_of(atoms.species);
  NeighborList list(potential->cutoff(), 0.5);
  list.update(atoms.cell, atoms.positions);
  Matrix3Xd forces(3, atoms.size());
  ForceScratch scratch;
  const auto full = [&] { return potential->compute(atoms.positions, types, list, forces, scratch, 1).energy; };
  const auto energy = make_swap_energy(potential);
  energy->begin(atoms.positions, types, list);
  SwapSampler sampler(types, {});
  CounterRng rng(3, Stream::Swap, 0);
  double running = full();
  std::int64_t accepted = 0;
  while (accepted < 1000000)
    accepted += sampler.run(*energy, rng, 10000, 3.0, [&](std::size_t i, std::size_t j, double change) {
      std::swap(types[i], types[j]);
      running += change;
    });
  const double exact = full();
  std::cout << "  after " << accepted << " swaps: relative error " << (running - exact) / exact << '\n';
  EXPECT_NEAR(running / exact, 1.0, 1e-9);
}

}  // namespace
}  // namespace landscape::md
