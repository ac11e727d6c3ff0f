#include "landscape/workflow/shear.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "md/core/units.hpp"
#include "md/deform/quasistatic.hpp"

namespace landscape {

namespace {

using nlohmann::json;

/// The legs of a shear: to the strain asked for, off again, back.
class ShearRoute {
 public:
  /// Where on the route; what a continued shear must know.
  struct Place {
    std::size_t leg = 0;
    double slope = 0.0;   ///< dσ/dγ of the last smooth step [eV/Å³], 0: not known
  };

  ShearRoute(const ShearRequest& request, int plane) : to_(request.to), max_step_(request.max_step), plane_(plane) {
    legs_.push_back({"load", false, request.to});
    const bool stress = request.unload == "stress";
    if (!request.unload.empty()) legs_.push_back({"unload", stress, 0.0});
    for (int k = 0; k < request.cycles; ++k) {
      legs_.push_back({"reload", false, request.to});
      legs_.push_back({"unload", stress, 0.0});
    }
  }
  bool done() const { return place.leg == legs_.size(); }
  const std::string& branch() const { return legs_[place.leg].branch; }
  bool unloading() const { return branch() == "unload"; }
  /// Share of the route behind, for the progress bar.
  double progress(double strain) const {
    const double part = unloading() ? 1.0 - strain / to_ : strain / to_;
    return (static_cast<double>(place.leg) + std::clamp(part, 0.0, 1.0)) / static_cast<double>(legs_.size());
  }
  /// Strain to go to next, or nothing where this leg has arrived.
  std::optional<double> target(const md::ShearState& state) const {
    const Leg& leg = legs_[place.leg];
    if (!leg.to_zero_stress)
      return std::abs(leg.strain - state.strain) > 1e-12 ? std::optional(leg.strain) : std::nullopt;
    const double stress = md::shear_stress(state.stress, plane_);
    if (std::abs(stress) * md::units::gpa_per_ev_a3 < zero_stress_gpa) return std::nullopt;
    // Newton's way down; where the slope is not known, a step against the stress.
    const double step = place.slope > 0.0 ? -stress / place.slope : (stress > 0.0 ? -max_step_ : max_step_);
    return state.strain + std::clamp(step, -max_step_, max_step_);
  }
  void stepped(const md::ShearState& from, const md::ShearStep& step) {
    const double strain = step.state.strain - from.strain;
    const double stress = md::shear_stress(step.state.stress, plane_) - md::shear_stress(from.stress, plane_);
    place.slope = step.outcome == md::ShearOutcome::Smooth && strain != 0.0 ? stress / strain : 0.0;
  }
  void next_leg() { ++place.leg; }

  Place place;

 private:
  static constexpr double zero_stress_gpa = 1e-4;  ///< as samples are relaxed
  struct Leg {
    std::string branch;
    bool to_zero_stress;
    double strain;
  };
  std::vector<Leg> legs_;
  double to_, max_step_;
  int plane_;
};

/// Keeps a half-done shear: the state, the step length and the earlier states that the next prediction uses.
class ShearCheckpoint {
 public:
  ShearCheckpoint(db::Id shear_id, db::Id run_id) : key_("shear:" + std::to_string(shear_id)), run_id_(run_id) {}

