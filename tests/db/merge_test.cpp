/// Shards put together: nothing twice, nothing lost, any order.
#include "db/merge.hpp"

#include <algorithm>
#include <set>

#include "db/check.hpp"
#include "db/detail/connection.hpp"
#include "db/query.hpp"
#include "support.hpp"

namespace landscape::db {
namespace {

using testing::a_minimum;
using testing::a_search;
using testing::a_track;
using testing::an_event;
using testing::error_of;
using testing::make_study;
using testing::slurp;
using testing::Study;
using testing::TemporaryFolder;

class Merging : public ::testing::Test {
 protected:
  /// A study with one more event, and one more search of the first event.
  std::filesystem::path shard(const std::string& name,
                              const std::string& uid,
                              std::int64_t search) {
    const auto path = folder_ / name;
    Database database(path);
    const Study study = make_study(database);
    auto event = an_event(study, uid);
    event.mapping_id.reset();
    event.plastic_event_id.reset();
    event.origin = "shear";
    event.id = database.add_event(event);
    const TrackPointRecord points[] = {{.strain_xy = 0.0, .barrier_ev = 0.5},
                                       {.strain_xy = 0.01, .barrier_ev = 0.4}};
    auto track = a_track(study, uid);
    track.event_id = event.id;
    database.add_track(track, points);
    auto again = a_search(study, search);
    again.event_id = study.event;
    database.add_search(again);
    auto first = database.event(study.event);
    first.times_found = 3;
    database.update_event(first);
    return path;
  }

  /// Rows of all public views but their numbers, sorted.
  static std::multiset<std::string> rows(const std::filesystem::path& path) {
    std::multiset<std::string> result;
    for (const auto& view : public_views()) {
      std::vector<std::string> columns;
      for (const auto& column : describe_columns(path, view)) {
        const auto& name = column.column;
        if (name != "id" && !name.ends_with("_id") && name != "started_utc" &&
            name != "finished_utc")
          columns.push_back(name);
      }
      if (view == "dictionary" || columns.empty()) continue;
      for (const auto& row : run_query(path, {.view = view, .columns = columns}).rows) {
        std::string text = view;
        for (const auto& value : row)
          std::visit(
              [&](const auto& v) {
                if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::monostate>)
                  text += "|null";
                else
                  text += message('|', v);
              },
              value);
        result.insert(text);
      }
    }
    return result;
  }

