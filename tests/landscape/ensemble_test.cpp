// Ensembles of sheared replicas, and where atoms rearranged in a shear.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <fstream>

#include "db/content.hpp"
#include "db/database.hpp"
#include "landscape/workflow/ensemble.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/replica.hpp"
#include "landscape/workflow/sample.hpp"
#include "md/io/structure_io.hpp"
#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

void import_small_glass(const Workplace& place, const std::string& database) {
  const auto result = place.run({"--db", database, "sample", "import", small_glass(), "--name", "g", "--potential", "zhou2004", "--cell",
                                 "aniso", "--threads", "1"});
  ASSERT_EQ(result.code, 0) << result.err;
}

std::vector<std::string> ensemble(const std::string& database, const std::string& threads, const std::string& perturbations = "1") {
  return {"--db", database, "--threads", threads, "--json", "ensemble", "e", "--samples", "g", "--senses", "+xy,-xy,+yz", "--to", "0.12",
          "--max-step", "4e-3", "--resolution", "1e-4", "--amplitude", "2", "--perturbations", perturbations};
}

TEST(Ensemble, DoesNotDependOnThreadsOrKillsAndIsExtended) {
  const Workplace place;
  for (const char* name : {"one.db", "two.db", "killed.db", "extended.db", "interrupted.db"}) import_small_glass(place, name);
  const auto one = place.run(ensemble("one.db", "1"));
  ASSERT_EQ(one.code, 0) << one.err;
  ASSERT_EQ(one.json()["replicas"].size(), 6u);
  ASSERT_GE(one.json()["distinct_replicas"].get<int>(), 4);
  EXPECT_EQ(place.run(ensemble("extended.db", "2", "0")).code, 0);
  EXPECT_EQ(place.run(ensemble("extended.db", "2")).json(), one.json());
  EXPECT_EQ(place.run(ensemble("extended.db", "2", "0")).json(), one.json());
  const auto two = place.run(ensemble("two.db", "2"));
  EXPECT_EQ(one.json(), two.json());
  EXPECT_TRUE(db::content_lines(place.path("one.db")) == db::content_lines(place.path("two.db")));
  const auto stored = [&](const std::string& name, std::size_t count) {
    return [&place, name, count] {
      try {
        db::Database database(place.path(name), db::Mode::ReadOnly);
        const auto known = database.find_ensemble("e");
        return known && database.replicas_of_ensemble(known->id).size() >= count;
      } catch (const db::Error&) {
        return false;
      }
    };
  };
  EXPECT_EQ(place.run_until(ensemble("killed.db", "2"), stored("killed.db", 1)).code, -SIGKILL);
  EXPECT_EQ(place.run_until(ensemble("killed.db", "1"), stored("killed.db", 3)).code, -SIGKILL);
  EXPECT_EQ(place.run(ensemble("killed.db", "2")).json(), one.json());
  EXPECT_TRUE(db::content_lines(place.path("one.db")) == db::content_lines(place.path("killed.db")));
  EXPECT_EQ(place.run({"--db", "killed.db", "db", "check"}).code, 0);
  // A smaller one asked for between does not end the larger one.
  EXPECT_EQ(place.run_until(ensemble("interrupted.db", "1"), stored("interrupted.db", 3)).code, -SIGKILL);
  EXPECT_EQ(place.run(ensemble("interrupted.db", "2", "0")).code, 0);
  EXPECT_EQ(place.run(ensemble("interrupted.db", "2")).json(), one.json());
  // Merged into a new file all of it is there, and twice changes nothing.
  for (int again = 0; again < 2; ++again) EXPECT_EQ(place.run({"--db", "all.db", "db", "merge", "one.db", "--no-aliases"}).code, 0);
  EXPECT_EQ(place.run({"--db", "all.db", "db", "check"}).code, 0);
  EXPECT_EQ(place.run(ensemble("all.db", "1")).json()["drop_variance_gpa2"], one.json()["drop_variance_gpa2"]);
  const auto count = [&](const std::string& database) {
    return place.run({"--db", database, "query", "--json", "--sql", "SELECT (SELECT count(*) FROM shear_steps) AS steps, "
                      "(SELECT count(*) FROM replicas) AS replicas, (SELECT count(*) FROM unloadings) AS unloadings"}).json();
  };
  EXPECT_EQ(count("all.db"), count("one.db"));
}

