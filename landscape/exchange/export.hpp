/// A selection of a database as files of other programs.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "db/database.hpp"
#include "landscape/workflow/run.hpp"

namespace landscape {

enum class Selection { Events, Minima, Saddles };

struct ExportReport {
  std::size_t files = 0, frames = 0;
  std::vector<std::string> notes = {};  ///< what had to be left out, a line each
};

/// One multi-frame extended XYZ file: initial, saddle, final of every event with its study rows (study_rows.hpp); with `whole_track`
/// also the saddles along its track.
/// @throws db::Error for an id that is not there; md::InputError where the file cannot be written.
ExportReport export_extxyz(db::Database& database,
                           Selection what,
                           std::span<const db::Id> ids,
                           bool whole_track,
                           const std::filesystem::path& file);

/// LAMMPS data files event12_initial.data, event12_saddle.data, ...; minimum3.data; saddle4.data in
/// `folder`, which is made. Types are numbered in alphabetical order of the species, the same in
/// all files.
ExportReport export_lammps(db::Database& database,
                           Selection what,
                           std::span<const db::Id> ids,
                           const std::filesystem::path& folder);

/// Wales's files (see wales.hpp) of events of one sample at one strain, with the coordinates.
/// Minima that are aliases of one another are written once.
/// @param frequencies also those of every state (see log_frequencies), one factorization each; else 0.
/// @throws md::InputError where the events come from several samples or strains, there are none, or a
/// state has unstable modes that it should not have; db::Interrupted when stopped.
ExportReport export_wales(db::Database& database,
                          std::span<const db::Id> events,
                          bool frequencies,
                          const std::filesystem::path& folder,
                          const Session& session);

}  // namespace landscape
