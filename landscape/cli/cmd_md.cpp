#include <chrono>
#include <cmath>
#include <optional>
#include <tuple>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/structure_input.hpp"
#include "landscape/workflow/htc.hpp"
#include "md/core/block_mean.hpp"
#include "md/core/error.hpp"
#include "md/core/units.hpp"
#include "md/montecarlo/swap.hpp"

namespace landscape::cli {
namespace {

struct MdArguments {
  StructureOptions structure;
  std::string ensemble;
  double temperature_k = 0.0;
  std::int64_t steps = 0;
  int swaps = 0;
  std::int64_t every = 100;
  std::string output;
  md::DynamicsOptions dynamics;
};

md::Ensemble ensemble_of(const std::string& name) {
  if (name == "nve") return md::Ensemble::Nve;
  if (name == "nvt") return md::Ensemble::Nvt;
  return md::Ensemble::NptIsotropic;
}

/// Frames of the run, appended to an extended XYZ file as they come.
class Trajectory {
 public:
  explicit Trajectory(const std::string& path) : path_(path) {}
  void add(const md::Dynamics& dynamics) {
    if (path_.empty()) return;
    md::Frame frame;
    frame.configuration = dynamics.configuration();
    frame.energy_ev = dynamics.potential_energy();
    frame.forces = dynamics.forces();
    frame.info["step"] = std::to_string(dynamics.steps());
    md::write_extxyz(path_, std::span<const md::Frame>(&frame, 1), first_ ? md::WriteMode::Replace : md::WriteMode::Append);
    first_ = false;
  }

 private:
  std::string path_;
  bool first_ = true;
};

/// Mean and standard error of a series, null where they are not known.
std::pair<nlohmann::json, nlohmann::json> mean_and_error(const std::vector<double>& values) {
  const auto number = [](double value) { return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr); };
  const md::BlockMean m = md::block_mean(values, 10);
  return {number(m.mean), number(m.error)};
}

int run(const Context& context, MdArguments o) {
  if (!o.output.empty() && md::format_of_ending(o.output) != md::StructureFormat::Extxyz)
    throw md::InputError("trajectory " + o.output + ": expected a name ending in .xyz or .extxyz");
  auto input = open_structure(o.structure);
  const auto session = context.session("md");
  o.dynamics.ensemble = ensemble_of(o.ensemble);
  o.dynamics.temperature_k = o.temperature_k;
  o.dynamics.threads = session.threads;
  o.dynamics.validate();

  md::Configuration start = std::move(input.configuration);
  const auto types = input.potential->types_of(start.species);
  Eigen::VectorXd masses(start.size());
  for (Eigen::Index i = 0; i < start.size(); ++i) masses[i] = input.potential->mass(types[static_cast<std::size_t>(i)]);
  md::CounterRng velocities(session.seed, md::Stream::Velocities, 0);
  md::draw_velocities(start, masses, o.temperature_k, velocities);
  md::Dynamics dynamics(input.potential, std::move(start), o.dynamics);
  const md::Configuration& now = dynamics.configuration();
  std::optional<md::SwapMonteCarlo> swaps;
  if (o.swaps > 0) swaps.emplace(input.potential, dynamics, session.seed);

  Trajectory trajectory(o.output);
  trajectory.add(dynamics);
  std::vector<double> temperature, density, energy;  // of each step of the second half
  double seconds = 0.0;
  using Clock = std::chrono::steady_clock;
  auto begin = Clock::now();
  const auto pause = [&] { seconds += std::chrono::duration<double>(Clock::now() - begin).count(); };
  bool broken_off = false;
  while (dynamics.steps() < o.steps && !session.stopped()) {
    dynamics.step();
    broken_off = swaps && !swaps->sweep(dynamics, o.swaps, session.stop);
    if (broken_off) break;
    if (2 * dynamics.steps() > o.steps) {
      temperature.push_back(dynamics.temperature_k());
      density.push_back(dynamics.masses().sum() / dynamics.cell().volume() * md::units::g_per_cm3);
      energy.push_back(dynamics.potential_energy());
    }
    if (dynamics.steps() % o.every == 0) {
      pause();
      trajectory.add(dynamics);
      session.report({dynamics.steps(), o.steps, md::message(std::round(dynamics.temperature_k()), " K")});
      begin = Clock::now();
    }
  }
  pause();
  const auto n = static_cast<double>(now.size());
  const auto steps = static_cast<double>(dynamics.steps());
  nlohmann::json result = {{"steps", dynamics.steps()},
                           {"atoms", now.size()},
                           {"seconds", seconds},
                           {"ns_per_atom_step", 1e9 * seconds / (n * steps)},
                           {"potential_energy_ev", dynamics.potential_energy()},
                           {"density_g_per_cm3", nullptr},
                           {"density_error_g_per_cm3", nullptr},
                           {"conserved_ev", dynamics.conserved_quantity()},
                           {"pressure_gpa", dynamics.pressure_gpa()},
                           {"swap_attempts", 0},
                           {"swap_accepted", 0},
                           {"swap_counts", nlohmann::json::object()}};
  std::tie(result["temperature_k"], result["temperature_error_k"]) = mean_and_error(temperature);
  std::tie(result["mean_potential_energy_ev"], result["mean_potential_energy_error_ev"]) = mean_and_error(energy);
  if (now.cell.fully_periodic())
    std::tie(result["density_g_per_cm3"], result["density_error_g_per_cm3"]) = mean_and_error(density);
  if (swaps) {
    std::int64_t attempts = 0, accepted = 0;
    for (const auto& c : swaps->counts()) {
      attempts += c.attempts;
      accepted += c.accepted;
    }
    result["swap_attempts"] = attempts;
    result["swap_accepted"] = accepted;
    result["swap_counts"] =
        nlohmann::json::parse(swap_counts_text(swaps->counts(), *input.potential, now.species));
  }
  if (dynamics.steps() < o.steps || broken_off) {
    context.outcome(md::message( stop_reason(), " at step ", dynamics.steps(), " of ", o.steps,
                             "; plain dynamics are not continued, their frames are kept"));
    return exit_stopped;
  }
  if (o.steps % o.every != 0) trajectory.add(dynamics);
  context.print(result);
  return exit_done;
}

}  // namespace

