/// Structures and potentials named on the command line.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "landscape/cli/global_options.hpp"
#include "md/io/structure_io.hpp"
#include "md/potential/atomic_surface.hpp"

namespace landscape::cli {

struct StructureOptions {
  std::string file;
  std::string potential;
  std::vector<std::string> types;  ///< names of LAMMPS types
};

/// STRUCT, --potential (both required) and --types.
void add_structure_options(CLI::App& command, StructureOptions& options);
/// --potential alone, required.
void add_potential_option(CLI::App& command, std::string& potential);

struct StructureInput {
  md::Configuration configuration;
  std::shared_ptr<const md::Potential> potential;
  std::string history = {};  ///< of a file that `sample export` wrote
};
StructureInput open_structure(const StructureOptions& options, md::TableEnd end = md::TableEnd::AsGiven);

/// The keys of `energy`, without forces. The surface has been evaluated at the configuration.
nlohmann::json energy_result(const md::AtomicSurface& surface, const md::Configuration& configuration);
/// xx yy zz yz xz xy [GPa], or null where it is not known.
nlohmann::json stress_json(const std::array<double, 6>& stress);
/// A frame to write: energy, forces and stress of the surface's last evaluation.
md::Frame frame_of(const md::AtomicSurface& surface, const md::Configuration& configuration);
/// @throws md::InputError unless a structure can be written there by its ending.
void check_output_path(const std::string& path);
/// @param option as the user wrote it. @throws md::InputError naming it unless a file can be written there.
void check_writable(const std::string& option, const std::string& path);

}  // namespace landscape::cli
