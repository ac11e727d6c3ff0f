/// The same work gives the same content: for any number of threads, killed or not.
#include <gtest/gtest.h>

#include <csignal>

#include "db/content.hpp"
#include "db/database.hpp"
#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

void import_crystal(const Workplace& place, const std::string& database) {
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
  import_crystal(place, "one.db");
  import_crystal(place, "two.db");
  import_crystal(place, "killed.db");
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
  import_crystal(place, "straight.db");
  import_crystal(place, "extended.db");
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

constexpr int killed = -SIGKILL;

void import_glass(const Workplace& place, const std::string& database) {
  const auto result = place.run({"--db", database, "sample", "import", small_glass(), "--name", "g", "--potential", "zhou2004",
                                 "--cell", "aniso", "--threads", "1"});
  ASSERT_EQ(result.code, 0) << result.err;
}

/// Whether the database has what `found` looks for, read beside the running program.
template <class Found>
std::function<bool()> once(const std::filesystem::path& path, Found found) {
  return [path, found] {
    try {
      db::Database database(path, db::Mode::ReadOnly);
      return found(database);
    } catch (const db::Error&) {  // not there yet
      return false;
    }
  };
}

void expect_same_content(const Workplace& place, const std::string& a, const std::string& b) {
  const auto first = db::content_lines(place.path(a)), second = db::content_lines(place.path(b));
  EXPECT_GT(first.size(), 2u);
  EXPECT_EQ(first, second);
  EXPECT_EQ(place.run({"--db", b, "db", "check"}).code, 0);
}

TEST(Resume, QuenchKilledAtACheckpointEndsTheSame) {
  const Workplace place;
  const auto quench = [](const std::string& database) {
    return std::vector<std::string>{"--db", database, "sample", "quench", "--name", "g", "--composition", "Cu64Zr36", "--atoms", "32",
                                    "--potential", "zhou2004", "--melt-ps", "6", "--rate", "5e14", "--threads", "1", "--json"};
  };
  const auto straight = place.run(quench("straight.db"));
  ASSERT_EQ(straight.code, 0) << straight.err;
  const auto kept = [&](std::int64_t step) {
    return once(place.path("killed.db"), [step](db::Database& d) {
      const auto saved = d.checkpoints();
      return !saved.empty() && saved.front().step >= step;
    });
  };
  EXPECT_EQ(place.run_until(quench("killed.db"), kept(2000)).code, killed);
  EXPECT_EQ(place.run_until(quench("killed.db"), kept(4000)).code, killed);
  EXPECT_EQ(place.run(quench("killed.db")).json(), straight.json());
  expect_same_content(place, "straight.db", "killed.db");
}

TEST(Resume, ShearGoesOnAfterAKillBitForBit) {
  const Workplace place;
  import_glass(place, "straight.db");
  import_glass(place, "killed.db");
  const auto shear = [](const std::string& database, const std::string& threads) {
    return std::vector<std::string>{"--db", database, "shear", "g", "--to", "-0.115", "--max-step", "1e-3", "--resolution", "1e-5",
                                    "--cycle", "--threads", threads, "--json"};
  };
  const auto straight = place.run(shear("straight.db", "1"));
  ASSERT_EQ(straight.code, 0) << straight.err;
  ASSERT_GE(straight.json()["events"].size(), 1u);
  const auto steps = [&](std::size_t count, const char* name = "killed.db") {
    return once(place.path(name), [count](db::Database& d) {
      const auto shears = d.shears_of_sample(1);
      return !shears.empty() && d.steps_of_shear(shears.front().id).size() > count;
    });
  };
  EXPECT_EQ(place.run_until(shear("killed.db", "2"), steps(5)).code, killed);
  EXPECT_EQ(place.run_until(shear("killed.db", "1"), steps(40)).code, killed);
  // Merging leaves checkpoints behind: the target has none, or one of fewer steps.
  import_glass(place, "fewer.db");
  EXPECT_EQ(place.run_until(shear("fewer.db", "1"), steps(5, "fewer.db")).code, killed);
  for (const std::string merged : {"merged.db", "fewer.db"}) {
    EXPECT_EQ(place.run({"--db", merged, "db", "merge", "killed.db", "--no-aliases"}).code, 0);
    EXPECT_EQ(place.run(shear(merged, "2")).json(), straight.json()) << merged;
    EXPECT_EQ(place.run({"--db", merged, "db", "check"}).code, 0) << merged;
  }
  EXPECT_EQ(place.run_until(shear("killed.db", "2"), steps(150)).code, killed);  // on the way back
  EXPECT_EQ(place.run(shear("killed.db", "2")).json(), straight.json());
  expect_same_content(place, "straight.db", "killed.db");
  EXPECT_EQ(place.run(shear("killed.db", "2")).json(), straight.json());  // done: reported, nothing added
  expect_same_content(place, "straight.db", "killed.db");
}

TEST(Resume, TrackDoesNotDependOnThreadsOrKills) {
  const Workplace place;
  for (const std::string database : {"one.db", "two.db"}) {
    import_glass(place, database);
    ASSERT_EQ(place.run({"--db", database, "map", "g", "--searches", "8", "--threads", "1"}).code, 0);
    ASSERT_EQ(place.run({"--db", database, "shear", "g", "--to", "-0.115", "--max-step", "4e-3", "--resolution", "1e-4"}).code, 0);
  }
  const auto mapped = [](const std::string& database, const std::string& threads) {
    return std::vector<std::string>{"--db", database, "track", "g", "--where", "origin = 'map'", "--max-strain", "0.03", "--threads", threads,
                                    "--json"};
  };
  const auto sheared = [](const std::string& database, const std::string& threads) {
    return std::vector<std::string>{"--db", database, "track", "g", "--from-shear", "--threads", threads, "--json"};
  };
  const auto tracks = [&](std::size_t count) {
    return once(place.path("two.db"), [count](db::Database& d) {
      std::size_t there = 0;
      for (const auto& event : d.events_of_sample(1)) there += d.tracks_of_event(event.id).size();
      return there >= count;
    });
  };
  const auto one = place.run(mapped("one.db", "1"));
  ASSERT_EQ(one.code, 0) << one.err;
  ASSERT_GE(one.json()["tracks"].size(), 3u);
  EXPECT_EQ(place.run_until(mapped("two.db", "2"), tracks(1)).code, killed);
  const auto twice = place.run({"--db", "two.db", "track", "g", "--events", "1,2,1", "--max-strain", "0.03", "--json"});
  ASSERT_EQ(twice.code, 0) << twice.err;
  EXPECT_EQ(twice.json()["tracks"].size(), 2u);
  EXPECT_EQ(place.run(mapped("two.db", "2")).json(), one.json());

  const auto one_sheared = place.run(sheared("one.db", "1"));
  ASSERT_EQ(one_sheared.code, 0) << one_sheared.err;
  ASSERT_EQ(one_sheared.json()["tracks"].size(), 1u);
  EXPECT_TRUE(one_sheared.json()["tracks"][0]["critical_strain"].is_number());
  // Killed with the plastic event entered and its track not begun or not finished.
  EXPECT_EQ(place.run_until(sheared("two.db", "2"), once(place.path("two.db"), [](db::Database& d) {
              const auto shears = d.shears_of_sample(1);
              return d.plastic_events_of_shear(shears.front().id).front().event_id.has_value();
            })).code, killed);
  EXPECT_EQ(place.run(sheared("two.db", "2")).json(), one_sheared.json());
  expect_same_content(place, "one.db", "two.db");
}

TEST(Resume, TimeLimitEndsWith130AndIsContinued) {
  const Workplace place;
  import_crystal(place, "limited.db");
  auto arguments = std::vector<std::string>{"--db", "limited.db", "map", "v", "--searches", "100000", "--time-limit", "0.3s"};
  const auto limited = place.run(arguments);
  EXPECT_EQ(limited.code, 130);
  EXPECT_EQ(limited.out, "");
  EXPECT_NE(limited.err.find("continues"), std::string::npos) << limited.err;
}

}  // namespace
}  // namespace landscape::test
