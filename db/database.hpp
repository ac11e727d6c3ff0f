/// The event database: one SQLite file that holds a study.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/error.hpp"
#include "db/records.hpp"

namespace landscape::db {

namespace detail {
class Connection;
}

enum class Mode {
  ReadWriteCreate,  ///< Made when missing, migrated when older.
  ReadWrite,        ///< Must exist; migrated when older.
  ReadOnly,         ///< Must exist; never changed. Works in a read-only folder too.
};

struct OpenOptions {
  Mode mode = Mode::ReadWriteCreate;
  int busy_timeout_ms = 30000;  ///< [ms] how long to wait for another process that is writing.
  /// Quota on the file in pages of 4 kB; 0: none. Beyond it writing fails as on a full disk.
  std::int64_t max_pages = 0;
};

/// An open event database.
///
/// Writes are durable against the death of the process once committed: a call outside a Transaction
/// commits by itself, calls inside one commit together. Nothing of an uncommitted transaction is
/// ever seen.
///
/// Thread-safety: one Database belongs to one thread. Other threads or processes open their own; a
/// single writer at a time, any number of readers.
///
/// @throws Error from every function: file missing, not a landscape database, newer than this
///         program, unwritable, locked, full, or a record that breaks a constraint (unknown id,
///         duplicate uid, NaN where a number is required, a word that the column does not know).
class Database {
 public:
  explicit Database(const std::filesystem::path& path, const OpenOptions& options = {});
  Database(const std::filesystem::path& path, Mode mode);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  const std::filesystem::path& path() const;
  int schema_version() const;
  /// Gives back the pages kept in memory, up to half a gigabyte; they are read again as needed.
  void shrink_memory();

  // Runs and potentials

  /// Fills in host and started_utc when empty.
  Id add_run(const RunRecord& run);
  /// @param status done | incomplete | interrupted | failed. Fills in finished_utc.
  void finish_run(Id id, std::string_view status, double wall_s, double force_calls);
  void set_run_potential(Id id, Id potential_id);
  RunRecord run(Id id);
  std::vector<RunRecord> runs();

  /// The stored potential with this sha256, or the record stored as a new one.
  Id ensure_potential(const PotentialRecord& potential);
  PotentialRecord potential(Id id);
  std::optional<PotentialRecord> find_potential(std::string_view sha256);

  // Configurations and samples

  Id add_configuration(const ConfigurationRecord& configuration);
  ConfigurationRecord configuration(Id id);

  Id add_sample(const SampleRecord& sample);
  /// Replaces all columns of the sample `sample.id`.
  void update_sample(const SampleRecord& sample);
  SampleRecord sample(Id id);
  std::optional<SampleRecord> find_sample(std::string_view name);
  std::vector<SampleRecord> samples();

  Id add_inherent_structure(const InherentStructureRecord& structure);
  /// Ordered by point_index.
  std::vector<InherentStructureRecord> inherent_structures(Id sample_id, std::string_view series);
  /// With their configurations.
  void erase_inherent_structures(Id sample_id, std::string_view series);

  Id add_rate_fit(const RateFitRecord& fit);
  /// Oldest first.
  std::vector<RateFitRecord> rate_fits();

  // Minima and saddles

  Id add_minimum(const MinimumRecord& minimum);
  MinimumRecord minimum(Id id);
  std::optional<MinimumRecord> find_minimum_by_uid(std::string_view uid);
  std::vector<MinimumRecord> minima_of_sample(Id sample_id);

  Id add_saddle(const SaddleRecord& saddle);
  SaddleRecord saddle(Id id);
  std::optional<SaddleRecord> find_saddle_by_uid(std::string_view uid);
  std::vector<SaddleRecord> saddles_of_sample(Id sample_id);

  // Mappings, searches, events

  /// The stored mapping with this sample, strain, seed and options_key, or the record stored as a
  /// new one.
  Id ensure_mapping(const MappingRecord& mapping);
  MappingRecord mapping(Id id);
  std::vector<MappingRecord> mappings_of_sample(Id sample_id);

  Id add_search(const SearchRecord& search);
  /// The newest search of all; 0: none. Tells whether another process has entered any.
  Id last_search();
  /// Searches entered for the mapping.
  std::int64_t search_count(Id mapping_id);
  /// Ordered by search_index.
  std::vector<SearchRecord> searches_of_mapping(Id mapping_id);

  Id add_event(const EventRecord& event);
  /// Replaces all columns of the event `event.id`.
  void update_event(const EventRecord& event);
  /// Counts one more search that ended in the event.
  void count_event_again(Id id, std::int64_t search_index);
  /// Two events turned out to be one: searches, tracks, atom values and properties of `gone` go over to `kept` (values that `kept` has
  /// already are dropped), which counts them and keeps the lower first_search_index; `gone` is erased.
  void merge_events(Id kept, Id gone);
  EventRecord event(Id id);
  std::optional<EventRecord> find_event_by_uid(std::string_view uid);
  /// Those that the mapping found first.
  std::vector<EventRecord> events_of_mapping(Id mapping_id);
  std::vector<EventRecord> events_of_sample(Id sample_id);

