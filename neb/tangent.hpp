/// The local direction of a band at one image.
#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace landscape::neb {

/// Energies of an image and of its two neighbors along the band [eV].
struct LocalEnergies {
  double previous, here, next;
};

/// Improved tangent: points to the neighbor of higher energy; at an extremum both neighbors are
/// mixed so that the direction changes smoothly when the image passes over it.
struct ImprovedTangent {
  /// @param backward R_i - R_(i-1) [Å]. @param forward R_(i+1) - R_i [Å]; both by minimum images.
  /// @return unit vector in the sense of increasing image number; zero where the neighbors lie on
  /// the image.
  /// @par Source Henkelman & Jónsson, J. Chem. Phys. 113, 9978 (2000), Eqs. (8)-(12).
  static Eigen::VectorXd compute(const Eigen::Ref<const Eigen::VectorXd>& backward,
                                 const Eigen::Ref<const Eigen::VectorXd>& forward,
                                 const LocalEnergies& energy) {
    Eigen::VectorXd tangent;
    if (energy.next > energy.here && energy.here > energy.previous) {
      tangent = forward;  // Eq. (8)
    } else if (energy.next < energy.here && energy.here < energy.previous) {
      tangent = backward;
    } else {
      const double up = std::abs(energy.next - energy.here);
      const double down = std::abs(energy.previous - energy.here);
      const double larger = std::max(up, down);  // Eq. (11)
      const double smaller = std::min(up, down);
      if (larger == 0.0)
        tangent = forward + backward;  // flat: the equations leave no direction, take the chord
      else if (energy.next > energy.previous)
        tangent = forward * larger + backward * smaller;  // Eq. (10)
      else
        tangent = forward * smaller + backward * larger;
    }
    const double length = tangent.norm();
    if (length > 0.0) tangent /= length;  // Eq. (12)
    return tangent;
  }
};

}  // namespace landscape::neb
