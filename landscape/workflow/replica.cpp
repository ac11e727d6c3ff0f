#include "landscape/workflow/replica.hpp"

#include <algorithm>
#include <cmath>

#include "landscape/workflow/sample.hpp"
#include "md/core/rng.hpp"
#include "md/minimize/minimizer.hpp"
#include "md/neighbor/full_neighbors.hpp"

namespace landscape {

namespace {

/// Pairs closer than `distance`, each seen from both sides.
template <class Visit>
void visit_pairs(const md::Cell& cell, const md::Matrix3Xd& positions, double distance, Visit&& visit) {
  md::NeighborList list(distance, 0.0);
  list.update(cell, positions);
  md::FullNeighbors neighbors;
  neighbors.follow(list);
  for (std::size_t i = 0; i < neighbors.size(); ++i)
    for (const auto entry : neighbors.of(i)) {
      const auto a = static_cast<Eigen::Index>(i), b = static_cast<Eigen::Index>(neighbors.atom(entry));
      const double r = (positions.col(b) + neighbors.translation(entry) - positions.col(a)).norm();
      if (r < distance) visit(a, b, r);
    }
}

/// Halves the displacements of atoms that would come too close, until none do: fitted potentials mean nothing there.
void keep_apart(const md::Configuration& minimum, md::Matrix3Xd& moved) {
  constexpr double share = 0.8;  // of the smallest distance in the minimum: 1.8 Å and more in Cu-Zr-Al
  double closest = 3.0;
  visit_pairs(minimum.cell, minimum.positions, closest, [&](auto, auto, double r) { closest = std::min(closest, r); });
  for (bool any = true; any;) {
    std::vector<bool> halve(static_cast<std::size_t>(moved.cols()), false);
    any = false;
    visit_pairs(minimum.cell, minimum.positions + moved, share * closest, [&](auto a, auto b, double) {
      any = halve[static_cast<std::size_t>(a)] = halve[static_cast<std::size_t>(b)] = true;
    });
    for (Eigen::Index i = 0; i < moved.cols(); ++i)
      if (halve[static_cast<std::size_t>(i)]) moved.col(i) *= 0.5;
  }
}

}  // namespace

PerturbedStart perturbed_start(const std::shared_ptr<const md::Potential>& potential, const md::Configuration& minimum,
                               double amplitude_a, std::uint64_t seed, std::int64_t perturbation) {
  md::AtomicSurface surface(potential, minimum);
  const Eigen::VectorXd from = surface.gather(minimum.positions);
  Eigen::VectorXd x = from, gradient(from.size());
  const double before = surface.evaluate(from, gradient);
  PerturbedStart out;
  out.converged = true;
  if (perturbation > 0) {
    md::CounterRng rng(seed, md::Stream::Displacement, static_cast<std::uint64_t>(perturbation));
    md::Matrix3Xd moved(3, minimum.size());
    for (Eigen::Index i = 0; i < moved.cols(); ++i)
      for (int d = 0; d < 3; ++d) moved(d, i) = minimum.is_free(i) ? amplitude_a * rng.normal() : 0.0;
    keep_apart(minimum, moved);
    if (!minimum.any_frozen()) moved.colwise() -= Eigen::Vector3d(moved.rowwise().mean());
    x = surface.gather(minimum.positions + moved);
    out.converged = md::minimize(surface, x, {.max_force = sample_max_force, .max_iterations = 50000, .max_step = 0.05}).converged();
  }
  surface.forget_history();
  out.energy_ev = surface.evaluate(x, gradient);
  out.energy_difference_ev = out.energy_ev - before;
  out.stress = surface.stress();
  out.max_force_ev_per_a = md::max_norm(gradient, 3);
  out.max_displacement_a = md::largest_displacement(surface, from, x);
  out.configuration = surface.configuration(x);
  out.force_calls = static_cast<double>(surface.calls());
  return out;
}

bool same_up_to_exchange(const md::Configuration& a, const md::Configuration& b, double distance) {
  std::vector<bool> taken(static_cast<std::size_t>(b.size()), false);
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    bool found = false;
    for (Eigen::Index k = 0; k < b.size() && !found; ++k) {
      const Eigen::Index j = (i + k) % b.size();  // most atoms are themselves
      const auto one = static_cast<std::size_t>(j);
      if (taken[one] || a.species[static_cast<std::size_t>(i)] != b.species[one]) continue;
      found = a.cell.minimum_image(b.positions.col(j) - a.positions.col(i)).norm() < distance;
      if (found) taken[one] = true;
    }
    if (!found) return false;
  }
  return true;
}

ReplicaWalk walk_replica(const std::shared_ptr<const md::Potential>& potential, const md::Configuration& start, const ShearPlan& plan,
                         UnloadFrom unload, const std::function<bool()>& stopped) {
  ReplicaWalk out;
  ShearWalk walk(potential, start, plan, 1);
  out.load.push_back(walk.first());
  /// A state to turn at.
  struct Turn {
    md::QuasistaticShear::Memory memory;
    std::size_t steps;
  };
  md::QuasistaticShear::Memory before;
  Turn turn, highest{walk.memory(), 1};
  const double sense = plan.legs.front().strain >= 0.0 ? 1.0 : -1.0;
  const auto stress_of = [&](const WalkedStep& step) { return sense * in_plane(step.row.stress_gpa, plan.quasistatic.plane); };
  double drop = -INFINITY, highest_stress = stress_of(out.load.front());
  const auto go = [&](std::vector<WalkedStep>& steps, const auto& look) {
    while (true) {
      if ((out.stopped = stopped())) return;
      before = walk.memory();
      WalkedStep step;
      const WalkOutcome outcome = walk.next(step);
      out.converged = outcome != WalkOutcome::NotConverged;
      if (outcome != WalkOutcome::Stepped) return;
      steps.push_back(std::move(step));
      look(steps);
    }
  };
  // The atoms of the largest drop so far; those of others are let go.
  std::optional<std::size_t> holder;
  go(out.load, [&](std::vector<WalkedStep>& steps) {
    if (auto& event = steps.back().event) {
      const bool larger = event->row.stress_drop_gpa > drop;
      auto& smaller = larger && holder ? steps[*holder].event : event;
      if (larger) {
        drop = event->row.stress_drop_gpa;
        turn = unload == UnloadFrom::Yield ? highest : Turn{before, steps.size() - 1};
      }
      if (!larger || holder) smaller->before = smaller->after = md::Matrix3Xd();
      if (larger) holder = steps.size() - 1;
    }
    if (unload != UnloadFrom::Yield || stress_of(steps.back()) <= highest_stress) return;
    highest_stress = stress_of(steps.back());
    highest = {walk.memory(), steps.size()};
  });
  out.unstable = walk.place().unstable;
  if (unload == UnloadFrom::Nowhere || !holder || out.stopped || !out.converged) return out;
  turn.memory.step = plan.quasistatic.max_step;
  turn.memory.earlier.clear();
  out.turned_at = turn.steps;
  out.turned_positions = walk.positions(turn.memory.state);
  walk.turn(turn.memory, {{"unload", true, 0.0}});
  go(out.unload, [](std::vector<WalkedStep>& steps) {
    if (auto& event = steps.back().event) event->before = event->after = md::Matrix3Xd();
  });
  if (!out.converged) {  // the loading stands without it
    out.unload.clear();
    out.converged = true;
  }
  if (!out.unload.empty() && !out.stopped)
    out.returned = returned_to_start(potential, start, out.unload.back().kept, out.unload.back().row.strain_xy, plan.quasistatic.plane, 1);
  return out;
}

}  // namespace landscape
