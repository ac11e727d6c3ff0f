// Taking the load off again: what comes back, what is dissipated.
#include <gtest/gtest.h>

#include <cmath>

#include "md/core/cell.hpp"
#include "md/io/structure_io.hpp"
#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

nlohmann::json sheared(const Workplace& place, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"shear", "g"});
  arguments.insert(arguments.end(), {"--max-step", "2e-3", "--resolution", "1e-5", "--json"});
  const auto result = place.run(arguments);
  EXPECT_EQ(result.code, 0) << result.err;
  return result.json();
}

class Unload : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(place_.run({"sample", "import", small_glass(), "--name", "g", "--potential", "zhou2004", "--cell", "aniso"}).code, 0);
  }
  Workplace place_;
};

TEST_F(Unload, AnElasticLoopIsClosedAndCostsNothing) {
  const auto loop = sheared(place_, {"--to", "0.01", "--cycle", "2"});
  EXPECT_TRUE(loop["events"].empty());
  ASSERT_EQ(loop["unloadings"].size(), 3u);
  for (const auto& u : loop["unloadings"]) {
    EXPECT_TRUE(u["closed"].get<bool>());
    EXPECT_LT(std::abs(u["residual_strain"].get<double>()), 1e-5);
    EXPECT_LT(std::abs(u["residual_stress_gpa"].get<double>()), 1e-4);
    EXPECT_LT(std::abs(u["dissipated_energy_ev"].get<double>()), 2e-4);  // the trapezoidal rule's error
  }
}

TEST_F(Unload, AnElasticLoopIsClosedWhereTheStartCarriesStress) {
  auto frame = md::read_structure(small_glass());
  const Eigen::Matrix3d f = md::simple_shear(0.02);
  frame.configuration.positions = (f * frame.configuration.positions).eval();
  frame.configuration.cell = frame.configuration.cell.deformed(f);
  md::write_extxyz(place_.path("stressed.xyz"), frame);
  ASSERT_EQ(place_.run({"--db", "s.db", "sample", "import", "stressed.xyz", "--name", "g", "--potential", "zhou2004"}).code, 0);
  const auto result = place_.run({"--db", "s.db", "shear", "g", "--to", "0.01", "--unload", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto loop = result.json();
  ASSERT_TRUE(loop["events"].empty());
  const auto& u = loop["unloadings"][0];
  EXPECT_LT(u["residual_strain"].get<double>(), -0.02);
  EXPECT_TRUE(u["closed"].get<bool>());
  EXPECT_LT(u["max_displacement_a"].get<double>(), 1e-3);
  // The way back counts.
  const auto steps = place_.run({"--db", "s.db", "query", "--json", "--sql", "SELECT sum(force_calls) AS calls FROM shear_steps"}).json();
  EXPECT_GT(loop["force_calls"].get<double>(), steps[0]["calls"].get<double>());
}

TEST_F(Unload, WhatIsDissipatedIsWhatTheEventsReleased) {
  const auto loop = sheared(place_, {"--to", "-0.115", "--unload", "strain"});
  double released = 0.0;
  for (const auto& event : loop["events"]) released += event["energy_drop_ev"].get<double>();
  ASSERT_GT(released, 1e-3);
  ASSERT_EQ(loop["unloadings"].size(), 1u);
  const auto& u = loop["unloadings"][0];
  EXPECT_NEAR(u["dissipated_energy_ev"].get<double>(), released, 0.02 * released);
  EXPECT_EQ(u["residual_strain"].get<double>(), 0.0);
  // The first loading is the one that is summarized.
  const auto loading = sheared(place_, {"--to", "-0.115"});
  for (const char* key : {"shear_modulus_gpa", "max_stress_gpa", "yield_strain", "max_stress_drop_gpa"})
    EXPECT_EQ(loop[key], loading[key]) << key;
}

TEST_F(Unload, EachCycleHasItsOwnLossesAndEvents) {
  const auto loop = sheared(place_, {"--to", "-0.115", "--unload", "strain", "--cycle", "3"});
  const auto rows = place_.run({"query", "unloadings", "--json"}).json();
  const auto events = place_.run({"query", "plastic_events", "--sort", "event_index", "--json"}).json();
  ASSERT_EQ(rows.size(), 4u);
  ASSERT_EQ(events.size(), loop["events"].size());
  std::vector<double> released(4, 0.0);
  for (std::size_t k = 0; k < events.size(); ++k) {
    EXPECT_EQ(events[k]["branch"], loop["events"][k]["branch"]);
    EXPECT_EQ(events[k]["cycle"], loop["events"][k]["cycle"]);
    const auto cycle = events[k]["cycle"].get<std::size_t>();
    ASSERT_TRUE(cycle >= 1 && cycle <= 4);
    released[cycle - 1] += events[k]["energy_drop_ev"].get<double>();
  }
  double sum = 0.0;
  for (std::size_t k = 0; k < 4; ++k) {
    const double own = rows[k]["cycle_dissipated_energy_ev"].get<double>();
    sum += own;
    EXPECT_NEAR(own, released[k], 0.02 * released[k] + 1e-3) << k;
    EXPECT_NEAR(rows[k]["dissipated_energy_ev"].get<double>(), sum, 1e-9) << k;
  }
  EXPECT_GT(released[0], 1e-3);
  EXPECT_EQ(rows[0]["cycle_displacement_a"], rows[0]["max_displacement_a"]);
  EXPECT_EQ(rows[3]["cycle_displacement_a"], loop["unloadings"][3]["cycle_displacement_a"]);

  // The states of a cycle are those of its own rows.
  const auto states = [&](const char* from, const char* to) {
    const auto result = place_.run({"d2min", "g", "--from", from, "--to", to, "--json"});
    EXPECT_EQ(result.code, 0) << result.err;
    return result.json()["states"];
  };
  const auto last = states("unload3:0", "end")[0];
  EXPECT_EQ(last["from"], "unload3:0");
  EXPECT_EQ(last["to"], "unload4:0");
  const auto all = states("0", "unload:0,unload2:0,unload3:0,unload4:0,end");
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0]["to"], "unload:0");
  for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(all[k]["overlap"], rows[k]["overlap"]) << k;
  EXPECT_EQ(all[4]["id"], all[3]["id"]);
  const auto backwards = place_.run({"d2min", "g", "--from", "unload3:0", "--to", "unload2:0"});
  EXPECT_EQ(backwards.code, 2);
  EXPECT_NE(backwards.err.find("came after unload3:0"), std::string::npos) << backwards.err;
  EXPECT_EQ(place_.run({"d2min", "g", "--to", "unload5:0"}).code, 2);
  EXPECT_EQ(place_.run({"d2min", "g", "--to", "unload0:0"}).code, 2);
}

TEST_F(Unload, BadRequestsAreRefused) {
  EXPECT_EQ(place_.run({"shear", "g", "--unload", "pressure", "--json"}).code, 2);
  EXPECT_EQ(place_.run({"shear", "g", "--cycle", "-1", "--json"}).code, 2);
}

}  // namespace
}  // namespace landscape::test
