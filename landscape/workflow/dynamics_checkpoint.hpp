/// The state of a dynamics run as a checkpoint row, to the last bit.
#pragma once

#include <string>

#include "db/records.hpp"
#include "md/dynamics/dynamics.hpp"

namespace landscape {

/// @param options JSON text of the work it belongs to, kept beside the state.
/// @param extra whatever else the work goes on from.
db::CheckpointRecord encode_dynamics(const md::DynamicsState& state, const std::string& key, db::Id run_id,
                                     const std::string& options, const std::string& extra = {});
/// @throws db::Error for a damaged row.
md::DynamicsState decode_dynamics(const db::CheckpointRecord& record);
/// The options it was stored with.
std::string checkpoint_options(const db::CheckpointRecord& record);
/// What was given as `extra`.
std::string checkpoint_extra(const db::CheckpointRecord& record);

}  // namespace landscape
