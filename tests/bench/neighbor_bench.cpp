/// One build of the neighbor list of an EAM glass (skin 1 Å); per_atom is the time for each atom.
#include "md/neighbor/neighbor_list.hpp"
#include "tests/bench/glass.hpp"

namespace landscape::bench {
namespace {

void list_build(benchmark::State& state) {
  const auto potential = cu_zr_potential();
  const Eigen::Index atoms = state.range(0);
  const md::Configuration glass = disordered_cu_zr(*potential, atoms);
  md::NeighborList list(potential->cutoff(), 1.0);
  for (auto _ : state) {
    list.invalidate();
    benchmark::DoNotOptimize(list.update(glass.cell, glass.positions));
  }
  state.counters["per_atom"] = per_atom(state, atoms);
  state.SetLabel(potential->spec());
}
BENCHMARK(list_build)
    ->ArgName("atoms")
    ->Arg(500)
    ->Arg(4000)
    ->Arg(32000)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace landscape::bench
