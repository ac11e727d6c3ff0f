#include "landscape/workflow/shear_rows.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "landscape/workflow/records.hpp"
#include "landscape/workflow/shear_route.hpp"
#include "md/core/units.hpp"
#include "md/structure/rearranged.hpp"

namespace landscape {

namespace {

/// The steps of the first loading.
std::span<const db::ShearStepRecord> loading_of(const std::vector<db::ShearStepRecord>& steps) {
  return {steps.begin(), std::ranges::find_if(steps, [](const auto& step) { return step.branch != "load"; })};
}

double sense_of(const db::ShearRecord& shear) { return std::signbit(shear.to_strain) ? -1.0 : 1.0; }

/// Least squares of stress against strain up to modulus_strain and before the first event.
double small_strain_modulus(std::span<const db::ShearStepRecord> loading, double first_event, int plane) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (const auto& step : loading) {
    const double gamma = step.strain_xy, stress = in_plane(step.stress_gpa, plane);
    if (std::abs(gamma) > modulus_strain + 1e-12 || std::abs(gamma) > first_event) continue;
    n += 1; sx += gamma; sy += stress; sxx += gamma * gamma; sxy += gamma * stress;
  }
  const double det = n * sxx - sx * sx;
  return n >= 2 && det > 0.0 ? (n * sxy - sx * sy) / det : db::unknown;
}

}  // namespace

void store_walked_step(db::Database& database, const db::ShearRecord& shear, db::Id run_id, std::int64_t step_index,
                       std::int64_t& event_index, const WalkedStep& step, bool keep_event_atoms) {
  db::ShearStepRecord row = step.row;
  row.shear_id = shear.id;
  row.run_id = run_id;
  row.step_index = step_index;
  if (step.kept.size() > 0) row.configuration_id = database.add_configuration(encode_positions(step.kept));
  database.add_shear_step(row);
  if (!step.event) return;
  db::PlasticEventRecord event = step.event->row;
  event.shear_id = shear.id;
  event.run_id = run_id;
  event.event_index = event_index++;
  event.step_index = step_index;
  if (keep_event_atoms) {
    event.before_configuration_id = database.add_configuration(encode_positions(step.event->before));
    event.after_configuration_id = database.add_configuration(encode_positions(step.event->after));
  }
  database.add_plastic_event(event);
}

std::vector<std::size_t> steps_after(const std::vector<db::ShearStepRecord>& steps, const std::vector<db::PlasticEventRecord>& events) {
  std::vector<std::size_t> after;
  std::size_t k = 1;
  for (const auto& event : events) {
    // Each step after an event has the event's strain; cycles may come to the same strains again.
    if (event.step_index && *event.step_index > 0 && *event.step_index < static_cast<std::int64_t>(steps.size())) {
      after.push_back(static_cast<std::size_t>(*event.step_index));
    } else {
      while (k < steps.size() && !(steps[k].strain_xy == event.strain && steps[k - 1].strain_xy == event.strain_lower)) ++k;
      after.push_back(k);
    }
    k = after.back() + 1;
  }
  return after;
}

void number_older_rows(std::vector<db::ShearStepRecord>& steps, std::vector<db::PlasticEventRecord>& events, std::vector<db::UnloadingRecord>& unloadings) {
  std::int64_t cycle = 1;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (k > 0 && steps[k].branch == "reload" && steps[k - 1].branch != "reload") ++cycle;
    if (!steps[k].cycle) steps[k].cycle = cycle;
  }
  const auto after = steps_after(steps, events);
  for (std::size_t k = 0; k < events.size(); ++k)
    if (!events[k].step_index && after[k] < steps.size()) events[k].step_index = static_cast<std::int64_t>(after[k]);
  double before = 0.0;
  for (auto& u : unloadings) {
    if (!std::isfinite(u.cycle_dissipated_energy_ev)) u.cycle_dissipated_energy_ev = u.dissipated_energy_ev - before;
    before = u.dissipated_energy_ev;
  }
}

