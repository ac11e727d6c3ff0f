/// Lowest Hessian eigenpairs from products with single vectors: exact ones where the surface has them, else differences of forces.
#pragma once

#include <Eigen/Dense>

#include "md/core/energy_surface.hpp"

namespace landscape::md {

enum class Difference {
  Forward,  ///< one call per vector, error of first order in delta
  Central,  ///< two calls, second order
};

enum class Products {
  ExactWherePossible,  ///< EnergySurface::expand()
  Differences,         ///< of forces: means over delta, smooth where the second derivatives of tables jump from knot to knot
};

struct LanczosOptions {
  int max_vectors = 16;      ///< > 0
  double delta = 0.005;      ///< [Å], > 0: norm of the displacement whose force difference gives H v, where there is no exact product
  double residual = 0.05;    ///< [eV/Å²], > 0: ‖H v - λ v‖ at which the pair counts as converged ...
  double relative_residual = 0.0;  ///< >= 0: ... or this share of |λ|, whichever is larger
  Difference difference = Difference::Forward;
  Products products = Products::ExactWherePossible;
  void validate() const;     ///< @throws InputError naming field, value and broken range.
};

/// curvature [eV/Å²], not mass-weighted; vector is a unit vector of length dof.
struct [[nodiscard]] LowestMode {
  double curvature = std::numeric_limits<double>::quiet_NaN();
  Eigen::VectorXd vector;
  double residual = std::numeric_limits<double>::quiet_NaN();  ///< estimate of ‖H v - λ v‖ [eV/Å²]
  int vectors = 0;
  bool converged = false;
};

/// Orthonormal columns (dof x k) of the uniform motions at x that cost no energy.
Eigen::MatrixXd uniform_motions(const EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& x);

/// H v by differences of the gradient. `gradient` is dE/dx at x; used by Difference::Forward.
Eigen::VectorXd hessian_times(EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& x,
                              const Eigen::Ref<const Eigen::VectorXd>& gradient,
                              const Eigen::Ref<const Eigen::VectorXd>& v, double delta, Difference difference);

/// The lowest eigenpair of the Hessian at x, on the complement of the uniform motions and of `deflate`.
///
/// Lanczos with full reorthogonalization, started from `start` (the mode of a nearby point saves most of the vectors).
/// @param gradient dE/dx at x. @param deflate dof x k, orthonormal columns, may have no columns.
/// @par Source C. Lanczos, J. Res. Natl. Bur. Stand. 45, 255 (1950); Malek & Mousseau, Phys. Rev. E 62, 7723 (2000).
LowestMode lowest_mode(EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& x,
                       const Eigen::Ref<const Eigen::VectorXd>& gradient,
                       const Eigen::Ref<const Eigen::VectorXd>& start, const LanczosOptions& options,
                       const Eigen::Ref<const Eigen::MatrixXd>& deflate);

}  // namespace landscape::md
