/// Random shards of one world: merged in any order, any number of times, they are one database.
#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <utility>

#include "db/check.hpp"
#include "db/detail/connection.hpp"
#include "db/merge.hpp"
#include "support.hpp"

namespace landscape::db {
namespace {

using testing::TemporaryFolder;

/// Columns that say which row it is.
const std::map<std::string, std::vector<std::string>> keys = {
    {"potential_row", {"sha256"}},
    {"run_row", {"command", "host", "started_utc"}},
    {"configuration_row", {"layout", "data"}},
    {"sample_row", {"name"}},
    {"minimum_row", {"uid"}},
    {"saddle_row", {"uid"}},
    {"mapping_row", {"sample_id", "seed"}},
    {"ensemble_row", {"name"}},
    {"shear_row", {"sample_id", "options_key"}},
    {"event_row", {"uid"}},
    {"plastic_event_row", {"shear_id", "event_index"}},
    {"track_row", {"event_id", "options_key"}},
    {"rearrangement_row", {"shear_id", "from_state", "to_state"}}};

/// Rows of a database as texts without numbers that only this file knows.
class Content {
 public:
  explicit Content(const std::filesystem::path& path) : connection_(detail::open_database(path, {.mode = Mode::ReadOnly})) {
    for (const auto& table : merged_tables()) read(table);
  }

  std::multiset<std::string> lines() const {
    std::multiset<std::string> result;
    for (const auto& [table, rows] : rows_) {
      for (const auto& [id, row] : rows) {
        std::string line = table;
        for (const auto& [column, value] : row) line += ' ' + column + '=' + text(table, column, value);
        result.insert(line);
      }
    }
    return result;
  }

 private:
  using Row = std::map<std::string, std::string>;

  void read(const std::string& table) {
    auto foreign = connection_->statement("SELECT \"from\", \"table\" FROM pragma_foreign_key_list(?)");
    foreign.bind(table);
    while (foreign.step()) {
      const auto from = foreign.take<std::string>();
      refers_[table][from] = foreign.take<std::string>();
    }
    std::vector<std::string> columns;
    std::string sql = "SELECT id";
    auto names = connection_->statement("SELECT name FROM pragma_table_info(?) WHERE name <> 'id'");
    names.bind(table);
    while (names.step()) {
      columns.push_back(names.take<std::string>());
      sql += ", quote(" + columns.back() + ")";
    }
    auto query = connection_->statement(sql + " FROM " + table);
    auto& rows = rows_[table];
    while (query.step()) {
      auto& row = rows[std::to_string(query.take<Id>())];
      for (const auto& column : columns) query.read(row[column]);
    }
  }

  std::string text(const std::string& table, const std::string& column, const std::string& value) const {
    const auto refers = refers_.find(table);
    if (value == "NULL" || refers == refers_.end() || !refers->second.contains(column)) return value;
    return key(refers->second.at(column), value);
  }
  std::string key(const std::string& table, const std::string& id) const {
    std::string result = "(";
    const auto& row = rows_.at(table).at(id);
    for (const auto& column : keys.at(table)) result += text(table, column, row.at(column)) + ' ';
    return result + ')';
  }

  std::unique_ptr<detail::Connection> connection_;
  std::map<std::string, std::map<std::string, std::string>> refers_;
  std::map<std::string, std::map<std::string, Row>> rows_;
};

/// What a row holds follows from its name and the run that made it; which rows are there, by which
/// run and how far it got, differs between shards.
class Shard {
 public:
  Shard(const std::filesystem::path& path, unsigned seed) : database_(path), random_(seed) {
    Transaction transaction(database_);
    for (int r = 0; r < 3; ++r) runs_.push_back(add_run(r));
    add_sample();
    for (int e = 0; e < mapped; ++e) {
      if (chance()) add_event(e);
    }
    add_mapping();
    if (chance()) {
      if (chance()) add_event(mapped);
      add_shear();
    }
    if (chance()) add_ensemble();
    if (chance()) {
      const AliasRecord alias[] = {{0, "minimum", "m0", "reference", 0.01 * one_of(2)}};
      if (added_.contains(0)) database_.replace_aliases(alias);
    }
    transaction.commit();
  }