void add_md_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("md", "plain molecular dynamics, with swaps where asked for");
  auto o = std::make_shared<MdArguments>();
  add_structure_options(*command, o->structure);
  command->add_option("--ensemble", o->ensemble, "nve, nvt, or npt (isotropic)")
      ->check(CLI::IsMember({"nve", "nvt", "npt"}))->required();
  command->add_option("--temperature", o->temperature_k, "of the velocities drawn at step 0, and set point [K]")->required()->check(number_above(0));
  command->add_option("--steps", o->steps, "number of time steps")->required()->check(count_at_least(1));
  command->add_option("--dt", o->dynamics.dt_ps, "time step [ps]")->capture_default_str()->check(number_above(0));
  command->add_option("--pressure", o->dynamics.pressure_gpa, "set point of npt [GPa]")->capture_default_str()->check(finite_number());
  command->add_option("--thermostat", o->dynamics.thermostat_ps, "period [ps]")->capture_default_str()->check(number_above(0));
  command->add_option("--barostat", o->dynamics.barostat_ps, "period [ps]")->capture_default_str()->check(number_above(0));
  command->add_option("--skin", o->dynamics.skin, "of the neighbor list [Å]")->capture_default_str()->check(number_at_least(0));
  command->add_option("--swaps", o->swaps, "attempted swaps of unlike atoms after each step, accepted at --temperature; conserved_ev then lacks what they bring")->capture_default_str()->check(count_at_least(0));
  command->add_option("-o,--output", o->output, "trajectory, extended XYZ");
  command->add_option("--every", o->every, "steps between frames")->capture_default_str()->check(count_at_least(1));
  command->footer("Example: landscape md glass.xyz --potential CuZr_mm.eam.fs --ensemble nvt --temperature 300 --steps 10000 -o run.xyz");
  command->callback([&context, o] { context.action = [&context, o] { return run(context, *o); }; });
}

}  // namespace landscape::cli
