/// Bad input: exit code 2, one line on standard error, nothing on standard output.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

void expect_refused(const Outcome& outcome, const std::string& part) {
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
  EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
}

TEST(BadInput, CommandLine) {
  const Workplace place;
  expect_refused(place.run({}), "subcommand");
  expect_refused(place.run({"energy"}), "required");
  expect_refused(place.run({"--nonsense", "query", "events"}), "nonsense");
  expect_refused(place.run({"map", "v", "--searches", "2", "--events", "2"}), "excludes");
  place.write("bad.toml", "seed = 3\n[map]\nserches = 4\n");
  expect_refused(place.run({"--config", "bad.toml", "query", "events"}), "bad.toml:3");
}

TEST(BadInput, Structures) {
  const Workplace place;
  place.vacancy_crystal();
  expect_refused(place.run({"energy", "none.xyz", "--potential", crystal_potential, "--json"}), "none.xyz");
  place.write("nan.xyz", "2\nLattice=\"9 0 0 0 9 0 0 0 9\"\nCu 0 0 0\nCu nan 0 0\n");
  expect_refused(place.run({"energy", "nan.xyz", "--potential", crystal_potential, "--json"}), "nan.xyz:4");
  place.write("spot.xyz", "2\nLattice=\"9 0 0 0 9 0 0 0 9\"\nCu 1 1 1\nCu 1 1 1\n");
  expect_refused(place.run({"energy", "spot.xyz", "--potential", crystal_potential, "--json"}), "spot");
  expect_refused(place.run({"sample", "import", "spot.xyz", "--name", "s", "--potential", crystal_potential}), "spot");
  expect_refused(place.run({"minimize", "crystal.xyz", "--potential", crystal_potential, "-o", "x.pdf"}), "x.pdf");
}

TEST(BadInput, Potentials) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  place.write("cut.eam.alloy", "a\nb\nc\n1 Cu\n100 0.1 100 0.1 5.0\n29 63.5 3.6 fcc\n0 0 0\n");
  expect_refused(place.run({"energy", file, "--potential", "cut.eam.alloy", "--json"}), "cut.eam.alloy");
  expect_refused(place.run({"energy", file, "--potential", "none.eam.fs", "--json"}), "none.eam.fs");
  place.write("element.xyz", "1\nLattice=\"9 0 0 0 9 0 0 0 9\"\nXx 0 0 0\n");
  expect_refused(place.run({"energy", "element.xyz", "--potential", "zhou2004", "--json"}), "Xx");
}

TEST(BadInput, Databases) {
  const Workplace place;
  const auto file = place.vacancy_crystal();
  expect_refused(place.run({"map", "v", "--json"}), "landscape.db");
  EXPECT_FALSE(std::filesystem::exists(place.path("landscape.db")));
  place.write("text.db", "not a database, but long enough to be looked at: " + std::string(200, 'x'));
  expect_refused(place.run({"--db", "text.db", "query", "events"}), "text.db");
  ASSERT_EQ(place.run({"sample", "import", file, "--name", "v", "--potential", crystal_potential}).code, 0);
  expect_refused(place.run({"map", "w", "--json"}), "'w'");
  expect_refused(place.run({"map", "v", "--center", "1000"}), "1000");
  expect_refused(place.run({"query", "evnts"}), "evnts");
  expect_refused(place.run({"sample", "import", file, "--name", "v", "--potential", crystal_potential, "--cell", "iso"}), "iso");
  // A file of a later version: user_version is the big-endian word at byte 60 of an SQLite file.
  auto bytes = place.read("landscape.db");
  bytes[60] = 0;
  bytes[61] = 0;
  bytes[62] = 3;
  bytes[63] = 0;
  place.write("newer.db", bytes);
  expect_refused(place.run({"--db", "newer.db", "query", "events"}), "newer");
}

}  // namespace
}  // namespace landscape::test
