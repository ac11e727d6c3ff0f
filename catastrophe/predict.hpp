/// The critical strain of an event foretold from where it was found.
#pragma once

#include <limits>
#include <optional>

#include "art/saddle.hpp"
#include "md/deform/quasistatic.hpp"
#include "md/vibration/shear_response.hpp"

namespace landscape::catastrophe {

/// A barrier and its derivatives by strain.
struct BarrierPoint {
  double strain = 0.0;
  double barrier = 0.0;    ///< E_A [eV]
  double slope = 0.0;      ///< dE_A/dγ = V (σ_saddle - σ_minimum) [eV]
  double curvature = std::numeric_limits<double>::quiet_NaN();  ///< d²E_A/dγ² [eV]
};

struct Prediction {
  double strain = std::numeric_limits<double>::quiet_NaN();    ///< where the barrier vanishes; NaN: it does not
  double error = std::numeric_limits<double>::quiet_NaN();     ///< 1 sigma; what the formula itself lacks is not in it
  double exponent = std::numeric_limits<double>::quiet_NaN();  ///< of the barrier against the strain that is left
};

/// γ - 3 E / (2 E'), the 3/2 law from one point. NaN where the slope is below its error: not coupled to this shear.
/// @param barrier_error, slope_error 1 sigma [eV].
/// @par Source B. Xu, M. L. Falk, J. F. Li & L. T. Kong, Phys. Rev. Lett. 120, 125503 (2018).
Prediction predict_first_order(const BarrierPoint& point, double barrier_error, double slope_error);

/// E = A (γ_c - γ)^β through barrier, slope and curvature of one point: β = E'²/(E'² - E E''), γ_c = γ - β E/E'.
/// NaN unless 1 < β < 20: no power that bends as a fold does, or hardly one.
Prediction predict_power(const BarrierPoint& point);

/// E^{2/3}, which a fold makes a regular function of γ, continued as a parabola from barrier, slope and curvature of one point.
Prediction predict_second_order(const BarrierPoint& point);

/// The same from two strains: the parabola leaves the one nearer to the fold, bent as the slopes at the two say.
/// `error` is its distance from the cubic through all four numbers.
Prediction predict_two_strains(const BarrierPoint& first, const BarrierPoint& nearer);

/// A minimum or saddle on the free atoms, with its answer to shear.
struct ShearedState {
  Eigen::VectorXd x;                 ///< [Å], in the cell of its strain
  double energy = 0.0;               ///< [eV]
  double stress = 0.0;               ///< [eV/Å³], of the plane
  Eigen::VectorXd velocity;          ///< [Å] per strain, non-affine
  double stiffness = 0.0;            ///< d²E/dγ² along its branch [eV]
};

struct PredictOptions {
  int plane = 0;
  double fraction = 0.3;             ///< in (0, 1): of the first-order distance, where the second point is taken
  double longest_step = 0.01;        ///< > 0: strain
  double max_jump = 0.3;             ///< [Å], > 0: largest correction per atom of a state moved along its velocity
  md::MinimizeOptions minimum = {.max_force = 1e-5, .max_iterations = 2000, .max_step = 0.05};
  art::ApproachOptions saddle = {.max_force = 1e-5, .max_iterations = 100, .max_step = 0.05};
  void validate() const;             ///< @throws md::InputError naming field, value and broken range.
};

/// The event at `strain` + `step`, minimum and saddle moved along their velocities and relaxed. Nothing where one of them
/// leaves its branch. @param reference cell at strain 0; that of `surface` is changed.
std::optional<BarrierPoint> barrier_ahead(md::AtomicSurface& surface, const md::Cell& reference, double strain, double step,
                                          const ShearedState& minimum, const ShearedState& saddle,
                                          const Eigen::VectorXd& mode, const PredictOptions& options);

}  // namespace landscape::catastrophe
