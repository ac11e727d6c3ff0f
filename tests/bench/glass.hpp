/// What the benchmarks measure on: disordered Cu-Zr of 500, 4000 and 32000 atoms.
#pragma once

#include <benchmark/benchmark.h>

#include <memory>

#include "md/potential/potential.hpp"

namespace landscape::bench {

/// CuZr_mm.eam.fs where it is found, else the built-in zhou2004.
std::shared_ptr<const md::Potential> cu_zr_potential();

/// Cu64Zr36 at random sites of an fcc lattice of 17 Å³ an atom, as dense as the glass, every coordinate displaced by up
/// to 0.3 Å: about as many neighbors as in the glass, for the price of no quench.
/// @param atoms 4 m³ for some m, so that no site is vacant.
md::Configuration disordered_cu_zr(const md::Potential& potential, Eigen::Index atoms);

/// Time of one iteration for each atom.
benchmark::Counter per_atom(const benchmark::State& state, Eigen::Index atoms);

}  // namespace landscape::bench
