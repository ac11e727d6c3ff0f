/// What the force kernels share.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "md/potential/potential.hpp"

namespace landscape::md::detail {

/// Two atoms closer than 0.01 Å are on one spot: no potential means anything there [Å²].
inline constexpr double same_spot2 = 1e-4;

/// The closest offending pair a chunk has met.
struct ClosePair {
  Eigen::Index first = -1, second = -1;
  double r2 = 0.0;
  void offer(Eigen::Index i, Eigen::Index j, double distance2) {
    if (first >= 0 && r2 <= distance2) return;
    first = i;
    second = j;
    r2 = distance2;
  }
};

/// @throws InputError naming the closest of the offending pairs, if there is one.
void refuse_close_pair(std::span<const ClosePair> closest, const std::string& spec, double minimum_separation);

/// Index of each symbol among `elements`. @throws InputError naming a symbol that is missing and what there is.
std::vector<int> types_by_element(const std::string& spec, std::span<const std::string> elements,
                                  std::span<const std::string> species);

}  // namespace landscape::md::detail
