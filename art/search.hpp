/// One ARTn search: from a minimum over a saddle to the minima on both sides of it.
#pragma once

#include <Eigen/Dense>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "art/saddle.hpp"
#include "md/core/rng.hpp"
#include "md/minimize/minimizer.hpp"

namespace landscape::art {

/// How a search ended. Names in the database: name().
enum class Outcome {
  Connected,        ///< one side returns to the start, the other reaches a different minimum
  Disconnected,     ///< a saddle, but neither side returns to the start
  BothReturn,       ///< both sides fall back to the start: no event
  NoNegativeCurvature,  ///< never left the basin
  ModeLost,         ///< the curvature became positive again and stayed so
  TooHigh,          ///< climbed beyond the energy limit
  IterationLimit,   ///< no convergence
  NotFirstOrder,    ///< stationary, but not with exactly one negative eigenvalue
  MinimumFailed,    ///< a side did not converge to a minimum
  GaveWay,          ///< the surroundings of a region rearranged before its saddle was one of the whole
  Detached,         ///< the saddle of a region, from which neither side returns to the start: not followed to one of the whole
  Recognized,       ///< a saddle that was known before
  NotDefined,       ///< ran into a region where the potential is not defined
};
const char* name(Outcome outcome);

enum class Detached {
  Leave,   ///< the search ends
  Follow,  ///< up to the saddle of the whole, which is hardly ever connected
};

struct SearchOptions {
  double radius = 3.8;            ///< [Å], > 0: atoms this close to the centre are pushed
  /// [Å], > 0: norm of each push over all atoms. Three settings (step, relaxation, curvature) were tried on one 1000-atom Cu-Zr
  /// glass, 9 to 16 searches each: 0.5/3/-0.5 gave 1 connected saddle of 6, 0.15/4/-0.1 mostly the same lowest event, this
  /// one 4 of 9. Too few to call it tuned.
  double activation_step = 0.3;
  int max_activation_steps = 60;  ///< > 0
  int relaxation_steps = 3;       ///< >= 0: perpendicular steps after each push (docs/search.md)
  double leave_curvature = -0.3;  ///< [eV/Å²], < 0: below it the basin is left
  double push_over = 0.2;         ///< [Å], > 0: largest displacement of the step off the saddle, at most half the way to the start
  double same = 0.1;              ///< [Å], > 0: largest displacement below which two minima are the same
  double recognize = 0.05;        ///< [Å], >= 0: an approach this close to a known saddle, with ...
  double recognize_force = 0.01;  ///< [eV/Å], > 0: ... a max force below this, ends there
  double coarse_force = 0.02;     ///< [eV/Å], > 0: a side that is back at the start at this max force is not relaxed further
  double side_force = 0.005;      ///< [eV/Å], > 0: in a region it is relaxed so far before it is judged (docs/search.md)
  // Until the end game only a region moves: the particles within the margin of those that are pushed, then of those that have moved.
  /// [Å], >= 0; narrower regions see no soft modes (docs/search.md). 0, or a region of more than half the particles: the whole.
  double local_margin = 7.0;
  int local_iterations = 60;      ///< > 0: of an approach in a region; those of connected searches took 9 to 58 (docs/search.md)
  int local_vectors = 5;          ///< > 0: Lanczos vectors of a refresh of the mode in a region (docs/search.md)
  int local_patience = 6;         ///< >= 0: iterations in a row that the curvature may be positive in a region (docs/search.md)
  double local_climb = 0.5;       ///< [Å], > 0: ApproachOptions::max_climb in a region (docs/search.md)
  double local_force = 0.05;      ///< [eV/Å], > 0: a region's saddle is left to the whole at this max force
  double grow_force = 0.5;        ///< [eV/Å], > 0: a larger force outside makes the region grow ...
  int max_growth = 2;             ///< ... so often, >= 0
  double gave_way = 0.5;          ///< [Å], > 0: a particle that goes further between the saddle of a region and that of the whole
  double moved = 0.3;             ///< [Å], > 0: particles that have moved further are what a new region is made around
  double surely_other = 0.5;      ///< [Å], > 0: a side relaxed in its region that is further from the start has not returned
  /// Whether a region's saddle is led to one of the whole although neither side of it returns to the start (docs/search.md).
  Detached detached = Detached::Leave;
  ApproachOptions approach;
  ProofOptions proof;
  md::MinimizeOptions minimum = {.max_force = 1e-4, .max_step = 0.05, .newton_force = 0.02};
  void validate() const;          ///< @throws md::InputError naming field, value and broken range.
};

/// Force-call equivalents by stage: a call of a region counts as its pairs over all pairs.
struct StageCalls {
  double activation = 0.0, approach = 0.0, proof = 0.0, push_over = 0.0;
  // Of which:
  double lanczos = 0.0;     ///< lowest modes, in activation and approach
  double relaxation = 0.0;  ///< perpendicular to the push, in activation
  double minima = 0.0;      ///< final convergence of minima, in push_over
  double whole = 0.0;       ///< of all: calls of the whole system, in a search in regions its end game; the rest is in regions, modes of the end game included
  double total() const { return activation + approach + proof + push_over; }
  StageCalls& operator+=(const StageCalls& other);
};

/// What a search need not find again.
struct SearchContext {
  /// The number of a known saddle of the same minimum of which no atom is as far as `distance` [Å] from where it is in x.
  std::function<std::optional<std::size_t>(const Eigen::VectorXd& x, double distance)> known = {};
};

struct [[nodiscard]] SearchResult {
  Outcome outcome = Outcome::NoNegativeCurvature;
  std::string message;
  Eigen::VectorXd saddle, mode;         ///< empty unless a saddle was found; mode points to the far side
  Eigen::VectorXd near_side, far_side;  ///< minima where connected, else empty; near_side is the start
  double saddle_energy = std::numeric_limits<double>::quiet_NaN();
  double near_energy = std::numeric_limits<double>::quiet_NaN();
  double far_energy = std::numeric_limits<double>::quiet_NaN();
  double saddle_force = std::numeric_limits<double>::quiet_NaN();
  double far_force = std::numeric_limits<double>::quiet_NaN();
  IndexProof proof;
  std::optional<std::size_t> known;     ///< which one, where Recognized
  int local_iterations = 0;             ///< of approaches in regions
  StageCalls calls;
};

/// Minima reached from a saddle along plus and minus its mode.
struct [[nodiscard]] PushOver {
  Eigen::VectorXd plus, minus;
  md::MinimizeResult plus_result, minus_result;
};
PushOver push_over(md::EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& saddle,
                   const Eigen::Ref<const Eigen::VectorXd>& mode, double step, const md::MinimizeOptions& options);

/// A random direction (unit norm) on the particles in `active` (indices of blocks).
Eigen::VectorXd random_push(const md::EnergySurface& surface, const std::vector<Eigen::Index>& active, md::CounterRng& rng);

/// Searches from `minimum`, pushed along `direction`; everything random is in the direction.
///
/// @param minimum a relaxed configuration (max force <= 1e-3 eV/Å). @param direction unit vector, length dof.
/// @par Source Barkema & Mousseau, Phys. Rev. Lett. 77, 4358 (1996); Malek & Mousseau, Phys. Rev. E 62, 7723 (2000).
SearchResult search(md::EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& minimum,
                    const Eigen::Ref<const Eigen::VectorXd>& direction, const SearchOptions& options = {},
                    const SearchContext& context = {});

/// The same from a guess of the saddle: no push out of the basin, no region. @param mode guess of the unstable direction, away from `minimum`.
SearchResult search_from_guess(md::EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& minimum,
                               const Eigen::Ref<const Eigen::VectorXd>& guess, const Eigen::Ref<const Eigen::VectorXd>& mode,
                               const SearchOptions& options = {});

}  // namespace landscape::art
