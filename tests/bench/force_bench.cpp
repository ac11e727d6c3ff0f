/// One force call of an EAM glass with a valid neighbor list; per_atom is the time for each atom.
#include "md/potential/atomic_surface.hpp"
#include "tests/bench/glass.hpp"

namespace landscape::bench {
namespace {

/// Arguments: atoms, threads.
void force_call(benchmark::State& state) {
  const auto potential = cu_zr_potential();
  const Eigen::Index atoms = state.range(0);
  const md::Configuration glass = disordered_cu_zr(*potential, atoms);
  md::AtomicSurface surface(potential, glass, {.threads = static_cast<int>(state.range(1))});
  const Eigen::VectorXd x = surface.gather(glass.positions);
  Eigen::VectorXd gradient(x.size());
  for (auto _ : state) benchmark::DoNotOptimize(surface.evaluate(x, gradient));
  state.counters["per_atom"] = per_atom(state, atoms);
  state.SetLabel(potential->spec());
}
BENCHMARK(force_call)
    ->ArgNames({"atoms", "threads"})
    ->ArgsProduct({{500, 4000, 32000}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace landscape::bench
