#include "db/query.hpp"
#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/exchange/export.hpp"
#include "landscape/exchange/provenance.hpp"
#include "landscape/exchange/query_functions.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {
namespace {

struct ExportArguments {
  std::vector<std::string> words;  ///< the view, then terms
  std::string where, format = "extxyz", output;
  bool whole_track = false, frequencies = false;
};

std::vector<db::Id> selected(const Context& context, const ExportArguments& o) {
  db::QueryOptions query;
  query.view = o.words[0];
  query.terms.assign(o.words.begin() + 1, o.words.end());
  query.where = o.where;
  query.columns = {"id"};
  query.functions = rate_functions();
  query.interrupted = stop_requested;
  std::vector<db::Id> ids;
  for (const auto& row : db::run_query(context.global.database, query).rows) ids.push_back(std::get<std::int64_t>(row[0]));
  return ids;
}

int run(const Context& context, const ExportArguments& o) {
  const auto& view = o.words[0];
  if (view != "events" && view != "minima" && view != "saddles")
    throw md::InputError("export: expected events, minima or saddles, got " + view);
  if (o.frequencies && o.format != "wales") throw md::InputError("export: --frequencies goes with --format wales");
  if (o.format == "wales" && view != "events") throw md::InputError("export: --format wales takes events, got " + view);
  const auto ids = selected(context, o);
  if (ids.empty()) throw md::InputError("export: nothing was selected; 'landscape query' with the same terms shows what there is");
  const auto what = view == "events" ? Selection::Events : view == "minima" ? Selection::Minima : Selection::Saddles;
  db::Database database(context.global.database, db::Mode::ReadOnly);
  const auto report = o.format == "extxyz"   ? export_extxyz(database, what, ids, o.whole_track, o.output)
                      : o.format == "lammps" ? export_lammps(database, what, ids, o.output)
                                             : export_wales(database, ids, o.frequencies, o.output, context.session("export"));
  for (const auto& note : report.notes) context.note("export: " + note);
  context.print({{"selected", ids.size()}, {"frames", report.frames}, {"files", report.files}, {"output", o.output}, {"format", o.format}});
  return exit_done;
}

void print_chain(const Context& context, const nlohmann::json& chain) {
  if (context.global.json) return print_text(chain.dump(2) + '\n');
  std::string text;
  for (const auto& step : chain) {
    text += step["what"].get<std::string>() + ' ' + step["id"].dump() + '\n';
    for (const auto& [key, value] : step.items())
      if (key != "what" && key != "id" && key != "run") text += "    " + key + "  " + (value.is_string() ? value.get<std::string>() : value.dump()) + '\n';
    if (!step.contains("run")) continue;
    text += "    made by run";
    for (const char* key : {"id", "command", "seed", "code_version", "host", "started_utc", "status"})
      text += ' ' + (std::string(key) == "id" ? "" : std::string(key) + ' ') + (step["run"][key].is_string() ? step["run"][key].get<std::string>() : step["run"][key].dump());
    text += "\n    with options " + step["run"]["options"].dump() + '\n';
  }
  print_text(text);
}

}  // namespace

void add_export_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("export", "the atoms of a selection as extended XYZ, LAMMPS data or Wales's files");
  auto o = std::make_shared<ExportArguments>();
  command->footer("Terms as in landscape query. Graphs as GraphML or CSV: landscape graph -o. Rows as CSV or JSON: landscape query -f.\n"
                  "Events in extended XYZ bring their tracks and shears along, for landscape import.\n"
                  "Examples:\n  landscape export events 'EA<0.3' -o low.xyz        initial, saddle, final of each; OVITO's slider plays them\n"
                  "  landscape export minima sample=glass -f lammps -o minima/\n"
                  "  landscape export events sample=glass strain=0 -f wales -o pathsample/");
  command->add_option("VIEW", o->words, "events, minima or saddles, and then terms")->required()->type_name("[TERM...]");
  command->add_option("--where,-w", o->where, "SQL expression over the columns");
  command->add_option("--format,-f", o->format, "extxyz (a file), lammps, wales (a folder)")
      ->check(CLI::IsMember({"extxyz", "lammps", "wales"}))->capture_default_str();
  command->add_flag("--track", o->whole_track, "extxyz of events: also the saddles along the newest track");
  command->add_flag("--frequencies", o->frequencies, "wales: with the frequencies of every state, a factorization of its Hessian each");
  command->add_option("--output,-o", o->output, "file or folder")->required();
  command->callback([&context, o] {
    context.action = [&context, o] {
      try {
        return run(context, *o);
      } catch (const db::Interrupted&) {
        context.outcome("export: " + stop_reason());
        return exit_stopped;
      }
    };
  });
}

void add_provenance_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("provenance", "where a row comes from: runs, options, seeds, versions, sample, potential");
  auto kind = std::make_shared<std::string>(), name = std::make_shared<std::string>();
  command->footer("Example: landscape provenance event 42");
  command->add_option("KIND", *kind, "event, minimum, saddle, track, shear, plastic_event, mapping or sample")->required();
  command->add_option("ID", *name, "its id; of a sample its name")->required();
  command->callback([&context, kind, name] {
    context.action = [&context, kind, name] {
      db::Database database(context.global.database, db::Mode::ReadOnly);
      print_chain(context, provenance(database, *kind, *name));
      return exit_done;
    };
  });
}

}  // namespace landscape::cli
