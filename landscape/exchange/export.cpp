#include "landscape/exchange/export.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "db/query.hpp"
#include "landscape/exchange/frames.hpp"
#include "landscape/exchange/study_rows.hpp"
#include "landscape/exchange/wales.hpp"
#include "landscape/workflow/rate.hpp"
#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "md/io/text_file.hpp"

namespace landscape {
namespace {

namespace fs = std::filesystem;

std::vector<md::Frame> frames_of(db::Database& database, Selection what, db::Id id) {
  if (what == Selection::Events) return event_frames(database, id);
  return {what == Selection::Minima ? minimum_frame(database, id) : saddle_frame(database, id)};
}

void make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    throw md::InputError(md::message(folder.string(), ": cannot be made: ", failed.message()));
}

std::vector<double> numbers(db::Database& database, db::Id configuration_id) {
  const auto positions = load_positions(database, configuration_id);
  return {positions.data(), positions.data() + positions.size()};
}

/// The minimum that stands for each one that is an alias.
std::map<std::string, std::string> minimum_aliases(db::Database& database) {
  std::map<std::string, std::string> same;
  for (const auto& alias : database.aliases()) {
    if (alias.kind == "minimum") same[alias.uid] = alias.same_as_uid;
  }
  return same;
}

}  // namespace

ExportReport export_extxyz(db::Database& database,
                           Selection what,
                           std::span<const db::Id> ids,
                           bool whole_track,
                           const fs::path& file) {
  ExportReport report{1, 0};
  std::ostringstream text;
  std::set<db::Id> shears;
  for (const auto id : ids) {
    auto frames = frames_of(database, what, id);
    if (what == Selection::Events) {
      const auto note = add_study_rows(database, id, shears, frames.front());
      if (!note.empty() && std::find(report.notes.begin(), report.notes.end(), note) == report.notes.end()) report.notes.push_back(note);
    }
    if (whole_track && what == Selection::Events) {
      auto along = track_frames(database, id, TrackState::Saddle);
      if (along.empty()) report.notes.push_back(md::message("event ", id, " has no saddles along a track: it was not followed in its plane, or its track keeps no atoms"));
      for (auto& frame : along) {
        frame.info["role"] = "track";
        frames.push_back(std::move(frame));
      }
    }
    for (const auto& frame : frames) md::write_extxyz(text, frame);
    report.frames += frames.size();
  }
  md::text::replace_file(file, text.str());
  return report;
}

ExportReport export_lammps(db::Database& database,
                           Selection what,
                           std::span<const db::Id> ids,
                           const fs::path& folder) {
  make_folder(folder);
  ExportReport report;
  for (const auto id : ids) {
    for (const auto& frame : frames_of(database, what, id)) {
      auto types = frame.configuration.species;
      std::sort(types.begin(), types.end());
      types.erase(std::unique(types.begin(), types.end()), types.end());
      const std::string stem = what == Selection::Events
                                   ? md::message("event", id, '_', frame.info.at("role"))
                               : what == Selection::Minima ? md::message("minimum", id)
                                                           : md::message("saddle", id);
      md::write_lammps_data(folder / (stem + ".data"), frame, types);
      ++report.files;
      ++report.frames;
    }
  }
  return report;
}

ExportReport export_wales(db::Database& database,
                          std::span<const db::Id> events,
                          bool frequencies,
                          const fs::path& folder,
                          const Session& session) {
  if (events.empty()) throw md::InputError("export: no event was selected");
  const auto first = database.event(events[0]);
  const auto same = minimum_aliases(database);
  const auto potential = frequencies ? sample_potential(database, database.sample(first.sample_id)) : nullptr;
  std::int64_t done = 0;
  const auto describe = [&](const std::string& what, const md::Configuration& configuration, Eigen::Index negative) {
    WalesState state;
    if (!potential) return state;
    if (session.stopped()) throw db::Interrupted("export interrupted");
    session.report({done++, 0, "frequencies of " + what});
    state.log_frequencies = log_frequencies(*potential, configuration, negative, session);
    if (!std::isfinite(state.log_frequencies))
      throw md::InputError(md::message("export: ", what, ": expected ", negative, " unstable modes, got another number; leave it out"));
    return state;
  };
  WalesFiles files;
  std::vector<GraphMinimum> minima;
  std::vector<GraphSaddle> saddles;
  std::map<db::Id, std::size_t> place;
  const auto place_of = [&](db::Id id) {
    auto minimum = database.minimum(id);
    if (const auto alias = same.find(minimum.uid); alias != same.end()) {
      if (const auto other = database.find_minimum_by_uid(alias->second)) minimum = *other;
    }
    const auto [found, fresh] = place.try_emplace(minimum.id, minima.size());
    if (fresh) {
      minima.push_back({minimum.id, minimum.energy_ev, {}});
      files.minima_points.push_back(numbers(database, minimum.configuration_id));
      files.minima.push_back(describe(md::message("minimum ", minimum.id), potential ? load_minimum(database, minimum.id) : md::Configuration{}, 0));
    }
    return found->second;
  };
  for (const auto id : events) {
    const auto event = database.event(id);
    if (event.sample_id != first.sample_id || event.strain_xy != first.strain_xy ||
        event.plane != first.plane) {
      throw md::InputError(md::message(
          "export: events ", first.id, " and ", event.id,
          " are of different samples or strains: expected one of each; add terms such as sample=",
          database.sample(first.sample_id).name, " strain=", first.strain_xy));
    }
    GraphSaddle saddle;
    const auto state = database.saddle(event.saddle_id);
    saddle.id = state.id;
    saddle.a = place_of(event.initial_minimum_id);
    saddle.b = place_of(event.final_minimum_id);
    saddle.energy_ev = state.energy_ev;
    files.saddle_points.push_back(numbers(database, state.configuration_id));
    files.saddles.push_back(describe(md::message("saddle ", state.id), potential ? load_saddle(database, state.id) : md::Configuration{}, 1));
    saddles.push_back(std::move(saddle));
  }
  files.graph = LandscapeGraph(std::move(minima), std::move(saddles));
  write_wales(folder, files);
  return {7, files.minima_points.size() + files.saddle_points.size()};
}

}  // namespace landscape
