#include "landscape/workflow/minimum_mapping.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <set>

#include "landscape/workflow/sample.hpp"
#include "md/core/error.hpp"

namespace landscape {
namespace {

constexpr double same_minimum_energy = 1e-4;   // [eV] configurations that differ by more are not compared
constexpr double least_barrier = 1e-6;         // [eV] what energies are good to at the force tolerance of a search
constexpr const char* recognized = "recognized";  // message of a search that ended at a saddle of an earlier batch

}  // namespace

MinimumMapping::MinimumMapping(db::Database& database, const MapOptions& options, const Session& session, const db::SampleRecord& sample,
                               const db::MinimumRecord& minimum, std::shared_ptr<const md::Potential> potential, Starts starts)
    : database_(database), options_(options), session_(session), sample_(sample), minimum_(minimum), potential_(std::move(potential)),
      configuration_(sample_configuration(database, sample, minimum.configuration_id, minimum.strain_xy, plane_index(minimum.plane))),
      reference_(reference_of(database, minimum.configuration_id)), surface_(potential_, configuration_), start_(surface_.gather(configuration_.positions)), starts_(std::move(starts)),
      state_(surface_, start_) {}

void MinimumMapping::load(const db::MappingRecord& record) {
  db::Transaction nothing_changes_meanwhile(database_);
  state_ = State(surface_, start_);
  mapping_ = record;
  uid_text_ = sample_uid_text(database_, sample_) + '|' + md::message(record.strain_xy, '|', record.seed, '|', record.options_key);
  for (const auto& other : database_.mappings_of_sample(sample_.id))
    if (other.initial_minimum_id == minimum_.id)
      for (const auto& search : database_.searches_of_mapping(other.id)) read(search, other.id == record.id);
  for (const auto& minimum : database_.minima_of_sample(sample_.id))
    if (minimum.strain_xy == minimum_.strain_xy && minimum.plane == minimum_.plane)
      state_.finals.push_back({minimum.id, minimum.configuration_id, minimum.energy_ev});
  state_.totals.events = static_cast<std::int64_t>(state_.times.size());
  state_.last_search = database_.last_search();
  nothing_changes_meanwhile.commit();
}

bool MinimumMapping::catch_up() {
  if (database_.last_search() == state_.last_search) return true;
  const std::int64_t searches = state_.totals.searches;
  load(mapping_);
  return state_.totals.searches == searches;
}

void MinimumMapping::read(db::SearchRecord search, bool own) {
  if (search.event_id)
    for (auto kept = state_.kept_of.find(*search.event_id); kept != state_.kept_of.end(); kept = state_.kept_of.find(*search.event_id))
      search.event_id = kept->second;
  const bool connected = search.outcome == art::name(art::Outcome::Connected) && search.saddle_id && search.event_id;
  if (own) count(search, connected);
  if (!search.saddle_id || search.message == recognized) return;
  if (!own && !connected) return;
  const Eigen::VectorXd x = coordinates(database_.saddle(*search.saddle_id).configuration_id);
  db::Id event = 0;
  if (connected) {
    auto events = events_at(x);
    events.push_back(*search.event_id);
    event = join(events);
  }
  state_.places.add(x);
  state_.known.push_back({own ? search.search_index : -1, *search.saddle_id, event});
}

std::vector<db::Id> MinimumMapping::events_at(const Eigen::VectorXd& x) const {
  std::set<db::Id> events;
  for (const std::size_t n : state_.places.within(x, options_.search.same))
    if (state_.known[n].event_id != 0) events.insert(state_.known[n].event_id);
  return {events.begin(), events.end()};
}

std::vector<std::int64_t> MinimumMapping::times_found() const {
  std::vector<std::int64_t> times;
  for (const auto& [event, count] : state_.times) times.push_back(count);
  return times;
}

std::vector<db::Id> MinimumMapping::events() const {
  std::vector<db::Id> ids;
  for (const auto& [event, count] : state_.times) ids.push_back(event);
  return ids;
}

std::vector<db::Id> MinimumMapping::saddles() const {
  std::vector<db::Id> ids;
  for (const auto& known : state_.known)
    if (known.search_index >= 0) ids.push_back(known.saddle_id);
  return ids;
}

FoundBySearch MinimumMapping::find(std::int64_t k) const {
  FoundBySearch found;
  const auto index = static_cast<std::uint64_t>(k);
  md::AtomicSurface surface(potential_, configuration_);
  found.start = starts_.pick(session_.seed, k);
  const Eigen::Vector3d center = configuration_.positions.col(starts_.atoms()[found.start]);
  std::vector<Eigen::Index> active;
  art::SearchContext context;
  // Only what earlier batches found, so that the threads' order does not matter.
  context.known = [this, k](const Eigen::VectorXd& x, double distance) -> std::optional<std::size_t> {
    for (const std::size_t n : state_.places.within(x, distance))
      if (state_.known[n].search_index >= 0 && state_.known[n].search_index < k / batch_size * batch_size) return n;
    return std::nullopt;
  };
  for (std::size_t b = 0; b < surface.free_atoms().size(); ++b) {
    const Eigen::Vector3d d = configuration_.positions.col(surface.free_atoms()[b]) - center;
    if (configuration_.cell.minimum_image(d).norm() < options_.search.radius) active.push_back(static_cast<Eigen::Index>(b));
  }
  md::CounterRng push_rng(session_.seed, md::Stream::Activation, index);
  const auto direction = art::random_push(surface, active, push_rng);
  found.search = art::search(surface, start_, direction, options_.search, context);
  const auto outcome = found.search.outcome;
  if (outcome == art::Outcome::Recognized) found.known_saddle_id = state_.known.at(found.search.known.value()).saddle_id;
  const double before = surface.work();
  if (outcome == art::Outcome::Connected || outcome == art::Outcome::Disconnected)
    found.saddle = stored_form(surface, found.search.saddle);
  if (outcome == art::Outcome::Connected) {
    found.far_side = stored_form(surface, found.search.far_side);
    found.mode = mode_on_atoms(surface, found.search.mode);
  }
  const double extra = surface.work() - before;
  for (double* stage : {&found.search.calls.push_over, &found.search.calls.minima, &found.search.calls.whole}) *stage += extra;
  return found;
}

/// What is stored of a state, which takes its place: identities are decided on what a later run reads.
Measured MinimumMapping::stored_form(md::AtomicSurface& surface, Eigen::VectorXd& x) const {
  Measured measured = measure(surface, x, &reference_);
  x = surface.gather(measured.positions);
  return measured;
}

std::vector<std::optional<FoundBySearch>> MinimumMapping::find_batch(std::int64_t begin, std::int64_t end) const {
  const auto count = static_cast<std::size_t>(end - begin);
  std::vector<std::optional<FoundBySearch>> results(count);
  std::vector<std::exception_ptr> errors(count);
#pragma omp parallel for schedule(dynamic) num_threads(session_.threads)
  for (std::size_t k = 0; k < count; ++k) {
    if (session_.stopped()) continue;
    try {
      results[k] = find(begin + static_cast<std::int64_t>(k));
    } catch (...) {
      errors[k] = std::current_exception();
    }
  }
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
  return results;
}

void MinimumMapping::enter(std::int64_t k, const FoundBySearch& found, db::Id run_id) {
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
    connected = enter_again(found.known_saddle_id, record);
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

void MinimumMapping::describe(MapResult& result) const {
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

Eigen::VectorXd MinimumMapping::coordinates(db::Id configuration_id) {
  return surface_.gather(load_positions(database_, configuration_id));
}

std::string MinimumMapping::uid(const char* what, std::int64_t k) const {
  return make_uid(uid_text_ + '|' + what + '|' + std::to_string(k));
}

void MinimumMapping::count(const db::SearchRecord& search, bool connected) {
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

db::MinimumRecord MinimumMapping::final_minimum(std::int64_t k, const FoundBySearch& found, db::Id run_id) {
  for (const auto& final : state_.finals)
    if (std::abs(final.energy - found.far_side.energy_ev) <= same_minimum_energy &&
        md::largest_displacement(surface_, coordinates(final.configuration_id), found.search.far_side) < options_.search.same)
      return database_.minimum(final.id);
  const auto record = store_minimum(database_, place(run_id), found.far_side, "map", uid("minimum", k));
  state_.finals.push_back({record.id, record.configuration_id, record.energy_ev});
  return record;
}

bool MinimumMapping::enter_again(db::Id saddle_id, db::SearchRecord& search) {
  const auto found = std::ranges::find(state_.known, saddle_id, &Known::saddle_id);
  LANDSCAPE_CHECK(found != state_.known.end());
  const Known& known = *found;
  search.outcome = art::name(known.event_id != 0 ? art::Outcome::Connected : art::Outcome::Disconnected);
  search.message = recognized;
  search.saddle_id = known.saddle_id;
  search.barrier_ev = database_.saddle(known.saddle_id).energy_ev - minimum_.energy_ev;
  if (known.event_id == 0) return false;
  database_.count_event_again(known.event_id, search.search_index);
  search.event_id = known.event_id;
  return true;
}

void MinimumMapping::enter_saddle(std::int64_t k, const FoundBySearch& found, bool connected, db::SearchRecord& search, db::Id run_id) {
  const auto saddle = store_saddle(database_, place(run_id), found.saddle, found.search.proof, found.mode, connected,
                                   measure_displacement(surface_, start_, found.search.saddle).center_atom, uid("saddle", k));
  search.saddle_id = saddle.id;
  if (connected) search.event_id = enter_event(k, found, saddle, run_id);
  state_.places.add(found.search.saddle);
  state_.known.push_back({k, saddle.id, search.event_id.value_or(0)});
}

db::Id MinimumMapping::enter_event(std::int64_t k, const FoundBySearch& found, const db::SaddleRecord& saddle, db::Id run_id) {
  const auto events = events_at(found.search.saddle);
  if (events.empty()) {
    db::EventRecord event = event_between(place(run_id), minimum_, saddle, final_minimum(k, found, run_id), surface_, start_,
                                          found.search.far_side);
    event.mapping_id = mapping_.id;
    event.first_search_index = k;
    event.uid = uid("event", k);
    return database_.add_event(event);
  }
  const db::Id kept = join(events);
  database_.count_event_again(kept, k);
  return kept;
}

db::Id MinimumMapping::join(const std::vector<db::Id>& events) {
  const db::Id kept = *std::ranges::min_element(events);
  for (const db::Id event : events)
    if (event != kept && !state_.kept_of.contains(event)) join_events(kept, event);
  return kept;
}

void MinimumMapping::join_events(db::Id kept, db::Id gone) {
  database_.merge_events(kept, gone);
  state_.kept_of[gone] = kept;
  for (auto& known : state_.known)
    if (known.event_id == gone) known.event_id = kept;
  for (auto& [saddle, event] : state_.connected_saddles)
    if (event == gone) event = kept;
  if (const auto times = state_.times.find(gone); times != state_.times.end()) {
    state_.times[kept] += times->second;
    state_.times.erase(gone);
  }
}

}  // namespace landscape
