/// Whether a run at constant pressure is still one of condensed matter.
#pragma once

#include "md/dynamics/dynamics.hpp"

namespace landscape::md {

/// Limits of one run, from its first volume and highest set point. Read-only once made.
class RunHealth {
 public:
  RunHealth(const Dynamics& first, double hottest_k, double dt_ps);
  /// @throws InputError if the temperature runs away or the cell boils, naming the step.
  void check(const Dynamics& now) const;

 private:
  double first_volume_;           ///< [Å³]
  double temperature_limit_k_;    ///< [K]
  double dt_ps_;
};

}  // namespace landscape::md
