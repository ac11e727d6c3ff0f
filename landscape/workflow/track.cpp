#include "landscape/workflow/track.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "landscape/workflow/barrier_path.hpp"
#include "landscape/workflow/ordered_work.hpp"
#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "md/core/units.hpp"

namespace landscape {

namespace {

using catastrophe::Track;
using catastrophe::TrackPoint;
using catastrophe::WindowEnd;
using nlohmann::json;

json describe(const catastrophe::TrackOptions& o, int prove) {
  json out = {{"plane", o.plane}, {"max_strain", o.max_strain}, {"first_step", o.first_step}, {"max_step", o.max_step},
          {"min_step", o.min_step}, {"fold_fraction", o.fold_fraction}, {"fold_resolution", o.fold_resolution},
          {"proof_resolution", o.proof_resolution},
          {"max_jump", o.max_jump}, {"derivative_tolerance", o.derivative_tolerance}, {"stress_tolerance", o.stress_tolerance},
          {"check_every", o.check_every},
          {"minimum_max_force", o.minimum.max_force}, {"saddle_max_force", o.saddle.max_force}};
  if (prove > 0) out["prove"] = prove;
  return out;
}

/// Strain of zero shear stress on the branch of the sample's minimum, by the secant rule; NaN where an event comes first.
double zero_stress_strain(md::AtomicSurface& surface, const md::Cell& cell, const Eigen::VectorXd& minimum, int plane) {
  md::QuasistaticShear aqs(surface, cell, 0.0, minimum, {.plane = plane});
  const auto stress = [&] { return md::shear_stress(aqs.state().stress, plane); };
  const auto go_to = [&](double strain) {
    while (std::abs(aqs.state().strain - strain) > 1e-12)
      if (aqs.advance(strain).outcome != md::ShearOutcome::Smooth) return false;
    return true;
  };
  constexpr double enough = 1e-5 / md::units::gpa_per_ev_a3;  // 1e-5 GPa is a strain of 1e-6
  double before = 0.0, stress_before = stress();
  if (std::abs(stress_before) < enough) return 0.0;
  double next = stress_before > 0.0 ? -1e-4 : 1e-4;
  for (int k = 0; k < 8; ++k) {
    if (!(std::abs(next) < 0.1) || !go_to(next)) return db::unknown;
    const double now = stress();
    if (std::abs(now) < enough) return next;
    const double slope = (now - stress_before) / (next - before);
    before = next;
    stress_before = now;
    next -= now / slope;
  }
  return db::unknown;
}

void fill_end(const catastrophe::Fold& fold, WindowEnd end, db::TrackRecord& t) {
  // γ_c belongs to the fold with the initial minimum, γ_r to that with the final one, wherever they lie.
  if (end == WindowEnd::Initial) {
    t.critical_strain = fold.best.strain;
    t.critical_strain_error = fold.best.error;
    t.amplitude_ev = fold.amplitude;
    t.amplitude_error_ev = fold.amplitude_error;
    t.exponent = fold.exponent;
    t.exponent_error = fold.exponent_error;
    t.critical_strain_from_barrier = fold.from_barrier.strain;
    t.critical_strain_from_barrier_error = fold.from_barrier.error;
    t.critical_strain_from_curvature = fold.from_curvature.strain;
    t.critical_strain_from_curvature_error = fold.from_curvature.error;
    t.critical_strain_from_stress = fold.from_stress.strain;
    t.critical_strain_from_stress_error = fold.from_stress.error;
  } else if (end == WindowEnd::Final) {
    t.reverse_strain = fold.best.strain;
    t.reverse_strain_error = fold.best.error;
    t.reverse_amplitude_ev = fold.amplitude;
    t.reverse_strain_from_barrier = fold.from_barrier.strain;
    t.reverse_strain_from_barrier_error = fold.from_barrier.error;
    t.reverse_strain_from_curvature = fold.from_curvature.strain;
    t.reverse_strain_from_curvature_error = fold.from_curvature.error;
    t.reverse_strain_from_stress = fold.from_stress.strain;
    t.reverse_strain_from_stress_error = fold.from_stress.error;
  }
}

/// @param start strain of the event: where both ends are folds of the same minimum, the nearer one counts.
db::TrackRecord track_record(const Track& track, double start, double zero_stress) {
  db::TrackRecord t;
  const bool low_is_nearer = start - track.lowest_reached < track.highest_reached - start;
  for (const bool low : {!low_is_nearer, low_is_nearer})
    fill_end(low ? track.low : track.high, low ? track.low_end : track.high_end, t);
  const auto edge = [](const catastrophe::Fold& fold, double reached) {
    return std::isfinite(fold.best.strain) ? fold.best.strain : reached;
  };
  t.window_low = edge(track.low, track.lowest_reached);
  t.window_high = edge(track.high, track.highest_reached);
  t.low_end = catastrophe::name(track.low_end);
  t.high_end = catastrophe::name(track.high_end);
  const auto at_zero = catastrophe::classify(track, 0.0);
  t.event_class = catastrophe::name(at_zero.event_class);
  t.event_class_reason = at_zero.reason;
  for (const std::string& text : {track.low_message, track.high_message})
    if (!text.empty() && text != "stopped") t.event_class_reason += "; " + text;
  t.zero_stress_strain = zero_stress;
  t.event_class_zero_stress = catastrophe::name(std::isfinite(zero_stress)
                                                    ? catastrophe::classify(track, zero_stress).event_class
                                                    : catastrophe::EventClass::Unresolved);
  t.force_calls = static_cast<double>(track.force_calls);
  return t;
}

db::TrackPointRecord point_record(const TrackPoint& p) {
  db::TrackPointRecord r;
  r.strain_xy = p.strain;
  r.barrier_ev = p.barrier();
  r.reverse_barrier_ev = p.reverse_barrier();
  r.curvature_ev_per_a2 = p.curvature;
  r.delta_stress_xy_gpa = (p.stress_saddle - p.stress_initial) * md::units::gpa_per_ev_a3;
  r.delta_stress_reverse_xy_gpa = (p.stress_saddle - p.stress_final) * md::units::gpa_per_ev_a3;
  r.initial_stress_xy_gpa = p.stress_initial * md::units::gpa_per_ev_a3;
  r.energy_initial_ev = p.energy_initial;
  r.force_calls = static_cast<double>(p.force_calls);
  r.which_initial = p.which_initial;
  r.which_final = p.which_final;
  return r;
}

/// [eV] Paths are asked for where both barriers are higher.
constexpr double least_barrier = 1e-3;

struct Path {
  double barrier_ev = db::unknown, reverse_barrier_ev = db::unknown;   ///< unknown: no path of one saddle
};

/// One event to follow: loaded by the writing thread, followed by a worker, stored by the writing thread.
struct Job {
  db::EventRecord event;
  catastrophe::TrackOptions options;
  md::Configuration configuration;   ///< of the initial minimum, at the event's strain
  TrackPoint start;
  Track track;
  int prove = 0;
  std::map<std::size_t, Path> paths;   ///< by point of the track
  double path_calls = 0.0;
};

/// Barriers of a path between the two minima of a point, found without its saddle.
void prove(Job& job, const std::shared_ptr<const md::Potential>& potential, const md::Cell& reference, const std::atomic<bool>& stop) {
  std::vector<std::size_t> eligible;
  for (std::size_t k = 0; k < job.track.points.size(); ++k)
    if (std::min(job.track.points[k].barrier(), job.track.points[k].reverse_barrier()) > least_barrier) eligible.push_back(k);
  const auto count = std::min(static_cast<std::size_t>(job.prove), eligible.size());
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t k = count == 1 ? eligible.front() : eligible[n * (eligible.size() - 1) / (count - 1)];
    const TrackPoint& p = job.track.points[k];
    const auto make = [&] {
      auto surface = std::make_unique<md::AtomicSurface>(potential, job.configuration);
      surface->set_cell(reference.deformed(md::simple_shear(p.strain, job.options.plane)));
      return surface;
    };
    BarrierPathOptions options;
    options.max_pieces = 2;              // with two it is known that the minima are not neighbors
    options.neb.max_iterations = 1500;   // typical paths take some hundreds
    const BarrierPath found = barrier_path(make, p.initial, p.final_minimum, options, [&](const neb::NebProgress&) {
      return stop ? md::Control::Stop : md::Control::Continue;
    });
    job.path_calls += found.force_calls;
    const PathPiece& top = found.pieces[found.highest];
    // More than one piece: the minima are no longer neighbors, whatever the barrier.
    if (found.pieces.size() != 1 || !top.converged()) job.paths[k] = {};
    else job.paths[k] = {top.barrier_ev, top.reverse_barrier_ev};
  }
}

Job load_job(db::Database& database, const db::EventRecord& event, const catastrophe::TrackOptions& options, int paths) {
  Job job;
  job.event = event;
  job.options = options;
  job.prove = paths;
  job.configuration = load_minimum(database, event.initial_minimum_id);
  const auto flat = [&](const md::Configuration& c) {
    Eigen::VectorXd x(3 * c.size());
    Eigen::Index k = 0;
    for (Eigen::Index i = 0; i < c.size(); ++i)
      if (c.is_free(i)) x.segment<3>(3 * k++) = c.positions.col(i);
    x.conservativeResize(3 * k);
    return x;
  };
  job.start.strain = event.strain_xy;
  job.start.initial = flat(job.configuration);
  job.start.saddle = flat(load_saddle(database, event.saddle_id));
  job.start.final_minimum = flat(load_minimum(database, event.final_minimum_id));
  const db::SaddleRecord saddle = database.saddle(event.saddle_id);
  if (saddle.mode_configuration_id) {
    md::Configuration mode = job.configuration;
    mode.positions = load_positions(database, *saddle.mode_configuration_id);
    job.start.mode = flat(mode);
  } else {
    job.start.mode = job.start.final_minimum - job.start.initial;
  }
  return job;
}

/// The saddles that maps of the sample found at strain 0.
class MappedSaddles {
 public:
  MappedSaddles(db::Database& database, const db::SampleRecord& sample, md::AtomicSurface surface)
      : database_(database), surface_(std::move(surface)) {
    for (const auto& event : database.events_of_sample(sample.id))
      if (event.origin == "map" && event.strain_xy == 0.0) saddles_.push_back({event.id, database.saddle(event.saddle_id)});
  }

