#include "landscape/workflow/mapping.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <set>

#include "landscape/workflow/event_clusters.hpp"
#include "landscape/workflow/event_records.hpp"
#include "landscape/workflow/sample.hpp"
#include "md/core/error.hpp"
#include "md/core/sha256.hpp"

namespace landscape {
namespace {

constexpr std::int64_t batch_size = 8;         // fixed: not the number of threads
constexpr std::int64_t default_events = 20;
constexpr std::int64_t searches_per_event = 50;  // a search for a given number of events gives up beyond this
constexpr double same_minimum_energy = 1e-4;   // [eV] configurations that differ by more are not compared
constexpr double least_barrier = 1e-6;         // [eV] what energies are good to at the force tolerance of a search
constexpr const char* recognized = "recognized";  // message of a search that ended at a saddle of an earlier batch

/// What one search found, ready to be stored.
struct Found {
  art::SearchResult search;
  std::size_t start = 0;          ///< index in Starts::atoms()
  Measured saddle, far_side;      ///< without positions unless found
  md::Matrix3Xd mode;
};

/// One mapping: its fixed parts, and the state that grows with each search entered.
class Mapping {
 public:
  Mapping(db::Database& database, const MapOptions& options, const Session& session, const db::SampleRecord& sample,
          const db::MinimumRecord& minimum, std::shared_ptr<const md::Potential> potential)
      : database_(database), options_(options), session_(session), sample_(sample), minimum_(minimum),
        potential_(std::move(potential)),
        configuration_(sample_configuration(database, sample, minimum.configuration_id, minimum.strain_xy, plane_index(minimum.plane))),
        surface_(potential_, configuration_), start_(surface_.gather(configuration_.positions)),
        starts_(options.starts, configuration_, potential_, session), state_(surface_, options.search.same) {}

  /// Reads what is stored, so that entering goes on after it.
  void load(const db::MappingRecord& record) {
    db::Transaction nothing_changes_meanwhile(database_);
    state_ = State(surface_, options_.search.same);
    mapping_ = record;
    uid_text_ = sample_uid_text(database_, sample_) + '|' +
                md::message(record.strain_xy, '|', record.seed, '|', record.options_key);
    for (const auto& other : database_.mappings_of_sample(sample_.id))
      if (other.initial_minimum_id == minimum_.id)
        for (const auto& search : database_.searches_of_mapping(other.id)) read(search, other.id == record.id);
    for (const auto& minimum : database_.minima_of_sample(sample_.id))
      if (minimum.strain_xy == minimum_.strain_xy && minimum.plane == minimum_.plane)
        state_.finals.push_back({minimum.id, minimum.configuration_id, minimum.energy_ev, {}});
    state_.totals.events = static_cast<std::int64_t>(state_.times.size());
    state_.last_search = database_.last_search();
    nothing_changes_meanwhile.commit();
  }
  /// Whether another process has entered searches since.
  bool outdated() { return database_.last_search() != state_.last_search; }
  const db::MappingRecord& record() const { return mapping_; }

  const MapResult& totals() const { return state_.totals; }
  std::vector<std::int64_t> times_found() const {
    std::vector<std::int64_t> times;
    for (const auto& [event, count] : state_.times) times.push_back(count);
    return times;
  }

  std::vector<db::Id> events() const {
    std::vector<db::Id> ids;
    for (const auto& [event, count] : state_.times) ids.push_back(event);
    return ids;
  }

  /// Those found by this mapping, connected or not.
  std::vector<db::Id> saddles() const {
    std::vector<db::Id> ids;
    for (const auto& known : state_.known) ids.push_back(known.saddle_id);
    return ids;
  }

