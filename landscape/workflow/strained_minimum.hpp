/// The minimum that a mapping starts from: the sample's reference, or what it becomes under strain.
#pragma once

#include <optional>

#include "db/database.hpp"
#include "landscape/workflow/run.hpp"

namespace landscape {

/// The sample's minimum at `strain_xy` of a simple shear in `plane` (xy, xz or yz): its reference at 0, else where quasistatic shear
/// (QuasistaticShear, as `shear` goes) leads, relaxed as a sample is; stored once and found again. Nothing where a step did not converge or the session stopped.
/// @throws md::InputError where the sample is not periodic in all directions.
std::optional<db::MinimumRecord> minimum_at_strain(db::Database& database, const db::SampleRecord& sample,
                                                   double strain_xy, const std::string& plane, db::Id run_id, const Session& session);

/// Whether `minimum` is what minimum_at_strain gives at its strain, stored under whatever command.
bool is_own_minimum(db::Database& database, const db::SampleRecord& sample, const db::MinimumRecord& minimum);

}  // namespace landscape