std::vector<ShearPlace> places_of(const std::vector<db::ShearStepRecord>& steps, const std::vector<db::PlasticEventRecord>& events) {
  std::vector<ShearPlace> places;
  for (const std::size_t k : steps_after(steps, events)) {
    places.emplace_back();
    if (k < steps.size()) places.back() = {steps[k].branch, steps[k].cycle.value_or(1)};
  }
  return places;
}

std::vector<SlopeDrop> slope_drops(const std::vector<db::ShearStepRecord>& steps, int plane) {
  std::vector<SlopeDrop> drops;
  const auto loading = loading_of(steps);
  if (loading.size() < 2) return drops;
  const double sense = loading.back().strain_xy >= loading.front().strain_xy ? 1.0 : -1.0;
  const auto stress = [&](std::size_t k) { return sense * in_plane(loading[k].stress_gpa, plane); };
  for (std::size_t k = 1; k < loading.size(); ++k) {
    if (stress(k) >= stress(k - 1)) continue;
    const std::size_t top = k - 1;
    while (k + 1 < loading.size() && stress(k + 1) < stress(k)) ++k;
    drops.push_back({loading[top].strain_xy, loading[k].strain_xy, stress(top) - stress(k)});
  }
  return drops;
}

void summarize(db::ShearRecord& shear, const std::vector<db::ShearStepRecord>& steps, const std::vector<db::PlasticEventRecord>& events) {
  const int plane = plane_index(shear.plane);
  const auto loading = loading_of(steps);
  const double sense = sense_of(shear);
  shear.steps = static_cast<std::int64_t>(steps.size()) - 1;
  shear.force_calls = 0.0;
  for (const auto& step : steps) shear.force_calls += step.force_calls;
  const auto places = places_of(steps, events);
  const db::PlasticEventRecord* largest = nullptr;
  double first_event = INFINITY;
  shear.released_energy_ev = 0.0;
  for (std::size_t k = 0; k < events.size(); ++k) {
    if (places[k].branch != "load") continue;
    first_event = std::min(first_event, std::abs(events[k].strain_lower) + 1e-12);
    shear.released_energy_ev += events[k].energy_drop_ev;
    if (!largest || events[k].stress_drop_gpa > largest->stress_drop_gpa) largest = &events[k];
  }
  shear.shear_modulus_gpa = small_strain_modulus(loading, first_event, plane);
  shear.max_stress_drop_gpa = largest ? largest->stress_drop_gpa : db::unknown;
  shear.max_stress_drop_strain = largest ? largest->strain : db::unknown;
  shear.max_stress_drop_energy_ev = largest ? largest->energy_drop_ev : db::unknown;
  shear.max_stress_gpa = shear.yield_strain = shear.yield_stress_gpa = db::unknown;
  for (const auto& step : loading) {
    const double stress = sense * in_plane(step.stress_gpa, plane);
    if (!(stress <= shear.max_stress_gpa)) shear.max_stress_gpa = stress;
    if (largest && std::abs(step.strain_xy) < std::abs(largest->strain) && !(stress <= shear.yield_stress_gpa)) {
      shear.yield_stress_gpa = stress;
      shear.yield_strain = step.strain_xy;
    }
  }
  shear.slope_drop_gpa = shear.slope_drop_strain = db::unknown;
  for (const auto& drop : slope_drops(steps, plane))
    if (!(drop.stress_drop_gpa <= shear.slope_drop_gpa)) {
      shear.slope_drop_gpa = drop.stress_drop_gpa;
      shear.slope_drop_strain = drop.from_strain;
    }
  shear.overlap = loading.empty() ? db::unknown : loading.back().overlap;
}

