/// Counter-based random numbers: draw n of (seed, stream, index) is a pure function of these, whatever else runs.
#pragma once

#include <Random123/philox.h>

#include <Eigen/Dense>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace landscape::md {

/// Every use of random numbers. Values never change: they decide results.
enum class Stream : std::uint32_t {
  Activation = 1,   ///< first push of search k
  Velocities = 2,   ///< Maxwell-Boltzmann velocities
  Types = 3,        ///< which lattice site gets which element
  Lanczos = 4,      ///< first vector of an eigensolver
  Displacement = 5, ///< random displacement of positions
  Swap = 6,         ///< Monte Carlo swaps of step k
  CenterAtom = 7,   ///< centre of search k
  Bootstrap = 8,    ///< resampling for intervals
  Trace = 9,        ///< random vector k of a trace
  KineticWalk = 10, ///< kinetic Monte Carlo walk k
};

/// Philox 4x32-10 (Salmon et al., SC'11). Our own transforms, since those of the standard library differ between
/// implementations. One object belongs to one thread.
class CounterRng {
 public:
  CounterRng(std::uint64_t seed, Stream stream, std::uint64_t index)
      : key_{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}},
        counter_{{0, static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(index),
                  static_cast<std::uint32_t>(index >> 32)}} {}

  std::uint64_t bits() {
    if (used_ == 4) {
      block_ = r123::Philox4x32()(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    const std::uint64_t low = block_[used_];
    const std::uint64_t high = block_[used_ + 1];
    used_ += 2;
    return (high << 32) | low;
  }
  /// In [0, 1), 53 bits.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  /// In [0, n), n > 0, without bias.
  std::uint64_t below(std::uint64_t n) {
    const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % n);
    std::uint64_t b = bits();
    while (b >= limit) b = bits();
    return b % n;
  }
  /// Standard normal (Box-Muller).
  double normal() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const double r = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    const double phi = 2.0 * std::numbers::pi * uniform();
    spare_ = r * std::sin(phi);
    has_spare_ = true;
    return r * std::cos(phi);
  }
  /// n independent standard normals.
  Eigen::VectorXd normals(Eigen::Index n) {
    Eigen::VectorXd v(n);
    for (Eigen::Index i = 0; i < n; ++i) v[i] = normal();
    return v;
  }

 private:
  r123::Philox4x32::key_type key_;
  r123::Philox4x32::ctr_type counter_;
  r123::Philox4x32::ctr_type block_{};
  int used_ = 4;
  bool has_spare_ = false;
  double spare_ = 0.0;
};

}  // namespace landscape::md
