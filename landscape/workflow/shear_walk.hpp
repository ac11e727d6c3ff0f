/// One quasistatic shear as it goes, without the database: each step as the rows it becomes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/records.hpp"
#include "landscape/workflow/shear_route.hpp"
#include "md/potential/atomic_surface.hpp"

namespace landscape {

/// [Å], of one atom: DESIGN.md's measure of the same minimum
constexpr double same_displacement = 0.1;

/// How rearrangements are told from elastic motion.
struct RearrangementOptions {
  static constexpr double furthest_neighbor_a = 30.0;  ///< [Å]: thousands of neighbors an atom
  double cutoff_a = 0.0;       ///< [Å] neighbors of D²min; 0: the first minimum of g(r) of the structure that is sheared
  double threshold_a2 = 10.0;  ///< [Å²], > 0: of D²min, a sum over neighbors; half of it is counted too
  double overlap_a = 0.4;      ///< [Å], > 0: an atom that moved less counts for Q12
  void validate() const;       ///< @throws md::InputError naming the option
};

struct ShearPlan {
  md::QuasistaticOptions quasistatic;
  std::vector<ShearLeg> legs;
  double largest_strain = 0.15;
  RearrangementOptions rearrangement;
};

/// An event between two states that are kept.
struct WalkedEvent {
  db::PlasticEventRecord row;   ///< without ids
  md::Matrix3Xd before, after;  ///< 3 x N [Å]
};

struct WalkedStep {
  db::ShearStepRecord row;      ///< without ids and index
  std::optional<WalkedEvent> event;
  md::Matrix3Xd kept;           ///< positions where a leg ends; empty elsewhere
};

enum class WalkOutcome { Stepped, Arrived, NotConverged };

/// Rearranged atoms, and all that is said of a state against another, with one cutoff and threshold.
class RearrangementMeter {
 public:
  /// @param start structure whose g(r) gives the cutoff where there is none. It may have none: then D²min is unknown.
  RearrangementMeter(const RearrangementOptions& options, md::Configuration start);

  /// Fills the counts of an event that leads from one state to another.
  void measure(const md::Configuration& before, const md::Configuration& after, db::PlasticEventRecord& event) const;
  /// D²min of every atom [Å²]; empty without a cutoff.
  Eigen::VectorXd d2min(const md::Configuration& from, const md::Configuration& to) const;
  std::optional<std::int64_t> count(const Eigen::VectorXd& d2min, double threshold) const;
  /// Share of atoms above the threshold against the start; NaN without a cutoff.
  double fraction_since_start(const md::Configuration& state) const;
  double overlap_with_start(const md::Configuration& state) const;
  double cutoff_a() const { return cutoff_; }   ///< NaN where there is none
  double threshold_a2() const { return options_.threshold_a2; }
  const md::Configuration& start() const { return start_; }

 private:
  RearrangementOptions options_;
  md::Configuration start_;
  double cutoff_;
};

/// Walks along a plan. Belongs to one thread.
class ShearWalk {
 public:
  /// @param start relaxed, in the cell of strain 0.
  ShearWalk(std::shared_ptr<const md::Potential> potential, const md::Configuration& start, const ShearPlan& plan, int threads);
  ShearWalk(const ShearWalk&) = delete;
  ShearWalk& operator=(const ShearWalk&) = delete;

  /// The state it starts from, as a step of its own.
  WalkedStep first() const;
  /// One step further; `step` is filled where the outcome is Stepped.
  WalkOutcome next(WalkedStep& step);

  md::QuasistaticShear::Memory memory() const { return aqs_.memory(); }
  const ShearRoute::Place& place() const { return route_.place; }
  void restore(const md::QuasistaticShear::Memory& memory, const ShearRoute::Place& place);
  /// Goes on from another state along other legs.
  void turn(const md::QuasistaticShear::Memory& memory, std::vector<ShearLeg> legs);

  double progress() const { return route_.done() ? 1.0 : route_.progress(aqs_.state().strain); }
  double strain() const { return aqs_.state().strain; }
  std::string branch() const { return route_.done() ? "done" : route_.branch(); }
  double calls() const { return surface_.work() + check_calls_; }
  const RearrangementMeter& meter() const { return meter_; }
  /// All atoms of a state of this walk, 3 x N [Å].
  md::Matrix3Xd positions(const md::ShearState& state) const { return configuration(state).positions; }

 private:
  md::Configuration configuration(const md::ShearState& state) const;
  db::ShearStepRecord row(const std::string& branch, const md::ShearState& state, double calls) const;
  WalkedEvent walked_event(const md::PlasticEvent& found) const;
  /// Lowest curvature of a state [eV/Å²], from above. Adds its calls to `calls`.
  double lowest_curvature(const md::ShearState& state, double& calls) const;

  ShearPlan plan_;
  int threads_;
  RearrangementMeter meter_;
  md::AtomicSurface surface_;
  md::QuasistaticShear aqs_;
  ShearRoute route_;
  double check_calls_ = 0.0;
};

/// A state sheared back to the strain where the shear began, so that it can be held against the start: at another strain the
/// non-affine part of elastic motion would count as well.
struct ReturnedState {
  md::Matrix3Xd positions;   ///< 3 x N [Å]; empty where the way there is not elastic: it is of another branch
  double force_calls = 0.0;
};
/// Events that move no atom by 0.1 Å count as elastic.
/// @param start in the cell of strain 0. @param positions relaxed at `strain`, 3 x N [Å].
ReturnedState returned_to_start(std::shared_ptr<const md::Potential> potential, const md::Configuration& start,
                                const md::Matrix3Xd& positions, double strain, int plane, int threads);

/// σ of a stored stress in the plane of shear.
double in_plane(const db::Stress& stress, int plane);

}  // namespace landscape
