#include "landscape/workflow/rate.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "md/core/units.hpp"
#include "md/vibration/modes.hpp"

namespace landscape {
namespace {

/// The lowest eigenvalue of the dynamical matrix.
double lowest_eigenvalue(const md::Hessian& hessian, const Session& session) {
  md::LowestModesOptions options;
  options.count = 1;
  options.block = 8;
  options.threads = session.threads;
  options.seed = session.seed;
  const auto lowest = md::lowest_modes(hessian, md::Weighting::Mass, options);
  return lowest.status == md::LowestModesStatus::Converged ? lowest.modes.eigenvalues[0]
                                                           : std::nan("");
}

void store(db::Database& database,
           const RateReport& report,
           const db::SampleRecord& sample,
           const Session& session) {
  Run run(database, "rate", nlohmann::json{{"event", report.event.id}}.dump(), session,
          sample.potential_id);
  db::Transaction transaction(database);
  db::PropertyRecord property;
  property.sample_id = sample.id;
  property.run_id = run.id();
  property.event_id = report.event.id;
  const auto put = [&](const char* name, double value) {
    property.name = name;
    property.value = std::round(value * 1e6) / 1e6;
    database.put_property(property);
  };
  put("attempt_frequency_thz", report.forward.attempt_frequency_thz);
  put("reverse_attempt_frequency_thz", report.reverse.attempt_frequency_thz);
  transaction.commit();
  run.finish("done", 0.0);
}

}  // namespace

double log_frequencies(const md::Potential& potential,
                       const md::Configuration& configuration,
                       Eigen::Index negative,
                       const Session& session) {
  const md::Hessian hessian(potential, configuration);
  const auto all = md::stable_modes(hessian, session.threads);
  if (all.negative != negative) return std::nan("");
  double sum = all.log_determinant;
  if (negative == 1) sum -= std::log(-lowest_eigenvalue(hessian, session));
  return sum + 2.0 * static_cast<double>(all.modes - negative) * std::log(md::units::rad_per_ps);
}

RateReport event_rate(db::Database& database,
                      db::Id id,
                      double temperature,
                      const Session& session) {
  if (!(temperature > 0.0))
    throw md::InputError(md::message("--temperature: expected above 0 K, got ", temperature));
  RateReport report;
  report.event = database.event(id);
  const db::SampleRecord sample = database.sample(report.event.sample_id);
  const auto potential = sample_potential(database, sample);
  int done = 0;
  const auto modes_of = [&](const md::Configuration& c, double* lowest) {
    session.report({done++, 3, "factorizing"});
    const md::Hessian hessian(*potential, c);
    if (lowest) *lowest = lowest_eigenvalue(hessian, session);
    return md::stable_modes(hessian, session.threads);
  };
  const auto interrupted = [&] {
    report.outcome = RateOutcome::Interrupted;
    return report;
  };
  report.initial = modes_of(load_minimum(database, report.event.initial_minimum_id), nullptr);
  if (session.stopped()) return interrupted();
  report.saddle = modes_of(load_saddle(database, report.event.saddle_id), &report.unstable);
  if (session.stopped()) return interrupted();
  report.final = modes_of(load_minimum(database, report.event.final_minimum_id), nullptr);
  report.forward = md::vineyard_rate(report.initial, report.saddle, report.unstable,
                                     report.event.barrier_ev, temperature);
  report.reverse = md::vineyard_rate(report.final, report.saddle, report.unstable,
                                     report.event.reverse_barrier_ev, temperature);
  if (report.forward.status != md::RateStatus::Done ||
      report.reverse.status != md::RateStatus::Done) {
    report.outcome = RateOutcome::NotHarmonic;
    return report;
  }
  store(database, report, sample, session);
  report.stored = true;
  return report;
}

}  // namespace landscape