TEST(Ensemble, AReplicaOfTheSamplesOwnMinimumIsThePlainShear) {
  const Workplace place;
  import_small_glass(place, "a.db");
  const auto all = place.run(ensemble("a.db", "2", "0")).json();
  const auto shear = place.run({"--db", "a.db", "--json", "shear", "g", "--to", "-0.12", "--max-step", "4e-3", "--resolution", "1e-4"}).json();
  db::Database database(place.path("a.db"), db::Mode::ReadOnly);
  const auto replica = database.shear(all["replicas"][1]["shear"].get<db::Id>());
  EXPECT_EQ(replica.max_stress_gpa, shear["max_stress_gpa"].get<double>());
  EXPECT_EQ(replica.steps, shear["steps"].get<std::int64_t>());
  ASSERT_TRUE(shear["max_stress_drop_gpa"].is_number());  // shearing backwards, drops are positive too
  EXPECT_GT(shear["max_stress_drop_gpa"].get<double>(), 0.0);
  EXPECT_EQ(replica.max_stress_drop_gpa, shear["max_stress_drop_gpa"].get<double>());
}

/// Unloaded as a replica is, the sample's own minimum does what a shear to there does that is taken off.
void expect_loop_of_a_shear(const Workplace& place, const db::ShearRecord& loop, const db::UnloadingRecord& unloaded) {
  const auto again = place.run({"--db", "a.db", "--json", "shear", "g", "--to", std::to_string(loop.to_strain), "--max-step", "4e-3",
                                "--resolution", "1e-4", "--unload"}).json();
  EXPECT_NEAR(unloaded.residual_strain, again["unloadings"][0]["residual_strain"].get<double>(), 1e-4);
  EXPECT_EQ(unloaded.closed, again["unloadings"][0]["closed"].get<bool>());
}

TEST(Ensemble, ALoopBeginsAtYieldOrBeforeTheLargestDrop) {
  const Workplace place;
  import_small_glass(place, "a.db");
  db::Database database(place.path("a.db"), db::Mode::ReadOnly);
  for (const std::string from : {"yield", "drop"}) {
    auto arguments = ensemble("a.db", "2", "0");
    arguments[6] = from;  // its name
    arguments.insert(arguments.end(), {"--unload-from", from});
    const auto all = place.run(arguments).json();
    for (const auto& replica : all["replicas"]) {
      const auto shear = database.shear(replica["shear"].get<db::Id>());
      ASSERT_EQ(replica["unload_shear"].is_null(), std::isnan(shear.max_stress_drop_gpa));
      if (replica["unload_shear"].is_null()) continue;  // nothing dropped
      const auto loop = database.shear(replica["unload_shear"].get<db::Id>());
      const auto unloaded = database.unloadings_of_shear(loop.id);
      ASSERT_EQ(unloaded.size(), 1u);
      if (from == "yield") {
        EXPECT_EQ(unloaded[0].from_strain, shear.yield_strain);
      } else {
        EXPECT_LT(std::abs(unloaded[0].from_strain), std::abs(shear.max_stress_drop_strain));
        EXPECT_GE(std::abs(unloaded[0].from_strain), std::abs(shear.max_stress_drop_strain) - 1.1e-4);
      }
    }
    const auto loop = database.shear(all["replicas"][1]["unload_shear"].get<db::Id>());
    expect_loop_of_a_shear(place, loop, database.unloadings_of_shear(loop.id).front());
  }
}

TEST(Ensemble, APerturbationThatFallsBackIsNotCountedTwice) {
  const Workplace place;
  import_small_glass(place, "a.db");
  const auto all = place.run({"--db", "a.db", "--json", "ensemble", "e", "--samples", "g", "--senses", "+xy", "--to", "0.02", "--amplitude",
                              "0.01", "--perturbations", "2"}).json();
  EXPECT_EQ(all["distinct_replicas"], 1);
  EXPECT_EQ(all["replicas"][1]["state"], "same");
  EXPECT_EQ(all["replicas"][2]["same_as_perturbation"], 0);
}

