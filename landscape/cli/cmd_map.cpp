#include <fmt/format.h>

#include <cmath>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/workflow/mapping.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {
namespace {

nlohmann::json per(double calls, std::int64_t count) {
  return count > 0 ? nlohmann::json(calls / static_cast<double>(count)) : nlohmann::json(nullptr);
}

nlohmann::json stages(const art::StageCalls& calls) {
  return {{"leaving_the_basin", calls.activation - calls.relaxation},
          {"perpendicular_relaxation", calls.relaxation},
          {"approach", calls.approach},
          {"of_these_lanczos", calls.lanczos},
          {"push_over", calls.push_over - calls.minima},
          {"final_minima", calls.minima},
          {"proof", calls.proof},
          {"of_all_whole_system", calls.whole}};
}

nlohmann::json by_barrier(const std::vector<FoundEvent>& events) {
  auto ranges = nlohmann::json::array();
  for (const CoverageRange& range : coverage(events)) {
    if (range.events == 0) continue;
    ranges.push_back({{"barrier_low_ev", range.low_ev},
                      {"barrier_high_ev", std::isfinite(range.high_ev) ? nlohmann::json(range.high_ev) : nlohmann::json(nullptr)},
                      {"events", range.events},
                      {"connected", range.connected},
                      {"found_once", range.found_once},
                      {"found_twice", range.found_twice},
                      {"unseen_estimate", range.unseen_estimate},
                      {"new_chance", range.new_chance}});
  }
  return ranges;
}

std::string coverage_line(const CoverageRange& range) {
  return fmt::format("  {:>4} - {:<4} {:>7} {:>10} {:>11} {:>8.1f} {:>11.2f}", range.low_ev,
                     std::isfinite(range.high_ev) ? fmt::format("{}", range.high_ev) : "", range.events, range.connected,
                     range.found_once, range.unseen_estimate, range.new_chance);
}

/// For a person: the table that JSON has as `coverage`.
void note_coverage(const Context& context, const std::vector<FoundEvent>& events) {
  if (context.global.json || events.empty()) return;
  context.note("  barrier eV  events  connected  found once   unseen  new chance");
  for (const CoverageRange& range : coverage(events))
    if (range.events > 0) context.note(coverage_line(range));
}

/// Where energies are of another scale than those of a metal (σ = 1 Å, ε = 1 eV), every search ends at the ceiling.
void note_ceiling(const Context& context, const MapOptions& options, const MapResult& result) {
  const auto high = result.outcomes.find(art::name(art::Outcome::TooHigh));
  if (high != result.outcomes.end() && 2 * high->second > result.searches)
    context.note(md::message(high->second, " of ", result.searches, " searches climbed above ", options.search.approach.max_energy,
                             " eV: a higher --max-barrier or a smaller --push goes on from there"));
}

int run(const Context& context, const MapOptions& options) {
  options.validate();
  db::Database database(context.global.database, db::Mode::ReadWrite);
  const auto result = map_sample(database, options, context.session("map " + options.sample));
  if (result.outcome == MapOutcome::Interrupted) {
    context.outcome(md::message( stop_reason(), "; ", result.searches, " searches and ", result.events,
                             " events are kept in ", context.global.database, "; the same command continues"));
    return exit_stopped;
  }
  nlohmann::json report = {{"sample", options.sample},
                 {"strain_xy", result.strain_xy},
                 {"plane", result.plane},
                 {"searches", result.searches},
                 {"connected", result.connected},
                 {"events", result.events},
                 {"force_calls", result.force_calls},
                 {"force_calls_per_connected", per(result.force_calls, result.connected)},
                 {"force_calls_per_event", per(result.force_calls, result.events)},
                 {"outcomes", result.outcomes},
                 {"minima", result.minima},
                 {"force_calls_by_stage", stages(result.stages)},
                 {"unseen_estimate", result.unseen_estimate},
                 {"new_chance", result.new_chance},
                 {"pearson_events", result.pearson_events},
                 {"coverage", by_barrier(result.found)}};
  if (const auto& s = result.up_to_symmetry)
    report["up_to_symmetry"] = {{"minima", s->minima}, {"saddles", s->saddles}, {"events", s->events}};
  context.print(report);
  note_coverage(context, result.found);
  if (result.outcome == MapOutcome::CapReached) {
    context.outcome(md::message(result.events, " distinct events after ", result.searches, " searches from ", result.minima,
                                result.minima == 1 ? " minimum" : " minima",
                                ", not all that was asked for; they are kept, a larger --searches or --max-minima goes further"));
    note_ceiling(context, options, result);
    return exit_not_reached;
  }
  if (result.outcome == MapOutcome::NotRelaxed) {
    context.outcome(md::message("sample ", options.sample, " did not relax on the way to strain ", options.strain_xy));
    return exit_not_reached;
  }
  return exit_done;
}

}  // namespace

