/// Thermal cycling and plain dynamics as a user runs them: keys, resume, refusals.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "db/content.hpp"
#include "landscape/workflow/htc.hpp"
#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

void quench(const Workplace& place, const std::string& database) {
  const auto result = place.run({"--db", database, "sample", "quench", "--name", "g", "--composition", "Cu64Zr36", "--atoms", "64",
                                 "--potential", "CuZr_mm.eam.fs", "--melt-ps", "0.5", "--rate", "2e15", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
}

std::vector<std::string> htc(const std::string& database, const std::vector<std::string>& more = {},
                             const std::string& cycles = "3") {
  std::vector<std::string> arguments = {"--db", database, "sample", "htc", "--cycles", cycles, "--name", "h", "--from", "g", "--t-high", "900", "--ramp-rate", "1e15", "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Htc, PrintsItsKeysAndKeepsTheInherentStructureOfEachCycle) {
  const Workplace place;
  quench(place, "a.db");
  const auto result = place.run(htc("a.db"));
  ASSERT_EQ(result.code, 0) << result.err;
  const auto out = result.json();
  EXPECT_EQ(out["sample"], "h");
  EXPECT_EQ(out["origin"], "htc");
  EXPECT_EQ(out["cycles"], 3);
  ASSERT_EQ(out["energies_per_atom_ev"].size(), 3u);
  EXPECT_EQ(out["energies_per_atom_ev"][2], out["energy_per_atom_ev"]);
  EXPECT_GT(out["swap_acceptance"].get<double>(), 0.0);
  EXPECT_LT(out["swap_acceptance"].get<double>(), 0.5);
  EXPECT_TRUE(out["swap_acceptance_per_pair"].contains("Cu-Zr"));
  for (const char* key : {"density_g_per_cm3", "volume_a3", "crystalline_fraction", "force_calls"}) EXPECT_TRUE(out[key].is_number()) << key;
  const auto rows = place.run({"--db", "a.db", "query", "inherent_structures", "--json"}).json();
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[2]["energy_per_atom_ev"], out["energy_per_atom_ev"]);
  EXPECT_EQ(rows[2]["swap_attempts"], 10 * rows[2]["step"].get<int>());
  EXPECT_EQ(place.run({"--db", "a.db", "db", "check"}).code, 0);
  // Asked again it reports the same; with other options it refuses.
  EXPECT_EQ(place.run(htc("a.db")).json(), out);
  const auto other = place.run(htc("a.db", {"--swaps", "5"}));
  EXPECT_EQ(other.code, 2);
  EXPECT_NE(other.err.find("swaps_per_step was 10, asked 5"), std::string::npos) << other.err;
}

TEST(Htc, KeepsTheBestCycleWhereAsked) {
  const Workplace place;
  quench(place, "a.db");
  // At constant temperature the last of some cycles is hardly ever the lowest.
  const std::vector<std::string> hot = {"--t-low", "900", "--hold", "0.1"};
  auto best = htc("a.db", hot, "6");
  best.insert(best.end(), {"--keep", "best"});
  const auto result = place.run(best);
  ASSERT_EQ(result.code, 0) << result.err;
  const auto out = result.json();
  const auto energies = out["energies_per_atom_ev"].get<std::vector<double>>();
  ASSERT_EQ(energies.size(), 6u);
  const auto lowest = std::ranges::min_element(energies);
  ASSERT_NE(lowest, energies.end() - 1) << "nothing is tested";
  EXPECT_NEAR(out["energy_per_atom_ev"].get<double>(), *lowest, 1e-9);
  const auto row = place.run({"--db", "a.db", "query", "inherent_structures", "--json"}).json()[static_cast<std::size_t>(lowest - energies.begin())];
  EXPECT_EQ(out["energy_per_atom_fixed_cell_ev"], row["energy_per_atom_fixed_cell_ev"]);
  EXPECT_NEAR(out["volume_a3"].get<double>(), row["volume_a3"].get<double>(), 1e-6);
  auto last = htc("a.db", hot, "6");
  *std::ranges::find(last, "h") = "l";
  const auto other = place.run(last);
  EXPECT_EQ(other.json()["energies_per_atom_ev"], out["energies_per_atom_ev"]);
  EXPECT_EQ(other.json()["energy_per_atom_ev"], energies.back());
  EXPECT_NE(other.err.find("--keep best"), std::string::npos) << other.err;
  EXPECT_EQ(place.run({"--db", "a.db", "db", "check"}).code, 0);
}

TEST(Htc, ARunThatFailedGivesItsNameToOtherOptions) {
  const Workplace place;
  quench(place, "a.db");
  std::vector<std::string> boils = {"--db", "a.db", "sample", "htc", "--cycles", "50", "--name", "h", "--from", "g", "--t-high", "9000", "--t-low", "4000", "--ramp-rate", "1e16"};
  const auto failed = place.run(boils);
  EXPECT_EQ(failed.code, 2);
  EXPECT_NE(failed.err.find("it boils"), std::string::npos) << failed.err;
  ASSERT_GT(place.run({"--db", "a.db", "query", "inherent_structures", "--json"}).json().size(), 0u) << "nothing is tested";
  EXPECT_EQ(place.run(boils).err, failed.err);
  const auto result = place.run(htc("a.db", {}, "1"));
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(place.run({"--db", "a.db", "query", "inherent_structures", "--json"}).json().size(), 1u);
  EXPECT_EQ(place.run({"--db", "a.db", "db", "check"}).code, 0);
}

TEST(Htc, GoesOnAfterAKillAndDoesNotDependOnThreads) {
  const Workplace place;
  quench(place, "straight.db");
  quench(place, "killed.db");
  auto one = htc("straight.db", {"--threads", "1"});
  auto two = htc("killed.db", {"--threads", "2"});
  const auto straight = place.run(one);
  ASSERT_EQ(straight.code, 0) << straight.err;
  for (const double seconds : {0.3, 0.7, 0.5}) place.run(two, seconds);
  EXPECT_EQ(place.run(two).json(), straight.json());
  EXPECT_EQ(db::content_lines(place.path("straight.db")), db::content_lines(place.path("killed.db")));
}

TEST(Htc, TimeLimitKeepsAStateThatTheSameCommandContinues) {
  const Workplace place;
  quench(place, "a.db");
  quench(place, "b.db");
  const auto limited = place.run(htc("a.db", {"--time-limit", "0.2s"}));
  EXPECT_EQ(limited.code, 130);
  EXPECT_EQ(limited.out, "");
  EXPECT_NE(limited.err.find("continues"), std::string::npos) << limited.err;
  EXPECT_EQ(place.run(htc("a.db")).json(), place.run(htc("b.db")).json());
}

TEST(Htc, TimeLimitIsSeenWithinASweep) {
  const Workplace place;
  quench(place, "a.db");
  const auto begin = std::chrono::steady_clock::now();
  const auto result = place.run_until(htc("a.db", {"--swaps", "2000000000", "--swap-interval", "2", "--time-limit", "1s"}),
                                      [&] { return std::chrono::steady_clock::now() - begin > std::chrono::seconds(60); });
  EXPECT_EQ(result.code, 130) << result.err;
}

/// What htc() asks for.
HtcRequest request() {
  HtcRequest r;
  r.name = "h";
  r.from = "g";
  r.cycle.cycles = 3;
  r.cycle.high_temperature_k = 900.0;
  r.cycle.rate_k_per_s = 1e15;
  return r;
}

/// Until so many cycles are done.
void cycle_until(db::Database& database, int cycles) {
  int done = 0;
  Session session;
  session.log = [&](const std::string& line) { done += line.rfind("cycle ", 0) == 0 ? 1 : 0; };
  session.stop = [&] { return done >= cycles; };
  EXPECT_EQ(htc_sample(database, request(), session).sample.outcome, SampleOutcome::Interrupted);
}

TEST(Htc, GoesOnFromACheckpointOlderThanItsCycles) {
  const Workplace place;
  quench(place, "straight.db");
  quench(place, "behind.db");
  const auto straight = place.run(htc("straight.db"));
  {
    db::Database database(place.path("behind.db"));
    cycle_until(database, 1);
    const auto first = database.checkpoint("htc:h");
    ASSERT_TRUE(first);
    cycle_until(database, 1);
    ASSERT_EQ(database.inherent_structures(database.find_sample("h")->id, "htc").size(), 2u);
    database.put_checkpoint(*first);
  }
  const auto result = place.run(htc("behind.db"));
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.json(), straight.json());
  EXPECT_EQ(db::content_lines(place.path("straight.db")), db::content_lines(place.path("behind.db")));
}

/// While the first process is on its way a second one goes on from the same state, to the end or for a cycle.
TEST(Htc, TheSlowerOfTwoProcessesIsRefusedAndSpoilsNothing) {
  for (const bool to_the_end : {true, false}) {
    const Workplace place;
    quench(place, "alone.db");
    quench(place, "both.db");
    db::Database mine(place.path("both.db")), other(place.path("both.db"));
    bool began = false;
    Session session;
    session.progress = [&](const Progress&) {
      if (std::exchange(began, true)) return;
      if (to_the_end)
        EXPECT_EQ(htc_sample(other, request(), Session{}).sample.outcome, SampleOutcome::Made);
      else
        cycle_until(other, 1);
    };
    try {
      const auto result = htc_sample(mine, request(), session);
      FAIL() << "went on to " << result.cycles.size() << " cycles";
    } catch (const db::Error& error) {
      EXPECT_NE(std::string(error.what()).find("sample h: run "), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("one process at a time"), std::string::npos) << error.what();
    }
    EXPECT_EQ(place.run(htc("both.db")).json(), place.run(htc("alone.db")).json());
    EXPECT_EQ(db::content_lines(place.path("alone.db")), db::content_lines(place.path("both.db")));
  }
}

TEST(Htc, AFailureBeforeTheFirstCycleLeavesTheNameFree) {
  const Workplace place;
  quench(place, "a.db");
  const auto made = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"--db", "a.db", "sample", "htc", "--cycles", "1", "--name", "h", "--from", "g"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return place.run(arguments);
  };
  // At once, and beyond the first checkpoint.
  const auto unstable = made({"--dt", "0.05", "--ramp-rate", "1e15"});
  EXPECT_EQ(unstable.code, 2);
  EXPECT_NE(unstable.err.find("dt 0.05 ps too large?"), std::string::npos) << unstable.err;
  const auto gas = made({"--t-high", "70000", "--ramp-rate", "2e15"});
  EXPECT_EQ(gas.code, 2);
  EXPECT_NE(gas.err.find("boils"), std::string::npos) << gas.err;
  const auto right = made({"--ramp-rate", "1e15"});
  EXPECT_EQ(right.code, 0) << right.err;
  EXPECT_EQ(place.run({"--db", "a.db", "db", "check"}).code, 0);
}

