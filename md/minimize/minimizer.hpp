/// Minimizers on an energy surface.
#pragma once

#include <Eigen/Dense>
#include <functional>

#include "md/core/energy_surface.hpp"

namespace landscape::md {

class QuasiNewton;

enum class MinimizeMethod {
  Fire,   ///< Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006); with the step limit below it does not jump basins
  Flow,   ///< steepest descent as a flow, by flow_step(): to the minimum in whose basin x lies (docs/performance.md)
  Lbfgs,  ///< limited memory quasi-Newton, no line search, same step limit; three to five times fewer calls
};

enum class MinimizeStatus { Converged, IterationLimit, Stalled, StoppedByObserver };

/// What an observer sees once per iteration.
struct MinimizeProgress {
  int iteration;
  double energy;     ///< [eV]
  double max_force;  ///< [eV/Å]
};
using MinimizeObserver = std::function<Control(const MinimizeProgress&)>;

struct MinimizeOptions {
  MinimizeMethod method = MinimizeMethod::Lbfgs;
  double max_force = 1e-4;     ///< [eV/Å], > 0: largest norm over particles.
  int max_iterations = 20000;  ///< > 0
  double max_step = 0.1;       ///< [Å], > 0: no particle moves further in one iteration.
  int memory = 20;             ///< L-BFGS pairs, > 0. 20 was best of 5-50 on a 1000-atom Cu-Zr glass.
  /// [eV/Å], >= 0: below this max force Newton's steps take over from L-BFGS, where the surface has exact products of its Hessian.
  double newton_force = 0.0;
  double newton_residual = 0.3;  ///< in (0, 1): NewtonStepOptions::residual
  double newton_max_step = 0.1;  ///< [Å], > 0: as max_step, for Newton's steps (docs/search.md)
  double initial_curvature = 20.0;  ///< [eV/Å²], > 0: first guess of L-BFGS.
  double fire_dt = 0.02;       ///< FIRE's first time step for unit mass [sqrt(Å²/eV)], > 0; grows to ten times this.
  void validate() const;       ///< @throws InputError naming field, value and broken range.
};

struct [[nodiscard]] MinimizeResult {
  MinimizeStatus status = MinimizeStatus::IterationLimit;
  double energy = std::numeric_limits<double>::quiet_NaN();     ///< [eV]
  double max_force = std::numeric_limits<double>::quiet_NaN();  ///< [eV/Å]
  int iterations = 0;
  std::int64_t force_calls = 0;  ///< without Newton's products: EnergySurface::work() has those
  bool converged() const { return status == MinimizeStatus::Converged; }
};

/// Moves x to a nearby minimum of the surface, downhill. x holds the result also where it did not converge.
/// @param model what an earlier minimization nearby has learned, for L-BFGS to begin with and to leave to the next; its memory counts, not that
///        of the options. Null: one of its own.
MinimizeResult minimize(EnergySurface& surface, Eigen::Ref<Eigen::VectorXd> x, const MinimizeOptions& options = {},
                        const MinimizeObserver& observe = {}, QuasiNewton* model = nullptr);

}  // namespace landscape::md
