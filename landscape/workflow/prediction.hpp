/// Critical strains foretold for the events of a sample, and held against tracks and shears.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "catastrophe/predict.hpp"
#include "db/database.hpp"
#include "landscape/workflow/run.hpp"

namespace landscape {

struct PredictRequest {
  std::string sample;
  std::vector<db::Id> events;       ///< ids of the view events; empty: all that were mapped at strain 0
  bool stored_only = false;         ///< first_order only, from what the database holds: no force call
  catastrophe::PredictOptions options;
};

/// In this order in reports.
inline constexpr std::array<const char*, 4> prediction_methods = {"first_order", "power", "second_order", "two_strains"};

/// One event with what was foretold by each method (as prediction_methods; unknown where it says nothing).
struct EventPrediction {
  db::EventRecord event;
  std::array<std::optional<db::PredictionRecord>, 4> by_method;
  std::optional<db::TrackRecord> track;   ///< newest in this plane
};

/// How well one method does on the events whose track ended where the initial minimum merges with the saddle, on the side foretold.
struct PredictionQuality {
  std::string method;
  std::int64_t events = 0;           ///< with such a track
  std::int64_t predicted = 0;        ///< of those: the method names a strain
  double median_error = db::unknown;           ///< |predicted - tracked| of those
  double median_relative_error = db::unknown;  ///< over the strain between map and fold
  double within_tenth = db::unknown;           ///< share of `predicted` within 10 % of that strain
  double spearman = db::unknown;     ///< rank correlation of predicted and tracked
};

/// What a shear in one sense did first, and what was foretold to go first.
struct FirstEvent {
  int sense = 1;                             ///< of the shear
  std::array<std::optional<db::Id>, 4> foretold;   ///< event with the nearest predicted fold, by method
  std::array<double, 4> foretold_strain = {db::unknown, db::unknown, db::unknown, db::unknown};
  std::optional<double> fired_strain;        ///< first plastic event of the latest shear in this plane and sense
  bool followed = false;                     ///< that event was entered and tracked
  std::optional<db::Id> fired_event;         ///< the mapped event that it is; none: the map lacks it, or it does not exist at strain 0
};

struct PredictReport {
  std::vector<EventPrediction> events;       ///< by id
  std::vector<PredictionQuality> quality;    ///< as prediction_methods
  std::vector<FirstEvent> first;             ///< sense +1, then -1
  int in_other_planes = 0;                   ///< of those asked for, events at a strain in another plane: left out
  bool finished = false;                     ///< false: stopped; the same request continues
};

/// Predicts for each event and method that has none yet in this plane, one thread each; rows in order of event.
/// @throws db::Error for an unknown sample or event, or an event of another sample.
PredictReport predict_events(db::Database& database, const PredictRequest& request, const Session& session);

}  // namespace landscape
