/// Exit codes and JSON keys that scripts rely on.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

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

TEST(Contract, RunsUnderItsNameWithItsSettingsOfMemoryAndThreads) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  const auto text = [](const std::filesystem::path& path) {
    std::ostringstream all;
    all << std::ifstream(path).rdbuf();
    return all.str();
  };
  std::string name, settings;
  const auto look = [&] {
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
      std::error_code not_ours;
      if (std::filesystem::read_symlink(process.path() / "cwd", not_ours) != place.path(".").parent_path()) continue;
      name = text(process.path() / "comm");
      settings = text(process.path() / "environ");
    }
    // Not before it has been started, and started itself again.
    return name == "landscape\n" && settings.find("GLIBC_TUNABLES=") != std::string::npos;
  };
  place.run_until({"md", file, "--potential", crystal_potential, "--ensemble", "nve", "--temperature", "1", "--steps", "100000000", "--time-limit", "20"}, look);
  EXPECT_EQ(name, "landscape\n");
  EXPECT_NE(settings.find("GLIBC_TUNABLES="), std::string::npos);
  EXPECT_TRUE(settings.find("GOMP_SPINCOUNT=") != std::string::npos || settings.find("OMP_WAIT_POLICY=") != std::string::npos);
}

TEST(Contract, AnExportedSampleKeepsItsHistoryThroughAnotherDatabase) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  const auto history = [&](const std::string& name) {
    const auto text = place.read(name);
    const auto begin = text.find("history=") + 8;
    return nlohmann::json::parse(text.substr(begin, text.find("}]", begin) + 2 - begin));
  };
  const auto taken = [&](const std::string& from, const std::string& name, const std::string& to) {
    const auto result = place.run({"sample", "import", from, "--name", name, "--potential", crystal_potential, "--cell", "aniso", "--db", name + ".db"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(place.run({"sample", "export", name, "-o", to, "--db", name + ".db"}).code, 0);
  };
  taken(file, "first", "1.xyz");
  taken(place.path("1.xyz").string(), "second", "2.xyz");
  const auto one = history("1.xyz"), two = history("2.xyz");
  ASSERT_EQ(one.size(), 1u);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0], one[0]);
  EXPECT_EQ(two[1]["sample"], "second");
  // What somebody else calls so is none.
  auto text = place.read("1.xyz");
  const auto begin = text.find("history=");
  text.replace(begin, text.find("}]", begin) + 2 - begin, "history=unknown");
  taken(place.write("other.xyz", text), "third", "3.xyz");
  EXPECT_EQ(history("3.xyz").size(), 1u);
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

TEST(Contract, EveryCommandPrintsItsKeysInOneDocument) {
  const Workplace place;
  const auto run = [&](std::vector<std::string> arguments, const std::vector<std::string>& keys) {
    SCOPED_TRACE(arguments[0] + " " + arguments[1]);
    arguments.push_back("--json");
    const auto result = place.run(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    nlohmann::json json;
    EXPECT_NO_THROW(json = result.json()) << result.out;
    if (json.is_object()) expect_keys(json, keys);
    return json;
  };
  run({"sample", "import", small_glass(), "--name", "g", "--potential", "zhou2004", "--cell", "aniso"},
      {"sample", "energy_per_atom_ev", "force_calls"});
  EXPECT_TRUE(run({"sample", "list"}, {}).is_array());
  run({"map", "g", "--searches", "4", "--verbose"}, {"searches", "connected", "events", "outcomes"});
  const auto shear = run({"shear", "g", "--to", "-0.115", "--max-step", "4e-3", "--resolution", "1e-4"},
                         {"steps", "force_calls", "shear_modulus_gpa", "max_stress_gpa", "yield_strain", "max_stress_drop_gpa", "events"});
  ASSERT_GE(shear["events"].size(), 1u);
  const auto& event = shear["events"][0];
  expect_keys(event, {"strain", "energy_drop_ev", "stress_drop_gpa", "max_displacement_a", "center_atom"});
  EXPECT_GT(event["energy_drop_ev"].get<double>(), 1e-4);
  const auto tracked = run({"track", "g", "--events", "1", "--max-strain", "0.004"}, {"tracks"});
  ASSERT_EQ(tracked["tracks"].size(), 1u);
  const auto& track = tracked["tracks"][0];
  expect_keys(track, {"event", "critical_strain", "critical_strain_error", "reverse_strain", "reverse_strain_error", "event_class",
                      "amplitude", "points"});
  EXPECT_EQ(track["event"], 1);
  ASSERT_GE(track["points"].size(), 2u);
  expect_keys(track["points"][0], {"strain_xy", "barrier_ev", "reverse_barrier_ev", "curvature_ev_per_a2", "delta_stress_xy_gpa"});
  run({"db", "info"}, {"schema_version", "counts"});
  run({"db", "check"}, {"clean"});
  for (const std::string view : {"samples", "minima", "saddles", "events", "tracks", "track_points", "shear_steps", "plastic_events",
                                 "searches", "atoms", "runs"})
    EXPECT_TRUE(run({"query", view}, {}).is_array()) << view;
  const auto columns = run({"query", "events", "--limit", "1"}, {})[0];
  expect_keys(columns, {"id", "sample", "strain_xy", "initial_minimum_id", "saddle_id", "final_minimum_id", "barrier_ev", "reverse_barrier_ev",
                        "curvature_ev_per_a2", "predicted_critical_strain", "critical_strain", "reverse_strain", "window_low",
                        "window_high", "event_class", "event_class_zero_stress", "center_atom", "times_found", "origin"});
}

TEST(Contract, WhatWasNotReachedIsPrintedAsNull) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  const auto same = place.run({"neb", file, file, "--potential", crystal_potential, "--json", "--quiet"});
  EXPECT_EQ(same.code, 1);
  EXPECT_TRUE(same.json()["barrier_ev"].is_null());
  EXPECT_EQ(same.json()["converged"], false);
  EXPECT_NE(same.err.find("same_endpoints"), std::string::npos) << same.err;  // also with --quiet
}

