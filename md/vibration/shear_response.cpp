#include "md/vibration/shear_response.hpp"

#include <unsupported/Eigen/IterativeSolvers>

#include "md/core/error.hpp"
#include "md/vibration/strain_derivatives.hpp"

namespace landscape::md {

void ShearResponseOptions::validate() const {
  if (!(tolerance > 0.0)) throw InputError(message("shear response: tolerance is ", tolerance, ", expected a positive number"));
  if (max_iterations < 1) throw InputError(message("shear response: max_iterations is ", max_iterations, ", expected at least 1"));
}

ShearResponse shear_response(const Hessian& hessian, const Configuration& configuration, int plane,
                             const ShearResponseOptions& options) {
  options.validate();
  LANDSCAPE_CHECK(plane >= 0 && plane < 3);
  if (!configuration.cell.fully_periodic()) throw InputError("shear response: expected a cell periodic in all three directions");
  if (configuration.any_frozen()) throw InputError("shear response: expected all atoms free, some are frozen");
  const int voigt = 5 - plane, gradient = plane == 0 ? 1 : 2;  // b of a ⊗ b
  const StrainDerivatives d = strain_derivatives(hessian.expansion(), hessian.atom_count());
  ShearResponse out;
  out.affine = d.energy(voigt, voigt) + d.virial(gradient, gradient);
  const Eigen::MatrixXd motions = hessian.uniform_motions(Weighting::None);
  Eigen::VectorXd force = d.forces.col(voigt);
  force -= motions * (motions.transpose() * force);
  if (force.norm() <= 1e-10 * static_cast<double>(force.size())) {  // a crystal of one atom a site: rounding alone
    out.velocity = Eigen::VectorXd::Zero(force.size());
    out.stiffness = out.affine;
    out.converged = true;
    return out;
  }
  using Matrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;
  const Matrix h = hessian.sparse(Weighting::None);
  Eigen::MINRES<Matrix, Eigen::Lower | Eigen::Upper, Eigen::IdentityPreconditioner> solver;
  solver.setTolerance(options.tolerance);
  solver.setMaxIterations(options.max_iterations);
  solver.compute(h);
  out.velocity = solver.solve(-force);
  out.velocity -= motions * (motions.transpose() * out.velocity);
  out.products = solver.iterations();
  const Eigen::VectorXd pulled = h * out.velocity;
  out.residual = (pulled + force).norm() / force.norm();
  out.converged = out.residual <= 10.0 * options.tolerance;  // the solver's own estimate drifts by rounding
  // Stationary where the velocity is exact: an error of the velocity enters squared.
  out.stiffness = out.affine + out.velocity.dot(2.0 * force + pulled);
  return out;
}

}  // namespace landscape::md
