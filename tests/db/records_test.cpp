#include <cmath>

#include "db/check.hpp"
#include "db/detail/rows.hpp"
#include "support.hpp"

namespace landscape::db {
namespace {

using testing::a_configuration;
using testing::a_minimum;
using testing::a_run;
using testing::a_search;
using testing::a_shear;
using testing::a_track;
using testing::an_event;
using testing::error_of;
using testing::make_study;
using testing::TemporaryFolder;

class StoredRecord : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  Database database_{folder_ / "study.db"};
};

/// Fills every member of a record with values that differ from each other; ids come from
/// `valid_id`.
struct Filler {
  double next = 1.5;
  Id valid_id = 1;
  void operator()(std::string_view, double& member) { member = next += 1.0; }
  void operator()(std::string_view, std::string& member) {
    if (member.empty() || member == "{}") member = "text " + std::to_string(next += 1.0);
  }
  void operator()(std::string_view, std::optional<Id>& member) { member = valid_id; }
  void operator()(std::string_view name, std::int64_t& member) {
    member = name.ends_with("_id") ? valid_id : static_cast<Id>(next += 1.0);
  }
  void operator()(std::string_view, int& member) { member = static_cast<int>(next += 1.0); }
  void operator()(std::string_view, bool& member) { member = true; }
  void operator()(std::string_view, Blob& member) { member = {7, 0, 8}; }
  template <std::size_t N>
  void operator()(const detail::Names<N>&, std::array<double, N>& member) {
    for (double& one : member) one = next += 1.0;
  }
};

std::string shown(const Blob& value) {
  std::string text;
  for (const auto byte : value) text += message(int{byte}, ' ');
  return text;
}
std::string shown(const std::optional<Id>& value) {
  return message(value.value_or(-1));
}
template <class T>
std::string shown(const T& value) {
  return message(value);
}

/// All columns with their values, for comparison.
template <class Record>
std::string text_of(const Record& record) {
  std::string text;
  detail::Table<Record>::visit(record, [&](const auto& name, const auto& member) {
    if constexpr (std::is_same_v<std::decay_t<decltype(name)>, std::string_view>) {
      text += message(name, '=', shown(member), ' ');
    } else {
      for (std::size_t i = 0; i < name.size(); ++i) text += message(name[i], '=', member[i], ' ');
    }
  });
  return text;
}

template <class Record>
class EveryRecord : public ::testing::Test {};
using Records = ::testing::Types<RunRecord,
                                 PotentialRecord,
                                 ConfigurationRecord,
                                 SampleRecord,
                                 MinimumRecord,
                                 SaddleRecord,
                                 MappingRecord,
                                 SearchRecord,
                                 EventRecord,
                                 TrackRecord,
                                 TrackPointRecord, PredictionRecord,
                                 ShearRecord,
                                 ShearStepRecord,
                                 PlasticEventRecord>;
TYPED_TEST_SUITE(EveryRecord, Records);

TYPED_TEST(EveryRecord, HasExactlyTheColumnsOfItsTable) {
  TemporaryFolder folder;
  const auto connection = detail::open_database(folder / "x.db", {});
  auto query = connection->statement("SELECT name FROM pragma_table_info(?)");
  query.bind(detail::Table<TypeParam>::name);
  std::vector<std::string> columns;
  while (query.step()) columns.push_back(query.template take<std::string>());
  auto expected = detail::column_names<TypeParam>();
  expected.insert(expected.begin(), "id");
  EXPECT_EQ(columns, expected);
}

TYPED_TEST(EveryRecord, ComesBackAsItWasStored) {
  TemporaryFolder folder;
  const auto connection = detail::open_database(folder / "x.db", {});
  // References are not the subject here: with them off any id will do.
  connection->execute("PRAGMA foreign_keys = OFF");
  TypeParam record;
  detail::Table<TypeParam>::visit(record, Filler{});
  const Id id = detail::insert(*connection, record);
  EXPECT_EQ(text_of(detail::get<TypeParam>(*connection, id)), text_of(record));

  TypeParam changed = record;
  detail::Table<TypeParam>::visit(changed, Filler{.next = 1000.0, .valid_id = 2});
  changed.id = id;
  detail::update(*connection, changed);
  EXPECT_EQ(text_of(detail::get<TypeParam>(*connection, id)), text_of(changed));
}

TEST_F(StoredRecord, StoresNanAsNullAndReadsItBackAsNan) {
  const auto study = make_study(database_);
  EXPECT_TRUE(std::isnan(database_.minimum(study.initial).lowest_curvature_ev_per_a2));
  EXPECT_TRUE(std::isnan(database_.minimum(study.initial).stress_gpa[5]));
  auto raw = detail::open_database(folder_ / "study.db", {.mode = Mode::ReadOnly});
  EXPECT_EQ(raw->number("SELECT lowest_curvature_ev_per_a2 IS NULL FROM minimum_row"), 1);
}

TEST_F(StoredRecord, KeepsDoublesToTheLastBit) {
  const auto study = make_study(database_);
  for (const double x : {0.1, -1.0 / 3.0, 5e-324, 1.7976931348623157e308}) {
    auto minimum = a_minimum(study, message("at ", x), x);
    EXPECT_EQ(database_.minimum(database_.add_minimum(minimum)).energy_ev, x);
  }
}

TEST_F(StoredRecord, FillsInHostAndTimesOfARun) {
  const Id id = database_.add_run(a_run());
  EXPECT_EQ(database_.run(id).status, "running");
  EXPECT_FALSE(database_.run(id).host.empty());
  EXPECT_EQ(database_.run(id).started_utc.size(), std::string("2026-01-01T00:00:00Z").size());
  database_.finish_run(id, "interrupted", 2.5, 7.0);
  const auto run = database_.run(id);
  EXPECT_EQ(run.status, "interrupted");
  EXPECT_FALSE(run.finished_utc.empty());
  EXPECT_EQ(run.wall_s, 2.5);
  EXPECT_EQ(run.force_calls, 7.0);
}

TEST_F(StoredRecord, FindsSamplesMinimaAndEventsByName) {
  const auto study = make_study(database_);
  EXPECT_EQ(database_.find_sample("S1")->id, study.sample);
  EXPECT_FALSE(database_.find_sample("S2"));
  EXPECT_EQ(database_.find_minimum_by_uid("final")->id, study.final);
  EXPECT_EQ(database_.find_saddle_by_uid("saddle")->id, study.saddle);
  EXPECT_EQ(database_.find_event_by_uid("event")->times_found, 2);
  EXPECT_FALSE(database_.find_event_by_uid("other"));
  EXPECT_EQ(database_.minima_of_sample(study.sample).size(), 2u);
  EXPECT_EQ(database_.events_of_mapping(study.mapping).size(), 1u);
}

TEST_F(StoredRecord, KeepsOnePotentialForOneChecksum) {
  PotentialRecord potential{.spec = "a.eam", .name = "a", .sha256 = "ff"};
  const Id id = database_.ensure_potential(potential);
  potential.spec = "elsewhere/a.eam";
  EXPECT_EQ(database_.ensure_potential(potential), id);
  EXPECT_EQ(database_.potential(id).spec, "a.eam");
}

TEST_F(StoredRecord, KeepsOneMappingForSampleStrainSeedAndOptions) {
  const auto study = make_study(database_);
  auto mapping = database_.mapping(study.mapping);
  EXPECT_EQ(database_.ensure_mapping(mapping), study.mapping);
  mapping.strain_xy = 0.01;
  const Id strained = database_.ensure_mapping(mapping);
  mapping.seed = 2;
  EXPECT_NE(database_.ensure_mapping(mapping), strained);
  EXPECT_EQ(database_.mappings_of_sample(study.sample).size(), 3u);
}

TEST_F(StoredRecord, ReturnsSearchesByIndexWhateverTheOrderOfStoring) {
  const auto study = make_study(database_);
  for (const std::int64_t index : {4, 2, 3}) database_.add_search(a_search(study, index));
  std::vector<std::int64_t> indices;
  for (const auto& search : database_.searches_of_mapping(study.mapping)) {
    indices.push_back(search.search_index);
  }
  EXPECT_EQ(indices, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST_F(StoredRecord, RefusesTheSameSearchTwice) {
  const auto study = make_study(database_);
  EXPECT_NE(error_of([&] { database_.add_search(a_search(study, 0)); }).find("UNIQUE"),
            std::string::npos);
}

TEST_F(StoredRecord, RefusesRecordsThatBreakAConstraint) {
  const auto study = make_study(database_);
  auto event = an_event(study, "second");
  event.barrier_ev = unknown;
  EXPECT_NE(error_of([&] { database_.add_event(event); }).find("barrier_ev"), std::string::npos);
  event = an_event(study, "second");
  event.saddle_id = 999;
  EXPECT_NE(error_of([&] { database_.add_event(event); }).find("FOREIGN KEY"), std::string::npos);
  event = an_event(study, "second");
  event.origin = "luck";
  EXPECT_NE(error_of([&] { database_.add_event(event); }).find("CHECK"), std::string::npos);
  event = an_event(study, "event");
  EXPECT_NE(error_of([&] { database_.add_event(event); }).find("uid"), std::string::npos);
  EXPECT_NE(error_of([&] { database_.event(999); }).find("there is no event 999"), std::string::npos);
  event.id = 999;
  EXPECT_NE(error_of([&] { database_.update_event(event); }).find("999"), std::string::npos);
  EXPECT_NE(error_of([&] { database_.count_event_again(999, 0); }).find("999"), std::string::npos);
  EXPECT_EQ(database_.events_of_sample(study.sample).size(), 1u);
}

TEST_F(StoredRecord, PutsTrackPointsInOrderOfStrain) {
  const auto study = make_study(database_);
  std::vector<TrackPointRecord> points(3);
  points[0].strain_xy = 0.02;
  points[1].strain_xy = -0.01;
  points[2].strain_xy = 0.0;
  const Id id = database_.add_track(a_track(study, "k"), points);
  EXPECT_EQ(database_.track(id).points, 3);
  const auto stored = database_.points_of_track(id);
  ASSERT_EQ(stored.size(), 3u);
  EXPECT_EQ(stored[0].strain_xy, -0.01);
  EXPECT_EQ(stored[2].strain_xy, 0.02);
  EXPECT_EQ(stored[2].point_index, 2);
  EXPECT_EQ(database_.find_track(study.event, "k")->id, id);
  EXPECT_FALSE(database_.find_track(study.event, "l"));
}

TEST_F(StoredRecord, StoresNoTrackWhenOneOfItsPointsIsRefused) {
  const auto study = make_study(database_);
  std::vector<TrackPointRecord> points(2);
  points[1].saddle_configuration_id = 999;
  error_of([&] { database_.add_track(a_track(study, "k"), points); });
  EXPECT_TRUE(database_.tracks_of_event(study.event).empty());
}

TEST_F(StoredRecord, LinksAPlasticEventAndItsEventBothWays) {
  const auto study = make_study(database_);
  const Id shear = database_.ensure_shear(a_shear(study));
  EXPECT_EQ(database_.ensure_shear(a_shear(study)), shear);
  ShearStepRecord step;
  step.shear_id = shear;
  step.run_id = study.run;
  step.energy_ev = -10.0;
  database_.add_shear_step(step);
  PlasticEventRecord plastic;
  plastic.shear_id = shear;
  plastic.run_id = study.run;
  plastic.strain = 0.05;
  plastic.id = database_.add_plastic_event(plastic);
  auto event = an_event(study, "from shear");
  event.origin = "shear";
  event.mapping_id.reset();
  event.plastic_event_id = plastic.id;
  plastic.event_id = database_.add_event(event);
  database_.update_plastic_event(plastic);
  EXPECT_EQ(database_.plastic_events_of_shear(shear).front().event_id, plastic.event_id);
  EXPECT_EQ(database_.event(*plastic.event_id).plastic_event_id, plastic.id);
  auto done = database_.shear(shear);
  done.state = "done";
  database_.update_shear(done);
  EXPECT_EQ(database_.shears_of_sample(study.sample).back().state, "done");
  EXPECT_EQ(database_.steps_of_shear(shear).size(), 1u);
}

TEST_F(StoredRecord, KeepsInherentStructuresInOrderOfTheirPoints) {
  const auto study = make_study(database_);
  InherentStructureRecord structure;
  structure.sample_id = study.sample;
  structure.run_id = study.run;
  structure.series = "htc";
  structure.energy_ev = -10.0;
  structure.energy_per_atom_ev = -5.0;
  for (const std::int64_t point : {2, 1}) {
    structure.point_index = point;
    structure.configuration_id = study.configuration;
    structure.temperature_k = 100.0 * static_cast<double>(point);
    database_.add_inherent_structure(structure);
  }
  const auto found = database_.inherent_structures(study.sample, "htc");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].point_index, 1);
  EXPECT_EQ(found[1].temperature_k, 200.0);
  EXPECT_TRUE(std::isnan(found[1].volume_a3));
  EXPECT_TRUE(database_.inherent_structures(study.sample, "heating").empty());
  error_of([&] { database_.add_inherent_structure(structure); });  // the same point again
  structure.series = "other";
  error_of([&] { database_.add_inherent_structure(structure); });
}

TEST_F(StoredRecord, MergedEventsKeepSearchesTracksAndCounts) {
  auto study = make_study(database_);
  const Id kept = study.event;
  auto event = an_event(study, "the same, found by search 2");
  event.first_search_index = 2;
  const Id gone = database_.add_event(event);
  auto search = a_search(study, 2);
  search.event_id = gone;
  search.saddle_id = study.saddle;
  database_.add_search(search);
  database_.add_track(a_track(study, "coarse"), {});
  study.event = gone;
  std::vector<TrackPointRecord> points(2);
  points[1].strain_xy = 0.01;
  database_.add_track(a_track(study, "coarse"), points);  // there for the kept one already
  const Id fine = database_.add_track(a_track(study, "fine"), points);
  AtomValueRecord key;
  key.sample_id = study.sample;
  key.run_id = study.run;
  key.name = "d2min_a2";
  key.event_id = gone;
  database_.put_atom_values(key, std::vector<double>{1.0, 2.0});

  database_.merge_events(kept, gone);
  EXPECT_EQ(database_.event(kept).times_found, 3);
  EXPECT_EQ(database_.event(kept).first_search_index, 0);
  error_of([&] { database_.event(gone); });
  for (const auto& found : database_.searches_of_mapping(study.mapping)) EXPECT_EQ(found.event_id, kept);
  const auto tracks = database_.tracks_of_event(kept);
  ASSERT_EQ(tracks.size(), 2u);
  EXPECT_EQ(tracks[1].id, fine);
  EXPECT_EQ(database_.points_of_track(fine).size(), 2u);
  key.event_id = kept;
  EXPECT_EQ(database_.atom_values(key), (std::vector<double>{1.0, 2.0}));
  EXPECT_EQ(check(database_.path()), std::vector<std::string>());
  error_of([&] { database_.merge_events(kept, 999); });
  EXPECT_EQ(database_.event(kept).times_found, 3);
}

TEST_F(StoredRecord, ReplacesAtomValuesOfTheSameName) {
  const auto study = make_study(database_);
  AtomValueRecord key;
  key.sample_id = study.sample;
  key.run_id = study.run;
  key.name = "flexibility_a2";
  database_.put_atom_values(key, std::vector<double>{1.0, 2.0, 3.0});
  database_.put_atom_values(key, std::vector<double>{4.0, unknown});
  const auto values = database_.atom_values(key);
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0], 4.0);
  EXPECT_TRUE(std::isnan(values[1]));
  key.minimum_id = study.final;
  EXPECT_TRUE(database_.atom_values(key).empty());
}

TEST_F(StoredRecord, ReplacesAndErasesCheckpoints) {
  const Id run = database_.add_run(a_run());
  database_.put_checkpoint({.key = "shear 1", .run_id = run, .step = 1});
  database_.put_checkpoint({"shear 1", run, 2, R"({"strain":0.01})", {1, 2, 3}});
  const auto checkpoint = database_.checkpoint("shear 1");
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->step, 2);
  EXPECT_EQ(checkpoint->data, (Blob{1, 2, 3}));
  EXPECT_EQ(checkpoint->state, R"({"strain":0.01})");
  EXPECT_EQ(database_.checkpoints().size(), 1u);
  database_.erase_checkpoint("shear 1");
  database_.erase_checkpoint("shear 1");
  EXPECT_FALSE(database_.checkpoint("shear 1"));
}

TEST_F(StoredRecord, GivesTheSameIdsForTheSameWork) {
  Database other(folder_ / "other.db");
  const auto a = make_study(database_);
  const auto b = make_study(other);
  EXPECT_EQ(text_of(database_.event(a.event)), text_of(other.event(b.event)));
  EXPECT_EQ(text_of(database_.sample(a.sample)), text_of(other.sample(b.sample)));
}

}  // namespace
}  // namespace landscape::db
