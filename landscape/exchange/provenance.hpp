/// From any row back to what made it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "db/database.hpp"

namespace landscape {

/// The chain of a row, from it to the sample, its ancestors and the potential: an array of steps,
/// each with "what", "id", what says which one it is, and its run (command, options, seed,
/// code_version, host, started_utc, threads).
/// @param kind event, minimum, saddle, track, shear, plastic_event, mapping or sample. @param name
/// id, or the sample's name.
/// @throws db::Error for an unknown kind (naming the nearest), id or name.
nlohmann::json provenance(db::Database& database, const std::string& kind, const std::string& name);

}  // namespace landscape
