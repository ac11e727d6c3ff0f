// Adaptive quasistatic shear against fixed steps of its resolution.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "db/database.hpp"
#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

class Shear : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(place_.run({"sample", "import", small_glass(), "--name", "g", "--potential", "zhou2004", "--cell", "aniso"}).code, 0);
  }
  nlohmann::json sheared(std::vector<std::string> options) const {
    options.insert(options.begin(), {"shear", "g", "--json"});
    const auto result = place_.run(options);
    EXPECT_EQ(result.code, 0) << result.err;
    return result.json();
  }
  Workplace place_;
};

TEST_F(Shear, LongStepsFindTheEventsOfStepsOf1e5) {
  const auto adaptive = sheared({"--to", "-0.115"}), fixed = sheared({"--to", "-0.115", "--max-step", "1e-5", "--fixed-steps"});
  ASSERT_FALSE(adaptive["events"].empty());
  ASSERT_EQ(adaptive["events"].size(), fixed["events"].size());
  for (std::size_t k = 0; k < fixed["events"].size(); ++k) {
    EXPECT_NEAR(adaptive["events"][k]["strain"].get<double>(), fixed["events"][k]["strain"].get<double>(), 2e-5);
    EXPECT_NEAR(adaptive["events"][k]["energy_drop_ev"].get<double>(), fixed["events"][k]["energy_drop_ev"].get<double>(), 1e-3);
    EXPECT_EQ(adaptive["events"][k]["center_atom"], fixed["events"][k]["center_atom"]);
  }
  EXPECT_LT(10.0 * adaptive["force_calls"].get<double>(), fixed["force_calls"].get<double>());
}

TEST_F(Shear, AStateDoesNotDependOnHowManyCallsLedToIt) {
  const auto whole = sheared({"--to", "0.03"});
  const auto coarse = sheared({"--to", "0.03", "--max-step", "3e-3"});
  EXPECT_EQ(whole["events"].size(), coarse["events"].size());
  EXPECT_NEAR(whole["max_stress_gpa"].get<double>(), coarse["max_stress_gpa"].get<double>(), 1e-3);
  // A first step within 0.002, however long the others may be.
  ASSERT_TRUE(coarse["shear_modulus_gpa"].is_number());
  EXPECT_NEAR(coarse["shear_modulus_gpa"].get<double>(), whole["shear_modulus_gpa"].get<double>(), 0.02 * whole["shear_modulus_gpa"].get<double>());
}