  // Tracks

  /// Stores a track and its points, all or nothing. Points are put in order of strain; track_id,
  /// point_index and the number of points are set here.
  Id add_track(const TrackRecord& track, std::span<const TrackPointRecord> points);
  TrackRecord track(Id id);
  std::optional<TrackRecord> find_track(Id event_id, std::string_view options_key);
  /// Oldest first.
  std::vector<TrackRecord> tracks_of_event(Id event_id);
  /// The newest one in the plane; the views show that in the event's own.
  std::optional<TrackRecord> newest_track(Id event_id, std::string_view plane);
  std::vector<TrackPointRecord> points_of_track(Id track_id);
  Id add_prediction(const PredictionRecord& prediction);
  /// By event and method.
  std::vector<PredictionRecord> predictions_of_sample(Id sample_id, std::string_view plane);
  /// By plane and method.
  std::vector<PredictionRecord> predictions_of_event(Id event_id);

  // Shears

  /// The stored shear with this sample and options_key, or the record stored as a new one.
  Id ensure_shear(const ShearRecord& shear);
  /// Replaces all columns of the shear `shear.id`.
  void update_shear(const ShearRecord& shear);
  ShearRecord shear(Id id);
  /// Oldest first.
  std::vector<ShearRecord> shears_of_sample(Id sample_id);

  Id add_shear_step(const ShearStepRecord& step);
  /// Ordered by step_index.
  std::vector<ShearStepRecord> steps_of_shear(Id shear_id);

  Id add_plastic_event(const PlasticEventRecord& event);
  /// Replaces all columns of the plastic event `event.id`, e.g. to set event_id once it is entered
  /// among the events.
  void update_plastic_event(const PlasticEventRecord& event);
  PlasticEventRecord plastic_event(Id id);
  /// Ordered by event_index.
  std::vector<PlasticEventRecord> plastic_events_of_shear(Id shear_id);

  Id add_unloading(const UnloadingRecord& unloading);
  /// Ordered by unloading_index.
  std::vector<UnloadingRecord> unloadings_of_shear(Id shear_id);

  /// The stored rearrangement with the same states, cutoff and threshold, or nothing.
  std::optional<RearrangementRecord> find_rearrangement(const RearrangementRecord& like);
  Id add_rearrangement(const RearrangementRecord& rearrangement);

  // Ensembles

  Id add_ensemble(const EnsembleRecord& ensemble);
  /// Replaces all columns of the ensemble `ensemble.id`.
  void update_ensemble(const EnsembleRecord& ensemble);
  std::optional<EnsembleRecord> find_ensemble(std::string_view name);
  Id add_replica(const ReplicaRecord& replica);
  /// Ordered by replica_index.
  std::vector<ReplicaRecord> replicas_of_ensemble(Id ensemble_id);
  /// Instead of all points that the ensemble had.
  void replace_ensemble_points(Id ensemble_id, std::span<const EnsemblePointRecord> points);
  /// Ordered by point_index.
  std::vector<EnsemblePointRecord> points_of_ensemble(Id ensemble_id);

  // Per-atom results and checkpoints

  /// Stores one value per atom (1, 2, ...) under `key.name` for the sample, minimum and event of
  /// `key`, replacing what stood there; `key.atom` and `key.value` are ignored.
  void put_atom_values(const AtomValueRecord& key, std::span<const double> values);
  /// Values by atom; empty when there are none.
  std::vector<double> atom_values(const AtomValueRecord& key);

  /// Stores the property, replacing one of the same name for the same sample, minimum and event.
  void put_property(const PropertyRecord& property);
  /// Of a sample, with those of its minima and events, by name.
  std::vector<PropertyRecord> properties_of_sample(Id sample_id);
  /// By name.
  std::vector<PropertyRecord> properties_of_event(Id event_id);

  // Aliases

  /// Instead of all that are stored.
  void replace_aliases(std::span<const AliasRecord> aliases);
  /// By kind and uid.
  std::vector<AliasRecord> aliases();

  /// Stores or replaces the checkpoint `checkpoint.key`.
  void put_checkpoint(const CheckpointRecord& checkpoint);
  std::optional<CheckpointRecord> checkpoint(std::string_view key);
  /// Nothing happens when there is none.
  void erase_checkpoint(std::string_view key);
  std::vector<CheckpointRecord> checkpoints();

 private:
  friend class Transaction;
  std::unique_ptr<detail::Connection> connection_;
};

/// Makes the calls between its construction and commit() one atomic step (BEGIN IMMEDIATE).
///
/// Without commit() the destructor rolls back, quietly. Inside another Transaction it is a
/// savepoint: its commit lasts only if the outer one commits. Must not outlive its Database.
class [[nodiscard]] Transaction {
 public:
  explicit Transaction(Database& database);
  explicit Transaction(detail::Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// @throws Error if the disk is full, or an earlier error already made SQLite roll everything
  /// back.
  void commit();

 private:
  detail::Connection& connection_;
  int depth_ = 0;
  bool open_ = false;
};

}  // namespace landscape::db
