#include <algorithm>
#include <array>
#include <cmath>

#include "art/search.hpp"
#include "art/valley.hpp"
#include "landscape/workflow/event_records.hpp"
#include "landscape/workflow/sample.hpp"
#include "landscape/workflow/track.hpp"
#include "md/core/error.hpp"

namespace landscape {

namespace {

/// [Å] Where a potential's force jumps at its cutoff (kob-andersen), pairs that cross it look like events of 1e-4 eV in which nothing
/// moves: 21 of 23 in one shear moved no atom by 0.006 Å.
constexpr double kink_displacement = 0.01;

/// Strain before an event at which its saddle and its initial minimum are alone with each other.
constexpr double near_the_fold = 1e-4;

struct Found {
  double strain = 0.0;
  Eigen::VectorXd initial;
  art::SearchResult search;
};

/// A plastic event with the states around it.
struct Instability {
  const md::Cell& cell;                   ///< at strain 0
  const db::PlasticEventRecord& event;
  int plane;
  double sign;                            ///< of the shear
  Eigen::VectorXd before, after;          ///< [Å]
  double bracket() const { return std::abs(event.strain - event.strain_lower); }
};

/// Whether a saddle is the one that merges with the initial minimum at the event, `back` further on; `why` not.
bool merges_there(md::AtomicSurface& surface, const Instability& there, double back, const Eigen::VectorXd& initial,
                  const Eigen::VectorXd& saddle, std::string& why) {
  Eigen::VectorXd scratch(initial.size());
  const double saddle_energy = surface.evaluate(saddle, scratch), saddle_stress = md::shear_stress(surface.stress(), there.plane);
  const double barrier = saddle_energy - surface.evaluate(initial, scratch);
  const double slope = there.sign * there.cell.volume() * (saddle_stress - md::shear_stress(surface.stress(), there.plane));
  const double distance = -1.5 * barrier / slope;
  // The saddle of this instability is the one whose barrier vanishes there. The law holds to some 6 % of what is left below 0.001, to 8 % up to
  // 0.003 (docs/events_study.md); a saddle that is 30 % off has been that of the next event.
  if (!(slope < 0.0) || std::abs(distance - back) > (back > 1e-3 ? 0.15 : 0.25) * back + 2.0 * there.bracket()) {
    why = md::message("the saddle found merges ", distance, " further on, expected ", back);
    return false;
  }
  return true;
}

/// The minimum before the event, sheared back along its branch to `back` before it; none where that is not smooth.
std::optional<Eigen::VectorXd> minimum_before(md::AtomicSurface& surface, const Instability& there, double back, std::string& why) {
  md::QuasistaticShear aqs(surface, there.cell, there.event.strain_lower, there.before, {.plane = there.plane});
  const double strain = there.event.strain_lower - there.sign * back;
  while (std::abs(aqs.state().strain - strain) > 1e-13)
    if (aqs.advance(strain).outcome != md::ShearOutcome::Smooth) {
      why = "the initial minimum does not reach back smoothly";
      return std::nullopt;
    }
  Eigen::VectorXd x = aqs.state().x;
  surface.forget_history();
  if (!md::minimize(surface, x, {.max_force = 1e-6, .max_step = 0.05}).converged()) {
    why = "the initial minimum does not converge";
    return std::nullopt;
  }
  return x;
}

/// What a search found, if it is the saddle of the event.
bool belongs(md::AtomicSurface& surface, const Instability& there, double back, const Found& found, std::string& why) {
  if (found.search.outcome == art::Outcome::Connected)
    return merges_there(surface, there, back, found.initial, found.search.saddle, why);
  why = md::message("the search for its saddle ended as ", art::name(found.search.outcome));
  return false;
}

/// Of a saddle next to its minimum.
art::SearchOptions near_search() {
  art::SearchOptions search;
  search.approach.max_force = 2e-6;
  search.approach.max_step = 0.05;
  search.minimum.max_force = search.coarse_force = 1e-6;
  return search;
}

/// Of one that is as soft as the modes beside it, too.
art::SearchOptions soft_search() {
  art::SearchOptions search = near_search();
  search.approach.lanczos = {.max_vectors = 200, .delta = 0.01, .residual = 1e-3, .difference = md::Difference::Central};
  return search;
}

/// Whether the saddle merges with the initial minimum itself: 1e-4 before the event it still lies where the square root law has it, and leads there.
bool joins(md::AtomicSurface& surface, const Instability& there, double back, const Found& found, std::string& why) {
  const double nearer = near_the_fold;
  try {
    const std::optional<Eigen::VectorXd> initial = minimum_before(surface, there, nearer, why);
    if (!initial) return false;
    const Eigen::Matrix3d f = md::simple_shear(there.sign * (back - nearer), there.plane);
    const Eigen::VectorXd way = md::displacement(surface, md::deformed(f, found.initial), md::deformed(f, found.search.saddle));
    Found closer{there.event.strain_lower - there.sign * nearer, *initial, {}};
    closer.search = art::search_from_guess(surface, *initial, *initial + std::sqrt(nearer / back) * way, way, soft_search());
    if (!belongs(surface, there, nearer, closer, why)) return false;
    // Of 31 events in four shears whose tracks ended at their folds the cosine was 0.988 and more, the ratio 0.6 to 1.2; of the five others two searches
    // lost their mode, two cosines were below 0.94 and one ratio 0.3.
    const Eigen::VectorXd now = md::displacement(surface, *initial, closer.search.saddle);
    const double cosine = now.dot(way) / (now.norm() * way.norm()), ratio = now.norm() / (std::sqrt(nearer / back) * way.norm());
    if (cosine > 0.98 && ratio > 0.5 && ratio < 2.0) return true;
    why = md::message("the saddle found is another ", nearer, " before the event");
    return false;
  } catch (const md::InputError& error) {
    why = error.what();
    return false;
  }
}

/// Whether the saddle is still that of the event at a quarter of the way that was left. Another one may be as far from its fold by chance.
bool stays(md::AtomicSurface& surface, const Instability& there, double back, const Found& found, std::string& why) {
  const double nearer = 0.25 * back;
  try {
    const std::optional<Eigen::VectorXd> initial = minimum_before(surface, there, nearer, why);
    if (!initial) return false;
    // At ε before the fold the minimum lies at x_c - c √ε and the saddle at x_c + c √ε.
    const Eigen::Matrix3d f = md::simple_shear(there.sign * (back - nearer), there.plane);
    const Eigen::VectorXd way = md::displacement(surface, md::deformed(f, found.initial), md::deformed(f, found.search.saddle));
    const Eigen::VectorXd guess = *initial + 0.5 * way;
    Eigen::VectorXd gradient(guess.size());
    const double energy = surface.evaluate(*initial, gradient);
    const art::ApproachResult saddle =
        art::approach_saddle(surface, guess, way.normalized(), energy, {.max_force = 2e-6, .max_iterations = 200, .max_step = 0.05});
    if (saddle.status == art::ApproachStatus::Converged) return merges_there(surface, there, nearer, *initial, saddle.x, why);
    why = md::message("the saddle found does not reach ", nearer, " before the event");
  } catch (const md::InputError& error) {
    why = error.what();  // atoms closer than the potential allows
  }
  return false;
}

/// The saddle of the event along the way that its minimum itself takes there, all else relaxed: where climbs go astray, several modes being as soft.
/// @param way from the minimum to where it is next to the event [Å]. @param to_saddle how far the square root law has it [Å].
bool climb_valley(md::AtomicSurface& surface, const Instability& there, double back, const Eigen::VectorXd& way, double to_saddle, Found& found,
                  std::string& why) try {
  surface.forget_history();
  const auto top = art::valley_top(surface, found.initial, way, {.step = 0.2 * to_saddle, .max_force = 2e-6});
  if (!top) {
    why = "the valley that its initial minimum moves along has no top";
    return false;
  }
  found.search = art::search_from_guess(surface, found.initial, *top, way, soft_search());
  return belongs(surface, there, back, found, why);
} catch (const md::InputError& error) {
  why = error.what();  // atoms closer than the potential allows
  return false;
}

/// The saddle that the initial minimum merges with at `event.strain`, sought `back` before it.
std::optional<Found> seek(md::AtomicSurface& surface, const Instability& there, double back, std::string& why) {
  const int plane = there.plane;
  Found found;
  found.strain = there.event.strain_lower - there.sign * back;
  std::optional<Eigen::VectorXd> initial = minimum_before(surface, there, back, why);
  if (!initial) return std::nullopt;
  found.initial = std::move(*initial);
  Eigen::VectorXd gradient(found.initial.size());
  art::SearchOptions search = near_search();
  search.activation_step = back > 5e-4 ? 0.1 : 0.03;  // the saddle is nearer
  search.relaxation_steps = 2;
  search.leave_curvature = -0.02;
  // At ε before the fold the minimum lies at x_c - c √ε and the saddle at x_c + c √ε; `before` is a minimum nearly there.
  const double root = std::sqrt(back), last = std::sqrt(0.5 * there.bracket());
  const Eigen::VectorXd nearly = md::deformed(md::simple_shear(-there.sign * back, plane), there.before);
  const Eigen::VectorXd way = md::displacement(surface, found.initial, nearly);
  const bool tells = root > 1.5 * last;  // of a wider bracket the state before says too little
  if (tells) {
    found.search = art::search_from_guess(surface, found.initial, nearly + way * ((root + last) / (root - last)), way, search);
    if (belongs(surface, there, back, found, why)) return found;
  }
  surface.evaluate(found.initial, gradient);
  const Eigen::VectorXd jump = md::displacement(surface, there.before, there.after);
  const Eigen::MatrixXd none(found.initial.size(), 0);
  const md::LowestMode mode = md::lowest_mode(
      surface, found.initial, gradient, jump, {.max_vectors = 120, .delta = 0.01, .residual = 0.01, .difference = md::Difference::Central}, none);
  const Eigen::VectorXd direction = mode.vector.dot(jump) < 0.0 ? Eigen::VectorXd(-mode.vector) : mode.vector;
  // Near a fold the saddle is as soft as the minimum; at a force kink of the tables even softer.
  if (mode.curvature > 0.0) search.leave_curvature = -std::min(0.02, 0.5 * mode.curvature);
  for (int attempt = 0; attempt < 2; ++attempt) {
    found.search = art::search(surface, found.initial, direction, search);
    if (belongs(surface, there, back, found, why)) return found;
    search.activation_step *= 0.3;
    search.leave_curvature *= 0.1;
  }
  if (tells && climb_valley(surface, there, back, way, 2.0 * way.norm() * root / (root - last), found, why)) return found;
  return std::nullopt;
}

db::Id enter(db::Database& database, const Place& place, db::PlasticEventRecord plastic, const std::string& shear_text,
             md::AtomicSurface& surface, const Found& found) {
  const std::string uid = make_uid(md::message("shear-event ", shear_text, " ", plastic.event_index));
  const auto initial = store_minimum(database, place, measure(surface, found.initial), "shear", make_uid(uid + "initial"));
  const auto final_minimum =
      store_minimum(database, place, measure(surface, found.search.far_side), "shear", make_uid(uid + "final"));
  const Displacement moved = measure_displacement(surface, found.initial, found.search.far_side);
  const auto saddle = store_saddle(database, place, measure(surface, found.search.saddle), found.search.proof,
                                   mode_on_atoms(surface, found.search.mode), true, moved.center_atom, make_uid(uid + "saddle"));
  db::EventRecord event =
      event_between(place, initial, saddle, final_minimum, surface, found.initial, found.search.far_side);
  event.plastic_event_id = plastic.id;
  event.origin = "shear";
  event.uid = uid;
  event.id = database.add_event(event);
  plastic.event_id = event.id;
  database.update_plastic_event(plastic);
  return event.id;
}

}  // namespace

EnteredEvents enter_plastic_events(db::Database& database, const db::SampleRecord& sample, std::optional<db::Id> shear_id,
                                   std::int64_t limit, const Session& session, db::Id run_id) {
  auto shears = database.shears_of_sample(sample.id);
  std::erase_if(shears, [&](const auto& shear) { return shear_id ? shear.id != *shear_id : shear.ensemble_id.has_value(); });
  if (shears.empty() && shear_id)
    throw db::Error(md::message("track: shear ", database.shear(*shear_id).id, " belongs to another sample than ", sample.name));
  if (shears.empty())
    throw db::Error(md::message("track: sample ", sample.name, " has not been sheared, run 'landscape shear ", sample.name, "' first"));
  const db::ShearRecord shear = shears.back();
  const int plane = plane_index(shear.plane);
  // Names the shear in every database that it may be merged with.
  const std::string shear_text = sample_uid_text(database, sample) + '|' + shear.options_key;
  const auto potential = sample_potential(database, sample);
  const md::Cell cell = sample_cell(sample);
  const auto events = database.plastic_events_of_shear(shear.id);
  EnteredEvents out;
  double earlier = -1e9;  // where the branch of the initial minimum begins, seen in the direction of the next event
  double sign = 0.0;
  for (std::size_t k = 0; k < events.size(); ++k) {
    if (limit >= 0 && static_cast<std::int64_t>(out.ids.size()) >= limit) break;
    if (session.stopped()) {
      out.finished = false;
      break;
    }
    const db::PlasticEventRecord& event = events[k];
    const double direction = event.strain >= event.strain_lower ? 1.0 : -1.0;
    if (direction != sign) earlier = -1e9;  // the shear turned round on an elastic branch
    sign = direction;
    const double room = sign * event.strain_lower - earlier;
    earlier = sign * event.strain;
    if (event.event_id) {
      out.ids.push_back(*event.event_id);
      continue;
    }
    session.report({static_cast<std::int64_t>(k), static_cast<std::int64_t>(events.size()), "entering plastic events"});
    if (!event.before_configuration_id || !event.after_configuration_id) {
      out.notes.push_back(md::message("plastic event at strain ", event.strain, " is not entered: its atoms were not kept"));
      continue;
    }
    const md::Configuration start = sample_configuration(database, sample, *event.before_configuration_id, event.strain_lower, plane);
    md::AtomicSurface surface(potential, start, {.threads = session.threads});
    const Instability there{cell, event, plane, sign, surface.gather(start.positions),
                            surface.gather(load_positions(database, *event.after_configuration_id))};
    std::string why, doubt;
    std::optional<Found> found;
    bool certain = false;
    // The branch begins at the event before, but its minimum is mostly there further back too.
    std::array backs = {1e-3, 4e-4, 2e-3, 1e-4};
    std::stable_partition(backs.begin(), backs.end(), [&](double back) { return back <= 0.8 * room; });
    for (const double back : backs) {
      std::optional<Found> candidate = seek(surface, there, back, why);
      if (!candidate) continue;
      if (there.bracket() > 0.25 * back) {
        why = md::message("its bracket of ", there.bracket(), " is too wide to tell, ", back, " before it");
      } else {
        certain = back <= near_the_fold || stays(surface, there, back, *candidate, why);
        if (certain && back > near_the_fold && there.bracket() < 0.25 * near_the_fold) certain = joins(surface, there, back, *candidate, why);
      }
      if (certain || !found) {
        found = std::move(candidate);
        doubt = certain ? "" : why;
      }
      if (certain) break;
    }
    out.force_calls += surface.work();
    if (!found) {
      if (event.max_displacement_a < kink_displacement)
        why += md::message("; no atom moves by more than ", event.max_displacement_a, " Å: rather a pair that crosses a cutoff where the force jumps than a fold");
      out.notes.push_back(md::message("plastic event at strain ", event.strain, " is not entered: ", why));
      continue;
    }
    if (!doubt.empty())
      out.doubts.push_back(md::message("plastic event at strain ", event.strain, " is entered with a saddle that may be another's: ", doubt));
    surface.set_cell(cell.deformed(md::simple_shear(found->strain, plane)));
    db::Transaction transaction(database);
    out.ids.push_back(enter(database, {sample.id, run_id, found->strain, shear.plane}, event, shear_text, surface, *found));
    transaction.commit();
  }
  return out;
}

}  // namespace landscape
