/// Stored states as frames of structure files.
#pragma once

#include <vector>

#include "db/database.hpp"
#include "md/io/structure_io.hpp"

namespace landscape {

/// Displacements from one configuration to another of the same atoms, minimum image in the cell of
/// `from`; drift removed unless atoms are frozen. 3 x N [Å].
md::Matrix3Xd displacement_between(const md::Configuration& from, const md::Matrix3Xd& to);

/// Initial minimum, saddle and final minimum of an event, each with the keys event, role
/// (initial, saddle, final), event_origin (map, shear), state_id, barrier_ev, reverse_barrier_ev and strain_xy, the energy,
/// and the displacement from the initial minimum as the column after pos. Atoms do not jump between
/// frames: positions are those of the initial minimum plus the displacement.
/// @throws db::Error for an unknown event, or one without coordinates.
std::vector<md::Frame> event_frames(db::Database& database, db::Id event_id);

/// One frame for each point of the event's newest track (initial minimum or saddle), in order of
/// strain, with the keys event, point and strain_xy; points without coordinates are left out.
enum class TrackState { Initial, Saddle, Final };
std::vector<md::Frame> track_frames(db::Database& database, db::Id event_id, TrackState state);

md::Frame minimum_frame(db::Database& database, db::Id minimum_id);
/// With the lowest mode as displacement where it is stored.
md::Frame saddle_frame(db::Database& database, db::Id saddle_id);

}  // namespace landscape
