/// Harmonic rates of leaving a minimum over a saddle.
#pragma once

#include "md/vibration/hessian.hpp"

namespace landscape::md {

/// Of the mass-weighted Hessian at a stationary point, uniform motions left out.
struct [[nodiscard]] StableModes {
  double log_determinant = 0.0;  ///< Σ ln |λ| over all of them [λ in eV/Å²/(g/mol)]
  Eigen::Index modes = 0;
  Eigen::Index negative = 0;  ///< imaginary modes: 0 at a minimum, 1 at a first-order saddle
};
/// By one factorization of the dense matrix: 8 dof² bytes, dof³/3 multiplications.
StableModes stable_modes(const Hessian& hessian, int threads = 1);

enum class RateStatus {
  Done,
  NotAMinimum,  ///< the minimum has imaginary modes
  NotASaddle,   ///< the saddle has none, or more than one
};

struct [[nodiscard]] HarmonicRate {
  RateStatus status = RateStatus::Done;
  double attempt_frequency_thz = std::nan("");
  double rate_per_s = std::nan("");
  double lifetime_s = std::nan("");
};

/// ν = (1/2π) sqrt(Π λ_minimum / Π |λ_saddle|) sqrt|λ_unstable|, k = ν exp(-E_A / k_B T).
///
/// The unstable eigenvalue, which the log-determinant of the saddle contains, drops out of
/// Vineyard's ratio: it is divided away with `unstable`. Classical, harmonic, without recrossings.
/// @param unstable the saddle's negative eigenvalue, mass-weighted [eV/Å²/(g/mol)]. @param barrier
/// [eV]. @param temperature [K], > 0.
/// @throws InputError if the temperature is not positive or the numbers of modes differ.
/// @par Source G. H. Vineyard, J. Phys. Chem. Solids 3, 121 (1957), Eq. (16).
HarmonicRate vineyard_rate(const StableModes& minimum,
                           const StableModes& saddle,
                           double unstable,
                           double barrier,
                           double temperature);

}  // namespace landscape::md
