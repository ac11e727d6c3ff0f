/// Walking up a mode of negative curvature to a first-order saddle, and proving that it is one.
#pragma once

#include <Eigen/Dense>
#include <functional>
#include <string>
#include <vector>

#include "md/core/energy_surface.hpp"
#include "md/vibration/lowest_mode.hpp"

namespace landscape::art {

struct ApproachOptions {
  double max_force = 1e-4;        ///< [eV/Å], > 0. At 1e-3 the stress difference is already good to 1 %.
  int max_iterations = 300;       ///< > 0. At 150, 19 of 82 searches on a Cu-Zr glass ended for want of iterations; at 300, 1 of 32.
  double max_step = 0.1;          ///< [Å], > 0, per particle and iteration
  double max_climb = 0.2;         ///< [Å], > 0: norm of the part of a step along the mode
  double least_curvature = 0.2;   ///< [eV/Å²], > 0: flatter modes are climbed as if as curved as this. Newton's
                                  ///< own step below 0.02 eV/Å saved no calls on tracks and lost one of seven plastic events.
  double max_energy = 10.0;       ///< [eV], > 0: higher above the start is no event of a glass
  int patience = 12;              ///< iterations in a row that the curvature may be positive
  // When the mode is refreshed by Lanczos, which is most of what an approach costs (docs/search.md): at every iteration, but ...
  int steady_refresh = 4;         ///< iterations, > 0: ... only so often where it hardly turned the last time,
  double steady = 0.98;           ///< in (0, 1): that is, its overlap with the one before was larger than this,
  int lost_refresh = 1;           ///< iterations, > 0: ... and so often while the curvature is positive
  int memory = 15;                ///< L-BFGS pairs, > 0
  double initial_curvature = 20.0;  ///< [eV/Å²], > 0
  md::LanczosOptions lanczos = {.max_vectors = 8, .delta = 0.005, .residual = 0.1};
  void validate() const;          ///< @throws md::InputError naming field, value and broken range.
};

enum class ApproachStatus { Converged, Recognized, ModeLost, IterationLimit, TooHigh, Failed };

struct [[nodiscard]] ApproachResult {
  ApproachStatus status = ApproachStatus::IterationLimit;
  Eigen::VectorXd x;          ///< the saddle where converged
  Eigen::VectorXd mode;       ///< unit vector
  Eigen::VectorXd gradient;   ///< at x
  double energy = std::numeric_limits<double>::quiet_NaN();     ///< [eV]
  double curvature = std::numeric_limits<double>::quiet_NaN();  ///< [eV/Å²]
  double max_force = std::numeric_limits<double>::quiet_NaN();  ///< [eV/Å]
  int iterations = 0;
  double force_calls = 0.0;    ///< EnergySurface::work()
  double lanczos_calls = 0.0;  ///< of these, for the mode
};

/// What an observer of an approach sees once per iteration.
struct ApproachProgress {
  const Eigen::VectorXd& x;
  double energy, max_force, curvature;
};
using ApproachObserver = std::function<md::Control(const ApproachProgress&)>;

/// The lowest mode at x from a guess, cheaper than that of the surface: of a region of it.
using ModeSource =
    std::function<md::LowestMode(const Eigen::VectorXd& x, const Eigen::VectorXd& guess, const md::LanczosOptions& lanczos)>;

/// Converges x to the saddle uphill along the lowest mode and downhill across it.
///
/// Each iteration refreshes the mode by a warm-started Lanczos where it turns, climbs along it by Newton's rule (at most
/// max_climb) and relaxes across it by L-BFGS.
/// @param mode first guess of the lowest mode, any length but zero. @param floor energy that max_energy counts from [eV].
/// @param observe Stop ends the approach as Recognized. @param cheap where there is one, refreshes the mode wherever it finds a negative
///        curvature; the mode at the end is always that of the surface.
/// @par Source Malek & Mousseau, Phys. Rev. E 62, 7723 (2000); the step along the mode as in Munro & Wales, Phys. Rev. B 59,
///      3969 (1999). We depart in taking both parts at once.
ApproachResult approach_saddle(md::EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& x,
                               const Eigen::Ref<const Eigen::VectorXd>& mode, double floor,
                               const ApproachOptions& options = {}, const ApproachObserver& observe = {},
                               const ModeSource& cheap = {});

enum class ProofMethod {
  Inertia,  ///< signs of the factor of the whole analytic Hessian: nothing lower can have been missed
  Lanczos,  ///< converged Lanczos, the first mode deflated
};
const char* name(ProofMethod method);

struct ProofOptions {
  /// Free atoms up to which the Hessian is factored; 0: never. At 1000 atoms that takes as long as a thousand force calls, Lanczos a
  /// hundred; both gave the same number for all saddles of a hyper-quenched Cu-Zr glass (docs/search.md).
  int inertia_atoms = 200;
  double tolerance = 1e-3;   ///< [eV/Å²], > 0: a curvature counts as negative below minus this
  int max_vectors = 300;     ///< >= 2
  double delta = 0.01;       ///< [Å], > 0: of the differences
  double relative_residual = 0.2;  ///< of the second eigenvalue, > 0
  void validate() const;     ///< @throws md::InputError naming field, value and broken range.
};

/// What is known of the lowest two eigenvalues; `method` says how.
struct [[nodiscard]] IndexProof {
  int negative_eigenvalues = -1;   ///< -1: not established
  double first = std::numeric_limits<double>::quiet_NaN();   ///< [eV/Å²]
  double second = std::numeric_limits<double>::quiet_NaN();  ///< [eV/Å²], lowest on the complement of the first mode
  Eigen::VectorXd mode;            ///< refined lowest mode
  ProofMethod kind = ProofMethod::Lanczos;
  std::string method;              ///< for a person
  double extra_calls = 0.0;        ///< of the factorization, in force-call equivalents; not among those of the surface
};

/// Counts eigenvalues below -tolerance at a stationary point, uniform motions left out: atoms up to options.inertia_atoms by the inertia of
/// the whole Hessian; else the lowest mode to convergence, then the lowest of its complement, which counts 0, 1 or 2 (two or more).
/// @param gradient dE/dx at x.
IndexProof prove_index(md::EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& x,
                       const Eigen::Ref<const Eigen::VectorXd>& gradient,
                       const Eigen::Ref<const Eigen::VectorXd>& mode, const ProofOptions& options = {});

}  // namespace landscape::art
