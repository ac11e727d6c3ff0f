#include "landscape/workflow/strained_minimum.hpp"

#include <cmath>

#include "landscape/workflow/event_records.hpp"
#include "landscape/workflow/sample.hpp"
#include "md/core/error.hpp"
#include "md/minimize/minimizer.hpp"

namespace landscape {

namespace {

constexpr double shear_step = 1e-3;

std::string sheared_uid(db::Database& database, const db::SampleRecord& sample, double strain_xy, const std::string& plane) {
  return make_uid(sample_uid_text(database, sample) + md::message("/sheared/", strain_xy) + (plane == "xy" ? "" : "/" + plane));
}

}  // namespace

std::optional<db::MinimumRecord> minimum_at_strain(db::Database& database, const db::SampleRecord& sample,
                                                   double strain_xy, const std::string& plane, db::Id run_id, const Session& session) {
  if (strain_xy == 0.0) return database.minimum(*sample.minimum_id);
  const std::string uid = sheared_uid(database, sample, strain_xy, plane);
  const int in = plane_index(plane);
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
    surface.deform(md::simple_shear(next - strain, in), x);
    surface.set_cell(reference.deformed(md::simple_shear(next, in)));  // no rounding piles up
    surface.forget_history();
    relaxed = md::minimize(surface, x, {.max_force = sample_max_force, .max_step = 0.05});
    if (!relaxed.converged()) return std::nullopt;
    strain = next;
    session.report({k, steps, md::message("shearing to ", strain_xy)});
  }
  const Measured measured = measure(surface, x);
  db::Transaction transaction(database);
  if (auto known = database.find_minimum_by_uid(uid)) return known;  // another process was faster
  const auto record = store_minimum(database, {sample.id, run_id, strain_xy, plane}, measured, "shear", uid);
  transaction.commit();
  return record;
}

bool is_own_minimum(db::Database& database, const db::SampleRecord& sample, const db::MinimumRecord& minimum) {
  return minimum.id == sample.minimum_id || minimum.uid == sheared_uid(database, sample, minimum.strain_xy, minimum.plane);
}

}  // namespace landscape
