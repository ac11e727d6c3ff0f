#include "landscape/workflow/shear.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "md/core/units.hpp"
#include "md/deform/quasistatic.hpp"

namespace landscape {

namespace {

using nlohmann::json;

/// Keeps a half-done shear: the state, the step length and the velocity that the next prediction uses.
class ShearCheckpoint {
 public:
  ShearCheckpoint(db::Id shear_id, db::Id run_id) : key_("shear:" + std::to_string(shear_id)), run_id_(run_id) {}

  void save(db::Database& database, const md::QuasistaticShear::Memory& memory, std::int64_t index) const {
    const auto n = memory.state.x.size();
    std::vector<double> values(memory.state.x.data(), memory.state.x.data() + n);
    values.insert(values.end(), memory.velocity.data(), memory.velocity.data() + memory.velocity.size());
    values.insert(values.end(), {memory.state.strain, memory.state.energy, memory.state.max_force, memory.step});
    values.insert(values.end(), memory.state.stress.data(), memory.state.stress.data() + 9);
    db::CheckpointRecord record;
    record.key = key_;
    record.run_id = run_id_;
    record.step = index;
    record.state = json{{"dof", n}, {"velocity", memory.velocity.size()}}.dump();
    record.data = pack_doubles(values);
    database.put_checkpoint(record);
  }
  /// @return the index of the last step, or nothing where there is no checkpoint.
  std::optional<std::int64_t> load(db::Database& database, md::QuasistaticShear::Memory& memory) const {
    const auto record = database.checkpoint(key_);
    if (!record) return std::nullopt;
    const json state = json::parse(record->state);
    const auto n = state.at("dof").get<Eigen::Index>(), m = state.at("velocity").get<Eigen::Index>();
    const auto values = unpack_doubles(record->data, static_cast<std::size_t>(n + m + 13));
    memory.state.x = Eigen::Map<const Eigen::VectorXd>(values.data(), n);
    memory.velocity = Eigen::Map<const Eigen::VectorXd>(values.data() + n, m);
    const double* rest = values.data() + n + m;
    memory.state.strain = rest[0];
    memory.state.energy = rest[1];
    memory.state.max_force = rest[2];
    memory.step = rest[3];
    memory.state.stress = Eigen::Map<const Eigen::Matrix3d>(rest + 4);
    return record->step;
  }
  void erase(db::Database& database) const { database.erase_checkpoint(key_); }