// A step of 1e-3 ends 3e-5 behind the fold of the second event, on a slope of less than 3e-5 eV/Å. Fixed steps of 1e-5 see it at 0.06806, with
// 194,000 force calls.
TEST(ShearOfALargerGlass, AStateJustBehindAFoldIsNoMinimum) {
  const Workplace place;
  ASSERT_EQ(place.run({"sample", "import", glass_of_128(), "--name", "g", "--potential", "CuZr_mm.eam.fs"}).code, 0);
  const auto result = place.run({"shear", "g", "--plane", "yz", "--to", "0.07", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto events = result.json()["events"];
  ASSERT_EQ(events.size(), 2u);
  EXPECT_NEAR(events[1]["strain"].get<double>(), 0.06806, 1e-5);
  EXPECT_NEAR(events[1]["energy_drop_ev"].get<double>(), 1.11e-3, 2e-5);
}

// The second event falls by 0.9 eV through many minima; going back, its saddle merges with the first of them.
TEST_F(Shear, ACascadeIsFollowedToTheFoldOfItsFirstMinimum) {
  const auto events = sheared({"--to", "-0.2"})["events"];
  ASSERT_EQ(events.size(), 2u);
  const auto result = place_.run({"track", "g", "--from-shear", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto tracked = result.json();
  // The folds lie where the shear found them, within their errors.
  for (std::size_t k = 0; k < 2; ++k) {
    const auto& t = tracked["tracks"][k];
    const double middle = 0.5 * (events[k]["strain"].get<double>() + events[k]["strain_lower"].get<double>());
    EXPECT_NEAR(t["critical_strain"].get<double>(), middle, t["critical_strain_error"].get<double>() + 6e-6) << k;
  }
  const auto& track = tracked["tracks"][1];
  EXPECT_EQ(track["low_end"], "initial");
  EXPECT_EQ(track["high_end"], "final");
  EXPECT_EQ(track["event_class"], "strain_created");
  EXPECT_NE(track["event_class_reason"].get<std::string>().find("leads to another minimum"), std::string::npos);
  const auto &points = track["points"], &last = points.back(), &first = points.front();
  EXPECT_GT(first["reverse_barrier_ev"].get<double>(), 0.9);
  EXPECT_LT(last["reverse_barrier_ev"].get<double>(), 1e-5);
  // What tells the fold from a barrier that ends otherwise: λ² vanishes with it, as a line.
  const auto& before = points[points.size() - 3];
  const auto left = [&](const nlohmann::json& p) { return track["reverse_strain"].get<double>() - p["strain_xy"].get<double>(); };
  EXPECT_GT(left(last), 0.0);
  EXPECT_NEAR(std::pow(last["curvature_ev_per_a2"].get<double>() / before["curvature_ev_per_a2"].get<double>(), 2), left(last) / left(before),
              0.03);
}

// Its minimum was there before the event before it fired.
TEST_F(Shear, AnEventJustBehindAnotherIsEntered) {
  const auto event = sheared({"--to", "-0.2"})["events"][1];
  {
    db::Database database(place_.path("landscape.db"));
    auto first = database.plastic_events_of_shear(1).at(0);
    first.strain = event["strain_lower"].get<double>() + 5e-5;
    first.event_id.reset();
    database.update_plastic_event(first);
  }
  const auto result = place_.run({"track", "g", "--from-shear", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto track = result.json()["tracks"].back();
  EXPECT_EQ(track["low_end"], "initial");
  EXPECT_GT(track["critical_strain"].get<double>(), event["strain"].get<double>() - 1e-5);
  EXPECT_LT(track["critical_strain"].get<double>(), event["strain_lower"].get<double>() + 1e-5);
}

TEST_F(Shear, WhereThereIsNothingToTrackWhatToDoFirstIsSaid) {
  const auto said = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"track", "g", "--json"});
    const auto result = place_.run(options);
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_TRUE(result.json()["tracks"].empty());
    return result.err;
  };
  for (const auto& options : {std::vector<std::string>{}, {"--where", "EA < 1"}})
    EXPECT_NE(said(options).find("run 'landscape map g'"), std::string::npos) << said(options);
  EXPECT_NE(said({"--limit", "0"}).find("--limit 0"), std::string::npos);
  sheared({"--to", "0.005"});
  EXPECT_NE(said({"--from-shear"}).find("no plastic event"), std::string::npos);
}

TEST_F(Shear, APerfectCrystalPastItsInstabilityIsSaid) {
  std::string crystal = "108\nLattice=\"11.7 0 0 0 11.7 0 0 0 11.7\" Properties=species:S:1:pos:R:3\n";
  for (int k = 0; k < 108; ++k) {  // four atoms to a cell of 3.9 Å
    const int cell = k / 4, atom = k % 4;
    const double half[] = {atom == 2 || atom == 3 ? 0.5 : 0.0, atom == 1 || atom == 3 ? 0.5 : 0.0, atom == 1 || atom == 2 ? 0.5 : 0.0};
    crystal += "Cu";
    const int of[] = {cell % 3, cell / 3 % 3, cell / 9};
    for (int d = 0; d < 3; ++d) crystal += ' ' + std::to_string(3.9 * (of[d] + half[d]));
    crystal += '\n';
  }
  ASSERT_EQ(place_.run({"sample", "import", place_.write("fcc.xyz", crystal), "--name", "c", "--potential", crystal_potential, "--cell", "iso"}).code, 0);
  const auto said = [&](const std::string& to) {
    const auto result = place_.run({"shear", "c", "--to", to, "--max-step", "5e-3", "--json"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_TRUE(result.json()["events"].empty());
    const bool warned = result.err.find("is no minimum") != std::string::npos;
    const auto strain = result.json()["unstable_strain"];
    EXPECT_EQ(strain.is_number(), warned) << strain;
    EXPECT_LT(strain.is_number() ? strain.get<double>() : 0.0, 0.3);
    return warned;
  };
  EXPECT_FALSE(said("0.03"));
  EXPECT_TRUE(said("0.3"));
  EXPECT_TRUE(said("0.3"));  // as it is stored
  const std::string one = "1\nLattice=\"0 1.95 1.95 1.95 0 1.95 1.95 1.95 0\" Properties=species:S:1:pos:R:3\nCu 0 0 0\n";
  ASSERT_EQ(place_.run({"sample", "import", place_.write("one.xyz", one), "--name", "one", "--potential", crystal_potential}).code, 0);
  EXPECT_EQ(place_.run({"shear", "one", "--to", "0.3", "--max-step", "5e-3"}).code, 0);  // nothing in it can give way
}

TEST_F(Shear, CompletesWhatAnOlderFileDoesNotSayOfIt) {
  const auto whole = sheared({"--to", "0.02"});
  {
    db::Database database(place_.path("landscape.db"));
    auto shear = database.shears_of_sample(1).front();
    shear.d2min_cutoff_a = shear.d2min_threshold_a2 = shear.rearranged_fraction = shear.yield_stress_gpa = shear.released_energy_ev =
        std::numeric_limits<double>::quiet_NaN();
    database.update_shear(shear);
  }
  const auto completed = sheared({"--to", "0.02"});
  EXPECT_GT(completed["d2min_cutoff_a"].get<double>(), 0.0);
  for (const auto& [key, value] : whole.items()) EXPECT_EQ(completed[key], value) << key;
}

// Energies shifted at the cutoff, not forces: a pair that crosses it is a fall of 1e-4 eV, and no fold.
TEST(ShearOfAPairPotential, APairThatCrossesTheCutoffIsNamedForWhatItIs) {
  const Workplace place;
  ASSERT_EQ(place.run({"sample", "import", small_glass(), "--name", "g", "--potential", "lj:epsilon=0.1,sigma=2.3,cutoff=4.4", "--cell", "aniso"}).code, 0);
  ASSERT_EQ(place.run({"shear", "g", "--to", "0.006"}).code, 0);
  const auto events = place.run({"query", "plastic_events", "max_displacement_a<0.01", "--json"}).json();
  ASSERT_FALSE(events.empty());
  const auto tracked = place.run({"track", "g", "--from-shear", "--json"});
  ASSERT_EQ(tracked.code, 0) << tracked.err;
  const auto notes = tracked.json()["not_entered"];
  ASSERT_EQ(notes.size(), events.size());
  for (const auto& note : notes)
    EXPECT_NE(note.get<std::string>().find("rather a pair that crosses a cutoff where the force jumps than a fold"), std::string::npos) << note;
}

}  // namespace
}  // namespace landscape::test
