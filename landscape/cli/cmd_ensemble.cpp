#include <cmath>
#include <memory>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/structure_input.hpp"
#include "landscape/cli/subject_input.hpp"
#include "landscape/workflow/ensemble.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {

namespace {

nlohmann::json describe(const EnsembleReport& report) {
  const db::EnsembleRecord& e = report.ensemble;
  nlohmann::json replicas = nlohmann::json::array(), points = nlohmann::json::array();
  for (const auto& r : report.replicas)
    replicas.push_back({{"replica", r.replica_index}, {"perturbation", r.perturbation}, {"sense", r.sense}, {"state", r.state},
                        {"energy_difference_ev", r.energy_difference_ev}, {"max_displacement_a", r.max_displacement_a},
                        {"same_as_perturbation", r.same_as_perturbation ? nlohmann::json(*r.same_as_perturbation) : nlohmann::json()},
                        {"shear", r.shear_id ? nlohmann::json(*r.shear_id) : nlohmann::json()},
                        {"unload_shear", r.unload_shear_id ? nlohmann::json(*r.unload_shear_id) : nlohmann::json()}});
  for (const auto& p : report.points)
    points.push_back({{"strain", p.strain}, {"replicas", p.replicas}, {"stress_gpa", p.stress_gpa},
                      {"stress_deviation_gpa", p.stress_deviation_gpa}, {"energy_per_atom_ev", p.energy_per_atom_ev},
                      {"overlap", p.overlap}, {"overlap_chi", p.overlap_chi}});
  return {{"ensemble", e.name}, {"replicas_wanted", e.replicas}, {"distinct_replicas", e.distinct_replicas},
          {"force_calls", e.force_calls}, {"shear_modulus_gpa", e.shear_modulus_gpa}, {"modulus_replicas", report.modulus_replicas},
          {"max_stress_gpa", e.max_stress_gpa},
          {"max_stress_error_gpa", e.max_stress_error_gpa}, {"yield_strain", e.yield_strain},
          {"max_stress_drop_gpa", e.max_stress_drop_gpa}, {"max_stress_drop_error_gpa", e.max_stress_drop_error_gpa},
          {"max_stress_drop_strain", e.max_stress_drop_strain}, {"drop_variance_gpa2", e.drop_variance_gpa2},
          {"drop_variance_n_gpa2", e.drop_variance_n_gpa2}, {"variance_relative_error", e.variance_relative_error},
          {"slope_drop_gpa", e.slope_drop_gpa}, {"slope_drop_variance_gpa2", e.slope_drop_variance_gpa2}, {"overlap", e.overlap},
          {"overlap_chi", e.overlap_chi}, {"overlap_chi_peak", e.overlap_chi_peak},
          {"overlap_chi_peak_strain", e.overlap_chi_peak_strain}, {"rearranged_fraction", e.rearranged_fraction}, {"loops", e.loops},
          {"closed_fraction", e.closed_fraction}, {"closed_fraction_error", e.closed_fraction_error},
          {"dissipated_energy_ev", e.dissipated_energy_ev}, {"residual_strain", e.residual_strain},
          {"healed_fraction", e.healed_fraction}, {"replicas", replicas}, {"points", points}};
}

void write_curve(const std::string& path, const std::vector<db::EnsemblePointRecord>& points) {
  const auto column = [&](auto member) {
    Eigen::VectorXd values(static_cast<Eigen::Index>(points.size()));
    for (std::size_t k = 0; k < points.size(); ++k) values[static_cast<Eigen::Index>(k)] = static_cast<double>(points[k].*member);
    return values;
  };
  using P = db::EnsemblePointRecord;
  write_csv(path, {"strain", "replicas", "stress_gpa", "stress_deviation_gpa", "energy_per_atom_ev", "overlap", "overlap_chi"},
            {column(&P::strain), column(&P::replicas), column(&P::stress_gpa), column(&P::stress_deviation_gpa),
             column(&P::energy_per_atom_ev), column(&P::overlap), column(&P::overlap_chi)});
}

int run(Context& context, const EnsembleRequest& request, const std::string& csv) {
  if (!csv.empty()) check_writable("--csv", csv);
  db::Database database(context.global.database, db::Mode::ReadWrite);
  const EnsembleReport report = shear_ensemble(database, request, context.session("ensemble"));
  if (!report.finished) {
    context.outcome(md::message(stop_reason(), "; ", report.replicas.size(), " of ", report.ensemble.replicas, " replicas are kept in ",
                                context.global.database, "; the same command continues"));
    return exit_stopped;
  }
  if (!csv.empty()) write_curve(csv, report.points);
  auto out = describe(report);
  if (!context.global.json)
    for (const char* rows : {"replicas", "points"}) out.erase(rows);
  context.print(out);
  if (report.not_unloaded > 0)
    context.outcome(md::message("the unloading of ", report.not_unloaded, " replicas did not relax; their loading counts"));
  if (report.not_relaxed == 0) return exit_done;
  context.outcome(md::message(report.not_relaxed, " of ", report.ensemble.replicas, " replicas did not relax; they do not count"));
  return exit_not_reached;
}

}  // namespace

