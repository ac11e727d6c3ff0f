/// Newton's step of a surface that has exact products of its Hessian, by conjugate gradients that are cut short.
#pragma once

#include <Eigen/Dense>

#include "md/core/energy_surface.hpp"

namespace landscape::md {

struct NewtonStepOptions {
  double residual = 0.1;     ///< in (0, 1): the step is good enough where ‖H p + g‖ has come down to this share of ‖g‖ ...
  int max_products = 200;    ///< > 0: ... or after so many products
};

struct [[nodiscard]] NewtonStep {
  Eigen::VectorXd step;      ///< downhill, length dof [Å]; zero where the gradient is
  double predicted = 0.0;    ///< change of the energy that the model says [eV], < 0
  bool limited = false;      ///< cut at `limit`
  int products = 0;
};

/// Minimizes g·p + ½ p·H p over steps in which no particle moves further than `limit` [Å]; along a direction of negative curvature it goes as far.
///
/// H is that of the surface's last expand(). @param gradient dE/dx there, length dof [eV/Å].
/// @par Source T. Steihaug, SIAM J. Numer. Anal. 20, 626 (1983), with the largest move of a particle instead of the norm.
NewtonStep newton_step(EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& gradient, double limit,
                       const NewtonStepOptions& options = {});

}  // namespace landscape::md
