// Large strain: the cell chosen again, the atoms as they are.
#include <gtest/gtest.h>

#include <algorithm>

#include "md/core/rng.hpp"
#include "md/deform/quasistatic.hpp"
#include "md/deform/rechosen.hpp"
#include "md/minimize/minimizer.hpp"
#include "md/potential/potential.hpp"
#include "md/structure/d2min.hpp"
#include "tests/support/plain_d2min.hpp"

namespace landscape::md {
namespace {

/// Off a simple cubic lattice, which does not hold: a small glass of copper and zirconium.
Configuration small_glass() {
  Configuration c;
  constexpr double a = 2.58;
  c.cell = Cell(a * Eigen::Vector3d(3, 3, 4).asDiagonal().toDenseMatrix());
  c.positions.resize(3, 36);
  CounterRng rng(5, Stream::Displacement, 0);
  for (Eigen::Index i = 0; i < 36; ++i) {
    c.positions.col(i) = a * Eigen::Vector3d(static_cast<double>(i % 3), static_cast<double>(i / 3 % 3), static_cast<double>(i / 9)) +
                         0.3 * rng.normals(3);
    c.species.push_back(rng.uniform() < 0.6 ? "Cu" : "Zr");
  }
  return c;
}

TEST(Rechosen, HasTheSameLatticeAndTiltsWithinOneHalf) {
  Eigen::Matrix3d h;
  h << 8, 1, -2, 0, 9, 1, 0, 0, 7;
  for (int plane = 0; plane < 3; ++plane)
    for (const double strain : {-5.0, -0.7, 0.3, 0.8, 2.2, 5.0}) {
      const Cell skewed = Cell(h).deformed(simple_shear(strain, plane)), cell = rechosen(skewed);
      const Eigen::Matrix3d m = skewed.inverse() * cell.matrix();
      EXPECT_NEAR((m - Eigen::Matrix3d(m.array().round())).norm(), 0.0, 1e-9);
      EXPECT_NEAR(std::abs(m.determinant()), 1.0, 1e-9);
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j)
          if (i != j) {
            EXPECT_LE(std::abs(cell.matrix().col(i).dot(cell.matrix().col(j))), 0.501 * cell.matrix().col(j).squaredNorm());
          }
    }
}

TEST(Rechosen, ACellWithinOneHalfKeepsItsBitsAndAnOpenEdgeItsTilt) {
  Eigen::Matrix3d h;
  h << 8, 3.9, -2, 0, 9, 1, 0, 0, 7;
  EXPECT_EQ(rechosen(Cell(h)).matrix(), h);
  h(0, 1) = 30.0;
  EXPECT_EQ(rechosen(Cell(h, {true, false, true})).matrix(), h);
  EXPECT_NE(rechosen(Cell(h)).matrix(), h);
}

/// Sheared with a frozen layer in all planes, past the point where the cell is chosen again.
TEST(QuasistaticShear, FrozenAtomsFollowTheCell) {
  Configuration start = small_glass();
  start.movable.assign(36, 1);
  std::fill_n(start.movable.begin(), 9, 0);  // the lowest layer
  const auto potential = open_potential("zhou2004");
  for (int plane = 0; plane < 3; ++plane) {
    AtomicSurface surface(potential, start);
    Eigen::VectorXd x = surface.gather(start.positions);
    ASSERT_TRUE(minimize(surface, x, {.max_force = 1e-7, .max_step = 0.05}).converged());
    QuasistaticShear shear(surface, start.cell, 0.0, x, {.plane = plane, .max_step = 1e-2, .resolution = 1e-4});
    double work = 0.0, released = 0.0;
    const double begin = shear.state().energy, volume = start.cell.volume();
    while (shear.state().strain < 0.7 - 1e-12) {
      const ShearState from = shear.state();
      const ShearStep step = shear.advance(0.7);
      ASSERT_NE(step.outcome, ShearOutcome::NotConverged);
      const ShearState& to = step.outcome == ShearOutcome::Event ? step.event.before : shear.state();
      work += 0.5 * volume * (to.strain - from.strain) * (shear_stress(from.stress, plane) + shear_stress(to.stress, plane));
      if (step.outcome == ShearOutcome::Event) {
        EXPECT_GT(step.event.energy_drop, 0.0) << plane;
        released += step.event.energy_drop;
      }
    }
    EXPECT_NEAR(shear.state().energy - begin, work - released, 0.01 * released) << plane;
    const Matrix3Xd now = surface.scatter(shear.state().x), expected = simple_shear(0.7, plane) * start.positions;
    EXPECT_LT((now - expected).leftCols(9).norm(), 1e-12);
  }
}

TEST(Rechosen, AGlassShearedTo500PercentKeepsItsEnergyLawAndItsD2min) {
  const Configuration start = small_glass();
  const auto potential = open_potential("zhou2004");
  AtomicSurface surface(potential, start);
  Eigen::VectorXd x = surface.gather(start.positions);
  ASSERT_TRUE(minimize(surface, x, {.max_force = 1e-7, .max_step = 0.05}).converged());
  Configuration relaxed = start;
  relaxed.positions = surface.scatter(x);
  QuasistaticShear shear(surface, start.cell, 0.0, x, {.max_step = 1e-2, .resolution = 1e-4});
  const double volume = start.cell.volume();
  double work = 0.0, released = 0.0;
  int events = 0;
  while (shear.state().strain < 5.0 - 1e-12) {
    const ShearState from = shear.state();
    const ShearStep step = shear.advance(5.0);
    ASSERT_NE(step.outcome, ShearOutcome::NotConverged) << from.strain;
    const double change = step.state.strain - from.strain;
    if (step.outcome == ShearOutcome::Event) {
      ++events;
      released += step.event.energy_drop;
      work += volume * change * shear_stress(from.stress, 0);
    } else {
      work += 0.5 * volume * change * (shear_stress(from.stress, 0) + shear_stress(step.state.stress, 0));
    }
  }
  EXPECT_GT(events, 10);
  // What went in is stored or was released, through every choice of the cell.
  const double stored = shear.state().energy - (QuasistaticShear(surface, start.cell, 0.0, x).state().energy);
  EXPECT_NEAR(work - released, stored, 0.02 * released);
  // The last state has the same energy in the cell as the strain gives it, and in no other tilt than that of one half.
  Configuration end = relaxed;
  const Eigen::Matrix3d f = simple_shear(5.0);
  end.cell = start.cell.deformed(f);
  end.positions = surface.scatter(shear.state().x);
  AtomicSurface plain(potential, end);
  Eigen::VectorXd gradient(x.size());
  EXPECT_NEAR(plain.evaluate(shear.state().x, gradient), shear.state().energy, 1e-9 * std::abs(shear.state().energy));
  // D²min follows the neighbors through the images they had.
  const Eigen::VectorXd fast = d2min(relaxed, end, 3.8), slow = test::plain_d2min(relaxed, end, f, 3.8);
  for (Eigen::Index i = 0; i < fast.size(); ++i) EXPECT_NEAR(fast[i], slow[i], 1e-8 * (1.0 + slow[i]));
}

}  // namespace
}  // namespace landscape::md