  /// The mapped event whose saddle is that of `p`, which lies at strain 0.
  std::optional<db::Id> event_at(const TrackPoint& p) const {
    for (const auto& [event, saddle] : saddles_) {
      if (std::abs(saddle.energy_ev - p.energy_saddle) > same_energy) continue;
      const Eigen::VectorXd x = surface_.gather(load_positions(database_, saddle.configuration_id));
      if (md::largest_displacement(surface_, x, p.saddle) < same_place) return event;
    }
    return std::nullopt;
  }

 private:
  static constexpr double same_energy = 1e-4;  ///< [eV]
  static constexpr double same_place = 0.1;    ///< [Å]
  db::Database& database_;
  md::AtomicSurface surface_;
  std::vector<std::pair<db::Id, db::SaddleRecord>> saddles_;
};

/// A plastic event is known to fire within the bracket of its shear.
void hold_against_shear(db::Database& database, const db::EventRecord& event, Track& track) {
  if (!event.plastic_event_id) return;
  const db::PlasticEventRecord fired = database.plastic_event(*event.plastic_event_id);
  const bool up = fired.strain > fired.strain_lower;
  if ((up ? track.high_end : track.low_end) != WindowEnd::Initial) return;
  catastrophe::FoldEstimate& fold = (up ? track.high : track.low).best;
  catastrophe::hold_against(fold, fired.strain_lower, fired.strain, event.strain_xy);
  const double missed = catastrophe::missed_by(fold, fired.strain_lower, fired.strain);
  if (!(missed > 2.0 * fold.error)) return;
  std::string& why = up ? track.high_message : track.low_message;
  why += md::message(why.empty() ? "" : "; ", "the shear fired at ", fired.strain, ", ", missed, " from where this initial minimum vanishes");
}

void store(db::Database& database, Job& job, db::Id run_id, double zero_stress, const MappedSaddles& mapped) {
  hold_against_shear(database, job.event, job.track);
  db::TrackRecord record = track_record(job.track, job.start.strain, zero_stress);
  record.event_id = job.event.id;
  record.run_id = run_id;
  record.plane = plane_name(job.options.plane);
  record.options = record.options_key = describe(job.options, job.prove).dump();
  std::vector<db::TrackPointRecord> points;
  for (std::size_t k = 0; k < job.track.points.size(); ++k) {
    const TrackPoint& p = job.track.points[k];
    points.push_back(point_record(p));
    if (const auto path = job.paths.find(k); path != job.paths.end()) {
      points.back().path_asked = true;
      points.back().path_barrier_ev = path->second.barrier_ev;
      points.back().path_reverse_barrier_ev = path->second.reverse_barrier_ev;
    }
    if (p.strain == 0.0) record.event_at_zero_id = job.event.strain_xy == 0.0 ? job.event.id : mapped.event_at(p);
  }
  database.add_track(record, points);
}

}  // namespace

