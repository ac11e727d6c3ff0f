/// Pair correlations: g(r) and S(q), total and for each pair of species.
#pragma once

#include <Eigen/Dense>
#include <string>
#include <vector>

#include "md/core/configuration.hpp"

namespace landscape::md {

/// A function of one argument for all atoms and for each pair of species.
struct PairFunctions {
  Eigen::VectorXd argument;  ///< r [Å], middles of the bins; or |q| [1/Å], means over the wave
                             ///< vectors of each bin
  Eigen::VectorXd total;
  std::vector<std::string> pairs;  ///< "Cu-Zr", species in order of first appearance
  std::vector<Eigen::VectorXd> partial;
};

struct RadialOptions {
  double r_max_a =
      10.0;  ///< [Å], > 0; beyond half the cell the periodic images are part of the answer
  double step_a = 0.05;  ///< [Å], > 0
  void validate() const;
};

/// g(r) = (density of neighbors at r) / (mean density), 1 without correlation.
/// @throws InputError unless all directions are periodic.
PairFunctions radial_distribution(const Configuration& configuration,
                                  const RadialOptions& options = {});

/// First minimum of the total g(r) after its first peak [Å], from a smoothed curve; NaN where there
/// is none.
double first_minimum(const PairFunctions& g);

struct StructureFactorOptions {
  double q_max_per_a = 10.0;  ///< [1/Å], > 0
  double step_per_a = 0.1;    ///< [1/Å], > 0
  int vectors_per_bin = 100;  ///< at most; evenly taken from those that the cell allows, > 0
  int threads = 1;
  void validate() const;
};

/// S(q) of the wave vectors that fit the cell: total |Σ exp(iqr)|²/N, partial (Ashcroft-Langreth)
/// Re ρ_a ρ*_b / sqrt(N_a N_b).
///
/// Bins without a wave vector are left out. No transform of a cut g(r), hence no ripples of the
/// cut.
/// @throws InputError unless all directions are periodic.
/// @par Source N. W. Ashcroft & D. C. Langreth, Phys. Rev. 156, 685 (1967).
PairFunctions structure_factor(const Configuration& configuration,
                               const StructureFactorOptions& options = {});

}  // namespace landscape::md
