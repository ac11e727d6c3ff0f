/// Thermally activated motion on a landscape graph.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "landscape/graph/landscape_graph.hpp"

namespace landscape {

struct KineticsOptions {
  double temperature_k = 300.0;  ///< [K], > 0.
  double prefactor_thz = 10.0;   ///< [THz], > 0; for saddles without one of their own.
  void validate() const;         ///< @throws md::InputError naming field, value and range.
};

/// A jump out of a minimum.
struct Jump {
  std::size_t to = 0;      ///< place of a minimum
  std::size_t saddle = 0;  ///< place
  double rate_hz = 0.0;    ///< ν exp(-(E_saddle - E_minimum) / k_B T) [1/s]
};

/// Jumps out of every minimum in the order of the saddles; a saddle from a minimum to itself is
/// none.
/// @par Source Harmonic transition-state theory: Vineyard, J. Phys. Chem. Solids 3, 121 (1957).
std::vector<std::vector<Jump>> jumps(const LandscapeGraph& graph, const KineticsOptions& options);

/// Mean time to reach any of `targets` from every minimum, in seconds: the solution of
/// Σ_b k_ab (τ_a - τ_b) = 1 with τ = 0 on the targets, by elimination of one minimum after the
/// other without subtractions (Grassmann, Taksar & Heyman), so that rates of any spread keep their
/// digits.
/// @param is_target one flag a minimum. @return infinity where no target can be reached.
/// @throws md::InputError where more than 4000 minima would have to be eliminated.
/// @par Source Grassmann, Taksar & Heyman, Oper. Res. 33, 1107 (1985); Trygubenko & Wales, J. Chem.
/// Phys. 124, 234110 (2006).
std::vector<double> mean_first_passage_s(const LandscapeGraph& graph,
                                         const KineticsOptions& options,
                                         const std::vector<bool>& is_target);

struct WalkOptions {
  std::int64_t walks = 1000;             ///< > 0
  std::int64_t most_jumps = 10'000'000;  ///< of one walk; > 0
  std::uint64_t seed = 1;
  std::function<bool()> stop = {};  ///< asked every now and then
};

struct [[nodiscard]] WalkResult {
  std::int64_t walks = 0;       ///< that left
  std::int64_t unfinished = 0;  ///< that still sat inside after most_jumps
  double mean_s = 0.0;          ///< over those that left; NaN for none
  double error_s = 0.0;         ///< 1 sigma of the mean
  double mean_jumps = 0.0;
  bool stopped = false;
};

/// Walks from `start` until they leave the minima for which `inside` holds, each step as
/// rejection-free kinetic Monte Carlo: a jump with probability rate / Σ rate after an exponential
/// time. Walk k is a function of (seed, k).
/// @par Source Bortz, Kalos & Lebowitz, J. Comput. Phys. 17, 10 (1975).
WalkResult walk_out(const LandscapeGraph& graph,
                    const KineticsOptions& options,
                    std::size_t start,
                    const std::vector<bool>& inside,
                    const WalkOptions& walk);

}  // namespace landscape
