/// `elastic`, `modes` and `structure` as users run them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "md/core/error.hpp"
#include "md/io/structure_io.hpp"
#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

TEST(Elastic, BornAndStrainAgreeOnAFileAndOnTheSampleMadeOfIt) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  const auto both =
      place.run({"elastic", file, "--potential", crystal_potential, "--method", "both", "--json"});
  ASSERT_EQ(both.code, 0) << both.err;
  const auto json = both.json();
  expect_keys(json, {"stiffness_gpa", "bulk_modulus_gpa", "shear_modulus_gpa", "poisson_ratio",
                     "density_g_per_cm3"});
  ASSERT_EQ(json["stiffness_gpa"].size(), 6u);
  ASSERT_EQ(json["stiffness_gpa"][5].size(), 6u);
  EXPECT_LT(json["largest_difference_gpa"].get<double>(),
            1e-3 * json["stiffness_gpa"][0][0].get<double>());
  ASSERT_EQ(
      place.run({"sample", "import", file, "--name", "v", "--potential", crystal_potential}).code,
      0);
  const auto sample = place.run({"elastic", "v", "--json"}).json();
  EXPECT_NEAR(sample["shear_modulus_gpa"].get<double>(), json["shear_modulus_gpa"].get<double>(),
              1e-4);
}

TEST(Modes, LowestModesEqualTheFirstOfAllAndSoftnessIsStored) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  ASSERT_EQ(
      place.run({"sample", "import", file, "--name", "v", "--potential", crystal_potential}).code,
      0);
  const auto all = place.run(
      {"modes", "v", "--json", "--csv", "dos.csv", "-o", "soft.xyz", "--softness-modes", "20"});
  ASSERT_EQ(all.code, 0) << all.err;
  const auto json = all.json();
  expect_keys(json, {"frequencies_thz", "participation_ratio", "boson_peak_mev",
                     "boson_peak_height", "softness", "soft_spots"});
  ASSERT_EQ(json["frequencies_thz"].size(), 3u * 107u - 3u);
  EXPECT_EQ(json["imaginary_modes"], 0);
  const auto frequencies = json["frequencies_thz"].get<std::vector<double>>();
  EXPECT_TRUE(std::is_sorted(frequencies.begin(), frequencies.end()));
  for (const double p : json["participation_ratio"].get<std::vector<double>>()) {
    EXPECT_GT(p, 1.0 / 107.0 - 1e-12);
    EXPECT_LE(p, 1.0 + 1e-12);
  }
  const auto lowest =
      place.run({"modes", file, "--potential", crystal_potential, "--lowest", "12", "--json"});
  ASSERT_EQ(lowest.code, 0) << lowest.err;
  ASSERT_EQ(lowest.json()["frequencies_thz"].size(), 12u);
  for (std::size_t k = 0; k < 12; ++k)
    EXPECT_NEAR(lowest.json()["frequencies_thz"][k].get<double>(), frequencies[k],
                1e-6 * frequencies[k]);
  const auto density = place.run({"modes", "v", "--dos", "--json"});
  ASSERT_EQ(density.code, 0) << density.err;
  EXPECT_TRUE(density.json()["frequencies_thz"].is_null());
  EXPECT_NE(place.read("dos.csv").find("g_over_w2_per_mev3"), std::string::npos);
  EXPECT_NE(place.read("soft.xyz").find("softness:R:1"), std::string::npos);
  const auto stored =
      place.run({"query", "atoms", "--where", "name = 'softness'", "--sort", "atom", "--json"})
          .json();
  ASSERT_EQ(stored.size(), 107u);
  EXPECT_NEAR(stored[5]["value"].get<double>(), json["softness"][5].get<double>(), 1e-7);
}

