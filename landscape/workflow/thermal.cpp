#include "landscape/workflow/thermal.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "landscape/workflow/dynamics_checkpoint.hpp"
#include "landscape/workflow/inherent_structure.hpp"
#include "landscape/workflow/kept_checkpoint.hpp"
#include "landscape/workflow/preparation.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/sample_store.hpp"
#include "md/core/block_mean.hpp"
#include "md/core/error.hpp"
#include "md/dynamics/ramp.hpp"
#include "md/montecarlo/thermal_cycle.hpp"

namespace landscape {
namespace {

using nlohmann::json;

constexpr const char* one_series = "a sample has one: for another, import the sample's structure (sample export) under another name";

struct Series {
  std::string sample, name, command;
  md::ThermalCycleOptions cycle;   ///< checkpoint_interval is the number of steps between two points
  std::int64_t first_step = 0;     ///< of the first point
  int points = 0;
  std::int64_t last_step = 0;      ///< of the last point, where that is not as far as the others from the one before
  json options;

  /// @param point from 0.
  std::int64_t step_of(std::int64_t point) const {
    return point == points - 1 && last_step > 0 ? last_step : first_step + point * cycle.checkpoint_interval;
  }
};

/// A series over its rows and checkpoint: an inherent structure every checkpoint_interval steps from first_step on.
class SeriesRun {
 public:
  SeriesRun(db::Database& database, const Series& series, const Session& session)
      : database_(database), series_(series), session_(session), sample_(ready_sample(database, series.sample)),
        potential_(sample_potential(database, sample_)) {
    json all = series.options;
    all["seed"] = session.seed;
    all["sample"] = series.sample;
    pressure_gpa_ = preparation_of(sample_).pressure_gpa;
    if (pressure_gpa_ != 0.0) all["pressure_gpa"] = pressure_gpa_;
    text_ = all.dump();
  }

  SeriesResult run();

 private:
  std::string key() const { return series_.name + ":" + series_.sample; }
  std::string what() const { return series_.name + " of sample"; }
  std::int64_t points() const { return static_cast<std::int64_t>(result_.points.size()); }
  md::ThermalCycle cycle() const;
  /// Points and checkpoint in one step. A series that failed gives its place to one with other options.
  void read_kept();
  void go_on(md::ThermalCycle& cycle);
  /// To the next point. @return whether it was not stopped before.
  bool advance(md::ThermalCycle& cycle, db::Id run_id);
  /// @return whether the inherent structure was reached.
  bool add_point(const md::ThermalCycle& cycle, db::Id run_id);
  void store(db::InherentStructureRecord row, const detail::Relaxed& relaxed, const md::ThermalCycle& cycle);
  void keep(const md::ThermalCycle& cycle, db::Id run_id, bool failed);
  double calls(const md::ThermalCycle& cycle) const { return relaxation_calls_ + static_cast<double>(cycle.force_calls()); }