TEST(Ensemble, APerturbationDoesNotMoveTheWhole) {
  const Workplace place;
  import_small_glass(place, "a.db");
  db::Database database(place.path("a.db"), db::Mode::ReadOnly);
  const auto sample = ready_sample(database, "g");
  const md::Configuration minimum = load_minimum(database, sample.minimum_id.value());
  const PerturbedStart start = perturbed_start(sample_potential(database, sample), minimum, 2.0, 1, 1);
  ASSERT_TRUE(start.converged);
  EXPECT_GT(start.max_displacement_a, 0.5);
  Eigen::Vector3d drift = Eigen::Vector3d::Zero();
  for (Eigen::Index i = 0; i < minimum.size(); ++i)
    drift += minimum.cell.minimum_image(start.configuration.positions.col(i) - minimum.positions.col(i));
  EXPECT_LT(drift.norm() / static_cast<double>(minimum.size()), 1e-9);
}

TEST(Ensemble, PlasticEventsOfAReplicaAreEntered) {
  const Workplace place;
  import_small_glass(place, "a.db");
  const auto all = place.run(ensemble("a.db", "2", "0")).json();
  const auto shear = std::to_string(all["replicas"][1]["shear"].get<db::Id>());
  const auto tracked = place.run({"--db", "a.db", "--json", "track", "g", "--shear", shear, "--max-strain", "0.002"});
  ASSERT_EQ(tracked.code, 0) << tracked.err;
  EXPECT_EQ(tracked.json()["tracks"].size(), 1u) << tracked.err;
}

TEST(Ensemble, ItsSummaryIsThatOfItsRows) {
  const Moments m = moments({1.0, 2.0, db::unknown, 6.0});
  EXPECT_EQ(m.n, 3);
  EXPECT_DOUBLE_EQ(m.mean, 3.0);
  EXPECT_DOUBLE_EQ(m.variance, 7.0);
  const Workplace place;
  import_small_glass(place, "a.db");
  const auto all = place.run(ensemble("a.db", "2", "0")).json();
  db::Database database(place.path("a.db"), db::Mode::ReadOnly);
  std::vector<double> drops, overlaps;
  for (const auto& replica : all["replicas"]) {
    const auto shear = database.shear(replica["shear"].get<db::Id>());
    drops.push_back(std::isfinite(shear.max_stress_drop_gpa) ? shear.max_stress_drop_gpa : 0.0);  // none is one of size 0
    overlaps.push_back(shear.overlap);
  }
  ASSERT_EQ(drops.size(), 3u);
  const double mean = (drops[0] + drops[1] + drops[2]) / 3.0;
  double squares = 0.0, q = 0.0, q2 = 0.0;
  for (const double drop : drops) squares += (drop - mean) * (drop - mean);
  for (const double o : overlaps) {
    q += o / 3.0;
    q2 += o * o / 3.0;
  }
  EXPECT_NEAR(all["drop_variance_gpa2"].get<double>(), squares / 2.0, 1e-12);
  EXPECT_NEAR(all["drop_variance_n_gpa2"].get<double>(), 48.0 * squares / 2.0, 1e-10);
  EXPECT_NEAR(all["variance_relative_error"].get<double>(), 1.0, 1e-12);
  EXPECT_NEAR(all["overlap_chi"].get<double>(), 48.0 * (q2 - q * q), 1e-9);
  EXPECT_NEAR(all["points"].back()["overlap"].get<double>(), q, 1e-12);
  EXPECT_EQ(all["points"][0]["overlap"], 1.0);
}