TrackReport track_events(db::Database& database, const TrackRequest& request, const Session& session) {
  request.options.validate();
  const db::SampleRecord sample = ready_sample(database, request.sample);
  const auto potential = sample_potential(database, sample);
  const md::Cell cell = sample_cell(sample);
  json described = describe(request.options, request.prove);
  described["sample"] = request.sample;
  if (request.from_shear) described["from_shear"] = request.shear ? json(*request.shear) : json("latest");
  if (!request.events.empty()) described["events"] = request.events;
  if (request.limit >= 0) described["limit"] = request.limit;
  TrackReport report;
  Run run(database, "track", described.dump(), session, sample.potential_id);
  double force_calls = 0.0;
  bool all_entered = true;

  std::vector<db::Id> ids = request.events;
  if (request.from_shear) {
    EnteredEvents entered = enter_plastic_events(database, sample, request.shear, request.limit, session, run.id());
    ids = std::move(entered.ids);
    report.notes = std::move(entered.notes);
    report.doubts = std::move(entered.doubts);
    force_calls = entered.force_calls;
    all_entered = entered.finished;
  } else if (ids.empty()) {
    for (const auto& event : database.events_of_sample(sample.id)) ids.push_back(event.id);
  }
  for (auto id = ids.begin(); id != ids.end();) id = std::find(ids.begin(), id, *id) == id ? id + 1 : ids.erase(id);  // named twice
  if (request.limit >= 0 && static_cast<std::int64_t>(ids.size()) > request.limit)
    ids.resize(static_cast<std::size_t>(request.limit));

  std::vector<Job> jobs;
  std::vector<std::pair<db::Id, std::string>> wanted;   // event and key of the options
  for (const db::Id id : ids) {
    const db::EventRecord event = database.event(id);
    if (event.sample_id != sample.id)
      throw db::Error(md::message("event ", event.id, " belongs to another sample than ", sample.name));
    catastrophe::TrackOptions options = request.options;
    if (event.strain_xy != 0.0 || event.origin == "shear") options.plane = plane_index(event.plane);  // a sheared state is sheared on as it was
    wanted.emplace_back(event.id, describe(options, request.prove).dump());
    if (!database.find_track(event.id, wanted.back().second)) jobs.push_back(load_job(database, event, options, request.prove));
  }

  const md::Configuration start = load_minimum(database, sample.minimum_id.value());
  std::array<std::optional<double>, 3> zero_stress;
  const auto zero_of = [&](int plane) {
    auto& strain = zero_stress[static_cast<std::size_t>(plane)];
    if (!strain) {
      md::AtomicSurface surface(potential, start);
      strain = zero_stress_strain(surface, cell, surface.gather(start.positions), plane);
    }
    return *strain;
  };
  const MappedSaddles mapped(database, sample, md::AtomicSurface(potential, start));
  std::atomic<std::int64_t> points = 0;
  const auto follow = [&](std::size_t k, const std::atomic<bool>& stop) {
    Job& job = jobs[k];
    md::AtomicSurface surface(potential, job.configuration);
    job.track = catastrophe::follow(surface, cell, job.start, job.options, [&](const TrackPoint&) {
      ++points;
      return stop ? md::Control::Stop : md::Control::Continue;
    });
    if (!stop) prove(job, potential, cell, stop);
  };
  const auto take = [&](std::size_t k) {
    Job& job = jobs[k];
    force_calls += static_cast<double>(job.track.force_calls) + job.path_calls;
    store(database, job, run.id(), zero_of(job.options.plane), mapped);
    job = {};
  };
  report.finished = in_order(jobs.size(), session, follow, take, [&] { return md::message(points.load(), " points"); }) && all_entered;
  for (const auto& [event, key] : wanted) {
    const auto track = database.find_track(event, key);
    if (!track) continue;  // stopped before it
    report.tracks.push_back(*track);
    report.points.push_back(database.points_of_track(track->id));
  }
  run.finish(report.finished ? "done" : "interrupted", force_calls);
  return report;
}

}  // namespace landscape
