/// One event (initial minimum, saddle, final minimum) followed in strain to the folds where it ends.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "art/saddle.hpp"
#include "md/deform/quasistatic.hpp"

namespace landscape::catastrophe {

/// What ended the following of an event on one side (DESIGN.md section 3).
enum class WindowEnd {
  Initial,      ///< the initial minimum merges with the saddle: the barrier vanishes
  Final,        ///< the final minimum merges with the saddle: the reverse barrier vanishes
  Other,        ///< one of the three left its branch without merging with another: another event fires first
  Bifurcation,  ///< the saddle merges with one of second order, or with another stationary point before the fold ahead
  NotReached,   ///< the strain limit came first
};
const char* name(WindowEnd end);

/// The event at one strain. Stresses are those of the shear plane [eV/Å³], tension positive.
struct TrackPoint {
  double strain = 0.0;
  Eigen::VectorXd initial, saddle, final_minimum, mode;   ///< free atoms [Å], affinely in the cell of this strain
  double energy_initial = 0.0, energy_saddle = 0.0, energy_final = 0.0;  ///< [eV]
  double stress_initial = 0.0, stress_saddle = 0.0, stress_final = 0.0;
  double curvature = 0.0;          ///< of the saddle [eV/Å²]
  double force_calls = 0.0;
  /// Which minima these are: 0 those of the start; others that replaced them count on on the way up (positive) or down (negative).
  int which_initial = 0, which_final = 0;
  double barrier() const { return energy_saddle - energy_initial; }
  double reverse_barrier() const { return energy_saddle - energy_final; }
};

struct TrackOptions {
  int plane = 0;
  double max_strain = 0.2;         ///< > 0: how far from strain 0 an event is followed
  double first_step = 2e-3;        ///< > 0
  double max_step = 0.01;          ///< > 0
  double min_step = 2e-6;          ///< > 0: below it a lost branch is lost
  double fold_fraction = 0.5;      ///< in (0, 1): of the estimated distance to a fold taken in one step
  double fold_resolution = 2e-5;   ///< > 0: the last point is this close to the estimated fold
  double proof_resolution = 2e-4;  ///< > 0: how finely the strain is found at which the saddle no longer joins the two minima
  double max_jump = 0.2;           ///< [Å], > 0: largest correction of a prediction, per atom
  double derivative_tolerance = 0.05;  ///< relative error allowed in ΔE_A = V ∫ Δτ dγ over a step
  double stress_tolerance = 0.4;   ///< relative change of Δτ allowed over a step where a barrier is too low for its energy to tell
  int check_every = 4;             ///< points between two proofs that the saddle joins the two minima
  md::MinimizeOptions minimum = {.max_force = 1e-6, .max_iterations = 20000, .max_step = 0.05};
  art::ApproachOptions saddle = {.max_force = 2e-6, .max_iterations = 200, .max_step = 0.05};
  /// By differences: second derivatives of tables jump by parts of a percent from knot to knot, and fits of λ² see that.
  md::LanczosOptions curvature = {.max_vectors = 60, .delta = 0.005, .residual = 0.005, .difference = md::Difference::Central,
                                  .products = md::Products::Differences};
  double same = 0.1;               ///< [Å]
  double push_over = 0.2;          ///< [Å]
  void validate() const;           ///< @throws md::InputError naming field, value and broken range.
};

/// A fitted fold.
struct FoldEstimate {
  double strain = std::numeric_limits<double>::quiet_NaN();
  double error = std::numeric_limits<double>::quiet_NaN();      ///< 1 sigma
};

/// E = A |γ_c - γ|^{3/2} and its two relatives, fitted near one end of the window.
struct Fold {
  FoldEstimate from_barrier, from_curvature, from_stress;       ///< E^{2/3}, λ², Δτ² linear in γ
  FoldEstimate best;                                            ///< their mean, error covers their spread (random effects)
  double amplitude = std::numeric_limits<double>::quiet_NaN();  ///< [eV]
  double amplitude_error = std::numeric_limits<double>::quiet_NaN();
  double exponent = std::numeric_limits<double>::quiet_NaN();   ///< free exponent of barrier against distance
  double exponent_error = std::numeric_limits<double>::quiet_NaN();
  int points = 0;
  /// false: the barrier vanishes where curvature and stress difference do not, as at a force kink of a tabulated potential. `best` then
  /// is where the last point leads, between a line and a 3/2 law.
  bool regular = true;
};

struct [[nodiscard]] Track {
  bool held = true;                   ///< false: the saddle did not lead to the initial minimum where the event was found; no points then
  std::vector<TrackPoint> points;     ///< by increasing strain
  WindowEnd low_end = WindowEnd::NotReached, high_end = WindowEnd::NotReached;
  Fold low, high;                     ///< fitted where the end is Initial or Final
  double lowest_reached = 0.0, highest_reached = 0.0;
  std::string low_message, high_message;
  double force_calls = 0.0;
};

/// Follows an event from one strain in both directions.
///
/// Predictor: secant of the last two points in reduced coordinates, with the square root law of a fold near its end. Corrector:
/// minimization of both minima, art::approach_saddle on the saddle. A step counts only if the corrections are small, the saddle
/// has negative curvature, and the energies of all three and the barriers change as V ∫ τ dγ says; else it is halved. An end
/// that is Other says in its message which of the three left its branch, how, and at which atom. Where the minimum that does not take
/// part in a fold leaves its branch just before it, that fold is followed with what lies beyond the saddle now, and the message says so.
///
/// Every few points, and at strain 0, pushes off the saddle prove that it joins the two minima. Where it leads to another final minimum, as on the
/// way of a cascade that falls through many, that one takes its place (TrackPoint::which_final, and the message): the event is the first of the
/// cascade, over the saddle out of the initial minimum. Where it no longer leads to the initial minimum, the event ends (Other).
///
/// @param surface of the sample; its cell is changed. @param reference cell at strain 0.
/// @param start relaxed at start.strain; energies and stresses are recomputed.
/// @param observe called after each point with all points so far; Stop ends the following (NotReached).
Track follow(md::AtomicSurface& surface, const md::Cell& reference, const TrackPoint& start, const TrackOptions& options,
             const std::function<md::Control(const TrackPoint&)>& observe = {});

/// Fits one end, from the points with the minimum that vanishes there; less than three of them leave what the last alone says.
/// @param side +1 for the upper end, -1 for the lower. @param vanishing which minimum merges with the saddle.
Fold fit_fold(const std::vector<TrackPoint>& points, int side, WindowEnd vanishing, double volume);

/// How far a fold lies outside the bracket in which a shear found it; 0 within.
double missed_by(const FoldEstimate& fold, double bracket_a, double bracket_b);

/// A fold that a shear found between two strains: where the fit misses them, its error covers that.
/// @param found strain where the event was entered. A fold further from the bracket than a quarter of the way from there is another one.
void hold_against(FoldEstimate& fold, double bracket_a, double bracket_b, double found);

enum class EventClass { Thermal, StrainCreated, Unresolved };
const char* name(EventClass c);

struct Classification {
  EventClass event_class = EventClass::Unresolved;
  std::string reason;
};

/// Where `origin` (strain 0, or the strain of zero stress) lies: inside the window by more than 2 σ: thermal; outside: strain
/// created; else unresolved. An end not reached counts as far as the event was followed.
Classification classify(const Track& track, double origin);

}  // namespace landscape::catastrophe
