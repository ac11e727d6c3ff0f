#include "db/database.hpp"

#include <unistd.h>

#include <array>

#include "db/detail/migrations.hpp"
#include "db/detail/rows.hpp"

namespace landscape::db {

using detail::find;
using detail::get;
using detail::insert;
using detail::select;
using detail::update;

namespace {

constexpr std::string_view now_utc = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";

std::string utc(detail::Connection& connection) {
  auto query = connection.statement(message("SELECT ", now_utc));
  query.step();
  return query.take<std::string>();
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

}  // namespace

Database::Database(const std::filesystem::path& path, const OpenOptions& options)
    : connection_(detail::open_database(path, options)) {
  // Views are read whatever the version (Query); records need the tables of this one.
  const int known = detail::migrations().back().version;
  if (schema_version() < known)
    throw Error(message(path.string(), ": schema version ", schema_version(), ", expected ", known,
                        "; a command that writes to it (map, shear, track, sample) brings it up to date"));
}

Database::Database(const std::filesystem::path& path, Mode mode)
    : Database(path, OpenOptions{.mode = mode}) {}

Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

const std::filesystem::path& Database::path() const {
  return connection_->path();
}

int Database::schema_version() const {
  return static_cast<int>(connection_->number("PRAGMA user_version"));
}

void Database::shrink_memory() { connection_->execute("PRAGMA shrink_memory"); }

Id Database::add_run(const RunRecord& run) {
  RunRecord complete = run;
  if (complete.host.empty()) complete.host = host_name();
  if (complete.started_utc.empty()) complete.started_utc = utc(*connection_);
  return insert(*connection_, complete);
}

void Database::finish_run(Id id, std::string_view status, double wall_s, double force_calls) {
  RunRecord finished = run(id);
  finished.status = status;
  finished.wall_s = wall_s;
  finished.force_calls = force_calls;
  finished.finished_utc = utc(*connection_);
  update(*connection_, finished);
}

void Database::set_run_potential(Id id, Id potential_id) {
  RunRecord changed = run(id);
  changed.potential_id = potential_id;
  update(*connection_, changed);
}

RunRecord Database::run(Id id) {
  return get<RunRecord>(*connection_, id);
}

std::vector<RunRecord> Database::runs() {
  return select<RunRecord>(*connection_, "ORDER BY id");
}

Id Database::ensure_potential(const PotentialRecord& potential) {
  return detail::ensure(*connection_, potential, "WHERE sha256 = ?", potential.sha256);
}

PotentialRecord Database::potential(Id id) {
  return get<PotentialRecord>(*connection_, id);
}

std::optional<PotentialRecord> Database::find_potential(std::string_view sha256) {
  return find<PotentialRecord>(*connection_, "WHERE sha256 = ?", sha256);
}

Id Database::add_configuration(const ConfigurationRecord& configuration) {
  return insert(*connection_, configuration);
}

ConfigurationRecord Database::configuration(Id id) {
  return get<ConfigurationRecord>(*connection_, id);
}

Id Database::add_sample(const SampleRecord& sample) {
  return insert(*connection_, sample);
}

void Database::update_sample(const SampleRecord& sample) {
  update(*connection_, sample);
}

SampleRecord Database::sample(Id id) {
  return get<SampleRecord>(*connection_, id);
}

std::optional<SampleRecord> Database::find_sample(std::string_view name) {
  return find<SampleRecord>(*connection_, "WHERE name = ?", name);
}

std::vector<SampleRecord> Database::samples() {
  return select<SampleRecord>(*connection_, "ORDER BY id");
}

Id Database::add_inherent_structure(const InherentStructureRecord& structure) {
  return insert(*connection_, structure);
}

std::vector<InherentStructureRecord> Database::inherent_structures(Id sample_id, std::string_view series) {
  return select<InherentStructureRecord>(*connection_, "WHERE sample_id = ? AND series = ? ORDER BY point_index", sample_id,
                                         series);
}

void Database::erase_inherent_structures(Id sample_id, std::string_view series) {
  Transaction transaction(*connection_);
  const auto rows = inherent_structures(sample_id, series);
  connection_->statement("DELETE FROM inherent_structure_row WHERE sample_id = ? AND series = ?").bind(sample_id).bind(series).run();
  for (const auto& row : rows)
    connection_->statement("DELETE FROM configuration_row WHERE id = ?").bind(row.configuration_id).run();
  transaction.commit();
}

Id Database::add_rate_fit(const RateFitRecord& fit) {
  return insert(*connection_, fit);
}

std::vector<RateFitRecord> Database::rate_fits() {
  return select<RateFitRecord>(*connection_, "ORDER BY id");
}

void Database::put_atom_values(const AtomValueRecord& key, std::span<const double> values) {
  Transaction transaction(*connection_);
  connection_
      ->statement(
          "DELETE FROM atom_value_row WHERE sample_id = ? AND name = ? AND minimum_id IS ? "
          "AND event_id IS ? AND rearrangement_id IS ?")
      .bind(key.sample_id)
      .bind(key.name)
      .bind(key.minimum_id)
      .bind(key.event_id)
      .bind(key.rearrangement_id)
      .run();
  for (std::size_t i = 0; i < values.size(); ++i) {
    connection_
        ->statement(
            "INSERT INTO atom_value_row (sample_id, run_id, minimum_id, event_id, rearrangement_id, "
            "name, atom, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(key.sample_id)
        .bind(key.run_id)
        .bind(key.minimum_id)
        .bind(key.event_id)
        .bind(key.rearrangement_id)
        .bind(key.name)
        .bind(static_cast<std::int64_t>(i) + 1)
        .bind(values[i])
        .run();
  }
  transaction.commit();
}

std::vector<double> Database::atom_values(const AtomValueRecord& key) {
  auto query = connection_->statement(
      "SELECT value FROM atom_value_row WHERE sample_id = ? AND name = ? AND minimum_id IS ? "
      "AND event_id IS ? AND rearrangement_id IS ? ORDER BY atom");
  query.bind(key.sample_id).bind(key.name).bind(key.minimum_id).bind(key.event_id).bind(key.rearrangement_id);
  std::vector<double> values;
  while (query.step()) values.push_back(query.take<double>());
  return values;
}

void Database::put_property(const PropertyRecord& property) {
  Transaction transaction(*connection_);
  connection_
      ->statement(
          "DELETE FROM property_row WHERE sample_id = ? AND name = ? AND minimum_id IS ? "
          "AND event_id IS ?")
      .bind(property.sample_id)
      .bind(property.name)
      .bind(property.minimum_id)
      .bind(property.event_id)
      .run();
  insert(*connection_, property);
  transaction.commit();
}

std::vector<PropertyRecord> Database::properties_of_sample(Id sample_id) {
  return select<PropertyRecord>(*connection_, "WHERE sample_id = ? ORDER BY name, id", sample_id);
}

std::vector<PropertyRecord> Database::properties_of_event(Id event_id) {
  return select<PropertyRecord>(*connection_, "WHERE event_id = ? ORDER BY name, id", event_id);
}

namespace {

CheckpointRecord read_checkpoint(detail::Statement& row) {
  CheckpointRecord checkpoint;
  row.read(checkpoint.key);
  row.read(checkpoint.run_id);
  row.read(checkpoint.step);
  row.read(checkpoint.state);
  row.read(checkpoint.data);
  return checkpoint;
}

}  // namespace

void Database::put_checkpoint(const CheckpointRecord& checkpoint) {
  connection_
      ->statement(
          "INSERT OR REPLACE INTO checkpoint_row (key, run_id, step, state, data) "
          "VALUES (?, ?, ?, ?, ?)")
      .bind(checkpoint.key)
      .bind(checkpoint.run_id)
      .bind(checkpoint.step)
      .bind(checkpoint.state)
      .bind(checkpoint.data)
      .run();
}

std::optional<CheckpointRecord> Database::checkpoint(std::string_view key) {
  auto query = connection_->statement(
      "SELECT key, run_id, step, state, data FROM checkpoint_row WHERE key = ?");
  query.bind(key);
  if (!query.step()) return std::nullopt;
  return read_checkpoint(query);
}

void Database::erase_checkpoint(std::string_view key) {
  connection_->statement("DELETE FROM checkpoint_row WHERE key = ?").bind(key).run();
}

std::vector<CheckpointRecord> Database::checkpoints() {
  auto query = connection_->statement(
      "SELECT key, run_id, step, state, data FROM checkpoint_row ORDER BY key");
  std::vector<CheckpointRecord> result;
  while (query.step()) result.push_back(read_checkpoint(query));
  return result;
}

}  // namespace landscape::db
