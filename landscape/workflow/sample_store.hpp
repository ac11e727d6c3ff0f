/// What all ways of making a sample share: known names, relaxation, storage.
#pragma once

#include <optional>
#include <string>

#include "landscape/workflow/sample.hpp"

namespace landscape::detail {

/// Threads beyond the chunks of a force call would only wait.
int useful_threads(Eigen::Index atoms, const Session& session);

/// @throws db::Error naming the options in which two JSON texts differ, if they do.
void refuse_other_options(const std::string& what, const std::string& name, const std::string& stored,
                          const std::string& asked, const char* advice = "choose another name or the same options");

/// Where thermal cycling keeps its checkpoint of a sample.
std::string htc_key(const std::string& name);

/// The known, finished sample of that name, if its options are those asked for. @throws db::Error if they are not, unless the
/// sample was only begun: without checkpoint and inherent structures.
std::optional<SampleResult> known_sample(db::Database& database, const std::string& name, const std::string& options);

/// A configuration's inherent structure: in its own cell, then with the cell relaxed as asked.
struct [[nodiscard]] Relaxed {
  md::MinimizeResult minimum;       ///< of the last relaxation done; not converged where it failed
  md::Configuration configuration;
  double energy_fixed_cell_ev = db::unknown;
  double energy_ev = db::unknown;   ///< of the stored numbers, with a fresh neighbor list
  double max_force_ev_per_a = db::unknown;
  db::Stress stress_gpa = db::unknown_stress;
  double force_calls = 0.0;
  bool converged() const { return relaxed_as_a_sample(minimum); }
};
Relaxed relax(const std::shared_ptr<const md::Potential>& potential, const md::Configuration& start, md::CellMode cell,
              const Session& session);

/// Fills in what `relaxed` says and stores sample (a row that was begun is replaced) and reference minimum, ready for use.
/// Where the relaxation failed nothing is stored and the result says how far it came.
/// @param checkpoint_key erased in the same transaction unless empty.
/// @throws db::Error where another process has made the sample meanwhile.
SampleResult store_sample(db::Database& database, const Relaxed& relaxed, double volume_fixed_cell_a3, db::SampleRecord sample,
                          const md::Potential& potential, db::Id run_id, const std::string& checkpoint_key);

/// "done", "interrupted", "incomplete" of a run.
const char* run_status(SampleOutcome outcome);

}  // namespace landscape::detail
