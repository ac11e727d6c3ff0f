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
  expect_refused(place.run({"enrgy", "x.xyz"}), "unknown command enrgy; did you mean energy?");
  expect_refused(place.run({"sample", "quech"}), "did you mean quench?");
  expect_refused(place.run({"energy", "x.xyz", "--potentil", "zhou2004"}), "unknown option --potentil; did you mean --potential?");
  expect_refused(place.run({"energy", "x.xyz", "y.xyz", "--potential", "zhou2004"}), "y.xyz");
  expect_refused(place.run({"query", "events", "--limit", "-1"}), "--limit: expected a whole number from 0, got -1");
  expect_refused(place.run({"query", "events", "--seed", "-1"}), "--seed");
  expect_refused(place.run({"query", "events", "--seed", "99999999999999999999"}), "--seed");
  expect_refused(place.run({"query", "events", "--threads", "0"}), "--threads");
  expect_refused(place.run({"query", "events", "--time-limit", "4d"}), "4d");
  expect_refused(place.run({"query", "events", "--format", "xml"}), "xml");
  expect_refused(place.run({"query", "events", "--config", "."}), "--config");
  expect_refused(place.run({"map", "v", "--searches", "2", "--events", "2"}), "excludes");
  expect_refused(place.run({"map", "v", "--margin", "x"}), "--margin: expected a number of at least 0, got x");
  expect_refused(place.run({"map", "v", "--searches", "1.5"}), "--searches: expected a whole number, got 1.5");
  expect_refused(place.run({"map", "v", "--center", "1,b"}), "--center: expected whole numbers, separated by commas, got");
  expect_refused(place.run({"shear", "v", "--to=far"}), "--to: expected a number, got far");
  expect_refused(place.run({"neb", "1", "2", "--margin", "-1"}), "--margin: expected a length of at least 0 Å, got -1");
  expect_refused(place.run({"neb", "1", "2", "--images", "0"}), "--images: expected at least 1, got 0");
  expect_refused(place.run({"graph", "v", "--temperature", "0"}), "--temperature: expected a number above 0, got 0");
  expect_refused(place.run({"graph", "v", "--strain", "0,nan"}), "--strain: expected a finite number, got nan");
  expect_refused(place.run({"graph", "v", "--barrier", "0.1", "--temperature", "300"}), "excludes");
  expect_refused(place.run({"query", "events", "--timeout", "nan"}), "--timeout: expected a number of at least 0, got nan");
  expect_refused(place.run({"sample", "liquid", "v", "--temperature", "-5"}), "--temperature: expected a number above 0, got -5");
  expect_refused(place.run({"--db", "", "query", "events"}), "--db: expected a file, got an empty name");
  expect_refused(place.run({"report", "-o", "x.pdf"}), "--output: expected a name ending in .html, got x.pdf");
  place.write("bad.toml", "seed = 3\n[map]\nserches = 4\n");
  expect_refused(place.run({"--config", "bad.toml", "query", "events"}), "bad.toml:3");
}

// What a file holds comes back as text that a terminal can show.
TEST(BadInput, BytesThatAreNoTextArePrintedAsNumbers) {
  const Workplace place;
  const std::string bytes("\x1b[31m\x07\xff\xc3\x28 Å\t\xe2\x82", 16);
  place.write("x.xyz", bytes + "\n" + bytes + "\n");
  const auto outcome = place.run({"energy", "x.xyz", "--potential", "zhou2004"});
  expect_refused(outcome, "\\x1b[31m\\x07\\xff\\xc3( Å \\xe2\\x82");
  place.write("y.xyz", std::string(100000, '\x80') + "\n");
  const auto longer = place.run({"energy", "y.xyz", "--potential", "zhou2004"});
  expect_refused(longer, "y.xyz:1");
  EXPECT_LT(longer.err.size(), 1100u);
}

