#include "landscape/workflow/mapping.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "landscape/workflow/minimum_mapping.hpp"
#include "landscape/workflow/sample.hpp"
#include "landscape/workflow/strained_minimum.hpp"
#include "md/core/error.hpp"
#include "md/core/sha256.hpp"

namespace landscape {
namespace {

constexpr std::int64_t default_events = 20;
constexpr std::int64_t searches_per_event = 50;  // a search for a given number of events gives up beyond this

/// What ends the searches from one minimum.
struct Goal {
  explicit Goal(const MapOptions& o)
      : events(o.events || o.searches || o.until_unseen ? o.events : std::optional(default_events)), unseen(o.until_unseen),
        limit(o.searches.value_or(events ? searches_per_event * *events : most_searches)) {}

  /// Only few connected searches say nothing of how likely a new event is.
  static constexpr std::int64_t least_connected = 20;
  static constexpr std::int64_t most_searches = 10000;
  std::optional<std::int64_t> events;
  std::optional<double> unseen;
  std::int64_t limit;  ///< searches

  bool met(const MinimumMapping& mapping) const {
    const MapResult& t = mapping.totals();
    if (events) return t.events >= *events;
    if (unseen) return t.connected >= least_connected && good_turing_new(mapping.times_found()) <= *unseen;
    return t.searches >= limit;
  }
  bool over(const MinimumMapping& mapping) const { return met(mapping) || mapping.totals().searches >= limit; }
};

/// @return false where the session stopped.
bool search_on(db::Database& database, MinimumMapping& mapping, const Goal& goal, db::Id run_id, const Session& session) {
  while (!goal.over(mapping)) {
    const MapResult& t = mapping.totals();
    const std::int64_t begin = t.searches;
    const std::int64_t end = std::min((begin / MinimumMapping::batch_size + 1) * MinimumMapping::batch_size, goal.limit);
    session.report({goal.events ? t.events : begin, goal.events ? *goal.events : goal.limit,
                    md::message(begin, " searches, ", t.events, " events")});
    const auto found = mapping.find_batch(begin, end);
    db::Transaction transaction(database);
    if (!mapping.catch_up()) {
      session.say("another process goes on with this mapping: this batch is done again from there");
      transaction.commit();
      continue;
    }
    bool interrupted = false;
    std::int64_t k = begin;
    for (const auto& one : found) {
      if (!one) interrupted = true;  // later ones are done again, so that there are no gaps
      if (!one || goal.over(mapping)) break;
      mapping.enter(k++, *one, run_id);
    }
    transaction.commit();
    database.shrink_memory();  // thousands of searches would fill the cache with rows that are not read again
    if (interrupted) return goal.over(mapping);
  }
  return true;
}

void add(MapResult& sum, const MapResult& one) {
  sum.minima += 1;
  sum.searches += one.searches;
  sum.connected += one.connected;
  sum.events += one.events;
  sum.force_calls += one.force_calls;
  sum.stages += one.stages;
  for (const auto& [outcome, count] : one.outcomes) sum.outcomes[outcome] += count;
}

/// The minima to map from, in order; those found meanwhile come last.
class Queue {
 public:
  /// @param tally of classes up to symmetry, one minimum of each being enough; null: all.
  Queue(db::Database& database, const db::MinimumRecord& first, bool all, SymmetryTally* tally)
      : database_(database), waiting_{first}, all_(all), tally_(tally) {
    seen_.insert(first.id);
    if (tally_) classes_.insert(tally_->add_minimum(first));
  }
  std::optional<db::MinimumRecord> next() {
    if (waiting_.empty() && all_) look();
    if (waiting_.empty()) return std::nullopt;
    auto minimum = waiting_.front();
    waiting_.erase(waiting_.begin());
    strain_ = minimum.strain_xy;
    plane_ = minimum.plane;
    sample_ = minimum.sample_id;
    return minimum;
  }

