#include "db/query.hpp"

#include <set>

#include "db/detail/migrations.hpp"
#include "db/suggest.hpp"
#include "support.hpp"

namespace landscape::db {
namespace {

using testing::a_run;
using testing::a_track;
using testing::an_event;
using testing::contains;
using testing::error_of;
using testing::make_study;
using testing::Study;
using testing::TemporaryFolder;

/// Events with barriers 0.5, 0.4, 0.6 eV; the first one tracked twice, the last track saying
/// "thermal".
class Query : public ::testing::Test {
 protected:
  Query() : path_(folder_ / "x.db") {
    Database database(path_);
    study_ = make_study(database);
    for (const double barrier : {0.4, 0.6}) {
      auto event = an_event(study_, message(barrier));
      event.barrier_ev = barrier;
      database.add_event(event);
    }
    auto track = a_track(study_, "coarse");
    track.event_class = "strain_created";
    database.add_track(track, {});
    track = a_track(study_, "fine");
    track.event_class = "thermal";
    track.critical_strain = 0.04;
    database.add_track(track, {});
  }

  QueryResult run(const std::string& where,
                  std::vector<std::string> sort = {},
                  std::vector<std::string> columns = {"id"}) {
    return run_query(path_,
                     {.where = where, .sort = std::move(sort), .columns = std::move(columns)});
  }
  std::vector<std::int64_t> ids(const std::string& where, std::vector<std::string> sort = {}) {
    std::vector<std::int64_t> result;
    for (const auto& row : run(where, std::move(sort)).rows) {
      result.push_back(std::get<std::int64_t>(row.at(0)));
    }
    return result;
  }
  std::string refusal(const std::string& where) {
    return error_of([&] { run(where); });
  }

