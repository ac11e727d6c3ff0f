#include "landscape/exchange/query_functions.hpp"

#include <cmath>
#include <limits>

#include "md/core/units.hpp"

namespace landscape {

namespace {
constexpr double hertz_per_terahertz = 1e12;
}

double harmonic_rate(double barrier_ev, double temperature_k, double prefactor_thz) {
  if (!(temperature_k > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return prefactor_thz * hertz_per_terahertz *
         std::exp(-barrier_ev / (md::units::boltzmann_ev_per_k * temperature_k));
}

std::vector<db::NumberFunction> rate_functions() {
  return {
      {"rate", 2,
       [](std::span<const double> x) { return harmonic_rate(x[0], x[1], assumed_prefactor_thz); }},
      {"rate", 3, [](std::span<const double> x) { return harmonic_rate(x[0], x[1], x[2]); }}};
}

}  // namespace landscape
