/// One attempted swap of an EAM glass, rejected: the energy change from two neighborhoods.
#include "md/montecarlo/swap.hpp"
#include "tests/bench/glass.hpp"

namespace landscape::bench {
namespace {

void swap_attempt(benchmark::State& state) {
  const auto potential = cu_zr_potential();
  const md::Configuration glass = disordered_cu_zr(*potential, state.range(0));
  md::NeighborList list(potential->cutoff(), 1.0);
  list.update(glass.cell, glass.positions);
  const auto types = potential->types_of(glass.species);
  const auto energy = md::make_swap_energy(potential);
  energy->begin(glass.positions, types, list);
  md::SwapSampler sampler(types, {});
  md::CounterRng rng(1, md::Stream::Swap, 0);
  // Cold: next to nothing is accepted, as in a glass.
  for (auto _ : state) benchmark::DoNotOptimize(sampler.run(*energy, rng, 1, 1e-3, {}));
  state.SetLabel(potential->spec());
}
BENCHMARK(swap_attempt)->ArgName("atoms")->Arg(500)->Arg(4000)->Arg(32000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace landscape::bench
