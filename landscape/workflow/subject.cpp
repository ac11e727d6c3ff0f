#include "landscape/workflow/subject.hpp"

#include "landscape/workflow/records.hpp"
#include "landscape/workflow/sample.hpp"
#include "md/core/error.hpp"
#include "md/minimize/minimizer.hpp"
#include "md/potential/atomic_surface.hpp"

namespace landscape {

Subject sample_subject(db::Database& database, const std::string& name) {
  Subject subject;
  subject.sample = ready_sample(database, name);
  subject.potential = sample_potential(database, *subject.sample);
  subject.configuration = load_minimum(database, subject.sample->minimum_id.value());
  subject.max_force_ev_per_a = subject.sample->max_force_ev_per_a;
  return subject;
}

Subject file_subject(md::Configuration configuration,
                     std::shared_ptr<const md::Potential> potential,
                     Relaxation relaxation,
                     const Session& session) {
  Subject subject;
  subject.potential = std::move(potential);
  md::AtomicSurface surface(subject.potential, configuration, {.threads = session.threads});
  Eigen::VectorXd x = surface.gather(configuration.positions), gradient(x.size());
  const Eigen::VectorXd start = x;
  surface.evaluate(x, gradient);
  subject.max_force_ev_per_a = md::max_norm(gradient, surface.block());
  if (relaxation == Relaxation::FixedCell && subject.max_force_ev_per_a > sample_max_force) {
    md::MinimizeOptions options;
    options.max_force = sample_max_force;
    const auto result = md::minimize(surface, x, options, [&](const md::MinimizeProgress& p) {
      session.report(
          {p.iteration, 0,
           md::message("relaxing, max force ", static_cast<float>(p.max_force), " eV/Å")});
      return session.stopped() ? md::Control::Stop : md::Control::Continue;
    });
    subject.max_force_ev_per_a = result.max_force;
    subject.stopped = result.status == md::MinimizeStatus::StoppedByObserver;
    subject.force_calls = static_cast<double>(result.force_calls);
    subject.moved_a = md::largest_displacement(surface, start, x);
  }
  subject.configuration = surface.configuration(x);
  subject.configuration.ids = configuration.ids;
  return subject;
}

}  // namespace landscape
