#include <memory>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/track.hpp"
#include "db/query.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {

namespace {

nlohmann::json describe(const TrackReport& report) {
  nlohmann::json tracks = nlohmann::json::array();
  for (std::size_t k = 0; k < report.tracks.size(); ++k) {
    const db::TrackRecord& t = report.tracks[k];
    nlohmann::json points = nlohmann::json::array();
    for (const auto& p : report.points[k])
      points.push_back({{"strain_xy", p.strain_xy}, {"barrier_ev", p.barrier_ev},
                        {"reverse_barrier_ev", p.reverse_barrier_ev}, {"curvature_ev_per_a2", p.curvature_ev_per_a2},
                        {"delta_stress_xy_gpa", p.delta_stress_xy_gpa}});
    tracks.push_back({{"event", t.event_id}, {"critical_strain", t.critical_strain},
                      {"critical_strain_error", t.critical_strain_error}, {"reverse_strain", t.reverse_strain},
                      {"reverse_strain_error", t.reverse_strain_error}, {"window_low", t.window_low},
                      {"window_high", t.window_high}, {"low_end", t.low_end}, {"high_end", t.high_end},
                      {"event_class", t.event_class}, {"event_class_reason", t.event_class_reason},
                      {"event_class_zero_stress", t.event_class_zero_stress}, {"amplitude", t.amplitude_ev},
                      {"exponent", t.exponent}, {"exponent_error", t.exponent_error},
                      {"force_calls", t.force_calls}, {"points", points}});
  }
  return {{"tracks", tracks}, {"not_entered", report.notes}};
}

/// Ids of the sample's events that a condition on the view `events` selects.
std::vector<db::Id> selected(const std::string& path, const std::string& sample, const std::string& where) {
  db::QueryOptions query;
  query.view = "events";
  query.where = where;
  query.columns = {"id", "sample"};
  query.sort = {"id"};
  std::vector<db::Id> ids;
  for (const auto& row : db::run_query(path, query).rows)
    if (std::get<std::string>(row[1]) == sample) ids.push_back(std::get<std::int64_t>(row[0]));
  return ids;
}

}  // namespace

void add_track_command(CLI::App& app, Context& context) {
  struct Options {
    TrackRequest request;
    std::string where, event_class;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("track", "Follow events in strain to the folds where they vanish, and classify them");
  command->footer("Examples:\n  landscape track glass --events 1,4,9\n  landscape track glass --from-shear --limit 4\n"
                  "  landscape track glass --where 'EA < 0.5'");
  TrackRequest& asked = options->request;
  command->add_option("sample", asked.sample, "name of the sample")->required();
  auto* ids = command->add_option("--events", asked.events, "ids of the view events, e.g. 1,4,9")->delimiter(',');
  auto* where = command->add_option("--where", options->where, "condition on the view events");
  auto* by_class = command->add_option("--class", options->event_class, "thermal, strain_created or unresolved");
  auto* shear = command->add_flag("--from-shear", asked.from_shear, "the plastic events of the sample's latest shear");
  for (auto* a : {ids, where, by_class})
    for (auto* b : {ids, where, by_class})
      if (a != b) a->excludes(b);
  for (auto* a : {ids, where, by_class}) shear->excludes(a);
  command->add_option("--limit", asked.limit, "events at most")->check(count_at_least(0));
  command->add_option("--max-strain", asked.options.max_strain, "how far from strain 0 an event is followed")->capture_default_str();
  command->add_option("--max-step", asked.options.max_step, "largest strain step")->capture_default_str();
  command->callback([options, &context] {
    context.action = [options, &context] {
      TrackRequest request = options->request;
      std::string condition = options->where;
      if (!options->event_class.empty()) {
        if (options->event_class != "thermal" && options->event_class != "strain_created" && options->event_class != "unresolved")
          throw md::InputError("track: --class is '" + options->event_class + "', expected thermal, strain_created or unresolved");
        condition = "event_class = '" + options->event_class + "'";
      }
      db::Database database(context.global.database, db::Mode::ReadWrite);
      if (!condition.empty()) {
        ready_sample(database, request.sample);
        request.events = selected(context.global.database, request.sample, condition);
        if (request.events.empty()) {
          context.print({{"tracks", nlohmann::json::array()}, {"not_entered", nlohmann::json::array()}});
          return exit_done;
        }
      }
      const TrackReport report = track_events(database, request, context.session("track"));
      for (const auto& note : report.notes) context.note("track: " + note);
      if (!report.finished) {
        context.outcome(md::message(stop_reason(), "; ", report.tracks.size(), " finished tracks are kept in ", context.global.database,
                                    "; the same command continues"));
        return exit_stopped;
      }
      context.print(describe(report));
      return exit_done;
    };
  });
}

}  // namespace landscape::cli