TEST(Ensemble, AStartThatGivesWayAtOnceHasNoModulus) {
  const Workplace place;
  import_small_glass(place, "a.db");
  auto arguments = ensemble("a.db", "2", "0");
  *std::ranges::find(arguments, "4e-3") = "2e-3";  // a modulus needs a step up to 0.002
  const auto all = place.run(arguments).json();
  EXPECT_EQ(all["modulus_replicas"], 3);
  db::Database database(place.path("a.db"));
  std::vector<double> moduli;
  for (const auto& replica : all["replicas"]) moduli.push_back(database.shear(replica["shear"].get<db::Id>()).shear_modulus_gpa);
  auto e = database.find_ensemble("e").value();
  EXPECT_NEAR(e.shear_modulus_gpa, (moduli[0] + moduli[1] + moduli[2]) / 3.0, 1e-9);
  auto soft = database.shear(all["replicas"][0]["shear"].get<db::Id>());
  soft.shear_modulus_gpa = -8.8;
  database.update_shear(soft);
  (void)summarize_ensemble(database, e, 48, 0.12, 0.0025);
  EXPECT_NEAR(e.shear_modulus_gpa, (moduli[1] + moduli[2]) / 2.0, 1e-9);
  const auto rows = place.run({"--db", "a.db", "query", "--sql", "SELECT modulus_replicas FROM ensembles", "--json"});
  EXPECT_EQ(rows.json()[0]["modulus_replicas"], 2);
}

TEST(Ensemble, TheCurveIsWrittenAsCsv) {
  const Workplace place;
  import_small_glass(place, "a.db");
  const std::vector<std::string> command = {"--db", "a.db", "--json", "ensemble", "e", "--samples", "g", "--senses", "+xy", "--to", "0.01"};
  const auto with = [&](const std::string& path) {
    auto arguments = command;
    arguments.insert(arguments.end(), {"--csv", path});
    return place.run(arguments);
  };
  const auto refused = with(place.path("none/curve.csv").string());
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("--csv " + place.path("none/curve.csv").string() + ": there is no folder"), std::string::npos) << refused.err;
  const auto result = with(place.path("curve.csv").string());
  ASSERT_EQ(result.code, 0) << result.err;
  const std::string text = place.read("curve.csv");
  EXPECT_EQ(text.rfind("strain,replicas,stress_gpa,", 0), 0u) << text;
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')), 1 + result.json()["points"].size());
}

TEST(Ensemble, BadRequestsAreRefusedInOneLine) {
  const Workplace place;
  import_small_glass(place, "a.db");
  const auto refused = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"--db", "a.db", "ensemble", "e", "--samples", "g", "--json"});
    const auto result = place.run(options);
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.out, "");
    return result.err;
  };
  EXPECT_NE(refused({"--senses", "+zx"}).find("+zx"), std::string::npos);
  EXPECT_NE(refused({"--senses", "+xy,+xy"}).find("twice"), std::string::npos);
  EXPECT_NE(refused({"--to", "-0.1"}).find("--to"), std::string::npos);
  EXPECT_NE(refused({"--amplitude", "0"}).find("--amplitude"), std::string::npos);
  ASSERT_EQ(place.run({"--db", "a.db", "ensemble", "e", "--samples", "g", "--senses", "+xy", "--to", "0.01"}).code, 0);
  EXPECT_NE(refused({"--senses", "+xy", "--to", "0.02"}).find("other options"), std::string::npos);
}

class D2minCommand : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(place_.run({"sample", "import", small_glass(), "--name", "g", "--potential", "zhou2004", "--cell", "aniso"}).code, 0);
    const auto result = place_.run({"shear", "g", "--to", "-0.115", "--unload", "--json", "--threshold", "2"});
    ASSERT_EQ(result.code, 0) << result.err;
    shear_ = result.json();
    ASSERT_FALSE(shear_["events"].empty());
  }
  nlohmann::json d2min(std::vector<std::string> options) const {
    options.insert(options.begin(), {"d2min", "g", "--json", "--threshold", "2"});
    const auto result = place_.run(options);
    EXPECT_EQ(result.code, 0) << result.err;
    return result.json();
  }
  Workplace place_;
  nlohmann::json shear_;
};

