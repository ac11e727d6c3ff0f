/// The number of negative eigenvalues of the whole analytic Hessian.
#pragma once

#include <Eigen/Dense>
#include <limits>

#include "md/potential/atomic_surface.hpp"

namespace landscape::art {

struct [[nodiscard]] Inertia {
  Eigen::Index below = 0;  ///< eigenvalues below -tolerance, uniform motions not counted
  double second = std::numeric_limits<double>::quiet_NaN();  ///< where `below` is 1: the lowest of the others [eV/Å²]
  double calls = 0.0;      ///< what it cost, in force-call equivalents
};

/// Factors the Hessian at x, uniform motions (translations unless atoms are frozen, rotations of a cluster) lifted above
/// its spectrum, and reads the signs off the factor; nothing is iterated.
/// @param tolerance [eV/Å²], > 0. @throws md::InputError where the potential is not defined.
/// @par Source J. J. Sylvester, Philos. Mag. 4, 138 (1852).
Inertia count_below(const md::AtomicSurface& surface, const Eigen::Ref<const Eigen::VectorXd>& x, double tolerance);

}  // namespace landscape::art
