/// Lennard-Jones crystals for the tests of dynamics: argon's energy and length, but mass 1, so that
/// the natural time is 0.34 ps and motion six times as fast as argon's.
#pragma once

#include <cmath>
#include <vector>

#include "md/core/units.hpp"
#include "md/dynamics/dynamics.hpp"

namespace landscape::md::test {

/// Force-shifted, so that energy and force are continuous and conservation can be seen down to dt².
inline const char* const argon_spec = "lj:epsilon=0.0104,sigma=3.4,cutoff=7.5,shift=force";

/// m x m x m fcc cells with velocities of the given temperature. edge in Å: 5.3 near the
/// minimum, 5.8 for a liquid.
inline Configuration argon(int m, double edge, double temperature_k, std::uint64_t seed = 1) {
  Configuration c;
  c.cell = Cell(m * edge * Eigen::Matrix3d::Identity());
  c.positions.resize(3, 4 * m * m * m);
  Eigen::Matrix<double, 3, 4> basis;
  basis << 0, .5, .5, 0, 0, .5, 0, .5, 0, 0, .5, .5;
  Eigen::Index k = 0;
  for (int x = 0; x < m; ++x)
    for (int y = 0; y < m; ++y)
      for (int z = 0; z < m; ++z)
        for (int b = 0; b < 4; ++b)
          c.positions.col(k++) = edge * (Eigen::Vector3d(x, y, z) + basis.col(b));
  c.species.assign(static_cast<std::size_t>(k), "Ar");
  CounterRng rng(seed, Stream::Velocities, 0);
  const Eigen::VectorXd masses = Eigen::VectorXd::Constant(k, open_potential(argon_spec)->mass(0));
  draw_velocities(c, masses, temperature_k, rng);
  return c;
}

inline Dynamics argon_dynamics(const Configuration& start, const DynamicsOptions& options) {
  return Dynamics(open_potential(argon_spec), start, options);
}

/// Mean with its standard error from blocks, which holds for correlated samples if a block outlives
/// the correlations.
struct Estimate {
  double mean, error;
};
inline Estimate block_average(const std::vector<double>& x, std::size_t blocks = 20) {
  const std::size_t length = x.size() / blocks;
  double sum = 0.0, sum2 = 0.0;
  for (std::size_t b = 0; b < blocks; ++b) {
    double block = 0.0;
    for (std::size_t k = 0; k < length; ++k) block += x[b * length + k];
    block /= static_cast<double>(length);
    sum += block;
    sum2 += block * block;
  }
  const double n = static_cast<double>(blocks);
  const double mean = sum / n;
  return {mean, std::sqrt(std::max(0.0, sum2 / n - mean * mean) / (n - 1.0))};
}

/// (x - mean)² of each sample.
inline std::vector<double> squared_deviations(const std::vector<double>& x) {
  double mean = 0.0;
  for (const double v : x) mean += v;
  mean /= static_cast<double>(x.size());
  std::vector<double> out;
  for (const double v : x) out.push_back((v - mean) * (v - mean));
  return out;
}

}  // namespace landscape::md::test
