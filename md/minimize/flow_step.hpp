/// A step of the steepest descent of a surface, as the flow dx/dt = -dE/dx.
#pragma once

#include <Eigen/Dense>

#include "md/core/energy_surface.hpp"

namespace landscape::md {

struct FlowStepOptions {
  double residual = 0.1;     ///< in (0, 1): the step is good enough where ‖H p + g - exp(-tH) g‖ has come down to this share of ‖g‖ ...
  int max_vectors = 30;      ///< > 1: ... or after so many Lanczos vectors
  double delta = 0.005;      ///< [Å], > 0: of the differences, where the surface has no exact products
};

struct [[nodiscard]] FlowStep {
  Eigen::VectorXd step;      ///< length dof [Å]; zero where the gradient is
  double time = 0.0;         ///< how far the flow went [Å²/eV]
  double predicted = 0.0;    ///< change of the energy that the model says [eV], < 0
  int products = 0;
};

/// p = -t φ1(-tH) g, where the flow of the paraboloid at x has come to after a time t: as long a one as leaves no particle further than `limit` [Å]
/// from x. Stiff directions are at their bottom long before, soft ones are followed along their slope; where nothing is limited it is Newton's step.
///
/// @param gradient dE/dx at x, length dof [eV/Å].
/// @par Source M. Page & J. W. McIver, J. Chem. Phys. 88, 922 (1988), in the Krylov space of g as in M. Hochbruck & Ch. Lubich, SIAM J. Numer. Anal. 34,
///      1911 (1997).
FlowStep flow_step(EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& x, const Eigen::Ref<const Eigen::VectorXd>& gradient, double limit,
                   const FlowStepOptions& options = {});

}  // namespace landscape::md