  using Ids = std::vector<std::int64_t>;
  TemporaryFolder folder_;
  std::filesystem::path path_;
  Study study_;
};

TEST_F(Query, ReturnsAllRowsAndColumnsOfAViewById) {
  const auto result = run_query(path_, {});
  EXPECT_EQ(result.rows.size(), 3u);
  EXPECT_EQ(result.columns.front(), "id");
  EXPECT_EQ(result.columns.size(), describe_columns(path_, "events").size());
  for (const auto& row : result.rows) EXPECT_EQ(row.size(), result.columns.size());
}

TEST_F(Query, UnderstandsAliasesInExpressionSortAndColumns) {
  EXPECT_EQ(ids("EA < 0.55 AND sample = 'S1'"), (Ids{1, 2}));
  EXPECT_EQ(ids("class = 'thermal' and gc > 0.03"), (Ids{1}));
  EXPECT_EQ(ids("strain = 0 AND ER = 0.3", {"-EA"}), (Ids{3, 1, 2}));
  const auto result = run("id = 1", {}, {"EA", "event_class", "gr"});
  EXPECT_EQ(result.columns, (std::vector<std::string>{"EA", "event_class", "gr"}));
  EXPECT_EQ(std::get<double>(result.rows[0][0]), 0.5);
  EXPECT_EQ(std::get<std::string>(result.rows[0][1]), "thermal");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(result.rows[0][2]));
}

TEST_F(Query, SortsUnknownValuesLastBothWays) {
  EXPECT_EQ(ids("", {"gc"}), (Ids{1, 2, 3}));
  EXPECT_EQ(ids("", {"-gc"}), (Ids{1, 2, 3}));
  EXPECT_EQ(ids("", {"barrier_ev"}), (Ids{2, 1, 3}));
}

TEST_F(Query, SaysWhenTheLimitLeftRowsOut) {
  const auto two = run_query(path_, {.limit = 2});
  EXPECT_EQ(two.rows.size(), 2u);
  EXPECT_TRUE(two.limited);
  EXPECT_FALSE(run_query(path_, {.limit = 3}).limited);
  EXPECT_TRUE(run_query(path_, {.limit = 0}).rows.empty());
}

TEST_F(Query, OfASampleInTheOrderOfAnIndexGivesTheSameRows) {
  for (const std::string key : {"ER", "-ER", "EA"}) {
    const auto some = run_query(path_, {.terms = {"sample=S1"}, .sort = {key}, .columns = {"id"}, .limit = 3});
    const auto all = run_query(path_, {.sort = {key}, .columns = {"id"}});
    EXPECT_EQ(some.rows, all.rows) << key;
    EXPECT_TRUE(run_query(path_, {.terms = {"sample=S2"}, .sort = {key}, .limit = 3}).rows.empty());
  }
}

TEST_F(Query, OfLimitedRowsGivesTheFirstOfAll) {
  for (const auto& column : describe_columns(path_, "events")) {
    for (const std::string sign : {"", "-"}) {
      for (const std::vector<std::string>& terms :
           {std::vector<std::string>{}, {"0.3<EA<0.55", "strain=0"}, {"class=thermal", "EA<0.9"}}) {
        QueryOptions options{.terms = terms, .where = "id < 100", .sort = {sign + column.column}};
        auto all = run_query(path_, options).rows;
        options.limit = 1;
        const auto first = run_query(path_, options);
        EXPECT_EQ(first.limited, all.size() > 1) << column.column;
        all.resize(1);
        EXPECT_EQ(first.rows, all) << sign << column.column;
      }
    }
  }
}

TEST_F(Query, OfACommonClassGivesTheFirstOfAll) {
  Database database(path_);
  Transaction transaction(database);
  for (int k = 0; k < 5000; ++k) {
    auto track = a_track(study_, std::to_string(k));
    track.event_id = study_.event + k % 2;
    track.event_class = "thermal";
    database.add_track(track, {});
  }
  transaction.commit();
  for (const std::string sort : {"EA", "-EA", "ER", "-ER"}) {
    QueryOptions options{.terms = {"class=thermal"}, .sort = {sort}};
    const auto all = run_query(path_, options).rows;
    ASSERT_EQ(all.size(), 2u);
    options.limit = 1;
    const auto first = run_query(path_, options);
    EXPECT_TRUE(first.limited);
    EXPECT_EQ(first.rows, std::vector(1, all.front())) << sort;
  }
}

TEST_F(Query, PassesRowsOnOneByOne) {
  std::vector<double> barriers;
  const auto result = run_query(path_, {.sort = {"EA"}, .columns = {"EA"}, .each = [&](const std::vector<Value>& row) {
                                          barriers.push_back(std::get<double>(row.at(0)));
                                        }});
  EXPECT_TRUE(result.rows.empty());
  EXPECT_EQ(barriers, (std::vector<double>{0.4, 0.5, 0.6}));
}

TEST_F(Query, AcceptsSubqueriesOnPublicViewsAndCounts) {
  EXPECT_EQ(ids("EA > (SELECT avg(EA) FROM q)"), (Ids{3}));
  EXPECT_EQ(ids("(SELECT count(*) FROM minima) = 2 AND id = 1"), (Ids{1}));
  EXPECT_EQ(ids("abs(EA - 0.5) < 0.01 -- a comment"), (Ids{1}));
  EXPECT_TRUE(ids("EA > 9").empty());
}

TEST_F(Query, ShowsTheClassInEveryPlaneThatAnEventWasFollowedIn) {
  const auto classes = [&](std::int64_t id) {
    std::vector<std::string> texts;
    const auto found = run(message("id = ", id), {}, {"event_class", "class_xy", "class_xz", "class_yz"});
    for (const auto& value : found.rows.at(0))
      texts.push_back(std::holds_alternative<std::string>(value) ? std::get<std::string>(value) : "-");
    return texts;
  };
  using Texts = std::vector<std::string>;
  {
    Database database(path_);
    auto track = a_track(study_, "across");
    track.plane = "yz";
    for (const char* text : {"unresolved", "strain_created"}) {  // the newest counts
      track.options_key += text;
      track.event_class = text;
      database.add_track(track, {});
    }
    track.event_id = 2;
    track.plane = "xz";
    track.event_class = "thermal";
    database.add_track(track, {});
  }
  EXPECT_EQ(classes(study_.event), (Texts{"thermal", "thermal", "-", "strain_created"}));
  EXPECT_EQ(classes(2), (Texts{"-", "-", "thermal", "-"}));
  EXPECT_EQ(ids("event_class_yz = 'strain_created'"), Ids{study_.event});
  EXPECT_EQ(error_of([&] { run_query(path_, {.terms = {"class_yz=thremal"}}); }), "event_class_yz is never thremal; did you mean thermal?");
}

TEST_F(Query, ShowsTheNewestTrackOfAnEvent) {
  EXPECT_EQ(ids("event_class = 'strain_created'"), Ids{});
  EXPECT_EQ(run_query(path_, {.view = "tracks"}).rows.size(), 2u);
}

TEST_F(Query, RefusesMoreThanOneExpression) {
  for (const auto* where :
       {"1); DELETE FROM run_row; --", "1; DELETE FROM run_row", "1);", "1) ORDER BY (EA",
        "1) GROUP BY (class", "1) UNION SELECT id FROM q WHERE (1", "1), (1", "1) LIMIT (1", ")",
        "1 /*", "1 --\n) --"}) {
    EXPECT_FALSE(refusal(where).empty()) << where;
  }
  EXPECT_FALSE(refusal(std::string("1\0 = 1", 6)).empty());
  EXPECT_EQ(Database(path_).runs().size(), 1u);
}

TEST_F(Query, RefusesWhatIsNotAPublicView) {
  for (const auto* where :
       {"EXISTS (SELECT 1 FROM run_row WHERE id = 1)", "(SELECT data FROM configuration_row) = 1",
        "(SELECT sql FROM sqlite_master) = 1", "load_extension('x') = 1",
        "(SELECT user_version FROM pragma_user_version) = 1"}) {
    const auto text = refusal(where);
    EXPECT_TRUE(contains(text, "does more") || contains(text, "not authorized") ||
                contains(text, "no such"))
        << where << " -> " << text;
  }
}

TEST_F(Query, NamesTheNearestColumnOrView) {
  EXPECT_TRUE(contains(refusal("barier_ev < 1"),
                       "no such column in events: barier_ev; did you "
                       "mean barrier_ev?"));
  EXPECT_TRUE(contains(error_of([&] { run("", {"barrier"}); }), "did you mean barrier_ev?"));
  EXPECT_TRUE(contains(error_of([&] { run("", {}, {"clas"}); }), "did you mean class?"));
  EXPECT_TRUE(contains(error_of([&] { run("", {}, {"xyzzy"}); }), "there are id, "));
  EXPECT_TRUE(contains(error_of([&] { run_query(path_, {.view = "event"}); }), "mean events?"));
  EXPECT_TRUE(contains(error_of([&] { run_query(path_, {.view = "run_row"}); }), "no such view"));
  EXPECT_TRUE(contains(error_of([&] { describe_columns(path_, "evnts"); }), "mean events?"));
  const auto of_sql = [&](const char* sql) { return error_of([&] { run_query(path_, {.sql = sql}); }); };
  EXPECT_TRUE(contains(of_sql("SELECT barier_ev FROM events"), "did you mean barrier_ev?"));
  EXPECT_TRUE(contains(of_sql("SELECT event_id FROM events"), "it is one of "));
}

TEST_F(Query, ExplainsSyntaxErrorsInOneLine) {
  EXPECT_TRUE(contains(refusal("EA <\n"), "in the expression: EA <"));
  EXPECT_TRUE(contains(refusal("EA < < 1"), "syntax error"));
  EXPECT_TRUE(contains(refusal("class = \"thermal\""), "single quotes: 'thermal'"));
  EXPECT_TRUE(contains(refusal("nosuch(EA) = 1"), "nosuch"));
}

// Counts far beyond any patience.
const std::string endless =
    "(SELECT count(*) FROM dictionary a, dictionary b, dictionary c, dictionary d) > 0";

TEST_F(Query, StopsAtItsTimeLimit) {
  const auto text = error_of([&] { run_query(path_, {.where = endless, .timeout_s = 0.05}); });
  EXPECT_TRUE(contains(text, "time limit of 0.05")) << text;
}

TEST_F(Query, StopsWhenInterrupted) {
  const QueryOptions options{.where = endless, .interrupted = [] { return true; }};
  EXPECT_THROW(run_query(path_, options), Interrupted);
  EXPECT_EQ(error_of([&] { run_query(path_, options); }), "query interrupted");
}

TEST_F(Query, SeesWhatAnotherConnectionHasCommitted) {
  Database writer(path_);
  Transaction transaction(writer);
  writer.add_run(a_run());
  EXPECT_EQ(run_query(path_, {.view = "runs"}).rows.size(), 1u);
  transaction.commit();
  EXPECT_EQ(run_query(path_, {.view = "runs"}).rows.size(), 2u);
}

TEST(PublicViews, HaveTheContractsNamesAndColumns) {
  TemporaryFolder folder;
  Database{folder / "x.db"};
  std::set<std::string> event_columns;
  for (const auto& column : describe_columns(folder / "x.db", "events")) {
    event_columns.insert(column.column);
  }
  for (const auto* name :
       {"id", "sample", "strain_xy", "initial_minimum_id", "saddle_id", "final_minimum_id",
        "barrier_ev", "reverse_barrier_ev", "curvature_ev_per_a2", "predicted_critical_strain",
        "critical_strain", "reverse_strain", "window_low", "window_high", "event_class",
        "event_class_zero_stress", "center_atom", "times_found", "origin"}) {
    EXPECT_TRUE(event_columns.contains(name)) << name;
  }
  for (const auto* view : {"samples", "minima", "saddles", "events", "tracks", "track_points",
                           "shear_steps", "plastic_events", "searches", "atoms"}) {
    std::set<std::string> columns;
    for (const auto& column : describe_columns(folder / "x.db", view))
      columns.insert(column.column);
    EXPECT_TRUE(columns.contains("id") && columns.contains("sample")) << view;
    EXPECT_TRUE(columns.contains("run_id")) << view;
  }
}

TEST(PublicViews, CanAllBeQueriedByColumnAndAlias) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  make_study(*std::make_unique<Database>(path));
  for (const auto& view : public_views()) {
    for (const auto& column : describe_columns(path, view)) {
      for (const auto& name : {column.column, column.alias}) {
        if (name.empty()) continue;
        const QueryOptions options{
            .view = view, .where = name + " IS NOT NULL", .sort = {name}, .columns = {name}};
        EXPECT_NO_THROW(run_query(path, options)) << view << '.' << name;
      }
    }
  }
}

