/// Normal modes: all of them, or the lowest.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <functional>

#include "md/core/energy_surface.hpp"
#include "md/vibration/hessian.hpp"

namespace landscape::md {

/// Eigenpairs of the matrix that the weighting names, uniform motions left out.
struct Modes {
  Eigen::VectorXd eigenvalues;  ///< ascending [eV/Å²/(g/mol)], or [eV/Å²] without masses
  Eigen::MatrixXd vectors;      ///< dof x k, orthonormal columns; dof x 0 where not asked for
  Eigen::Index left_out =
      0;  ///< uniform motions: 3 in a periodic cell, 0 with frozen atoms, 6 for a cluster
};

enum class ModeVectors { Leave, Keep };

/// All modes by LAPACK's dsyevd. Memory 8 dof² bytes without vectors, 24 dof² with them; time grows
/// as dof³.
///
/// The uniform motions are moved above the spectrum and dropped there, so that none is mistaken for
/// a soft mode.
Modes all_modes(const Hessian& hessian, Weighting weighting, ModeVectors vectors, int threads = 1);

struct LowestModesOptions {
  int count = 200;  ///< modes wanted, > 0
  double tolerance =
      1e-6;        ///< > 0: ‖A v - λ v‖ at most this times the largest |λ| among those wanted
  int block = 16;  ///< vectors taken together, > 0; more than the multiplicities of a crystal's
                   ///< lowest modes is safe
  int max_products = 400000;  ///< products of the matrix with one vector, > 0
  std::uint64_t seed = 1;     ///< of the first vectors
  int threads = 1;            ///< >= 1
  void validate() const;      ///< @throws InputError naming field, value and broken range.
};

enum class LowestModesStatus { Converged, ProductLimit, StoppedByObserver };

struct LowestModesProgress {
  int converged;          ///< of the modes wanted
  std::int64_t products;  ///< so far
};
using LowestModesObserver = std::function<Control(const LowestModesProgress&)>;

struct [[nodiscard]] LowestModes {
  LowestModesStatus status = LowestModesStatus::ProductLimit;
  Modes modes;                    ///< with vectors
  double largest_residual = 0.0;  ///< ‖A v - λ v‖ [unit of the eigenvalues]
  std::int64_t products = 0;
};

/// The lowest modes, for systems too large to diagonalize.
///
/// A block Krylov space of a Chebyshev polynomial of the matrix that is large below the wanted part
/// of the spectrum and at most 1 above it, with Rayleigh-Ritz on the matrix itself, full
/// orthogonalization, and restarts from the best Ritz vectors. At the end a block of new random
/// vectors is filtered in: the modes count as converged only if it brings nothing lower. Needs only
/// products.
/// @par Source Y. Zhou & Y. Saad, SIAM J. Matrix Anal. Appl. 29, 954 (2007). Departure: a Krylov
/// space instead of Davidson's one new
///      direction a step. Shift-invert was left: the embedding couples second neighbors, and at
///      8000 atoms the factor is nearly full (4.6 GB).
LowestModes lowest_modes(const Hessian& hessian,
                         Weighting weighting,
                         const LowestModesOptions& options,
                         const LowestModesObserver& observe = {});

/// Safe bounds of the spectrum on the complement of the uniform motions. [unit of the eigenvalues]
struct SpectrumBounds {
  double lowest;   ///< estimate from above of the lowest eigenvalue, less its residual
  double highest;  ///< at least the highest eigenvalue
};
/// From some 40 Lanczos steps. @par Source Y. Zhou & R.-C. Li, Linear Algebra Appl. 435, 480
/// (2011).
SpectrumBounds spectrum_bounds(const Hessian& hessian,
                               Weighting weighting,
                               std::uint64_t seed,
                               int threads);

/// sqrt of each eigenvalue as a frequency [THz]; imaginary ones are negative.
Eigen::VectorXd frequencies_thz(const Eigen::Ref<const Eigen::VectorXd>& eigenvalues);

/// (Σ_j |e_j|²)² / (N Σ_j |e_j|⁴) of each column, e_j its three numbers of atom j: 1 where all move
/// alike, 1/N for one atom. [(0, 1]]
/// @param vectors dof x k.
Eigen::VectorXd participation_ratios(const Eigen::Ref<const Eigen::MatrixXd>& vectors);

}  // namespace landscape::md
