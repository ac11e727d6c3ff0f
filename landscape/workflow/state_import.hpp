/// Minima and events that other programs or databases found, checked before they are believed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "db/database.hpp"
#include "landscape/workflow/run.hpp"
#include "md/core/configuration.hpp"

namespace landscape {

/// A minimum or saddle as a file has it.
struct OfferedState {
  md::Matrix3Xd positions;         ///< 3 x N [Å], in the sample's order of atoms
  double energy_ev = db::unknown;  ///< what the file says; unknown: not compared
  std::string where = {};          ///< for messages: "points.min state 3"
};

struct OfferedEvent {
  std::size_t initial = 0, saddle = 0, final = 0;  ///< places among the states
  std::string origin = "map";                      ///< map | shear
};

struct StateOffer {
  std::vector<OfferedState> minima = {}, saddles = {};
  std::vector<OfferedEvent> events = {};
};

struct StateImportOptions {
  double same_energy_ev = 1e-5;  ///< [eV], > 0: between the file's energy and that of the sample's potential
  double max_force = 1e-3;       ///< [eV/Å], > 0: of every state
  double same_a = 0.1;           ///< [Å], > 0: largest displacement between two of the same
  double push_over = 0.2;        ///< [Å], > 0: step off the saddle, at most half the way to the nearer minimum
  void validate() const;         ///< @throws md::InputError naming field, value and broken range.
};

struct StateImportReport {
  std::size_t minima = 0, saddles = 0, events = 0;  ///< stored
  std::size_t known = 0;                           ///< states and events that were there already
  std::map<std::string, std::size_t> refused = {};  ///< by cause: energy, force, index, not_connected, initial_refused, ...
  std::vector<std::string> notes = {};             ///< one line for each that was refused
  double force_calls = 0.0;
  bool interrupted = false;
  db::Id run_id = 0;
  std::vector<db::Id> event_ids = {};  ///< here, for each event of the offer, known ones too; 0: refused, or stopped before it
};

/// Enters states and events of one sample at one strain that hold: every state has the energy that the file says (within
/// same_energy_ev) and a max force below max_force under the sample's potential; every saddle one negative eigenvalue; pushed off
/// both ways it reaches the two minima that the file says. What does not hold is counted by cause and left out. States that are
/// known by geometry are not entered again, so the same import twice changes nothing. The file's energies are kept to the last bit.
/// @throws md::InputError where atoms do not fit the sample, db::Error as ready_sample.
StateImportReport import_states(db::Database& database, const std::string& sample, double strain_xy, int plane,
                                const StateOffer& offer, const StateImportOptions& options, const Session& session);

}  // namespace landscape
