/// Cubic interpolation of equidistant tables, the one the field's EAM files are used with.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace landscape::md {

/// Value at knot m + p (0 <= p <= 1): ((c3 p + c2) p + c1) p + c0.
struct CubicPiece {
  double c0, c1, c2, c3;
  double value(double p) const { return ((c3 * p + c2) * p + c1) * p + c0; }
  /// Derivative with respect to p; divide by the spacing.
  double slope(double p) const { return (3.0 * c3 * p + 2.0 * c2) * p + c1; }
  /// Second derivative with respect to p; divide by the spacing twice.
  double curvature(double p) const { return 6.0 * c3 * p + 2.0 * c2; }
};

/// Hermite cubics through every knot with five-point slopes (as in LAMMPS' pair_style eam), so that single points agree.
/// @param values at 0, h, 2h, ...; at least five. @return one piece per knot; the last is constant.
std::vector<CubicPiece> five_point_spline(std::span<const double> values);

}  // namespace landscape::md