  /// Search k, on a surface of its own. Thread-safe.
  Found find(std::int64_t k) const {
    Found found;
    const auto index = static_cast<std::uint64_t>(k);
    md::AtomicSurface surface(potential_, configuration_);
    found.start = starts_.pick(session_.seed, k);
    const Eigen::Vector3d center = configuration_.positions.col(starts_.atoms()[found.start]);
    std::vector<Eigen::Index> active;
    art::SearchContext context;
    // Only what earlier batches found, so that the threads' order does not matter.
    for (const auto& one : state_.known)
      if (one.search_index < k / batch_size * batch_size) context.known.push_back(&one.x);
    for (std::size_t b = 0; b < surface.free_atoms().size(); ++b) {
      const Eigen::Vector3d d = configuration_.positions.col(surface.free_atoms()[b]) - center;
      if (configuration_.cell.minimum_image(d).norm() < options_.search.radius) active.push_back(static_cast<Eigen::Index>(b));
    }
    md::CounterRng push_rng(session_.seed, md::Stream::Activation, index);
    const auto direction = art::random_push(surface, active, push_rng);
    found.search = art::search(surface, start_, direction, options_.search, context);
    const auto outcome = found.search.outcome;
    const auto before = surface.calls();
    if (outcome == art::Outcome::Connected || outcome == art::Outcome::Disconnected)
      found.saddle = measure(surface, found.search.saddle);
    if (outcome == art::Outcome::Connected) {
      found.far_side = measure(surface, found.search.far_side);
      found.mode = mode_on_atoms(surface, found.search.mode);
    }
    const auto extra = static_cast<double>(surface.calls() - before);
    for (double* stage : {&found.search.calls.push_over, &found.search.calls.minima, &found.search.calls.whole}) *stage += extra;
    return found;
  }

  /// Stores search k. To be called in the order of k, within a transaction.
  void enter(std::int64_t k, const Found& found, db::Id run_id) {
    const art::SearchResult& s = found.search;
    db::SearchRecord record;
    record.mapping_id = mapping_.id;
    record.run_id = run_id;
    record.search_index = k;
    record.batch = k / batch_size;
    record.center_atom = starts_.atoms()[found.start] + 1;
    record.start = starts_.rule();
    record.start_share = starts_.shares()[found.start];
    record.outcome = art::name(s.outcome);
    record.message = s.message;
    record.calls_activation = s.calls.activation;
    record.calls_approach = s.calls.approach;
    record.calls_proof = s.calls.proof;
    record.calls_push_over = s.calls.push_over;
    record.calls_lanczos = s.calls.lanczos;
    record.calls_relaxation = s.calls.relaxation;
    record.calls_minima = s.calls.minima;
    record.calls_whole = s.calls.whole;
    record.force_calls = s.calls.total();
    bool connected = s.outcome == art::Outcome::Connected;
    if (s.outcome == art::Outcome::Recognized) {
      connected = enter_again(known_at(k, *s.known), record);
    } else if (connected || s.outcome == art::Outcome::Disconnected) {
      record.barrier_ev = found.saddle.energy_ev - minimum_.energy_ev;
      if (connected && !(std::min(record.barrier_ev, found.saddle.energy_ev - found.far_side.energy_ev) > least_barrier)) {
        connected = false;  // too flat for its energies to say which way is up
        record.outcome = "barrier_too_small";
      } else {
        enter_saddle(k, found, connected, record, run_id);
      }
    }
    state_.last_search = database_.add_search(record);
    count(record, connected);
    state_.totals.events = static_cast<std::int64_t>(state_.times.size());
  }

  /// What coverage and the founding study's rule need of each event.
  void describe(MapResult& result) const {
    Eigen::MatrixXd features(static_cast<Eigen::Index>(state_.connected_saddles.size()), 9);
    Eigen::Index row = 0;
    for (const auto& [saddle_id, event_id] : state_.connected_saddles) {
      const db::SaddleRecord saddle = database_.saddle(saddle_id);
      features.row(row).head<3>() << saddle.energy_ev - minimum_.energy_ev, saddle.curvature_ev_per_a2,
          database_.event(event_id).max_displacement_a;
      for (Eigen::Index k = 0; k < 6; ++k) features(row, 3 + k) = saddle.stress_gpa[static_cast<std::size_t>(k)];
      ++row;
    }
    result.pearson_events += pearson_events(features);
    for (const auto& [event, times] : state_.times) result.found.push_back({database_.event(event).barrier_ev, times});
  }

