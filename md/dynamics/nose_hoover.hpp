/// Nosé-Hoover chains: the thermostat of Dynamics.
#pragma once

#include <Eigen/Dense>
#include <vector>

namespace landscape::md {

/// Thermostat coordinates (dimensionless) and their velocities [1/ps], both of the chain's length.
struct ChainState {
  std::vector<double> positions;
  std::vector<double> velocities;
  friend bool operator==(const ChainState&, const ChainState&) = default;
};

/// A chain of thermostats on a set of momenta. A value; belongs to one thread.
///
/// Masses follow the set point: Q1 = dof kT tau², Qk = kT tau² (Martyna, Klein & Tuckerman, J.
/// Chem. Phys. 97, 2635 (1992)).
class NoseHooverChain {
 public:
  /// @param length >= 1. @param degrees_of_freedom >= 1. @param period_ps tau [ps], > 0.
  NoseHooverChain(int length, double degrees_of_freedom, double period_ps);

  /// Half a time step of the chain.
  ///
  /// @param kinetic_energy of the momenta it acts on [eV]. @param kt set point [eV], > 0. @param
  /// dt_ps full step [ps].
  /// @return factor by which their velocities are to be multiplied.
  /// @par Source Martyna, Tuckerman, Tobias & Klein, Mol. Phys. 87, 1117 (1996), third-order
  /// Suzuki-Yoshida weights.
  double half_step(double kinetic_energy, double kt, double dt_ps);

  /// Kinetic and potential energy of the chain at the set point kt [eV]: its part of the conserved
  /// quantity.
  double energy(double kt) const;

  const ChainState& state() const { return state_; }
  /// @throws InputError if the lengths are not the chain's.
  void restore(const ChainState& state);

 private:
  double degrees_of_freedom_;
  double period_ps_;
  ChainState state_;
};

}  // namespace landscape::md