TEST(Modes, ImaginaryOnesAreNegativeAndComeFirst) {
  const Workplace place;
  // Two atoms pushed together in a crystal: no minimum when taken as it is.
  const auto pushed =
      place.write("pair.xyz", "3\npbc=\"F F F\"\nCu 0 0 0\nCu 3.6 0 0\nCu 7.2 0.2 0\n");
  const auto result =
      place.run({"modes", pushed, "--potential", crystal_potential, "--as-is", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_LT(result.json()["frequencies_thz"][0].get<double>(), 0.0);
  EXPECT_GT(result.json()["imaginary_modes"].get<int>(), 0);
}

TEST(Structure, PrintsItsKeysAndStoresWhatAtomsHave) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  ASSERT_EQ(
      place.run({"sample", "import", file, "--name", "v", "--potential", crystal_potential}).code,
      0);
  const auto result = place.run({"structure", "v", "--json", "--csv", "g.csv", "--csv-sq", "s.csv",
                                 "--min-edge", "0.3", "-o", "cells.xyz"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto json = result.json();
  expect_keys(json, {"voronoi", "f5", "coordination", "crystalline_fraction", "g_of_r", "s_of_q",
                     "local_composition", "density_g_per_cm3"});
  int atoms = 0;
  for (const auto& [index, count] : json["voronoi"].items()) atoms += count.get<int>();
  EXPECT_EQ(atoms, 107);
  EXPECT_GT(json["voronoi"].value("<0,12,0,0>", 0), 60);
  EXPECT_EQ(json["g_of_r"]["total"].size(), json["g_of_r"]["r_a"].size());
  EXPECT_NE(place.read("cells.xyz").find("voronoi:S:1"), std::string::npos);
  EXPECT_NE(place.read("g.csv").find("r_a,total,Cu-Cu"), std::string::npos);
  const auto volume =
      place.run({"query", "atoms", "--where", "name = 'voronoi_volume_a3'", "--json"}).json();
  EXPECT_EQ(volume.size(), 107u);
  // Bare numbers of a terminal are without the arrays.
  EXPECT_EQ(place.run({"structure", file, "--potential", crystal_potential}).out.find("g_of_r"),
            std::string::npos);
}

TEST(Structure, IndicesAreThoseOfTheVoroProgram) {
  if (std::system("command -v voro++ >/dev/null") != 0)
    GTEST_SKIP() << "no program voro++ here: apt-get install voro++";
  const Workplace place;
  auto glass = md::read_structure(std::string(LANDSCAPE_GLASSES) + "/cuzr_mm_hyper1.xyz.gz").configuration;
  // The program takes boxes with right angles alone, so the atoms get one.
  const Eigen::Vector3d edges = glass.cell.matrix().colwise().norm();
  const Eigen::Matrix3Xd reduced = glass.cell.inverse() * glass.positions;
  glass.cell = md::Cell(edges.asDiagonal());
  glass.positions = edges.asDiagonal() * (reduced.array() - reduced.array().floor()).matrix();
  const std::string file = place.path("box.xyz").string();
  md::Frame frame;
  frame.configuration = glass;
  md::write_structure(file, frame);
  const auto ours =
      place.run({"structure", file, "--potential", "CuZr_mm.eam.fs", "--min-face", "0", "--json"});
  ASSERT_EQ(ours.code, 0) << ours.err;

  std::ofstream points(place.path("box"));
  points.precision(17);
  for (Eigen::Index i = 0; i < glass.size(); ++i)
    points << i << ' ' << glass.positions.col(i).transpose() << '\n';
  points.close();
  std::ostringstream command;
  command.precision(17);
  command << "voro++ -p -o -c %A";
  for (int d = 0; d < 3; ++d) command << " 0 " << edges[d];
  command << ' ' << place.path("box").string();
  ASSERT_EQ(std::system(command.str().c_str()), 0);
  // Each line: how many faces have 0, 1, 2, ... edges.
  std::istringstream lines(place.read("box.vol"));
  std::map<std::string, int> theirs;
  for (std::string line; std::getline(lines, line);) {
    std::array<int, 7> faces = {};
    std::istringstream numbers(line);
    for (int& n : faces) numbers >> n;
    ++theirs[md::message("<", faces[3], ",", faces[4], ",", faces[5], ",", faces[6], ">")];
  }
  EXPECT_GT(theirs.size(), 100u);
  EXPECT_EQ((ours.json()["voronoi"].get<std::map<std::string, int>>()), theirs);
}

TEST(Rate, OfAVacancyJumpIsStoredWithTheEvent) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  ASSERT_EQ(place
                .run({"sample", "import", file, "--name", "v", "--potential", crystal_potential,
                      "--cell", "aniso"})
                .code,
            0);
  ASSERT_EQ(place.run({"map", "v", "--searches", "4", "--center", "1,2,3"}).code, 0);
  const auto result = place.run({"rate", "1", "--temperature", "300", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto json = result.json();
  expect_keys(
      json, {"attempt_frequency_thz", "rate_per_s", "lifetime_s", "reverse_attempt_frequency_thz"});
  const double nu = json["attempt_frequency_thz"].get<double>();
  EXPECT_GT(nu, 0.05);
  EXPECT_LT(nu, 200.0);
  EXPECT_NEAR(json["rate_per_s"].get<double>(),
              1e12 * nu * std::exp(-json["barrier_ev"].get<double>() / (8.617333262e-5 * 300.0)),
              1e-6 * json["rate_per_s"].get<double>());
  const auto row =
      place.run({"query", "events", "--where", "id = 1", "--columns", "id,nu", "--json"}).json();
  ASSERT_EQ(row.size(), 1u);
  EXPECT_NEAR(row[0]["nu"].get<double>(), nu, 1e-6);
  EXPECT_EQ(place.run({"query", "properties", "--json"}).json().size(), 2u);
  const auto moved =
      place.run({"structure", "v", "--event", "1", "--d2min-cutoff", "3.4", "--json"});
  ASSERT_EQ(moved.code, 0) << moved.err;
  const auto d2min = moved.json()["d2min_a2_of_atom"].get<std::vector<double>>();
  EXPECT_GT(*std::max_element(d2min.begin(), d2min.end()), 1.0) << "an atom jumped";
  EXPECT_EQ(place.run({"query", "atoms", "--where", "name = 'd2min_a2' and event_id = 1", "--json"})
                .json()
                .size(),
            107u);
  EXPECT_EQ(place.run({"structure", "v", "--event", "99"}).code, 2);
  EXPECT_EQ(place.run({"structure", file, "--potential", crystal_potential, "--event", "1"}).code,
            2);
  EXPECT_EQ(place.run({"rate", "99"}).code, 2);
  EXPECT_EQ(place.run({"rate", "1", "--temperature", "0"}).code, 2);
}

TEST(VibrationInput, IsRefusedInOneLine) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  const auto cluster = place.write("cluster.xyz", "2\npbc=\"F F F\"\nCu 0 0 0\nCu 2.9 0 0\n");
  const std::vector<std::vector<std::string>> bad = {
      {"elastic", file},
      {"elastic", "nothing"},
      {"elastic", cluster, "--potential", crystal_potential},
      {"elastic", file, "--potential", crystal_potential, "--method", "guess"},
      {"elastic", file, "--potential", crystal_potential, "--method", "strain", "--strain", "0"},
      {"modes", file, "--potential", crystal_potential, "--lowest", "0"},
      {"modes", file, "--potential", crystal_potential, "--lowest", "10000"},
      {"modes", file, "--potential", crystal_potential, "--smoothing", "-1"},
      {"modes", file, "--potential", crystal_potential, "--lowest", "5", "--dos"},
      {"modes", file, "--potential", crystal_potential, "-o", "nowhere.txt"},
      {"structure", cluster, "--potential", crystal_potential},
      {"structure", file, "--potential", crystal_potential, "--min-face", "1"},
      {"structure", file, "--potential", crystal_potential, "--dr", "0"},
  };
  for (const auto& arguments : bad) {
    const auto result = place.run(arguments);
    EXPECT_EQ(result.code, 2) << arguments[0] << ' ' << arguments.back() << ": " << result.err;
    EXPECT_TRUE(result.out.empty()) << result.out;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
}

}  // namespace
}  // namespace landscape::test