void add_map_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("map", "search the saddles around a sample's minimum (ARTn)");
  auto options = std::make_shared<MapOptions>();
  command->add_option("SAMPLE", options->sample, "name of the sample")->required();
  auto* searches = command->add_option("--searches", options->searches, "total number of searches; a larger one extends");
  command->add_option("--events", options->events, "search until there are so many distinct events (default 20)")
      ->excludes(searches);
  command->add_option("--strain", options->strain_xy, "strain at which to map, reached quasistatically; not with --from ID, whose strain is known")
      ->capture_default_str()->check(finite_number());
  command->add_option("--plane", options->plane, "plane of the shear to --strain")
      ->check(CLI::IsMember({"xy", "xz", "yz"}))->capture_default_str();
  command->add_option("--until-unseen", options->until_unseen,
                      "search until the chance that a connected search ends in a new event (Good-Turing) is at most this, 0 to 1");
  command->add_option("--from", options->from,
                      "minimum to map from (its id in the view minima), or all: the sample's and every one that is found; "
                      "--searches, --events, --until-unseen then hold for each");
  command->add_option("--max-minima", options->max_minima, "minima that --from all goes through")->capture_default_str()->check(count_at_least(1));
  command->add_flag("--symmetry", options->symmetry,
                    "count up to rotation, reflection, shift and exchange of like atoms too (clusters, crystals, slabs); --from all then "
                    "maps one minimum of each kind");
  auto& starts = options->starts;
  auto* center = command->add_option("--center", starts.atoms, "atoms to start at, from 1")->delimiter(',')->allow_extra_args(false);
  command->add_option("--element", starts.element, "start at atoms of this element")->excludes(center);
  command->add_option("--region", starts.zone,
                      "start at atoms in sphere:x,y,z,radius, box:x0,y0,z0,x1,y1,z1 or slab:axis,from,to [Å]; Cartesian, in the frame of the stored "
                      "cell, of the atoms as they are in the minimum that is mapped; periodic images count");
  command->add_flag("--soft-spots", starts.soft_spots, "start at atoms in soft spots (50 lowest modes, 90 % quantile)");
  command->add_option_function<std::string>(
      "--shares", [options](const std::string& text) { options->starts.shares = shares_of(text); },
      "how often each atom: random (default), equal (each once before any again) or soft (in proportion to its softness)");
  command->add_option("--inertia-atoms", options->search.proof.inertia_atoms,
                      "free atoms up to which a saddle is proven by the inertia of the whole Hessian, above by Lanczos; at 1000 atoms an "
                      "inertia costs some 1100 force calls, a Lanczos 32")
      ->check(count_at_least(0))->capture_default_str();
  command->add_option("--radius", options->search.radius, "atoms this close to the centre are pushed [Å]")
      ->capture_default_str()->check(number_above(0));
  command->add_option("--push", options->search.activation_step, "norm of each push over all atoms pushed [Å]")->capture_default_str()->check(number_above(0));
  command->add_option("--max-barrier", options->search.approach.max_energy, "a search that climbs higher above its minimum ends as too_high [eV]")
      ->capture_default_str()->check(number_above(0));
  command->add_option("--margin", options->search.local_margin,
                      "atoms this close to those pushed move until the end game [Å]; 0: all atoms from the start, which costs five times as much "
                      "and leans to the softest spots and lowest barriers of the glass")
      ->capture_default_str()->check(number_at_least(0));
  command->add_flag_callback("--follow-detached", [options] { options->search.detached = art::Detached::Follow; },
                             "lead saddles of a region from which no side returns to the start to saddles of the whole, as disconnected ones, "
                             "instead of ending there as detached");
  command->footer("Example: landscape map glass --until-unseen 0.2 --shares equal --element Cu");
  command->callback([&context, options] { context.action = [&context, options] { return run(context, *options); }; });
}

}  // namespace landscape::cli
