#include "landscape/workflow/mapping.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <nlohmann/json.hpp>

#include "landscape/workflow/event_clusters.hpp"
#include "landscape/workflow/event_records.hpp"
#include "landscape/workflow/sample.hpp"
#include "md/core/error.hpp"
#include "md/core/sha256.hpp"

namespace landscape {
namespace {

using nlohmann::json;

constexpr std::int64_t batch_size = 8;         // fixed: not the number of threads
constexpr std::int64_t default_events = 20;
constexpr std::int64_t searches_per_event = 50;  // a search for a given number of events gives up beyond this
constexpr double same_minimum_energy = 1e-4;   // [eV] configurations that differ by more are not compared
constexpr double least_barrier = 1e-6;         // [eV] what energies are good to at the force tolerance of a search
constexpr const char* recognized = "recognized";  // message of a search that ended at a saddle of an earlier batch

std::string options_text(const MapOptions& o) {
  const auto& s = o.search;
  return json{{"center_atoms", o.center_atoms},
              {"element", o.element},
              {"radius_a", s.radius},
              {"activation_step_a", s.activation_step},
              {"max_activation_steps", s.max_activation_steps},
              {"relaxation_steps", s.relaxation_steps},
              {"leave_curvature_ev_per_a2", s.leave_curvature},
              {"push_over_a", s.push_over},
              {"same_a", s.same},
              {"local_margin_a", s.local_margin},
              {"local_force", s.local_force},
              {"grow_force", s.grow_force},
              {"max_growth", s.max_growth},
              {"gave_way_a", s.gave_way},
              {"moved_a", s.moved},
              {"surely_other_a", s.surely_other},
              {"saddle_max_force", s.approach.max_force},
              {"saddle_max_iterations", s.approach.max_iterations},
              {"saddle_max_step", s.approach.max_step},
              {"saddle_max_energy", s.approach.max_energy},
              {"saddle_max_climb", s.approach.max_climb},
              {"recognize_a", s.recognize},
              {"minimum_max_force", s.minimum.max_force}}
      .dump();
}

/// What one search found, ready to be stored.
struct Found {
  art::SearchResult search;
  Eigen::Index center = 0;        ///< atom, 0-based
  Measured saddle, far_side;      ///< without positions unless found
  md::Matrix3Xd mode;
  double force_calls = 0.0;
  double extra_calls = 0.0;       ///< evaluations for the stored energies and stresses
};

/// One mapping: its fixed parts, and the state that grows with each search entered.
class Mapping {
 public:
  Mapping(db::Database& database, const MapOptions& options, const Session& session, const db::SampleRecord& sample,
          const db::MinimumRecord& minimum, std::shared_ptr<const md::Potential> potential)
      : database_(database), options_(options), session_(session), sample_(sample), minimum_(minimum),
        potential_(std::move(potential)),
        configuration_(sample_configuration(database, sample, minimum.configuration_id, minimum.strain_xy)),
        surface_(potential_, configuration_), start_(surface_.gather(configuration_.positions)),
        clusters_(surface_, options.search.same) {
    centers_ = possible_centers();
  }

  /// Reads what is stored, so that entering goes on after it.
  void load(const db::MappingRecord& record) {
    mapping_ = record;
    uid_text_ = sample_uid_text(database_, sample_) + '|' +
                md::message(record.strain_xy, '|', record.seed, '|', record.options_key);
    for (const auto& search : database_.searches_of_mapping(record.id)) {
      totals_.searches += 1;
      totals_.force_calls += search.force_calls;
      totals_.outcomes[search.outcome] += 1;
      const bool connected = search.outcome == art::name(art::Outcome::Connected) && search.saddle_id;
      totals_.connected += connected ? 1 : 0;
      if (!search.saddle_id || search.message == recognized) continue;
      const Eigen::VectorXd x = coordinates(database_.saddle(*search.saddle_id).configuration_id);
      known_.push_back({search.search_index, *search.saddle_id, connected ? *search.event_id : 0, x});
      if (!connected) continue;
      const auto numbered = clusters_.numbered();
      const auto touched = clusters_.add(x);
      event_of_cluster_[touched.empty() ? numbered : touched.front()] = *search.event_id;
      for (std::size_t k = 1; k < touched.size(); ++k) event_of_cluster_.erase(touched[k]);
    }
    for (const auto& event : database_.events_of_mapping(record.id)) remember_final(event.final_minimum_id);
    totals_.events = static_cast<std::int64_t>(event_of_cluster_.size());
    totals_.mapping_id = record.id;
  }

