#include "landscape/workflow/strained_minimum.hpp"

#include <string_view>

#include "landscape/workflow/event_records.hpp"
#include "landscape/workflow/sample.hpp"
#include "md/core/error.hpp"
#include "md/deform/quasistatic.hpp"
#include "md/minimize/minimizer.hpp"

namespace landscape {

namespace {

/// @param how "/quasistatic/"; "/sheared/" of versions whose avalanches fell by L-BFGS, in steps of 1e-3.
std::string strained_uid(db::Database& database, const db::SampleRecord& sample, std::string_view how, double strain_xy, const std::string& plane) {
  return make_uid(sample_uid_text(database, sample) + md::message(how, strain_xy) + (plane == "xy" ? "" : "/" + plane));
}

/// What is stored already, made by whatever version.
std::optional<db::MinimumRecord> known_minimum(db::Database& database, const db::SampleRecord& sample, double strain_xy, const std::string& plane) {
  for (const std::string_view how : {"/quasistatic/", "/sheared/"})
    if (auto known = database.find_minimum_by_uid(strained_uid(database, sample, how, strain_xy, plane))) return known;
  return std::nullopt;
}

}  // namespace

std::optional<db::MinimumRecord> minimum_at_strain(db::Database& database, const db::SampleRecord& sample,
                                                   double strain_xy, const std::string& plane, db::Id run_id, const Session& session) {
  if (strain_xy == 0.0) return database.minimum(*sample.minimum_id);
  if (auto known = known_minimum(database, sample, strain_xy, plane)) return known;
  const md::Cell reference = sample_cell(sample);
  if (!reference.fully_periodic())
    throw md::InputError(md::message("--strain: sample ", sample.name, " is not periodic in all directions"));
  md::Configuration configuration = load_minimum(database, *sample.minimum_id);
  md::AtomicSurface surface(sample_potential(database, sample), configuration, {.threads = session.threads});
  Eigen::VectorXd x = surface.gather(configuration.positions);
  const int in = plane_index(plane);
  md::QuasistaticShear aqs(surface, reference, 0.0, x, {.plane = in});
  while (aqs.state().strain != strain_xy) {
    if (session.stopped() || aqs.advance(strain_xy).outcome == md::ShearOutcome::NotConverged) return std::nullopt;
    session.report({static_cast<std::int64_t>(1e6 * aqs.state().strain / strain_xy), 1000000, md::message("shearing to ", strain_xy)});
  }
  x = aqs.state().x;
  surface.set_cell(reference.deformed(md::simple_shear(strain_xy, in)));
  surface.forget_history();
  if (!relaxed_as_a_sample(md::minimize(surface, x, {.max_force = sample_max_force, .max_step = 0.05}))) return std::nullopt;
  const Measured measured = measure(surface, x);
  db::Transaction transaction(database);
  if (auto known = known_minimum(database, sample, strain_xy, plane)) return known;  // another process was faster
  const auto record = store_minimum(database, {sample.id, run_id, strain_xy, plane}, measured, "shear",
                                    strained_uid(database, sample, "/quasistatic/", strain_xy, plane));
  transaction.commit();
  return record;
}

bool is_own_minimum(db::Database& database, const db::SampleRecord& sample, const db::MinimumRecord& minimum) {
  if (minimum.id == sample.minimum_id) return true;
  const auto own = known_minimum(database, sample, minimum.strain_xy, minimum.plane);
  return own && own->id == minimum.id;
}

}  // namespace landscape
