#include <memory>

#include "db/query.hpp"
#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/subject_input.hpp"
#include "landscape/cli/table.hpp"
#include "landscape/workflow/rearrangement.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {

namespace {

nlohmann::json describe(const Rearrangement& r) {
  const auto& row = r.row;
  nlohmann::json band;
  if (!row.band_normal.empty())
    band = {{"normal", row.band_normal}, {"position_a", row.band_position_a}, {"width_a", row.band_width_a},
            {"contrast", row.band_contrast}, {"volume_width_a", row.band_volume_width_a},
            {"percolates", row.percolating_directions >= 2}};
  return {{"id", row.id}, {"shear", row.shear_id}, {"from", row.from_state}, {"to", row.to_state}, {"from_strain", row.from_strain},
          {"to_strain", row.to_strain}, {"d2min_cutoff_a", row.d2min_cutoff_a}, {"d2min_threshold_a2", row.d2min_threshold_a2},
          {"rearranged_atoms", row.rearranged_atoms}, {"rearranged_atoms_half", row.rearranged_atoms_half},
          {"rearranged_fraction", static_cast<double>(row.rearranged_atoms) / static_cast<double>(r.d2min.size())},
          {"undefined_atoms", row.undefined_atoms}, {"mean_d2min_a2", row.mean_d2min_a2},
          {"participation_ratio", row.participation_ratio}, {"clusters", row.clusters}, {"largest_cluster", row.largest_cluster},
          {"percolating_directions", row.percolating_directions}, {"band", band}, {"overlap", row.overlap},
          {"healed_fraction", row.healed_fraction}, {"healed_since_previous", r.healed_since_previous}, {"force_calls", row.force_calls}};
}

md::Frame rearranged_frame(const Rearrangement& r, const std::string& sample) {
  md::Frame frame;
  frame.configuration = r.state;
  frame.energy_ev = r.energy_ev;
  frame.info["sample"] = sample;
  frame.info["from"] = r.row.from_state;
  frame.info["to"] = r.row.to_state;
  frame.info["strain"] = md::message(r.row.to_strain);
  frame.info["d2min_cutoff"] = md::message(r.row.d2min_cutoff_a);
  frame.extra["d2min"] = atom_column(r.d2min);
  std::vector<int> rearranged;
  for (const int cluster : r.cluster) rearranged.push_back(cluster > 0 ? 1 : 0);
  frame.extra["rearranged"] = atom_column(rearranged);
  frame.extra["cluster"] = atom_column(r.cluster);
  frame.extra["displacement"] = {md::ColumnKind::Real, r.nonaffine, {}};
  return frame;
}

int run(Context& context, const RearrangementRequest& request, const std::string& output) {
  if (!output.empty()) check_output_path(output);
  db::Database database(context.global.database, db::Mode::ReadWrite);
  const auto found = rearrangements(database, request, context.session("d2min"));
  nlohmann::json states = nlohmann::json::array();
  std::vector<md::Frame> frames;
  for (const auto& r : found) {
    auto one = describe(r);
    if (context.global.json) {
      one["d2min_a2_of_atom"] = std::vector<double>(r.d2min.begin(), r.d2min.end());
      one["cluster_of_atom"] = r.cluster;
    }
    states.push_back(std::move(one));
    if (!output.empty()) frames.push_back(rearranged_frame(r, request.sample));
  }
  if (!output.empty()) md::write_extxyz(output, frames);
  if (found.size() < request.to.size()) {
    context.outcome(md::message(stop_reason(), "; ", found.size(), " of ", request.to.size(), " states are done; the same command continues"));
    return exit_stopped;
  }
  if (context.global.json) {
    context.print({{"sample", request.sample}, {"states", states}});
    return exit_done;
  }
  std::string ids;
  for (const auto& r : found) ids += (ids.empty() ? "" : ",") + std::to_string(r.row.id);
  db::QueryOptions query;
  query.view = "rearrangements";
  query.where = "id IN (" + ids + ")";
  query.columns = {"id", "shear_id", "from_state", "to_state", "rearranged_atoms", "rearranged_atoms_half", "clusters", "largest_cluster",
                   "percolating_directions", "band_normal", "band_width_a", "overlap", "healed_fraction"};
  print_text(rows_table(db::run_query(context.global.database, query)));
  return exit_done;
}

}  // namespace

void add_d2min_command(CLI::App& app, Context& context) {
  auto request = std::make_shared<RearrangementRequest>();
  auto output = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("d2min", "Where atoms rearranged between two states of a shear: D2min, clusters, shear band");
  command->footer(
      "A state is a strain of the first loading, or unload:STRAIN, reload:STRAIN (of the third cycle unload3:STRAIN), or end. One that is not stored is reached again from the "
      "stored one before it.\nD2min (Falk & Langer) is a sum over neighbors. Rows go to the views rearrangements and atoms; OVITO colors "
      "the file's columns d2min, rearranged, cluster.\n"
      "Examples:\n  landscape d2min glass --to 0.1 -o rearranged.xyz\n"
      "  landscape d2min glass --to 0.04,0.08,0.12,end        the band as it grows\n"
      "  landscape d2min glass --from 0.05 --to unload:0");
  command->add_option("sample", request->sample, "name of the sample")->required();
  command->add_option("--from", request->from, "the earlier state")->capture_default_str();
  command->add_option("--to", request->to, "later states, with commas between them")->delimiter(',')->allow_extra_args(false)->capture_default_str();
  command->add_option("--shear", request->shear, "id of the shear (view shears); the latest that is not of an ensemble unless given")
      ->check(count_at_least(1));
  command->add_option("--threshold", request->options.threshold_a2,
                      "an atom whose D2min is above this is rearranged [Å²]; half of it is counted too")->capture_default_str();
  command->add_option("--d2min-cutoff", request->options.cutoff_a, "neighbors [Å]; the first minimum of g(r) of the sample unless given")->check(number_above(0));
  command->add_option("-o,--output", *output, "the later states with D2min of each atom (.xyz)");
  command->callback([request, output, &context] { context.action = [request, output, &context] { return run(context, *request, *output); }; });
}

}  // namespace landscape::cli
