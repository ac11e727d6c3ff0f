#include "landscape/workflow/sample_store.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "landscape/workflow/kept_checkpoint.hpp"
#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "md/core/parallel.hpp"

namespace landscape::detail {

using nlohmann::json;

int useful_threads(Eigen::Index atoms, const Session& session) {
  return std::min(session.threads, md::chunk_count(atoms));
}

namespace {

/// "rate_k_per_s was 1e13, asked 1e12".
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

}  // namespace

void refuse_other_options(const std::string& what, const std::string& name, const std::string& stored,
                          const std::string& asked, const char* advice) {
  if (stored == asked) return;
  throw db::Error(db::message(what, " ", name, " was made with other options (", difference(stored, asked), "); ", advice));
}

std::string htc_key(const std::string& name) { return "htc:" + name; }

namespace {

bool only_begun(db::Database& database, const db::SampleRecord& sample) {
  return sample.state != "ready" && !database.checkpoint(htc_key(sample.name)) &&
         database.inherent_structures(sample.id, "htc").empty();
}

/// The row that was begun, or a new one.
db::Id row_to_fill(db::Database& database, const db::SampleRecord& sample) {
  const auto now = database.find_sample(sample.name);
  if (now && now->state == "ready") throw_not_alone(database, "sample " + sample.name, now->run_id);
  return now ? now->id : database.add_sample(sample);
}

}  // namespace

std::optional<SampleResult> known_sample(db::Database& database, const std::string& name, const std::string& options) {
  if (name.empty()) throw md::InputError("a sample needs a name, got an empty one");
  auto sample = database.find_sample(name);
  if (!sample || only_begun(database, *sample)) return std::nullopt;
  refuse_other_options(sample->state == "ready" ? "sample" : "unfinished sample", name, sample->defining_options, options);
  if (sample->state != "ready") return std::nullopt;
  return SampleResult{SampleOutcome::AlreadyThere, *sample, 0};
}

/// [atoms] Beyond this, the room that pairs of L-BFGS take counts for more than the few calls they save: 8788 atoms of Zr-Cu-Al took 1656 calls
/// (liquid) and 1034 (glass) with 20 pairs, 1371 and 1995 with 6, 2076 and 1322 with 4.
constexpr Eigen::Index large_sample = 20000;
constexpr int large_sample_pairs = 6;

Relaxed relax(const std::shared_ptr<const md::Potential>& potential, const md::Configuration& start, md::CellMode cell,
              const Session& session) {
  md::CellMinimizeOptions options;
  options.max_stress_gpa = sample_max_stress_gpa;
  options.minimize.max_force = sample_max_force;
  if (start.size() > large_sample) options.minimize.memory = large_sample_pairs;
  const md::SurfaceOptions surface_options{.threads = useful_threads(start.size(), session)};
  const md::MinimizeObserver observe = [&](const md::MinimizeProgress&) {
    return session.stopped() ? md::Control::Stop : md::Control::Continue;
  };
  const auto n = static_cast<double>(start.size());
  Relaxed result;
  const auto minimize = [&](const md::Configuration& from) {
    auto done = md::minimize_with_cell(potential, from, options, surface_options, observe);
    result.force_calls += static_cast<double>(done.minimum.force_calls);
    result.minimum = done.minimum;
    result.configuration = std::move(done.configuration);
    result.energy_ev = done.minimum.energy;
    result.max_force_ev_per_a = done.minimum.max_force;
    return result.converged();
  };
  if (!minimize(start)) return result;
  result.energy_fixed_cell_ev = result.energy_ev;
  session.say(md::message("inherent structure in the fixed cell: ", result.energy_ev / n, " eV/atom"));
  if (cell != md::CellMode::Fixed) {
    options.cell = cell;
    if (!minimize(md::Configuration(result.configuration))) return result;
    session.say(md::message("inherent structure in the relaxed cell: ", result.energy_ev / n, " eV/atom"));
  }
  // Energy and stress of the stored numbers, with a fresh neighbor list: what every later command starts from. The cell is
  // made from its edges as later commands make it.
  result.configuration.cell = md::Cell(result.configuration.cell.matrix(), result.configuration.cell.periodic());
  md::AtomicSurface surface(potential, result.configuration, surface_options);
  Eigen::VectorXd gradient(surface.dof());
  result.energy_ev = surface.evaluate(surface.gather(result.configuration.positions), gradient);
  result.max_force_ev_per_a = md::max_norm(gradient, 3);
  result.stress_gpa = stress_gpa(surface.stress());
  result.force_calls += 1.0;
  return result;
}

SampleResult store_sample(db::Database& database, const Relaxed& relaxed, double volume_fixed_cell_a3, db::SampleRecord sample,
                          const md::Potential& potential, db::Id run_id, const std::string& checkpoint_key) {
  const auto n = static_cast<double>(relaxed.configuration.size());
  describe_structure(relaxed.configuration, potential, sample);
  sample.energy_ev = relaxed.energy_ev;
  sample.energy_per_atom_ev = relaxed.energy_ev / n;
  sample.energy_fixed_cell_ev = relaxed.energy_fixed_cell_ev;
  sample.energy_per_atom_fixed_cell_ev = relaxed.energy_fixed_cell_ev / n;
  sample.volume_fixed_cell_a3 = volume_fixed_cell_a3;
  sample.max_force_ev_per_a = relaxed.max_force_ev_per_a;
  sample.stress_gpa = relaxed.stress_gpa;
  sample.force_calls = relaxed.force_calls;
  sample.run_id = run_id;
  SampleResult result;
  result.sample = sample;
  if (!relaxed.converged()) {
    result.outcome = relaxed.minimum.status == md::MinimizeStatus::StoppedByObserver ? SampleOutcome::Interrupted
                                                                                     : SampleOutcome::NotConverged;
    return result;
  }

  db::Transaction transaction(database);
  sample.potential_id = ensure_potential(database, potential);
  sample.id = row_to_fill(database, sample);
  db::MinimumRecord minimum;
  minimum.sample_id = sample.id;
  minimum.run_id = run_id;
  minimum.energy_ev = sample.energy_ev;
  minimum.max_force_ev_per_a = sample.max_force_ev_per_a;
  minimum.stress_gpa = sample.stress_gpa;
  minimum.configuration_id = database.add_configuration(encode_positions(relaxed.configuration.positions));
  minimum.uid = make_uid(sample_uid_text(database, sample) + "/reference");
  sample.minimum_id = database.add_minimum(minimum);
  sample.state = "ready";
  database.update_sample(sample);
  if (!checkpoint_key.empty()) database.erase_checkpoint(checkpoint_key);
  transaction.commit();
  result.sample = sample;
  return result;
}

const char* run_status(SampleOutcome outcome) {
  if (outcome == SampleOutcome::Interrupted) return "interrupted";
  return outcome == SampleOutcome::NotConverged ? "incomplete" : "done";
}

}  // namespace landscape::detail
