#include "md/dynamics/ramp.hpp"

#include <cmath>

#include "md/core/error.hpp"
#include "md/core/units.hpp"

namespace landscape::md {

std::int64_t step_count(double duration_ps, double dt_ps) {
  const double n = std::ceil(duration_ps / dt_ps - 1e-9);
  if (!(n < 1e12)) throw InputError(message(n, " steps in one phase, expected fewer than 1e12; is the rate in K/s?"));
  return static_cast<std::int64_t>(n);
}

double Ramp::duration_ps() const {
  return (high_temperature_k - low_temperature_k) / (rate_k_per_s * units::k_per_s_to_k_per_ps);
}

void Ramp::validate(double dt_ps) const {
  const std::int64_t n = steps(dt_ps);
  if (n >= least_phase_steps) return;
  const double largest = (high_temperature_k - low_temperature_k) / (least_phase_steps * dt_ps * units::k_per_s_to_k_per_ps);
  throw InputError(message("rate_k_per_s ", rate_k_per_s, ": ", n, " steps of ", dt_ps, " ps between ", low_temperature_k, " and ",
                           high_temperature_k, " K, expected at least ", least_phase_steps, "; the largest rate is ", largest,
                           " K/s"));
}

}  // namespace landscape::md
