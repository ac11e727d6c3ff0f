#include "landscape/cli/commands.hpp"
#include "landscape/cli/structure_input.hpp"

namespace landscape::cli {
namespace {

struct EnergyArguments {
  StructureOptions structure;
  bool forces = false;
};

int run(const Context& context, const EnergyArguments& options) {
  auto input = open_structure(options.structure);
  md::Configuration all_free = input.configuration;  // a single point is asked of frozen atoms too
  all_free.movable.clear();
  md::AtomicSurface surface(input.potential, all_free, {.threads = context.global.threads});
  Eigen::VectorXd gradient(surface.dof());
  surface.evaluate(surface.gather(all_free.positions), gradient);
  auto result = energy_result(surface, input.configuration);
  if (options.forces) {
    auto& forces = result["forces_ev_per_a"] = nlohmann::json::array();
    for (Eigen::Index i = 0; i < all_free.size(); ++i) {
      const Eigen::Vector3d f = surface.forces().col(i);
      forces.push_back({f.x(), f.y(), f.z()});
    }
  }
  context.print(result);
  return exit_done;
}

}  // namespace

void add_energy_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("energy", "energy, largest force and stress of a structure");
  auto options = std::make_shared<EnergyArguments>();
  add_structure_options(*command, options->structure);
  command->add_flag("--forces", options->forces, "print the force on every atom, in the order of the file");
  command->footer("Example: landscape energy glass.xyz --potential CuZr_mm.eam.fs --json");
  command->callback([&context, options] { context.action = [&context, options] { return run(context, *options); }; });
}

}  // namespace landscape::cli
