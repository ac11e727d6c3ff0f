/// Results of a sample: per atom, as the view `atoms` shows them, and as a whole (view
/// `properties`).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "landscape/workflow/subject.hpp"

namespace landscape {

/// A number and its 1 sigma, NaN where there is none.
struct Property {
  double value;
  double error = db::unknown;
};

struct SampleResults {
  std::map<std::string, Eigen::VectorXd> atoms;  ///< one number an atom
  std::map<std::string, Property> properties;    ///< those that are not finite are left out
  std::optional<db::Id> event = {};  ///< the event they belong to, instead of the reference minimum
};

/// Stores each named result for the sample's reference minimum, or an event, replacing what stood
/// there, in a run of its own. Numbers are kept to eight digits: what different numbers of threads
/// agree on.
void store_results(db::Database& database,
                   const Subject& subject,
                   std::string_view command,
                   const std::string& options,
                   const SampleResults& results,
                   const Session& session);

}  // namespace landscape
