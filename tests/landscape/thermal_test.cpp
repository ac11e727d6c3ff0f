/// The thermal record as a user makes it.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "db/content.hpp"
#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

void quench(const Workplace& place, const std::string& database, const std::string& name, const std::string& rate,
            const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"--db", database, "sample", "quench", "--name", name, "--composition", "Cu64Zr36", "--atoms", "64",
                                        "--potential", "CuZr_mm.eam.fs", "--melt-ps", "0.5", "--rate", rate, "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto result = place.run(arguments);
  ASSERT_EQ(result.code, 0) << result.err;
}

TEST(ThermalRecord, LiquidGivesE0AndTheAnnealingDegreeOfEverySampleOfItsKind) {
  const Workplace place;
  quench(place, "a.db", "g", "2e15");
  const std::vector<std::string> liquid = {"--db", "a.db", "sample", "liquid", "g", "--temperature", "2000", "--melt-ps", "0.5",
                                           "--interval-ps", "0.1", "--points", "10", "--csv", place.path("e0.csv").string(), "--json"};
  const auto result = place.run(liquid);
  ASSERT_EQ(result.code, 0) << result.err;
  const auto out = result.json();
  ASSERT_EQ(out["points"].size(), 10u);
  double mean = 0.0;
  for (const auto& p : out["points"]) mean += p["energy_per_atom_ev"].get<double>() / 10.0;
  EXPECT_NEAR(out["e0_per_atom_ev"].get<double>(), mean, 1e-12);
  EXPECT_GT(out["e0_error_ev"].get<double>(), 0.0);
  EXPECT_GT(out["e0_fixed_cell_ev"].get<double>(), out["e0_per_atom_ev"].get<double>());  // a hot cell is too large
  const auto rows = place.run({"--db", "a.db", "query", "samples", "--json"}).json();
  EXPECT_NEAR(rows[0]["annealing_degree_ev"].get<double>(), mean - rows[0]["energy_per_atom_ev"].get<double>(), 1e-12);
  EXPECT_EQ(place.run(liquid).json(), out);
  EXPECT_EQ(place.run({"--db", "a.db", "sample", "liquid", "g", "--temperature", "1900"}).code, 2);
  const auto csv = place.read("e0.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 11);
}

TEST(ThermalRecord, HeatingGoesOnAfterAKill) {
  const Workplace place;
  quench(place, "a.db", "g", "2e15");
  quench(place, "b.db", "g", "2e15");
  const auto heat = [&](const std::string& database, double kill_after_s) {
    return place.run({"--db", database, "sample", "heat", "g", "--rate", "1e15", "--to", "1500", "--every", "300", "--json"}, kill_after_s);
  };
  const auto straight = heat("a.db", 0.0);
  ASSERT_EQ(straight.code, 0) << straight.err;
  const auto points = straight.json()["points"];
  ASSERT_EQ(points.size(), 5u);
  EXPECT_NEAR(points[0]["temperature_k"].get<double>(), 301.0, 2.0);
  for (const double seconds : {0.3, 0.5}) heat("b.db", seconds);
  EXPECT_EQ(heat("b.db", 0.0).json(), straight.json());
  EXPECT_EQ(db::content_lines(place.path("a.db")), db::content_lines(place.path("b.db")));
}

TEST(ThermalRecord, HeatingEndsWithTheRamp) {
  const Workplace place;
  quench(place, "a.db", "g", "2e15");
  const auto heat = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"--db", "a.db", "sample", "heat", "g", "--rate", "1e15", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto begin = std::chrono::steady_clock::now();
    return place.run_until(arguments, [&] { return std::chrono::steady_clock::now() - begin > std::chrono::seconds(120); });
  };
  EXPECT_NE(heat({"--to", "500", "--every", "inf"}).err.find("--every: expected a number above 0, got inf"), std::string::npos);
  for (const std::string every : {"800", "1000"}) {
    const auto result = heat({"--to", "500", "--every", every});
    EXPECT_EQ(result.code, 2);
    EXPECT_NE(result.err.find("expected at most the 499 K from 1 to 500 K"), std::string::npos) << result.err;
  }
  // Half a step between two points: a whole one is taken, so half as many fit.
  const auto points = heat({"--to", "301", "--every", "5", "--dt", "0.01"}).json()["points"];
  ASSERT_EQ(points.size(), 30u);
  for (std::size_t k = 0; k < points.size(); ++k) EXPECT_NEAR(points[k]["temperature_k"].get<double>(), 1.0 + 10.0 * double(k + 1), 1e-9);
}

