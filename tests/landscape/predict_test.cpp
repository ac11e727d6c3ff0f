/// Foretold critical strains from the command line: rows, summary, restart, and the mapped event that a plastic event is.
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>

#include "db/content.hpp"
#include "db/database.hpp"
#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

class PredictCommand : public testing::Test {
 protected:
  void SetUp() override {
    run({"sample", "import", small_glass(), "--name", "g", "--potential", "zhou2004", "--cell", "aniso"});
    run({"map", "g", "--searches", "10", "--json"});
  }
  nlohmann::json run(const std::vector<std::string>& arguments) const {
    const auto result = place_.run(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    return arguments.back() == "--json" ? result.json() : nlohmann::json();
  }
  Workplace place_;
};

TEST_F(PredictCommand, StoresEachMethodOnceForEveryPlane) {
  // Without a force call the strain that each event shows already.
  const auto stored = run({"predict", "g", "--stored-only", "--json"});
  const auto shown = run({"query", "events", "-c", "id,predicted_critical_strain", "--format", "json", "--json"});
  ASSERT_EQ(stored["events"].size(), shown.size());
  for (std::size_t k = 0; k < shown.size(); ++k)
    EXPECT_NEAR(stored["events"][k]["first_order"].get<double>(), shown[k]["predicted_critical_strain"].get<double>(), 1e-9) << k;
  EXPECT_TRUE(run({"query", "predictions", "--format", "json", "--json"}).empty());
  const auto first = run({"predict", "g", "--json"});
  ASSERT_FALSE(first["events"].empty());
  EXPECT_EQ(run({"predict", "g", "--json"}), first);
  run({"predict", "g", "--plane", "yz", "--json"});
  const auto rows = run({"query", "predictions", "method=first_order", "--format", "json", "--json"});
  EXPECT_EQ(rows.size(), 2 * first["events"].size());
  // What is stored is what is shown, with or without force calls.
  EXPECT_EQ(run({"predict", "g", "--stored-only", "--json"})["events"], first["events"]);
  // The saddles were converged to 1e-4 eV/Å: nearly the same from their stresses alone.
  for (const auto& event : shown)
    for (const auto& row : rows) {
      if (row["event_id"] != event["id"] || row["plane"] != "xy") continue;
      const double strain = event["predicted_critical_strain"];
      EXPECT_NEAR(row["predicted_critical_strain"].get<double>(), strain, 0.01 * std::abs(strain));
    }
}

TEST_F(PredictCommand, LeavesOutWhatLiesAtAStrainInAnotherPlane) {
  run({"map", "g", "--strain", "0.01", "--searches", "10", "--json"});
  ASSERT_FALSE(run({"query", "events", "strain_xy!=0", "--format", "json", "--json"}).empty());
  const auto mapped = run({"predict", "g", "--plane", "yz", "--json"});
  const auto chosen = place_.run({"predict", "g", "--plane", "yz", "--where", "barrier_ev > 0", "--json"});
  ASSERT_EQ(chosen.code, 0) << chosen.err;
  EXPECT_EQ(chosen.json()["events"], mapped["events"]);
  EXPECT_NE(chosen.err.find("events left out"), std::string::npos) << chosen.err;
  EXPECT_EQ(place_.run({"predict", "g", "--plane", "yz", "--where", "strain_xy != 0"}).code, 2);
}

TEST_F(PredictCommand, DoesNotDependOnThreadsOrKills) {
  const std::string one = place_.path("one.db"), two = place_.path("two.db");
  for (const auto& copy : {one, two}) run({"db", "merge", "--db", copy, "landscape.db"});
  run({"--db", one, "--threads", "1", "predict", "g"});
  const auto some = [&] {
    db::Database d(two, db::Mode::ReadOnly);
    return !d.predictions_of_sample(1, "xy").empty();
  };
  EXPECT_EQ(place_.run_until({"--db", two, "--threads", "2", "predict", "g"}, some).code, -SIGKILL);
  run({"--db", two, "--threads", "2", "predict", "g"});
  EXPECT_EQ(db::content_lines(one), db::content_lines(two));
  run({"--db", two, "db", "check"});
}

TEST_F(PredictCommand, ATrackOfAMappedEventKnowsIt) {
  const auto tracked = run({"track", "g", "--where", "origin = 'map'", "--max-strain", "0.02", "--json"});
  ASSERT_FALSE(tracked["tracks"].empty());
  for (const auto& track : tracked["tracks"]) EXPECT_EQ(track["event_at_zero"], track["event"]);
}

TEST_F(PredictCommand, BadRequestsAreOneClearLine) {
  EXPECT_EQ(place_.run({"predict", "g", "--plane", "zx"}).code, 2);
  EXPECT_EQ(place_.run({"predict", "nobody"}).code, 2);
  EXPECT_EQ(place_.run({"predict", "g", "--events", "99999"}).code, 2);
  EXPECT_EQ(place_.run({"predict", "g", "--class", "fast"}).code, 2);
  EXPECT_EQ(place_.run({"track", "g", "--shear", "99"}).code, 2);
  EXPECT_EQ(place_.run({"track", "g", "--from-shear", "--events", "1"}).code, 2);
}

}  // namespace
}  // namespace landscape::test
