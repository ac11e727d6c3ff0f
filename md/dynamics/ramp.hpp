/// Durations and linear ramps of a set point in whole time steps.
#pragma once

#include <cstdint>

namespace landscape::md {

/// A ramp or a cycle of fewer steps is none: the set point would jump.
inline constexpr int least_phase_steps = 10;

/// Steps that last `duration_ps` or just longer. @throws InputError for 1e12 and more.
std::int64_t step_count(double duration_ps, double dt_ps);

struct Ramp {
  double low_temperature_k, high_temperature_k;  ///< [K]
  double rate_k_per_s;                           ///< [K/s], > 0

  double duration_ps() const;
  std::int64_t steps(double dt_ps) const { return step_count(duration_ps(), dt_ps); }
  /// @throws InputError naming the largest rate where it takes fewer than least_phase_steps, or more than 1e12.
  void validate(double dt_ps) const;
};

}  // namespace landscape::md