 private:
  struct Final {
    db::Id id, configuration_id;
    double energy;
    Eigen::VectorXd x;           ///< empty until needed
  };
  struct Known {
    std::int64_t search_index;
    db::Id saddle_id, event_id;  ///< event 0: not connected
    Eigen::VectorXd x;
  };
  /// All that depends on the stored searches.
  struct State {
    State(const md::AtomicSurface& surface, double same) : clusters(surface, same) {}
    EventClusters clusters;      ///< of this minimum's saddles, whichever mapping found them
    std::map<std::int64_t, db::Id> event_of_cluster;
    std::vector<Final> finals;   ///< minima of the sample at this strain, by id
    std::vector<Known> known;    ///< this mapping's saddles with rows of their own, by search index
    std::map<db::Id, std::int64_t> times;             ///< searches of this mapping that ended in each event
    std::map<db::Id, db::Id> connected_saddles;       ///< of this mapping, with their events
    MapResult totals;
    db::Id last_search = 0;
  };

  Place place(db::Id run_id) const { return {sample_.id, run_id, minimum_.strain_xy, minimum_.plane}; }

  Eigen::VectorXd coordinates(db::Id configuration_id) {
    return surface_.gather(decode_positions(database_.configuration(configuration_id)));
  }

  std::string uid(const char* what, std::int64_t k) const { return make_uid(uid_text_ + '|' + what + '|' + std::to_string(k)); }

  /// A stored search of this minimum.
  void read(const db::SearchRecord& search, bool own) {
    const bool connected = search.outcome == art::name(art::Outcome::Connected) && search.saddle_id && search.event_id;
    if (own) count(search, connected);
    if (!search.saddle_id || search.message == recognized) return;
    if (!own && !connected) return;
    const Eigen::VectorXd x = coordinates(database_.saddle(*search.saddle_id).configuration_id);
    if (own) state_.known.push_back({search.search_index, *search.saddle_id, connected ? *search.event_id : 0, x});
    if (!connected) return;
    const auto numbered = state_.clusters.numbered();
    const auto touched = state_.clusters.add(x);
    state_.event_of_cluster[touched.empty() ? numbered : touched.front()] = *search.event_id;
    for (std::size_t k = 1; k < touched.size(); ++k) state_.event_of_cluster.erase(touched[k]);
  }

  /// Adds a search of this mapping to the totals.
  void count(const db::SearchRecord& search, bool connected) {
    MapResult& t = state_.totals;
    t.searches += 1;
    t.force_calls += search.force_calls;
    t.outcomes[search.outcome] += 1;
    t.connected += connected ? 1 : 0;
    t.stages.activation += search.calls_activation;
    t.stages.approach += search.calls_approach;
    t.stages.proof += search.calls_proof;
    t.stages.push_over += search.calls_push_over;
    t.stages.lanczos += search.calls_lanczos;
    t.stages.relaxation += search.calls_relaxation;
    t.stages.minima += search.calls_minima;
    t.stages.whole += search.calls_whole;
    if (!connected) return;
    state_.times[*search.event_id] += 1;
    state_.connected_saddles[*search.saddle_id] = *search.event_id;
  }

  /// The one that search k called number `n` among those of earlier batches.
  const Known& known_at(std::int64_t k, std::size_t n) const {
    for (const auto& one : state_.known)
      if (one.search_index < k / batch_size * batch_size && n-- == 0) return one;
    LANDSCAPE_CHECK(false);
    return state_.known.front();
  }