  TemporaryFolder folder_;
};

TEST_F(Merging, KnowsEveryTableOfTheSchema) {
  Database{folder_ / "x.db"};
  const auto connection = detail::open_database(folder_ / "x.db", {});
  auto tables = connection->statement(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%\\_row' ESCAPE '\\'");
  const auto known = merged_tables();
  while (tables.step()) {
    const auto name = tables.take<std::string>();
    if (name == "checkpoint_row" || name == "dictionary_row") continue;  // of one file alone
    EXPECT_EQ(std::count(known.begin(), known.end(), name), 1) << name;
  }
}

TEST_F(Merging, IntoANewFileIsACopy) {
  const auto a = shard("a.db", "other", 2);
  merge(folder_ / "all.db", a);
  EXPECT_EQ(rows(folder_ / "all.db"), rows(a));
  EXPECT_EQ(check(folder_ / "all.db"), std::vector<std::string>());
}

TEST_F(Merging, TwiceChangesNothing) {
  const auto a = shard("a.db", "other", 2);
  merge(folder_ / "all.db", a);
  const auto before = rows(folder_ / "all.db");
  const auto report = merge(folder_ / "all.db", a);
  EXPECT_TRUE(report.added.empty());
  EXPECT_GT(report.known, 5);
  EXPECT_EQ(rows(folder_ / "all.db"), before);
}

TEST_F(Merging, WhatWasJoinedSinceIsNotTakenInAgain) {
  const auto a = shard("a.db", "other", 2);
  {
    Database database(a);  // one more search, of an event of its own
    auto event = database.event(1);
    ASSERT_TRUE(event.mapping_id);
    auto search = database.searches_of_mapping(*event.mapping_id).back();
    event.uid = "found by search 3";
    event.first_search_index = search.search_index = 3;
    event.times_found = 1;
    search.event_id = database.add_event(event);
    database.add_search(search);
  }
  merge(folder_ / "all.db", a);
  {
    Database database(folder_ / "all.db");
    const auto gone = database.find_event_by_uid("found by search 3");
    ASSERT_TRUE(gone);
    database.merge_events(1, gone->id);
  }
  const auto before = rows(folder_ / "all.db");
  EXPECT_TRUE(merge(folder_ / "all.db", a).added.empty());
  EXPECT_EQ(rows(folder_ / "all.db"), before);
  EXPECT_EQ(check(folder_ / "all.db"), std::vector<std::string>());
}

TEST_F(Merging, InAnyOrderGivesTheSameRows) {
  const auto a = shard("a.db", "other", 2), b = shard("b.db", "another", 3);
  merge(folder_ / "ab.db", a);
  merge(folder_ / "ab.db", b);
  merge(folder_ / "ba.db", b);
  merge(folder_ / "ba.db", a);
  const auto together = rows(folder_ / "ab.db");
  EXPECT_EQ(together, rows(folder_ / "ba.db"));
  for (const auto& shard :
       {a, b}) {  // nothing is lost but the count that follows from all searches
    for (const auto& row : rows(shard)) {
      if (row.starts_with("events|") || row.starts_with("coverage|")) continue;
      EXPECT_TRUE(together.contains(row)) << row;
    }
  }
  const auto result = run_query(folder_ / "ab.db", {.columns = {"times_found", "uid"}});
  EXPECT_EQ(result.rows.size(), 3u);
  EXPECT_EQ(std::get<std::int64_t>(result.rows[0][0]), 4);  // searches 0, 1, 2, 3
  EXPECT_EQ(check(folder_ / "ab.db"), std::vector<std::string>());
}

TEST_F(Merging, KeepsTheSampleThatIsReady) {
  const auto a = shard("a.db", "other", 2);
  {
    Database half(folder_ / "all.db");
    SampleRecord sample = Database(a, Mode::ReadOnly).sample(1);
    sample.run_id = half.add_run(testing::a_run());
    sample.potential_id = half.ensure_potential(Database(a, Mode::ReadOnly).potential(1));
    sample.minimum_id.reset();
    sample.state = "preparing";
    half.add_sample(sample);
  }
  merge(folder_ / "all.db", a);
  EXPECT_EQ(Database(folder_ / "all.db").sample(1).state, "ready");
  EXPECT_TRUE(Database(folder_ / "all.db").sample(1).minimum_id.has_value());
  EXPECT_EQ(check(folder_ / "all.db"), std::vector<std::string>());
}

TEST_F(Merging, RefusesAnotherSampleOfTheSameNameAndChangesNothing) {
  const auto a = shard("a.db", "other", 2), b = shard("b.db", "another", 3);
  {
    Database database(b);
    auto sample = database.sample(1);
    sample.defining_options = "{\"seed\":2}";
    database.update_sample(sample);
  }
  merge(folder_ / "all.db", a);
  const auto before = rows(folder_ / "all.db");
  EXPECT_NE(error_of([&] { merge(folder_ / "all.db", b); }).find("sample S1 is not the one of"),
            std::string::npos);
  EXPECT_EQ(rows(folder_ / "all.db"), before);
  error_of([&] { merge(folder_ / "all.db", folder_ / "none.db"); });
  error_of([&] { merge(a, a); });
}

TEST_F(Merging, SealedCopiesAreReadOnlyAndComplete) {
  const auto a = shard("a.db", "other", 2);
  const auto before = slurp(a);
  seal(a, folder_ / "sealed.db");
  EXPECT_EQ(slurp(a), before);
  EXPECT_EQ(rows(folder_ / "sealed.db"), rows(a));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "sealed.db-wal"));
  const auto mode = std::filesystem::status(folder_ / "sealed.db").permissions();
  EXPECT_EQ(mode & std::filesystem::perms::owner_write, std::filesystem::perms::none);
  EXPECT_NE(error_of([&] { seal(a, folder_ / "sealed.db"); }).find("there already"),
            std::string::npos);
}

TEST_F(Merging, AliasesAreKept) {
  const auto a = shard("a.db", "other", 2);
  {
    Database database(a);
    const AliasRecord alias[] = {{0, "event", "other", database.event(1).uid, 0.01}};
    database.replace_aliases(alias);
    EXPECT_EQ(database.aliases().size(), 1u);
  }
  merge(folder_ / "all.db", a);
  EXPECT_EQ(run_query(folder_ / "all.db", {.view = "aliases"}).rows.size(), 1u);
  EXPECT_EQ(check(folder_ / "all.db"), std::vector<std::string>());
}

}  // namespace
}  // namespace landscape::db
