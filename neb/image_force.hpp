/// What moves an image: springs along the band, the potential across it, or the climb to the
/// saddle.
#pragma once

#include <Eigen/Dense>

namespace landscape::neb {

/// Force of a band image [eV/Å]: the potential's part across the unit `tangent` and `spring`, which
/// only spaces the images, along it.
/// @par Source Henkelman & Jónsson, J. Chem. Phys. 113, 9978 (2000), the improved-tangent band:
///      F = (k_i |R_(i+1) - R_i| - k_(i-1) |R_i - R_(i-1)|) tangent.
inline Eigen::VectorXd nudged_force(const Eigen::Ref<const Eigen::VectorXd>& gradient,
                                    const Eigen::Ref<const Eigen::VectorXd>& tangent,
                                    double spring) {
  return -gradient + (gradient.dot(tangent) + spring) * tangent;
}

/// Force of the climbing image [eV/Å]: no springs, the potential's part along the tangent reversed.
/// @par Source Henkelman, Uberuaga & Jónsson, J. Chem. Phys. 113, 9901 (2000).
inline Eigen::VectorXd climbing_force(const Eigen::Ref<const Eigen::VectorXd>& gradient,
                                      const Eigen::Ref<const Eigen::VectorXd>& tangent) {
  return -gradient + 2.0 * gradient.dot(tangent) * tangent;
}

}  // namespace landscape::neb
