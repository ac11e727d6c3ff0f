/// The registry of commands: one file each, cmd_<name>.cpp.
#pragma once

#include "landscape/cli/global_options.hpp"

namespace landscape::cli {

void add_energy_command(CLI::App& app, Context& context);
void add_minimize_command(CLI::App& app, Context& context);
void add_md_command(CLI::App& app, Context& context);
void add_sample_command(CLI::App& app, Context& context);
/// `sample rates`, `sample heat`, `sample liquid`.
void add_thermal_commands(CLI::App& sample, Context& context);
void add_map_command(CLI::App& app, Context& context);
void add_neb_command(CLI::App& app, Context& context);
void add_shear_command(CLI::App& app, Context& context);
void add_ensemble_command(CLI::App& app, Context& context);
void add_d2min_command(CLI::App& app, Context& context);
void add_track_command(CLI::App& app, Context& context);
void add_predict_command(CLI::App& app, Context& context);
void add_elastic_command(CLI::App& app, Context& context);
void add_modes_command(CLI::App& app, Context& context);
void add_structure_command(CLI::App& app, Context& context);
void add_rate_command(CLI::App& app, Context& context);
void add_query_command(CLI::App& app, Context& context);
void add_graph_command(CLI::App& app, Context& context);
void add_kinetics_command(CLI::App& app, Context& context);
void add_export_command(CLI::App& app, Context& context);
void add_import_command(CLI::App& app, Context& context);
void add_provenance_command(CLI::App& app, Context& context);
void add_report_command(CLI::App& app, Context& context);
void add_figure_command(CLI::App& app, Context& context);
void add_db_command(CLI::App& app, Context& context);

/// All of them, in the order of --help.
void add_commands(CLI::App& app, Context& context);

}  // namespace landscape::cli
