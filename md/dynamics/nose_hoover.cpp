#include "md/dynamics/nose_hoover.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "md/core/error.hpp"

namespace landscape::md {

namespace {

/// Suzuki-Yoshida weights of third order, w1 = w3 = 1 / (2 - 2^(1/3)), w2 = 1 - 2 w1.
const std::array<double, 3>& suzuki_yoshida() {
  static const double w = 1.0 / (2.0 - std::cbrt(2.0));
  static const std::array<double, 3> weights = {w, 1.0 - 2.0 * w, w};
  return weights;
}

}  // namespace

NoseHooverChain::NoseHooverChain(int length, double degrees_of_freedom, double period_ps)
    : degrees_of_freedom_(degrees_of_freedom), period_ps_(period_ps) {
  if (length < 1) throw InputError(message("chain length ", length, ", expected at least 1"));
  if (!(degrees_of_freedom >= 1.0))
    throw InputError(message("thermostat on ", degrees_of_freedom,
                             " degrees of freedom, expected at least 1; is every atom frozen?"));
  if (!(period_ps > 0.0))
    throw InputError(message("thermostat period ", period_ps, " ps, expected more than 0"));
  state_.positions.assign(static_cast<std::size_t>(length), 0.0);
  state_.velocities.assign(static_cast<std::size_t>(length), 0.0);
}

double NoseHooverChain::half_step(double kinetic_energy, double kt, double dt_ps) {
  auto& v = state_.velocities;
  auto& eta = state_.positions;
  const std::size_t m = v.size();
  const double q_rest = kt * period_ps_ * period_ps_;
  const double q_first = degrees_of_freedom_ * q_rest;
  double twice_kinetic = 2.0 * kinetic_energy;
  double scale = 1.0;
  // Acceleration of link k [1/ps²].
  const auto acceleration = [&](std::size_t k) {
    if (k == 0) return (twice_kinetic - degrees_of_freedom_ * kt) / q_first;
    const double q_below = k == 1 ? q_first : q_rest;
    return (q_below * v[k - 1] * v[k - 1] - kt) / q_rest;
  };
  // A set point that falls faster than the atoms cool leaves a chain whose own motion is faster than the step: then it takes shorter ones.
  double rate = 0.0;
  for (std::size_t k = 0; k < m; ++k) rate = std::max({rate, std::abs(v[k]), std::sqrt(std::abs(acceleration(k)))});
  const double parts = rate * dt_ps < 1.0 ? 1.0 : std::min(std::ceil(4.0 * rate * dt_ps), 1e4);
  for (double part = 0.0; part < parts; ++part) {
    for (const double weight : suzuki_yoshida()) {
      const double h = 0.5 * weight * dt_ps / parts;
      v[m - 1] += 0.5 * h * acceleration(m - 1);
      for (std::size_t k = m - 1; k-- > 0;) {
        const double damp = std::exp(-0.25 * h * v[k + 1]);
        v[k] = (v[k] * damp + 0.5 * h * acceleration(k)) * damp;
      }
      const double factor = std::exp(-h * v[0]);
      scale *= factor;
      twice_kinetic *= factor * factor;
      for (std::size_t k = 0; k < m; ++k) eta[k] += h * v[k];
      for (std::size_t k = 0; k + 1 < m; ++k) {
        const double damp = std::exp(-0.25 * h * v[k + 1]);
        v[k] = (v[k] * damp + 0.5 * h * acceleration(k)) * damp;
      }
      v[m - 1] += 0.5 * h * acceleration(m - 1);
    }
  }
  return scale;
}

double NoseHooverChain::energy(double kt) const {
  const double q_rest = kt * period_ps_ * period_ps_;
  double sum = 0.0;
  for (std::size_t k = 0; k < state_.velocities.size(); ++k) {
    const double weight = k == 0 ? degrees_of_freedom_ : 1.0;
    const double v = state_.velocities[k];
    sum += weight * (0.5 * q_rest * v * v + kt * state_.positions[k]);
  }
  return sum;
}

void NoseHooverChain::restore(const ChainState& state) {
  if (state.positions.size() != state_.positions.size() ||
      state.velocities.size() != state_.velocities.size())
    throw InputError(message("thermostat state of ", state.positions.size(), " positions and ",
                             state.velocities.size(), " velocities, expected chains of ",
                             state_.positions.size()));
  state_ = state;
}

}  // namespace landscape::md
