/// What was measured of events, beside their atoms, in extended XYZ: tracks with their points and folds, predictions, properties, and the
/// shear that set an event off with its curve and plastic events.
///
/// Two keys of the initial frame, each a JSON object as ASE writes and reads it ("_JSON {...}"): `landscape_rows`, and
/// `landscape_shear` at the first event of a shear. Names are columns of the database; lists are columnar, {"column": [values]}. Ids
/// are those of the database that wrote the file, and hold within the file only.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "db/database.hpp"
#include "landscape/exchange/state_files.hpp"
#include "md/io/structure_io.hpp"

namespace landscape {

/// Adds the two keys to the initial frame of the event. @param written shears that the file has already; the event's is added.
/// @return why its shear is left out, or nothing.
std::string add_study_rows(db::Database& database, db::Id event_id, std::set<db::Id>& written, md::Frame& initial);

/// How many rows an import has entered.
struct RowImportReport {
  std::size_t shears = 0, plastic_events = 0, tracks = 0, predictions = 0;
  std::size_t linked = 0;                           ///< events that now say which plastic event they are
  std::map<std::string, std::size_t> refused = {};  ///< by cause: shear, plastic_event, track, prediction, property
  std::vector<std::string> notes = {};              ///< one line for each that was refused
};

/// @throws md::InputError where rows cannot be read: to be asked before anything of the file is entered.
void check_study_rows(const std::vector<OfferedStates>& offers);

/// Enters the rows of the events that were believed; what is there already is not entered again. A shear must begin at the energy of the
/// sample's minimum (within same_energy_ev) and number its steps and plastic events, a track must have the event's barriers at the event's
/// strain (within same_energy_ev), or it is left out, as is what has a value that no such row may have; the other numbers are taken as they
/// were measured.
/// @param reports of import_states for each of `offers`.
/// @throws md::InputError where the rows cannot be read; none are entered then.
RowImportReport import_study_rows(db::Database& database, const std::vector<OfferedStates>& offers,
                                  const std::vector<StateImportReport>& reports, double same_energy_ev);

}  // namespace landscape
