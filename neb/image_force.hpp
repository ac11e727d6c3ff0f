/// What moves an image: springs along the band, the potential across it, or the climb to the
/// saddle.
#pragma once

#include <Eigen/Dense>

namespace landscape::neb {

/// Springs that only space the images: force along the tangent from the difference of the two
/// lengths.
struct ParallelSpring {
  double spring_constant;  ///< [eV/Å²]

  /// Signed force along the tangent [eV/Å] between an image at `backward` and `forward` [Å] from
  /// its neighbors.
  /// @par Source Henkelman & Jónsson, J. Chem. Phys. 113, 9978 (2000), the improved-tangent band:
  ///      F = k (|R_(i+1) - R_i| - |R_i - R_(i-1)|) tangent.
  double compute(double backward, double forward) const {
    return spring_constant * (forward - backward);
  }
};

/// Force of a band image [eV/Å]: the potential's part across the unit `tangent` and `spring` along
/// it.
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
