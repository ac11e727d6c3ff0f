#include "landscape/workflow/thermal.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "landscape/workflow/dynamics_checkpoint.hpp"
#include "landscape/workflow/inherent_structure.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/sample_store.hpp"
#include "md/core/block_mean.hpp"
#include "md/core/error.hpp"
#include "md/montecarlo/thermal_cycle.hpp"

namespace landscape {
namespace {

using nlohmann::json;

struct Series {
  std::string sample, name, command;
  md::ThermalCycleOptions cycle;   ///< checkpoint_interval is the number of steps between two points
  std::int64_t first_step = 0;     ///< of the first point
  int points = 0;
  json options;
};

/// Runs the cycle and takes an inherent structure every checkpoint_interval steps from first_step on.
SeriesResult run_series(db::Database& database, const Series& series, const Session& session) {
  const auto sample = ready_sample(database, series.sample);
  const auto potential = sample_potential(database, sample);
  md::ThermalCycleOptions options = series.cycle;
  options.seed = session.seed;
  options.threads = detail::useful_threads(sample.n_atoms, session);
  json all = series.options;
  all["seed"] = session.seed;
  all["sample"] = series.sample;
  const std::string text = all.dump();

  SeriesResult result;
  result.points = database.inherent_structures(sample.id, series.name);
  if (!result.points.empty())
    detail::refuse_other_options(series.name + " of sample", series.sample, database.run(result.points[0].run_id).options, text);
  result.finished = static_cast<int>(result.points.size()) >= series.points;
  if (result.finished) return result;

  const std::string key = series.name + ":" + series.sample;
  md::ThermalCycle cycle(potential, load_minimum(database, *sample.minimum_id), options);
  double relaxation_calls = 0.0;
  const auto saved = database.checkpoint(key);
  if (saved) {
    detail::refuse_other_options("unfinished " + series.name + " of sample", series.sample, checkpoint_options(*saved), text);
    const auto about = json::parse(checkpoint_extra(*saved));
    relaxation_calls = about.at("relaxation_calls").get<double>();
    cycle.restore({decode_dynamics(*saved), cycle.swaps(), about.at("dynamics_calls").get<std::int64_t>()});
  }
  Run run(database, series.command, text, session, ensure_potential(database, *potential));
  const auto finish = [&](const char* status) {
    run.finish(status, relaxation_calls + static_cast<double>(cycle.force_calls()));
    return result;
  };
  while (static_cast<int>(result.points.size()) < series.points) {
    const std::int64_t next =
        series.first_step + static_cast<std::int64_t>(result.points.size()) * options.checkpoint_interval;
    while (cycle.dynamics().steps() < next) {
      if (session.stopped()) return finish("interrupted");
      cycle.advance(std::min<std::int64_t>(100, next - cycle.dynamics().steps()));
      session.report({cycle.dynamics().steps(), series.first_step + (series.points - 1) * options.checkpoint_interval,
                      md::message(std::round(cycle.progress().set_point_k), " K")});
    }
    const auto hot = cycle.configuration();
    const auto relaxed = detail::relax(potential, hot, md::CellMode::Anisotropic, session);
    if (!relaxed.converged()) {
      if (session.stopped()) return finish("interrupted");
      result.failure = md::message(series.name, " of ", series.sample, ": the inherent structure at ", cycle.dynamics().set_point_k(),
                                   " K did not relax below ", sample_max_force, " eV/Å (reached ", relaxed.max_force_ev_per_a, ")");
      return finish("incomplete");
    }
    relaxation_calls += relaxed.force_calls;
    auto row = detail::inherent_structure_row(relaxed, hot, *potential);
    row.sample_id = sample.id;
    row.run_id = run.id();
    row.series = series.name;
    row.point_index = static_cast<std::int64_t>(result.points.size()) + 1;
    row.step = cycle.dynamics().steps();
    row.temperature_k = cycle.dynamics().set_point_k();
    row.force_calls = relaxation_calls + static_cast<double>(cycle.force_calls());
    const bool last = row.point_index == series.points;
    db::Transaction transaction(database);
    row.configuration_id = database.add_configuration(encode_positions(relaxed.configuration.positions));
    row.id = database.add_inherent_structure(row);
    if (last)
      database.erase_checkpoint(key);
    else
      database.put_checkpoint(encode_dynamics(
          cycle.checkpoint().dynamics, key, run.id(), text,
          json{{"relaxation_calls", relaxation_calls}, {"dynamics_calls", cycle.checkpoint().force_calls}}.dump()));
    transaction.commit();
    session.say(md::message(row.temperature_k, " K: ", row.energy_per_atom_ev, " eV/atom"));
    result.points.push_back(std::move(row));
  }
  result.finished = true;
  return finish("done");
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
  const double ramp = std::floor((r.high_temperature_k - r.low_temperature_k) / r.every_k + 1e-9);
  series.points = static_cast<int>(std::clamp(ramp, 1.0, 1e6));
  series.options = {{"low_temperature_k", r.low_temperature_k}, {"high_temperature_k", r.high_temperature_k},
                    {"every_k", r.every_k}, {"rate_k_per_s", r.rate_k_per_s}, {"dt_ps", r.dt_ps}};
  return run_series(database, series, session);
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
  series.options = {{"temperature_k", r.temperature_k}, {"melt_ps", r.melt_ps}, {"interval_ps", r.interval_ps}, {"points", r.points},
                    {"dt_ps", r.dt_ps}};
  LiquidResult result;
  result.series = run_series(database, series, session);
  if (!result.series.finished) return result;
  result.e0 = liquid_energy(result.series.points);
  const auto melted = ready_sample(database, r.sample);
  db::Transaction transaction(database);
  for (auto sample : database.samples()) {
    if (!alike(sample, melted)) continue;
    sample.annealing_degree_ev = result.e0.energy_per_atom_ev - sample.energy_per_atom_ev;
    sample.annealing_degree_error_ev = result.e0.error_ev;
    database.update_sample(sample);
    result.samples.push_back(sample);
  }
  transaction.commit();
  return result;
}

std::vector<RateGroup> rate_record(db::Database& database, const Session& session) {
  std::map<std::tuple<db::Id, std::string, std::int64_t>, std::vector<db::SampleRecord>> samples;
  for (const auto& s : database.samples())
    if (s.state == "ready") samples[{s.potential_id, s.composition, s.n_atoms}].push_back(s);
  std::vector<RateGroup> groups;
  for (auto& [key, members] : samples) {
    RateGroup group;
    std::vector<RatePoint> points;
    for (const auto& s : members) {
      if (std::isnan(s.quench_rate_k_per_s)) continue;
      group.quenched.push_back(s);
      points.push_back({s.quench_rate_k_per_s, s.energy_per_atom_ev});
    }
    const auto slower = [](const RatePoint& a, const RatePoint& b) { return a.rate_k_per_s < b.rate_k_per_s; };
    const auto range = std::minmax_element(points.begin(), points.end(), slower);
    if (points.empty() || range.first->rate_k_per_s == range.second->rate_k_per_s) continue;
    group.line = fit_rate_line(points);
    std::stable_sort(group.quenched.begin(), group.quenched.end(),
                     [](const auto& a, const auto& b) { return a.quench_rate_k_per_s > b.quench_rate_k_per_s; });
    Run run(database, "sample rates", json{{"composition", std::get<1>(key)}, {"n_atoms", std::get<2>(key)}}.dump(), session,
            std::get<0>(key));
    db::RateFitRecord& fit = group.fit;
    fit.run_id = run.id();
    fit.potential_id = std::get<0>(key);
    fit.composition = std::get<1>(key);
    fit.n_atoms = std::get<2>(key);
    fit.samples = static_cast<std::int64_t>(points.size());
    fit.rate_low_k_per_s = group.line.lowest_rate_k_per_s;
    fit.rate_high_k_per_s = group.line.highest_rate_k_per_s;
    fit.intercept_ev = group.line.intercept_ev;
    fit.intercept_error_ev = group.line.intercept_error_ev;
    fit.slope_ev_per_decade = group.line.slope_ev_per_decade;
    fit.slope_error_ev = group.line.slope_error_ev;
    fit.covariance_ev2 = group.line.covariance_ev2;
    fit.residual_ev = group.line.residual_ev;
    db::Transaction transaction(database);
    fit.id = database.add_rate_fit(fit);
    for (auto& s : members) {
      const auto rate = effective_rate(group.line, s.energy_per_atom_ev, session.seed);
      s.effective_rate_k_per_s = rate.rate_k_per_s;
      s.effective_rate_low_k_per_s = rate.low_k_per_s;
      s.effective_rate_high_k_per_s = rate.high_k_per_s;
      database.update_sample(s);
      if (std::isnan(s.quench_rate_k_per_s)) group.others.push_back({s, rate});
    }
    transaction.commit();
    run.finish("done", 0.0);
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace landscape