TEST(BadInput, NumbersOfAQuench) {
  const Workplace place;
  const std::vector<std::vector<std::string>> wrong = {
      {"--atoms", "0"}, {"--atoms", "-5"}, {"--atoms", "1.5"}, {"--atoms", "99999999999999999999"}, {"--rate", "-1e13"},
      {"--rate", "nan"}, {"--melt-temperature", "0.5"}, {"--dt", "0"}, {"--melt-ps", "-1"}, {"--pressure", "inf"},
      {"--volume-per-atom", "0"}, {"--cell", "all"}, {"--composition", "Cu46Zr46Al9x"}, {"--composition", "Xx5"},
      {"--composition", "Cu0Zr0"}, {"--composition", "Cu-5"}, {"--composition", ""}};
  for (const auto& option : wrong) {
    std::vector<std::string> arguments = {"sample", "quench", "--name", "q", "--potential", "zhou2004", "--json"};
    if (option[0] != "--composition") arguments.insert(arguments.end(), {"--composition", "Cu64Zr36"});
    arguments.insert(arguments.end(), option.begin(), option.end());
    SCOPED_TRACE(option[0] + " " + option[1]);
    expect_refused(place.run(arguments), "");
  }
  EXPECT_FALSE(std::filesystem::exists(place.path("landscape.db")));
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

TEST(BadInput, ASampleOfOneFreeAtomHasNoModes) {
  const Workplace place;
  place.write("one.xyz", "1\nLattice=\"3 0 0 0 3 0 0 0 3\" Properties=species:S:1:pos:R:3\nCu 0 0 0\n");
  ASSERT_EQ(place.run({"sample", "import", "one.xyz", "--name", "one", "--potential", crystal_potential}).code, 0);
  expect_refused(place.run({"modes", "one", "--json"}), "a single atom that is free to move has none");
  // Held by a frozen one it has three.
  place.write("held.xyz", "2\nLattice=\"3 0 0 0 3 0 0 0 6\" Properties=species:S:1:pos:R:3:move_mask:L:1\nCu 0 0 0 T\nCu 0 0 3 F\n");
  ASSERT_EQ(place.run({"sample", "import", "held.xyz", "--name", "held", "--potential", crystal_potential}).code, 0);
  const auto held = place.run({"modes", "held", "--json"});
  ASSERT_EQ(held.code, 0) << held.err;
  EXPECT_EQ(held.json()["modes"], 3);
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

/// Sizes that a file grows to: some let a sample in and stop the mapping, some stop earlier.
TEST(BadInput, AFullDiskLosesNothingThatWasStored) {
  Workplace place;
  const auto file = place.vacancy_crystal();
  for (const std::uint64_t bytes : {2000u, 100000u, 280000u, 330000u}) {
    SCOPED_TRACE(bytes);
    const std::string database = std::to_string(bytes) + ".db";
    place.largest_file_bytes = bytes;
    const auto sample = place.run({"--db", database, "sample", "import", file, "--name", "v", "--potential", crystal_potential, "--json"});
    const auto map = place.run({"--db", database, "map", "v", "--searches", "60", "--center", "1,2,3", "--json"});
    if (sample.code != 0) expect_refused(sample, database);
    expect_refused(map, database);
    place.largest_file_bytes = 0;
    // With room again the same commands end as if nothing had been.
    if (sample.code == 0) {
      EXPECT_EQ(place.run({"--db", database, "db", "check"}).code, 0);
    }
    ASSERT_EQ(place.run({"--db", database, "sample", "import", file, "--name", "v", "--potential", crystal_potential}).code, 0);
    const auto again = place.run({"--db", database, "map", "v", "--searches", "2", "--center", "1,2,3", "--json"});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(place.run({"--db", database, "db", "check"}).code, 0);
  }
  EXPECT_EQ(place.run({"energy", file, "--potential", crystal_potential, "--json"}).code, 0);
}

TEST(BadInput, NamesOfTypesTakeNoWordAfterThem) {
  const Workplace place;
  const std::string data = "LAMMPS\n\n2 atoms\n1 atom types\n0 8 xlo xhi\n0 8 ylo yhi\n0 8 zlo zhi\n\nAtoms # atomic\n\n1 1 1 1 1\n2 1 1 1 3.5\n";
  const auto outcome = place.run({"energy", "--potential", crystal_potential, "--types", "Cu", place.write("two.data", data), "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
}

TEST(BadInput, RangesAreNamedByTheOptionThatWasTyped) {
  const Workplace place;
  ASSERT_EQ(place.run({"sample", "import", place.vacancy_crystal(), "--name", "v", "--potential", crystal_potential}).code, 0);
  const auto refused = [&](std::vector<std::string> command, const std::string& option, const std::string& value) {
    command.insert(command.end(), {option, value});
    SCOPED_TRACE(command[0] + ' ' + option + ' ' + value);
    const auto outcome = place.run(command);
    expect_refused(outcome, value == "zx" ? "zx" : ", got ");
    EXPECT_EQ(outcome.err.find("landscape: " + option + ": "), 0u) << outcome.err;
  };
  const std::vector<std::string> shear = {"shear", "v"}, ensemble = {"ensemble", "e", "--samples", "v"}, track = {"track", "v"}, d2min = {"d2min", "v", "--to", "0.01"};
  for (const auto& command : {shear, ensemble})
    for (const std::string option : {"--to", "--max-step", "--resolution", "--threshold", "--overlap-distance"})
      for (const std::string value : {"0", "nan", "inf"}) refused(command, option, value);
  for (const std::string option : {"--max-step", "--resolution"}) refused(shear, option, "1e-20");
  refused(shear, "--resolution", "0.1");
  for (const auto& command : {shear, ensemble, d2min})
    for (const std::string value : {"0", "nan", "31"}) refused(command, "--d2min-cutoff", value);
  refused(shear, "--d2min-cutoff", "inf");
  refused(shear, "--d2min-cutoff", "0.5");
  refused(shear, "--plane", "zx");
  for (const std::string option : {"--amplitude", "--curve-step"})
    for (const std::string value : {"0", "inf"}) refused(ensemble, option, value);
  refused(ensemble, "--curve-step", "1e-9");
  for (const std::string option : {"--max-strain", "--max-step"})
    for (const std::string value : {"0", "-1", "nan", "inf"}) refused(track, option, value);
  refused(track, "--max-step", "1e-9");
  refused(track, "--plane", "zx");
  refused({"predict", "v"}, "--plane", "zx");
  refused(d2min, "--threshold", "inf");
  EXPECT_TRUE(place.run({"query", "ensembles", "--json"}).json().empty()) << "nothing is begun";
  EXPECT_TRUE(place.run({"query", "shears", "--json"}).json().empty());
}

TEST(BadInput, AReadOnlyFolderCanBeReadAndNothingElse) {
  Workplace place;
  const auto file = place.vacancy_crystal();
  ASSERT_EQ(place.run({"sample", "import", file, "--name", "v", "--potential", crystal_potential}).code, 0);
  const auto before = place.read("landscape.db");
  std::filesystem::permissions(place.path(""), std::filesystem::perms(0555));
  std::filesystem::permissions(place.path("landscape.db"), std::filesystem::perms(0444));
  place.as_nobody = true;
  if (place.run({"--version"}).code != 0) {
    std::filesystem::permissions(place.path(""), std::filesystem::perms(0755));
    GTEST_SKIP() << "another user may not run the program where it was built";
  }
  EXPECT_EQ(place.run({"query", "samples", "--columns", "sample", "--json"}).json()[0]["sample"], "v");
  EXPECT_EQ(place.run({"db", "check"}).code, 0);
  const Workplace elsewhere;  // where what is exported may be written
  std::filesystem::permissions(elsewhere.path(""), std::filesystem::perms(0777));
  const auto out = elsewhere.path("v.xyz").string();
  const auto exported = place.run({"export", "minima", "sample=v", "-o", out});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_NE(elsewhere.read("v.xyz").find("role=minimum"), std::string::npos);
  expect_refused(place.run({"export", "minima", "-o", "v.xyz"}), "v.xyz: cannot write");
  expect_refused(place.run({"map", "v", "--searches", "2", "--json"}), "landscape.db: is not writable");
  expect_refused(place.run({"sample", "import", file, "--name", "w", "--potential", crystal_potential}), "landscape.db");
  expect_refused(place.run({"--db", "new.db", "sample", "import", file, "--name", "w", "--potential", crystal_potential}), "new.db");
  expect_refused(place.run({"minimize", file, "--potential", crystal_potential, "-o", "m.xyz"}), "m.xyz: cannot be written");
  std::filesystem::permissions(place.path(""), std::filesystem::perms(0755));
  EXPECT_EQ(place.read("landscape.db"), before);
  EXPECT_FALSE(std::filesystem::exists(place.path("new.db")));
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
  expect_refused(place.run({"track", "v", "--events", "999"}), "there is no event 999");
  expect_refused(place.run({"track", "w", "--where", "EA < 1"}), "'w'");
  expect_refused(place.run({"neb", "1", "999"}), "there is no minimum 999");
  expect_refused(place.run({"shear", "g", "--to", "1e9"}), "expected a strain (not a percentage)");
  expect_refused(place.run({"query", "events", "--where", "(SELECT count(*) FROM sqlite_master) > 0"}), "public views");
  place.write("empty.db", "");
  expect_refused(place.run({"--db", "empty.db", "query", "events"}), "is empty");
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
