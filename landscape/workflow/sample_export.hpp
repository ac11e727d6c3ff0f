/// A sample as a structure file that says where it comes from.
#pragma once

#include <string>

#include "db/database.hpp"
#include "md/io/structure_io.hpp"

namespace landscape {

/// The sample's reference minimum with energy, stress and the keys `sample`, `potential`, `potential_sha256` and `history`: a JSON
/// array of the runs it came out of, first to last, each with command, sample, options, seed, code_version and energy.
/// @throws db::Error for an unknown or unfinished sample.
md::Frame export_sample(db::Database& database, const std::string& name);

}  // namespace landscape