  const MapResult& totals() const { return totals_; }

  /// Search k, on a surface of its own. Thread-safe.
  Found find(std::int64_t k) const {
    Found found;
    const auto index = static_cast<std::uint64_t>(k);
    md::AtomicSurface surface(potential_, configuration_);
    md::CounterRng center_rng(session_.seed, md::Stream::CenterAtom, index);
    found.center = centers_[center_rng.below(centers_.size())];
    std::vector<Eigen::Index> active;
    art::SearchContext context;
    // Only what earlier batches found, so that the threads' order does not matter.
    for (const auto& one : known_)
      if (one.search_index < k / batch_size * batch_size) context.known.push_back(&one.x);
    for (std::size_t b = 0; b < surface.free_atoms().size(); ++b) {
      const Eigen::Vector3d d = configuration_.positions.col(surface.free_atoms()[b]) - configuration_.positions.col(found.center);
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
    found.extra_calls = static_cast<double>(surface.calls() - before);
    found.force_calls = found.search.calls.total() + found.extra_calls;
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
    record.center_atom = found.center + 1;
    record.outcome = art::name(s.outcome);
    record.message = s.message;
    record.calls_activation = s.calls.activation;
    record.calls_approach = s.calls.approach;
    record.calls_proof = s.calls.proof;
    record.calls_push_over = s.calls.push_over + found.extra_calls;
    record.force_calls = found.force_calls;
    bool connected = s.outcome == art::Outcome::Connected;
    if (s.outcome == art::Outcome::Recognized) {
      connected = enter_again(known_[*s.known], record);
    } else if (connected || s.outcome == art::Outcome::Disconnected) {
      record.barrier_ev = found.saddle.energy_ev - minimum_.energy_ev;
      if (connected && !(std::min(record.barrier_ev, found.saddle.energy_ev - found.far_side.energy_ev) > least_barrier)) {
        connected = false;  // too flat for its energies to say which way is up
        record.outcome = "barrier_too_small";
      } else {
        enter_saddle(k, found, connected, record, run_id);
      }
    }
    database_.add_search(record);
    totals_.searches += 1;
    totals_.force_calls += record.force_calls;
    totals_.outcomes[record.outcome] += 1;
    totals_.connected += connected ? 1 : 0;
    totals_.events = static_cast<std::int64_t>(event_of_cluster_.size());
  }

  double unseen() const {
    std::vector<std::int64_t> times;
    for (const auto& event : database_.events_of_mapping(mapping_.id)) times.push_back(event.times_found);
    return chao1_unseen(times);
  }

 private:
  struct Final {
    db::Id id;
    double energy;
    Eigen::VectorXd x;
  };
  struct Known {
    std::int64_t search_index;
    db::Id saddle_id, event_id;  ///< event 0: not connected
    Eigen::VectorXd x;
  };

  Place place(db::Id run_id) const { return {sample_.id, run_id, minimum_.strain_xy, minimum_.plane}; }

  std::vector<Eigen::Index> possible_centers() const {
    std::vector<Eigen::Index> centers;
    const auto n = configuration_.size();
    if (!options_.center_atoms.empty()) {
      for (const auto atom : options_.center_atoms) {
        if (atom < 1 || atom > n)
          throw md::InputError(md::message("--center: expected atoms from 1 to ", n, ", got ", atom));
        if (!configuration_.is_free(atom - 1)) throw md::InputError(md::message("--center: atom ", atom, " is frozen"));
        centers.push_back(atom - 1);
      }
    } else {
      for (Eigen::Index i = 0; i < n; ++i)
        if (configuration_.is_free(i) &&
            (options_.element.empty() || configuration_.species[static_cast<std::size_t>(i)] == options_.element))
          centers.push_back(i);
      if (centers.empty())
        throw md::InputError(md::message("--element: sample ", sample_.name, " has no free atom of ", options_.element));
    }
    return centers;
  }

  Eigen::VectorXd coordinates(db::Id configuration_id) {
    return surface_.gather(decode_positions(database_.configuration(configuration_id)));
  }

  std::string uid(const char* what, std::int64_t k) const { return make_uid(uid_text_ + '|' + what + '|' + std::to_string(k)); }

  void remember_final(db::Id minimum_id) {
    for (const auto& final : finals_)
      if (final.id == minimum_id) return;
    const auto record = database_.minimum(minimum_id);
    finals_.push_back({record.id, record.energy_ev, coordinates(record.configuration_id)});
  }

  /// The stored final minimum at the same place, or a new one.
  db::MinimumRecord final_minimum(std::int64_t k, const Found& found, db::Id run_id) {
    for (const auto& final : finals_)
      if (std::abs(final.energy - found.far_side.energy_ev) < same_minimum_energy &&
          md::largest_displacement(surface_, final.x, found.search.far_side) < options_.search.same)
        return database_.minimum(final.id);
    const auto record = store_minimum(database_, place(run_id), found.far_side, "map", uid("minimum", k));
    finals_.push_back({record.id, record.energy_ev, found.search.far_side});
    return record;
  }

  /// A saddle that an earlier batch found. @return whether it is connected.
  bool enter_again(const Known& known, db::SearchRecord& search) {
    search.outcome = art::name(known.event_id != 0 ? art::Outcome::Connected : art::Outcome::Disconnected);
    search.message = recognized;
    search.saddle_id = known.saddle_id;
    search.barrier_ev = database_.saddle(known.saddle_id).energy_ev - minimum_.energy_ev;
    if (known.event_id == 0) return false;
    database_.count_event_again(known.event_id);
    search.event_id = known.event_id;
    return true;
  }

  void enter_saddle(std::int64_t k, const Found& found, bool connected, db::SearchRecord& search, db::Id run_id) {
    const auto saddle = store_saddle(database_, place(run_id), found.saddle, found.search.proof, found.mode, connected,
                                     measure_displacement(surface_, start_, found.search.saddle).center_atom, uid("saddle", k));
    search.saddle_id = saddle.id;
    if (connected) search.event_id = enter_event(k, found, saddle, run_id);
    known_.push_back({k, saddle.id, search.event_id.value_or(0), found.search.saddle});
  }

  /// @return the event of the saddle, new or known.
  db::Id enter_event(std::int64_t k, const Found& found, const db::SaddleRecord& saddle, db::Id run_id) {
    const auto numbered = clusters_.numbered();
    const auto touched = clusters_.add(found.search.saddle);
    if (!touched.empty()) {
      const db::Id event = event_of_cluster_.at(touched.front());
      for (std::size_t t = 1; t < touched.size(); ++t) {
        const db::Id gone = event_of_cluster_.at(touched[t]);
        database_.merge_events(event, gone);
        event_of_cluster_.erase(touched[t]);
        for (auto& known : known_)
          if (known.event_id == gone) known.event_id = event;
      }
      database_.count_event_again(event);
      return event;
    }
    db::EventRecord event = event_between(place(run_id), minimum_, saddle, final_minimum(k, found, run_id), surface_, start_,
                                          found.search.far_side);
    event.mapping_id = mapping_.id;
    event.first_search_index = k;
    event.uid = uid("event", k);
    return event_of_cluster_[numbered] = database_.add_event(event);
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
  EventClusters clusters_;
  std::map<std::int64_t, db::Id> event_of_cluster_;
  std::vector<Final> finals_;
  std::vector<Known> known_;   ///< saddles with rows of their own, by search index
  std::vector<Eigen::Index> centers_;
  db::MappingRecord mapping_;
  std::string uid_text_;
  MapResult totals_;
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

void MapOptions::validate() const {
  if (searches && events) throw md::InputError("map: expected one of --searches and --events, got both");
  if (searches && *searches < 1) throw md::InputError(md::message("--searches: expected at least 1, got ", *searches));
  if (events && *events < 1) throw md::InputError(md::message("--events: expected at least 1, got ", *events));
  if (!(search.local_margin >= 0.0))
    throw md::InputError(md::message("--margin: expected a length of at least 0 Å, got ", search.local_margin));
  if (!std::isfinite(strain_xy) || std::abs(strain_xy) > 1.0)
    throw md::InputError(md::message("--strain: expected a number between -1 and 1, got ", strain_xy));
  if (!center_atoms.empty() && !element.empty())
    throw md::InputError("map: expected one of --center and --element, got both");
  search.validate();
}

double chao1_unseen(const std::vector<std::int64_t>& times_found) {
  const auto once = static_cast<double>(std::ranges::count(times_found, 1));
  const auto twice = static_cast<double>(std::ranges::count(times_found, 2));
  return once > 0.0 ? once * (once - 1.0) / (2.0 * (twice + 1.0)) : 0.0;
}

MapResult map_sample(db::Database& database, const MapOptions& options, const Session& session) {
  options.validate();
  const auto sample = ready_sample(database, options.sample);
  const auto potential = sample_potential(database, sample);
  const std::string text = options_text(options);
  Run run(database, "map", text, session, sample.potential_id);
  MapResult result;
  const auto minimum = minimum_at_strain(database, sample, options.strain_xy, run.id(), session);
  if (!minimum) {
    result.outcome = session.stopped() ? MapOutcome::Interrupted : MapOutcome::NotRelaxed;
    run.finish(session.stopped() ? "interrupted" : "incomplete", 0.0);
    return result;
  }
  Mapping mapping(database, options, session, sample, *minimum, potential);
  db::MappingRecord record;
  record.sample_id = sample.id;
  record.run_id = run.id();
  record.strain_xy = options.strain_xy;
  record.options = text;
  record.seed = static_cast<std::int64_t>(session.seed);
  record.options_key = md::sha256(text).substr(0, 16);
  record.initial_minimum_id = minimum->id;
  record.id = database.ensure_mapping(record);
  mapping.load(record);
  const double calls_before = mapping.totals().force_calls;

  const bool by_events = !options.searches;
  const std::int64_t wanted = options.events.value_or(default_events);
  const std::int64_t limit = by_events ? searches_per_event * wanted : *options.searches;
  const auto reached = [&] {
    const auto& t = mapping.totals();
    return t.searches >= limit || (by_events && t.events >= wanted);
  };
  bool interrupted = false;
  while (!reached() && !interrupted) {
    const std::int64_t begin = mapping.totals().searches;
    const std::int64_t end = std::min((begin / batch_size + 1) * batch_size, limit);
    session.report({by_events ? mapping.totals().events : begin, by_events ? wanted : limit,
                    md::message(begin, " searches, ", mapping.totals().events, " events")});
    const auto found = run_batch(mapping, begin, end, session);
    db::Transaction transaction(database);
    std::int64_t k = begin;
    for (const auto& one : found) {
      if (!one) interrupted = true;  // later ones are done again, so that there are no gaps
      if (!one || reached()) break;
      mapping.enter(k++, *one, run.id());
    }
    transaction.commit();
  }
  result = mapping.totals();
  result.unseen_estimate = mapping.unseen();
  if (by_events && result.events < wanted) result.outcome = MapOutcome::CapReached;
  if (!reached()) result.outcome = MapOutcome::Interrupted;
  const char* status = "done";
  if (result.outcome == MapOutcome::Interrupted) status = "interrupted";
  if (result.outcome == MapOutcome::CapReached) status = "incomplete";
  run.finish(status, result.force_calls - calls_before);
  return result;
}

}  // namespace landscape
