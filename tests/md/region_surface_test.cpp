#include "md/potential/region_surface.hpp"

#include <gtest/gtest.h>

#include "md/core/rng.hpp"
#include "tests/md/disordered_alloy.hpp"

namespace landscape::md {
namespace {

struct Case {
  const char* name;
  const char* potential;
  test::DisorderedAlloy alloy;
  double radius;  ///< [Å] of the region around atom 1
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class Region : public ::testing::TestWithParam<Case> {
 protected:
  void expect_equal(bool frozen) {
    const Case& c = GetParam();
    const Configuration atoms = test::disordered(c.alloy, frozen);
    AtomicSurface whole(open_potential(c.potential), atoms);
    Eigen::VectorXd x = whole.gather(atoms.positions);
    std::vector<Eigen::Index> moving;
    for (Eigen::Index k = 0; k < x.size() / 3; ++k)
      if (atoms.cell.minimum_image(x.segment<3>(3 * k) - x.head<3>()).norm() < c.radius) moving.push_back(k);
    RegionSurface region(whole, x, moving);
    EXPECT_LE(region.relative_cost(), 1.0);
    CounterRng rng(6, Stream::Displacement, 0);
    Eigen::VectorXd local = region.part(x), gradient(region.dof()), all(x.size());
    // Far enough that the neighbors change, and the surroundings with them.
    for (int step = 0; step < 12; ++step) {
      for (Eigen::Index k = 0; k < local.size(); ++k) local[k] += 0.1 * (rng.uniform() - 0.5);
      local.head<3>() += Eigen::Vector3d(0.21, -0.02, 0.01);
      const double energy = region.evaluate(local, gradient);
      const double expected = whole.evaluate(region.placed(local, x), all);
      const double scale = 1.0 + all.cwiseAbs().maxCoeff();
      ASSERT_NEAR(energy, expected, 1e-11 * (std::abs(expected) + scale)) << "step " << step;
      ASSERT_LT((gradient - region.part(all)).cwiseAbs().maxCoeff(), 1e-10 * scale) << "step " << step;
    }
  }
};

TEST_P(Region, EqualsTheWhole) { expect_equal(false); }
TEST_P(Region, EqualsTheWholeAroundFrozenAtoms) { expect_equal(true); }

INSTANTIATE_TEST_SUITE_P(
    Shapes, Region,
    ::testing::Values(Case{"eam_bulk", "zhou2004", {{"Cu", "Zr", "Al"}, 2.8, 9, {true, true, true}}, 6.0},
                    Case{"eam_thin", "zhou2004", {{"Cu", "Zr"}, 2.8, 4, {true, true, true}}, 4.0},
                    Case{"fs_bulk", "CuZr_mm.eam.fs", {{"Cu", "Zr"}, 2.7, 8, {true, true, true}}, 5.0},
                    Case{"eam_slab", "zhou2004", {{"Cu", "Zr"}, 2.8, 7, {true, true, false}}, 5.0},
                    Case{"lj", "lj:epsilon=0.1,sigma=2.4,cutoff=5", {{"Ar"}, 2.7, 8, {true, true, true}}, 5.0}),
    [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace landscape::md