 private:
  void look() {
    for (const auto& minimum : database_.minima_of_sample(sample_))
      if (minimum.strain_xy == strain_ && minimum.plane == plane_ && seen_.insert(minimum.id).second &&
          (!tally_ || classes_.insert(tally_->add_minimum(minimum)).second))
        waiting_.push_back(minimum);
  }
  db::Database& database_;
  std::vector<db::MinimumRecord> waiting_;
  std::set<db::Id> seen_;
  std::set<std::size_t> classes_;
  bool all_;
  SymmetryTally* tally_;
  double strain_ = 0.0;
  std::string plane_;
  db::Id sample_ = 0;
};

db::MappingRecord mapping_record(db::Database& database, const MapOptions& options, const Session& session,
                                 const db::SampleRecord& sample, const db::MinimumRecord& minimum, bool own, db::Id run_id) {
  db::MappingRecord record;
  record.sample_id = sample.id;
  record.run_id = run_id;
  record.strain_xy = minimum.strain_xy;
  MapOptions there = options;
  there.plane = minimum.plane;
  record.options = there.text(own ? "" : minimum.uid);
  record.seed = static_cast<std::int64_t>(session.seed);
  record.options_key = md::sha256(record.options).substr(0, 16);
  record.initial_minimum_id = minimum.id;
  record.id = database.ensure_mapping(record);
  return record;
}

std::optional<db::MinimumRecord> first_minimum(db::Database& database, const MapOptions& options, const db::SampleRecord& sample,
                                               db::Id run_id, const Session& session) {
  if (options.from.empty() || options.from == "all")
    return minimum_at_strain(database, sample, options.strain_xy, options.plane, run_id, session);
  for (const auto& minimum : database.minima_of_sample(sample.id))
    if (std::to_string(minimum.id) == options.from) return minimum;
  throw md::InputError(md::message("--from: sample ", sample.name, " has no minimum ", options.from, " (view minima)"));
}

}  // namespace

MapResult map_sample(db::Database& database, const MapOptions& options, const Session& session) {
  options.validate();
  const auto sample = ready_sample(database, options.sample);
  const auto potential = sample_potential(database, sample);
  auto described = nlohmann::json::parse(options.text(options.from));
  described.update({{"sample", options.sample}, {"strain_xy", options.strain_xy}});
  Run run(database, "map", described.dump(), session, sample.potential_id);
  MapResult result;
  result.strain_xy = options.strain_xy;
  result.plane = options.plane;
  const auto first = first_minimum(database, options, sample, run.id(), session);
  if (!first) {
    result.outcome = session.stopped() ? MapOutcome::Interrupted : MapOutcome::NotRelaxed;
    run.finish(session.stopped() ? "interrupted" : "incomplete", 0.0);
    return result;
  }
  result.strain_xy = first->strain_xy;
  result.plane = first->plane;
  const Goal goal(options);
  const bool all = options.from == "all";
  std::optional<SymmetryTally> tally;
  if (options.symmetry)
    tally.emplace(database, sample_configuration(database, sample, first->configuration_id, first->strain_xy, plane_index(first->plane)),
                  options.search.same);
  Queue queue(database, *first, all, tally ? &*tally : nullptr);
  double spent = 0.0;
  std::vector<std::int64_t> times;
  for (auto minimum = queue.next(); minimum; minimum = queue.next()) {
    if (result.minima == options.max_minima) {
      result.outcome = MapOutcome::CapReached;
      break;
    }
    const auto configuration =
        sample_configuration(database, sample, minimum->configuration_id, minimum->strain_xy, plane_index(minimum->plane));
    auto starts = Starts::choose(options.starts, configuration, *potential, session);
    if (!starts) {
      result.outcome = MapOutcome::Interrupted;
      break;
    }
    MinimumMapping mapping(database, options, session, sample, *minimum, potential, std::move(*starts));
    // The sample's own minimum, at this strain, goes without a name: the plain command continues.
    const bool own = is_own_minimum(database, sample, *minimum);
    mapping.load(mapping_record(database, options, session, sample, *minimum, own, run.id()));
    const double before = mapping.totals().force_calls;
    const bool finished = search_on(database, mapping, goal, run.id(), session);
    spent += mapping.totals().force_calls - before;
    add(result, mapping.totals());
    mapping.describe(result);
    if (tally) {
      for (const auto event : mapping.events()) tally->add_event(database.event(event));
      for (const auto saddle : mapping.saddles()) tally->add_saddle(database.saddle(saddle));
    }
    std::ranges::copy(mapping.times_found(), std::back_inserter(times));
    result.unseen_estimate += chao1_unseen(mapping.times_found());
    if (!finished) {
      result.outcome = MapOutcome::Interrupted;
      break;
    }
    if (!goal.met(mapping)) result.outcome = MapOutcome::CapReached;
  }
  result.new_chance = good_turing_new(times);
  if (tally) result.up_to_symmetry = tally->count();
  const char* status = "done";
  if (result.outcome == MapOutcome::Interrupted) status = "interrupted";
  if (result.outcome == MapOutcome::CapReached) status = "incomplete";
  run.finish(status, spent);
  return result;
}

}  // namespace landscape
