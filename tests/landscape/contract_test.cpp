/// Exit codes and JSON keys that scripts rely on.
#include <gtest/gtest.h>

#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

void expect_keys(const nlohmann::json& object, const std::vector<std::string>& keys) {
  for (const auto& key : keys) EXPECT_TRUE(object.contains(key)) << key << " in " << object.dump();
}

TEST(Contract, EnergyPrintsOneDocument) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  const auto result = place.run({"--json", "energy", file, "--potential", crystal_potential, "--forces"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto json = result.json();
  expect_keys(json, {"n_atoms", "energy_ev", "energy_per_atom_ev", "max_force_ev_per_a", "stress_gpa"});
  EXPECT_EQ(json["n_atoms"], 107);
  EXPECT_EQ(json["stress_gpa"].size(), 6u);
  ASSERT_EQ(json["forces_ev_per_a"].size(), 107u);
  EXPECT_EQ(json["forces_ev_per_a"][0].size(), 3u);
}

TEST(Contract, StressOfAClusterIsNull) {
  const Workplace place;
  const auto file = place.write("pair.xyz", "2\npbc=\"F F F\"\nCu 0 0 0\nCu 2.9 0 0\n");
  const auto result = place.run({"energy", file, "--potential", crystal_potential, "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(result.json()["stress_gpa"].is_null());
}

TEST(Contract, MinimizeWritesWhatItFoundAlsoWhenNotConverged) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  const auto good = place.run({"minimize", file, "--potential", crystal_potential, "-o", "out.xyz", "--json"});
  ASSERT_EQ(good.code, 0) << good.err;
  expect_keys(good.json(), {"energy_ev", "force_calls", "converged"});
  EXPECT_LE(good.json()["max_force_ev_per_a"].get<double>(), 1e-4);
  const auto again = place.run({"energy", "out.xyz", "--potential", crystal_potential, "--json"});
  EXPECT_EQ(again.json()["energy_ev"], good.json()["energy_ev"]);
  const auto poor = place.run({"minimize", file, "--potential", crystal_potential, "--max-iterations", "1", "-o", "p.xyz", "--json"});
  EXPECT_EQ(poor.code, 1);
  EXPECT_EQ(poor.json()["converged"], false);
}

TEST(Contract, MapCountsAndQueriesAgree) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  const auto sample = place.run({"sample", "import", file, "--name", "v", "--potential", crystal_potential, "--cell", "aniso", "--json"});
  ASSERT_EQ(sample.code, 0) << sample.err;
  expect_keys(sample.json(), {"sample", "energy_per_atom_ev", "force_calls", "density_g_per_cm3", "volume_a3"});
  const auto map = place.run({"map", "v", "--searches", "6", "--center", "1,2,3", "--json"});
  ASSERT_EQ(map.code, 0) << map.err;
  const auto json = map.json();
  expect_keys(json, {"searches", "connected", "events", "force_calls", "force_calls_per_connected", "force_calls_per_event",
                     "outcomes", "unseen_estimate"});
  EXPECT_EQ(json["searches"], 6);
  EXPECT_GT(json["events"].get<int>(), 0);
  const auto events = place.run({"query", "events", "--columns", "id,EA,times_found", "--json"}).json();
  EXPECT_EQ(events.size(), json["events"].get<std::size_t>());
  int found = 0;
  for (const auto& event : events) {
    found += event["times_found"].get<int>();
    EXPECT_GT(event["EA"].get<double>(), 0.0);
  }
  EXPECT_EQ(found, json["connected"].get<int>());
  const auto check = place.run({"db", "check", "--json"});
  EXPECT_EQ(check.code, 0) << check.out;
  EXPECT_EQ(place.run({"query", "events", "--where", "EA > 1e9", "--json"}).json(), nlohmann::json::array());
  const auto path = place.run({"neb", "1", "2", "--images", "7", "--json"});
  ASSERT_EQ(path.code, 0) << path.err;
  expect_keys(path.json(), {"barrier_ev", "reverse_barrier_ev", "saddle_energy_ev", "force_calls", "images", "converged"});
  EXPECT_NEAR(path.json()["barrier_ev"].get<double>(), events[0]["EA"].get<double>(), 1e-4);
  const auto cap = place.run({"map", "v", "--events", "1", "--json"});
  EXPECT_EQ(cap.code, 0) << cap.err;
}

TEST(Contract, ConfigFileGivesOptionsAndTheCommandLineWins) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  place.write("study.toml", "db = \"study.db\"\njson = true\n[sample.import]\nname = \"a\"\npotential = \"" + crystal_potential +
                                "\"\n");
  const auto result = place.run({"sample", "import", file, "--name", "b", "--config", "study.toml"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.json()["sample"], "b");
  EXPECT_TRUE(std::filesystem::exists(place.path("study.db")));
}

}  // namespace
}  // namespace landscape::test