 private:
  std::string key_;
  db::Id run_id_;
};

db::ShearStepRecord step_record(const db::ShearRecord& shear, db::Id run_id, std::int64_t index, const md::ShearState& state,
                                std::int64_t calls) {
  db::ShearStepRecord step;
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

/// Modulus, largest stress, yield strain and largest drop from the rows.
void summarize(db::ShearRecord& shear, const std::vector<db::ShearStepRecord>& steps,
               const std::vector<db::PlasticEventRecord>& events, int plane) {
  const double first_event = events.empty() ? INFINITY : std::abs(events.front().strain_lower) + 1e-12;
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  shear.force_calls = 0.0;
  for (const auto& step : steps) {
    shear.force_calls += step.force_calls;
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
  for (const auto& step : steps) {
    const double stress = in_plane(step.stress_gpa, plane) * (shear.to_strain >= 0 ? 1.0 : -1.0);
    if (!(stress <= shear.max_stress_gpa)) shear.max_stress_gpa = stress;
    if (largest && std::abs(step.strain_xy) < std::abs(largest->strain) && stress > before_drop) {
      before_drop = stress;
      shear.yield_strain = step.strain_xy;
    }
  }
}

}  // namespace

ShearReport shear_sample(db::Database& database, const ShearRequest& request, const Session& session) {
  if (!std::isfinite(request.to) || request.to == 0.0)
    throw md::InputError(md::message("shear: --to is ", request.to, ", expected a strain other than 0"));
  md::QuasistaticOptions options;
  options.plane = plane_index(request.plane);
  options.max_step = request.max_step;
  options.resolution = request.resolution;
  options.adaptive = !request.fixed_steps;
  options.validate();

  const db::SampleRecord sample = ready_sample(database, request.sample);
  const auto potential = sample_potential(database, sample);
  const json described = {{"sample", request.sample}, {"to", request.to}, {"max_step", request.max_step},
                          {"resolution", request.resolution}, {"fixed", request.fixed_steps}, {"plane", request.plane}};
  // What is known before a run is begun: a shear with these options may be there already.
  ShearReport report;
  for (const auto& known : database.shears_of_sample(sample.id))
    if (known.options_key == described.dump() && known.state == "done") {
      report.shear = known;
      report.events = database.plastic_events_of_shear(known.id);
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
  const ShearCheckpoint checkpoint(shear.id, run.id());
  std::int64_t index = 0;
  md::QuasistaticShear::Memory memory;
  if (const auto saved = checkpoint.load(database, memory)) {
    aqs.restore(memory);
    index = *saved;
  } else {
    db::Transaction transaction(database);
    database.add_shear_step(step_record(shear, run.id(), 0, aqs.state(), 1));
    checkpoint.save(database, aqs.memory(), 0);
    transaction.commit();
  }

  const std::int64_t calls_before = surface.calls();
  std::int64_t event_index = static_cast<std::int64_t>(database.plastic_events_of_shear(shear.id).size());
  const double sign = request.to > 0.0 ? 1.0 : -1.0;
  bool stopped = false;
  while (sign * (request.to - aqs.state().strain) > 1e-12) {
    if ((stopped = session.stopped())) break;
    const md::ShearStep step = aqs.advance(request.to);
    if (step.outcome == md::ShearOutcome::NotConverged) {  // not a state of the branch: nothing is kept of it
      report.converged = false;
      break;
    }
    ++index;
    db::Transaction transaction(database);
    database.add_shear_step(step_record(shear, run.id(), index, step.state, step.force_calls));
    if (step.outcome == md::ShearOutcome::Event) {
      const Displacement moved = measure_displacement(surface, step.event.before.x, step.event.after.x);
      db::PlasticEventRecord event;
      event.shear_id = shear.id;
      event.run_id = run.id();
      event.event_index = event_index++;
      event.strain = step.event.after.strain;
      event.strain_lower = step.event.before.strain;
      event.energy_drop_ev = step.event.energy_drop;
      event.stress_drop_gpa = step.event.stress_drop * md::units::gpa_per_ev_a3;
      event.max_displacement_a = moved.largest_a;
      event.center_atom = moved.center_atom;
      event.participation_number = moved.participation_number;
      event.before_configuration_id = database.add_configuration(encode_positions(surface.scatter(step.event.before.x)));
      event.after_configuration_id = database.add_configuration(encode_positions(surface.scatter(step.event.after.x)));
      database.add_plastic_event(event);
      session.say(md::message("plastic event at strain ", event.strain, ": ", event.energy_drop_ev, " eV released"));
    }
    checkpoint.save(database, aqs.memory(), index);
    transaction.commit();
    session.report({static_cast<std::int64_t>(std::round(std::abs(aqs.state().strain) * 1e6)),
                    static_cast<std::int64_t>(std::round(std::abs(request.to) * 1e6)),
                    md::message("strain ", aqs.state().strain, ", ", event_index, " events")});
  }

  report.events = database.plastic_events_of_shear(shear.id);
  summarize(shear, database.steps_of_shear(shear.id), report.events, options.plane);
  report.finished = !stopped;
  db::Transaction transaction(database);
  if (report.finished && report.converged) {
    shear.state = "done";
    checkpoint.erase(database);
  }
  database.update_shear(shear);
  transaction.commit();
  report.shear = shear;
  run.finish(stopped ? "interrupted" : report.converged ? "done" : "incomplete",
             static_cast<double>(surface.calls() - calls_before));
  return report;
}

}  // namespace landscape
