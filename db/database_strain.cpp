/// Tracks, shears and plastic events of Database.
#include <algorithm>

#include "db/database.hpp"
#include "db/detail/rows.hpp"

namespace landscape::db {

using detail::find;
using detail::get;
using detail::insert;
using detail::select;
using detail::update;

Id Database::add_track(const TrackRecord& track, std::span<const TrackPointRecord> points) {
  std::vector<TrackPointRecord> ordered(points.begin(), points.end());
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return a.strain_xy < b.strain_xy; });
  TrackRecord complete = track;
  complete.points = static_cast<std::int64_t>(ordered.size());

  Transaction transaction(*connection_);
  const Id id = insert(*connection_, complete);
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    ordered[i].track_id = id;
    ordered[i].point_index = static_cast<std::int64_t>(i);
    insert(*connection_, ordered[i]);
  }
  transaction.commit();
  return id;
}

TrackRecord Database::track(Id id) {
  return get<TrackRecord>(*connection_, id);
}

std::optional<TrackRecord> Database::find_track(Id event_id, std::string_view options_key) {
  return find<TrackRecord>(*connection_, "WHERE event_id = ? AND options_key = ?", event_id,
                           options_key);
}

std::vector<TrackRecord> Database::tracks_of_event(Id event_id) {
  return select<TrackRecord>(*connection_, "WHERE event_id = ? ORDER BY id", event_id);
}

std::optional<TrackRecord> Database::newest_track(Id event_id, std::string_view plane) {
  return find<TrackRecord>(*connection_, "WHERE event_id = ? AND plane = ? ORDER BY id DESC LIMIT 1", event_id, plane);
}

std::vector<TrackPointRecord> Database::points_of_track(Id track_id) {
  return select<TrackPointRecord>(*connection_, "WHERE track_id = ? ORDER BY point_index",
                                  track_id);
}

Id Database::add_prediction(const PredictionRecord& prediction) {
  return insert(*connection_, prediction);
}

std::vector<PredictionRecord> Database::predictions_of_sample(Id sample_id, std::string_view plane) {
  return select<PredictionRecord>(*connection_,
                                  "WHERE plane = ? AND event_id IN (SELECT id FROM event_row WHERE "
                                  "sample_id = ?) ORDER BY event_id, method",
                                  plane, sample_id);
}

std::vector<PredictionRecord> Database::predictions_of_event(Id event_id) {
  return select<PredictionRecord>(*connection_, "WHERE event_id = ? ORDER BY plane, method", event_id);
}

Id Database::ensure_shear(const ShearRecord& shear) {
  return detail::ensure(*connection_, shear, "WHERE sample_id = ? AND options_key = ?",
                        shear.sample_id, shear.options_key);
}

void Database::update_shear(const ShearRecord& shear) {
  update(*connection_, shear);
}

ShearRecord Database::shear(Id id) {
  return get<ShearRecord>(*connection_, id);
}

std::vector<ShearRecord> Database::shears_of_sample(Id sample_id) {
  return select<ShearRecord>(*connection_, "WHERE sample_id = ? ORDER BY id", sample_id);
}

Id Database::add_shear_step(const ShearStepRecord& step) {
  return insert(*connection_, step);
}

std::vector<ShearStepRecord> Database::steps_of_shear(Id shear_id) {
  return select<ShearStepRecord>(*connection_, "WHERE shear_id = ? ORDER BY step_index", shear_id);
}

Id Database::add_plastic_event(const PlasticEventRecord& event) {
  return insert(*connection_, event);
}

void Database::update_plastic_event(const PlasticEventRecord& event) {
  update(*connection_, event);
}

PlasticEventRecord Database::plastic_event(Id id) {
  return get<PlasticEventRecord>(*connection_, id);
}

std::vector<PlasticEventRecord> Database::plastic_events_of_shear(Id shear_id) {
  return select<PlasticEventRecord>(*connection_, "WHERE shear_id = ? ORDER BY event_index",
                                    shear_id);
}

Id Database::add_unloading(const UnloadingRecord& unloading) {
  return insert(*connection_, unloading);
}

std::vector<UnloadingRecord> Database::unloadings_of_shear(Id shear_id) {
  return select<UnloadingRecord>(*connection_, "WHERE shear_id = ? ORDER BY unloading_index", shear_id);
}

std::optional<RearrangementRecord> Database::find_rearrangement(const RearrangementRecord& like) {
  return find<RearrangementRecord>(*connection_,
                                   "WHERE shear_id = ? AND from_state = ? AND to_state = ? "
                                   "AND d2min_cutoff_a = ? AND d2min_threshold_a2 = ?",
                                   like.shear_id, like.from_state, like.to_state, like.d2min_cutoff_a,
                                   like.d2min_threshold_a2);
}

Id Database::add_rearrangement(const RearrangementRecord& rearrangement) {
  return insert(*connection_, rearrangement);
}

Id Database::add_ensemble(const EnsembleRecord& ensemble) {
  return insert(*connection_, ensemble);
}

void Database::update_ensemble(const EnsembleRecord& ensemble) {
  update(*connection_, ensemble);
}

std::optional<EnsembleRecord> Database::find_ensemble(std::string_view name) {
  return find<EnsembleRecord>(*connection_, "WHERE name = ?", name);
}

Id Database::add_replica(const ReplicaRecord& replica) {
  return insert(*connection_, replica);
}

std::vector<ReplicaRecord> Database::replicas_of_ensemble(Id ensemble_id) {
  return select<ReplicaRecord>(*connection_, "WHERE ensemble_id = ? ORDER BY replica_index", ensemble_id);
}

void Database::replace_ensemble_points(Id ensemble_id, std::span<const EnsemblePointRecord> points) {
  Transaction transaction(*connection_);
  connection_->statement("DELETE FROM ensemble_point_row WHERE ensemble_id = ?").bind(ensemble_id).run();
  for (EnsemblePointRecord point : points) {
    point.ensemble_id = ensemble_id;
    insert(*connection_, point);
  }
  transaction.commit();
}

std::vector<EnsemblePointRecord> Database::points_of_ensemble(Id ensemble_id) {
  return select<EnsemblePointRecord>(*connection_, "WHERE ensemble_id = ? ORDER BY point_index", ensemble_id);
}

}  // namespace landscape::db
