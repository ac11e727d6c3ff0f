#include "landscape/workflow/sample.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "landscape/workflow/dynamics_checkpoint.hpp"
#include "landscape/workflow/kept_checkpoint.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/sample_store.hpp"
#include "md/core/error.hpp"
#include "md/core/sha256.hpp"

namespace landscape {
namespace {

using nlohmann::json;
using namespace detail;

constexpr std::int64_t checkpoint_steps = 2000;

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

void advance(md::MeltQuench& quench, KeptCheckpoint& kept) {
  try {
    quench.advance(100);
  } catch (const md::InputError&) {
    kept.erase();  // it would fail again from there: without it other options may have the name
    throw;
  }
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
  KeptCheckpoint kept(database, key, "sample " + request.name);
  if (const auto& saved = kept.found()) refuse_other_options("unfinished sample", request.name, checkpoint_options(*saved), text);

  md::MeltQuench quench(request.potential, options);
  if (const auto& saved = kept.found()) {
    quench.restore(decode_dynamics(*saved));
    session.say(md::message("continuing at step ", quench.progress().steps_done));
  }
  Run run(database, "sample quench", text, session, ensure_potential(database, *request.potential));
  const auto keep_newer = [&](std::int64_t steps) {
    if (quench.checkpoint().steps >= kept.step() + steps) kept.keep(encode_dynamics(quench.checkpoint(), key, run.id(), text));
  };
  // Short slices, so that a stop is noticed soon; the result does not depend on them.
  while (!quench.done() && !session.stopped()) {
    advance(quench, kept);
    const auto p = quench.progress();
    session.report({p.steps_done, p.steps_total,
                    md::message(md::name(p.phase), " at ", std::round(p.temperature_k), " K")});
    keep_newer(checkpoint_steps);
  }
  SampleResult result;
  const auto keep = [&] {
    keep_newer(1);
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
    quench.release_buffers();
    auto relaxed = relax(request.potential, quench.configuration(), request.cell, session);
    relaxed.force_calls += steps;
    result = store_sample(database, relaxed, quench.dynamics().cell().volume(), sample, *request.potential, run.id(), key);
    if (result.outcome == SampleOutcome::Interrupted) keep();
  } else {
    keep();
  }
  run.finish(run_status(result.outcome), result.sample.force_calls);
  return result;
}

SampleResult import_sample(db::Database& database, const ImportRequest& request, const Session& session) {
  request.configuration.validate();
  const std::string text = options_text(request);
  if (auto known = known_sample(database, request.name, text)) return *known;
  {  // Whatever the potential refuses is refused before anything is written.
    md::AtomicSurface surface(request.potential, request.configuration, {.threads = session.threads});
    Eigen::VectorXd gradient(surface.dof());
    surface.evaluate(surface.gather(request.configuration.positions), gradient);
  }
  json described = json::parse(text);
  if (auto earlier = json::parse(request.history, nullptr, false); earlier.is_array()) described["history"] = std::move(earlier);
  Run run(database, "sample import", described.dump(), session, ensure_potential(database, *request.potential));
  db::SampleRecord sample;
  sample.name = request.name;
  sample.origin = "import";
  sample.defining_options = text;
  md::Configuration start = request.configuration;
  start.velocities.resize(3, 0);
  start.ids.clear();
  auto relaxed = relax(request.potential, start, request.cell, session);
  relaxed.force_calls += 1.0;
  const double volume = start.cell.fully_periodic() ? start.cell.volume() : db::unknown;
  auto result = store_sample(database, relaxed, volume, sample, *request.potential, run.id(), "");
  result.sample.name = request.name;
  run.finish(run_status(result.outcome), result.sample.force_calls);
  return result;
}

}  // namespace landscape