  /// The stored minimum at the same place, or a new one.
  db::MinimumRecord final_minimum(std::int64_t k, const Found& found, db::Id run_id) {
    for (auto& final : state_.finals) {
      if (std::abs(final.energy - found.far_side.energy_ev) > same_minimum_energy) continue;
      if (final.x.size() == 0) final.x = coordinates(final.configuration_id);
      if (md::largest_displacement(surface_, final.x, found.search.far_side) < options_.search.same)
        return database_.minimum(final.id);
    }
    const auto record = store_minimum(database_, place(run_id), found.far_side, "map", uid("minimum", k));
    state_.finals.push_back({record.id, record.configuration_id, record.energy_ev, found.search.far_side});
    return record;
  }

  /// A saddle that an earlier batch found. @return whether it is connected.
  bool enter_again(const Known& known, db::SearchRecord& search) {
    search.outcome = art::name(known.event_id != 0 ? art::Outcome::Connected : art::Outcome::Disconnected);
    search.message = recognized;
    search.saddle_id = known.saddle_id;
    search.barrier_ev = database_.saddle(known.saddle_id).energy_ev - minimum_.energy_ev;
    if (known.event_id == 0) return false;
    database_.count_event_again(known.event_id, search.search_index);
    search.event_id = known.event_id;
    return true;
  }

  void enter_saddle(std::int64_t k, const Found& found, bool connected, db::SearchRecord& search, db::Id run_id) {
    const auto saddle = store_saddle(database_, place(run_id), found.saddle, found.search.proof, found.mode, connected,
                                     measure_displacement(surface_, start_, found.search.saddle).center_atom, uid("saddle", k));
    search.saddle_id = saddle.id;
    if (connected) search.event_id = enter_event(k, found, saddle, run_id);
    state_.known.push_back({k, saddle.id, search.event_id.value_or(0), found.search.saddle});
  }

  /// @return the event of the saddle, new or known.
  db::Id enter_event(std::int64_t k, const Found& found, const db::SaddleRecord& saddle, db::Id run_id) {
    const auto numbered = state_.clusters.numbered();
    const auto touched = state_.clusters.add(found.search.saddle);
    if (touched.empty()) {
      db::EventRecord event = event_between(place(run_id), minimum_, saddle, final_minimum(k, found, run_id), surface_, start_,
                                            found.search.far_side);
      event.mapping_id = mapping_.id;
      event.first_search_index = k;
      event.uid = uid("event", k);
      return state_.event_of_cluster[numbered] = database_.add_event(event);
    }
    db::Id kept = state_.event_of_cluster.at(touched.front());
    for (const auto cluster : touched) kept = std::min(kept, state_.event_of_cluster.at(cluster));
    for (const auto cluster : touched) {
      const db::Id gone = state_.event_of_cluster.at(cluster);
      if (gone != kept) merge(kept, gone);
      if (cluster != touched.front()) state_.event_of_cluster.erase(cluster);
    }
    state_.event_of_cluster.at(touched.front()) = kept;
    database_.count_event_again(kept, k);
    return kept;
  }

  void merge(db::Id kept, db::Id gone) {
    database_.merge_events(kept, gone);
    for (auto& known : state_.known)
      if (known.event_id == gone) known.event_id = kept;
    for (auto& [saddle, event] : state_.connected_saddles)
      if (event == gone) event = kept;
    for (auto& [cluster, event] : state_.event_of_cluster)
      if (event == gone) event = kept;
    if (const auto times = state_.times.find(gone); times != state_.times.end()) {
      state_.times[kept] += times->second;
      state_.times.erase(gone);
    }
  }

