/// What `elastic`, `modes` and `structure` look at: a sample's reference minimum, or a structure
/// file under a potential.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "db/database.hpp"
#include "landscape/workflow/run.hpp"
#include "md/potential/potential.hpp"

namespace landscape {

struct Subject {
  md::Configuration configuration;
  std::shared_ptr<const md::Potential> potential;
  std::optional<db::SampleRecord> sample;   ///< none: from a file
  double max_force_ev_per_a = db::unknown;  ///< as it is now
  double force_calls = 0.0;                 ///< of the relaxation
  double moved_a = 0.0;                     ///< largest displacement by the relaxation [Å]
  bool stopped = false;                     ///< the relaxation was stopped: not at a minimum
};

/// The reference minimum of a sample, as stored.
Subject sample_subject(db::Database& database, const std::string& name);

enum class Relaxation { None, FixedCell };

/// A structure, moved to the minimum nearby in its own cell unless told otherwise: vibrations and
/// moduli are those of minima. Forces end below 1e-6 eV/Å, or where the minimizer finds nothing
/// lower.
Subject file_subject(md::Configuration configuration,
                     std::shared_ptr<const md::Potential> potential,
                     Relaxation relaxation,
                     const Session& session);

}  // namespace landscape
