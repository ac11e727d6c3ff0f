/// Short terms, whole SELECTs, and what neither of them may do.
#include "db/terms.hpp"

#include <cmath>

#include "support.hpp"

namespace landscape::db {
namespace {

using testing::an_event;
using testing::error_of;
using testing::make_study;
using testing::slurp;
using testing::Study;
using testing::TemporaryFolder;

/// Events 1 to 4 with barriers 0.5, 0.1, 0.2, 0.3 eV.
class Terms : public ::testing::Test {
 protected:
  Terms() : path_(folder_ / "x.db") {
    Database database(path_);
    const Study study = make_study(database);
    for (const double barrier : {0.1, 0.2, 0.3}) {
      auto event = an_event(study, message(barrier));
      event.barrier_ev = barrier;
      event.origin = barrier > 0.25 ? "shear" : "map";
      if (barrier < 0.15) event.max_displacement_a = 1.0;
      database.add_event(event);
    }
  }

  using Ids = std::vector<std::int64_t>;
  Ids ids(std::vector<std::string> terms) {
    Ids result;
    for (const auto& row : run_query(path_, {.terms = std::move(terms), .columns = {"id"}}).rows) {
      result.push_back(std::get<std::int64_t>(row[0]));
    }
    return result;
  }
  QueryResult sql(const std::string& text) { return run_query(path_, {.sql = text}); }
  std::string refusal(const std::string& text) {
    return error_of([&] { sql(text); });
  }
  double number(const std::string& text) { return std::get<double>(sql(text).rows.at(0).at(0)); }