  db::Database& database_;
  const MapOptions& options_;
  const Session& session_;
  db::SampleRecord sample_;
  db::MinimumRecord minimum_;
  std::shared_ptr<const md::Potential> potential_;
  md::Configuration configuration_;
  md::AtomicSurface surface_;  ///< measures distances; searches have their own
  Eigen::VectorXd start_;
  Starts starts_;
  db::MappingRecord mapping_;
  std::string uid_text_;
  State state_;
};

/// Searches [begin, end) with one thread each. Searches not begun when the session stops are missing.
std::vector<std::optional<Found>> run_batch(const Mapping& mapping, std::int64_t begin, std::int64_t end,
                                            const Session& session) {
  const auto count = static_cast<std::size_t>(end - begin);
  std::vector<std::optional<Found>> results(count);
  std::vector<std::exception_ptr> errors(count);
#pragma omp parallel for schedule(dynamic) num_threads(session.threads)
  for (std::size_t k = 0; k < count; ++k) {
    if (session.stopped()) continue;
    try {
      results[k] = mapping.find(begin + static_cast<std::int64_t>(k));
    } catch (...) {
      errors[k] = std::current_exception();
    }
  }
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
  return results;
}

}  // namespace

namespace {

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

  bool met(const Mapping& mapping) const {
    const MapResult& t = mapping.totals();
    if (events) return t.events >= *events;
    if (unseen) return t.connected >= least_connected && good_turing_new(mapping.times_found()) <= *unseen;
    return t.searches >= limit;
  }
  bool over(const Mapping& mapping) const { return met(mapping) || mapping.totals().searches >= limit; }
};

/// @return false where the session stopped.
bool search_on(db::Database& database, Mapping& mapping, const Goal& goal, db::Id run_id, const Session& session) {
  while (!goal.over(mapping)) {
    const MapResult& t = mapping.totals();
    const std::int64_t begin = t.searches;
    const std::int64_t end = std::min((begin / batch_size + 1) * batch_size, goal.limit);
    session.report({goal.events ? t.events : begin, goal.events ? *goal.events : goal.limit,
                    md::message(begin, " searches, ", t.events, " events")});
    const auto found = run_batch(mapping, begin, end, session);
    db::Transaction transaction(database);
    if (mapping.outdated()) {
      session.say("another process has entered searches: this batch is done again from there");
      mapping.load(mapping.record());
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
                                 const db::SampleRecord& sample, const db::MinimumRecord& minimum, bool first, db::Id run_id) {
  db::MappingRecord record;
  record.sample_id = sample.id;
  record.run_id = run_id;
  record.strain_xy = minimum.strain_xy;
  record.options = options.text(first ? "" : minimum.uid);
  record.seed = static_cast<std::int64_t>(session.seed);
  record.options_key = md::sha256(record.options).substr(0, 16);
  record.initial_minimum_id = minimum.id;
  record.id = database.ensure_mapping(record);
  return record;
}

std::optional<db::MinimumRecord> first_minimum(db::Database& database, const MapOptions& options, const db::SampleRecord& sample,
                                               db::Id run_id, const Session& session) {
  if (options.from.empty() || options.from == "all")
    return minimum_at_strain(database, sample, options.strain_xy, run_id, session);
  for (const auto& minimum : database.minima_of_sample(sample.id))
    if (std::to_string(minimum.id) == options.from) return minimum;
  throw md::InputError(md::message("--from: sample ", sample.name, " has no minimum ", options.from, " (view minima)"));
}

}  // namespace

MapResult map_sample(db::Database& database, const MapOptions& options, const Session& session) {
  options.validate();
  const auto sample = ready_sample(database, options.sample);
  const auto potential = sample_potential(database, sample);
  Run run(database, "map", options.text(options.from), session, sample.potential_id);
  MapResult result;
  const auto first = first_minimum(database, options, sample, run.id(), session);
  if (!first) {
    result.outcome = session.stopped() ? MapOutcome::Interrupted : MapOutcome::NotRelaxed;
    run.finish(session.stopped() ? "interrupted" : "incomplete", 0.0);
    return result;
  }
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
    Mapping mapping(database, options, session, sample, *minimum, potential);
    // The sample's own minimum, at this strain, goes without a name: the plain command continues.
    const bool own = minimum->id == first->id && (options.from.empty() || all || minimum->id == *sample.minimum_id);
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
