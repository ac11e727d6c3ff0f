/// Per-atom results of a sample, as the view `atoms` shows them.
#pragma once

#include <map>
#include <string>

#include "landscape/workflow/subject.hpp"

namespace landscape {

/// Stores each named result (one number an atom) for the sample's reference minimum, replacing what stood there, in a run of its own.
/// Numbers are kept to eight digits: what different numbers of threads agree on.
void store_atom_values(db::Database& database, const Subject& subject, std::string_view command, const std::string& options,
                       const std::map<std::string, Eigen::VectorXd>& values, const Session& session);

}  // namespace landscape
