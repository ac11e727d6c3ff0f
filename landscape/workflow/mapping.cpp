#include "landscape/workflow/mapping.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <nlohmann/json.hpp>

#include "landscape/workflow/event_clusters.hpp"
#include "landscape/workflow/records.hpp"
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
constexpr double shear_step = 1e-3;

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
              {"saddle_max_force", s.approach.max_force},
              {"saddle_max_iterations", s.approach.max_iterations},
              {"saddle_max_step", s.approach.max_step},
              {"saddle_max_energy", s.approach.max_energy},
              {"minimum_max_force", s.minimum.max_force}}
      .dump();
}

/// What one search found, ready to be stored.
struct Found {
  art::SearchResult search;
  Eigen::Index center = 0;        ///< atom, 0-based
  md::Matrix3Xd saddle, mode, far_side;
  double saddle_energy = db::unknown, far_energy = db::unknown;
  double saddle_force = db::unknown, far_force = db::unknown;
  db::Stress saddle_stress = db::unknown_stress, far_stress = db::unknown_stress;
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
    std::map<db::Id, std::int64_t> cluster_of_event;
    for (const auto& search : database_.searches_of_mapping(record.id)) {
      totals_.searches += 1;
      totals_.force_calls += search.force_calls;
      totals_.outcomes[search.outcome] += 1;
      if (search.outcome != art::name(art::Outcome::Connected) || !search.saddle_id) continue;
      totals_.connected += 1;
      const auto saddle = database_.saddle(*search.saddle_id);
      const auto numbered = clusters_.numbered();
      const auto touched = clusters_.add(coordinates(saddle.configuration_id));
      if (touched.empty()) event_of_cluster_[numbered] = *search.event_id;
      else event_of_cluster_[touched.front()] = *search.event_id;
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
    for (std::size_t b = 0; b < surface.free_atoms().size(); ++b) {
      const Eigen::Vector3d d = configuration_.positions.col(surface.free_atoms()[b]) - configuration_.positions.col(found.center);
      if (configuration_.cell.minimum_image(d).norm() < options_.search.radius) active.push_back(static_cast<Eigen::Index>(b));
    }
    md::CounterRng push_rng(session_.seed, md::Stream::Activation, index);
    const auto direction = art::random_push(surface, active, push_rng);
    found.search = art::search(surface, start_, direction, options_.search);
    const auto outcome = found.search.outcome;
    const auto before = surface.calls();
    if (outcome == art::Outcome::Connected || outcome == art::Outcome::Disconnected)
      measure(surface, found.search.saddle, found.saddle, found.saddle_energy, found.saddle_force, found.saddle_stress);
    if (outcome == art::Outcome::Connected) {
      measure(surface, found.search.far_side, found.far_side, found.far_energy, found.far_force, found.far_stress);
      // The mode as a configuration: zero on frozen atoms.
      found.mode = md::Matrix3Xd::Zero(3, configuration_.size());
      for (std::size_t b = 0; b < surface.free_atoms().size(); ++b)
        found.mode.col(surface.free_atoms()[b]) = found.search.mode.segment<3>(3 * static_cast<Eigen::Index>(b));
    }
    found.extra_calls = static_cast<double>(surface.calls() - before);
    found.force_calls = static_cast<double>(found.search.calls.total()) + found.extra_calls;
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
    record.calls_activation = static_cast<double>(s.calls.activation);
    record.calls_approach = static_cast<double>(s.calls.approach);
    record.calls_proof = static_cast<double>(s.calls.proof);
    record.calls_push_over = static_cast<double>(s.calls.push_over) + found.extra_calls;
    record.force_calls = found.force_calls;
    const bool saddle = found.saddle.size() > 0;
    bool connected = s.outcome == art::Outcome::Connected;
    if (saddle) record.barrier_ev = found.saddle_energy - minimum_.energy_ev;
    if (connected && !(std::min(record.barrier_ev, found.saddle_energy - found.far_energy) > least_barrier)) {
      connected = false;  // too flat for its energies to say which way is up
      record.outcome = "barrier_too_small";
    }
    if (connected) enter_event(k, found, record, run_id);
    else if (s.outcome == art::Outcome::Disconnected) record.saddle_id = store_saddle(k, found, run_id, false);
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

  static void measure(md::AtomicSurface& surface, const Eigen::VectorXd& x, md::Matrix3Xd& positions, double& energy,
                      double& force, db::Stress& stress) {
    Eigen::VectorXd gradient(surface.dof());
    surface.forget_history();
    energy = surface.evaluate(x, gradient);
    force = md::max_norm(gradient, 3);
    stress = stress_gpa(surface.stress());
    positions = surface.scatter(x);
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

  db::Id store_saddle(std::int64_t k, const Found& found, db::Id run_id, bool connected) {
    db::SaddleRecord record;
    record.sample_id = sample_.id;
    record.run_id = run_id;
    record.strain_xy = minimum_.strain_xy;
    record.energy_ev = found.saddle_energy;
    record.max_force_ev_per_a = found.saddle_force;
    record.curvature_ev_per_a2 = found.search.proof.first;
    record.second_curvature_ev_per_a2 = found.search.proof.second;
    record.negative_eigenvalues = found.search.proof.negative_eigenvalues;
    record.proof = found.search.proof.method;
    record.stress_gpa = found.saddle_stress;
    record.configuration_id = database_.add_configuration(encode_positions(found.saddle));
    if (found.mode.size() > 0) record.mode_configuration_id = database_.add_configuration(encode_positions(found.mode));
    record.connected = connected;
    record.center_atom = measure_displacement(surface_, start_, found.search.saddle).center_atom;
    record.uid = uid("saddle", k);
    return database_.add_saddle(record);
  }

  /// The stored final minimum at the same place, or a new one.
  db::Id final_minimum(std::int64_t k, const Found& found, db::Id run_id) {
    for (const auto& final : finals_)
      if (std::abs(final.energy - found.far_energy) < same_minimum_energy &&
          md::largest_displacement(surface_, final.x, found.search.far_side) < options_.search.same)
        return final.id;
    db::MinimumRecord record;
    record.sample_id = sample_.id;
    record.run_id = run_id;
    record.strain_xy = minimum_.strain_xy;
    record.energy_ev = found.far_energy;
    record.max_force_ev_per_a = found.far_force;
    record.stress_gpa = found.far_stress;
    record.configuration_id = database_.add_configuration(encode_positions(found.far_side));
    record.origin = "map";
    record.uid = uid("minimum", k);
    const db::Id id = database_.add_minimum(record);
    finals_.push_back({id, found.far_energy, found.search.far_side});
    return id;
  }

  void enter_event(std::int64_t k, const Found& found, db::SearchRecord& search, db::Id run_id) {
    search.saddle_id = store_saddle(k, found, run_id, true);
    const auto numbered = clusters_.numbered();
    const auto touched = clusters_.add(found.search.saddle);
    if (!touched.empty()) {
      const db::Id event = event_of_cluster_.at(touched.front());
      for (std::size_t t = 1; t < touched.size(); ++t) {
        database_.merge_events(event, event_of_cluster_.at(touched[t]));
        event_of_cluster_.erase(touched[t]);
      }
      database_.count_event_again(event);
      search.event_id = event;
      return;
    }
    db::EventRecord event;
    event.sample_id = sample_.id;
    event.run_id = run_id;
    event.mapping_id = mapping_.id;
    event.strain_xy = minimum_.strain_xy;
    event.initial_minimum_id = minimum_.id;
    event.saddle_id = *search.saddle_id;
    event.final_minimum_id = final_minimum(k, found, run_id);
    event.barrier_ev = found.saddle_energy - minimum_.energy_ev;
    event.reverse_barrier_ev = found.saddle_energy - database_.minimum(event.final_minimum_id).energy_ev;
    event.curvature_ev_per_a2 = found.search.proof.first;
    event.delta_stress_xy_gpa = found.saddle_stress[5] - minimum_.stress_gpa[5];
    if (configuration_.cell.fully_periodic())
      event.predicted_critical_strain = predicted_critical_strain(minimum_.strain_xy, event.barrier_ev,
                                                                  configuration_.cell.volume(), event.delta_stress_xy_gpa);
    const auto moved = measure_displacement(surface_, start_, found.search.far_side);
    event.center_atom = moved.center_atom;
    event.max_displacement_a = moved.largest_a;
    event.participation_number = moved.participation_number;
    event.first_search_index = k;
    event.uid = uid("event", k);
    search.event_id = database_.add_event(event);
    event_of_cluster_[numbered] = *search.event_id;
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

std::optional<db::MinimumRecord> minimum_at_strain(db::Database& database, const db::SampleRecord& sample,
                                                   double strain_xy, db::Id run_id, const Session& session) {
  if (strain_xy == 0.0) return database.minimum(*sample.minimum_id);
  const std::string uid = make_uid(sample_uid_text(database, sample) + md::message("/sheared/", strain_xy));
  if (auto known = database.find_minimum_by_uid(uid)) return known;
  const md::Cell reference = sample_cell(sample);
  if (!reference.fully_periodic())
    throw md::InputError(md::message("--strain: sample ", sample.name, " is not periodic in all directions"));
  md::Configuration configuration = load_minimum(database, *sample.minimum_id);
  md::AtomicSurface surface(sample_potential(database, sample), configuration, {.threads = session.threads});
  Eigen::VectorXd x = surface.gather(configuration.positions);
  const auto steps = static_cast<std::int64_t>(std::ceil(std::abs(strain_xy) / shear_step - 1e-9));
  double strain = 0.0;
  md::MinimizeResult relaxed;
  for (std::int64_t k = 1; k <= steps; ++k) {
    if (session.stopped()) return std::nullopt;
    const double next = k == steps ? strain_xy : strain_xy * static_cast<double>(k) / static_cast<double>(steps);
    surface.deform(md::simple_shear(next - strain), x);
    surface.set_cell(reference.deformed(md::simple_shear(next)));  // no rounding piles up
    surface.forget_history();
    relaxed = md::minimize(surface, x, {.max_force = sample_max_force, .max_step = 0.05});
    if (!relaxed.converged()) return std::nullopt;
    strain = next;
    session.report({k, steps, md::message("shearing to ", strain_xy)});
  }
  Eigen::VectorXd gradient(surface.dof());
  surface.forget_history();
  db::MinimumRecord record;
  record.sample_id = sample.id;
  record.run_id = run_id;
  record.strain_xy = strain_xy;
  record.energy_ev = surface.evaluate(x, gradient);
  record.max_force_ev_per_a = md::max_norm(gradient, 3);
  record.stress_gpa = stress_gpa(surface.stress());
  record.origin = "shear";
  record.uid = uid;
  db::Transaction transaction(database);
  record.configuration_id = database.add_configuration(encode_positions(surface.scatter(x)));
  record.id = database.add_minimum(record);
  transaction.commit();
  return record;
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
