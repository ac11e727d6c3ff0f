#include "landscape/cli/structure_input.hpp"

#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {

void add_potential_option(CLI::App& command, std::string& potential) {
  command
      .add_option("--potential,-p", potential,
                  "a file (*.eam.alloy, *.eam.fs, *.eam), zhou2004[:taper=6.8|none] (orders Cu-Zr far too strongly: read no "
                  "physics from its alloys), lj:epsilon=1,sigma=1,cutoff=2.5, kob-andersen[:epsilon=1,sigma=1] or "
                  "morse:D=..,alpha=..,r0=..,cutoff=..; these three with ,shift=energy|none|force and ,mass=1 [g/mol]")
      ->required();
}

void add_structure_options(CLI::App& command, StructureOptions& options) {
  command.add_option("STRUCT", options.file, "extended XYZ, LAMMPS data or dump")->required();
  add_potential_option(command, options.potential);
  command.add_option("--types", options.types, "names of LAMMPS types 1, 2, ...: Zr,Cu,Al")->delimiter(',')->allow_extra_args(false);
}

StructureInput open_structure(const StructureOptions& options, md::TableEnd end) {
  StructureInput input;
  md::ReadOptions read;
  read.types = options.types;
  md::Frame frame = md::read_structure(options.file, read);
  input.configuration = std::move(frame.configuration);
  input.history = std::move(frame.info["history"]);
  input.configuration.validate();
  input.potential = md::open_potential(options.potential, end);
  return input;
}

nlohmann::json stress_json(const std::array<double, 6>& stress) {
  for (const double s : stress)
    if (!std::isfinite(s)) return nullptr;
  return stress;
}

nlohmann::json energy_result(const md::AtomicSurface& surface, const md::Configuration& configuration) {
  const auto n = configuration.size();
  double largest = 0.0;
  for (Eigen::Index i = 0; i < n; ++i)
    if (configuration.is_free(i)) largest = std::max(largest, surface.forces().col(i).norm());
  return {{"n_atoms", n},
          {"energy_ev", surface.energy()},
          {"energy_per_atom_ev", surface.energy() / static_cast<double>(n)},
          {"max_force_ev_per_a", largest},
          {"stress_gpa", stress_json(stress_gpa(surface.stress()))}};
}

md::Frame frame_of(const md::AtomicSurface& surface, const md::Configuration& configuration) {
  md::Frame frame;
  frame.configuration = configuration;
  frame.energy_ev = surface.energy();
  frame.forces = surface.forces();
  if (configuration.cell.fully_periodic()) frame.stress_gpa = stress_gpa(surface.stress());
  return frame;
}

void check_output_path(const std::string& path) {
  if (md::format_of_ending(path) == md::StructureFormat::Auto)
    throw md::InputError("-o " + path + ": expected an ending of .xyz, .extxyz, .data, .lmp, .lammps, .dump or .lammpstrj");
  check_writable("-o", path);
}

void check_writable(const std::string& option, const std::string& path) {
  const std::string what = option + ' ' + path;
  const auto folder = std::filesystem::absolute(path).parent_path();
  if (!std::filesystem::is_directory(folder)) throw md::InputError(what + ": there is no folder " + folder.string());
  const bool there = std::filesystem::exists(path);
  if (std::filesystem::is_directory(path) || access(there ? path.c_str() : folder.c_str(), W_OK) != 0)
    throw md::InputError(what + ": cannot be written");
}

}  // namespace landscape::cli
