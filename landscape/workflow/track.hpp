/// Events followed in strain, from the database into the database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catastrophe/track.hpp"
#include "db/database.hpp"
#include "landscape/workflow/run.hpp"

namespace landscape {

struct TrackRequest {
  std::string sample;
  std::vector<db::Id> events;     ///< ids of the view events; empty: see below
  bool from_shear = false;        ///< the plastic events of the sample's latest shear, entered first
  std::optional<db::Id> shear;    ///< from_shear: of this shear instead (view shears; those of ensembles too)
  std::int64_t limit = -1;        ///< events at most, in order of id (from_shear: of strain); negative: all
  int prove = 0;                  ///< >= 0: at so many points of each track a path between the two minima is found without the saddle
  catastrophe::TrackOptions options;
};

struct TrackReport {
  std::vector<db::TrackRecord> tracks;
  std::vector<std::vector<db::TrackPointRecord>> points;  ///< per track
  std::vector<std::string> notes;   ///< plastic events that could not be entered, and why
  std::vector<std::string> doubts;  ///< those entered now with a saddle that may be another's, and why
  bool finished = false;            ///< false: stopped; the same request continues
};

/// Follows each event that has no track with these options yet, one thread each; tracks are stored in the order asked for.
/// @throws db::Error for an unknown sample or event, an event of another sample, or from_shear without a shear.
TrackReport track_events(db::Database& database, const TrackRequest& request, const Session& session);

/// The plastic events of a shear, as events.
struct EnteredEvents {
  std::vector<db::Id> ids;           ///< in order of strain
  std::vector<std::string> notes;    ///< why the others are not among them
  std::vector<std::string> doubts;   ///< why the saddle of one may be another's
  double force_calls = 0.0;
  bool finished = true;              ///< false: stopped
};

/// Enters the plastic events of a shear (none named: the sample's latest outside ensembles) among the events: the saddle is found from the shape of a fold, or the softest mode, a little
/// before the instability, its push-over gives the first event of an avalanche.
EnteredEvents enter_plastic_events(db::Database& database, const db::SampleRecord& sample, std::optional<db::Id> shear_id,
                                   std::int64_t limit, const Session& session, db::Id run_id);

}  // namespace landscape
