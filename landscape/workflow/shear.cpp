#include "landscape/workflow/shear.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"

namespace landscape {

namespace {

using nlohmann::json;

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
    if (memory.beyond) {
      values.push_back(memory.beyond->strain);
      values.insert(values.end(), memory.beyond->x.data(), memory.beyond->x.data() + n);
    }
    db::CheckpointRecord record;
    record.key = key_;
    record.run_id = run_id_;
    record.step = index;
    json about = {{"dof", n}, {"earlier", memory.earlier.size()}, {"beyond", memory.beyond.has_value()}, {"leg", place.leg},
                  {"slope", place.slope}, {"doubtful", place.doubtful}};
    if (place.unstable) about["unstable"] = *place.unstable;
    record.state = about.dump();
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
    const bool beyond = state.value("beyond", false);
    place.leg = state.value("leg", std::size_t{0});
    place.slope = state.value("slope", 0.0);
    place.doubtful = state.value("doubtful", 0.0);
    if (state.contains("unstable")) place.unstable = state.at("unstable").get<double>();
    const auto values = unpack_doubles(record->data, static_cast<std::size_t>(n + 14 + (earlier + (beyond ? 1 : 0)) * (n + 1)));
    memory.state.x = Eigen::Map<const Eigen::VectorXd>(values.data(), n);
    const double* rest = values.data() + n;
    memory.state.strain = rest[0];
    memory.state.energy = rest[1];
    memory.state.max_force = rest[2];
    memory.step = rest[3];
    memory.sign = rest[4];
    memory.state.stress = Eigen::Map<const Eigen::Matrix3d>(rest + 5);
    memory.earlier.clear();
    const double* point = rest + 14;
    for (; memory.earlier.size() < static_cast<std::size_t>(earlier); point += n + 1)
      memory.earlier.push_back({point[0], Eigen::Map<const Eigen::VectorXd>(point + 1, n)});
    memory.beyond.reset();
    if (beyond) memory.beyond = {point[0], Eigen::Map<const Eigen::VectorXd>(point + 1, n)};
    return record->step;
  }
  void erase(db::Database& database) const { database.erase_checkpoint(key_); }

 private:
  std::string key_;
  db::Id run_id_;
};

void fill_from_rows(db::Database& database, ShearReport& report) {
  const auto steps = database.steps_of_shear(report.shear.id);
  report.events = database.plastic_events_of_shear(report.shear.id);
  report.places = places_of(steps, report.events);
  report.slope_drops = slope_drops(steps, plane_index(report.shear.plane));
  report.unloadings = database.unloadings_of_shear(report.shear.id);
}

/// What a file made before there was a D2min cutoff does not say of its shears.
void complete_older(db::Database& database, const db::SampleRecord& sample, const ShearPlan& plan, const Session& session,
                    db::ShearRecord& shear) {
  Run run(database, "shear", shear.options, session, sample.potential_id);
  db::Transaction transaction(database);
  const RearrangementMeter meter(plan.rearrangement, load_minimum(database, sample.minimum_id.value()));
  const double calls = finish_shear_rows(database, sample, shear, run.id(), meter, session.threads);
  database.update_shear(shear);
  transaction.commit();
  run.finish("done", calls);
}

}  // namespace

ShearPlan shear_plan(const ShearRequest& request) {
  const auto require = [](bool good, const char* option, const std::string& expected, double got) {
    if (!good) throw md::InputError(md::message(option, ": expected ", expected, ", got ", got));
  };
  constexpr double most = 100.0;
  require(std::isfinite(request.to) && request.to != 0.0, "--to", "a strain other than 0", request.to);
  require(std::abs(request.to) <= most, "--to", md::message("a strain (not a percentage) of at most ", most), request.to);
  const std::string shortest = md::message("a strain of at least ", md::shortest_shear_step);
  require(request.max_step >= md::shortest_shear_step && std::isfinite(request.max_step), "--max-step", shortest, request.max_step);
  require(request.resolution >= md::shortest_shear_step && std::isfinite(request.resolution), "--resolution", shortest, request.resolution);
  require(request.fixed_steps || request.resolution <= request.max_step, "--resolution",
          md::message("at most the ", request.max_step, " of --max-step"), request.resolution);
  if (!request.unload.empty() && request.unload != "stress" && request.unload != "strain")
    throw md::InputError(md::message("--unload: expected stress or strain, got ", request.unload));
  if (request.cycles < 0 || (request.cycles > 0 && request.unload.empty()))
    throw md::InputError("--cycle: expected a number of at least 0, and an unloading with it");
  ShearPlan plan;
  plan.quasistatic.plane = plane_index(request.plane);
  plan.quasistatic.max_step = request.max_step;
  plan.quasistatic.resolution = request.resolution;
  plan.quasistatic.adaptive = !request.fixed_steps;
  plan.quasistatic.validate();
  plan.legs = shear_legs(request.to, request.unload, request.cycles);
  plan.largest_strain = request.to;
  plan.rearrangement = request.rearrangement;
  plan.rearrangement.validate();
  return plan;
}

