#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/workflow/rate.hpp"
#include "md/core/error.hpp"
#include "md/vibration/modes.hpp"

namespace landscape::cli {
namespace {

nlohmann::json describe(const RateReport& r, double temperature) {
  const double imaginary = std::isfinite(r.unstable)
                               ? md::frequencies_thz(Eigen::VectorXd::Constant(1, r.unstable))[0]
                               : r.unstable;
  return {{"event", r.event.id},
          {"temperature_k", temperature},
          {"barrier_ev", r.event.barrier_ev},
          {"attempt_frequency_thz", r.forward.attempt_frequency_thz},
          {"rate_per_s", r.forward.rate_per_s},
          {"lifetime_s", r.forward.lifetime_s},
          {"reverse_barrier_ev", r.event.reverse_barrier_ev},
          {"reverse_attempt_frequency_thz", r.reverse.attempt_frequency_thz},
          {"reverse_rate_per_s", r.reverse.rate_per_s},
          {"reverse_lifetime_s", r.reverse.lifetime_s},
          {"unstable_frequency_thz", imaginary},
          {"negative_modes", {r.initial.negative, r.saddle.negative, r.final.negative}}};
}

int run(const Context& context, db::Id event, double temperature) {
  const auto session = context.session("rate");
  db::Database database(context.global.database, db::Mode::ReadWrite);
  const RateReport report = event_rate(database, event, temperature, session);
  if (report.outcome == RateOutcome::Interrupted) {
    context.outcome(stop_reason() + "; nothing was kept, the same command begins anew");
    return exit_stopped;
  }
  context.print(describe(report, temperature));
  if (report.outcome == RateOutcome::Done) return exit_done;
  context.outcome(md::message(
      "event ", event, " has no harmonic rate: its initial minimum, saddle and final minimum have ",
      report.initial.negative, ", ", report.saddle.negative, " and ", report.final.negative,
      " negative modes, expected 0, 1 and 0"));
  return exit_not_reached;
}

}  // namespace

void add_rate_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("rate", "attempt frequency, rate and lifetime of an event");
  auto event = std::make_shared<db::Id>(0);
  auto temperature = std::make_shared<double>(300.0);
  command->add_option("event", *event, "id of the event (view events)")->required();
  command->add_option("--temperature", *temperature, "[K]")->capture_default_str();
  command->footer(
      "Harmonic rate over the saddle (Vineyard 1957). Needs 8 (3 N)^2 bytes; 1000 atoms take "
      "seconds. The attempt frequencies are stored\n"
      "(view properties, and attempt_frequency_thz of events).\nExample: landscape rate 12 "
      "--temperature 300");
  command->callback([&context, event, temperature] {
    context.action = [&context, event, temperature] { return run(context, *event, *temperature); };
  });
}

}  // namespace landscape::cli
