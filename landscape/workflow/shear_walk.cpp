#include "landscape/workflow/shear_walk.hpp"

#include <algorithm>
#include <cmath>

#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/core/units.hpp"
#include "md/structure/correlations.hpp"
#include "md/structure/d2min.hpp"
#include "md/structure/rearranged.hpp"
#include "md/vibration/lowest_mode.hpp"

namespace landscape {

namespace {

/// In strain. Before its events the stress of a glass falls over less; a crystal whose symmetry keeps it from giving way goes on.
constexpr double checked_every = 0.01;
/// [eV/Å²] Knots of tabulated potentials leave some 1e-3.
constexpr double negative_curvature = -0.01;

}  // namespace

void RearrangementOptions::validate() const {
  if (!(cutoff_a >= 0.0 && cutoff_a <= furthest_neighbor_a))
    throw md::InputError(md::message("--d2min-cutoff: expected a length above 0 Å, at most ", furthest_neighbor_a, ", got ", cutoff_a));
  if (!(threshold_a2 > 0.0 && std::isfinite(threshold_a2)))
    throw md::InputError(md::message("--threshold: expected more than 0 Å², got ", threshold_a2));
  if (!(overlap_a > 0.0 && std::isfinite(overlap_a)))
    throw md::InputError(md::message("--overlap-distance: expected a length above 0 Å, got ", overlap_a));
}

RearrangementMeter::RearrangementMeter(const RearrangementOptions& options, md::Configuration start)
    : options_(options), start_(std::move(start)), cutoff_(options.cutoff_a) {
  options_.validate();
  if (!(cutoff_ > 0.0)) {
    cutoff_ = md::first_minimum(md::radial_distribution(start_));
    return;
  }
  md::NeighborList list(cutoff_, 0.0);
  list.update(start_.cell, start_.positions);
  if (list.pair_count() == 0) throw md::InputError(md::message("--d2min-cutoff: expected more than the distance of neighbors, got ", cutoff_, " Å"));
}

Eigen::VectorXd RearrangementMeter::d2min(const md::Configuration& from, const md::Configuration& to) const {
  return std::isfinite(cutoff_) ? md::d2min(from, to, cutoff_) : Eigen::VectorXd();
}

std::optional<std::int64_t> RearrangementMeter::count(const Eigen::VectorXd& d2min, double threshold) const {
  if (d2min.size() == 0) return std::nullopt;
  return static_cast<std::int64_t>((d2min.array() > threshold).count());
}

void RearrangementMeter::measure(const md::Configuration& before, const md::Configuration& after, db::PlasticEventRecord& event) const {
  const Eigen::VectorXd d = d2min(before, after);
  if (d.size() == 0) return;
  event.rearranged_atoms = count(d, options_.threshold_a2);
  event.rearranged_atoms_half = count(d, 0.5 * options_.threshold_a2);
  const auto clusters = md::atom_clusters(after, md::above(d, options_.threshold_a2), cutoff_);
  event.clusters = static_cast<std::int64_t>(clusters.sizes.size());
  event.largest_cluster = clusters.largest();
  event.percolating_directions = clusters.dimensions;
  event.rearranged_fraction_total = fraction_since_start(after);
}

double RearrangementMeter::fraction_since_start(const md::Configuration& state) const {
  const auto number = count(d2min(start_, state), options_.threshold_a2);
  return number ? static_cast<double>(*number) / static_cast<double>(start_.size()) : db::unknown;
}

double RearrangementMeter::overlap_with_start(const md::Configuration& state) const {
  return md::overlap(start_, state, options_.overlap_a);
}

ReturnedState returned_to_start(std::shared_ptr<const md::Potential> potential, const md::Configuration& start,
                                const md::Matrix3Xd& positions, double strain, int plane, int threads) {
  if (strain == 0.0) return {positions, 0.0};
  md::Configuration state = start;
  state.cell = start.cell.deformed(md::simple_shear(strain, plane));
  state.positions = positions;
  md::AtomicSurface surface(std::move(potential), state, {.threads = threads});
  md::QuasistaticShear aqs(surface, start.cell, strain, surface.gather(positions), {.plane = plane});
  ReturnedState out;
  bool elastic = true;
  while (elastic && std::abs(aqs.state().strain) > 1e-13) {
    const md::ShearStep step = aqs.advance(0.0);
    elastic = step.outcome == md::ShearOutcome::Smooth ||
              (step.outcome == md::ShearOutcome::Event &&
               md::largest_displacement(surface, step.event.before.x, step.event.after.x) < same_displacement);
  }
  out.force_calls = surface.work();
  if (!elastic) return out;
  out.positions = md::simple_shear(-strain, plane) * positions;  // frozen atoms follow the cell
  for (std::size_t k = 0; k < surface.free_atoms().size(); ++k)
    out.positions.col(surface.free_atoms()[k]) = aqs.state().x.segment<3>(3 * static_cast<Eigen::Index>(k));
  return out;
}

double in_plane(const db::Stress& stress, int plane) { return stress[plane == 0 ? 5 : plane == 1 ? 4 : 3]; }

ShearWalk::ShearWalk(std::shared_ptr<const md::Potential> potential, const md::Configuration& start, const ShearPlan& plan, int threads)
    : plan_(plan),
      threads_(threads),
      meter_(plan.rearrangement, start),
      surface_(std::move(potential), start, {.threads = threads}),
      aqs_(surface_, start.cell, 0.0, surface_.gather(start.positions), plan.quasistatic),
      route_(plan.legs, plan.largest_strain, plan.quasistatic.max_step, plan.quasistatic.plane) {}

void ShearWalk::restore(const md::QuasistaticShear::Memory& memory, const ShearRoute::Place& place) {
  aqs_.restore(memory);
  route_.place = place;
}

void ShearWalk::turn(const md::QuasistaticShear::Memory& memory, std::vector<ShearLeg> legs) {
  aqs_.restore(memory);
  route_ = ShearRoute(std::move(legs), plan_.largest_strain, plan_.quasistatic.max_step, plan_.quasistatic.plane);
}

md::Configuration ShearWalk::configuration(const md::ShearState& state) const {
  md::Configuration c = meter_.start();
  const Eigen::Matrix3d f = md::simple_shear(state.strain, plan_.quasistatic.plane);
  c.cell = meter_.start().cell.deformed(f);
  // Frozen atoms follow the cell.
  if (c.any_frozen()) c.positions = (f * c.positions).eval();
  for (std::size_t k = 0; k < surface_.free_atoms().size(); ++k)
    c.positions.col(surface_.free_atoms()[k]) = state.x.segment<3>(3 * static_cast<Eigen::Index>(k));
  return c;
}

db::ShearStepRecord ShearWalk::row(const std::string& branch, const md::ShearState& state, double calls) const {
  db::ShearStepRecord step;
  step.branch = branch;
  step.cycle = 1 + static_cast<std::int64_t>(route_.place.leg / 2);  // there and off again
  step.strain_xy = state.strain;
  step.energy_ev = state.energy;
  step.stress_gpa = stress_gpa(state.stress);
  step.max_force_ev_per_a = state.max_force;
  step.force_calls = calls;
  step.overlap = meter_.overlap_with_start(configuration(state));
  return step;
}

WalkedStep ShearWalk::first() const { return {row("load", aqs_.state(), 1), std::nullopt, {}}; }

WalkedEvent ShearWalk::walked_event(const md::PlasticEvent& found) const {
  const Displacement moved = measure_displacement(surface_, found.before.x, found.after.x);
  const double sense = found.after.strain >= found.before.strain ? 1.0 : -1.0;
  const md::Configuration before = configuration(found.before), after = configuration(found.after);
  WalkedEvent event;
  event.row.strain = found.after.strain;
  event.row.strain_lower = found.before.strain;
  event.row.energy_drop_ev = found.energy_drop;
  event.row.stress_drop_gpa = sense * found.stress_drop * md::units::gpa_per_ev_a3;
  event.row.max_displacement_a = moved.largest_a;
  event.row.center_atom = moved.center_atom;
  event.row.participation_number = moved.participation_number;
  meter_.measure(before, after, event.row);
  event.before = before.positions;
  event.after = after.positions;
  return event;
}

double ShearWalk::lowest_curvature(const md::ShearState& state, double& calls) const {
  // A surface of its own: what the next step does depends on no check.
  md::AtomicSurface surface(surface_.shared_potential(), configuration(state), {.threads = threads_});
  const Eigen::VectorXd x = surface.gather(configuration(state).positions);
  Eigen::VectorXd gradient(x.size()), start(x.size());
  surface.evaluate(x, gradient);
  if (md::uniform_motions(surface, x).cols() >= x.size()) return db::unknown;  // one atom: nothing but the whole can move
  md::CounterRng rng(0, md::Stream::Lanczos, 0);
  for (double& s : start) s = rng.normal();
  const md::LowestMode mode = md::lowest_mode(
      surface, x, gradient, start, {.max_vectors = 60, .delta = 0.01, .residual = 0.01, .difference = md::Difference::Central},
      Eigen::MatrixXd(x.size(), 0));
  calls += surface.work();
  return mode.curvature;
}

WalkOutcome ShearWalk::next(WalkedStep& out) {
  std::optional<double> target;
  while (!route_.done() && !(target = route_.target(aqs_.state()))) route_.next_leg();
  if (!target) return WalkOutcome::Arrived;
  const md::ShearState from = aqs_.state();
  const md::ShearStep step = aqs_.advance(*target);
  if (step.outcome == md::ShearOutcome::NotConverged) return WalkOutcome::NotConverged;
  const double before = route_.place.doubtful;
  const Eigen::VectorXd affine = md::deformed(md::simple_shear(step.state.strain - from.strain, plan_.quasistatic.plane), from.x);
  route_.stepped(from, step, md::largest_displacement(surface_, affine, step.state.x));
  double calls = step.force_calls;
  if (!route_.place.unstable && std::floor(route_.place.doubtful / checked_every) > std::floor(before / checked_every) &&
      lowest_curvature(step.state, calls) < negative_curvature)
    route_.place.unstable = step.state.strain;
  check_calls_ += calls - step.force_calls;
  out = {row(route_.branch(), step.state, calls), std::nullopt, {}};
  if (!route_.target(step.state)) out.kept = configuration(step.state).positions;
  if (step.outcome == md::ShearOutcome::Event) out.event = walked_event(step.event);
  return WalkOutcome::Stepped;
}

}  // namespace landscape
