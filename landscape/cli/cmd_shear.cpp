#include <cmath>
#include <memory>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/table.hpp"
#include "landscape/workflow/shear.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {

namespace {

/// Drops of the first loading: discontinuities, or falls of the curve.
nlohmann::json drops_json(const ShearReport& report, const std::string& rule) {
  nlohmann::json drops = nlohmann::json::array();
  if (rule == "slope") {
    for (const auto& drop : report.slope_drops)
      drops.push_back({{"strain", drop.from_strain}, {"to_strain", drop.to_strain}, {"stress_drop_gpa", drop.stress_drop_gpa}});
    return drops;
  }
  for (std::size_t k = 0; k < report.events.size(); ++k)
    if (report.places[k].branch == "load")
      drops.push_back({{"strain", report.events[k].strain_lower}, {"to_strain", report.events[k].strain},
                       {"stress_drop_gpa", report.events[k].stress_drop_gpa}, {"energy_drop_ev", report.events[k].energy_drop_ev}});
  return drops;
}

nlohmann::json describe(const ShearReport& report, const std::string& rule) {
  nlohmann::json events = nlohmann::json::array();
  for (std::size_t k = 0; k < report.events.size(); ++k) {
    const auto& event = report.events[k];
    events.push_back({{"branch", report.places[k].branch}, {"cycle", report.places[k].cycle}, {"strain", event.strain}, {"strain_lower", event.strain_lower},
                      {"energy_drop_ev", event.energy_drop_ev}, {"stress_drop_gpa", event.stress_drop_gpa},
                      {"max_displacement_a", event.max_displacement_a}, {"center_atom", event.center_atom},
                      {"participation_number", event.participation_number}, {"rearranged_atoms", known(event.rearranged_atoms)},
                      {"rearranged_atoms_half", known(event.rearranged_atoms_half)}, {"clusters", known(event.clusters)},
                      {"largest_cluster", known(event.largest_cluster)},
                      {"percolating_directions", known(event.percolating_directions)},
                      {"rearranged_fraction_total", event.rearranged_fraction_total}});
  }
  nlohmann::json unloadings = nlohmann::json::array();
  for (const auto& u : report.unloadings)
    unloadings.push_back({{"from_strain", u.from_strain}, {"residual_strain", u.residual_strain},
                          {"residual_stress_gpa", u.residual_stress_gpa}, {"dissipated_energy_ev", u.dissipated_energy_ev},
                          {"cycle_dissipated_energy_ev", u.cycle_dissipated_energy_ev}, {"cycle_displacement_a", u.cycle_displacement_a},
                          {"max_displacement_a", u.max_displacement_a}, {"closed", u.closed}, {"overlap", u.overlap},
                          {"rearranged_atoms", known(u.rearranged_atoms)}, {"healed_fraction", u.healed_fraction}});
  const db::ShearRecord& s = report.shear;
  return {{"shear", s.id}, {"steps", s.steps}, {"force_calls", s.force_calls}, {"shear_modulus_gpa", s.shear_modulus_gpa},
          {"max_stress_gpa", s.max_stress_gpa}, {"yield_strain", s.yield_strain}, {"yield_stress_gpa", s.yield_stress_gpa},
          {"max_stress_drop_gpa", s.max_stress_drop_gpa}, {"max_stress_drop_strain", s.max_stress_drop_strain},
          {"max_stress_drop_energy_ev", s.max_stress_drop_energy_ev}, {"slope_drop_gpa", s.slope_drop_gpa},
          {"slope_drop_strain", s.slope_drop_strain}, {"released_energy_ev", s.released_energy_ev}, {"overlap", s.overlap},
          {"rearranged_fraction", s.rearranged_fraction}, {"d2min_cutoff_a", s.d2min_cutoff_a},
          {"d2min_threshold_a2", s.d2min_threshold_a2}, {"unstable_strain", s.unstable_strain}, {"drops", drops_json(report, rule)}, {"events", events},
          {"unloadings", unloadings}};
}

}  // namespace

