/// Springs solved at once instead of by many small moves.
#pragma once

#include <Eigen/Dense>
#include <vector>

namespace landscape::neb {

/// How far images have to slide along the band until the springs between them are equal.
///
/// The springs alone are a chain, whose slowest motion is (images / pi)^2 times softer than its
/// fastest: with 40 images most iterations would go into spacing them. Solving the chain takes that
/// out, and with it most of the influence of the spring constant on the number of iterations.
/// Measured: the vacancy hop named in band_anderson.hpp, 40 images, 1e-4 eV/Å on all of them, took
/// 441 iterations of FIRE; with the springs as forces it was not converged after 2500.
/// @param elongation  forward minus backward length at each image, each times its stiffness [Å];
/// entries of fixed images are not read.
/// @param stiffness   of the springs, n - 1, relative and > 0.
/// @param fixed       1 where an image does not slide; first and last must be.
/// @return [Å], u with k_(i-1) (u_(i-1) - u_i) + k_i (u_(i+1) - u_i) = -elongation_i between fixed
/// images, 0 at these.
Eigen::VectorXd equal_spacing(const Eigen::Ref<const Eigen::VectorXd>& elongation,
                              const std::vector<double>& stiffness,
                              const std::vector<char>& fixed);

}  // namespace landscape::neb
