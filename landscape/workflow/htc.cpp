#include "landscape/workflow/htc.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "landscape/workflow/dynamics_checkpoint.hpp"
#include "landscape/workflow/inherent_structure.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/sample_store.hpp"
#include "md/core/error.hpp"

namespace landscape {
namespace {

using nlohmann::json;

constexpr std::int64_t checkpoint_steps = 2000;

std::string options_text(const HtcRequest& request, const md::ThermalCycleOptions& o, const std::string& start_uid,
                         const std::string& potential) {
  return json{{"origin", "htc"},
              {"from", request.from},
              {"start", start_uid},
              {"potential", potential},
              {"cycles", o.cycles},
              {"high_temperature_k", o.high_temperature_k},
              {"low_temperature_k", o.low_temperature_k},
              {"rate_k_per_s", o.rate_k_per_s},
              {"hold_high_ps", o.hold_high_ps},
              {"hold_low_ps", o.hold_low_ps},
              {"swaps_per_step", o.swaps_per_step},
              {"swap_interval", o.swap_interval},
              {"flexible_below_k", o.flexible_below_k},
              {"pressure_gpa", o.pressure_gpa},
              {"dt_ps", o.dt_ps},
              {"thermostat_ps", o.thermostat_ps},
              {"barostat_ps", o.barostat_ps},
              {"checkpoint_interval", o.checkpoint_interval},
              {"patience", request.patience},
              {"min_gain_ev", request.min_gain_ev},
              {"seed", o.seed}}
      .dump();
}

/// What goes on from a checkpoint beside the dynamics.
struct Extra {
  std::vector<md::SwapCount> swaps;
  std::int64_t dynamics_calls = 0;
  double relaxation_calls = 0.0;
};

std::string extra_text(const Extra& extra) {
  json counts = json::array();
  for (const auto& c : extra.swaps) counts.push_back({c.first, c.second, c.attempts, c.accepted});
  return json{{"swaps", counts}, {"dynamics_calls", extra.dynamics_calls}, {"relaxation_calls", extra.relaxation_calls}}
      .dump();
}

Extra parse_extra(const db::CheckpointRecord& record) {
  try {
    const auto about = json::parse(checkpoint_extra(record));
    Extra extra;
    extra.dynamics_calls = about.at("dynamics_calls").get<std::int64_t>();
    extra.relaxation_calls = about.at("relaxation_calls").get<double>();
    for (const auto& c : about.at("swaps"))
      extra.swaps.push_back({c.at(0).get<int>(), c.at(1).get<int>(), c.at(2).get<std::int64_t>(), c.at(3).get<std::int64_t>()});
    return extra;
  } catch (const json::exception& error) {
    throw db::Error(db::message("checkpoint ", record.key, ": ", error.what()));
  }
}

/// Whether the last `patience` cycles brought no gain over the best before them.
bool no_gain(const std::vector<db::InherentStructureRecord>& cycles, const HtcRequest& request) {
  const auto n = cycles.size(), patience = static_cast<std::size_t>(request.patience);
  if (request.patience <= 0 || n <= patience) return false;
  const auto lower = [](const auto& a, const auto& b) { return a.energy_per_atom_ev < b.energy_per_atom_ev; };
  const auto split = cycles.end() - static_cast<std::ptrdiff_t>(patience);
  const double before = std::min_element(cycles.begin(), split, lower)->energy_per_atom_ev;
  const double since = std::min_element(split, cycles.end(), lower)->energy_per_atom_ev;
  return before - since < request.min_gain_ev;
}

/// One HTC run over its database row, checkpoint and cycles.
class Htc {
 public:
  Htc(db::Database& database, const HtcRequest& request, const Session& session)
      : database_(database), request_(request), session_(session), key_("htc:" + request.name) {}

  HtcResult run();

