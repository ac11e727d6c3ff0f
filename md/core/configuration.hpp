/// Atoms in a cell.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "md/core/cell.hpp"

namespace landscape::md {

/// A value: copies share nothing.
struct Configuration {
  Cell cell;
  std::vector<std::string> species;    ///< chemical symbol of each atom, length N
  Matrix3Xd positions;                 ///< 3 x N [Å], need not be wrapped
  Matrix3Xd velocities;                ///< 3 x N [Å/ps], or 3 x 0 where there are none
  std::vector<std::uint8_t> movable;   ///< 1 free, 0 frozen; empty: all free
  std::vector<std::int64_t> ids;       ///< ids in the file it came from; empty: 1..N

  Eigen::Index size() const { return positions.cols(); }
  bool is_free(Eigen::Index i) const { return movable.empty() || movable[static_cast<std::size_t>(i)] != 0; }
  bool any_frozen() const;
  /// @throws InputError if lengths differ, a coordinate is not finite (naming the atom, from 1) or a symbol is empty.
  void validate() const;
  /// Counts in order of first appearance, "Cu64Zr36" style from the actual numbers, reduced to percent where exact.
  std::string composition() const;
};

}  // namespace landscape::md
