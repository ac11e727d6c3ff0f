/// Squared non-affine displacement.
#pragma once

#include <Eigen/Dense>

#include "md/core/configuration.hpp"

namespace landscape::md {

/// D²min of each atom between two configurations: what the best local affine map leaves.
///
/// @param reference, current same atoms in the same order; the cell may differ (strain). Neighbors
/// are those closer than `cutoff` in `reference`,
///        through any image, and are followed through the image they had there.
/// @param cutoff [Å], > 0: the first minimum of g(r), say.
/// @return length N [Å²]; a sum over neighbors, not a mean. NaN where neighbors do not span three
/// dimensions.
/// @throws InputError if numbers of atoms differ or cutoff is not positive.
/// @par Source M. L. Falk & J. S. Langer, Phys. Rev. E 57, 7192 (1998), Eqs. (2.11)-(2.14).
Eigen::VectorXd d2min(const Configuration& reference, const Configuration& current, double cutoff);

}  // namespace landscape::md
