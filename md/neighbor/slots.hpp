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
  /// @param range [Å], > 0. @param threads >= 1; the slots do not depend on it. @throws InputError if a coordinate is not finite.
  void build(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, double range, int threads = 1);

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
  const std::array<int, 3>& box_of_rank(std::size_t r) const { return box_[sorted_[r]]; }
  const std::array<int, 3>& reach() const { return reach_; }

 private:
  /// Along one direction: the box at home that an extended box is an image of, and its lattice translation.
  struct Image {
    int home, shift;
    bool exists;  ///< no images of an open direction
  };
  void choose_boxes(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, double range);
  void sort_atoms(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, int threads);
  void count_slots();
  void index_shifts(int threads);
  void index_wraps(int threads);
  void fill_slots(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, int threads);
  void rank_atoms(int threads);
  std::size_t home_box(int bx, int by, int bz) const {
    return (static_cast<std::size_t>(bx) * static_cast<std::size_t>(boxes_[1]) + static_cast<std::size_t>(by)) * static_cast<std::size_t>(boxes_[2]) +
           static_cast<std::size_t>(bz);
  }

  std::array<int, 3> boxes_{}, reach_{};
  std::array<std::size_t, 3> extended_{};       ///< boxes with those of the images
  Eigen::Vector3d low_, extent_;                ///< of the atoms along open directions, in edges of the cell; 0 and 1 along periodic ones
  std::array<std::vector<Image>, 3> images_;    ///< along each direction, per extended box
  std::vector<std::array<int, 3>> box_;         ///< per atom: its box at home
  std::vector<Eigen::Vector3i> wrap_;           ///< per atom: how many edges of the cell from home it is
  std::vector<std::uint32_t> sorted_;           ///< per rank: atom. Boxes at home are met in the order of their slots
  std::vector<std::size_t> sorted_begin_;       ///< CSR over boxes at home, into sorted_
  std::vector<Eigen::Vector3i> wraps_;          ///< those that occur
  std::vector<std::uint32_t> wrap_index_;       ///< per atom, into wraps_
  std::array<int, 3> shift_low_{}, shift_count_{};  ///< translations of images along each direction
  std::vector<std::uint32_t> shift_of_;         ///< per wrap and image translation: index into shifts
  std::vector<std::size_t> first_;              ///< CSR over extended boxes
};

}  // namespace landscape::md
