// A 1000-atom Cu64Zr36 glass of the library: what its shear, its tracks, its searches and its paths say must be one story.
#include <gtest/gtest.h>

#include <cmath>

#include "art/search.hpp"
#include "md/io/structure_io.hpp"
#include "md/potential/atomic_surface.hpp"
#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

class GlassEvent : public testing::Test {
 protected:
  void SetUp() override {
    const auto imported = place_.run({"sample", "import", std::string(LANDSCAPE_GLASSES) + "/cuzr_mm_hyper1.xyz.gz", "--name", "g",
                                      "--potential", "CuZr_mm.eam.fs"});
    ASSERT_EQ(imported.code, 0) << imported.err;
  }
  nlohmann::json asked(const std::vector<std::string>& arguments) const {
    const auto result = place_.run(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    return result.json();
  }
  Workplace place_;
};

// The barrier followed to its end and the shear that falls over that end are independent of each other.
TEST_F(GlassEvent, APlasticEventIsTheFoldOfItsTrack) {
  const auto sheared = asked({"shear", "g", "--to", "0.009", "--json"});
  const auto tracked = asked({"track", "g", "--from-shear", "--json"});
  ASSERT_EQ(sheared["events"].size(), 2u);
  ASSERT_EQ(tracked["tracks"].size(), 2u);
  for (std::size_t k = 0; k < 2; ++k) {
    const auto& event = sheared["events"][k];
    const auto& track = tracked["tracks"][k];
    EXPECT_EQ(track["high_end"], "initial");
    EXPECT_GT(track["critical_strain"].get<double>(), event["strain_lower"].get<double>() - 1e-5);
    EXPECT_LT(track["critical_strain"].get<double>(), event["strain"].get<double>() + 1e-5);
    EXPECT_LT(track["critical_strain_error"].get<double>(), 2e-5);
    EXPECT_NEAR(track["exponent"].get<double>(), 1.5, 2.0 * track["exponent_error"].get<double>());
  }
  EXPECT_LT(tracked["tracks"][1]["exponent_error"].get<double>(), 0.02);

  // And the saddle is the one on the path between the two minima, also far from where it was found.
  const auto proven = asked({"track", "g", "--shear", "1", "--limit", "2", "--max-strain", "0.01", "--prove", "2", "--json"});
  int paths = 0;
  for (const auto& track : proven["tracks"])
    for (const auto& point : track["points"]) {
      if (!point.contains("path_barrier_ev") || point["path_barrier_ev"].is_null()) continue;
      ++paths;
      EXPECT_NEAR(point["path_barrier_ev"].get<double>(), point["barrier_ev"].get<double>(), 1e-4);
      EXPECT_NEAR(point["path_reverse_barrier_ev"].get<double>(), point["reverse_barrier_ev"].get<double>(), 1e-4);
    }
  EXPECT_GE(paths, 2);
}

// Seven events one after the other, of 0.2 meV to 0.56 eV; the last is one whose barrier vanishes at both ends with the same minimum.
TEST_F(GlassEvent, EveryEventOfAShearIsTheFoldOfItsTrack) {
  const auto sheared = asked({"shear", "g", "--to", "-0.0434", "--json"});
  const auto tracked = asked({"track", "g", "--from-shear", "--threads", "2", "--json"});
  ASSERT_EQ(sheared["events"].size(), 7u);
  ASSERT_EQ(tracked["tracks"].size(), 7u);
  for (std::size_t k = 0; k < 7; ++k) {
    const auto& event = sheared["events"][k];
    const auto& track = tracked["tracks"][k];
    EXPECT_EQ(track["low_end"], "initial") << k;
    EXPECT_LT(track["critical_strain"].get<double>(), event["strain_lower"].get<double>() + 1e-5) << k;
    EXPECT_GT(track["critical_strain"].get<double>(), event["strain"].get<double>() - 1e-5) << k;
    EXPECT_NE(track["exponent"], nullptr) << k;
  }
}

TEST_F(GlassEvent, TheSaddleFoundFromOneEndIsThatOfThePathBetweenBoth) {
  asked({"map", "g", "--events", "3", "--json"});
  // The one that moves the fewest atoms: the straight line between wider ones leads over minima on the way.
  const auto event = asked({"query", "events", "--columns", "barrier_ev,initial_minimum_id,final_minimum_id", "--sort", "participation_number", "--json"});
  ASSERT_FALSE(event.empty());
  const auto id = [&](const char* column) { return std::to_string(event[0][column].get<int>()); };
  const auto path = asked({"neb", id("initial_minimum_id"), id("final_minimum_id"), "--images", "12", "--json"});
  EXPECT_NEAR(path["barrier_ev"].get<double>(), event[0]["barrier_ev"].get<double>(), 1e-4);
}

// In its region a side of this saddle stops 0.6 Å from the start; all atoms free, it is the start.
TEST(GlassSearch, ADisconnectedSaddleHasNoSideAtTheStart) {
  const auto configuration = md::read_structure(std::string(LANDSCAPE_GLASSES) + "/cuzr_mm_hyper1.xyz.gz").configuration;
  md::AtomicSurface surface(md::open_potential("CuZr_mm.eam.fs"), configuration);
  Eigen::VectorXd start = surface.gather(configuration.positions);
  ASSERT_TRUE(md::minimize(surface, start, {.max_force = 1e-6, .max_step = 0.05}).converged());
  art::SearchOptions options;
  options.local_vectors = 8;  // with those by which this search was found
  md::CounterRng center_rng(7, md::Stream::CenterAtom, 74), push_rng(7, md::Stream::Activation, 74);
  const auto center = static_cast<Eigen::Index>(center_rng.below(static_cast<std::uint64_t>(start.size() / 3)));
  std::vector<Eigen::Index> active;
  for (Eigen::Index i = 0; i < start.size() / 3; ++i)
    if (surface.cell().minimum_image(start.segment<3>(3 * i) - start.segment<3>(3 * center)).norm() < options.radius) active.push_back(i);
  const auto found = art::search(surface, start, art::random_push(surface, active, push_rng), options);
  ASSERT_TRUE(found.outcome == art::Outcome::Connected || found.outcome == art::Outcome::Disconnected) << art::name(found.outcome);
  const auto sides = art::push_over(surface, found.saddle, found.mode, 0.05, options.minimum);
  const bool returns = md::largest_displacement(surface, start, sides.plus) < options.same ||
                       md::largest_displacement(surface, start, sides.minus) < options.same;
  EXPECT_EQ(found.outcome == art::Outcome::Connected, returns);
}

}  // namespace
}  // namespace landscape::test
