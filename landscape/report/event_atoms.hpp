/// The atoms around events, small enough for a page.
#pragma once

#include <nlohmann/json.hpp>

#include "db/database.hpp"

namespace landscape::report {

/// One event: id, species as letters "t" (indices into "species"), "x" positions of the initial
/// minimum around the atom that moves most, "s" and "f" displacements at the saddle and in the
/// final minimum, all in 0.001 Å as whole numbers, atoms by their distance from the centre; "ids"
/// from 1; "values" with per-atom results of the event or its initial minimum, by name, and d2min_a2
/// from the initial to the final minimum.
/// @param around atoms at most. @param d2min_cutoff of its neighbors [Å]; NaN: left out.
nlohmann::json event_atoms(db::Database& database,
                           const db::EventRecord& event,
                           int around,
                           double d2min_cutoff);

}  // namespace landscape::report
