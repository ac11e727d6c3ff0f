/// The query command as a person types it.
#include <gtest/gtest.h>

#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

class QueryCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto file = place_.vacancy_crystal();
    ASSERT_EQ(place_.run({"sample", "import", file, "--name", "v", "--potential", crystal_potential,
                          "--cell", "aniso"}).code, 0);
    ASSERT_EQ(place_.run({"map", "v", "--searches", "6", "--center", "1,2,3"}).code, 0);
  }
  Outcome query(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "query");
    return place_.run(arguments);
  }
  Workplace place_;
};

TEST_F(QueryCommand, TakesTermsShortFlagsAndFormats) {
  const auto all = query({"events", "--json"}).json();
  ASSERT_GE(all.size(), 1u);
  EXPECT_EQ(query({"events", "EA>0", "origin=map", "--json"}).json(), all);
  EXPECT_EQ(query({"events", "EA<0meV", "--json"}).json(), nlohmann::json::array());
  EXPECT_EQ(query({"events", "-n", "--json"}).json()[0]["count"], all.size());
  EXPECT_EQ(query({"events", "-c", "id,EA", "-s", "-EA", "-L", "1", "-f", "jsonl"}).out,
            query({"events", "-c", "id,EA", "--sort=-EA", "-L", "1", "-f", "jsonl"}).out);
  EXPECT_EQ(query({"samples", "-c", "id,name", "-f", "markdown"}).out, "| id | name |\n|---|---|\n| 1 | v |\n");
  EXPECT_EQ(query({"samples", "-c", "id,name", "name=other", "-f", "csv"}).out, "id,name\n");  // the term is none of the columns
  const auto rate = query({"--sql", "SELECT rate(0.1, 300, 1) AS k, rate(0, 300) AS k0 FROM runs LIMIT 1", "--json"}).json()[0];
  EXPECT_NEAR(rate["k"].get<double>(), 2.0897e10, 2e7);  // 1e12 exp(-0.1 / (8.617333262e-5 * 300)) by hand
  EXPECT_EQ(rate["k0"].get<double>(), 1e13);
  ASSERT_EQ(query({"events", "-f", "csv", "-o", "e.csv"}).out, "");
  EXPECT_EQ(place_.read("e.csv"), query({"events", "-f", "csv"}).out);
}

TEST_F(QueryCommand, GivesTheAtomsOfEvents) {
  const auto events = query({"events", "--json"}).json();
  const auto frames = query({"events", "id=1", "-f", "extxyz"});
  ASSERT_EQ(frames.code, 0) << frames.err;
  std::size_t count = 0;
  for (std::size_t at = 0; (at = frames.out.find("species:S:1:pos:R:3:displacement:R:3", at)) != std::string::npos; ++at) ++count;
  EXPECT_EQ(count, 3u);
  for (const std::string role : {"role=initial", "role=saddle", "role=final"})
    EXPECT_NE(frames.out.find(role), std::string::npos) << role;
  EXPECT_EQ(query({"minima", "id=1", "-f", "extxyz"}).code, 0);
  EXPECT_EQ(query({"saddles", "id=1", "-f", "extxyz"}).code, 0);
}

TEST_F(QueryCommand, RefusesInOneLine) {
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {}, {"evnts"}, {"events", "EA"}, {"events", "EA<3K"}, {"events", "EAA<3"}, {"events", "--sql", "SELECT 1"},
           {"--sql", "DELETE FROM run_row"}, {"runs", "-f", "extxyz"}, {"events", "-o", "/no/such/folder/x.csv"},
           {"--sql", "SELECT 1", "--where", "1"}, {"events", "--format", "xml"}}) {
    const auto outcome = query(wrong);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
  }
}

}  // namespace
}  // namespace landscape::test