void add_shear_command(CLI::App& app, Context& context) {
  auto request = std::make_shared<ShearRequest>();
  CLI::App* command = app.add_subcommand("shear", "Athermal quasistatic shear of a sample, every plastic event located");
  command->footer("Example:\n  landscape shear glass --to 0.1\n  landscape shear glass --to 0.06 --unload    # what comes back, what is dissipated");
  command->add_option("sample", request->sample, "name of the sample")->required();
  command->add_option("--to", request->to, "final strain (negative shears backwards)")->capture_default_str();
  command->add_option("--max-step", request->max_step, "largest strain step; the first is at most 0.002, for the modulus")->capture_default_str();
  auto* resolution = command->add_option("--resolution", request->resolution, "strain bracket of an event")->capture_default_str();
  command->add_option("--plane", request->plane, "plane of shear")
      ->check(CLI::IsMember({"xy", "xz", "yz"}))->capture_default_str();
  command->add_option("--unload", request->unload, "take the load off afterwards: to zero stress, or to zero strain")
      ->expected(0, 1)->default_str("stress")->check(CLI::IsMember({"stress", "strain"}));
  command->add_option("--cycle", request->cycles, "reload and unload so often after the first time; that is cycle 1")->expected(0, 1)->check(count_at_least(1))->default_str("1");
  command->add_flag("--fixed-steps", request->fixed_steps, "the reference: every step but the first (at most 0.002) is --max-step, from the affine guess alone, and no event is bracketed; small steps are what it is for")
      ->excludes(resolution);
  command->add_option("--threshold", request->rearrangement.threshold_a2,
                      "an atom whose D2min (a sum over neighbors) is above this is rearranged [Å²]; half of it is counted too")->capture_default_str();
  command->add_option("--d2min-cutoff", request->rearrangement.cutoff_a, "neighbors of D2min [Å]; the first minimum of g(r) unless given")->check(number_above(0));
  command->add_option("--overlap-distance", request->rearrangement.overlap_a, "an atom that moved less counts for the overlap Q12 [Å]")
      ->capture_default_str();
  auto rule = std::make_shared<std::string>("energy");
  command->add_option("--drops", *rule, "what `drops` of --json lists: falls of the energy at a discontinuity (energy), or falls of the "
                      "curve by the sign of its slope, smooth softening included (slope)")
      ->check(CLI::IsMember({"energy", "slope"}))->capture_default_str();
  command->callback([request, rule, &context] {
    if (request->cycles > 0 && request->unload.empty()) request->unload = "stress";
    context.action = [request, rule, &context] {
      db::Database database(context.global.database, db::Mode::ReadWrite);
      const ShearReport report = shear_sample(database, *request, context.session("shear"));
      if (!report.finished) {
        context.outcome(md::message(stop_reason(), "; the shear of ", request->sample, " is kept at step ", report.shear.steps, " in ",
                                    context.global.database, "; the same command continues"));
        return exit_stopped;
      }
      auto result = describe(report, *rule);
      if (!context.global.json && *rule == "energy") result.erase("drops");  // they are the events
      print_tables(context, std::move(result),
                   {{"drops", {"strain", "to_strain", "stress_drop_gpa", "energy_drop_ev"}},
                    {"events", {"branch", "strain_lower", "strain", "energy_drop_ev", "stress_drop_gpa", "max_displacement_a", "center_atom", "rearranged_atoms"}},
                    {"unloadings", {"from_strain", "residual_strain", "dissipated_energy_ev", "closed", "overlap", "healed_fraction"}}});
      if (std::isfinite(report.shear.unstable_strain))
        context.outcome(md::message("the state of ", request->sample, " at strain ", report.shear.unstable_strain,
                                    " is no minimum: symmetry keeps it from giving way; displace the atoms at random and import them again"));
      if (report.converged) return exit_done;
      context.outcome(md::message("a state of ", request->sample, " did not relax; the shear ended there"));
      return exit_not_reached;
    };
  });
}

}  // namespace landscape::cli
