#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/potential/atomic_surface.hpp"
#include "md/simd/kernels.hpp"
#include "tests/support/plain_eam.hpp"

namespace landscape::md {
namespace {

/// Random atoms no closer than 0.75 of their spacing, in a skewed cell whose edges are `edges` spacings long.
Configuration random_atoms(const std::vector<std::string>& species, double spacing, const Eigen::Array3i& edges,
                           std::array<bool, 3> periodic, std::uint64_t seed) {
  Configuration c;
  Eigen::Matrix3d h;
  h << edges[0], 0.31 * edges[1], -0.22 * edges[2], 0.0, edges[1], 0.27 * edges[2], 0.0, 0.0, edges[2];
  c.cell = Cell(spacing * h, periodic);
  const Eigen::Index n = edges.prod();
  c.positions.resize(3, n);
  CounterRng rng(seed, Stream::Displacement, 0);
  for (Eigen::Index i = 0; i < n; ++i) {
    const Eigen::Vector3d s((static_cast<double>(i % edges[0]) + 0.5) / edges[0],
                            (static_cast<double>(i / edges[0] % edges[1]) + 0.5) / edges[1],
                            (static_cast<double>(i / edges[0] / edges[1]) + 0.5) / edges[2]);
    // Some atoms a few cells away: positions need not be wrapped.
    c.positions.col(i) = c.cell.matrix() * (s + (periodic[0] ? static_cast<double>(rng.below(3)) - 1.0 : 0.0) * Eigen::Vector3d::UnitX());
    for (int k = 0; k < 3; ++k) c.positions(k, i) += spacing * (0.2 * rng.uniform() - 0.1);
    c.species.push_back(species[rng.below(species.size())]);
  }
  return c;
}

struct Case {
  const char* name;
  const char* file;               ///< of lammps-data; null: zhou2004
  std::vector<std::string> species;
  double spacing;
  Eigen::Array3i edges;
  std::array<bool, 3> periodic;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

EamTables tables_of(const Case& c) {
  if (!c.file) return zhou2004_tables(6.8);
  const std::string path = std::string("/usr/share/lammps/potentials/") + c.file;
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return std::string(c.file).ends_with(".fs") ? read_eam_fs(path, text.str()) : read_eam_alloy(path, text.str());
}

class EamKernel : public ::testing::TestWithParam<Case> {};

// 1e-12: sums of a few thousand terms in another order; the interpolation itself is the same.
TEST_P(EamKernel, EqualsTheDefinition) {
  const Case& c = GetParam();
  const EamTables tables = tables_of(c);
  const auto potential = std::make_shared<const EamPotential>("test", "", tables);
  for (const std::uint64_t seed : {1, 2}) {
    const Configuration atoms = random_atoms(c.species, c.spacing, c.edges, c.periodic, seed);
    const auto plain = plain_eam(tables, atoms);
    AtomicSurface surface(potential, atoms, {.threads = 2});
    Eigen::VectorXd gradient(surface.dof());
    const double energy = surface.evaluate(surface.gather(atoms.positions), gradient);
    EXPECT_NEAR(energy, plain.energy, 1e-12 * (1.0 + std::abs(plain.energy))) << simd::kernels().name;
    EXPECT_LT((surface.forces() - plain.forces).cwiseAbs().maxCoeff(), 1e-11 * (1.0 + plain.forces.cwiseAbs().maxCoeff()));
    if (!atoms.cell.fully_periodic()) continue;
    EXPECT_LT((surface.stress() * atoms.cell.volume() + plain.virial).norm(), 1e-11 * (1.0 + plain.virial.norm()));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, EamKernel,
    ::testing::Values(Case{"fs_bulk", "CuZr_mm.eam.fs", {"Cu", "Zr"}, 2.7, {6, 7, 6}, {true, true, true}},
                    Case{"fs_thin", "CuZr_mm.eam.fs", {"Cu", "Zr"}, 2.7, {1, 2, 3}, {true, true, true}},
                    Case{"fs_one_atom", "CuZr_mm.eam.fs", {"Zr"}, 2.9, {1, 1, 1}, {true, true, true}},
                    Case{"alloy_slab", nullptr, {"Cu", "Zr", "Al"}, 2.8, {4, 5, 6}, {true, true, false}},
                    Case{"alloy_wire", nullptr, {"Cu", "Zr", "Al"}, 2.8, {3, 3, 8}, {false, false, true}},
                    Case{"alloy_other_wire", nullptr, {"Cu", "Zr", "Al"}, 2.8, {8, 3, 3}, {true, false, false}},
                    Case{"cluster", "Cu_mishin1.eam.alloy", {"Cu"}, 2.5, {5, 4, 3}, {false, false, false}},
                    Case{"dense", nullptr, {"Cu", "Zr", "Al"}, 2.2, {5, 5, 5}, {true, true, true}}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST_P(EamKernel, PairsFoundAnewGiveTheForcesOfKeptOnes) {
  const Case& c = GetParam();
  const EamPotential potential("test", "", tables_of(c));
  const Configuration atoms = random_atoms(c.species, c.spacing, c.edges, c.periodic, 3);
  const std::vector<int> types = potential.types_of(atoms.species);
  NeighborList list(potential.cutoff(), 0.5);
  list.update(atoms.cell, atoms.positions, 1);
  Matrix3Xd kept(3, atoms.size()), anew(3, atoms.size());
  ForceScratch scratch, lean;
  lean.pair_limit = 0.0;
  const ForceResult of_kept = potential.compute(atoms.positions, types, list, kept, scratch, 2);
  const double energy = potential.energy(atoms.positions, types, list, lean, 2);
  const ForceResult of_anew = potential.compute(atoms.positions, types, list, anew, lean, 2);
  EXPECT_EQ(of_kept.energy, of_anew.energy);
  EXPECT_EQ(energy, of_anew.energy);
  EXPECT_EQ(kept, anew);
  EXPECT_LT((of_kept.virial - of_anew.virial).norm(), 1e-13 * (1.0 + of_kept.virial.norm()));
}

TEST(EamKernel, TwoAtomsOnOneSpotAreNamed) {
  Configuration atoms = random_atoms({"Cu", "Zr"}, 2.8, {4, 4, 4}, {true, true, true}, 1);
  atoms.positions.col(41) = atoms.positions.col(6) + Eigen::Vector3d(0.001, 0.0, 0.0);
  AtomicSurface surface(open_potential("zhou2004"), atoms);
  Eigen::VectorXd gradient(surface.dof());
  try {
    surface.evaluate(surface.gather(atoms.positions), gradient);
    FAIL() << "expected an InputError";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("atoms 7 and 42"), std::string::npos) << error.what();
  }
}

/// A dimer under tables that fall to zero as (cutoff - r)² and have no embedding: force on the second atom at distance r [eV/Å].
double force_at(double r, TableEnd end) {
  EamTables t;
  t.elements = {"Cu"};
  t.masses = {63.5};
  t.dr = 0.01;
  t.drho = 1.0;
  t.cutoff = 6.0;
  std::vector<double> r_phi;
  for (int k = 0; k <= 600; ++k) r_phi.push_back(0.06 * (6.0 - 0.01 * k) * (6.0 - 0.01 * k));
  r_phi.back() = 0.0;
  t.embedding = {std::vector<double>(5, 0.0)};
  t.density = {{std::vector<double>(601, 0.0)}};
  t.r_phi = {{r_phi}};
  Configuration dimer;
  dimer.cell = Cell(Eigen::Matrix3d(20.0 * Eigen::Matrix3d::Identity()), {false, false, false});
  dimer.positions.setZero(3, 2);
  dimer.positions(0, 1) = r;
  dimer.species = {"Cu", "Cu"};
  AtomicSurface surface(std::make_shared<const EamPotential>("dimer", "", t, 0.0, end), dimer);
  Eigen::VectorXd gradient(surface.dof());
  surface.evaluate(surface.gather(dimer.positions), gradient);
  return -gradient[3];
}

// The one-sided slope at the end of the table is 0.06 · 0.01 / 6 = 1e-4 eV/Å though the function has none there.
TEST(EamKernel, AFlatEndHasNoForceAtTheCutoff) {
  EXPECT_NEAR(force_at(6.0 - 1e-7, TableEnd::AsGiven), 1e-4, 1e-7);
  EXPECT_NEAR(force_at(6.0 - 1e-7, TableEnd::Flat), 0.0, 1e-7);
  for (const double r : {3.0, 5.5, 5.985}) EXPECT_EQ(force_at(r, TableEnd::AsGiven), force_at(r, TableEnd::Flat)) << r;
}

}  // namespace
}  // namespace landscape::md