 private:
  bool chance() { return random_() % 3 != 0; }
  int one_of(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  Id add_run(int r) {
    RunRecord run = testing::a_run();
    run.host = "host" + std::to_string(r % 2);
    run.started_utc = "2026-01-0" + std::to_string(3 - r) + "T00:00:00Z";
    const bool done = chance();
    run.status = done ? "done" : "running";
    if (done) run.finished_utc = "2026-01-05T00:00:00Z";
    return database_.add_run(run);
  }
  /// A run, and the last digits that its instruction set gives.
  std::pair<Id, double> by() {
    const int r = one_of(3);
    return {runs_[static_cast<std::size_t>(r)], 1e-10 * r};
  }
  Id configuration(double x) {
    return database_.add_configuration({.n_atoms = 2, .layout = "plain", .data = Blob(8, static_cast<std::uint8_t>(10 * x))});
  }

  void add_sample() {
    SampleRecord sample;
    sample.name = "S1";
    sample.run_id = runs_[0];
    sample.potential_id = database_.ensure_potential({.spec = chance() ? "lj" : "/home/lj", .name = "lj", .sha256 = "00"});
    sample.composition = "Cu1Zr1";
    sample.n_atoms = 2;
    sample.origin = "quench";
    sample.species = "Cu Zr";
    sample_ = sample.id = database_.add_sample(sample);
    const auto [run, shift] = by();
    reference_ = add_minimum("reference", -10.0 + shift, run);
    sample.minimum_id = reference_;
    sample.energy_ev = -10.0;
    sample.energy_per_atom_ev = -5.0;
    sample.state = "ready";
    database_.update_sample(sample);
  }
  Id add_minimum(const std::string& uid, double energy, Id run) {
    MinimumRecord m;
    m.sample_id = sample_;
    m.run_id = run;
    m.energy_ev = energy;
    m.max_force_ev_per_a = 1e-5;
    m.configuration_id = configuration(-energy);
    m.uid = uid;
    return database_.add_minimum(m);
  }

  void add_event(int e) {
    const auto [run, shift] = by();
    const auto name = std::to_string(e);
    SaddleRecord d;
    d.sample_id = sample_;
    d.run_id = run;
    d.energy_ev = -9.0 + 0.1 * e + shift;
    d.max_force_ev_per_a = 1e-5;
    d.configuration_id = configuration(3.0 + e);
    d.connected = true;
    d.uid = "s" + name;
    EventRecord event;
    event.sample_id = sample_;
    event.run_id = run;
    event.initial_minimum_id = reference_;
    event.final_minimum_id = add_minimum("m" + name, -9.5 + shift, run);
    event.saddle_id = database_.add_saddle(d);
    event.barrier_ev = 1.0 + 0.1 * e + shift;
    event.reverse_barrier_ev = 0.5 + 0.1 * e + shift;
    event.center_atom = 1;
    event.times_found = 0;
    event.origin = e < mapped ? "map" : "shear";
    event.uid = "e" + name;
    const Id id = database_.add_event(event);
    added_[e] = id;
    if (chance()) add_track(id);
    if (chance()) database_.put_property({0, sample_, by().first, {}, id, "attempt_frequency_thz", 3.0 + e, 0.1});
    if (chance()) {
      AtomValueRecord key;
      key.sample_id = sample_;
      key.run_id = by().first;
      key.event_id = id;
      key.name = "d2min_a2";
      database_.put_atom_values(key, std::vector<double>{0.1 * e, 0.2});
    }
  }
  void add_track(Id event) {
    const int r = one_of(3);
    TrackRecord t;
    t.event_id = event;
    t.run_id = runs_[static_cast<std::size_t>(r)];
    t.options_key = "fine";
    // Runs of 2 and 3 points have other strains, so their points must not mix.
    std::vector<TrackPointRecord> points;
    for (int k = 0; k < (r == 0 ? 2 : 3); ++k)
      points.push_back({.strain_xy = 0.01 * k + 0.001 * r, .barrier_ev = 1.0 - 0.1 * k, .initial_configuration_id = configuration(k)});
    database_.add_track(t, points);
  }

  void add_mapping() {
    MappingRecord mapping;
    mapping.sample_id = sample_;
    mapping.run_id = runs_[0];
    mapping.options_key = "defaults";
    mapping.initial_minimum_id = reference_;
    const Id id = database_.ensure_mapping(mapping);
    for (const auto& [e, event] : added_) {
      auto record = database_.event(event);
      record.mapping_id = id;
      database_.update_event(record);
    }
    const int searches = one_of(6);
    for (int k = 0; k < searches; ++k) {
      const int r = one_of(3);
      const auto found = added_.find((3 * k + r) % mapped);
      if (found == added_.end()) break;
      SearchRecord search;
      search.mapping_id = id;
      search.run_id = runs_[static_cast<std::size_t>(r)];
      search.search_index = k;
      search.outcome = "connected";
      search.center_atom = 1;
      search.event_id = found->second;
      auto record = database_.event(found->second);
      if (record.times_found++ == 0) record.first_search_index = k;
      database_.update_event(record);
      database_.add_search(search);
    }
  }

  void add_shear() {
    const int r = one_of(3);
    ShearRecord shear = testing::a_shear({.run = runs_[static_cast<std::size_t>(r)], .sample = sample_});
    shear.steps = 1 + one_of(3);
    shear.state = shear.steps == 3 ? "done" : "running";
    const Id id = database_.ensure_shear(shear);
    for (int k = 0; k < shear.steps; ++k) {
      ShearStepRecord step;
      step.shear_id = id;
      step.run_id = by().first;
      step.step_index = k;
      step.strain_xy = 0.01 * k;
      step.energy_ev = -10.0 + k;
      database_.add_shear_step(step);
    }
    PlasticEventRecord plastic;
    plastic.shear_id = id;
    plastic.run_id = by().first;
    plastic.strain = 0.02;
    plastic.center_atom = 1;
    plastic.id = database_.add_plastic_event(plastic);
    if (!added_.contains(mapped)) return;
    plastic.event_id = added_[mapped];
    database_.update_plastic_event(plastic);
    auto event = database_.event(added_[mapped]);
    event.plastic_event_id = plastic.id;
    database_.update_event(event);
  }

  void add_ensemble() {
    const int replicas = 1 + one_of(3);
    EnsembleRecord ensemble;
    ensemble.name = "kind";
    ensemble.run_id = by().first;
    ensemble.state = "done";
    ensemble.samples = "S1";
    ensemble.replicas = ensemble.distinct_replicas = replicas;
    const Id id = database_.add_ensemble(ensemble);
    for (int k = 0; k < replicas; ++k) {
      ReplicaRecord replica;
      replica.ensemble_id = id;
      replica.run_id = by().first;
      replica.replica_index = k;
      replica.sample_id = sample_;
      database_.add_replica(replica);
    }
    std::vector<EnsemblePointRecord> points;
    for (int k = 0; k < 5 - replicas; ++k)
      points.push_back({.point_index = k, .strain = 0.01 * k, .replicas = replicas, .stress_gpa = 1.0 / replicas});
    database_.replace_ensemble_points(id, points);
  }

  static constexpr int mapped = 4;  ///< events that a mapping may find; one more comes from a shear

  Database database_;
  std::mt19937 random_;
  std::vector<Id> runs_;
  std::map<int, Id> added_;  ///< event by its number
  Id sample_ = 0, reference_ = 0;
};

TEST(MergedShards, AreOneDatabaseInWhateverOrderAndHoweverOften) {
  for (unsigned world = 0; world < 6; ++world) {
    TemporaryFolder folder;
    std::vector<std::filesystem::path> shards;
    for (unsigned s = 0; s < 3; ++s) {
      shards.push_back(folder / ("shard" + std::to_string(s) + ".db"));
      Shard(shards.back(), 100 * world + s);
      ASSERT_EQ(check(shards.back()), std::vector<std::string>());
    }
    std::vector<std::size_t> order(shards.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::multiset<std::string> expected;
    do {
      const auto path = folder / "all.db";
      for (const auto* ending : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + ending);
      for (const auto s : order) {
        merge(path, shards[s]);
        merge(path, shards[order[0]]);  // again
      }
      const auto found = Content(path).lines();
      EXPECT_EQ(check(path), std::vector<std::string>());
      if (expected.empty()) expected = found;
      ASSERT_EQ(found, expected) << "world " << world << ", order " << order[0] << order[1] << order[2];
      const auto again = merge(path, shards[order[0]]);
      EXPECT_TRUE(again.added.empty());
    } while (std::next_permutation(order.begin(), order.end()));
    // Nothing is lost: whatever has a uid in a shard is there.
    for (const auto& shard : shards) {
      auto connection = detail::open_database(shard, {.mode = Mode::ReadOnly});
      Database all(folder / "all.db", Mode::ReadOnly);
      for (const auto& m : Database(shard, Mode::ReadOnly).minima_of_sample(1))
        EXPECT_TRUE(all.find_minimum_by_uid(m.uid)) << m.uid;
      for (const auto& e : Database(shard, Mode::ReadOnly).events_of_sample(1))
        EXPECT_TRUE(all.find_event_by_uid(e.uid)) << e.uid;
    }
  }
}

TEST(MergedShards, KeepTheMeanCurveOfMoreReplicasWhole) {
  TemporaryFolder folder;
  const auto make = [&](const std::string& name, std::int64_t replicas, int points) {
    Database database(folder / name);
    const Id run = database.add_run(testing::a_run());
    EnsembleRecord ensemble;
    ensemble.name = "kind";
    ensemble.run_id = run;
    ensemble.samples = "S1";
    ensemble.replicas = ensemble.distinct_replicas = replicas;
    const Id id = database.add_ensemble(ensemble);
    std::vector<EnsemblePointRecord> curve;
    for (int k = 0; k < points; ++k) curve.push_back({.point_index = k, .strain = 0.01 * k, .replicas = replicas});
    database.replace_ensemble_points(id, curve);
    return folder / name;
  };
  const auto few = make("few.db", 2, 5), many = make("many.db", 7, 3);
  for (const auto& order : {std::pair(few, many), std::pair(many, few)}) {
    const auto all = folder / ("all" + order.first.filename().string());
    merge(all, order.first);
    merge(all, order.second);
    Database database(all);
    EXPECT_EQ(database.find_ensemble("kind")->distinct_replicas, 7);
    const auto points = database.points_of_ensemble(database.find_ensemble("kind")->id);
    EXPECT_EQ(points.size(), 3u);
    for (const auto& point : points) EXPECT_EQ(point.replicas, 7);
  }
}

}  // namespace
}  // namespace landscape::db
