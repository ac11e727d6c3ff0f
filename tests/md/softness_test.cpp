#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "md/core/rng.hpp"
#include "md/core/units.hpp"
#include "md/vibration/boson_peak.hpp"
#include "md/vibration/softness.hpp"

namespace landscape::md {
namespace {

/// Disordered atoms in a skewed cell of some 24 Å.
Configuration atoms() {
  Configuration c;
  Eigen::Matrix3d h;
  h << 24.0, 5.0, -4.0, 0.0, 24.0, 3.0, 0.0, 0.0, 24.0;
  c.cell = Cell(h);
  c.positions.resize(3, 1000);
  CounterRng rng(4, Stream::Displacement, 0);
  for (int i = 0; i < 1000; ++i) {
    const Eigen::Vector3d s((i % 10 + 0.5) / 10.0, (i / 10 % 10 + 0.5) / 10.0,
                            (i / 100 + 0.5) / 10.0);
    c.positions.col(i) = h * s + 0.3 * rng.normals(3);
    c.species.emplace_back("Cu");
  }
  return c;
}

TEST(Softness, IsTheMeanAmplitudeOverWholeMultiplets) {
  Eigen::MatrixXd e = Eigen::MatrixXd::Zero(6, 3);
  e.col(0) << 1, 0, 0, 0, 0, 0;
  e.col(1) << 0, 0, 0, 0.6, 0.8, 0;
  e.col(2) << 0, 0, 0, 0.8, -0.6, 0;
  const Softness one = softness(e, Eigen::Vector3d(0.1, 0.2, 0.2), 1),
                 two = softness(e, Eigen::Vector3d(0.1, 0.2, 0.2), 2);
  EXPECT_EQ(one.modes, 1);
  EXPECT_DOUBLE_EQ(one.amplitude[0], 1.0);
  EXPECT_EQ(two.modes, 3) << "the second and the third are one multiplet";
  EXPECT_NEAR(two.amplitude[1], 2.0 / 3.0, 1e-15);
  EXPECT_NEAR(two.intensity.sum(), 1.0, 1e-15);
}

TEST(SoftSpots, AreWhereSoftAtomsAreAlsoAcrossTheFaceOfTheCell) {
  const Configuration c = atoms();
  const Eigen::Vector3d inside = c.cell.matrix() * Eigen::Vector3d(0.4, 0.5, 0.6),
                        corner = c.cell.matrix() * Eigen::Vector3d(0.99, 0.01, 0.0);
  Eigen::VectorXd s(c.size());
  for (Eigen::Index i = 0; i < c.size(); ++i) {
    const double a = c.cell.minimum_image(c.positions.col(i) - inside).norm(),
                 b = c.cell.minimum_image(c.positions.col(i) - corner).norm();
    s[i] = 0.1 + 1.0 * std::exp(-a * a / 30.0) + 0.7 * std::exp(-b * b / 30.0);
  }
  const SoftSpots spots = soft_spots(c, s);
  ASSERT_EQ(spots.spots.size(), 2u);
  EXPECT_LT(c.cell.minimum_image(spots.spots[0].position - inside).norm(), 1.5);
  EXPECT_LT(c.cell.minimum_image(spots.spots[1].position - corner).norm(), 1.5);
  EXPECT_EQ(spots.spot_of_atom[static_cast<std::size_t>(spots.spots[0].atom)], 1);
  EXPECT_EQ(spots.spot_of_atom[static_cast<std::size_t>(spots.spots[1].atom)], 2);
  const auto share =
      static_cast<double>(std::count_if(spots.spot_of_atom.begin(), spots.spot_of_atom.end(),
                                        [](int k) { return k > 0; })) /
      1000.0;
  EXPECT_NEAR(share, 0.1, 0.03) << "a tenth of space, hence of atoms";
}

/// Frequencies whose g(ω)/ω² is a constant plus a Gaussian bump at 4 meV: cumulative function
/// turned around.
Eigen::VectorXd planted(double height) {
  std::vector<double> grid, cumulative;
  double sum = 0.0;
  for (double w = 0.005; w < 20.0; w += 0.01) {
    sum += w * w * (1.0 + height * std::exp(-0.5 * std::pow((w - 4.0) / 1.0, 2)));
    grid.push_back(w);
    cumulative.push_back(sum);
  }
  Eigen::VectorXd f(20000);
  for (Eigen::Index k = 0; k < f.size(); ++k) {
    const double at = (static_cast<double>(k) + 0.5) / 20000.0 * sum;
    f[k] = grid[static_cast<std::size_t>(
               std::lower_bound(cumulative.begin(), cumulative.end(), at) - cumulative.begin())] /
           units::mev_per_thz;
  }
  return f;
}

TEST(BosonPeak, FindsThePlantedOneWithinItsError) {
  const auto found = boson_peak(planted(2.0), {.smoothing_mev = 0.3});
  EXPECT_GT(found.peak.position_error_mev, 0.0);
  EXPECT_NEAR(found.peak.position_mev, 4.0, std::max(0.3, 3.0 * found.peak.position_error_mev));
  // Of the normalized density: (1 + 2) / ∫ ω² (1 + bump) dω, the bump a little flattened by the
  // smoothing.
  const double norm = std::pow(20.0, 3) / 3.0 + 2.0 * std::sqrt(2.0 * 3.14159265) * (16.0 + 1.0);
  EXPECT_NEAR(found.peak.height, 3.0 / norm, 0.06 * 3.0 / norm);
  EXPECT_LT(found.peak.height_error, 0.1 * found.peak.height);
  const double step = found.density.energy_mev[1] - found.density.energy_mev[0];
  EXPECT_NEAR(found.density.density.sum() * step, 1.0, 1e-3);
}

TEST(BosonPeak, IsTheSameForTheSameSeedAndRefusesNonsense) {
  const auto a = boson_peak(planted(2.0), {}), b = boson_peak(planted(2.0), {});
  EXPECT_EQ(a.peak.position_error_mev, b.peak.position_error_mev);
  EXPECT_THROW(static_cast<void>(boson_peak(planted(2.0), {.smoothing_mev = 0.0})),
               std::runtime_error);
}

}  // namespace
}  // namespace landscape::md