void add_ensemble_command(CLI::App& app, Context& context) {
  auto request = std::make_shared<EnsembleRequest>();
  auto csv = std::make_shared<std::string>();
  auto from = std::make_shared<std::string>("yield");
  CLI::App* command = app.add_subcommand("ensemble", "Many replicas of one kind of glass sheared alike: mean curve, largest drop and its variance");
  command->footer(
      "Replicas are samples x senses of shear x perturbed starts, one thread each. A perturbed start is the minimum reached after all atoms "
      "were displaced at random; one that falls back to a minimum the sample had before is recognized and does not count.\n"
      "A variance from n replicas has a relative error of sqrt(2/(n-1)). More --perturbations extend an ensemble.\n"
      "Views: ensembles, replicas, ensemble_points, and shears, shear_steps, plastic_events, unloadings of every replica.\n"
      "Example:\n  landscape ensemble deep --samples glass1,glass2 --perturbations 4 --to 0.15 --csv curve.csv");
  command->add_option("name", request->name, "name of the ensemble")->required();
  command->add_option("--samples", request->samples, "names of samples of one kind")->delimiter(',')->allow_extra_args(false)->required();
  command->add_option("--senses", request->senses, "planes and senses of shear")->delimiter(',')->allow_extra_args(false)->capture_default_str();
  command->add_option("--perturbations", request->perturbations, "perturbed starts of each sample, beside its own minimum")
      ->capture_default_str();
  command->add_option("--amplitude", request->amplitude_a, "standard deviation of each component of the random displacements [Å]")
      ->capture_default_str();
  command->add_option("--to", request->shear.to, "final strain, above 0")->capture_default_str();
  command->add_option("--max-step", request->shear.max_step, "largest strain step")->capture_default_str();
  command->add_option("--resolution", request->shear.resolution, "strain bracket of an event")->capture_default_str();
  command
      ->add_option("--unload-from", *from, "where each replica's load is taken off, to zero stress: yield (the largest stress before the largest drop), drop (just before the largest drop) or none")
      ->check(CLI::IsMember({"yield", "drop", "none"}))
      ->capture_default_str();
  command->add_option("--curve-step", request->curve_step, "strain between the points of the mean curve, at most 100,000")->capture_default_str();
  command->add_option("--threshold", request->shear.rearrangement.threshold_a2, "D2min above which an atom is rearranged [Å²]")
      ->capture_default_str();
  command->add_option("--d2min-cutoff", request->shear.rearrangement.cutoff_a,
                      "neighbors of D2min [Å]; the first minimum of g(r) of each start unless given")->check(number_above(0));
  command->add_option("--overlap-distance", request->shear.rearrangement.overlap_a, "an atom that moved less counts for the overlap [Å]")
      ->capture_default_str();
  command->add_option("--csv", *csv, "the mean curve as CSV");
  command->callback([request, csv, from, &context] {
    request->unload = *from == "yield" ? UnloadFrom::Yield : *from == "drop" ? UnloadFrom::LargestDrop : UnloadFrom::Nowhere;
    context.action = [request, csv, &context] { return run(context, *request, *csv); };
  });
}

}  // namespace landscape::cli
