/// Samples annealed by hybrid MD/MC thermal cycling.
#pragma once

#include <string>
#include <vector>

#include "landscape/workflow/sample.hpp"
#include "md/montecarlo/thermal_cycle.hpp"

namespace landscape {

struct HtcRequest {
  std::string name;
  std::string from;                  ///< the sample it starts from
  md::ThermalCycleOptions cycle;     ///< seed and threads are the session's
  int patience = 0;                  ///< cycles without gain after which it ends early; 0: never
  double min_gain_ev = 1e-4;         ///< [eV/atom], >= 0: a smaller gain is none
  bool keep_best = false;            ///< the inherent structure of lowest energy becomes the sample, not that of the last cycle
};

struct [[nodiscard]] HtcResult {
  SampleResult sample;
  std::vector<db::InherentStructureRecord> cycles;  ///< those done
  std::string why_ended;    ///< "cycles", "no_gain"; empty while it is not finished
};

/// An atom in a crystalline surrounding is common in glass (some per cent); a sample beyond this share is flagged.
inline constexpr double crystalline_warning = 0.15;

/// Cycles the sample's reference minimum; the inherent structure after each cycle is a row of inherent_structures, the last one
/// (or the lowest) becomes the new sample.
///
/// Checkpointed every 2000 steps and after each cycle: the same call after a kill goes on and ends in the same content. The
/// database and the potential's file are all that is needed to go on elsewhere. A run whose dynamics failed gives its place to one with other
/// options.
/// @throws db::Error where the name is taken by a sample with other options, or there is no sample `from`;
///         md::InputError for bad options.
HtcResult htc_sample(db::Database& database, const HtcRequest& request, const Session& session);

/// {"Cu-Zr": [attempts, accepted], ...} of counts by type.
std::string swap_counts_text(const std::vector<md::SwapCount>& counts, const md::Potential& potential,
                             const std::vector<std::string>& species);

}  // namespace landscape
