#include "landscape/workflow/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "landscape/workflow/event_records.hpp"
#include "landscape/workflow/ordered_work.hpp"
#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "md/core/units.hpp"
#include "md/vibration/hessian.hpp"

namespace landscape {

namespace {

using catastrophe::BarrierPoint;
using catastrophe::Prediction;
using catastrophe::ShearedState;

/// A stationary point with its answer to shear, its stress corrected for the force that is left.
struct Answer {
  ShearedState state;
  double stress_correction = 0.0;   ///< V Δσ [eV] that the correction made
  double calls = 0.0;
  bool converged = false;
};

Answer answer_of(const std::shared_ptr<const md::Potential>& potential, const md::Configuration& c, int plane) {
  Answer out;
  md::AtomicSurface surface(potential, c);
  out.state.x = surface.gather(c.positions);
  Eigen::VectorXd gradient(out.state.x.size());
  out.state.energy = surface.evaluate(out.state.x, gradient);
  out.state.stress = md::shear_stress(surface.stress(), plane);
  const md::ShearResponse response = md::shear_response(md::Hessian(*potential, c), c, plane);
  out.converged = response.converged;
  out.state.velocity = response.velocity;
  out.state.stiffness = response.stiffness;
  // The stationary point lies at -H⁻¹ g from here, where V σ differs by Ξ·(-H⁻¹ g) = velocity·g.
  if (out.converged) {
    out.stress_correction = response.velocity.dot(gradient);
    out.state.stress += out.stress_correction / c.cell.volume();
  }
  out.calls = static_cast<double>(response.products) + 1.0;
  return out;
}

db::PredictionRecord record_of(const Prediction& p, std::size_t method, const BarrierPoint& point, double calls) {
  db::PredictionRecord r;
  r.method = prediction_methods[method];
  r.critical_strain = p.strain;
  r.critical_strain_error = p.error;
  r.exponent = p.exponent;
  r.slope_ev = point.slope;
  r.curvature_ev = point.curvature;
  r.force_calls = calls;
  return r;
}

/// One event to predict for: loaded by the writing thread, worked on by another, stored by the writing one.
struct Job {
  db::EventRecord event;
  md::Configuration saddle;
  Eigen::VectorXd mode;
  std::vector<db::PredictionRecord> out;
};

/// [eV] error of a barrier whose saddle was converged to 1e-4 eV/Å.
constexpr double barrier_error = 1e-6;

void predict(Job& job, const Answer& minimum, const std::shared_ptr<const md::Potential>& potential, const md::Cell& reference,
             const catastrophe::PredictOptions& options) {
  const Answer saddle = answer_of(potential, job.saddle, options.plane);
  const double volume = reference.volume();
  BarrierPoint here{job.event.strain_xy, saddle.state.energy - minimum.state.energy,
                    volume * (saddle.state.stress - minimum.state.stress)};
  const double error = std::abs(saddle.stress_correction) + std::abs(minimum.stress_correction);
  const Prediction first = is_coupled(here.barrier, here.slope) ? catastrophe::predict_first_order(here, barrier_error, error) : Prediction{};
  const double calls = saddle.calls;
  job.out.push_back(record_of(first, 0, here, calls));
  if (!saddle.converged || !minimum.converged) return;
  here.curvature = saddle.state.stiffness - minimum.state.stiffness;
  job.out.push_back(record_of(catastrophe::predict_power(here), 1, here, calls));
  const Prediction second = catastrophe::predict_second_order(here);
  job.out.push_back(record_of(second, 2, here, calls));
  if (!std::isfinite(first.strain)) return;
  const double distance = std::isfinite(second.strain) ? second.strain - here.strain : first.strain - here.strain;
  double step = std::copysign(std::min(options.fraction * std::abs(distance), options.longest_step), distance);
  md::AtomicSurface surface(potential, job.saddle);
  for (int attempt = 0; attempt < 3; ++attempt, step *= 0.5) {
    const auto nearer = catastrophe::barrier_ahead(surface, reference, here.strain, step, minimum.state, saddle.state, job.mode, options);
    if (!nearer) continue;
    job.out.push_back(record_of(catastrophe::predict_two_strains(here, *nearer), 3, here, calls + surface.work()));
    return;
  }
}

double median(std::vector<double> values) {
  if (values.empty()) return db::unknown;
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> out(values.size());
  for (std::size_t k = 0; k < order.size(); ++k) out[order[k]] = static_cast<double>(k);
  return out;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() < 3) return db::unknown;
  const Eigen::Map<const Eigen::ArrayXd> x(a.data(), static_cast<Eigen::Index>(a.size())), y(b.data(), static_cast<Eigen::Index>(b.size()));
  const Eigen::ArrayXd u = x - x.mean(), v = y - y.mean();
  return (u * v).sum() / std::sqrt(u.square().sum() * v.square().sum());
}

PredictionQuality quality_of(std::size_t method, const std::vector<EventPrediction>& events) {
  PredictionQuality q;
  q.method = prediction_methods[method];
  std::vector<double> errors, relative, foretold, tracked;
  double close = 0;
  for (const EventPrediction& e : events) {
    // The side foretold by the slope, where the track ended with this minimum.
    const auto& first = e.by_method[0];
    if (!e.track || !std::isfinite(e.track->critical_strain) || !first || !std::isfinite(first->critical_strain)) continue;
    const double fold = e.track->critical_strain - e.event.strain_xy;
    if (fold * (first->critical_strain - e.event.strain_xy) < 0.0) continue;
    ++q.events;
    if (!e.by_method[method] || !std::isfinite(e.by_method[method]->critical_strain)) continue;
    ++q.predicted;
    const double miss = std::abs(e.by_method[method]->critical_strain - e.track->critical_strain);
    errors.push_back(miss);
    relative.push_back(miss / std::abs(fold));
    if (relative.back() < 0.1) ++close;
    foretold.push_back(e.by_method[method]->critical_strain);
    tracked.push_back(e.track->critical_strain);
  }
  q.median_error = median(errors);
  q.median_relative_error = median(relative);
  if (q.predicted > 0) q.within_tenth = close / static_cast<double>(q.predicted);
  q.spearman = correlation(ranks(foretold), ranks(tracked));
  return q;
}

FirstEvent first_in(int sense, const std::string& plane, db::Database& database, db::Id sample_id, const std::vector<EventPrediction>& events) {
  FirstEvent out;
  out.sense = sense;
  for (std::size_t m = 0; m < prediction_methods.size(); ++m)
    for (const EventPrediction& e : events) {
      if (!e.by_method[m] || e.event.strain_xy != 0.0) continue;
      const double strain = e.by_method[m]->critical_strain;
      if (!(sense * strain > 0.0)) continue;
      if (out.foretold[m] && !(sense * strain < sense * out.foretold_strain[m])) continue;
      out.foretold[m] = e.event.id;
      out.foretold_strain[m] = strain;
    }
  const auto shears = database.shears_of_sample(sample_id);
  for (auto shear = shears.rbegin(); shear != shears.rend(); ++shear) {
    if (shear->ensemble_id || shear->plane != plane || !(sense * shear->to_strain > 0.0)) continue;
    const auto fired = database.plastic_events_of_shear(shear->id);
    if (fired.empty()) continue;
    out.fired_strain = fired.front().strain;
    if (fired.front().event_id)
      if (const auto track = database.newest_track(*fired.front().event_id, plane)) {
        out.followed = true;
        out.fired_event = track->event_at_zero_id;
      }
    break;
  }
  return out;
}

}  // namespace

