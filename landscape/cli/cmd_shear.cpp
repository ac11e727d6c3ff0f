#include <cmath>
#include <memory>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/workflow/shear.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {

namespace {

nlohmann::json describe(const ShearReport& report) {
  nlohmann::json events = nlohmann::json::array();
  for (std::size_t k = 0; k < report.events.size(); ++k) {
    const auto& event = report.events[k];
    events.push_back({{"branch", report.branches[k]}, {"strain", event.strain}, {"strain_lower", event.strain_lower},
                      {"energy_drop_ev", event.energy_drop_ev}, {"stress_drop_gpa", event.stress_drop_gpa},
                      {"max_displacement_a", event.max_displacement_a}, {"center_atom", event.center_atom}});
  }
  nlohmann::json unloadings = nlohmann::json::array();
  for (const auto& u : report.unloadings)
    unloadings.push_back({{"residual_strain", u.residual_strain}, {"residual_stress_gpa", u.residual_stress_gpa},
                          {"dissipated_energy_ev", u.dissipated_energy_ev}, {"max_displacement_a", u.max_displacement_a},
                          {"closed", u.closed}});
  const db::ShearRecord& s = report.shear;
  return {{"shear", s.id}, {"steps", s.steps}, {"force_calls", s.force_calls}, {"shear_modulus_gpa", s.shear_modulus_gpa},
          {"max_stress_gpa", s.max_stress_gpa}, {"yield_strain", s.yield_strain},
          {"max_stress_drop_gpa", s.max_stress_drop_gpa}, {"events", events}, {"unloadings", unloadings}};
}

}  // namespace

void add_shear_command(CLI::App& app, Context& context) {
  auto request = std::make_shared<ShearRequest>();
  CLI::App* command = app.add_subcommand("shear", "Athermal quasistatic shear of a sample, every plastic event located");
  command->footer("Example:\n  landscape shear glass --to 0.1\n  landscape shear glass --to 0.06 --unload    # what comes back, what is dissipated");
  command->add_option("sample", request->sample, "name of the sample")->required();
  command->add_option("--to", request->to, "final strain (negative shears backwards)")->capture_default_str();
  command->add_option("--max-step", request->max_step, "largest strain step")->capture_default_str();
  command->add_option("--resolution", request->resolution, "strain bracket of an event")->capture_default_str();
  command->add_option("--plane", request->plane, "plane of shear: xy, xz or yz")->capture_default_str();
  command->add_option("--unload", request->unload, "take the load off afterwards: to zero stress, or to zero strain")
      ->expected(0, 1)->default_str("stress")->check(CLI::IsMember({"stress", "strain"}));
  command->add_option("--cycle", request->cycles, "load and unload again so often")->expected(0, 1)->default_str("1");
  command->add_flag("--fixed-steps", request->fixed_steps, "every step is --max-step and no event is bracketed");
  command->callback([request, &context] {
    if (request->cycles > 0 && request->unload.empty()) request->unload = "stress";
    context.action = [request, &context] {
      db::Database database(context.global.database, db::Mode::ReadWrite);
      const ShearReport report = shear_sample(database, *request, context.session("shear"));
      if (!report.finished) {
        context.outcome(md::message(stop_reason(), "; the shear of ", request->sample, " is kept at step ", report.shear.steps, " in ",
                                    context.global.database, "; the same command continues"));
        return exit_stopped;
      }
      context.print(describe(report));
      if (report.converged) return exit_done;
      context.outcome(md::message("a state of ", request->sample, " did not relax; the shear ended there"));
      return exit_not_reached;
    };
  });
}

}  // namespace landscape::cli
