#include <algorithm>
#include <limits>
#include <locale>

#include "md/core/units.hpp"
#include "tests/md/io_support.hpp"

namespace landscape::md {
namespace {

using namespace io_test;

const std::array<std::array<bool, 3>, 4> boundaries{
    {{true, true, true}, {true, false, true}, {false, false, true}, {false, false, false}}};

TEST(Extxyz, RoundTripKeepsEveryBitInRandomTriclinicCells) {
  const TemporaryFolder folder;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    std::mt19937_64 engine(100 + seed);
    const Eigen::Matrix3d edges =
        9.0 * Eigen::Matrix3d::Identity() + 4.0 * random_vectors(engine, 3);
    Frame frame = random_frame(seed, edges, boundaries[seed % 4]);
    frame.energy_ev = -123.4 / static_cast<double>(seed);
    frame.stress_gpa = {1.0 / 3, -2.0 / 7, 3e-17, 1e22, -0.0, 0.1};
    frame.info = {
        {"event", "17"}, {"note", "two words, a \" and a \\"}, {"flag", "T"}, {"empty", ""}};
    frame.extra["displacement"] = {ColumnKind::Real, random_vectors(engine, 17), {}};
    frame.extra["d2min"] = {ColumnKind::Real, Eigen::MatrixXd::Constant(1, 17, 1.0 / 3), {}};
    frame.extra["d2min"].values(0, 4) = std::numeric_limits<double>::quiet_NaN();
    frame.extra["shell"] = {ColumnKind::Integer, Eigen::MatrixXd::Constant(2, 17, -7), {}};
    frame.extra["core"] = {ColumnKind::Logical, Eigen::MatrixXd::Constant(1, 17, 1), {}};
    frame.extra["site"] = {ColumnKind::Text, {}, std::vector<std::string>(34, "icosahedron")};
    write_structure(folder / "a.xyz", frame);
    const Frame back = read_structure(folder / "a.xyz");

    const Configuration &a = frame.configuration, &b = back.configuration;
    EXPECT_EQ(a.cell.matrix(), b.cell.matrix());
    EXPECT_EQ(a.cell.periodic(), b.cell.periodic());
    EXPECT_EQ(a.positions, b.positions);
    EXPECT_EQ(a.velocities, b.velocities);
    EXPECT_EQ(a.species, b.species);
    EXPECT_EQ(a.movable, b.movable);
    EXPECT_EQ(a.ids, b.ids);
    EXPECT_EQ(frame.energy_ev, back.energy_ev);
    EXPECT_EQ(*frame.forces, *back.forces);
    EXPECT_EQ(frame.stress_gpa, back.stress_gpa);
    EXPECT_EQ(frame.info, back.info);
    ASSERT_EQ(frame.extra.size(), back.extra.size());
    for (const auto& [name, column] : frame.extra) {
      const AtomColumn& other = back.extra.at(name);
      EXPECT_EQ(column.kind, other.kind) << name;
      EXPECT_EQ(column.text, other.text) << name;
      ASSERT_EQ(column.values.rows(), other.values.rows()) << name;
      EXPECT_TRUE(
          ((column.values.array() == other.values.array()) || column.values.array().isNaN()).all())
          << name;
    }
    EXPECT_TRUE(std::isnan(back.extra.at("d2min").values(0, 4)));
  }
}

TEST(Extxyz, CompressedFilesHoldTheSameFrames) {
  const TemporaryFolder folder;
  const Frame frame = random_frame(5, 9.0 * Eigen::Matrix3d::Identity(), boundaries[0]);
  write_structure(folder / "a.xyz", frame);
  write_extxyz(folder / "a.xyz.gz", frame);
  write_extxyz(folder / "a.xyz.gz", frame, WriteMode::Append);  // a second member
  const std::string packed = content_of(folder / "a.xyz.gz");
  EXPECT_LT(packed.size(), 2 * content_of(folder / "a.xyz").size());
  const auto frames = read_frames(folder / "a.xyz.gz");
  ASSERT_EQ(frames.size(), 2u);
  for (const Frame& back : frames) EXPECT_EQ(back.configuration.positions, frame.configuration.positions);
  // Found by its first bytes, whatever the name; the same text gives the same bytes.
  folder.write("renamed.xyz", packed);
  EXPECT_EQ(read_frames(folder / "renamed.xyz").size(), 2u);
  write_extxyz(folder / "b.xyz.gz", frame);
  EXPECT_EQ(content_of(folder / "b.xyz.gz"), packed.substr(0, packed.size() / 2));
  folder.write("cut.xyz.gz", packed.substr(0, packed.size() - 9));
  EXPECT_THROW((void)read_frames(folder / "cut.xyz.gz"), FormatError);
}

TEST(Extxyz, ReadsWhatAseWrites) {
  const TemporaryFolder folder;
  const auto path = folder.write(
      "ase.xyz",
      "3\n"
      "Lattice=\"8.0 0.0 0.0 1.0 9.0 0.0 0.5 0.25 10.0\" "
      "Properties=species:S:1:pos:R:3:move_mask:L:1:momenta:R:3:"
      "force:R:3 config_type=glass quenched dipole=\"0.0 1.0 2.0\" nested={a b} array=[[1, 2], [3, "
      "4]] "
      "energy=-12.25 stress=\"0.1 0.02 0.03 0.02 0.2 0.01 0.03 0.01 0.3\" free_energy=-12.5 "
      "pbc=\"T T F\"\n"
      "Cu      0.00000000       1.00000000       2.00000000  T  1 2 3  0.5 -0.5 0.25\n"
      "Zr     -1.50000000       4.00000000       5.00000000  F  4 5 6  0 0 0\r\n"
      "Al      6.00000000       7.00000000       8.00000000  T  7 8 9  1e-3 +2.5 -3E2\n");
  const Frame f = read_structure(path);
  const Configuration& c = f.configuration;
  EXPECT_EQ(c.cell.matrix().col(2), Eigen::Vector3d(0.5, 0.25, 10.0));
  EXPECT_EQ(c.cell.matrix().col(1), Eigen::Vector3d(1.0, 9.0, 0.0));
  EXPECT_EQ(c.cell.periodic(), (std::array<bool, 3>{true, true, false}));
  EXPECT_EQ(c.species, (std::vector<std::string>{"Cu", "Zr", "Al"}));
  EXPECT_EQ(c.positions.col(1), Eigen::Vector3d(-1.5, 4.0, 5.0));
  EXPECT_EQ(c.movable, (std::vector<std::uint8_t>{1, 0, 1}));  // T is free
  EXPECT_TRUE(c.ids.empty());
  EXPECT_EQ(f.forces->col(2), Eigen::Vector3d(1e-3, 2.5, -300.0));
  EXPECT_EQ(f.energy_ev, -12.25);
  // 3 x 3 in eV/Å³: yz = 0.01, xz = 0.03, xy = 0.02.
  const std::array<double, 6> expected{0.1, 0.2, 0.3, 0.01, 0.03, 0.02};
  for (std::size_t k = 0; k < 6; ++k)
    EXPECT_DOUBLE_EQ((*f.stress_gpa)[k], expected[k] * units::gpa_per_ev_a3);
  EXPECT_EQ(f.extra.at("momenta").values.col(1), Eigen::Vector3d(4, 5, 6));
  EXPECT_EQ(f.info.at("config_type"), "glass");
  EXPECT_EQ(f.info.at("quenched"), "T");
  EXPECT_EQ(f.info.at("dipole"), "0.0 1.0 2.0");
  EXPECT_EQ(f.info.at("nested"), "a b");
  EXPECT_EQ(f.info.at("array"), "[[1, 2], [3, 4]]");
  EXPECT_EQ(f.info.at("free_energy"), "-12.5");
}

TEST(Extxyz, StressInGpaWinsOverTheRoundedOne) {
  const TemporaryFolder folder;
  const Frame f =
      read_structure(folder.write("a.xyz",
                                  "1\nLattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3 "
                                  "stress_gpa_xx_yy_zz_yz_xz_xy=\"1 2 3 4 5 6\" stress=\"0 0 0 0 0 "
                                  "0\" pbc=\"T T T\"\nCu 0 0 0\n"));
  EXPECT_EQ(*f.stress_gpa, (std::array<double, 6>{1, 2, 3, 4, 5, 6}));
}

TEST(Extxyz, VoigtStressIsInAsesOrder) {
  const TemporaryFolder folder;
  const Frame f = read_structure(
      folder.write("a.xyz", "1\nLattice=\"5 0 0 0 5 0 0 0 5\" stress=\"1 2 3 4 5 6\"\nCu 0 0 0\n"));
  EXPECT_DOUBLE_EQ((*f.stress_gpa)[3], 4 * units::gpa_per_ev_a3);
  EXPECT_DOUBLE_EQ((*f.stress_gpa)[5], 6 * units::gpa_per_ev_a3);
}

TEST(Extxyz, WithoutLatticeIsAClusterAndWithLatticePeriodic) {
  const TemporaryFolder folder;
  const Frame cluster = read_structure(
      folder.write("c.xyz", "2\na plain comment, with \" and so on\nA 0 0 0\nB 1 0 0\n"));
  EXPECT_FALSE(cluster.configuration.cell.any_periodic());
  EXPECT_EQ(cluster.info.at("comment"), "a plain comment, with \" and so on");
  EXPECT_EQ(cluster.configuration.species[1], "B");
  const Frame crystal =
      read_structure(folder.write("p.xyz", "1\nLattice=\"5 0 0 0 5 0 0 0 5\"\nCu 0 0 0\n"));
  EXPECT_TRUE(crystal.configuration.cell.fully_periodic());
}

TEST(Extxyz, AtomicNumbersStandForSymbols) {
  const TemporaryFolder folder;
  const Frame f =
      read_structure(folder.write("z.xyz", "2\nProperties=pos:R:3:Z:I:1\n0 0 0 29\n1 2 3 40\n"));
  EXPECT_EQ(f.configuration.species, (std::vector<std::string>{"Cu", "Zr"}));
}

TEST(Extxyz, PropertiesAreWrittenInTheOrderViewersExpect) {
  Frame f;
  f.configuration.species = {"Cu"};
  f.configuration.positions = Matrix3Xd::Zero(3, 1);
  f.extra["a_column"] = {ColumnKind::Real, Eigen::MatrixXd::Zero(1, 1), {}};
  f.extra["displacement"] = {ColumnKind::Real, Eigen::MatrixXd::Constant(3, 1, 0.5), {}};
  std::ostringstream out;
  write_extxyz(out, f);
  EXPECT_EQ(out.str(),
            "1\nProperties=species:S:1:pos:R:3:displacement:R:3:a_column:R:1:id:I:1 pbc=\"F F F\"\n"
            "Cu 0 0 0 0.5 0.5 0.5 0 1\n");
}

TEST(Extxyz, FramesAreChosenFromEitherEndAndAppended) {
  const TemporaryFolder folder;
  std::vector<Frame> frames;
  for (int k = 0; k < 4; ++k) {
    frames.push_back(random_frame(7, 9.0 * Eigen::Matrix3d::Identity(), {true, true, true}, 2 + k));
    frames.back().energy_ev = k;
  }
  write_extxyz(folder / "t.xyz", std::span(frames).first(2));
  write_extxyz(folder / "t.xyz", frames[2], WriteMode::Append);
  write_extxyz(folder / "t.xyz", frames[3], WriteMode::Append);
  EXPECT_EQ(read_structure(folder / "t.xyz").energy_ev, 3.0);
  EXPECT_EQ(read_structure(folder / "t.xyz", {.frame = 0}).energy_ev, 0.0);
  EXPECT_EQ(read_structure(folder / "t.xyz", {.frame = -3}).energy_ev, 1.0);
  const auto all = read_frames(folder / "t.xyz");
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[2].configuration.size(), 4);
  EXPECT_EQ(what_of<InputError>([&] { (void)read_structure(folder / "t.xyz", {.frame = 4}); }),
            (folder / "t.xyz").string() +
                ": frame 4 does not exist, expected -4 to 3 (the file has 4 frames)");
}

/// A comma as the decimal mark and dots between thousands, as in some languages.
struct CommaMarks : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(Extxyz, LocaleDoesNotMatter) {
  const TemporaryFolder folder;
  Frame f = random_frame(3, 9.5 * Eigen::Matrix3d::Identity(), {true, true, true}, 1200);
  f.energy_ev = -4321.5;
  const std::locale before =
      std::locale::global(std::locale(std::locale::classic(), new CommaMarks));
  write_structure(folder / "a.xyz", f);
  write_structure(folder / "a.data", f);
  write_structure(folder / "a.dump", f);
  const Matrix3Xd xyz = read_structure(folder / "a.xyz").configuration.positions;
  const Matrix3Xd data = read_structure(folder / "a.data").configuration.positions;
  const Matrix3Xd dump = read_structure(folder / "a.dump").configuration.positions;
  std::locale::global(before);
  EXPECT_EQ(xyz, f.configuration.positions);
  EXPECT_EQ(data, f.configuration.positions);
  EXPECT_EQ(dump, f.configuration.positions);
}

}  // namespace
}  // namespace landscape::md