  void save(db::Database& database, const md::QuasistaticShear::Memory& memory, const ShearRoute::Place& place,
            std::int64_t index) const {
    const auto n = memory.state.x.size();
    std::vector<double> values(memory.state.x.data(), memory.state.x.data() + n);
    values.insert(values.end(), {memory.state.strain, memory.state.energy, memory.state.max_force, memory.step, memory.sign});
    values.insert(values.end(), memory.state.stress.data(), memory.state.stress.data() + 9);
    for (const md::BranchPoint& point : memory.earlier) {
      values.push_back(point.distance);
      values.insert(values.end(), point.moved.data(), point.moved.data() + n);
    }
    db::CheckpointRecord record;
    record.key = key_;
    record.run_id = run_id_;
    record.step = index;
    record.state = json{{"dof", n}, {"earlier", memory.earlier.size()}, {"leg", place.leg}, {"slope", place.slope}}.dump();
    record.data = pack_doubles(values);
    database.put_checkpoint(record);
  }
  /// @return the index of the last step, or nothing where there is no checkpoint.
  std::optional<std::int64_t> load(db::Database& database, md::QuasistaticShear::Memory& memory, ShearRoute::Place& place) const {
    const auto record = database.checkpoint(key_);
    if (!record) return std::nullopt;
    const json state = json::parse(record->state);
    const auto n = state.at("dof").get<Eigen::Index>();
    if (!state.contains("earlier"))
      throw db::Error("shear: its checkpoint is of an earlier version of this program; finish it with that, or shear to another strain");
    const auto earlier = state.at("earlier").get<Eigen::Index>();
    place.leg = state.value("leg", std::size_t{0});
    place.slope = state.value("slope", 0.0);
    const auto values = unpack_doubles(record->data, static_cast<std::size_t>(n + 14 + earlier * (n + 1)));
    memory.state.x = Eigen::Map<const Eigen::VectorXd>(values.data(), n);
    const double* rest = values.data() + n;
    memory.state.strain = rest[0];
    memory.state.energy = rest[1];
    memory.state.max_force = rest[2];
    memory.step = rest[3];
    memory.sign = rest[4];
    memory.state.stress = Eigen::Map<const Eigen::Matrix3d>(rest + 5);
    memory.earlier.clear();
    for (const double* point = rest + 14; memory.earlier.size() < static_cast<std::size_t>(earlier); point += n + 1)
      memory.earlier.push_back({point[0], Eigen::Map<const Eigen::VectorXd>(point + 1, n)});
    return record->step;
  }
  void erase(db::Database& database) const { database.erase_checkpoint(key_); }

