#include <numeric>

#include "md/io/elements.hpp"
#include "tests/md/io_support.hpp"

namespace landscape::md {
namespace {

using namespace io_test;

Eigen::Matrix3d restricted_edges() {
  Eigen::Matrix3d h;
  h << 9.1, 2.3, -1.7, 0.0, 8.7, 3.1, 0.0, 0.0, 10.3;
  return h;
}

const std::array<std::array<bool, 3>, 3> boundaries{
    {{true, true, true}, {false, true, true}, {true, false, false}}};

TEST(LammpsData, RoundTripKeepsEveryBitInARestrictedCell) {
  const TemporaryFolder folder;
  const Frame frame = random_frame(1, restricted_edges(), {true, true, true});
  write_structure(folder / "a.data", frame);
  const Frame back = read_structure(folder / "a.data");
  const Configuration &a = frame.configuration, &b = back.configuration;
  EXPECT_EQ(a.cell.matrix(), b.cell.matrix());
  EXPECT_EQ(a.positions, b.positions);
  EXPECT_EQ(a.velocities, b.velocities);
  EXPECT_EQ(a.species, b.species);
  EXPECT_EQ(a.movable, b.movable);
  EXPECT_EQ(a.ids, b.ids);
}

TEST(LammpsFormats, RandomCellsComeBackRotatedWithTheSameDistancesAndSpeeds) {
  const TemporaryFolder folder;
  for (const char* name : {"a.data", "a.dump"})
    for (std::uint64_t seed = 1; seed <= 15; ++seed) {
      std::mt19937_64 engine(seed);
      // Some are left-handed, most have tilts of more than half an edge.
      const Eigen::Matrix3d edges =
          7.0 * random_vectors(engine, 3) + (seed % 2 ? 9.0 : -9.0) * Eigen::Matrix3d::Identity();
      const Frame frame = random_frame(seed, edges, boundaries[seed % 3]);
      write_structure(folder / name, frame);
      const Frame back = read_structure(folder / name);
      const Configuration &a = frame.configuration, &b = back.configuration;
      EXPECT_EQ(a.cell.periodic(), b.cell.periodic());
      EXPECT_EQ(a.species, b.species);
      EXPECT_EQ(a.movable, b.movable);
      // 1e-12: a rotation and back over lengths of some 10 Å.
      EXPECT_LT((distances(a) - distances(b)).cwiseAbs().maxCoeff(), 1e-12);
      EXPECT_LT(
          (a.velocities.colwise().norm() - b.velocities.colwise().norm()).cwiseAbs().maxCoeff(),
          1e-13);
      // Velocities turn with the positions: relative motion along a bond does not change.
      const auto closing = [](const Configuration& c) {
        return c.cell.minimum_image(c.positions.col(1) - c.positions.col(0))
            .dot(c.velocities.col(1) - c.velocities.col(0));
      };
      EXPECT_NEAR(closing(a), closing(b), 1e-11);
      const Eigen::Matrix3d h = b.cell.matrix();
      EXPECT_EQ(h(1, 0), 0.0);
      EXPECT_GT(h.determinant(), 0.0);
      for (const auto& [row, col] : {std::pair{0, 1}, {0, 2}, {1, 2}}) {
        if (b.cell.periodic()[static_cast<std::size_t>(row)]) {
          EXPECT_LE(std::abs(h(row, col)), 0.5 * h(row, row) * (1 + 1e-12));
        }
        if (!b.cell.periodic()[static_cast<std::size_t>(col)]) {
          EXPECT_EQ(h(row, col), 0.0);
        }
      }
    }
}

TEST(LammpsDump, ForcesTurnWithTheCell) {
  const TemporaryFolder folder;
  Eigen::Matrix3d edges = restricted_edges();
  edges = Eigen::AngleAxisd(0.7, Eigen::Vector3d(1, 2, 3).normalized()).toRotationMatrix() * edges;
  const Frame frame = random_frame(5, edges, {true, true, true});
  write_structure(folder / "a.dump", frame);
  const Frame back = read_structure(folder / "a.dump");
  const Eigen::Matrix3d q = back.configuration.cell.matrix() * edges.inverse();
  EXPECT_LT((q * q.transpose() - Eigen::Matrix3d::Identity()).norm(), 1e-13);
  EXPECT_LT((q * *frame.forces - *back.forces).norm(), 1e-13);
}

TEST(LammpsDump, TrajectoryRoundTripKeepsPositionsIdsAndScalars) {
  const TemporaryFolder folder;
  std::vector<Frame> frames;
  for (int k = 0; k < 3; ++k) {
    frames.push_back(
        random_frame(static_cast<std::uint64_t>(k), restricted_edges(), {true, true, false}));
    frames.back().extra["c_pe"] = {
        ColumnKind::Real, Eigen::MatrixXd::Constant(1, 17, -3.0 - k / 3.0), {}};
    frames.back().info["timestep"] = std::to_string(100 * k);
  }
  write_lammps_dump(folder / "t.lammpstrj", frames, {"Al", "Zr", "Cu"});
  const auto back = read_frames(folder / "t.lammpstrj");
  ASSERT_EQ(back.size(), 3u);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(back[k].configuration.positions, frames[k].configuration.positions);
    EXPECT_EQ(back[k].configuration.velocities, frames[k].configuration.velocities);
    EXPECT_EQ(*back[k].forces, *frames[k].forces);
    EXPECT_EQ(back[k].configuration.ids, frames[k].configuration.ids);
    EXPECT_EQ(back[k].configuration.species, frames[k].configuration.species);
    EXPECT_EQ(back[k].configuration.movable, frames[k].configuration.movable);
    EXPECT_EQ(back[k].extra.at("c_pe").values, frames[k].extra.at("c_pe").values);
    EXPECT_EQ(back[k].info, frames[k].info);
  }
  EXPECT_EQ(read_structure(folder / "t.lammpstrj", {.frame = 1}).info.at("timestep"), "100");
}

TEST(LammpsData, OpenDirectionsGrowToHoldAllAtoms) {
  const TemporaryFolder folder;
  Frame cluster;
  cluster.configuration.species = {"A", "B", "A"};
  cluster.configuration.positions.resize(3, 3);
  cluster.configuration.positions << -3.5, 0, 4, 0.25, 0.5, 0.75, 100, 0, 0;
  write_structure(folder / "c.data", cluster);
  const std::string text = content_of(folder / "c.data");
  EXPECT_NE(text.find("\n-5 5 xlo xhi\n0 1 ylo yhi\n0 101 zlo zhi\n"), std::string::npos) << text;
  const Frame back = read_structure(folder / "c.data");
  EXPECT_EQ(back.configuration.positions, cluster.configuration.positions);
  EXPECT_EQ(back.configuration.species, cluster.configuration.species);
  EXPECT_FALSE(back.configuration.cell.any_periodic());
}

TEST(LammpsData, GeneralTriclinicHeadersAreRead) {
  const TemporaryFolder folder;
  const Frame f = read_structure(
      folder.write("g.data",
                   "LAMMPS data file via write_data, version 2 Aug 2023, units = metal\n\n"
                   "2 atoms\n1 atom types\n\n"
                   "0 5 5 avec\n5 0 5 bvec\n5 5 0 cvec\n1 2 3 abc origin\n\n"
                   "Masses\n\n1 63.55\n\n"
                   "Pair Coeffs # eam/fs\n\n1 2 3\n\n"
                   "Atoms  # atomic\n\n9 1 2 3 4 0 0 -1\n4 1 1.5 2.5 3.5 0 1 0\n\n"
                   "Velocities\n\n4 1 2 3\n9 4 5 6\n"));
  const Configuration& c = f.configuration;
  EXPECT_EQ(c.cell.matrix().col(0), Eigen::Vector3d(0, 5, 5));
  EXPECT_EQ(c.cell.matrix().col(2), Eigen::Vector3d(5, 5, 0));
  EXPECT_EQ(c.ids, (std::vector<std::int64_t>{4, 9}));  // sorted
  EXPECT_EQ(c.positions.col(0), Eigen::Vector3d(0.5, 0.5, 0.5));
  EXPECT_EQ(c.positions.col(1), Eigen::Vector3d(1, 1, 1));
  EXPECT_EQ(c.velocities.col(1), Eigen::Vector3d(4, 5, 6));
  EXPECT_EQ(f.extra.at("image").values.col(0), Eigen::Vector3d(0, 1, 0));
  EXPECT_EQ(c.species[0], "Cu");  // from its mass
}

TEST(LammpsData, AtomStylesAndTypeLabelsAreRead) {
  const TemporaryFolder folder;
  const std::string head =
      "title\n\n2 atoms\n0 bonds\n2 atom types\n0 9 xlo xhi\n0 9 ylo yhi\n0 9 zlo zhi\n1 0 0 xy xz "
      "yz\n\n"
      "Atom Type Labels\n\n1 Zr\n2 Cu\n\n";
  const Frame charge = read_structure(
      folder.write("q.data", head + "Atoms # charge\n\n1 Cu 0.5 1 2 3\n2 1 -0.5 4 5 6\n"));
  EXPECT_EQ(charge.configuration.species, (std::vector<std::string>{"Cu", "Zr"}));
  EXPECT_EQ(charge.extra.at("charge").values(0, 1), -0.5);
  EXPECT_EQ(charge.configuration.cell.matrix()(0, 1), 1.0);
  const Frame full = read_structure(
      folder.write("f.data", head + "Atoms # full\n\n1 7 2 0.5 1 2 3\n2 7 Zr 0 4 5 6\n"));
  EXPECT_EQ(full.configuration.positions.col(1), Eigen::Vector3d(4, 5, 6));
  const Frame named =
      read_structure(folder / "f.data", {.types = {"A", "B"}, .periodic = {{true, true, false}}});
  EXPECT_EQ(named.configuration.species, (std::vector<std::string>{"B", "A"}));
  EXPECT_FALSE(named.configuration.cell.periodic()[2]);
}

TEST(LammpsDump, BoundingBoxOfATiltedBoxIsConverted) {
  const TemporaryFolder folder;
  // Box 10 x 9 x 8 at (1, 2, 3), xy = 2, xz = -3, yz = 1: x from 1 + min(0, 2, -3, -1) to 11 +
  // max(0, 2, -3, -1).
  const auto path = folder.write("b.dump",
                                 "ITEM: TIMESTEP\n500\nITEM: NUMBER OF ATOMS\n2\n"
                                 "ITEM: BOX BOUNDS xy xz yz pp pp ff\n-2 13 2\n2 12 -3\n3 11 1\n"
                                 "ITEM: ATOMS id type element xs ys zs ix iy iz c_e\n"
                                 "2 1 Cu 0.5 0 0 0 0 0 1.5\n1 2 Zr 0 0.5 0.5 1 0 0 nan\n");
  const Frame f = read_structure(path);
  const Configuration& c = f.configuration;
  Eigen::Matrix3d h;
  h << 10, 2, -3, 0, 9, 1, 0, 0, 8;
  EXPECT_EQ(c.cell.matrix(), h);
  EXPECT_EQ(c.cell.periodic(), (std::array<bool, 3>{true, true, false}));
  EXPECT_EQ(c.species, (std::vector<std::string>{"Zr", "Cu"}));
  // Open directions keep the file's origin.
  EXPECT_EQ(c.positions.col(0), Eigen::Vector3d(-0.5, 5, 7));
  EXPECT_EQ(c.positions.col(1), Eigen::Vector3d(5, 0, 3));
  EXPECT_EQ(f.extra.at("c_e").values(0, 1), 1.5);
  EXPECT_EQ(f.info.at("timestep"), "500");
}

TEST(LammpsDump, GeneralTriclinicBoxesAndUnwrappedColumnsAreRead) {
  const TemporaryFolder folder;
  const Frame f = read_structure(
      folder.write(
          "g",
          "ITEM: UNITS\nmetal\nITEM: TIME\n0.5\nITEM: TIMESTEP\n1\nITEM: NUMBER OF ATOMS\n1\n"
          "ITEM: BOX BOUNDS abc origin pp pp pp\n0 5 5 1\n5 0 5 2\n5 5 0 3\n"
          "ITEM: ATOMS id type xu yu zu vx vy vz\n1 1 11 12 13 1 2 3\n"),
      {.types = {"Cu"}});
  EXPECT_EQ(f.configuration.cell.matrix().col(1), Eigen::Vector3d(5, 0, 5));
  EXPECT_EQ(f.configuration.positions.col(0), Eigen::Vector3d(10, 10, 10));
  EXPECT_EQ(f.configuration.velocities.col(0), Eigen::Vector3d(1, 2, 3));
}

TEST(Elements, MassesNameElementsOnlyWhereTheyAreUnambiguous) {
  EXPECT_EQ(standard_mass("Cu"), 63.546);
  EXPECT_FALSE(standard_mass("A"));
  EXPECT_EQ(symbol_of_number(98), "Cf");
  EXPECT_FALSE(symbol_of_number(0));
  EXPECT_EQ(symbol_of_mass(91.22), "Zr");
  EXPECT_EQ(symbol_of_mass(58.69), "Ni");
  EXPECT_EQ(symbol_of_mass(58.93), "Co");
  EXPECT_FALSE(symbol_of_mass(58.8));
  EXPECT_FALSE(symbol_of_mass(208.98));  // Bi or Po
  EXPECT_FALSE(symbol_of_mass(1.0));     // reduced units, not H
}

}  // namespace
}  // namespace landscape::md
