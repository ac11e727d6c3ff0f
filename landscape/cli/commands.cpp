#include "landscape/cli/commands.hpp"

namespace landscape::cli {

void add_commands(CLI::App& app, Context& context) {
  add_energy_command(app, context);
  add_minimize_command(app, context);
  add_md_command(app, context);
  add_sample_command(app, context);
  add_map_command(app, context);
  add_neb_command(app, context);
  add_shear_command(app, context);
  add_ensemble_command(app, context);
  add_d2min_command(app, context);
  add_track_command(app, context);
  add_predict_command(app, context);
  add_elastic_command(app, context);
  add_modes_command(app, context);
  add_structure_command(app, context);
  add_rate_command(app, context);
  add_query_command(app, context);
  add_graph_command(app, context);
  add_kinetics_command(app, context);
  add_export_command(app, context);
  add_import_command(app, context);
  add_provenance_command(app, context);
  add_report_command(app, context);
  add_figure_command(app, context);
  add_db_command(app, context);
}

}  // namespace landscape::cli
