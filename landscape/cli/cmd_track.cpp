#include <cmath>
#include <memory>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/event_choice.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/table.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/track.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {

namespace {

nlohmann::json describe(const TrackReport& report) {
  nlohmann::json tracks = nlohmann::json::array();
  for (std::size_t k = 0; k < report.tracks.size(); ++k) {
    const db::TrackRecord& t = report.tracks[k];
    nlohmann::json points = nlohmann::json::array();
    for (const auto& p : report.points[k]) {
      points.push_back({{"strain_xy", p.strain_xy}, {"barrier_ev", p.barrier_ev},
                        {"reverse_barrier_ev", p.reverse_barrier_ev}, {"curvature_ev_per_a2", p.curvature_ev_per_a2},
                        {"delta_stress_xy_gpa", p.delta_stress_xy_gpa}, {"which_initial", known(p.which_initial)},
                        {"which_final", known(p.which_final)}});
      if (p.path_asked) {
        points.back()["path_barrier_ev"] = p.path_barrier_ev;
        points.back()["path_reverse_barrier_ev"] = p.path_reverse_barrier_ev;
      }
    }
    tracks.push_back({{"event", t.event_id}, {"plane", t.plane},
                      {"event_at_zero", known(t.event_at_zero_id)},
                      {"critical_strain", t.critical_strain},
                      {"critical_strain_error", t.critical_strain_error}, {"reverse_strain", t.reverse_strain},
                      {"reverse_strain_error", t.reverse_strain_error}, {"window_low", t.window_low},
                      {"window_high", t.window_high}, {"low_end", t.low_end}, {"high_end", t.high_end},
                      {"event_class", t.event_class}, {"event_class_reason", t.event_class_reason},
                      {"event_class_zero_stress", t.event_class_zero_stress}, {"amplitude", t.amplitude_ev},
                      {"exponent", t.exponent}, {"exponent_error", t.exponent_error},
                      {"force_calls", t.force_calls}, {"points", points}});
  }
  return {{"tracks", tracks}, {"not_entered", report.notes}, {"doubtful", report.doubts}};
}

/// In the words of the command line.
void check_options(const catastrophe::TrackOptions& o) {
  const auto require = [](bool good, const char* option, const std::string& expected, double got) {
    if (!good) throw md::InputError(md::message(option, ": expected ", expected, ", got ", got));
  };
  constexpr double most = 100.0;  // as far as shear goes
  require(o.max_strain > 0.0 && o.max_strain <= most, "--max-strain", md::message("a strain above 0, at most ", most), o.max_strain);
  require(o.max_step >= o.min_step && std::isfinite(o.max_step), "--max-step",
          md::message("a strain of at least ", o.min_step, ", the shortest step"), o.max_step);
}

/// Says why, and what to do first.
int nothing_to_follow(Context& context, const TrackRequest& request, const EventChoice& choice) {
  context.print(describe(TrackReport{}));
  const bool chosen = !choice.where.empty() || !choice.event_class.empty();
  db::Database database(context.global.database, db::Mode::ReadOnly);
  const bool any = !database.events_of_sample(ready_sample(database, request.sample).id).empty();
  const std::string& s = request.sample;
  if (request.limit == 0) context.note("track: --limit 0 leaves no event to follow");
  else if (request.from_shear) context.note("track: the shear of " + s + " has no plastic event; shear it further ('landscape shear " + s + " --to 0.15')");
  else if (chosen && any) context.note("track: no event of " + s + " is among those asked for; see 'landscape query events'");
  else context.note("track: " + s + " has no events yet; run 'landscape map " + s + "', or 'landscape shear " + s + "' and then track with --from-shear");
  return exit_done;
}

}  // namespace

void add_track_command(CLI::App& app, Context& context) {
  struct Options {
    TrackRequest request;
    EventChoice choice;
    std::string plane = "xy";
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("track", "Follow events in strain to the folds where they vanish, and classify them");
  command->footer("Examples:\n  landscape track glass --events 1,4,9\n  landscape track glass --from-shear --limit 4\n  landscape track glass --shear 12\n"
                  "  landscape track glass --where 'EA < 0.5'");
  TrackRequest& asked = options->request;
  command->add_option("sample", asked.sample, "name of the sample")->required();
  auto* shear = command->add_flag("--from-shear", asked.from_shear, "the plastic events of the sample's latest shear");
  auto* which = command->add_option("--shear", asked.shear, "those of this shear (view shears)")->excludes(shear);
  for (auto* option : add_event_choice(*command, options->choice)) option->excludes(shear)->excludes(which);
  command->add_option("--plane", options->plane, "plane of shear for events found at strain 0; others stay in theirs")
      ->capture_default_str()->check(CLI::IsMember({"xy", "xz", "yz"}));
  command->add_option("--limit", asked.limit, "events at most")->check(count_at_least(0));
  command->add_option("--max-strain", asked.options.max_strain, "how far from strain 0 an event is followed")->capture_default_str();
  command->add_option("--max-step", asked.options.max_step, "largest strain step")->capture_default_str();
  command->add_option("--prove", asked.prove, "at so many points find the path between the two minima too (CI-NEB, 40 images), for comparison")
      ->capture_default_str()->check(count_at_least(0));
  command->callback([options, &context] {
    context.action = [options, &context] {
      TrackRequest request = options->request;
      if (request.shear) request.from_shear = true;
      request.options.plane = plane_index(options->plane);
      check_options(request.options);
      db::Database database(context.global.database, db::Mode::ReadWrite);
      ready_sample(database, request.sample);
      if (const auto ids = chosen_events(context.global.database, request.sample, options->choice)) {
        request.events = *ids;
        if (ids->empty()) return nothing_to_follow(context, request, options->choice);
      }
      const TrackReport report = track_events(database, request, context.session("track"));
      for (const auto& note : report.notes) context.note("track: " + note);
      for (const auto& doubt : report.doubts) context.note("track: " + doubt);
      if (!report.finished) {
        context.outcome(md::message(stop_reason(), "; ", report.tracks.size(), " finished tracks are kept in ", context.global.database,
                                    "; the same command continues"));
        return exit_stopped;
      }
      if (report.tracks.empty() && report.notes.empty()) return nothing_to_follow(context, request, options->choice);
      print_tables(context, describe(report),
                   {{"tracks", {"event", "plane", "window_low", "low_end", "window_high", "high_end", "critical_strain", "critical_strain_error", "event_class"}}});
      return exit_done;
    };
  });
}

}  // namespace landscape::cli