TEST_F(D2minCommand, AcrossAnEventIsWhatTheShearReportedOfIt) {
  const auto& event = shear_["events"][0];
  const auto text = [](const nlohmann::json& number) { return number.dump(); };
  const auto across = d2min({"--from", text(event["strain_lower"]), "--to", text(event["strain"])})["states"][0];
  EXPECT_EQ(across["rearranged_atoms"], event["rearranged_atoms"]);
  EXPECT_EQ(across["largest_cluster"], event["largest_cluster"]);
  EXPECT_GT(across["rearranged_atoms"].get<int>(), 0);
  // The atom that moves most is among those that rearranged.
  EXPECT_GT(across["d2min_a2_of_atom"][event["center_atom"].get<std::size_t>() - 1].get<double>(), 2.0);
}

TEST_F(D2minCommand, AStateInBetweenIsReachedAgain) {
  db::Database database(place_.path("landscape.db"), db::Mode::ReadOnly);
  const auto steps = database.steps_of_shear(1);
  const auto& step = steps.at(7);
  ASSERT_FALSE(step.configuration_id);
  const auto there = d2min({"--to", nlohmann::json(step.strain_xy).dump() + ",end", "-o", place_.path("out.xyz").string()});
  EXPECT_GT(there["states"][0]["force_calls"].get<double>(), 0.0);
  EXPECT_EQ(there["states"][1]["force_calls"], 0.0);  // stored
  const auto frames = md::read_frames(place_.path("out.xyz"));
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_NEAR(*frames[0].energy_ev, step.energy_ev, 1e-6);
  EXPECT_EQ(frames[0].extra.at("d2min").values.size(), 48);
  EXPECT_EQ(frames[0].extra.at("rearranged").values.sum(), there["states"][0]["rearranged_atoms"].get<double>());
  const auto rows = place_.run({"query", "--sql", "SELECT count(*) AS n FROM atoms WHERE rearrangement_id = 1 AND name = 'd2min_a2'", "--json"});
  EXPECT_EQ(rows.json()[0]["n"], 48);
}

TEST_F(D2minCommand, WhatHealsIsWhatTheUnloadingReports) {
  const auto back = d2min({"--to", "end"})["states"][0];
  EXPECT_EQ(back["healed_fraction"], shear_["unloadings"][0]["healed_fraction"]);
  EXPECT_EQ(d2min({"--to", "end"})["states"][0]["id"], back["id"]);  // stored once
}

TEST_F(D2minCommand, StatesThatWereNotPassedAreRefused) {
  EXPECT_EQ(place_.run({"d2min", "g", "--to", "0.2"}).code, 2);
  EXPECT_EQ(place_.run({"d2min", "g", "--to", "sideways:0.01"}).code, 2);
  EXPECT_EQ(place_.run({"d2min", "g", "--shear", "99"}).code, 2);
  EXPECT_EQ(place_.run({"d2min", "g", "--threshold", "-1"}).code, 2);
}

TEST_F(D2minCommand, BothRulesForDropsAreListed) {
  const auto slope = place_.run({"shear", "g", "--to", "-0.115", "--unload", "--json", "--threshold", "2", "--drops", "slope"}).json();
  EXPECT_EQ(slope["events"], shear_["events"]);
  ASSERT_FALSE(slope["drops"].empty());
  // Every discontinuity lies inside a fall of the curve, which is at least as large.
  for (const auto& drop : shear_["drops"]) {
    bool inside = false;
    for (const auto& fall : slope["drops"])
      inside = inside || (std::abs(fall["strain"].get<double>()) <= std::abs(drop["strain"].get<double>()) + 1e-12 &&
                          std::abs(fall["to_strain"].get<double>()) >= std::abs(drop["to_strain"].get<double>()) - 1e-12 &&
                          fall["stress_drop_gpa"].get<double>() >= drop["stress_drop_gpa"].get<double>() - 1e-12);
    EXPECT_TRUE(inside) << drop.dump();
  }
  EXPECT_GE(shear_["slope_drop_gpa"].get<double>(), shear_["max_stress_drop_gpa"].get<double>());
}

}  // namespace
}  // namespace landscape::test
