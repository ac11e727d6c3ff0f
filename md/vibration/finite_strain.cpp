/// Elastic constants by straining and relaxing.
#include <array>
#include <cmath>

#include "md/core/error.hpp"
#include "md/minimize/minimizer.hpp"
#include "md/potential/atomic_surface.hpp"
#include "md/vibration/elastic.hpp"

namespace landscape::md {

void FiniteStrainOptions::validate() const {
  if (!(strain > 0.0 && strain < 0.05))
    throw InputError(
        message("finite strain: strain is ", strain, ", expected above 0 and below 0.05"));
  if (!(max_force > 0.0))
    throw InputError(
        message("finite strain: max_force is ", max_force, " eV/Å, expected a positive force"));
  if (max_iterations < 1)
    throw InputError(
        message("finite strain: max_iterations is ", max_iterations, ", expected at least 1"));
  if (threads < 1)
    throw InputError(message("finite strain: threads is ", threads, ", expected at least 1"));
}

namespace {

constexpr double kink_force = 1e-4;  ///< [eV/Å] see finite_strain_elasticity

/// I + ε of one Voigt component; shear strains are doubled.
Eigen::Matrix3d deformation(int component, double strain) {
  constexpr std::array<std::array<int, 2>, 6> pair = {
      {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}}};
  const auto [a, b] = pair[static_cast<std::size_t>(component)];
  Eigen::Matrix3d f = Eigen::Matrix3d::Identity();
  f(a, b) += 0.5 * strain;
  f(b, a) += 0.5 * strain;
  return f;
}

}  // namespace

Elasticity finite_strain_elasticity(const std::shared_ptr<const Potential>& potential,
                                    const Configuration& configuration,
                                    const FiniteStrainOptions& options,
                                    const ElasticObserver& observe) {
  options.validate();
  if (!configuration.cell.fully_periodic())
    throw InputError("elastic constants: expected a cell periodic in all three directions");
  if (configuration.any_frozen())
    throw InputError("elastic constants: expected all atoms free, some are frozen");
  MinimizeOptions minimize_options;
  minimize_options.max_force = options.max_force;
  minimize_options.max_iterations = options.max_iterations;
  Elasticity out;
  out.residual = 0.0;
  Matrix6d slope;
  for (int component = 0; component < 6; ++component) {
    std::array<std::array<double, 6>, 2> stress{};
    for (int side = 0; side < 2; ++side) {
      AtomicSurface surface(potential, configuration, {.threads = options.threads});
      Eigen::VectorXd x = surface.gather(configuration.positions);
      surface.deform(deformation(component, side == 0 ? options.strain : -options.strain), x);
      bool stopped = false;
      const MinimizeResult done =
          minimize(surface, x, minimize_options, [&](const MinimizeProgress&) {
            stopped = observe && observe((2 * component + side) / 12.0) == Control::Stop;
            return stopped ? Control::Stop : Control::Continue;
          });
      out.products += done.force_calls;
      out.residual = std::max(out.residual, done.max_force);
      if (stopped) {
        out.status = ElasticStatus::StoppedByObserver;
        return out;
      }
      const bool kink = done.status == MinimizeStatus::Stalled && done.max_force <= kink_force;
      if (!done.converged() && !kink) return out;
      Eigen::VectorXd gradient(x.size());
      surface.forget_history();
      surface.evaluate(x, gradient);
      stress[static_cast<std::size_t>(side)] = voigt(surface.stress());
    }
    for (int a = 0; a < 6; ++a)
      slope(a, component) =
          (stress[0][static_cast<std::size_t>(a)] - stress[1][static_cast<std::size_t>(a)]) /
          (2.0 * options.strain);
  }
  out.asymmetry = (slope - slope.transpose()).cwiseAbs().maxCoeff();
  out.stiffness = 0.5 * (slope + slope.transpose());
  out.status = ElasticStatus::Converged;
  return out;
}

}  // namespace landscape::md
