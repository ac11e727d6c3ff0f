#include "md/dynamics/velocities.hpp"

#include <cmath>

#include "md/core/error.hpp"
#include "md/core/units.hpp"

namespace landscape::md {

double kinetic_energy(const Eigen::Ref<const Matrix3Xd>& velocities,
                      const Eigen::Ref<const Eigen::VectorXd>& masses) {
  double sum = 0.0;
  for (Eigen::Index i = 0; i < velocities.cols(); ++i)
    sum += masses[i] * velocities.col(i).squaredNorm();
  return 0.5 * units::kinetic_ev * sum;
}

Eigen::Matrix3d kinetic_tensor(const Eigen::Ref<const Matrix3Xd>& velocities,
                               const Eigen::Ref<const Eigen::VectorXd>& masses) {
  Eigen::Matrix3d sum = Eigen::Matrix3d::Zero();
  for (Eigen::Index i = 0; i < velocities.cols(); ++i)
    sum += masses[i] * velocities.col(i) * velocities.col(i).transpose();
  return units::kinetic_ev * sum;
}

Eigen::Index degrees_of_freedom(const Configuration& configuration) {
  if (!configuration.any_frozen()) return 3 * configuration.size() - 3;
  Eigen::Index n = 0;
  for (Eigen::Index i = 0; i < configuration.size(); ++i)
    if (configuration.is_free(i)) n += 3;
  return n;
}

void remove_momentum(Eigen::Ref<Matrix3Xd> velocities,
                     const Eigen::Ref<const Eigen::VectorXd>& masses) {
  Eigen::Vector3d momentum = Eigen::Vector3d::Zero();
  double mass = 0.0;
  for (Eigen::Index i = 0; i < velocities.cols(); ++i) {
    momentum += masses[i] * velocities.col(i);
    mass += masses[i];
  }
  velocities.colwise() -= momentum / mass;
}

void draw_velocities(Configuration& configuration,
                     const Eigen::Ref<const Eigen::VectorXd>& masses,
                     double temperature_k,
                     CounterRng& rng) {
  if (!(temperature_k >= 0.0) || !std::isfinite(temperature_k))
    throw InputError(message("temperature ", temperature_k, " K, expected at least 0"));
  if (masses.size() != configuration.size() || !(masses.array() > 0.0).all())
    throw InputError(message(masses.size(), " masses for ", configuration.size(),
                             " atoms, expected one positive mass each"));
  const Eigen::Index dof = degrees_of_freedom(configuration);
  if (dof < 1)
    throw InputError(
        "velocities: no degree of freedom, expected two free atoms or a frozen one beside a free "
        "one");
  configuration.velocities.setZero(3, configuration.size());
  for (Eigen::Index i = 0; i < configuration.size(); ++i) {
    Eigen::Vector3d draw;
    for (int k = 0; k < 3; ++k) draw[k] = rng.normal();
    if (configuration.is_free(i)) configuration.velocities.col(i) = draw / std::sqrt(masses[i]);
  }
  if (!configuration.any_frozen()) remove_momentum(configuration.velocities, masses);
  const double wanted = 0.5 * static_cast<double>(dof) * units::boltzmann_ev_per_k * temperature_k;
  configuration.velocities *= std::sqrt(wanted / kinetic_energy(configuration.velocities, masses));
}

}  // namespace landscape::md