TEST(ThermalRecord, HeatingEndsAtTheHighTemperatureWhereTheIntervalDoesNotDivideTheRange) {
  const Workplace place;
  quench(place, "a.db", "g", "2e15");
  const auto points = place.run({"--db", "a.db", "sample", "heat", "g", "--rate", "1e15", "--to", "200", "--every", "60", "--json"}).json()["points"];
  ASSERT_EQ(points.size(), 4u);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(points[k]["temperature_k"].get<double>(), 61.0 + 60.0 * double(k), 1.0);
  EXPECT_NEAR(points[3]["temperature_k"].get<double>(), 200.0, 1e-9);
  // Steps of 2 K: intervals of 2.9 K are one step, and the 39 K are 20 of them.
  quench(place, "b.db", "g", "2e15");
  const auto fine = place.run({"--db", "b.db", "sample", "heat", "g", "--rate", "1e15", "--to", "40", "--every", "2.9", "--json"}).json()["points"];
  ASSERT_EQ(fine.size(), 20u);
  EXPECT_NEAR(fine.back()["temperature_k"].get<double>(), 40.0, 1e-9);
}

TEST(ThermalRecord, LiquidEndsWhereItsIntervalIsNoWholeNumberOfSteps) {
  const Workplace place;
  quench(place, "a.db", "g", "2e15");
  const auto begin = std::chrono::steady_clock::now();
  const auto result = place.run_until({"--db", "a.db", "sample", "liquid", "g", "--temperature", "2000", "--melt-ps", "0.1",
                                       "--interval-ps", "0.003", "--points", "20", "--json"},
                                      [&] { return std::chrono::steady_clock::now() - begin > std::chrono::seconds(120); });
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.json()["points"].size(), 20u);
}

TEST(ThermalRecord, ABoilingLiquidGivesNoE0AndItsPlaceToACoolerOne) {
  const Workplace place;
  quench(place, "a.db", "g", "2e15");
  const auto liquid = [&](const std::string& temperature, const std::string& points) {
    return place.run({"--db", "a.db", "sample", "liquid", "g", "--temperature", temperature, "--melt-ps", "0.1", "--interval-ps", "0.1",
                      "--points", points, "--json"});
  };
  for (int k = 0; k < 2; ++k) {
    const auto hot = liquid("40000", "100");
    EXPECT_EQ(hot.code, 2);
    EXPECT_NE(hot.err.find("boils"), std::string::npos) << hot.err;
    const auto rows = place.run({"--db", "a.db", "query", "inherent_structures", "--json"}).json();
    EXPECT_GT(rows.size(), 0u);
    EXPECT_LT(rows.size(), 100u);
    EXPECT_TRUE(place.run({"--db", "a.db", "query", "samples", "--json"}).json()[0]["annealing_degree_ev"].is_null());
  }
  const auto cool = liquid("2000", "3");
  ASSERT_EQ(cool.code, 0) << cool.err;
  EXPECT_EQ(place.run({"--db", "a.db", "query", "inherent_structures", "--json"}).json().size(), 3u);
  EXPECT_EQ(liquid("1900", "5").code, 2);
  EXPECT_EQ(place.run({"--db", "a.db", "db", "check"}).code, 0);
}

