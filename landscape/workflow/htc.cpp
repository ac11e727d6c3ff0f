#include "landscape/workflow/htc.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "landscape/workflow/dynamics_checkpoint.hpp"
#include "landscape/workflow/inherent_structure.hpp"
#include "landscape/workflow/kept_checkpoint.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/sample_store.hpp"
#include "md/core/error.hpp"

namespace landscape {
namespace {

using nlohmann::json;

constexpr std::int64_t checkpoint_steps = 2000;

std::string options_text(const HtcRequest& request, const md::ThermalCycleOptions& o, const std::string& start_uid,
                         const std::string& potential) {
  json options{{"origin", "htc"},
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
              {"seed", o.seed}};
  if (request.keep_best) options["keep"] = "best";  // named only where given, so that samples made before there was the choice are known
  return options.dump();
}

/// What goes on from a checkpoint beside the dynamics.
struct Extra {
  std::vector<md::SwapCount> swaps;
  std::int64_t dynamics_calls = 0;
  double relaxation_calls = 0.0;
  bool failed = false;  ///< the dynamics did, from here on
};

std::string extra_text(const Extra& extra) {
  json counts = json::array();
  for (const auto& c : extra.swaps) counts.push_back({c.first, c.second, c.attempts, c.accepted});
  return json{{"swaps", counts}, {"dynamics_calls", extra.dynamics_calls}, {"relaxation_calls", extra.relaxation_calls}, {"failed", extra.failed}}
      .dump();
}

Extra parse_extra(const db::CheckpointRecord& record) {
  try {
    const auto about = json::parse(checkpoint_extra(record));
    Extra extra;
    extra.dynamics_calls = about.at("dynamics_calls").get<std::int64_t>();
    extra.relaxation_calls = about.at("relaxation_calls").get<double>();
    extra.failed = about.value("failed", false);
    for (const auto& c : about.at("swaps"))
      extra.swaps.push_back({c.at(0).get<int>(), c.at(1).get<int>(), c.at(2).get<std::int64_t>(), c.at(3).get<std::int64_t>()});
    return extra;
  } catch (const json::exception& error) {
    throw db::Error(db::message("checkpoint ", record.key, ": ", error.what()));
  }
}

const db::InherentStructureRecord& lowest(const std::vector<db::InherentStructureRecord>& cycles) {
  return *std::ranges::min_element(cycles, {}, &db::InherentStructureRecord::energy_per_atom_ev);
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
      : database_(database), request_(request), session_(session) {}

  HtcResult run();

 private:
  std::string work() const { return "sample " + request_.name; }
  HtcResult reported(SampleResult known);
  /// Run, row, checkpoint and cycles in one step, so that another process sees all of it or nothing.
  db::SampleRecord begin(const md::Configuration& start, std::optional<Run>& run);
  /// The sample's row, or a new one. One begun with other options, of which nothing has come, gives its place.
  db::SampleRecord begun_sample(const md::Configuration& start, db::Id run_id);
  void go_on(md::ThermalCycle& cycle);
  bool advance(md::ThermalCycle& cycle, db::Id run_id);
  /// @throws db::Error where another process has finished the sample, or begun it anew with other options.
  void check_ours();
  void keep(const md::ThermalCycle& cycle, db::Id run_id, bool failed = false);
  /// A run that failed gives its place to one with other options.
  void forget_failed();
  /// What becomes the sample, where that is not the last cycle's.
  void take_best(const db::SampleRecord& sample);
  /// Until the end or a stop. @return whether every inherent structure was reached.
  bool anneal(md::ThermalCycle& cycle, const db::SampleRecord& sample, db::Id run_id);
  /// The inherent structure after a cycle, and its row with the checkpoint, all or nothing. @return whether it was reached.
  bool finish_cycle(md::ThermalCycle& cycle, const db::SampleRecord& sample, db::Id run_id);
  bool ended(const md::ThermalCycle& cycle) const { return cycle.done() || no_gain(cycles_, request_); }
  SampleResult conclude(const md::ThermalCycle& cycle, bool relaxed_all, const db::SampleRecord& sample, db::Id run_id);
  /// Force calls of the dynamics and relaxations so far.
  double calls(const md::ThermalCycle& cycle) const { return relaxation_calls_ + static_cast<double>(cycle.force_calls()); }

  db::Database& database_;
  const HtcRequest& request_;
  const Session& session_;
  std::string text_;                 ///< options
  std::optional<detail::KeptCheckpoint> kept_;
  std::shared_ptr<const md::Potential> potential_;
  std::vector<db::InherentStructureRecord> cycles_;
  std::vector<db::InherentStructureRecord> beyond_;  ///< stored, but later than the checkpoint
  detail::Relaxed last_;             ///< inherent structure of the last cycle, once one was relaxed here
  double relaxation_calls_ = 0.0;
};

db::SampleRecord Htc::begun_sample(const md::Configuration& start, db::Id run_id) {
  const auto known = database_.find_sample(request_.name);
  if (known && known->defining_options == text_) return *known;
  db::SampleRecord sample;
  sample.name = request_.name;
  sample.origin = "htc";
  sample.defining_options = text_;
  sample.run_id = run_id;
  sample.potential_id = ensure_potential(database_, *potential_);
  describe_structure(start, *potential_, sample);
  if (known) {
    sample.id = known->id;
    database_.update_sample(sample);
  } else {
    sample.id = database_.add_sample(sample);
  }
  return sample;
}

db::SampleRecord Htc::begin(const md::Configuration& start, std::optional<Run>& run) {
  db::Transaction transaction(database_);
  if (const auto made = detail::known_sample(database_, request_.name, text_))
    detail::throw_not_alone(database_, work(), made->sample.run_id);
  kept_.emplace(database_, detail::htc_key(request_.name), work());
  if (const auto& saved = kept_->found())
    detail::refuse_other_options("unfinished sample", request_.name, checkpoint_options(*saved), text_);
  run.emplace(database_, "sample htc", text_, session_, ensure_potential(database_, *potential_));
  auto sample = begun_sample(start, run->id());
  cycles_ = database_.inherent_structures(sample.id, "htc");
  transaction.commit();
  return sample;
}

void Htc::go_on(md::ThermalCycle& cycle) {
  if (const auto& saved = kept_->found()) {
    const Extra extra = parse_extra(*saved);
    cycle.restore({decode_dynamics(*saved), extra.swaps, extra.dynamics_calls});
    relaxation_calls_ = extra.relaxation_calls;
    session_.say(md::message("continuing at step ", kept_->step()));
  }
  const auto done = std::min<std::ptrdiff_t>(cycle.cycles_done(), static_cast<std::ptrdiff_t>(cycles_.size()));
  beyond_.assign(cycles_.begin() + done, cycles_.end());
  cycles_.erase(cycles_.begin() + done, cycles_.end());
}

bool Htc::advance(md::ThermalCycle& cycle, db::Id run_id) {
  try {
    return cycle.advance(100, session_.stop);
  } catch (const md::InputError&) {
    // It would fail again from the checkpoint: other options may have the name.
    if (cycles_.empty())
      kept_->erase();
    else
      keep(cycle, run_id, true);
    throw;
  }
}

void Htc::forget_failed() {
  db::Transaction transaction(database_);
  const auto saved = database_.checkpoint(detail::htc_key(request_.name));
  const auto sample = database_.find_sample(request_.name);
  if (!saved || !sample || sample->state == "ready" || checkpoint_options(*saved) == text_ || !parse_extra(*saved).failed) return;
  database_.erase_inherent_structures(sample->id, "htc");
  database_.erase_checkpoint(saved->key);
  transaction.commit();
}

void Htc::check_ours() {
  const auto now = database_.find_sample(request_.name);
  if (!now || now->state == "ready" || now->defining_options != text_)
    detail::throw_not_alone(database_, work(), now ? now->run_id : 0);
}

void Htc::keep(const md::ThermalCycle& cycle, db::Id run_id, bool failed) {
  const auto& state = cycle.checkpoint();
  db::Transaction transaction(database_);
  check_ours();
  kept_->keep(encode_dynamics(state.dynamics, detail::htc_key(request_.name), run_id, text_,
                              extra_text({state.swaps, state.force_calls, relaxation_calls_, failed})));
  transaction.commit();
}

bool Htc::finish_cycle(md::ThermalCycle& cycle, const db::SampleRecord& sample, db::Id run_id) {
  const auto hot = cycle.configuration();
  cycle.release_buffers();
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
  keep(cycle, run_id);
  const auto stored = std::find_if(beyond_.begin(), beyond_.end(), [&](const auto& b) { return b.point_index == row.point_index; });
  if (stored != beyond_.end()) {
    row = *stored;
  } else {
    row.configuration_id = database_.add_configuration(encode_positions(relaxed.configuration.positions));
    row.id = database_.add_inherent_structure(row);
  }
  transaction.commit();
  session_.say(md::message("cycle ", row.point_index, ": ", row.energy_per_atom_ev, " eV/atom, ", row.swap_accepted, " of ",
                           row.swap_attempts, " swaps accepted, crystalline ", row.crystalline_fraction));
  cycles_.push_back(std::move(row));
  last_ = std::move(relaxed);
  return true;
}

bool Htc::anneal(md::ThermalCycle& cycle, const db::SampleRecord& sample, db::Id run_id) {
  // Short slices, so that a stop is noticed soon; the result does not depend on them.
  while (!ended(cycle) && !session_.stopped()) {
    const bool cycle_ended = advance(cycle, run_id);
    const auto p = cycle.progress();
    session_.report({p.steps_done, p.steps_total,
                     md::message("cycle ", p.cycle, " ", md::name(p.phase), " at ", std::round(p.set_point_k), " K")});
    if (cycle_ended) {
      if (!finish_cycle(cycle, sample, run_id)) return false;
    } else if (cycle.checkpoint().dynamics.steps >= kept_->step() + checkpoint_steps) {
      keep(cycle, run_id);
    }
  }
  return true;
}

void Htc::take_best(const db::SampleRecord& sample) {
  const auto& best = lowest(cycles_);
  if (best.point_index == cycles_.back().point_index) return;
  db::SampleRecord then = sample;
  then.cell = best.cell;
  then.species = best.species;
  last_ = detail::relax(potential_, sample_configuration(database_, then, *best.configuration_id), md::CellMode::Anisotropic, session_);
  relaxation_calls_ += last_.force_calls;
  last_.energy_fixed_cell_ev = best.energy_fixed_cell_ev;
}

SampleResult Htc::conclude(const md::ThermalCycle& cycle, bool relaxed_all, const db::SampleRecord& sample, db::Id run_id) {
  SampleResult result;
  if (!relaxed_all) {
    result.outcome = last_.minimum.status == md::MinimizeStatus::StoppedByObserver ? SampleOutcome::Interrupted
                                                                                   : SampleOutcome::NotConverged;
    result.sample = sample;
    result.sample.max_force_ev_per_a = last_.max_force_ev_per_a;
  } else if (ended(cycle)) {
    if (last_.configuration.size() == 0)  // killed between the last cycle and here
      last_ = detail::relax(potential_, cycle.configuration(), md::CellMode::Anisotropic, session_);
    if (request_.keep_best) take_best(sample);
    last_.force_calls = calls(cycle);
    const double hot_volume = request_.keep_best ? lowest(cycles_).volume_fixed_cell_a3 : cycle.dynamics().cell().volume();
    result = detail::store_sample(database_, last_, hot_volume, sample, *potential_, run_id,
                                  detail::htc_key(request_.name));
  } else {
    if (cycle.checkpoint().dynamics.steps > kept_->step()) keep(cycle, run_id);
    result.outcome = SampleOutcome::Interrupted;
  }
  if (result.outcome == SampleOutcome::Interrupted) {
    result.sample.name = request_.name;
    result.step = kept_->step();
  }
  return result;
}

HtcResult Htc::reported(SampleResult known) {
  HtcResult result;
  result.cycles = database_.inherent_structures(known.sample.id, "htc");
  result.why_ended = no_gain(result.cycles, request_) ? "no_gain" : "cycles";
  result.sample = std::move(known);
  return result;
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
  text_ = options_text(request_, options, database_.minimum(*from.minimum_id).uid, potential_->checksum());
  forget_failed();
  if (auto known = detail::known_sample(database_, request_.name, text_)) return reported(std::move(*known));

  const auto start = load_minimum(database_, *from.minimum_id);
  md::ThermalCycle cycle(potential_, start, options);
  std::optional<Run> run;
  const db::SampleRecord sample = begin(start, run);
  go_on(cycle);
  const bool relaxed_all = anneal(cycle, sample, run->id());
  HtcResult result;
  if (relaxed_all && ended(cycle)) result.why_ended = no_gain(cycles_, request_) ? "no_gain" : "cycles";
  result.sample = conclude(cycle, relaxed_all, sample, run->id());
  result.cycles = cycles_;
  run->finish(detail::run_status(result.sample.outcome), calls(cycle));
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