TEST(Htc, EndsEarlyWithoutGain) {
  const Workplace place;
  quench(place, "a.db");
  // No gain is ever as large as 10 eV: one cycle, then as many as the patience.
  const auto out = place.run(htc("a.db", {"--patience", "2", "--min-gain", "10"}, "20")).json();
  EXPECT_EQ(out["cycles"], 3);
  EXPECT_EQ(out["why_ended"], "no_gain");
}

TEST(Htc, ConstantTemperatureWithoutSwapsIsPlainDynamics) {
  const Workplace place;
  quench(place, "a.db");
  const auto result = place.run(htc("a.db", {"--t-low", "900", "--hold", "0.2", "--swaps", "0"}));
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(result.json()["swap_acceptance"].is_null());
  EXPECT_EQ(place.run({"--db", "a.db", "sample", "htc", "--name", "x", "--from", "g", "--t-low", "700"}).code, 2);
  EXPECT_EQ(place.run({"--db", "a.db", "sample", "htc", "--name", "x", "--from", "nobody"}).code, 2);
}

TEST(Md, PrintsItsKeys) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  for (const std::string ensemble : {"nve", "nvt", "npt"}) {
    const auto result = place.run({"md", file, "--potential", crystal_potential, "--ensemble", ensemble, "--temperature", "50",
                                   "--steps", "40", "--every", "20", "-o", ensemble + ".xyz", "--json"});
    ASSERT_EQ(result.code, 0) << result.err;
    const auto out = result.json();
    EXPECT_EQ(out["steps"], 40);
    EXPECT_EQ(out["swap_attempts"], 0);
    for (const char* key : {"atoms", "seconds", "ns_per_atom_step", "temperature_k", "potential_energy_ev", "density_g_per_cm3",
                            "swap_accepted", "mean_potential_energy_ev", "mean_potential_energy_error_ev", "density_error_g_per_cm3"})
      EXPECT_TRUE(out[key].is_number()) << key;
    EXPECT_NEAR(out["ns_per_atom_step"].get<double>(),
                1e9 * out["seconds"].get<double>() / 40.0 / out["atoms"].get<double>(), 1e-3);
    const auto text = place.read(ensemble + ".xyz");
    std::size_t frames = 0;
    for (std::size_t at = text.find("Lattice="); at != std::string::npos; at = text.find("Lattice=", at + 1)) ++frames;
    EXPECT_EQ(frames, 3u);
  }
}

TEST(Md, RefusesBadInput) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  const auto code = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"md", file, "--potential", crystal_potential, "--temperature", "50", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = place.run(arguments);
    EXPECT_EQ(result.out, "");
    return result.code;
  };
  EXPECT_EQ(code({"--ensemble", "nph", "--steps", "10"}), 2);
  EXPECT_EQ(code({"--ensemble", "nve", "--steps", "0"}), 2);
  EXPECT_EQ(code({"--ensemble", "nve", "--steps", "10", "--dt", "-1"}), 2);
  EXPECT_EQ(code({"--ensemble", "nve", "--steps", "10", "--swaps", "-1"}), 2);
  EXPECT_EQ(code({"--ensemble", "nve", "--steps", "10", "-o", "out.data"}), 2);
}

}  // namespace
}  // namespace landscape::test
