#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/structure_input.hpp"
#include "landscape/workflow/sample.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {
namespace {

struct MinimizeArguments {
  StructureOptions structure;
  std::string output;
  std::string cell = "fixed";
  md::CellMinimizeOptions minimize;
};

int run(const Context& context, MinimizeArguments options) {
  if (!options.output.empty()) check_output_path(options.output);
  options.minimize.cell = cell_mode(options.cell);
  options.minimize.validate();
  const auto input = open_structure(options.structure);
  const auto session = context.session("minimize");
  const auto relaxed = md::minimize_with_cell(
      input.potential, input.configuration, options.minimize, {.threads = context.global.threads},
      [&](const md::MinimizeProgress& p) {
        session.report({p.iteration, 0, md::message("iteration ", p.iteration, ", max force ", static_cast<float>(p.max_force), " eV/Å")});
        return session.stopped() ? md::Control::Stop : md::Control::Continue;
      });
  md::AtomicSurface surface(input.potential, relaxed.configuration, {.threads = context.global.threads});
  Eigen::VectorXd gradient(surface.dof());
  surface.evaluate(surface.gather(relaxed.configuration.positions), gradient);
  auto result = energy_result(surface, relaxed.configuration);
  result["force_calls"] = relaxed.minimum.force_calls + 1;
  result["converged"] = relaxed.minimum.converged();
  if (!options.output.empty()) {
    auto frame = frame_of(surface, relaxed.configuration);
    frame.configuration.ids = input.configuration.ids;
    md::write_structure(options.output, frame, options.structure.types);
  }
  if (relaxed.minimum.status == md::MinimizeStatus::StoppedByObserver) {
    context.outcome(stop_reason() +
                 (options.output.empty() ? "; nothing was kept, name a file with -o to continue from"
                                         : "; continue with: landscape minimize " + options.output));
    return exit_stopped;
  }
  context.print(result);
  if (relaxed.minimum.converged()) return exit_done;
  context.outcome(md::message("not converged: largest force ", relaxed.minimum.max_force, " eV/Å after ",
                           relaxed.minimum.iterations, " iterations, asked ", options.minimize.minimize.max_force));
  return exit_not_reached;
}

}  // namespace

void add_minimize_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("minimize", "inherent structure of a structure");
  auto options = std::make_shared<MinimizeArguments>();
  add_structure_options(*command, options->structure);
  command->add_option("-o,--output", options->output, "where to write it (.xyz, .data, .dump)");
  command->add_option("--fmax", options->minimize.minimize.max_force, "largest force [eV/Å]")->capture_default_str()->check(number_above(0));
  command->add_option("--cell", options->cell, "fixed, iso (volume) or aniso (all six components)")
      ->check(CLI::IsMember({"fixed", "iso", "aniso"}))->capture_default_str();
  command->add_option("--max-stress", options->minimize.max_stress_gpa, "largest stress of a relaxed cell [GPa]")
      ->capture_default_str()->check(number_above(0));
  command->add_option("--max-iterations", options->minimize.minimize.max_iterations, "iterations at most")
      ->capture_default_str()->check(count_at_least(1));
  command->footer("Example: landscape minimize melt.xyz --potential CuZr_mm.eam.fs --cell aniso -o glass.xyz");
  command->callback([&context, options] { context.action = [&context, options] { return run(context, *options); }; });
}

}  // namespace landscape::cli