TEST(ThermalRecord, RatesAreReadOffTheLineOfQuenchedSamples) {
  const Workplace place;
  quench(place, "a.db", "fast", "4e15");
  const auto one = place.run({"--db", "a.db", "sample", "rates"});
  EXPECT_EQ(one.code, 2);
  EXPECT_NE(one.err.find("two rates"), std::string::npos) << one.err;
  quench(place, "a.db", "slow", "4e14");
  const auto result = place.run({"--db", "a.db", "sample", "rates", "--csv", place.path("rates.csv").string(), "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto fits = result.json()["fits"];
  ASSERT_EQ(fits.size(), 1u);
  const auto rows = place.run({"--db", "a.db", "query", "samples", "--sort", "id", "--json"}).json();
  const double e_fast = rows[0]["energy_per_atom_ev"].get<double>(), e_slow = rows[1]["energy_per_atom_ev"].get<double>();
  EXPECT_NEAR(fits[0]["slope_ev_per_decade"].get<double>(), e_fast - e_slow, 1e-12);
  EXPECT_EQ(place.run({"--db", "a.db", "query", "rate_fits", "--json"}).json().size(), 1u);
  if (e_fast > e_slow) {
    EXPECT_NEAR(rows[1]["effective_rate_k_per_s"].get<double>() / 4e14, 1.0, 1e-6);
  }
}

TEST(ThermalRecord, OnlyEnergiesOfSamplesPreparedAlikeAreCompared) {
  const Workplace place;
  quench(place, "a.db", "fast", "4e15");
  quench(place, "a.db", "pressed", "1e15", {"--pressure", "5"});
  quench(place, "a.db", "fixed", "1e15", {"--cell", "fixed"});
  EXPECT_EQ(place.run({"--db", "a.db", "sample", "rates"}).code, 2);
  quench(place, "a.db", "slow", "4e14");
  // Relaxed when it was written, so nothing is left to relax.
  ASSERT_EQ(place.run({"--db", "a.db", "sample", "export", "slow", "-o", place.path("slow.xyz").string()}).code, 0);
  ASSERT_EQ(place.run({"--db", "a.db", "sample", "import", place.path("slow.xyz").string(), "--name", "again", "--potential",
                       "CuZr_mm.eam.fs"}).code, 0);
  const auto result = place.run({"--db", "a.db", "sample", "rates", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.err.find("left out: pressed (5 GPa, cell aniso), fixed (0 GPa, cell fixed)"), std::string::npos) << result.err;
  const auto fits = result.json()["fits"];
  ASSERT_EQ(fits.size(), 1u);
  EXPECT_EQ(fits[0]["samples"], 2);
  EXPECT_EQ(fits[0]["left_out"].size(), 2u);
  ASSERT_EQ(fits[0]["others"].size(), 1u);
  EXPECT_EQ(fits[0]["others"][0]["sample"], "again");
  const auto e = [&](std::size_t k) { return fits[0]["quenched"][k]["energy_per_atom_ev"].get<double>(); };
  EXPECT_NEAR(fits[0]["slope_ev_per_decade"].get<double>(), e(0) - e(1), 1e-12);

  const auto liquid = place.run({"--db", "a.db", "sample", "liquid", "fixed", "--temperature", "2000", "--melt-ps", "0.1",
                                 "--interval-ps", "0.02", "--points", "3", "--json"});
  ASSERT_EQ(liquid.code, 0) << liquid.err;
  EXPECT_NE(liquid.err.find("not compared with it: pressed (5 GPa, cell aniso), fixed (0 GPa, cell fixed)"), std::string::npos) << liquid.err;
  EXPECT_EQ(liquid.json()["samples"].size(), 3u);
  for (const auto& row : place.run({"--db", "a.db", "query", "samples", "--json"}).json()) {
    EXPECT_EQ(row["annealing_degree_ev"].is_null(), row["sample"] == "fixed" || row["sample"] == "pressed");
    if (row["sample"] == "fixed" || row["sample"] == "pressed") EXPECT_TRUE(row["effective_rate_k_per_s"].is_null());
  }
}

TEST(ThermalRecord, WhatDidNotMeltIsNamedAndALiquidOfBeforeChangesNothing) {
  const Workplace place;
  quench(place, "a.db", "a", "4e15");
  const auto liquid = [&](const std::string& sample, const std::string& temperature) {
    return place.run({"--db", "a.db", "sample", "liquid", sample, "--temperature", temperature, "--melt-ps", "0.5", "--interval-ps", "0.2", "--points", "4", "--json"});
  };
  const auto degree = [&] { return place.run({"--db", "a.db", "query", "samples", "--sort", "id", "--json"}).json()[0]["annealing_degree_ev"]; };
  const auto cold = liquid("a", "20");
  EXPECT_EQ(cold.code, 0);
  EXPECT_NE(cold.err.find("4 of 4 inherent structures are that of a or the one before: hardly a liquid at 20 K"), std::string::npos) << cold.err;
  quench(place, "a.db", "b", "2e15");
  quench(place, "a.db", "c", "1e15");
  const auto hot = liquid("b", "2500");
  ASSERT_EQ(hot.code, 0);
  EXPECT_EQ(hot.err.find("hardly"), std::string::npos) << hot.err;
  const auto first = degree();
  ASSERT_EQ(liquid("c", "3500").code, 0);
  const auto second = degree();
  EXPECT_NE(first, second);
  const auto again = liquid("b", "2500");
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.err.find("another liquid has set the annealing degree since of: a"), std::string::npos) << again.err;
  EXPECT_EQ(degree(), second);
  // A sample made since has none yet: the same command gives it one.
  quench(place, "a.db", "d", "3e15");
  EXPECT_EQ(liquid("c", "3500").code, 0);
  EXPECT_TRUE(place.run({"--db", "a.db", "query", "samples", "sample=d", "--json"}).json()[0]["annealing_degree_ev"].is_number());
}

/// At the pressure at which the sample was made.
TEST(ThermalRecord, SeriesAreAtThePressureOfTheSample) {
  const Workplace place;
  quench(place, "a.db", "free", "4e15");
  quench(place, "a.db", "pressed", "4e15", {"--pressure", "20"});
  const auto volume = [&](const std::string& sample) {
    const auto result = place.run({"--db", "a.db", "sample", "liquid", sample, "--temperature", "2000", "--melt-ps", "1", "--interval-ps", "0.2", "--points", "3", "--json"});
    EXPECT_EQ(result.code, 0) << result.err;
    double sum = 0.0;
    for (const auto& row : place.run({"--db", "a.db", "query", "inherent_structures", "sample=" + sample, "--json"}).json()) sum += row["volume_fixed_cell_a3"].get<double>() / 3.0;
    return sum;
  };
  EXPECT_LT(volume("pressed"), 0.93 * volume("free"));  // a bulk modulus near 100 GPa
}

TEST(ThermalRecord, TextHasTheNumbersToo) {
  const Workplace place;
  quench(place, "a.db", "fast", "4e15");
  quench(place, "a.db", "slow", "4e14");
  const auto has = [](const Outcome& result, const std::string& what) {
    EXPECT_NE(result.out.find(what), std::string::npos) << what << " in " << result.out;
  };
  const auto heat = place.run({"--db", "a.db", "sample", "heat", "slow", "--rate", "1e15", "--to", "101", "--every", "50"});
  has(heat, "energy_per_atom_ev");
  has(heat, "\n           51  ");
  const auto liquid = place.run({"--db", "a.db", "sample", "liquid", "slow", "--temperature", "2000", "--melt-ps", "0.1",
                                 "--interval-ps", "0.02", "--points", "2"});
  has(liquid, "e0_per_atom_ev  ");
  has(liquid, "\n         2000  ");
  EXPECT_EQ(place.run({"--db", "a.db", "sample", "htc", "--name", "h", "--from", "slow", "--cycles", "1", "--t-high", "300",
                       "--ramp-rate", "1e15"}).code, 0);
  const auto rates = place.run({"--db", "a.db", "sample", "rates"});
  for (const char* what : {"slope_ev_per_decade  ", "slope_error_ev", "effective_rate_low_k_per_s", "\n  slow  ", "\n     h  "}) has(rates, what);
}

TEST(Quench, WarnsOfACrystal) {
  const Workplace place;
  const std::vector<std::string> cold = {"--db", "a.db", "sample", "quench", "--name", "c", "--composition", "Cu", "--atoms", "108",
                                         "--potential", "CuZr_mm.eam.fs", "--melt-temperature", "300", "--melt-ps", "0.5",
                                         "--rate", "1e15", "--json"};
  for (int k = 0; k < 2; ++k) {
    const auto result = place.run(cold);
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_GT(result.json()["crystalline_fraction"].get<double>(), 0.9);
    EXPECT_NE(result.err.find("of the atoms of c are in crystalline surroundings"), std::string::npos) << result.err;
  }
}

}  // namespace
}  // namespace landscape::test
