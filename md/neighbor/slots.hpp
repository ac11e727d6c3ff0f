/// Atoms and the periodic images that matter to them, sorted into the boxes of a grid.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "md/core/aligned.hpp"
#include "md/core/cell.hpp"

namespace landscape::md {

/// A slot is an atom at home (wrapped into the cell) or one of its images within `range` of the cell.
///
/// Slots are sorted by box, x slowest and z fastest, so that a column of boxes is one stretch of memory and atoms close in space are
/// close in memory. Images below the cell along the first direction are left out: a pair across that face is seen from its
/// other side. A value; const members are safe to share.
class Slots {
 public:
  /// @param range [Å], > 0. @throws InputError if a coordinate is not finite.
  void build(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, double range);

  std::size_t size() const { return atom.size(); }

  std::vector<std::uint32_t> atom;     ///< per slot: atom
  std::vector<std::uint32_t> shift;    ///< per slot: index into shifts
  std::vector<std::int8_t> side;       ///< per slot: -1, 0, 1 as its image along (y, z) comes before, at or after home; 0 at home only
                                       ///< among slots not shifted along x
  std::vector<Eigen::Vector3i> shifts; ///< lattice translations in use; position of a slot = that of its atom + H shift
  std::vector<std::uint32_t> home;     ///< per rank (atoms in order of their home slots): slot
  std::vector<std::uint32_t> rank_of;  ///< per atom: rank
  std::vector<std::uint32_t> slots_of_rank;  ///< slots of each atom, rank by rank, ascending
  std::vector<std::size_t> slots_begin;      ///< per rank and one more, into slots_of_rank
  AlignedVector<double> x, y, z;       ///< per slot when built [Å]; seven more entries, infinite

  /// Slots of the boxes (bx, by, bz - reach .. bz + reach): [first, last).
  std::pair<std::size_t, std::size_t> column(int bx, int by, int bz) const {
    const std::size_t row = (static_cast<std::size_t>(bx) * extended_[1] + static_cast<std::size_t>(by + reach_[1])) * extended_[2];
    return {first_[row + static_cast<std::size_t>(bz)], first_[row + static_cast<std::size_t>(bz + 2 * reach_[2] + 1)]};
  }
  const std::array<int, 3>& box_of_rank(std::size_t rank) const { return box_of_rank_[rank]; }
  const std::array<int, 3>& reach() const { return reach_; }

 private:
  std::array<int, 3> boxes_{}, reach_{};
  std::array<std::size_t, 3> extended_{};       ///< boxes with those of the images
  std::vector<std::size_t> first_;              ///< CSR over extended boxes
  std::vector<std::array<int, 3>> box_of_rank_;
};

}  // namespace landscape::md