TEST(Dictionary, DescribesEveryColumnOfEveryViewAndNothingElse) {
  TemporaryFolder folder;
  Database{folder / "x.db"};
  const auto connection = detail::open_database(folder / "x.db", {});
  for (const auto& column : detail::described_columns(*connection)) {
    EXPECT_FALSE(column.description.empty()) << column.view << '.' << column.column;
  }
  EXPECT_EQ(detail::unused_descriptions(*connection), std::vector<std::string>());
  // The stored dictionary is that of the views in the file.
  EXPECT_EQ(connection->number("SELECT count(*) FROM dictionary"),
            connection->number("SELECT count(*) FROM sqlite_master m, pragma_table_info(m.name) "
                               "WHERE m.type = 'view'"));
  EXPECT_EQ(connection->number("SELECT count(*) FROM dictionary d WHERE NOT EXISTS (SELECT 1 "
                               "FROM pragma_table_info(d.\"view\") c WHERE c.name = d.\"column\")"),
            0);
  EXPECT_EQ(static_cast<std::size_t>(
                connection->number("SELECT count(*) FROM sqlite_master WHERE type = 'view'")),
            public_views().size());
}

TEST(Dictionary, GivesEachNameOneMeaningInAView) {
  TemporaryFolder folder;
  Database{folder / "x.db"};
  std::set<std::string> seen;
  for (const auto& column : describe_columns(folder / "x.db")) {
    for (std::string name : {column.column, column.alias}) {
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      if (name.empty()) continue;
      EXPECT_TRUE(seen.insert(column.view + '.' + name).second) << column.view << '.' << name;
    }
  }
}

TEST(Suggestion, CountsEditsAndIgnoresCase) {
  EXPECT_EQ(edit_distance("barier", "barrier"), 1);
  EXPECT_EQ(edit_distance("EA", "ea"), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST_F(Query, OfAnOlderFileForWhatItLacksSaysHowItGetsThat) {
  QueryOptions options;
  options.columns = {"barrier"};
  const auto asked = [&] { return error_of([&] { (void)run_query(path_, options); }); };
  EXPECT_TRUE(contains(asked(), "no such column")) << asked();
  EXPECT_FALSE(contains(asked(), "upgrade")) << asked();
  detail::Connection(path_, {}).execute("PRAGMA user_version = 2");
  EXPECT_TRUE(contains(asked(), message("schema 2 is older than this program's ", detail::migrations().back().version, " ('landscape db upgrade --db "))) << asked();
  options.columns = {};
  options.view = "events2";
  EXPECT_TRUE(contains(asked(), "no such view")) << asked();
  EXPECT_TRUE(contains(asked(), "upgrade")) << asked();
}

}  // namespace
}  // namespace landscape::db
