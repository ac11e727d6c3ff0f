/// Half neighbor lists with skin, in any cell, with several images of a pair where the cell is thin.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <span>
#include <vector>

#include "md/core/aligned.hpp"
#include "md/core/cell.hpp"
#include "md/core/parallel.hpp"
#include "md/neighbor/slots.hpp"

namespace landscape::md {

/// Each pair (i, j, image) closer than cutoff + skin once; an atom's own images once per pair.
///
/// Atoms are taken in the order of space (ranks) and periodic images are slots of their own (Slots), so that a force loop runs
/// through memory and needs no shift vectors: r = place(slot of j) - place(home slot of i). Which of the two atoms of a pair
/// holds it depends on the geometry alone. Built by cell lists in O(N). update() rebuilds only when some pair outside the list
/// could have come closer than the cutoff, taking both motion of atoms and deformation of the cell into account. One object
/// belongs to one thread.
class NeighborList {
 public:
  /// A stretch of ranks: the unit of parallel work. Its number depends on the number of atoms alone.
  struct Chunk {
    std::size_t rank_begin, rank_end;
    std::uint32_t slot_low, slot_high;   ///< slots of its atoms and their neighbors lie in [low, high)
    /// Of its ranks one after the other, each padded to whole blocks (simd::block) with the slot slots().size(), which is far from everything.
    AlignedVector<std::uint32_t> rows;
  };

  /// @param cutoff, skin [Å], > 0 and >= 0.
  NeighborList(double cutoff, double skin);

  /// From the next update() on, which rebuilds, pairs of two atoms that do not move are left out.
  /// @param moving per atom; empty: all move.
  void set_moving(std::vector<char> moving);
  /// Makes the list valid for these positions (3 x N [Å]) and cell. @return true if it was rebuilt.
  bool update(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, int threads = 1);
  /// The next update() rebuilds, so that results do not depend on what came before.
  void invalidate() { built_ = false; }
  /// Gives back its memory where it was built at these very positions and cell: an update() with them makes the same list again. A list of
  /// earlier positions stays. @return whether it was given back.
  bool release(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions);

  Eigen::Index size() const { return static_cast<Eigen::Index>(slots_.home.size()); }
  std::size_t pair_count() const { return pairs_; }
  double cutoff() const { return cutoff_; }
  std::int64_t builds() const { return builds_; }

  /// Edges of the cell of the last update() [Å].
  const Eigen::Matrix3d& edges() const { return edges_; }
  const Slots& slots() const { return slots_; }
  const std::vector<Chunk>& chunks() const { return chunks_; }
  /// Slots of the neighbors that rank holds, without the padding.
  std::span<const std::uint32_t> row(std::size_t rank) const {
    const Chunk& chunk = chunks_[static_cast<std::size_t>(chunk_of(size(), static_cast<int>(chunks_.size()), static_cast<Eigen::Index>(rank)))];
    return {chunk.rows.data() + (row_begin_[rank] - row_begin_[chunk.rank_begin]), row_count_[rank]};
  }
  /// Per rank and one more: entries of the padded rows of all ranks before it, those of earlier chunks included.
  const std::vector<std::size_t>& row_begin() const { return row_begin_; }
  /// Coordinates of the far slot [Å]: beyond every cutoff, with a square that is finite.
  static constexpr double far_away = 1e100;
  /// What a slot is away from its atom, in the cell of the last update() [Å].
  const Eigen::Vector3d& shift_of(std::size_t slot) const { return shift_vectors_[slots_.shift[slot]]; }
  /// r of a slot now [Å].
  Eigen::Vector3d place(const Eigen::Ref<const Matrix3Xd>& positions, std::size_t slot) const {
    return positions.col(slots_.atom[slot]) + shift_of(slot);
  }

 private:
  void build(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, int threads);
  void build_chunk(Chunk& chunk);
  void add_up_rows();
  bool still_valid(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, int threads) const;
  void place_shifts(const Cell& cell);

  double cutoff_, skin_;
  std::vector<char> moving_;
  bool built_ = false;
  std::int64_t builds_ = 0;
  std::size_t pairs_ = 0;
  Slots slots_;
  std::vector<Chunk> chunks_;
  std::vector<std::size_t> row_begin_;
  std::vector<std::uint32_t> row_count_;
  std::vector<Eigen::Vector3d> shift_vectors_;
  Eigen::Matrix3d edges_, built_matrix_, built_inverse_;
  Matrix3Xd built_positions_;
};

}  // namespace landscape::md
