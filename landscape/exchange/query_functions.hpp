/// Physics that queries may use beside SQL.
#pragma once

#include <vector>

#include "db/query.hpp"

namespace landscape {

/// Attempt frequency assumed where none is known [THz].
inline constexpr double assumed_prefactor_thz = 10.0;

/// Rate of a thermally activated event, k = ν exp(-E_A / k_B T) [1/s].
/// @param barrier_ev [eV]. @param temperature_k [K], > 0. @param prefactor_thz ν [THz].
/// @par Source Harmonic transition-state theory, Vineyard, J. Phys. Chem. Solids 3, 121 (1957).
double harmonic_rate(double barrier_ev, double temperature_k, double prefactor_thz);

/// rate(EA, T) with assumed_prefactor_thz and rate(EA, T, nu_thz): harmonic_rate [1/s].
std::vector<db::NumberFunction> rate_functions();

}  // namespace landscape
