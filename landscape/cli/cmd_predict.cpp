#include <cmath>
#include <memory>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/event_choice.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/workflow/prediction.hpp"
#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {

namespace {

nlohmann::json describe(const PredictReport& report) {
  using nlohmann::json;
  json events = json::array(), quality = json::array(), first = json::array();
  for (const EventPrediction& e : report.events) {
    json row = {{"event", e.event.id}, {"barrier_ev", e.event.barrier_ev}};
    for (std::size_t m = 0; m < prediction_methods.size(); ++m)
      row[prediction_methods[m]] = e.by_method[m] ? json(e.by_method[m]->critical_strain) : json(nullptr);
    row["tracked"] = e.track ? json(e.track->critical_strain) : json(nullptr);
    events.push_back(std::move(row));
  }
  for (const PredictionQuality& q : report.quality)
    quality.push_back({{"method", q.method}, {"tracked_events", q.events}, {"predicted", q.predicted}, {"median_error", q.median_error},
                       {"median_relative_error", q.median_relative_error}, {"within_10_percent", q.within_tenth}, {"spearman", q.spearman}});
  for (const FirstEvent& f : report.first) {
    json row = {{"sense", f.sense}, {"fired_strain", f.fired_strain ? json(*f.fired_strain) : json(nullptr)},
                {"fired_event", f.fired_event ? json(*f.fired_event) : json(nullptr)}, {"followed", f.followed}};
    for (std::size_t m = 0; m < prediction_methods.size(); ++m)
      row[prediction_methods[m]] = f.foretold[m] ? json{{"event", *f.foretold[m]}, {"strain", f.foretold_strain[m]}} : json(nullptr);
    first.push_back(std::move(row));
  }
  return {{"events", events}, {"quality", quality}, {"first", first}};
}

}  // namespace

void add_predict_command(CLI::App& app, Context& context) {
  struct Options {
    PredictRequest request;
    EventChoice choice;
    std::string plane = "xy";
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("predict", "Foretell the strain at which the barrier of each event vanishes");
  command->footer("Four methods (docs/methods.md), each held against the tracks there are, and against what shears fired first.\n"
                  "Examples:\n  landscape predict glass\n  landscape predict glass --plane xz --stored-only\n"
                  "  landscape query predictions method=two_strains -s gp -c event_id,EA,gp,gc");
  command->add_option("sample", options->request.sample, "name of the sample")->required();
  add_event_choice(*command, options->choice);
  command->add_option("--plane", options->plane, "plane of shear")->capture_default_str()->check(CLI::IsMember({"xy", "xz", "yz"}));
  command->add_flag("--stored-only", options->request.stored_only, "first_order only, from the stored barriers and stresses: no force call");
  command->callback([options, &context] {
    context.action = [options, &context] {
      PredictRequest request = options->request;
      request.options.plane = plane_index(options->plane);
      db::Database database(context.global.database, db::Mode::ReadWrite);
      ready_sample(database, request.sample);
      if (const auto ids = chosen_events(context.global.database, request.sample, options->choice)) {
        request.events = *ids;
        if (ids->empty()) {
          context.print(describe({}));
          context.note("predict: no event of " + request.sample + " is among those asked for; see 'landscape query events'");
          return exit_done;
        }
      }
      const PredictReport report = predict_events(database, request, context.session("predict"));
      if (!report.finished) {
        context.outcome(md::message(stop_reason(), "; the predictions made are kept in ", context.global.database, "; the same command continues"));
        return exit_stopped;
      }
      context.print(describe(report));
      if (report.events.empty()) context.note("predict: " + request.sample + " has no mapped event yet; run 'landscape map " + request.sample + "'");
      if (report.in_other_planes > 0)
        context.note(md::message(report.in_other_planes, " events left out: they lie at a strain in another plane than ", options->plane));
      return exit_done;
    };
  });
}

}  // namespace landscape::cli
