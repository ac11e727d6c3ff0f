#include <filesystem>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/exchange/state_files.hpp"
#include "landscape/exchange/study_rows.hpp"
#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {
namespace {

struct ImportArguments {
  std::string path, sample, plane = "xy";
  double strain = 0.0;
  StateImportOptions import;
};

int run(const Context& context, const ImportArguments& o) {
  const bool folder = std::filesystem::is_directory(o.path);
  auto offers = folder ? std::vector<OfferedStates>{read_offered_wales(o.path)} : read_offered_frames(o.path);
  if (folder) {
    offers[0].strain_xy = o.strain;
    offers[0].plane = plane_index(o.plane);
  }
  const auto session = context.session("import");
  db::Database database(context.global.database, db::Mode::ReadWrite);
  for (auto& offered : offers) {
    if (!o.sample.empty()) offered.sample = o.sample;
    if (offered.sample.empty()) throw md::InputError("import: " + o.path + " names no sample; expected --sample NAME");
    const auto sample = ready_sample(database, offered.sample);
    expect_fits(offered, sample_configuration(database, sample, database.minimum(*sample.minimum_id).configuration_id, offered.strain_xy, offered.plane), o.path);
  }
  check_study_rows(offers);
  StateImportReport all;
  std::vector<StateImportReport> reports;
  for (const auto& offered : offers) {
    auto report = import_states(database, offered.sample, offered.strain_xy, offered.plane, offered.offer, o.import, session);
    all.minima += report.minima;
    all.saddles += report.saddles;
    all.events += report.events;
    all.known += report.known;
    all.force_calls += report.force_calls;
    for (const auto& [cause, count] : report.refused) all.refused[cause] += count;
    for (const auto& line : report.notes) context.note(line);
    all.interrupted = report.interrupted;
    reports.push_back(std::move(report));
    if (all.interrupted) break;
  }
  const auto rows = import_study_rows(database, offers, reports, o.import.same_energy_ev);
  for (const auto& [cause, count] : rows.refused) all.refused[cause] += count;
  for (const auto& line : rows.notes) context.note(line);
  context.print({{"file", o.path}, {"minima", all.minima}, {"saddles", all.saddles}, {"events", all.events}, {"known", all.known},
                 {"shears", rows.shears}, {"plastic_events", rows.plastic_events}, {"tracks", rows.tracks}, {"predictions", rows.predictions},
                 {"refused", all.refused}, {"force_calls", all.force_calls}});
  if (all.interrupted) {
    context.outcome(stop_reason() + "; the same command continues");
    return exit_stopped;
  }
  if (all.refused.empty()) return exit_done;
  std::size_t count = 0;
  for (const auto& [cause, one] : all.refused) count += one;
  context.outcome(md::message("import: ", count, " states, events or rows of ", o.path, " do not hold and were left out"));
  return exit_not_reached;
}

}  // namespace

void add_import_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("import", "minima and events from files of other databases and programs, checked");
  auto o = std::make_shared<ImportArguments>();
  command->footer("Files: extended XYZ as landscape export writes it, or a folder with Wales's min.data, ts.data, points.min and points.ts.\n"
                  "Every state must have the energy that the file says and no force under the sample's potential, every saddle one negative\n"
                  "eigenvalue, and it must lead to the minima that the file says; what does not hold is named, counted and left out (exit 1).\n"
                  "Tracks, predictions, and the shears of plastic events come with the events of an extended XYZ file.\n"
                  "Structures come in with landscape sample import.\n"
                  "Examples:\n  landscape import low.xyz\n  landscape import pathsample/ --sample glass");
  command->add_option("PATH", o->path, "extended XYZ file, or folder")->required();
  command->add_option("--sample", o->sample, "sample that the states belong to (default: what the file says)");
  command->add_option("--strain", o->strain, "of a folder's states")->capture_default_str();
  command->add_option("--plane", o->plane, "of that strain: xy, xz, yz")->check(CLI::IsMember({"xy", "xz", "yz"}))->capture_default_str();
  command->add_option("--same-energy", o->import.same_energy_ev, "[eV] between the file's energy and the potential's")->capture_default_str();
  command->add_option("--fmax", o->import.max_force, "[eV/Å] of every state")->capture_default_str();
  command->callback([&context, o] { context.action = [&context, o] { return run(context, *o); }; });
}

}  // namespace landscape::cli
