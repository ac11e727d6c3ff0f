#include "tests/bench/glass.hpp"

#include "md/core/error.hpp"
#include "md/dynamics/random_lattice.hpp"

namespace landscape::bench {

std::shared_ptr<const md::Potential> cu_zr_potential() {
  try {
    return md::open_potential("CuZr_mm.eam.fs");
  } catch (const md::InputError&) {
    return md::open_potential("zhou2004");
  }
}

md::Configuration disordered_cu_zr(const md::Potential& potential, Eigen::Index atoms) {
  md::CounterRng types(1, md::Stream::Types, 0);
  md::Configuration glass =
      md::random_lattice(md::parse_composition("Cu64Zr36"), atoms, potential, types, 17.0);
  md::CounterRng displacements(1, md::Stream::Displacement, 0);
  for (double& coordinate : glass.positions.reshaped())
    coordinate += 0.6 * displacements.uniform() - 0.3;
  return glass;
}

benchmark::Counter per_atom(const benchmark::State& state, Eigen::Index atoms) {
  const double count = static_cast<double>(state.iterations()) * static_cast<double>(atoms);
  return {count, benchmark::Counter::kIsRate | benchmark::Counter::kInvert};
}

}  // namespace landscape::bench