 private:
  db::SampleRecord begun_sample(const std::string& text, const md::Configuration& start, db::Id run_id);
  void keep(const md::ThermalCycle& cycle, db::Id run_id, const std::string& text);
  /// The inherent structure after a cycle, and its row with the checkpoint, all or nothing. @return whether it was reached.
  bool finish_cycle(const md::ThermalCycle& cycle, const db::SampleRecord& sample, db::Id run_id, const std::string& text);
  /// Force calls of the dynamics and relaxations so far.
  double calls(const md::ThermalCycle& cycle) const { return relaxation_calls_ + static_cast<double>(cycle.force_calls()); }

  db::Database& database_;
  const HtcRequest& request_;
  const Session& session_;
  std::string key_;
  std::shared_ptr<const md::Potential> potential_;
  std::vector<db::InherentStructureRecord> cycles_;
  detail::Relaxed last_;             ///< inherent structure of the last cycle, once one was relaxed here
  double relaxation_calls_ = 0.0;
  std::int64_t kept_ = 0;            ///< step of the checkpoint in the database
};

db::SampleRecord Htc::begun_sample(const std::string& text, const md::Configuration& start, db::Id run_id) {
  if (const auto known = database_.find_sample(request_.name)) return *known;
  db::SampleRecord sample;
  sample.name = request_.name;
  sample.origin = "htc";
  sample.defining_options = text;
  sample.run_id = run_id;
  sample.potential_id = ensure_potential(database_, *potential_);
  describe_structure(start, *potential_, sample);
  sample.id = database_.add_sample(sample);
  return sample;
}

void Htc::keep(const md::ThermalCycle& cycle, db::Id run_id, const std::string& text) {
  const auto& state = cycle.checkpoint();
  database_.put_checkpoint(encode_dynamics(state.dynamics, key_, run_id, text,
                                           extra_text({state.swaps, state.force_calls, relaxation_calls_})));
  kept_ = state.dynamics.steps;
}

bool Htc::finish_cycle(const md::ThermalCycle& cycle, const db::SampleRecord& sample, db::Id run_id, const std::string& text) {
  const auto hot = cycle.configuration();
  auto relaxed = detail::relax(potential_, hot, md::CellMode::Anisotropic, session_);
  if (!relaxed.converged()) {
    last_ = std::move(relaxed);
    return false;
  }
  relaxation_calls_ += relaxed.force_calls;
  auto row = detail::inherent_structure_row(relaxed, hot, *potential_);
  row.sample_id = sample.id;
  row.run_id = run_id;
  row.series = "htc";
  row.point_index = cycle.cycles_done();
  row.step = cycle.dynamics().steps();
  row.temperature_k = cycle.dynamics().set_point_k();
  for (const auto& c : cycle.swaps()) {
    row.swap_attempts += c.attempts;
    row.swap_accepted += c.accepted;
  }
  row.swap_counts = swap_counts_text(cycle.swaps(), *potential_, hot.species);
  row.force_calls = calls(cycle);
  db::Transaction transaction(database_);
  row.configuration_id = database_.add_configuration(encode_positions(relaxed.configuration.positions));
  row.id = database_.add_inherent_structure(row);
  keep(cycle, run_id, text);
  transaction.commit();
  session_.say(md::message("cycle ", row.point_index, ": ", row.energy_per_atom_ev, " eV/atom, ", row.swap_accepted, " of ",
                           row.swap_attempts, " swaps accepted, crystalline ", row.crystalline_fraction));
  cycles_.push_back(std::move(row));
  last_ = std::move(relaxed);
  return true;
}

HtcResult Htc::run() {
  if (request_.patience < 0) throw md::InputError(md::message("patience ", request_.patience, " cycles, expected at least 0"));
  if (!(request_.min_gain_ev >= 0.0)) throw md::InputError(md::message("min_gain_ev ", request_.min_gain_ev, ", expected at least 0"));
  const auto from = ready_sample(database_, request_.from);
  potential_ = sample_potential(database_, from);
  md::ThermalCycleOptions options = request_.cycle;
  options.seed = session_.seed;
  options.threads = detail::useful_threads(from.n_atoms, session_);
  options.validate();
  const auto start_minimum = database_.minimum(*from.minimum_id);
  const std::string text = options_text(request_, options, start_minimum.uid, potential_->checksum());

  HtcResult result;
  if (auto known = detail::known_sample(database_, request_.name, text)) {
    result.sample = *known;
    result.cycles = database_.inherent_structures(known->sample.id, "htc");
    result.why_ended = no_gain(result.cycles, request_) ? "no_gain" : "cycles";
    return result;
  }
  const auto start = load_minimum(database_, *from.minimum_id);
  md::ThermalCycle cycle(potential_, start, options);
  if (const auto saved = database_.checkpoint(key_)) {
    const Extra extra = parse_extra(*saved);
    cycle.restore({decode_dynamics(*saved), extra.swaps, extra.dynamics_calls});
    relaxation_calls_ = extra.relaxation_calls;
    kept_ = cycle.dynamics().steps();
    session_.say(md::message("continuing at step ", kept_));
  }
  Run run(database_, "sample htc", text, session_, ensure_potential(database_, *potential_));
  db::SampleRecord sample = begun_sample(text, start, run.id());
  cycles_ = database_.inherent_structures(sample.id, "htc");

  bool relaxed_all = true;
  const auto ended = [&] { return cycle.done() || no_gain(cycles_, request_); };
  // Short slices, so that a stop is noticed soon; the result does not depend on them.
  while (!ended() && !session_.stopped()) {
    const bool cycle_ended = cycle.advance(100, session_.stop);
    const auto p = cycle.progress();
    session_.report({p.steps_done, p.steps_total,
                     md::message("cycle ", p.cycle, " ", md::name(p.phase), " at ", std::round(p.set_point_k), " K")});
    if (cycle_ended) {
      relaxed_all = finish_cycle(cycle, sample, run.id(), text);
      if (!relaxed_all) break;
    } else if (cycle.checkpoint().dynamics.steps >= kept_ + checkpoint_steps) {
      keep(cycle, run.id(), text);
    }
  }
  if (!relaxed_all) {
    result.sample.outcome = last_.minimum.status == md::MinimizeStatus::StoppedByObserver ? SampleOutcome::Interrupted
                                                                                          : SampleOutcome::NotConverged;
    result.sample.sample = sample;
    result.sample.sample.max_force_ev_per_a = last_.max_force_ev_per_a;
  } else if (ended()) {
    result.why_ended = no_gain(cycles_, request_) ? "no_gain" : "cycles";
    if (last_.configuration.size() == 0)  // killed between the last cycle and here
      last_ = detail::relax(potential_, cycle.configuration(), md::CellMode::Anisotropic, session_);
    last_.force_calls = calls(cycle);
    result.sample = detail::store_sample(database_, last_, cycle.dynamics().cell().volume(), sample, *potential_, run.id(), key_);
  } else {
    if (cycle.checkpoint().dynamics.steps > kept_) keep(cycle, run.id(), text);
    result.sample.outcome = SampleOutcome::Interrupted;
  }
  if (result.sample.outcome == SampleOutcome::Interrupted) {
    result.sample.sample.name = request_.name;
    result.sample.step = kept_;
  }
  result.cycles = cycles_;
  run.finish(detail::run_status(result.sample.outcome), calls(cycle));
  return result;
}

}  // namespace

std::string swap_counts_text(const std::vector<md::SwapCount>& counts, const md::Potential& potential,
                             const std::vector<std::string>& species) {
  std::map<int, std::string> symbols;
  for (const auto& symbol : std::set<std::string>(species.begin(), species.end()))
    symbols[potential.types_of(std::vector<std::string>{symbol})[0]] = symbol;
  json text = json::object();
  for (const auto& c : counts) text[symbols.at(c.first) + "-" + symbols.at(c.second)] = {c.attempts, c.accepted};
  return text.dump();
}

HtcResult htc_sample(db::Database& database, const HtcRequest& request, const Session& session) {
  return Htc(database, request, session).run();
}

}  // namespace landscape
