/// Samples: glasses made by melt and quench, and structures taken from files.
#pragma once

#include <string>

#include "db/database.hpp"
#include "landscape/workflow/run.hpp"
#include "md/dynamics/melt_quench.hpp"
#include "md/minimize/cell_surface.hpp"

namespace landscape {

/// A sample's minimum is relaxed this far: a hundredth of the affine force of a strain step of 2e-5.
inline constexpr double sample_max_force = 1e-6;      ///< [eV/Å]
/// Where a pair term has a kink at its cutoff a minimum may lie in it, where no smaller force exists: then a
/// minimizer that finds none is believed up to this force. The sample's max_force_ev_per_a tells.
inline constexpr double sample_kink_force = 2e-4;     ///< [eV/Å]
/// Whether that is reached.
inline bool relaxed_as_a_sample(const md::MinimizeResult& minimum) {
  return minimum.converged() || (minimum.status == md::MinimizeStatus::Stalled && minimum.max_force <= sample_kink_force);
}
inline constexpr double sample_max_stress_gpa = 1e-4; ///< where its cell is relaxed

struct QuenchRequest {
  std::string name;
  std::shared_ptr<const md::Potential> potential;
  md::MeltQuenchOptions quench;                    ///< seed and threads are the session's
  md::CellMode cell = md::CellMode::Anisotropic;   ///< of the final relaxation
};

struct ImportRequest {
  std::string name;
  std::shared_ptr<const md::Potential> potential;
  md::Configuration configuration;
  md::CellMode cell = md::CellMode::Fixed;
  std::string history = {};  ///< JSON array that `sample export` wrote into the file: kept in the run, so that the next export has it too
};

enum class SampleOutcome {
  Made,
  AlreadyThere,   ///< same name, same options: nothing was done
  Interrupted,    ///< stopped; a quench has kept its checkpoint
  NotConverged,   ///< the relaxation did not reach sample_max_force; nothing is stored, `sample` says how far it came
};

struct [[nodiscard]] SampleResult {
  SampleOutcome outcome = SampleOutcome::Made;
  db::SampleRecord sample;
  std::int64_t step = 0;   ///< of a quench that was interrupted
};

/// Melts, quenches, and relaxes first in the cell reached and then as asked; both inherent structures are recorded.
///
/// The dynamics are checkpointed every 2000 steps, so that the same call after a kill goes on and ends in the same content.
/// @throws db::Error where the name is taken by a sample with other options, naming them; md::InputError for bad options.
SampleResult quench_sample(db::Database& database, const QuenchRequest& request, const Session& session);

/// Takes a structure as a sample, relaxed to sample_max_force. @throws as quench_sample.
SampleResult import_sample(db::Database& database, const ImportRequest& request, const Session& session);

/// "fixed", "iso", "aniso".
const char* cell_mode_name(md::CellMode mode);
/// @throws md::InputError for another name.
md::CellMode cell_mode(const std::string& name);

/// Text that tells a sample from all others: for the uids of what is found in it.
std::string sample_uid_text(db::Database& database, const db::SampleRecord& sample);

}  // namespace landscape
