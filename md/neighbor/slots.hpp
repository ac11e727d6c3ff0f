/// Atoms and the periodic images that matter to them, sorted into the boxes of a grid.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "md/core/aligned.hpp"
#include "md/core/cell.hpp"

namespace landscape::md {

class Team;

/// A slot is an atom at home (wrapped into the cell) or one of its images within `range` of the cell.
///
/// Slots are sorted by box, x slowest and z fastest, so that a column of boxes is one stretch of memory and atoms close in space are
/// close in memory. Images below the cell along the first direction are left out: a pair across that face is seen from its
/// other side. A value; const members are safe to share.
class Slots {
 public:
  /// A thread's share; the slots do not depend on how many there are. All are built when it returns. @param positions finite.
  /// @param range [Å], > 0.
  void build(const Team& team, const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, double range);

  std::size_t size() const { return atom.size(); }

  std::vector<std::uint32_t> atom;     ///< per slot: atom
  std::vector<std::uint32_t> shift;    ///< per slot: index into shifts
  std::vector<Eigen::Vector3i> shifts; ///< lattice translations in use; position of a slot = that of its atom + H shift
  std::vector<std::uint32_t> home;     ///< per rank (atoms in order of their home slots): slot
  std::vector<std::uint32_t> rank_of;  ///< per atom: rank
  std::vector<std::uint32_t> slots_of_rank;  ///< slots of each atom, rank by rank, ascending
  std::vector<std::size_t> slots_begin;      ///< per rank and one more, into slots_of_rank
  AlignedVector<double> x, y, z;       ///< per slot when built [Å]; seven more entries, infinite

  /// Slots of the boxes (bx, by, z), z in [z_begin, z_end): [first, last). Along y and z boxes reach from -reach to boxes + reach - 1: those of
  /// images lie outside [0, boxes).
  std::pair<std::size_t, std::size_t> column(int bx, int by, int z_begin, int z_end) const {
    const std::size_t row = (static_cast<std::size_t>(bx) * extended_[1] + static_cast<std::size_t>(by + reach_[1])) * extended_[2];
    return {first_[row + static_cast<std::size_t>(z_begin + reach_[2])], first_[row + static_cast<std::size_t>(z_end + reach_[2])]};
  }
  const std::array<int, 3>& boxes() const { return boxes_; }
  const std::array<int, 3>& box_of_rank(std::size_t r) const { return box_[sorted_[r]]; }
  const std::array<int, 3>& reach() const { return reach_; }

 private:
  /// Along one direction: the box at home that an extended box is an image of, and its lattice translation.
  struct Image {
    int home, shift;
    bool exists;  ///< no images of an open direction
  };
  void choose_boxes(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, double range);
  void sort_atoms(const Team& team, const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions);
  void order_boxes();
  void count_slots();
  void index_shifts();
  void index_wraps();
  void make_room();
  void fill_slots(const Team& team, const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions);
  void rank_atoms(const Team& team);
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