PredictReport predict_events(db::Database& database, const PredictRequest& request, const Session& session) {
  request.options.validate();
  const db::SampleRecord sample = ready_sample(database, request.sample);
  const auto potential = sample_potential(database, sample);
  const md::Cell reference = sample_cell(sample);
  if (!reference.fully_periodic()) throw md::InputError(md::message("predict: sample ", sample.name, " is not periodic in all directions"));
  if (!request.stored_only && load_minimum(database, sample.minimum_id.value()).any_frozen())
    throw md::InputError(md::message("predict: sample ", sample.name, " has frozen atoms, expected none; --stored-only predicts from what is stored"));
  const int plane = request.options.plane;
  const std::string plane_text = plane_name(plane);
  PredictReport report;
  const nlohmann::json described = {{"sample", request.sample}, {"plane", plane_text}, {"fraction", request.options.fraction}, {"longest_step", request.options.longest_step},
                                    {"stored_only", request.stored_only}};
  Run run(database, "predict", described.dump(), session, sample.potential_id);

  std::map<db::Id, EventPrediction> wanted;
  for (const auto& event : database.events_of_sample(sample.id)) {
    const bool asked = request.events.empty() ? event.origin == "map" && event.strain_xy == 0.0
                                              : std::ranges::count(request.events, event.id) > 0;
    if (asked) wanted[event.id] = {event, {}, {}};
  }
  const auto in_another_plane = [&](const auto& entry) { return entry.second.event.strain_xy != 0.0 && entry.second.event.plane != plane_text; };
  for (const db::Id id : request.events)
    if (!wanted.contains(id)) throw db::Error(md::message("event ", database.event(id).id, " belongs to another sample than ", sample.name));
  report.in_other_planes = static_cast<int>(std::ranges::count_if(wanted, in_another_plane));
  if (report.in_other_planes > 0 && static_cast<std::size_t>(report.in_other_planes) == wanted.size())
    throw db::Error(md::message("event ", wanted.begin()->first, " lies at a strain in plane ", wanted.begin()->second.event.plane, ", expected ", plane_text));
  std::erase_if(wanted, in_another_plane);
  const auto known = [&] {
    for (const auto& p : database.predictions_of_sample(sample.id, plane_text))
      if (const auto e = wanted.find(p.event_id); e != wanted.end())
        for (std::size_t m = 0; m < prediction_methods.size(); ++m)
          if (p.method == prediction_methods[m]) e->second.by_method[m] = p;
  };
  known();

  // The minima first: many events leave the same one.
  std::vector<db::Id> minima, ids;
  for (const auto& [id, e] : wanted) {
    if (request.stored_only || e.by_method[0]) continue;
    ids.push_back(id);
    if (std::ranges::count(minima, e.event.initial_minimum_id) == 0) minima.push_back(e.event.initial_minimum_id);
  }
  std::vector<md::Configuration> starts;
  for (const db::Id id : minima) starts.push_back(load_minimum(database, id));
  std::vector<Answer> answers(minima.size());
  std::map<db::Id, const Answer*> of_minimum;
  double calls = 0.0;
  report.finished = in_order(
      minima.size(), session, [&](std::size_t k, const std::atomic<bool>&) { answers[k] = answer_of(potential, starts[k], plane); },
      [&](std::size_t k) {
        of_minimum[minima[k]] = &answers[k];
        calls += answers[k].calls;
      },
      [] { return std::string("minima"); });

  std::vector<Job> jobs;
  if (report.finished)
    for (const db::Id id : ids) {
      Job job;
      job.event = wanted[id].event;
      job.saddle = load_saddle(database, job.event.saddle_id);
      const auto record = database.saddle(job.event.saddle_id);
      const md::Matrix3Xd mode = record.mode_configuration_id
                                     ? load_positions(database, *record.mode_configuration_id)
                                     : md::Matrix3Xd(load_minimum(database, job.event.final_minimum_id).positions - job.saddle.positions);
      job.mode = md::AtomicSurface(potential, job.saddle).gather(mode);
      jobs.push_back(std::move(job));
    }
  const auto store = [&](std::size_t k) {
    db::Transaction transaction(database);
    for (db::PredictionRecord& p : jobs[k].out) {
      p.event_id = jobs[k].event.id;
      p.run_id = run.id();
      p.plane = plane_text;
      database.add_prediction(p);
    }
    transaction.commit();
    if (!jobs[k].out.empty()) calls += jobs[k].out.back().force_calls;
    jobs[k] = {};
  };
  if (report.finished)
    report.finished = in_order(
        jobs.size(), session,
        [&](std::size_t k, const std::atomic<bool>&) {
          predict(jobs[k], *of_minimum.at(jobs[k].event.initial_minimum_id), potential, reference, request.options);
        },
        store, [] { return std::string("events"); });
  known();
  const auto shear = static_cast<std::size_t>(5 - plane);  // xx yy zz yz xz xy
  for (auto& [id, e] : wanted) {
    if (request.stored_only && !e.by_method[0]) {
      const double stress = database.saddle(e.event.saddle_id).stress_gpa[shear] - database.minimum(e.event.initial_minimum_id).stress_gpa[shear];
      db::PredictionRecord stored;
      stored.event_id = id;
      stored.plane = plane_text;
      stored.method = prediction_methods[0];
      stored.critical_strain = predicted_critical_strain(e.event.strain_xy, e.event.barrier_ev, reference.volume(), stress);
      stored.slope_ev = reference.volume() * stress / md::units::gpa_per_ev_a3;
      e.by_method[0] = stored;
    }
    e.track = database.newest_track(id, plane_text);
    report.events.push_back(std::move(e));
  }
  for (std::size_t m = 0; m < prediction_methods.size(); ++m) report.quality.push_back(quality_of(m, report.events));
  for (const int sense : {1, -1}) report.first.push_back(first_in(sense, plane_text, database, sample.id, report.events));
  run.finish(report.finished ? "done" : "interrupted", calls);
  return report;
}

}  // namespace landscape
