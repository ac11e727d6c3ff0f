/// How a minimum or a saddle answers a small simple shear.
#pragma once

#include <Eigen/Dense>
#include <cstdint>

#include "md/vibration/hessian.hpp"

namespace landscape::md {

struct [[nodiscard]] ShearResponse {
  bool converged = false;
  double stiffness = 0.0;      ///< d²E/dγ² with the atoms following [eV]: V dσ/dγ of the sheared plane
  double affine = 0.0;         ///< the same with the atoms held at their reduced coordinates [eV]
  Eigen::VectorXd velocity;    ///< dof [Å]: non-affine motion for a strain of one, -H⁻¹ Ξ
  double residual = 0.0;       ///< ‖H velocity + Ξ‖ / ‖Ξ‖
  std::int64_t products = 0;   ///< of the Hessian with a vector
};

struct ShearResponseOptions {
  double tolerance = 1e-5;     ///< > 0, on the residual; the stiffness is good to its square
  int max_iterations = 20000;  ///< > 0
  void validate() const;       ///< @throws InputError naming field, value and broken range.
};

/// The second derivative of the energy along the branch of a stationary point of any order, F = I + γ a ⊗ b: ∂²E/∂η² of the
/// shear + V σ_bb - Ξ H⁻¹ Ξ, solved by MINRES, which an indefinite Hessian does not disturb.
/// @param configuration that of `hessian`; forces should vanish. @param plane 0 xy, 1 xz, 2 yz.
/// @throws InputError unless periodic in all directions with all atoms free.
/// @par Source A. Lemaître & C. Maloney, J. Stat. Phys. 123, 415 (2006); C. C. Paige & M. A. Saunders, SIAM J. Numer. Anal.
///      12, 617 (1975).
ShearResponse shear_response(const Hessian& hessian, const Configuration& configuration, int plane,
                             const ShearResponseOptions& options = {});

}  // namespace landscape::md