std::vector<db::UnloadingRecord> unloadings_of(db::Database& database, const db::SampleRecord& sample, const db::ShearRecord& shear,
                                               const std::vector<db::ShearStepRecord>& steps, const RearrangementMeter& meter,
                                               const Returns& returns) {
  std::vector<db::UnloadingRecord> out;
  if (steps.empty()) return out;
  const int plane = plane_index(shear.plane);
  const md::Configuration& start = meter.start();
  const md::AtomicSurface surface(sample_potential(database, sample), start);
  const double volume = start.cell.volume() / md::units::gpa_per_ev_a3;
  const auto state_of = [&](const db::ShearStepRecord& step) {
    return sample_configuration(database, sample, *step.configuration_id, step.strain_xy, plane);
  };
  // Strain taken back, as if nothing but the cell had changed.
  const auto unstrained = [&](const md::Matrix3Xd& positions, double strain) -> md::Matrix3Xd { return md::simple_shear(-strain, plane) * positions; };
  double work = 0.0, dissipated = 0.0;
  md::Matrix3Xd begun = start.positions;
  const db::ShearStepRecord* loaded = nullptr;
  for (std::size_t k = 1; k < steps.size(); ++k) {
    const auto &from = steps[k - 1], &to = steps[k];
    work += 0.5 * volume * (in_plane(from.stress_gpa, plane) + in_plane(to.stress_gpa, plane)) * (to.strain_xy - from.strain_xy);
    if (!to.configuration_id) continue;
    if (to.branch != "unload") {
      loaded = &to;
      continue;
    }
    const md::Configuration state = state_of(to);
    db::UnloadingRecord u;
    u.unloading_index = static_cast<std::int64_t>(out.size());
    u.residual_strain = to.strain_xy;
    u.residual_stress_gpa = in_plane(to.stress_gpa, plane);
    u.dissipated_energy_ev = work - (to.energy_ev - steps.front().energy_ev);
    const md::Matrix3Xd& returned = returns.at(out.size()).positions;
    const bool elastic = returned.size() > 0;
    const md::Matrix3Xd end = unstrained(state.positions, to.strain_xy);
    u.max_displacement_a = md::largest_displacement(surface, surface.gather(start.positions), surface.gather(elastic ? returned : end));
    u.cycle_displacement_a = md::largest_displacement(surface, surface.gather(begun), surface.gather(end));
    u.cycle_dissipated_energy_ev = u.dissipated_energy_ev - dissipated;
    dissipated = u.dissipated_energy_ev;
    begun = end;
    u.closed = elastic && u.max_displacement_a < same_displacement;
    u.overlap = to.overlap;
    if (loaded) {
      u.from_strain = loaded->strain_xy;
      const Eigen::VectorXd before = meter.d2min(start, state_of(*loaded)), after = meter.d2min(start, state);
      u.rearranged_atoms = meter.count(before, meter.threshold_a2());
      if (u.rearranged_atoms && *u.rearranged_atoms > 0)
        u.healed_fraction =
            static_cast<double>((before.array() > meter.threshold_a2() && after.array() <= meter.threshold_a2()).count()) /
            static_cast<double>(*u.rearranged_atoms);
    }
    out.push_back(u);
  }
  return out;
}

double finish_shear_rows(db::Database& database, const db::SampleRecord& sample, db::ShearRecord& shear, db::Id run_id,
                         const RearrangementMeter& meter, int threads, Returns returns) {
  const auto steps = database.steps_of_shear(shear.id);
  const int plane = plane_index(shear.plane);
  summarize(shear, steps, database.plastic_events_of_shear(shear.id));
  shear.d2min_cutoff_a = meter.cutoff_a();
  shear.d2min_threshold_a2 = meter.threshold_a2();
  const auto loading = loading_of(steps);
  if (!loading.empty() && loading.back().configuration_id)
    shear.rearranged_fraction = meter.fraction_since_start(sample_configuration(
        database, sample, *loading.back().configuration_id, loading.back().strain_xy, plane));
  if (returns.empty())
    for (const auto& step : steps)
      if (step.branch == "unload" && step.configuration_id)
        returns.push_back(returned_to_start(sample_potential(database, sample), meter.start(),
                                            load_positions(database, *step.configuration_id), step.strain_xy, plane, threads));
  double calls = 0.0;
  for (const auto& state : returns) calls += state.force_calls;
  shear.force_calls += calls;
  for (auto& unloading : unloadings_of(database, sample, shear, steps, meter, returns)) {
    unloading.shear_id = shear.id;
    unloading.run_id = run_id;
    database.add_unloading(unloading);
  }
  return calls;
}

}  // namespace landscape