  TemporaryFolder folder_;
  std::filesystem::path path_;
};

TEST_F(Terms, CompareColumnsAndAliases) {
  EXPECT_EQ(ids({"EA<0.3"}), (Ids{2, 3}));
  EXPECT_EQ(ids({"barrier_ev >= 0.3"}), (Ids{1, 4}));
  EXPECT_EQ(ids({"0.1<EA<=0.3"}), (Ids{3, 4}));
  EXPECT_EQ(ids({"0.3>=EA>0.1"}), (Ids{3, 4}));
  EXPECT_EQ(ids({"EA=0.1..0.2"}), (Ids{2, 3}));
  EXPECT_EQ(ids({"EA!=0.1..0.2"}), (Ids{1, 4}));
  EXPECT_EQ(ids({"EA=..0.1"}), Ids{2});
  EXPECT_EQ(ids({"EA=0.5.."}), Ids{1});
  EXPECT_EQ(ids({"id=1,3"}), (Ids{1, 3}));
  EXPECT_EQ(ids({"id!=1,3"}), (Ids{2, 4}));
  EXPECT_EQ(ids({"EA<0.4", "origin=shear"}), Ids{4});
  EXPECT_EQ(ids({"origin~SH*"}), Ids{4});
  EXPECT_EQ(ids({"dmax=null"}), (Ids{1, 3, 4}));
  EXPECT_EQ(ids({"dmax!=null"}), Ids{2});
  EXPECT_EQ(ids({"EA>1e9"}), Ids{});
}

TEST_F(Terms, ConvertUnitsToThoseOfTheColumn) {
  EXPECT_EQ(ids({"EA<250meV"}), (Ids{2, 3}));
  EXPECT_EQ(ids({"EA=100meV..0.2eV"}), (Ids{2, 3}));
  EXPECT_EQ(ids({"strain=0%"}), (Ids{1, 2, 3, 4}));
  EXPECT_NE(error_of([&] { ids({"EA<3GPa"}); }).find("is in eV: expected one of eV, meV"),
            std::string::npos);
  EXPECT_NE(error_of([&] { ids({"pn<3eV"}); }).find("has no unit"), std::string::npos);
}

TEST_F(Terms, BindValuesSoThatNoTextIsCode) {
  EXPECT_EQ(ids({"sample=x' OR '1'='1"}), Ids{});
  EXPECT_EQ(ids({"sample='S1'"}), Ids{});  // quotes are letters here
  EXPECT_EQ(ids({"sample=S1"}), (Ids{1, 2, 3, 4}));
  EXPECT_EQ(ids({"sample~%"}), Ids{});
}

TEST_F(Terms, ExplainWhatIsWrong) {
  for (const auto* term : {"EA", "", "<3", "EA<", "EA<<3", "EA<abc", "EA=..", "0.1<EA>0.3", "EA~3",
                           "EA<1<", "EA=nan", "EA=1e999", "1<2<3<4", "EA<0.2;"}) {
    EXPECT_FALSE(error_of([&] { ids({term}); }).empty()) << term;
  }
  EXPECT_NE(error_of([&] { ids({"barier_ev<3"}); }).find("did you mean barrier_ev?"),
            std::string::npos);
}

TEST_F(Terms, NameTheTextThatWasMeant) {
  EXPECT_EQ(error_of([&] { ids({"class=thremal"}); }), "event_class is never thremal; did you mean thermal?");
  EXPECT_EQ(error_of([&] { ids({"origin!=map,sheer"}); }), "origin is never sheer; did you mean shear?");
  EXPECT_EQ(error_of([&] { ids({"low_end=7"}); }),
            "low_end is never 7; there are initial, final, other, bifurcation, not_reached");
  EXPECT_EQ(ids({"class=thermal"}), Ids{});  // there is no track
  EXPECT_EQ(ids({"plane=xz"}), Ids{});       // a text that the schema leaves free
}

TEST_F(Terms, MixWithExpressionsAndLimits) {
  const auto result = run_query(path_, {.terms = {"EA<0.4"},
                                        .where = "origin = 'map'",
                                        .sort = {"-EA"},
                                        .columns = {"id"},
                                        .limit = 1});
  ASSERT_EQ(result.rows.size(), 1u);
  EXPECT_EQ(std::get<std::int64_t>(result.rows[0][0]), 3);
  EXPECT_TRUE(result.limited);
}

TEST_F(Terms, WholeSelectsKnowAliasesAndStatistics) {
  EXPECT_DOUBLE_EQ(number("SELECT median(EA) FROM events"), 0.25);
  EXPECT_DOUBLE_EQ(number("SELECT quantile(barrier_ev, 0) FROM events"), 0.1);
  EXPECT_DOUBLE_EQ(number("SELECT quantile(EA, 1.0) FROM events;"), 0.5);
  EXPECT_NEAR(number("SELECT quantile(EA, 0.5) FROM events WHERE EA < 0.4"), 0.2, 1e-15);
  EXPECT_NEAR(number("SELECT stddev(EA) FROM events WHERE EA < 0.4"), 0.1, 1e-12);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(
      sql("SELECT median(EA) FROM events WHERE EA > 9").rows.at(0).at(0)));
  EXPECT_NE(refusal("SELECT quantile(EA, 2) FROM events").find("between 0 and 1"),
            std::string::npos);
  const auto all = sql("SELECT * FROM events");
  EXPECT_EQ(all.columns.size(), describe_columns(path_, "events").size());
  EXPECT_EQ(all.rows.at(0).size(), all.columns.size());
  EXPECT_EQ(sql("SELECT id, id FROM runs").columns, (std::vector<std::string>{"id", "id_2"}));
  EXPECT_EQ(sql("WITH x AS (SELECT EA FROM events) SELECT count(*) AS n FROM x").columns.at(0),
            "n");
  EXPECT_NE(refusal("SELECT barier_ev FROM events").find("mean barrier_ev?"), std::string::npos);
}

TEST_F(Terms, FunctionsOfTheCallerAreKnown) {
  const NumberFunction twice{"twice", 1, [](std::span<const double> x) { return 2.0 * x[0]; }};
  const auto result = run_query(
      path_,
      {.sql = "SELECT twice(EA), twice(NULL) FROM events WHERE id = 1", .functions = {twice}});
  EXPECT_EQ(std::get<double>(result.rows.at(0).at(0)), 1.0);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(result.rows[0][1]));
}

