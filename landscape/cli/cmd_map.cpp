#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/workflow/mapping.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {
namespace {

nlohmann::json per(double calls, std::int64_t count) {
  return count > 0 ? nlohmann::json(calls / static_cast<double>(count)) : nlohmann::json(nullptr);
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
  context.print({{"sample", options.sample},
                 {"strain_xy", options.strain_xy},
                 {"searches", result.searches},
                 {"connected", result.connected},
                 {"events", result.events},
                 {"force_calls", result.force_calls},
                 {"force_calls_per_connected", per(result.force_calls, result.connected)},
                 {"force_calls_per_event", per(result.force_calls, result.events)},
                 {"outcomes", result.outcomes},
                 {"unseen_estimate", result.unseen_estimate}});
  if (result.outcome == MapOutcome::CapReached) {
    context.outcome(md::message( result.events, " distinct events after ", result.searches,
                             " searches, fewer than asked for; they are kept, --searches N goes further"));
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
  command->add_option("--strain", options->strain_xy, "strain at which to map, reached quasistatically")
      ->capture_default_str();
  auto* center = command->add_option("--center", options->center_atoms, "atoms to start at, from 1")->delimiter(',');
  command->add_option("--element", options->element, "start at atoms of this element")->excludes(center);
  command->add_option("--radius", options->search.radius, "atoms this close to the centre are pushed [Å]")
      ->capture_default_str();
  command->add_option("--margin", options->search.local_margin,
                      "atoms this close to those pushed move until the end game [Å]; 0: all atoms from the start, which costs twice as much "
                      "and leans to the softest spots and lowest barriers of the glass")
      ->capture_default_str();
  command->callback([&context, options] { context.action = [&context, options] { return run(context, *options); }; });
}

}  // namespace landscape::cli
