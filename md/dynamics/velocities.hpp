/// Velocities of atoms: kinetic energy, momentum and the Maxwell-Boltzmann distribution.
#pragma once

#include "md/core/configuration.hpp"
#include "md/core/rng.hpp"

namespace landscape::md {

/// Kinetic energy [eV] of velocities (3 x N [Å/ps]) with masses (length N [g/mol]).
double kinetic_energy(const Eigen::Ref<const Matrix3Xd>& velocities,
                      const Eigen::Ref<const Eigen::VectorXd>& masses);

/// sum of m v ⊗ v [eV], the kinetic part of minus the stress times the volume.
Eigen::Matrix3d kinetic_tensor(const Eigen::Ref<const Matrix3Xd>& velocities,
                               const Eigen::Ref<const Eigen::VectorXd>& masses);

/// 3N - 3 where all atoms are free (total momentum is zero), 3 N_free where some are frozen.
/// Rotation of clusters is not subtracted.
Eigen::Index degrees_of_freedom(const Configuration& configuration);

/// Subtracts the velocity of the center of mass.
void remove_momentum(Eigen::Ref<Matrix3Xd> velocities,
                     const Eigen::Ref<const Eigen::VectorXd>& masses);

/// Gives the configuration Maxwell-Boltzmann velocities: frozen atoms zero, momentum removed where
/// all atoms are free, scaled so that the kinetic temperature is exactly the one asked for.
///
/// @param masses length N [g/mol], > 0. @param temperature_k [K], >= 0.
/// @param rng on md::Stream::Velocities; each atom takes three draws, frozen or not, so the others
/// do not depend on it.
/// @throws InputError for a negative temperature, masses that do not fit, or no degree of freedom.
void draw_velocities(Configuration& configuration,
                     const Eigen::Ref<const Eigen::VectorXd>& masses,
                     double temperature_k,
                     CounterRng& rng);

}  // namespace landscape::md