/// How many commands without commands below them there are, each of which must show an example of itself.
int expect_examples(const Workplace& place, const std::vector<std::string>& command) {
  auto asked = command;
  asked.push_back("--help");
  const std::string help = place.run(asked).out;
  const std::string heading = "Subcommands:\n";
  if (const auto list = help.find(heading); list != std::string::npos) {
    int leaves = 0;
    std::istringstream lines(help.substr(list + heading.size()));
    for (std::string line; std::getline(lines, line) && line.starts_with("  ");) {
      if (line[2] == ' ') continue;  // a description that goes on
      auto below = command;
      below.push_back(line.substr(2, line.find(' ', 2) - 2));
      leaves += expect_examples(place, below);
    }
    return leaves;
  }
  std::string text = "landscape";
  for (const auto& word : command) text += ' ' + word;
  const auto example = help.find("Example");
  EXPECT_TRUE(example != std::string::npos && help.find(text, example) != std::string::npos) << text << '\n' << help;
  return 1;
}

TEST(Contract, EveryHelpHasAnExample) { EXPECT_GE(expect_examples(Workplace(), {}), 30); }

TEST(Contract, QueriesAreTablesOrCsvAndTheVersionIsEverywhere) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  ASSERT_EQ(place.run({"sample", "import", file, "--name", "a, b", "--potential", crystal_potential}).code, 0);
  EXPECT_EQ(place.run({"query", "samples", "--columns", "id,sample", "--format", "csv"}).out, "id,sample\n1,\"a, b\"\n");
  EXPECT_EQ(place.run({"query", "samples", "--columns", "id,sample"}).out, "id  sample\n 1    a, b\n");
  EXPECT_EQ(place.run({"query", "samples", "--where", "n_atoms < 0", "--columns", "id", "--format", "csv"}).out, "id\n");
  const auto version = place.run({"--version"});
  EXPECT_EQ(version.out.substr(0, 10), "landscape ");
  for (const std::string command : {"energy", "map", "query"}) EXPECT_EQ(place.run({command, "--version"}).out, version.out);
}

// A potential in a folder that nothing but --potential names.
TEST(Contract, LaterCommandsFindThePotentialByItsPathAndThenByItsName) {
  const Workplace place;
  namespace fs = std::filesystem;
  fs::create_directory(place.path("mine"));
  for (const fs::path folder : {"/usr/share/lammps/potentials", "/usr/local/share/lammps/potentials"})
    if (fs::exists(folder / "CuZr_mm.eam.fs") && !fs::exists(place.path("mine/own.eam.fs")))
      fs::copy_file(folder / "CuZr_mm.eam.fs", place.path("mine/own.eam.fs"));
  ASSERT_EQ(place.run({"sample", "import", glass_of_128(), "--name", "g", "--potential", "mine/own.eam.fs"}).code, 0);
  const std::vector<std::string> modes = {"modes", "g", "--lowest", "3", "--json"};
  const auto first = place.run(modes);
  ASSERT_EQ(first.code, 0) << first.err;
  fs::rename(place.path("mine/own.eam.fs"), place.path("own.eam.fs"));
  auto moved = place.run({"modes", "g", "--lowest", "4", "--json"});
  EXPECT_EQ(moved.code, 0) << moved.err;
  std::ofstream(place.path("own.eam.fs"), std::ios::app) << " \n";
  moved = place.run({"modes", "g", "--lowest", "5", "--json"});
  EXPECT_EQ(moved.code, 2);
  EXPECT_NE(moved.err.find("that is another file than"), std::string::npos) << moved.err;
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
