#include "landscape/workflow/sample.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "landscape/workflow/dynamics_checkpoint.hpp"
#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "md/core/parallel.hpp"
#include "md/core/sha256.hpp"

namespace landscape {
namespace {

using nlohmann::json;

constexpr std::int64_t checkpoint_steps = 2000;

/// Threads beyond the chunks of a force call would only wait.
int useful_threads(Eigen::Index atoms, const Session& session) {
  return std::min(session.threads, md::chunk_count(atoms));
}

std::string options_text(const QuenchRequest& request, const md::MeltQuenchOptions& o) {
  json options = {{"origin", "quench"},
                  {"composition", o.composition},
                  {"atoms", o.atoms},
                  {"potential", request.potential->checksum()},
                  {"melt_temperature_k", o.melt_temperature_k},
                  {"settle_ps", o.settle_ps},
                  {"melt_ps", o.melt_ps},
                  {"rate_k_per_s", o.rate_k_per_s},
                  {"end_temperature_k", o.end_temperature_k},
                  {"flexible_below_k", o.flexible_below_k},
                  {"pressure_gpa", o.pressure_gpa},
                  {"dt_ps", o.dt_ps},
                  {"thermostat_ps", o.thermostat_ps},
                  {"barostat_ps", o.barostat_ps},
                  {"checkpoint_interval", o.checkpoint_interval},
                  {"cell", cell_mode_name(request.cell)},
                  {"seed", o.seed}};
  if (o.volume_per_atom_a3) options["volume_per_atom_a3"] = *o.volume_per_atom_a3;
  return options.dump();
}

std::string options_text(const ImportRequest& request) {
  const md::Configuration& c = request.configuration;
  std::string text;
  for (const auto& symbol : c.species) text += symbol + ' ';
  const auto add_bytes = [&](const auto& m) {
    text.append(reinterpret_cast<const char*>(m.data()), static_cast<std::size_t>(m.size()) * sizeof(*m.data()));
  };
  add_bytes(c.cell.matrix());
  add_bytes(c.positions);
  if (c.any_frozen()) add_bytes(c.movable);
  for (const bool periodic : c.cell.periodic()) text += periodic ? 'T' : 'F';
  return json{{"origin", "import"},
              {"potential", request.potential->checksum()},
              {"cell", cell_mode_name(request.cell)},
              {"structure", md::sha256(text)}}
      .dump();
}

/// The options in which two JSON texts differ, "rate_k_per_s was 1e13, asked 1e12".
std::string difference(const std::string& stored, const std::string& asked) {
  const auto a = json::parse(stored, nullptr, false);
  const auto b = json::parse(asked, nullptr, false);
  if (!a.is_object() || !b.is_object()) return "other options";
  std::string text;
  json keys = a;
  keys.update(b);
  for (const auto& [key, ignored] : keys.items()) {
    const json x = a.value(key, json{});
    const json y = b.value(key, json{});
    if (x != y) text += (text.empty() ? "" : "; ") + key + " was " + x.dump() + ", asked " + y.dump();
  }
  return text;
}

void refuse_other_options(const std::string& what, const std::string& name, const std::string& stored,
                          const std::string& asked) {
  if (stored == asked) return;
  throw db::Error(db::message(what, " ", name, " was made with other options (", difference(stored, asked),
                              "); choose another name or the same options"));
}

/// The known sample of that name, if its options are those asked for.
std::optional<SampleResult> known_sample(db::Database& database, const std::string& name, const std::string& options) {
  if (name.empty()) throw md::InputError("a sample needs a name, got an empty one");
  auto sample = database.find_sample(name);
  if (!sample) return std::nullopt;
  refuse_other_options("sample", name, sample->defining_options, options);
  return SampleResult{SampleOutcome::AlreadyThere, *sample, 0};
}

/// Relaxes in the given cell and then, where asked, with the cell; stores sample and reference minimum.
SampleResult relax_and_store(db::Database& database, const md::Configuration& start,
                             const std::shared_ptr<const md::Potential>& potential, md::CellMode cell,
                             db::SampleRecord sample, double calls_before, const Session& session, const Run& run,
                             const std::string& checkpoint_key) {
  md::CellMinimizeOptions options;
  options.max_stress_gpa = sample_max_stress_gpa;
  options.minimize.max_force = sample_max_force;
  const md::SurfaceOptions surface_options{.threads = useful_threads(start.size(), session)};
  const md::MinimizeObserver observe = [&](const md::MinimizeProgress&) {
    return session.stopped() ? md::Control::Stop : md::Control::Continue;
  };
  auto relaxed = md::minimize_with_cell(potential, start, options, surface_options, observe);
  double calls = calls_before + static_cast<double>(relaxed.minimum.force_calls);
  SampleResult result;
  const auto failed = [&](const md::MinimizeResult& minimum) {
    if (minimum.converged()) return false;
    result.outcome = minimum.status == md::MinimizeStatus::StoppedByObserver ? SampleOutcome::Interrupted
                                                                               : SampleOutcome::NotConverged;
    sample.energy_ev = minimum.energy;
    sample.energy_per_atom_ev = minimum.energy / static_cast<double>(start.size());
    sample.max_force_ev_per_a = minimum.max_force;
    sample.force_calls = calls;
    describe_structure(relaxed.configuration, *potential, sample);
    result.sample = sample;
    return true;
  };
  if (failed(relaxed.minimum)) return result;
  const auto n = static_cast<double>(start.size());
  sample.energy_fixed_cell_ev = relaxed.minimum.energy;
  sample.energy_per_atom_fixed_cell_ev = relaxed.minimum.energy / n;
  if (start.cell.fully_periodic()) sample.volume_fixed_cell_a3 = start.cell.volume();
  session.say(md::message("inherent structure in the fixed cell: ", relaxed.minimum.energy / n, " eV/atom"));
  if (cell != md::CellMode::Fixed) {
    options.cell = cell;
    relaxed = md::minimize_with_cell(potential, relaxed.configuration, options, surface_options, observe);
    calls += static_cast<double>(relaxed.minimum.force_calls);
    if (failed(relaxed.minimum)) return result;
    session.say(md::message("inherent structure in the relaxed cell: ", relaxed.minimum.energy / n, " eV/atom"));
  }
  describe_structure(relaxed.configuration, *potential, sample);
  // Energy and stress of the stored numbers, with a fresh neighbor list: what every later command starts from.
  const md::Configuration stored{sample_cell(sample), relaxed.configuration.species, relaxed.configuration.positions,
                                 {}, relaxed.configuration.movable, {}};
  md::AtomicSurface surface(potential, stored, surface_options);
  Eigen::VectorXd gradient(surface.dof());
  sample.energy_ev = surface.evaluate(surface.gather(stored.positions), gradient);
  sample.energy_per_atom_ev = sample.energy_ev / n;
  sample.max_force_ev_per_a = md::max_norm(gradient, 3);
  sample.stress_gpa = stress_gpa(surface.stress());
  sample.force_calls = calls + 1.0;
  sample.run_id = run.id();

  db::Transaction transaction(database);
  sample.potential_id = ensure_potential(database, *potential);
  sample.id = database.add_sample(sample);
  db::MinimumRecord minimum;
  minimum.sample_id = sample.id;
  minimum.run_id = run.id();
  minimum.energy_ev = sample.energy_ev;
  minimum.max_force_ev_per_a = sample.max_force_ev_per_a;
  minimum.stress_gpa = sample.stress_gpa;
  minimum.configuration_id = database.add_configuration(encode_positions(stored.positions));
  minimum.uid = make_uid(sample_uid_text(database, sample) + "/reference");
  sample.minimum_id = database.add_minimum(minimum);
  sample.state = "ready";
  database.update_sample(sample);
  if (!checkpoint_key.empty()) database.erase_checkpoint(checkpoint_key);
  transaction.commit();
  result.sample = sample;
  return result;
}

void finish(Run& run, const SampleResult& result) {
  const char* status = "done";
  if (result.outcome == SampleOutcome::Interrupted) status = "interrupted";
  if (result.outcome == SampleOutcome::NotConverged) status = "incomplete";
  run.finish(status, result.sample.force_calls);
}

}  // namespace

const char* cell_mode_name(md::CellMode mode) {
  switch (mode) {
    case md::CellMode::Fixed: return "fixed";
    case md::CellMode::Isotropic: return "iso";
    case md::CellMode::Anisotropic: return "aniso";
  }
  return "fixed";
}

md::CellMode cell_mode(const std::string& name) {
  for (const auto mode : {md::CellMode::Fixed, md::CellMode::Isotropic, md::CellMode::Anisotropic})
    if (name == cell_mode_name(mode)) return mode;
  throw md::InputError("cell: expected fixed, iso or aniso, got " + name);
}

std::string sample_uid_text(db::Database& database, const db::SampleRecord& sample) {
  return sample.name + '|' + sample.defining_options + '|' + database.potential(sample.potential_id).sha256;
}

SampleResult quench_sample(db::Database& database, const QuenchRequest& request, const Session& session) {
  md::MeltQuenchOptions options = request.quench;
  options.seed = session.seed;
  options.threads = useful_threads(options.atoms, session);
  options.validate();
  const std::string text = options_text(request, options);
  if (auto known = known_sample(database, request.name, text)) return *known;
  const std::string key = "quench:" + request.name;
  const auto saved = database.checkpoint(key);
  if (saved) refuse_other_options("unfinished sample", request.name, checkpoint_options(*saved), text);

  md::MeltQuench quench(request.potential, options);
  if (saved) {
    quench.restore(decode_dynamics(*saved));
    session.say(md::message("continuing at step ", quench.progress().steps_done));
  }
  Run run(database, "sample quench", text, session, ensure_potential(database, *request.potential));
  std::int64_t kept = saved ? saved->step : 0;
  // Short slices, so that a stop is noticed soon; the result does not depend on them.
  while (!quench.done() && !session.stopped()) {
    quench.advance(100);
    const auto p = quench.progress();
    session.report({p.steps_done, p.steps_total,
                    md::message(md::name(p.phase), " at ", std::round(p.temperature_k), " K")});
    if (quench.checkpoint().steps >= kept + checkpoint_steps) {
      kept = quench.checkpoint().steps;
      database.put_checkpoint(encode_dynamics(quench.checkpoint(), key, run.id(), text));
    }
  }
  SampleResult result;
  const auto keep = [&] {
    if (quench.checkpoint().steps > kept)
      database.put_checkpoint(encode_dynamics(quench.checkpoint(), key, run.id(), text));
    result.outcome = SampleOutcome::Interrupted;
    result.sample.name = request.name;
    result.step = quench.checkpoint().steps;
  };
  const auto steps = static_cast<double>(quench.progress().steps_total);
  if (quench.done()) {
    db::SampleRecord sample;
    sample.name = request.name;
    sample.origin = "quench";
    sample.defining_options = text;
    sample.quench_rate_k_per_s = options.rate_k_per_s;
    sample.melt_temperature_k = options.melt_temperature_k;
    result = relax_and_store(database, quench.configuration(), request.potential, request.cell, sample, steps, session,
                             run, key);
    if (result.outcome != SampleOutcome::Made && result.outcome != SampleOutcome::NotConverged) keep();
  } else {
    keep();
  }
  finish(run, result);
  return result;
}

SampleResult import_sample(db::Database& database, const ImportRequest& request, const Session& session) {
  request.configuration.validate();
  const std::string text = options_text(request);
  if (auto known = known_sample(database, request.name, text)) return *known;
  // Whatever the potential refuses is refused before anything is written.
  md::AtomicSurface surface(request.potential, request.configuration, {.threads = session.threads});
  Eigen::VectorXd gradient(surface.dof());
  surface.evaluate(surface.gather(request.configuration.positions), gradient);

  Run run(database, "sample import", text, session, ensure_potential(database, *request.potential));
  db::SampleRecord sample;
  sample.name = request.name;
  sample.origin = "import";
  sample.defining_options = text;
  md::Configuration start = request.configuration;
  start.velocities.resize(3, 0);
  start.ids.clear();
  auto result = relax_and_store(database, start, request.potential, request.cell, sample, 1.0, session, run, "");
  result.sample.name = request.name;
  finish(run, result);
  return result;
}

}  // namespace landscape