  db::Database& database_;
  const Series& series_;
  const Session& session_;
  db::SampleRecord sample_;
  std::shared_ptr<const md::Potential> potential_;
  double pressure_gpa_ = 0.0;  ///< at which the sample was made
  std::string text_;           ///< options
  std::optional<detail::KeptCheckpoint> kept_;
  SeriesResult result_;
  double relaxation_calls_ = 0.0;
};

json extra_of(const db::CheckpointRecord& checkpoint) { return json::parse(checkpoint_extra(checkpoint)); }

void SeriesRun::read_kept() {
  db::Transaction transaction(database_);
  kept_.emplace(database_, key(), what() + " " + series_.sample);
  result_.points = database_.inherent_structures(sample_.id, series_.name);
  const auto& saved = kept_->found();
  if (saved && extra_of(*saved).value("failed", false) && checkpoint_options(*saved) != text_) {
    database_.erase_inherent_structures(sample_.id, series_.name);
    result_.points.clear();
    kept_->erase();
  }
  transaction.commit();
  if (!result_.points.empty())
    detail::refuse_other_options(what(), series_.sample, database_.run(result_.points[0].run_id).options, text_, one_series);
  if (saved && points() > 0) detail::refuse_other_options("unfinished " + what(), series_.sample, checkpoint_options(*saved), text_, one_series);
  result_.finished = result_.known = points() >= series_.points;
}

md::ThermalCycle SeriesRun::cycle() const {
  md::ThermalCycleOptions options = series_.cycle;
  options.seed = session_.seed;
  options.pressure_gpa = pressure_gpa_;
  options.threads = detail::useful_threads(sample_.n_atoms, session_);
  return {potential_, load_minimum(database_, *sample_.minimum_id), options};
}

void SeriesRun::go_on(md::ThermalCycle& cycle) {
  const auto& saved = kept_->found();
  if (!saved || points() == 0) return;
  const auto about = extra_of(*saved);
  relaxation_calls_ = about.at("relaxation_calls").get<double>();
  cycle.restore({decode_dynamics(*saved), cycle.swaps(), about.at("dynamics_calls").get<std::int64_t>()});
}

bool SeriesRun::advance(md::ThermalCycle& cycle, db::Id run_id) {
  const std::int64_t next = series_.step_of(points());
  while (cycle.dynamics().steps() < next) {
    LANDSCAPE_CHECK(!cycle.done());
    if (session_.stopped()) return false;
    try {
      cycle.advance(std::min<std::int64_t>(100, next - cycle.dynamics().steps()));
    } catch (const md::InputError&) {
      if (points() > 0) keep(cycle, run_id, true);
      throw;
    }
    session_.report({cycle.dynamics().steps(), series_.step_of(series_.points - 1),
                     md::message(std::round(cycle.progress().set_point_k), " K")});
  }
  return true;
}

bool SeriesRun::add_point(const md::ThermalCycle& cycle, db::Id run_id) {
  const auto hot = cycle.configuration();
  const auto relaxed = detail::relax(potential_, hot, md::CellMode::Anisotropic, session_);
  if (!relaxed.converged()) {
    if (session_.stopped()) return false;
    result_.failure = md::message(series_.name, " of ", series_.sample, ": the inherent structure at ", cycle.dynamics().set_point_k(),
                                  " K did not relax below ", sample_max_force, " eV/Å (reached ", relaxed.max_force_ev_per_a, ")");
    if (points() > 0) keep(cycle, run_id, true);
    return false;
  }
  relaxation_calls_ += relaxed.force_calls;
  auto row = detail::inherent_structure_row(relaxed, hot, *potential_);
  row.sample_id = sample_.id;
  row.run_id = run_id;
  row.series = series_.name;
  row.point_index = points() + 1;
  row.step = cycle.dynamics().steps();
  row.temperature_k = cycle.dynamics().set_point_k();
  row.force_calls = calls(cycle);
  store(std::move(row), relaxed, cycle);
  return true;
}

void SeriesRun::store(db::InherentStructureRecord row, const detail::Relaxed& relaxed, const md::ThermalCycle& cycle) {
  db::Transaction transaction(database_);
  const auto stored = database_.inherent_structures(sample_.id, series_.name);
  if (stored.size() != result_.points.size())
    detail::throw_not_alone(database_, what() + " " + series_.sample, stored.empty() ? 0 : stored.back().run_id);
  row.configuration_id = database_.add_configuration(encode_positions(relaxed.configuration.positions));
  row.id = database_.add_inherent_structure(row);
  if (row.point_index == series_.points)
    kept_->erase();
  else
    keep(cycle, row.run_id, false);
  transaction.commit();
  session_.say(md::message(row.temperature_k, " K: ", row.energy_per_atom_ev, " eV/atom"));
  result_.points.push_back(std::move(row));
}

void SeriesRun::keep(const md::ThermalCycle& cycle, db::Id run_id, bool failed) {
  json extra = {{"relaxation_calls", relaxation_calls_}, {"dynamics_calls", cycle.checkpoint().force_calls}};
  if (failed) extra["failed"] = true;
  kept_->keep(encode_dynamics(cycle.checkpoint().dynamics, key(), run_id, text_, extra.dump()));
}

SeriesResult SeriesRun::run() {
  read_kept();
  if (result_.finished) return result_;
  auto cycle = this->cycle();
  go_on(cycle);
  Run run(database_, series_.command, text_, session_, ensure_potential(database_, *potential_));
  while (points() < series_.points && advance(cycle, run.id()) && add_point(cycle, run.id())) continue;
  result_.finished = points() >= series_.points;
  const char* unfinished = result_.failure.empty() ? "interrupted" : "incomplete";
  run.finish(result_.finished ? "done" : unfinished, calls(cycle));
  return result_;
}

std::int64_t steps_of(double duration_ps, double dt_ps, const char* what) {
  const double n = std::round(duration_ps / dt_ps);
  if (!(n >= 1.0 && n < 1e12)) throw md::InputError(md::message(what, " of ", duration_ps, " ps, expected at least one time step of ", dt_ps, " ps"));
  return static_cast<std::int64_t>(n);
}

bool alike(const db::SampleRecord& a, const db::SampleRecord& b) {
  return a.state == "ready" && b.state == "ready" && a.potential_id == b.potential_id && a.composition == b.composition &&
         a.n_atoms == b.n_atoms;
}

/// How many inherent structures are the one before, or the first ones the start.
int not_melted(const std::vector<db::InherentStructureRecord>& points, double start_ev) {
  constexpr double same_ev = 1e-7;  // an atom; those of a liquid of 100 atoms lie 1e-3 apart
  int count = 0;
  double before = start_ev;
  for (const auto& p : points) {
    if (std::abs(p.energy_per_atom_ev - before) < same_ev || std::abs(p.energy_per_atom_ev - start_ev) < same_ev) ++count;
    before = p.energy_per_atom_ev;
  }
  return count;
}

}  // namespace

LiquidEnergy liquid_energy(const std::vector<db::InherentStructureRecord>& points) {
  std::vector<double> relaxed, fixed;
  for (const auto& p : points) {
    relaxed.push_back(p.energy_per_atom_ev);
    fixed.push_back(p.energy_per_atom_fixed_cell_ev);
  }
  LiquidEnergy e0;
  const md::BlockMean in_relaxed_cell = md::block_mean(relaxed, 5), in_hot_cell = md::block_mean(fixed, 5);
  e0.energy_per_atom_ev = in_relaxed_cell.mean;
  e0.error_ev = in_relaxed_cell.error;
  e0.fixed_cell_ev = in_hot_cell.mean;
  e0.fixed_cell_error_ev = in_hot_cell.error;
  return e0;
}

SeriesResult heat_sample(db::Database& database, const HeatingRequest& r, const Session& session) {
  if (!(r.every_k > 0.0)) throw md::InputError(md::message("every ", r.every_k, " K, expected more than 0"));
  if (!(r.high_temperature_k > r.low_temperature_k))
    throw md::InputError(md::message("heating from ", r.low_temperature_k, " to ", r.high_temperature_k, " K, expected a higher end"));
  if (!(r.every_k <= r.high_temperature_k - r.low_temperature_k))
    throw md::InputError(md::message("every ", r.every_k, " K, expected at most the ", r.high_temperature_k - r.low_temperature_k,
                                     " K from ", r.low_temperature_k, " to ", r.high_temperature_k, " K"));
  Series series;
  series.sample = r.sample;
  series.name = "heating";
  series.command = "sample heat";
  series.cycle.cycles = 1;
  series.cycle.low_temperature_k = r.low_temperature_k;
  series.cycle.high_temperature_k = r.high_temperature_k;
  series.cycle.rate_k_per_s = r.rate_k_per_s;
  series.cycle.swaps_per_step = 0;
  series.cycle.dt_ps = r.dt_ps;
  series.cycle.checkpoint_interval = 1;
  series.cycle.validate();
  const double rate_k_per_ps = r.rate_k_per_s * 1e-12;
  series.cycle.checkpoint_interval = steps_of(r.every_k / rate_k_per_ps, r.dt_ps, "interval");
  series.first_step = series.cycle.checkpoint_interval;
  series.last_step = md::Ramp{r.low_temperature_k, r.high_temperature_k, r.rate_k_per_s}.steps(r.dt_ps);
  const std::int64_t whole = std::clamp<std::int64_t>(series.last_step / series.cycle.checkpoint_interval, 1, 1000000);
  const std::int64_t left = series.last_step - whole * series.cycle.checkpoint_interval;
  // Intervals are whole steps: what their rounding leaves is no interval more.
  series.points = static_cast<int>(whole + (2 * left > whole + 2 ? 1 : 0));
  series.options = {{"low_temperature_k", r.low_temperature_k}, {"high_temperature_k", r.high_temperature_k},
                    {"every_k", r.every_k}, {"rate_k_per_s", r.rate_k_per_s}, {"dt_ps", r.dt_ps}};
  return SeriesRun(database, series, session).run();
}

LiquidResult melt_sample(db::Database& database, const LiquidRequest& r, const Session& session) {
  if (r.points < 2) throw md::InputError(md::message("points ", r.points, ", expected at least 2"));
  Series series;
  series.sample = r.sample;
  series.name = "liquid";
  series.command = "sample liquid";
  series.cycle.cycles = 1;
  series.cycle.low_temperature_k = series.cycle.high_temperature_k = r.temperature_k;
  series.cycle.hold_high_ps = r.melt_ps + r.interval_ps * r.points;
  series.cycle.swaps_per_step = 0;
  series.cycle.dt_ps = r.dt_ps;
  series.cycle.validate();
  series.cycle.checkpoint_interval = steps_of(r.interval_ps, r.dt_ps, "interval");
  // The first point is a checkpoint too: the first multiple of the interval after the melt.
  const std::int64_t melt = steps_of(r.melt_ps, r.dt_ps, "melt");
  const std::int64_t every = series.cycle.checkpoint_interval;
  series.first_step = (melt + every - 1) / every * every;
  series.points = r.points;
  series.cycle.hold_high_ps = r.dt_ps * static_cast<double>(series.step_of(r.points - 1));
  series.options = {{"temperature_k", r.temperature_k}, {"melt_ps", r.melt_ps}, {"interval_ps", r.interval_ps}, {"points", r.points},
                    {"dt_ps", r.dt_ps}};
  LiquidResult result;
  result.series = SeriesRun(database, series, session).run();
  if (!result.series.finished) return result;
  result.e0 = liquid_energy(result.series.points);
  const auto melted = ready_sample(database, r.sample);
  result.not_melted = not_melted(result.series.points, melted.energy_per_atom_ev);
  db::Transaction transaction(database);
  for (auto sample : database.samples()) {
    if (!alike(sample, melted)) continue;
    const auto made = preparation_of(sample);
    const bool relaxed = made.cell != "fixed" && made.pressure_gpa == preparation_of(melted).pressure_gpa;
    const double here = result.e0.energy_per_atom_ev - sample.energy_per_atom_ev;
    if (result.series.known && relaxed && std::abs(sample.annealing_degree_ev - here) > 1e-12) {  // false where it is unknown
      result.of_other.push_back(sample);
      continue;
    }
    sample.annealing_degree_ev = relaxed ? here : db::unknown;
    sample.annealing_degree_error_ev = relaxed ? result.e0.error_ev : db::unknown;
    database.update_sample(sample);
    (relaxed ? result.samples : result.left_out).push_back(sample);
  }
  transaction.commit();
  return result;
}

}  // namespace landscape
