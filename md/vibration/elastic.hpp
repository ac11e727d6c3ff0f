/// Elastic constants of a relaxed structure: from second derivatives, and by straining it.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <functional>
#include <memory>

#include "md/core/energy_surface.hpp"
#include "md/vibration/hessian.hpp"

namespace landscape::md {

using Matrix6d = Eigen::Matrix<double, 6, 6>;

enum class ElasticStatus {
  Converged,
  NotAMinimum,     ///< the Hessian has a negative direction: the moduli mean nothing
  IterationLimit,  ///< the linear equations, or a strained structure, did not reach the tolerance
  StoppedByObserver,
};

/// Stress-strain coefficients ∂σ_ij/∂ε_kl at the structure's own stress (Birch), Voigt order xx yy
/// zz yz xz xy, shear strains doubled.
struct [[nodiscard]] Elasticity {
  ElasticStatus status = ElasticStatus::IterationLimit;
  Matrix6d stiffness = Matrix6d::Constant(std::nan(""));  ///< [eV/Å³], symmetrized
  Matrix6d affine = Matrix6d::Constant(
      std::nan(""));  ///< without relaxation of the atoms [eV/Å³]; NaN by finite strain
  double asymmetry = std::nan(
      "");  ///< largest |C_ab - C_ba| [eV/Å³]: not zero where the stress is not hydrostatic
  double residual = std::nan("");  ///< of the linear equations relative to their right-hand sides;
                                   ///< or largest force left [eV/Å]
  std::int64_t products = 0;       ///< of the Hessian with one vector; or force calls
};

struct BornOptions {
  double tolerance = 1e-9;     ///< > 0: ‖H x - Ξ‖ / ‖Ξ‖
  int max_iterations = 20000;  ///< > 0
  int threads = 1;
  void validate() const;  ///< @throws InputError naming field, value and broken range.
};

using ElasticObserver = std::function<Control(double fraction_done)>;

/// Affine (Born) and non-affine part at zero temperature, one configuration.
///
/// C = C_affine - (1/V) Ξ H⁻¹ Ξ with Ξ_kl = ∂²E/∂r∂η_kl, solved by conjugate gradients on the
/// complement of the translations; Brugger's constants become stress-strain coefficients by B_ijkl
/// = C_ijkl + ½(δ_ik σ_jl + δ_jk σ_il + δ_il σ_jk + δ_jl σ_ik - 2 δ_kl σ_ij).
/// @param configuration that of `hessian`; forces should vanish.
/// @throws InputError unless periodic in all directions with all atoms free.
/// @par Source A. Lemaître & C. Maloney, J. Stat. Phys. 123, 415 (2006), Eqs. (20)-(26); T. H. K.
/// Barron & M. L. Klein, Proc. Phys. Soc. 85,
///      523 (1965) for the terms of the stress.
Elasticity born_elasticity(const Hessian& hessian,
                           const Configuration& configuration,
                           const BornOptions& options = {},
                           const ElasticObserver& observe = {});

struct FiniteStrainOptions {
  double strain = 1e-5;        ///< > 0: each of the six strains is applied with both signs
  double max_force = 1e-7;     ///< [eV/Å], > 0, of the strained structures
  int max_iterations = 20000;  ///< > 0
  int threads = 1;
  void validate() const;
};

/// Central differences of the stress of relaxed strained structures.
///
/// A strained structure whose minimizer finds no lower force above max_force (tables with kinks) is
/// taken up to 1e-4 eV/Å.
/// @throws as born_elasticity.
Elasticity finite_strain_elasticity(const std::shared_ptr<const Potential>& potential,
                                    const Configuration& configuration,
                                    const FiniteStrainOptions& options = {},
                                    const ElasticObserver& observe = {});

/// Bulk and shear modulus of the isotropic average, unit of the stiffness; NaN where the stiffness
/// is not positive definite (Reuss, Hill).
struct IsotropicModuli {
  double bulk_voigt, shear_voigt, bulk_reuss, shear_reuss;
  double bulk() const { return 0.5 * (bulk_voigt + bulk_reuss); }     ///< Hill
  double shear() const { return 0.5 * (shear_voigt + shear_reuss); }  ///< Hill
  double poisson() const {
    return (3.0 * bulk() - 2.0 * shear()) / (2.0 * (3.0 * bulk() + shear()));
  }
};
/// @par Source R. Hill, Proc. Phys. Soc. A 65, 349 (1952).
IsotropicModuli isotropic_moduli(const Matrix6d& stiffness);

/// Long-wave sound of the isotropic average.
struct Sound {
  double transverse, longitudinal;  ///< [Å/ps]
  /// ω_D of 3 modes an atom, as a frequency [THz]: ω_D³ = 6 π² (N/V) v_D³, 3/v_D³ = 2/v_T³ +
  /// 1/v_L³.
  double debye_thz(double atoms_per_a3) const;
};
/// @param density [(g/mol)/Å³]. @param stiffness [eV/Å³].
Sound sound(const IsotropicModuli& moduli, double density);

}  // namespace landscape::md
