#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "md/core/rng.hpp"
#include "md/structure/correlations.hpp"
#include "md/structure/crystallinity.hpp"
#include "md/structure/d2min.hpp"
#include "md/structure/voronoi.hpp"
#include "tests/support/plain_structure.hpp"

namespace landscape::md {
namespace {

/// n x n x n cubic cells of edge a with this basis, displaced by `noise` [Å]; species in turn.
Configuration crystal(const std::vector<Eigen::Vector3d>& basis,
                      double a,
                      int n,
                      double noise,
                      const std::vector<std::string>& species) {
  Configuration c;
  c.cell = Cell(n * a * Eigen::Matrix3d::Identity());
  c.positions.resize(3, static_cast<Eigen::Index>(basis.size()) * n * n * n);
  CounterRng rng(11, Stream::Displacement, 0);
  Eigen::Index at = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k)
        for (const auto& b : basis) {
          c.positions.col(at) = a * (Eigen::Vector3d(i, j, k) + b);
          for (int d = 0; d < 3; ++d) c.positions(d, at) += noise * rng.normal();
          c.species.push_back(species[static_cast<std::size_t>(at) % species.size()]);
          ++at;
        }
  return c;
}

const std::vector<Eigen::Vector3d> fcc = {{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}};
const std::vector<Eigen::Vector3d> bcc = {{0, 0, 0}, {.5, .5, .5}};

/// Strongly disordered atoms in a skewed cell.
Configuration disordered() {
  Configuration c = crystal(fcc, 3.9, 3, 0.35, {"Cu", "Zr", "Cu"});
  Eigen::Matrix3d f;
  f << 1.0, 0.9, -0.7, 0.0, 1.0, 0.6, 0.0, 0.0, 1.0;
  c.cell = c.cell.deformed(f);
  c.positions = (f * c.positions).eval();
  return c;
}

TEST(Voronoi, IndicesOfCrystals) {
  for (const auto& n : voronoi_cells(crystal(fcc, 3.615, 3, 0.0, {"Cu"})).index)
    EXPECT_EQ(n, (std::array<int, 4>{0, 12, 0, 0}));
  for (const auto& n : voronoi_cells(crystal(bcc, 3.0, 4, 0.0, {"Fe"})).index)
    EXPECT_EQ(n, (std::array<int, 4>{0, 6, 0, 8}));
}

TEST(Voronoi, IcosahedronHasTwelveFiveFoldFaces) {
  // In a large box of far atoms the center of an icosahedron has the index <0,0,12,0>.
  const double phi = std::numbers::phi;
  Configuration c = crystal(bcc, 5.0, 4, 0.0, {"Al"});
  std::vector<Eigen::Vector3d> kept = {{10, 10, 10}};
  for (const double a : {-1.0, 1.0})
    for (const double b : {-phi, phi})
      for (const Eigen::Vector3d& v :
           {Eigen::Vector3d(0, a, b), Eigen::Vector3d(a, b, 0), Eigen::Vector3d(b, 0, a)})
        kept.push_back(Eigen::Vector3d(10, 10, 10) + 1.4 * v);
  for (Eigen::Index i = 0; i < c.size(); ++i)
    if ((c.positions.col(i) - Eigen::Vector3d(10, 10, 10)).norm() > 4.8)
      kept.push_back(c.positions.col(i));
  c.positions.resize(3, static_cast<Eigen::Index>(kept.size()));
  for (std::size_t i = 0; i < kept.size(); ++i)
    c.positions.col(static_cast<Eigen::Index>(i)) = kept[i];
  c.species.assign(kept.size(), "Al");
  const auto cells = voronoi_cells(c);
  EXPECT_EQ(cells.index[0], (std::array<int, 4>{0, 0, 12, 0}));
  EXPECT_DOUBLE_EQ(cells.five_fold[0], 1.0);
  EXPECT_EQ(cells.coordination[0], 12);
}

TEST(Voronoi, SmallFacesOfNoiseAreDroppedAndVolumesFillTheBox) {
  const auto noisy = crystal(fcc, 3.615, 4, 0.02, {"Cu"});
  const auto all = voronoi_cells(noisy, {.smallest_face = 0.0, .shortest_edge_a = 0.0}),
             large = voronoi_cells(noisy),
             few_edges = voronoi_cells(noisy, {.shortest_edge_a = 0.4});
  int most = 0;
  for (std::size_t i = 0; i < all.coordination.size(); ++i) {
    EXPECT_EQ(large.coordination[i], 12);
    EXPECT_EQ(few_edges.index[i], (std::array<int, 4>{0, 12, 0, 0}));
    most = std::max(most, all.coordination[i]);
  }
  EXPECT_GT(most, 12) << "the noise makes extra faces";
  EXPECT_NEAR(all.volume.sum(), noisy.cell.volume(), 1e-9 * noisy.cell.volume());
}

TEST(Voronoi, DoesNotDependOnTheChoiceOfTheCell) {
  // The same lattice with other edges, turned, and mirrored.
  const Configuration c = disordered();
  Configuration other = c;
  Eigen::Matrix3d edges = c.cell.matrix();
  edges.col(1) += 2.0 * edges.col(0);
  edges.col(2) -= edges.col(1);
  Eigen::Matrix3d turn =
      Eigen::AngleAxisd(0.7, Eigen::Vector3d(1, 2, 3).normalized()).toRotationMatrix();
  turn.col(1) *= -1.0;
  other.cell = Cell(turn * edges);
  other.positions = turn * c.positions;
  const auto a = voronoi_cells(c), b = voronoi_cells(other);
  EXPECT_EQ(a.index, b.index);
  EXPECT_LT((a.volume - b.volume).cwiseAbs().maxCoeff(), 1e-9);
  EXPECT_NEAR(a.volume.sum(), c.cell.volume(), 1e-9 * c.cell.volume());
}

TEST(Voronoi, EqualsCellsCutPlaneByPlane) {
  const Configuration c = disordered();
  for (const double smallest : {0.0, 0.01}) {
    const auto cells = voronoi_cells(c, {.smallest_face = smallest});
    double mean = 0.0, plain_mean = 0.0;
    for (Eigen::Index i = 0; i < c.size(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      const test::PlainVoronoi plain = test::plain_voronoi(c, i, smallest, 8.0);
      EXPECT_EQ(cells.index[at], plain.index) << i;
      EXPECT_EQ(cells.coordination[at], plain.faces) << i;
      EXPECT_NEAR(cells.volume[i], plain.volume, 1e-9 * plain.volume) << i;
      mean += cells.five_fold[i] / static_cast<double>(c.size());
      plain_mean += plain.five_fold / static_cast<double>(c.size());
    }
    EXPECT_NEAR(mean, plain_mean, 1e-12);
    EXPECT_GT(mean, 0.2) << "disorder has faces with five edges";
  }
}

TEST(Voronoi, RefusesOpenCells) {
  Configuration c = crystal(fcc, 3.6, 2, 0.0, {"Cu"});
  c.cell = Cell(c.cell.matrix(), {true, true, false});
  EXPECT_THROW(static_cast<void>(voronoi_cells(c)), std::runtime_error);
}

TEST(RadialDistribution, EqualsThePlainCountInASkewedCell) {
  const Configuration c = disordered();
  const auto g = radial_distribution(c, {.r_max_a = 8.0, .step_a = 0.25});
  ASSERT_EQ(g.pairs, (std::vector<std::string>{"Cu-Cu", "Cu-Zr", "Zr-Zr"}));
  const auto differs = [&](const Eigen::VectorXd& of, const std::string& a, const std::string& b) {
    return (of - test::plain_radial_distribution(c, a, b, 0.25, 32)).cwiseAbs().maxCoeff();
  };
  EXPECT_GT(g.total.maxCoeff(), 1.2);
  EXPECT_LT(differs(g.total, "", ""), 1e-9);
  for (std::size_t p = 0; p < 3; ++p)
    EXPECT_LT(differs(g.partial[p], g.pairs[p].substr(0, 2), g.pairs[p].substr(3)), 1e-9) << g.pairs[p];
}

TEST(RadialDistribution, FirstMinimumOfFccLiesBetweenTheShells) {
  const auto g = radial_distribution(crystal(fcc, 3.615, 4, 0.12, {"Cu"}));
  EXPECT_GT(first_minimum(g), 2.75);
  EXPECT_LT(first_minimum(g), 3.5);
}

TEST(RadialDistribution, FirstMinimumOfAPerfectCrystalIsTheMiddleOfItsGap) {
  const double shell = 3.615 / std::sqrt(2.0);
  EXPECT_NEAR(first_minimum(radial_distribution(crystal(fcc, 3.615, 3, 0.0, {"Cu"}))),
              0.5 * (shell + 3.615), 0.1);
}

TEST(StructureFactor, OfACrystalIsItsBraggPeaks) {
  const Configuration c = crystal(fcc, 4.0, 3, 0.0, {"Cu"});
  const auto s =
      structure_factor(c, {.q_max_per_a = 3.5, .step_per_a = 0.01, .vectors_per_bin = 1000});
  const double g111 = 2.0 * std::numbers::pi / 4.0 * std::sqrt(3.0), n = 108.0;
  for (Eigen::Index k = 0; k < s.argument.size(); ++k) {
    if (s.total[k] < 1e-9) continue;
    EXPECT_TRUE(std::abs(s.argument[k] - g111) < 1e-6 ||
                std::abs(s.argument[k] - 2.0 * std::numbers::pi / 4.0 * 2.0) < 1e-6)
        << s.argument[k];
    EXPECT_GT(s.total[k], 0.1 * n);
  }
}

TEST(StructureFactor, PartialsAddUpToTheTotal) {
  const Configuration c = disordered();
  const auto s = structure_factor(c, {.q_max_per_a = 8.0});
  const double n = static_cast<double>(c.size()),
               cu = static_cast<double>(std::count(c.species.begin(), c.species.end(), "Cu")) / n;
  const Eigen::VectorXd sum = cu * s.partial[0] + 2.0 * std::sqrt(cu * (1.0 - cu)) * s.partial[1] +
                              (1.0 - cu) * s.partial[2];
  EXPECT_LT((sum - s.total).cwiseAbs().maxCoeff(), 1e-9 * s.total.maxCoeff());
}

TEST(D2min, VanishesForAffineMapsAndIsTheResidualOfThePlainFitOtherwise) {
  const Configuration before = crystal(fcc, 3.8, 3, 0.2, {"Cu"});
  Eigen::Matrix3d f;
  f << 1.02, 0.09, 0.0, -0.01, 0.97, 0.03, 0.02, 0.0, 1.01;
  Configuration after = before;
  after.cell = before.cell.deformed(f);
  after.positions = f * before.positions;
  EXPECT_LT(d2min(before, after, 3.5).maxCoeff(), 1e-12);
  CounterRng rng(1, Stream::Displacement, 5);
  for (Eigen::Index i = 0; i < after.size(); ++i) after.positions.col(i) += 0.1 * rng.normals(3);
  const Eigen::VectorXd d = d2min(before, after, 3.5);
  for (const Eigen::Index i : {0, 17, 107}) {
    // Least squares over all neighbors, row by row.
    std::vector<Eigen::Vector3d> x, y;
    for (Eigen::Index j = 0; j < before.size(); ++j) {
      const Eigen::Vector3d d0 =
          before.cell.minimum_image(before.positions.col(j) - before.positions.col(i));
      if (j == i || d0.norm() >= 3.5) continue;
      x.push_back(d0);
      y.push_back(after.cell.minimum_image(after.positions.col(j) - after.positions.col(i)));
    }
    Eigen::MatrixXd a(x.size(), 3), b(x.size(), 3);
    for (std::size_t k = 0; k < x.size(); ++k) {
      a.row(static_cast<Eigen::Index>(k)) = x[k].transpose();
      b.row(static_cast<Eigen::Index>(k)) = y[k].transpose();
    }
    const Eigen::MatrixXd j = a.colPivHouseholderQr().solve(b);
    EXPECT_NEAR(d[i], (b - a * j).squaredNorm(), 1e-9);
  }
}

TEST(D2min, IsUndefinedWithoutThreeDimensionsOfNeighbors) {
  Configuration c;
  c.species = {"Cu", "Cu", "Cu"};
  c.positions.resize(3, 3);
  c.positions << 0, 2.5, 0, 0, 0, 2.5, 0, 0, 0;
  EXPECT_TRUE(std::isnan(d2min(c, c, 3.0)[0]));
}

TEST(Crystallinity, TheFractionIsTheMeanOverAtoms) {
  EXPECT_EQ(crystalline_fraction(crystal(fcc, 3.6, 3, 0.05, {"Cu"})), 1.0);
  const auto atoms = crystalline_atoms(disordered());
  EXPECT_EQ(crystalline_fraction(disordered()),
            static_cast<double>(std::count(atoms.begin(), atoms.end(), 1)) / 108.0);
}

}  // namespace
}  // namespace landscape::md
