/// Harmonic rates of events.
#pragma once

#include "db/database.hpp"
#include "landscape/workflow/run.hpp"
#include "md/potential/potential.hpp"
#include "md/vibration/vineyard.hpp"

namespace landscape {

enum class RateOutcome { Done, NotHarmonic, Interrupted };

struct [[nodiscard]] RateReport {
  RateOutcome outcome = RateOutcome::Done;
  db::EventRecord event;
  md::StableModes initial, saddle, final;
  md::HarmonicRate forward, reverse;
  double unstable =
      db::unknown;  ///< the saddle's negative eigenvalue, mass-weighted [eV/Å²/(g/mol)]
  bool stored = false;
};

/// Prefactors of an event, forwards and backwards, and its rates at a temperature [K]. The
/// prefactors are stored as properties of the event.
/// @throws db::Error for an unknown event, md::InputError for a temperature that is not positive.
RateReport event_rate(db::Database& database,
                      db::Id event,
                      double temperature,
                      const Session& session);

/// ln of the product of the squared angular frequencies of the stable modes [(rad/ps)²], uniform motions left out; NaN unless
/// exactly `negative` modes (0 of a minimum, 1 of a saddle) are unstable.
double log_frequencies(const md::Potential& potential,
                       const md::Configuration& configuration,
                       Eigen::Index negative,
                       const Session& session);

}  // namespace landscape
