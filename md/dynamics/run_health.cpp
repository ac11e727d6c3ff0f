#include "md/dynamics/run_health.hpp"

#include <algorithm>

#include "md/core/error.hpp"

namespace landscape::md {
namespace {

/// A run whose kinetic temperature exceeds this many times its highest set point has lost its integration: random types on a
/// lattice release less than 1 eV per atom, which the thermostat takes up within a fraction of a ps.
constexpr double runaway_factor = 10.0;
/// [K] Set points below count as this: swaps in a cold glass release heat too.
constexpr double least_set_point_k = 300.0;
/// Liquid metals at zero pressure expand by 10-20 %; a cell four times its first volume holds a gas.
constexpr double boiling_factor = 4.0;

}  // namespace

RunHealth::RunHealth(const Dynamics& first, double hottest_k, double dt_ps)
    : first_volume_(first.cell().volume()),
      temperature_limit_k_(runaway_factor * std::max(hottest_k, least_set_point_k)),
      dt_ps_(dt_ps) {}

void RunHealth::check(const Dynamics& now) const {
  const double t = now.temperature_k();
  if (!(t < temperature_limit_k_))
    throw InputError(message("step ", now.steps(), ": temperature ", t, " K at a set point of ", now.set_point_k(),
                             " K, expected below ", temperature_limit_k_, " K; is dt ", dt_ps_, " ps too large?"));
  const double volume = now.cell().volume();
  if (!(volume < boiling_factor * first_volume_))
    throw InputError(message("step ", now.steps(), ": volume ", volume, " Å³ from ", first_volume_,
                             " Å³ at the start, expected less than ", boiling_factor,
                             " times that; it boils: lower the temperature or apply pressure"));
}

}  // namespace landscape::md
