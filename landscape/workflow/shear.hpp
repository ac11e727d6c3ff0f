/// Quasistatic shear of a sample into the database.
#pragma once

#include <string>

#include "db/database.hpp"
#include "landscape/workflow/run.hpp"
#include "landscape/workflow/shear_rows.hpp"

namespace landscape {

struct ShearRequest {
  std::string sample;
  double to = 0.15;            ///< final strain, not zero
  double max_step = 1e-3;      ///< > 0
  double resolution = 1e-5;    ///< > 0
  bool fixed_steps = false;    ///< every step is max_step and nothing is bracketed
  std::string plane = "xy";
  std::string unload;          ///< after loading: to zero "stress" or zero "strain"; empty: not
  int cycles = 0;              ///< >= 0: reloadings to `to`, each followed by an unloading; not without `unload`
  RearrangementOptions rearrangement;
};

struct ShearReport {
  db::ShearRecord shear;
  std::vector<db::PlasticEventRecord> events;
  std::vector<ShearPlace> places;  ///< of each event
  std::vector<SlopeDrop> slope_drops;
  std::vector<db::UnloadingRecord> unloadings;  ///< one per time the load was taken off
  bool finished = false;       ///< false: stopped; the same request continues
  bool converged = true;       ///< false: a state could not be relaxed, the shear ended there
};

/// Checked and as a plan. @throws md::InputError for bad options.
ShearPlan shear_plan(const ShearRequest& request);
/// JSON text that tells this shear from others of the sample; what stands at its default may be left out of it.
std::string shear_options_text(const ShearRequest& request);

/// Shears from the sample's reference minimum, or continues, or reports a shear already done with these options. Every step is
/// one transaction, so that a killed shear goes on bit for bit.
/// @throws db::Error for an unknown sample, md::InputError for bad options.
ShearReport shear_sample(db::Database& database, const ShearRequest& request, const Session& session);

}  // namespace landscape