TEST_F(Terms, NothingButReadingIsPossibleAndTheFileKeepsItsBytes) {
  const auto before = slurp(path_);
  for (const auto* text :
       {"DELETE FROM run_row",
        "UPDATE run_row SET seed = 2",
        "INSERT INTO run_row DEFAULT VALUES",
        "DROP TABLE run_row",
        "DROP VIEW events",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t (a)",
        "CREATE TEMP VIEW v AS SELECT 1",
        "ATTACH ':memory:' AS m",
        "DETACH main",
        "PRAGMA user_version = 9",
        "PRAGMA user_version",
        "PRAGMA writable_schema = ON",
        "VACUUM",
        "VACUUM INTO '/tmp/never.db'",
        "REINDEX",
        "ANALYZE",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "SAVEPOINT s",
        "SELECT load_extension('x')",
        "SELECT 1; DELETE FROM run_row",
        "SELECT 1; SELECT 2",
        "SELECT * FROM run_row",
        "SELECT data FROM configuration_row",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM temp.sqlite_master",
        "SELECT * FROM pragma_table_info('run_row')",
        "EXPLAIN DELETE FROM run_row",
        "",
        ";",
        "--",
        "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT * FROM r",
        "WITH r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT count(*) FROM r",
        "WITH x AS (SELECT 1) DELETE FROM run_row",
        "INSERT INTO events DEFAULT VALUES",
        "SELECT zeroblob(2000000000)",
        "SELECT fts3_tokenizer('simple')",
        "SELECT writefile('/tmp/never.db', 'x')",
        "SELECT readfile('/etc/hostname')",
        "SELECT edit('x')",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM sqlite_temp_schema",
        "SELECT * FROM sqlite_dbpage",
        "SELECT * FROM dbstat",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM main.run_row",
        "SELECT (SELECT species FROM sample_row)",
        "SELECT * FROM events JOIN event_row USING (id)",
        "CREATE TRIGGER t AFTER INSERT ON run_row BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE t USING fts5(a)",
        "ALTER TABLE run_row RENAME TO x",
        "REPLACE INTO run_row (id) VALUES (1)",
        "UPDATE events SET barrier_ev = 0",
        "WITH x AS (SELECT 1) UPDATE run_row SET seed = 2",
        "DELETE FROM events RETURNING id",
        "ROLLBACK",
        "RELEASE s",
        "SELECT 1 UNION ALL SELECT seed FROM run_row",
        "SELECT 1 /* ; */ ; DROP TABLE run_row",
        "SELECT randomblob(2000000000)"}) {
    if (std::string_view(text).find_first_not_of("; ") == std::string_view::npos && *text == '\0')
      continue;  // empty: no --sql at all
    const auto reason = refusal(text);
    EXPECT_FALSE(reason.empty()) << text;
    EXPECT_EQ(reason.find('\n'), std::string::npos) << reason;
  }
  const std::string deep = "SELECT " + std::string(20000, '(') + "1" + std::string(20000, ')');
  EXPECT_EQ(refusal(deep).find('\n'), std::string::npos);
  EXPECT_FALSE(refusal("WITH RECURSIVE r(x) AS (VALUES (1) UNION SELECT x FROM r) SELECT * FROM r").empty());
  const std::string slow =
      "SELECT count(*) FROM dictionary a, dictionary b, dictionary c, dictionary d";
  EXPECT_NE(
      error_of([&] { run_query(path_, {.sql = slow, .timeout_s = 0.05}); }).find("time limit"),
      std::string::npos);
  EXPECT_EQ(slurp(path_), before);
  EXPECT_FALSE(std::filesystem::exists("/tmp/never.db"));
}

}  // namespace
}  // namespace landscape::db
