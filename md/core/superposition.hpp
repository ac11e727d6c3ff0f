/// Turning one set of points onto another.
#pragma once

#include <Eigen/Dense>

#include "md/core/configuration.hpp"

namespace landscape::md {

/// `points` turned about the origin, without reflection, so that the sum of squared distances to `onto` is least.
///
/// @param onto, points 3 x N [Å], in the same order, each with its mean at the origin.
/// @par Source W. Kabsch, Acta Cryst. A 32, 922 (1976).
Matrix3Xd rotated_onto(const Eigen::Ref<const Matrix3Xd>& onto, const Eigen::Ref<const Matrix3Xd>& points);

}  // namespace landscape::md
