/// The same work gives the same content: for any number of threads, killed or not.
#include <gtest/gtest.h>

#include "db/content.hpp"
#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

void import(const Workplace& place, const std::string& database) {
  const auto file = place.vacancy_crystal();
  const auto result = place.run({"--db", database, "sample", "import", file, "--name", "v", "--potential", crystal_potential});
  ASSERT_EQ(result.code, 0) << result.err;
}

TEST(Resume, MapDoesNotDependOnThreadsOrKills) {
  const Workplace place;
  const std::vector<std::string> map = {"map", "v", "--searches", "20", "--center", "1,2,3,7", "--json"};
  const auto with = [&](const std::string& database, const std::string& threads) {
    auto arguments = map;
    arguments.insert(arguments.end(), {"--db", database, "--threads", threads});
    return arguments;
  };
  import(place, "one.db");
  import(place, "two.db");
  import(place, "killed.db");
  const auto one = place.run(with("one.db", "1"));
  ASSERT_EQ(one.code, 0) << one.err;
  const auto two = place.run(with("two.db", "2"));
  EXPECT_EQ(one.json(), two.json());
  EXPECT_EQ(db::content_lines(place.path("one.db")), db::content_lines(place.path("two.db")));
  for (const double seconds : {0.1, 0.3, 0.2, 0.5}) place.run(with("killed.db", "2"), seconds);
  const auto killed = place.run(with("killed.db", "2"));
  EXPECT_EQ(one.json(), killed.json());
  EXPECT_EQ(db::content_lines(place.path("one.db")), db::content_lines(place.path("killed.db")));
}

TEST(Resume, MapContinuesToMoreSearches) {
  const Workplace place;
  import(place, "straight.db");
  import(place, "extended.db");
  const auto map = [&](const std::string& database, const std::string& searches) {
    return place.run({"--db", database, "map", "v", "--searches", searches, "--center", "1,2", "--json"});
  };
  EXPECT_EQ(map("extended.db", "3").json()["searches"], 3);
  EXPECT_EQ(map("extended.db", "11").json(), map("straight.db", "11").json());
  EXPECT_EQ(db::content_lines(place.path("straight.db")), db::content_lines(place.path("extended.db")));
}

TEST(Resume, QuenchGoesOnAfterAKill) {
  const Workplace place;
  const auto quench = [&](const std::string& database, double kill_after_s) {
    return place.run({"--db", database, "sample", "quench", "--name", "g", "--composition", "Cu64Zr36", "--atoms", "64",
                      "--potential", "zhou2004", "--melt-temperature", "1500", "--melt-ps", "4", "--rate", "4e14", "--json"},
                     kill_after_s);
  };
  const auto straight = quench("straight.db", 0.0);
  ASSERT_EQ(straight.code, 0) << straight.err;
  for (const double seconds : {0.3, 0.6}) quench("killed.db", seconds);
  EXPECT_EQ(quench("killed.db", 0.0).json(), straight.json());
  EXPECT_EQ(db::content_lines(place.path("straight.db")), db::content_lines(place.path("killed.db")));
  EXPECT_EQ(quench("killed.db", 0.0).json(), straight.json());
}

TEST(Resume, TimeLimitEndsWith130AndIsContinued) {
  const Workplace place;
  import(place, "limited.db");
  auto arguments = std::vector<std::string>{"--db", "limited.db", "map", "v", "--searches", "100000", "--time-limit", "0.3s"};
  const auto limited = place.run(arguments);
  EXPECT_EQ(limited.code, 130);
  EXPECT_EQ(limited.out, "");
  EXPECT_NE(limited.err.find("continues"), std::string::npos) << limited.err;
}

}  // namespace
}  // namespace landscape::test