std::string shear_options_text(const ShearRequest& request) {
  json described = {{"sample", request.sample}, {"to", request.to}, {"max_step", request.max_step},
                    {"resolution", request.resolution}, {"fixed", request.fixed_steps}, {"plane", request.plane}};
  if (!request.unload.empty()) described.update({{"unload", request.unload}, {"cycles", request.cycles}});
  const RearrangementOptions usual, &r = request.rearrangement;
  if (r.cutoff_a != usual.cutoff_a) described["d2min_cutoff_a"] = r.cutoff_a;
  if (r.threshold_a2 != usual.threshold_a2) described["threshold_a2"] = r.threshold_a2;
  if (r.overlap_a != usual.overlap_a) described["overlap_a"] = r.overlap_a;
  return described.dump();
}

ShearReport shear_sample(db::Database& database, const ShearRequest& request, const Session& session) {
  const ShearPlan plan = shear_plan(request);
  const std::string described = shear_options_text(request);
  const db::SampleRecord sample = ready_sample(database, request.sample);
  if (!sample_cell(sample).fully_periodic()) throw md::InputError("shear: sample " + request.sample + " is not periodic in all directions");
  const auto potential = sample_potential(database, sample);
  // What is known before a run is begun: a shear with these options may be there already.
  ShearReport report;
  for (const auto& known : database.shears_of_sample(sample.id))
    if (known.options_key == described && known.state == "done") {
      report.shear = known;
      if (!std::isfinite(known.d2min_cutoff_a)) complete_older(database, sample, plan, session, report.shear);
      fill_from_rows(database, report);
      report.finished = true;
      return report;
    }

  ShearWalk walk(potential, load_minimum(database, sample.minimum_id.value()), plan, session.threads);
  Run run(database, "shear", described, session, sample.potential_id);
  db::ShearRecord shear;
  shear.sample_id = sample.id;
  shear.run_id = run.id();
  shear.options = shear.options_key = described;
  shear.plane = request.plane;
  shear.to_strain = request.to;
  shear = database.shear(database.ensure_shear(shear));

  const ShearCheckpoint checkpoint(shear.id, run.id());
  std::int64_t index = 0;
  std::int64_t event_index = 0;
  // Steps may have been merged from another file, whose checkpoints stay there: they are walked again, not stored again.
  const auto stored = static_cast<std::int64_t>(database.steps_of_shear(shear.id).size());
  const auto keep = [&](const WalkedStep& step) {
    if (index >= stored)
      store_walked_step(database, shear, run.id(), index, event_index, step);
    else if (step.event)
      ++event_index;
  };
  md::QuasistaticShear::Memory memory;
  ShearRoute::Place place;
  if (const auto saved = checkpoint.load(database, memory, place)) {
    walk.restore(memory, place);
    index = *saved;
    event_index = std::ranges::count_if(database.plastic_events_of_shear(shear.id),
                                        [&](const db::PlasticEventRecord& event) { return event.step_index.value_or(0) <= index; });
  } else {
    db::Transaction transaction(database);
    keep(walk.first());
    checkpoint.save(database, walk.memory(), walk.place(), 0);
    transaction.commit();
  }

  const double calls_before = walk.calls();
  bool stopped = false;
  while (!(stopped = session.stopped())) {
    WalkedStep step;
    const WalkOutcome outcome = walk.next(step);
    report.converged = outcome != WalkOutcome::NotConverged;  // not a state of the branch: nothing is kept of it
    if (outcome != WalkOutcome::Stepped) break;
    db::Transaction transaction(database);
    ++index;
    keep(step);
    checkpoint.save(database, walk.memory(), walk.place(), index);
    transaction.commit();
    if (step.event)
      session.say(md::message("plastic event at strain ", step.event->row.strain, ": ", step.event->row.energy_drop_ev, " eV released"));
    session.report({static_cast<std::int64_t>(1e6 * walk.progress()), 1000000,
                    md::message(walk.branch(), ", strain ", walk.strain(), ", ", event_index, " events")});
  }

  report.finished = !stopped;
  shear.unstable_strain = walk.place().unstable.value_or(db::unknown);
  db::Transaction transaction(database);
  double return_calls = 0.0;
  if (report.finished && report.converged) {
    return_calls = finish_shear_rows(database, sample, shear, run.id(), walk.meter(), session.threads);
    shear.state = "done";
    checkpoint.erase(database);
  } else {
    summarize(shear, database.steps_of_shear(shear.id), database.plastic_events_of_shear(shear.id));
  }
  database.update_shear(shear);
  transaction.commit();
  report.shear = shear;
  fill_from_rows(database, report);
  run.finish(stopped ? "interrupted" : report.converged ? "done" : "incomplete", walk.calls() - calls_before + return_calls);
  return report;
}

}  // namespace landscape
