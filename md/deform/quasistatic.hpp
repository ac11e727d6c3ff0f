/// Athermal quasistatic shear (AQS): affine steps, relaxation, and every plastic event located.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "md/minimize/minimizer.hpp"
#include "md/minimize/quasi_newton.hpp"
#include "md/potential/atomic_surface.hpp"

namespace landscape::md {

/// Strains closer to each other differ by little more than rounding.
inline constexpr double shortest_shear_step = 1e-12;

struct QuasistaticOptions {
  int plane = 0;                  ///< 0 xy, 1 xz, 2 yz (DESIGN.md section 3: I + γ e_a ⊗ e_b)
  double max_step = 1e-3;         ///< >= shortest_shear_step
  double resolution = 1e-5;       ///< >= shortest_shear_step: an instability is bracketed no wider than this
  double energy_drop = 1e-4;      ///< [eV], > 0: smaller discontinuities are none
  bool adaptive = true;           ///< false: every step is max_step, affine alone, no bracketing (the reference mode)
  double relative_tolerance = 0.01;  ///< of the affine force 5.5 eV/Å times the step: max force of a relaxed state
  /// Newton's steps in its last part are of the adaptive way alone.
  MinimizeOptions minimize = {.max_force = 1e-6, .max_iterations = 50000, .max_step = 0.05, .newton_force = 0.01};
  double fall_step = 0.1;         ///< [Å], > 0: MinimizeOptions::max_step on the way down from an instability (docs/performance.md)
  void validate() const;          ///< @throws InputError naming field, value and broken range.
  /// The shortest step taken but at the end of the way.
  double finest() const;
};

/// A relaxed state under shear.
struct ShearState {
  double strain = 0.0;
  Eigen::VectorXd x;              ///< free atoms [Å]
  double energy = 0.0;            ///< [eV]
  Eigen::Matrix3d stress;         ///< [eV/Å³]
  double max_force = 0.0;         ///< [eV/Å]
};

/// A discontinuity between two relaxed states no further apart than the resolution.
struct PlasticEvent {
  ShearState before, after;
  double energy_drop = 0.0;       ///< [eV] E(before) + V σ Δγ - E(after), positive when released
  double stress_drop = 0.0;       ///< [eV/Å³] σ(before) - σ(after) in the plane of shear
};

enum class ShearOutcome { Smooth, Event, NotConverged };

struct [[nodiscard]] ShearStep {
  ShearOutcome outcome = ShearOutcome::Smooth;
  ShearState state;               ///< where the sample now is
  PlasticEvent event;             ///< filled where outcome is Event
  double force_calls = 0.0;       ///< EnergySurface::work()
};

/// A state of a branch that leads to an instability.
struct BranchPoint {
  double distance = 0.0;   ///< in strain, along the shear, from where the approach began
  Eigen::VectorXd moved;   ///< [Å] non-affine displacement since then
};

/// The fold that three points of a branch lead to.
struct FoldAhead {
  double distance = 0.0;   ///< in strain, counted as those of the points
  double way = 0.0;        ///< [Å] from the last point to the fold, along `along`
  double bend = 0.0;       ///< [Å⁻²] strain below the fold = bend (displacement before it)²
  Eigen::VectorXd along;   ///< unit vector in which the branch moved last
};

/// Near a fold the minimum moves as the square root of the strain that is left, so strain against displacement is a parabola
/// with its vertex at the fold. @param points in the order passed. @return nothing where they do not bend towards one.
/// @par Source C. Maloney & A. Lemaître, Phys. Rev. Lett. 93, 195501 (2004): the approach of an instability.
std::optional<FoldAhead> fold_ahead(const std::array<BranchPoint, 3>& points);

/// Shears one sample step by step along a branch of minima. Belongs to one thread.
///
/// After each affine step E(γ + δ) is compared with E(γ) + V δ (σ + σ')/2; after a shortfall the branch is followed up to its fold, which the
/// motion before it foretells (fold_ahead), until one step of the resolution crosses it. The reference cell is that of strain 0
/// of the surface given.
/// @par Source C. Maloney & A. Lemaître, Phys. Rev. E 74, 016118 (2006); dE/dγ = V σ at fixed volume.
class QuasistaticShear {
 public:
  /// @param surface its cell must be `reference` sheared by `strain`. @param x relaxed free atoms there.
  /// @throws InputError unless all directions are periodic.
  QuasistaticShear(AtomicSurface& surface, const Cell& reference, double strain, const Eigen::Ref<const Eigen::VectorXd>& x,
                   const QuasistaticOptions& options = {});

  const ShearState& state() const { return state_; }
  /// On the way down from an instability that lies less than the resolution ahead: its event begins here.
  struct Beyond {
    double strain = 0.0;
    Eigen::VectorXd x;
  };
  /// All that the next step depends on. A shear restored from it goes on bit for bit.
  struct Memory {
    ShearState state;
    double step = 0.0;
    double sign = 1.0;                  ///< the sense of the last step
    std::vector<BranchPoint> earlier;   ///< up to two states that came before on the same branch
    std::optional<Beyond> beyond;
  };
  Memory memory() const { return {state_, step_, sign_, earlier_, beyond_}; }
  void restore(const Memory& memory);
  /// One step towards `target`, no longer than max_step: as far as the branch is smooth, or across one event.
  ShearStep advance(double target);

 private:
  struct Relaxed {
    ShearState state;
    bool converged;
    bool jumped;   ///< stopped half way, at an energy that only a discontinuity explains
  };
  /// The surface's cell and frozen atoms as they are at `strain`.
  void shear_to(double strain);
  /// The state relaxed at `strain` from `from` moved affinely (plus `drift` times the strain step).
  Relaxed relaxed(const ShearState& from, double strain, const Eigen::VectorXd* drift);
  /// The state relaxed at `strain` from `x`, to which `from` led, to the tolerance of a step of length `reach`.
  Relaxed relaxed_from(const ShearState& from, double strain, const Eigen::VectorXd& x, double reach);
  double shortfall(const ShearState& from, const ShearState& to) const;
  struct Trial {
    ShearState state;
    bool converged = false;
    bool jump = false;
  };
  /// The state relaxed at `strain` and whether a discontinuity lies between it and the present one.
  Trial attempt(double strain, const Eigen::VectorXd* drift);
  Trial judged(Relaxed relaxed) const;
  /// Whether `next`, a long step away, may stand on the slope just behind a fold, where forces are as small as before it.
  bool doubtful(const ShearState& next) const;
  /// Whether relaxing `next` to the tolerance of a shorter step leads away from it.
  bool leads_on(const ShearState& next);
  /// Makes `next` the present state, smoothly reached.
  void go_to(ShearState next);
  /// Goes on along the branch until the instability that lies at most `width` ahead is nearer than the resolution.
  void approach_instability(double sign, double width);

  AtomicSurface& surface_;
  Cell reference_;
  QuasistaticOptions options_;
  ShearState state_;
  double step_;
  double sign_ = 1.0;
  std::vector<BranchPoint> earlier_;   ///< seen from state_; empty after an event
  std::optional<Beyond> beyond_;
  QuasiNewton model_;                  ///< learned within one advance
};

/// σ in the plane of shear: the component that dE/dγ = V σ refers to.
double shear_stress(const Eigen::Matrix3d& stress, int plane);

}  // namespace landscape::md