 private:
  std::string key_;
  db::Id run_id_;
};

db::ShearStepRecord step_record(const db::ShearRecord& shear, db::Id run_id, std::int64_t index, const std::string& branch,
                                const md::ShearState& state, std::int64_t calls) {
  db::ShearStepRecord step;
  step.branch = branch;
  step.shear_id = shear.id;
  step.run_id = run_id;
  step.step_index = index;
  step.strain_xy = state.strain;
  step.energy_ev = state.energy;
  step.stress_gpa = stress_gpa(state.stress);
  step.max_force_ev_per_a = state.max_force;
  step.force_calls = static_cast<double>(calls);
  return step;
}

/// Component of a stored stress that the shear plane refers to.
double in_plane(const db::Stress& stress, int plane) { return stress[plane == 0 ? 5 : plane == 1 ? 4 : 3]; }

/// Plastic events of the first loading come before all others; each step after an event has the event's strain.
std::vector<std::string> branches_of(const std::vector<db::ShearStepRecord>& steps, const std::vector<db::PlasticEventRecord>& events) {
  std::vector<std::string> branches;
  std::size_t k = 1;
  for (const auto& event : events) {
    while (k < steps.size() && !(steps[k].strain_xy == event.strain && steps[k - 1].strain_xy == event.strain_lower)) ++k;
    branches.push_back(k < steps.size() ? steps[k].branch : "load");
  }
  return branches;
}

/// Modulus, largest stress, yield strain and largest drop from the rows.
void summarize(db::ShearRecord& shear, const std::vector<db::ShearStepRecord>& steps,
               const std::vector<db::PlasticEventRecord>& events, int plane) {
  // The first loading alone: `steps` and `events` up to where it ends.
  const auto turned = std::ranges::find_if(steps, [](const auto& step) { return step.branch != "load"; });
  const std::span<const db::ShearStepRecord> loading(steps.begin(), turned);
  const double first_event = events.empty() ? INFINITY : std::abs(events.front().strain_lower) + 1e-12;
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  shear.force_calls = 0.0;
  for (const auto& step : steps) shear.force_calls += step.force_calls;
  for (const auto& step : loading) {
    const double gamma = step.strain_xy, stress = in_plane(step.stress_gpa, plane);
    if (std::abs(gamma) > 0.002 + 1e-12 || std::abs(gamma) > first_event) continue;
    n += 1; sx += gamma; sy += stress; sxx += gamma * gamma; sxy += gamma * stress;
  }
  const double det = n * sxx - sx * sx;
  shear.shear_modulus_gpa = n >= 2 && det > 0.0 ? (n * sxy - sx * sy) / det : db::unknown;
  shear.steps = static_cast<std::int64_t>(steps.size()) - 1;
  const db::PlasticEventRecord* largest = nullptr;
  for (const auto& event : events)
    if (!largest || event.stress_drop_gpa > largest->stress_drop_gpa) largest = &event;
  shear.max_stress_drop_gpa = largest ? largest->stress_drop_gpa : db::unknown;
  shear.max_stress_gpa = db::unknown;
  shear.yield_strain = db::unknown;
  double before_drop = -INFINITY;
  for (const auto& step : loading) {
    const double stress = in_plane(step.stress_gpa, plane) * (shear.to_strain >= 0 ? 1.0 : -1.0);
    if (!(stress <= shear.max_stress_gpa)) shear.max_stress_gpa = stress;
    if (largest && std::abs(step.strain_xy) < std::abs(largest->strain) && stress > before_drop) {
      before_drop = stress;
      shear.yield_strain = step.strain_xy;
    }
  }
}

/// What each taking off of the load left behind, from the rows.
std::vector<Unloading> unloadings_of(db::Database& database, const db::SampleRecord& sample, const std::vector<db::ShearStepRecord>& steps,
                                     int plane) {
  std::vector<Unloading> out;
  if (steps.empty()) return out;
  const md::Configuration start = load_minimum(database, sample.minimum_id.value());
  const md::AtomicSurface surface(sample_potential(database, sample), start);
  const double volume = start.cell.volume() / md::units::gpa_per_ev_a3;
  double work = 0.0;
  for (std::size_t k = 1; k < steps.size(); ++k) {
    const auto &from = steps[k - 1], &to = steps[k];
    work += 0.5 * volume * (in_plane(from.stress_gpa, plane) + in_plane(to.stress_gpa, plane)) * (to.strain_xy - from.strain_xy);
    if (to.branch != "unload" || !to.configuration_id) continue;
    md::Matrix3Xd positions = decode_positions(database.configuration(*to.configuration_id));
    positions = (md::simple_shear(-to.strain_xy, plane) * positions).eval();
    Unloading u;
    u.residual_strain = to.strain_xy;
    u.residual_stress_gpa = in_plane(to.stress_gpa, plane);
    u.dissipated_energy_ev = work - (to.energy_ev - steps.front().energy_ev);
    u.max_displacement_a = md::largest_displacement(surface, surface.gather(start.positions), surface.gather(positions));
    u.closed = u.max_displacement_a < 0.1;
    out.push_back(u);
  }
  return out;
}

db::PlasticEventRecord plastic_record(db::Database& database, const md::AtomicSurface& surface, const md::PlasticEvent& found,
                                      db::Id shear_id, db::Id run_id, std::int64_t index) {
  const Displacement moved = measure_displacement(surface, found.before.x, found.after.x);
  db::PlasticEventRecord event;
  event.shear_id = shear_id;
  event.run_id = run_id;
  event.event_index = index;
  event.strain = found.after.strain;
  event.strain_lower = found.before.strain;
  event.energy_drop_ev = found.energy_drop;
  event.stress_drop_gpa = found.stress_drop * md::units::gpa_per_ev_a3;
  event.max_displacement_a = moved.largest_a;
  event.center_atom = moved.center_atom;
  event.participation_number = moved.participation_number;
  event.before_configuration_id = database.add_configuration(encode_positions(surface.scatter(found.before.x)));
  event.after_configuration_id = database.add_configuration(encode_positions(surface.scatter(found.after.x)));
  return event;
}

md::QuasistaticOptions quasistatic(const ShearRequest& request) {
  if (!std::isfinite(request.to) || request.to == 0.0)
    throw md::InputError(md::message("shear: --to is ", request.to, ", expected a strain other than 0"));
  if (!request.unload.empty() && request.unload != "stress" && request.unload != "strain")
    throw md::InputError(md::message("--unload: expected stress or strain, got ", request.unload));
  if (request.cycles < 0 || (request.cycles > 0 && request.unload.empty()))
    throw md::InputError("--cycle: expected a number of at least 0, and an unloading with it");
  md::QuasistaticOptions options;
  options.plane = plane_index(request.plane);
  options.max_step = request.max_step;
  options.resolution = request.resolution;
  options.adaptive = !request.fixed_steps;
  options.validate();
  return options;
}

void fill_from_rows(db::Database& database, const db::SampleRecord& sample, int plane, ShearReport& report) {
  const auto steps = database.steps_of_shear(report.shear.id);
  report.events = database.plastic_events_of_shear(report.shear.id);
  report.branches = branches_of(steps, report.events);
  report.unloadings = unloadings_of(database, sample, steps, plane);
}

}  // namespace

ShearReport shear_sample(db::Database& database, const ShearRequest& request, const Session& session) {
  const md::QuasistaticOptions options = quasistatic(request);
  const db::SampleRecord sample = ready_sample(database, request.sample);
  const auto potential = sample_potential(database, sample);
  json described = {{"sample", request.sample}, {"to", request.to}, {"max_step", request.max_step},
                    {"resolution", request.resolution}, {"fixed", request.fixed_steps}, {"plane", request.plane}};
  if (!request.unload.empty()) described.update({{"unload", request.unload}, {"cycles", request.cycles}});
  // What is known before a run is begun: a shear with these options may be there already.
  ShearReport report;
  for (const auto& known : database.shears_of_sample(sample.id))
    if (known.options_key == described.dump() && known.state == "done") {
      report.shear = known;
      fill_from_rows(database, sample, options.plane, report);
      report.finished = true;
      return report;
    }

  Run run(database, "shear", described.dump(), session, sample.potential_id);
  db::ShearRecord shear;
  shear.sample_id = sample.id;
  shear.run_id = run.id();
  shear.options = shear.options_key = described.dump();
  shear.plane = request.plane;
  shear.to_strain = request.to;
  shear = database.shear(database.ensure_shear(shear));

  const md::Cell cell = sample_cell(sample);
  const md::Configuration start = load_minimum(database, sample.minimum_id.value());
  md::AtomicSurface surface(potential, start, {.threads = session.threads});
  md::QuasistaticShear aqs(surface, cell, 0.0, surface.gather(start.positions), options);
  ShearRoute route(request, options.plane);
  const ShearCheckpoint checkpoint(shear.id, run.id());
  std::int64_t index = 0;
  md::QuasistaticShear::Memory memory;
  if (const auto saved = checkpoint.load(database, memory, route.place)) {
    aqs.restore(memory);
    index = *saved;
  } else {
    db::Transaction transaction(database);
    database.add_shear_step(step_record(shear, run.id(), 0, "load", aqs.state(), 1));
    checkpoint.save(database, aqs.memory(), route.place, 0);
    transaction.commit();
  }

  const std::int64_t calls_before = surface.calls();
  std::int64_t event_index = static_cast<std::int64_t>(database.plastic_events_of_shear(shear.id).size());
  bool stopped = false;
  while (!route.done()) {
    const auto target = route.target(aqs.state());
    if (!target) {
      route.next_leg();
      continue;
    }
    if ((stopped = session.stopped())) break;
    const md::ShearState from = aqs.state();
    const md::ShearStep step = aqs.advance(*target);
    if (step.outcome == md::ShearOutcome::NotConverged) {  // not a state of the branch: nothing is kept of it
      report.converged = false;
      break;
    }
    ++index;
    route.stepped(from, step);
    db::Transaction transaction(database);
    db::ShearStepRecord row = step_record(shear, run.id(), index, route.branch(), step.state, step.force_calls);
    if (!route.target(step.state))  // where a leg ends the atoms are kept
      row.configuration_id = database.add_configuration(encode_positions(surface.scatter(step.state.x)));
    database.add_shear_step(row);
    if (step.outcome == md::ShearOutcome::Event) {
      const auto event = plastic_record(database, surface, step.event, shear.id, run.id(), event_index++);
      database.add_plastic_event(event);
      session.say(md::message("plastic event at strain ", event.strain, ": ", event.energy_drop_ev, " eV released"));
    }
    checkpoint.save(database, aqs.memory(), route.place, index);
    transaction.commit();
    session.report({static_cast<std::int64_t>(1e6 * route.progress(aqs.state().strain)), 1000000,
                    md::message(route.branch(), ", strain ", aqs.state().strain, ", ", event_index, " events")});
  }

  report.shear = shear;
  fill_from_rows(database, sample, options.plane, report);
  std::vector<db::PlasticEventRecord> loading;
  for (std::size_t k = 0; k < report.events.size(); ++k)
    if (report.branches[k] == "load") loading.push_back(report.events[k]);
  summarize(report.shear, database.steps_of_shear(shear.id), loading, options.plane);
  report.finished = !stopped;
  db::Transaction transaction(database);
  if (report.finished && report.converged) {
    report.shear.state = "done";
    checkpoint.erase(database);
  }
  database.update_shear(report.shear);
  transaction.commit();
  run.finish(stopped ? "interrupted" : report.converged ? "done" : "incomplete",
             static_cast<double>(surface.calls() - calls_before));
  return report;
}

}  // namespace landscape
