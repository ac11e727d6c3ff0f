#include <cmath>

#include "art/search.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/track.hpp"
#include "md/core/error.hpp"
#include "md/core/units.hpp"

namespace landscape {

namespace {

struct Found {
  double strain = 0.0;
  Eigen::VectorXd initial;
  art::SearchResult search;
};

/// The saddle that the initial minimum merges with at `event.strain`, sought `back` before it.
std::optional<Found> seek(md::AtomicSurface& surface, const md::Cell& cell, const db::PlasticEventRecord& event, int plane,
                          double sign, const Eigen::VectorXd& before, const Eigen::VectorXd& after, double back,
                          std::string& why) {
  // Shear back along the branch; it must be smooth.
  md::QuasistaticOptions options{.plane = plane};
  md::QuasistaticShear aqs(surface, cell, event.strain_lower, before, options);
  Found found;
  found.strain = event.strain_lower - sign * back;
  while (std::abs(aqs.state().strain - found.strain) > 1e-13)
    if (aqs.advance(found.strain).outcome != md::ShearOutcome::Smooth) {
      why = "the initial minimum does not reach back smoothly";
      return std::nullopt;
    }
  found.initial = aqs.state().x;
  Eigen::VectorXd gradient(found.initial.size());
  surface.forget_history();
  md::MinimizeOptions tight{.max_force = 1e-6, .max_step = 0.05};
  if (!md::minimize(surface, found.initial, tight).converged()) {
    why = "the initial minimum does not converge";
    return std::nullopt;
  }
  surface.evaluate(found.initial, gradient);
  const Eigen::VectorXd jump = md::displacement(surface, before, after);
  const Eigen::MatrixXd none(found.initial.size(), 0);
  const md::LowestMode mode = md::lowest_mode(
      surface, found.initial, gradient, jump, {.max_vectors = 120, .delta = 0.01, .residual = 0.01, .difference = md::Difference::Central}, none);
  const Eigen::VectorXd direction = mode.vector.dot(jump) < 0.0 ? Eigen::VectorXd(-mode.vector) : mode.vector;
  art::SearchOptions search;
  search.activation_step = 0.1;
  search.relaxation_steps = 2;
  search.leave_curvature = -0.02;
  search.approach.max_force = 2e-6;
  search.approach.max_step = 0.05;
  search.minimum.max_force = 1e-6;
  found.search = art::search(surface, found.initial, direction, search);
  if (found.search.outcome != art::Outcome::Connected) {
    why = md::message("the search along the softest mode ended as ", art::name(found.search.outcome));
    return std::nullopt;
  }
  const double barrier = found.search.saddle_energy - found.search.near_energy;
  Eigen::VectorXd scratch(found.initial.size());
  surface.evaluate(found.search.saddle, scratch);
  const double saddle_stress = md::shear_stress(surface.stress(), plane);
  surface.evaluate(found.initial, scratch);
  const double slope = sign * cell.volume() * (saddle_stress - md::shear_stress(surface.stress(), plane));
  const double distance = -1.5 * barrier / slope;
  // The saddle of this instability is the one whose barrier vanishes there.
  if (!(slope < 0.0) || std::abs(distance - back) > 0.5 * back + 2.0 * std::abs(event.strain - event.strain_lower)) {
    why = md::message("the saddle found merges ", distance, " further on, expected ", back);
    return std::nullopt;
  }
  return found;
}

db::Id enter(db::Database& database, const db::SampleRecord& sample, db::PlasticEventRecord plastic, const std::string& plane_name,
             int plane, md::AtomicSurface& surface, const md::Cell& cell, const Found& found, db::Id run_id) {
  const std::string uid = make_uid(md::message("shear-event ", sample.name, " ", plastic.shear_id, " ", plastic.event_index));
  const auto minimum = [&](const Eigen::VectorXd& x, const char* role) {
    Eigen::VectorXd gradient(x.size());
    db::MinimumRecord m;
    m.sample_id = sample.id;
    m.run_id = run_id;
    m.strain_xy = found.strain;
    m.plane = plane_name;
    m.energy_ev = surface.evaluate(x, gradient);
    m.max_force_ev_per_a = md::max_norm(gradient, 3);
    m.stress_gpa = stress_gpa(surface.stress());
    m.configuration_id = database.add_configuration(encode_positions(surface.scatter(x)));
    m.origin = "shear";
    m.uid = make_uid(uid + role);
    m.id = database.add_minimum(m);
    return m;
  };
  const db::MinimumRecord initial = minimum(found.initial, "initial");
  const db::MinimumRecord final_minimum = minimum(found.search.far_side, "final");
  Eigen::VectorXd gradient(found.initial.size());
  db::SaddleRecord saddle;
  saddle.sample_id = sample.id;
  saddle.run_id = run_id;
  saddle.strain_xy = found.strain;
  saddle.plane = plane_name;
  saddle.energy_ev = surface.evaluate(found.search.saddle, gradient);
  saddle.max_force_ev_per_a = md::max_norm(gradient, 3);
  saddle.curvature_ev_per_a2 = found.search.proof.first;
  saddle.second_curvature_ev_per_a2 = found.search.proof.second;
  saddle.negative_eigenvalues = found.search.proof.negative_eigenvalues;
  saddle.proof = found.search.proof.method;
  saddle.stress_gpa = stress_gpa(surface.stress());
  const double stress = md::shear_stress(surface.stress(), plane);
  saddle.configuration_id = database.add_configuration(encode_positions(surface.scatter(found.search.saddle)));
  saddle.mode_configuration_id = database.add_configuration(encode_positions(
      Eigen::Map<const md::Matrix3Xd>(found.search.mode.data(), 3, found.search.mode.size() / 3)));
  saddle.connected = true;
  const Displacement moved = measure_displacement(surface, found.initial, found.search.far_side);
  saddle.center_atom = moved.center_atom;
  saddle.uid = make_uid(uid + "saddle");
  saddle.id = database.add_saddle(saddle);
  surface.evaluate(found.initial, gradient);
  db::EventRecord event;
  event.sample_id = sample.id;
  event.run_id = run_id;
  event.plastic_event_id = plastic.id;
  event.strain_xy = found.strain;
  event.plane = plane_name;
  event.initial_minimum_id = initial.id;
  event.saddle_id = saddle.id;
  event.final_minimum_id = final_minimum.id;
  event.barrier_ev = saddle.energy_ev - initial.energy_ev;
  event.reverse_barrier_ev = saddle.energy_ev - final_minimum.energy_ev;
  event.curvature_ev_per_a2 = saddle.curvature_ev_per_a2;
  event.delta_stress_xy_gpa = (stress - md::shear_stress(surface.stress(), plane)) * md::units::gpa_per_ev_a3;
  event.predicted_critical_strain = predicted_critical_strain(found.strain, event.barrier_ev, cell.volume(), event.delta_stress_xy_gpa);
  event.center_atom = moved.center_atom;
  event.max_displacement_a = moved.largest_a;
  event.participation_number = moved.participation_number;
  event.origin = "shear";
  event.uid = uid;
  event.id = database.add_event(event);
  plastic.event_id = event.id;
  database.update_plastic_event(plastic);
  return event.id;
}

}  // namespace

std::vector<db::Id> enter_plastic_events(db::Database& database, const db::SampleRecord& sample, std::int64_t limit,
                                         const Session& session, db::Id run_id, std::vector<std::string>& notes,
                                         double& force_calls) {
  const auto shears = database.shears_of_sample(sample.id);
  if (shears.empty())
    throw db::Error(md::message("track: sample ", sample.name, " has not been sheared, run 'landscape shear ", sample.name, "' first"));
  const db::ShearRecord shear = shears.back();
  const int plane = plane_index(shear.plane);
  const auto potential = sample_potential(database, sample);
  const md::Cell cell = sample_cell(sample);
  const double sign = shear.to_strain >= 0.0 ? 1.0 : -1.0;
  const auto events = database.plastic_events_of_shear(shear.id);
  std::vector<db::Id> ids;
  double earlier = -1e9;  // where the branch of the initial minimum begins
  for (std::size_t k = 0; k < events.size(); ++k) {
    if (session.stopped() || (limit >= 0 && static_cast<std::int64_t>(ids.size()) >= limit)) break;
    const db::PlasticEventRecord& event = events[k];
    const double room = sign * event.strain_lower - earlier;
    earlier = sign * event.strain;
    if (event.event_id) {
      ids.push_back(*event.event_id);
      continue;
    }
    session.report({static_cast<std::int64_t>(k), static_cast<std::int64_t>(events.size()), "entering plastic events"});
    const md::Configuration start = sample_configuration(database, sample, event.before_configuration_id.value(), event.strain_lower, plane);
    md::AtomicSurface surface(potential, start, {.threads = session.threads});
    const Eigen::VectorXd before = surface.gather(start.positions);
    const Eigen::VectorXd after = surface.gather(decode_positions(database.configuration(event.after_configuration_id.value())));
    std::string why = "the branch before it is too short";
    std::optional<Found> found;
    for (const double back : {1e-3, 4e-4, 2e-3, 1e-4}) {
      if (back > 0.8 * room) continue;
      found = seek(surface, cell, event, plane, sign, before, after, back, why);
      if (found) break;
    }
    force_calls += static_cast<double>(surface.calls());
    if (!found) {
      notes.push_back(md::message("plastic event at strain ", event.strain, " is not entered: ", why));
      continue;
    }
    surface.set_cell(cell.deformed(md::simple_shear(found->strain, plane)));
    db::Transaction transaction(database);
    ids.push_back(enter(database, sample, event, shear.plane, plane, surface, cell, *found, run_id));
    transaction.commit();
  }
  return ids;
}

}  // namespace landscape
