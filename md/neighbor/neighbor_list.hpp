/// Half neighbor lists with skin, in any cell, with several images of a pair where the cell is thin.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <span>
#include <vector>

#include "md/core/cell.hpp"

namespace landscape::md {

/// One neighbor of an atom: r = x[atom] + shift_vectors[shift] - x[i].
struct Neighbor {
  std::uint32_t atom;
  std::uint32_t shift;
};

/// Each pair (i, j, image) closer than cutoff + skin once, under the lower index; an atom's own images once per pair.
///
/// Built by cell lists in O(N). update() rebuilds only when some pair outside the list could have come closer than
/// the cutoff, taking both motion of atoms and deformation of the cell into account. One object belongs to one
/// thread.
class NeighborList {
 public:
  /// @param cutoff, skin [Å], > 0 and >= 0.
  NeighborList(double cutoff, double skin);

  /// Makes the list valid for these positions (3 x N [Å]) and cell. @return true if it was rebuilt.
  bool update(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions);
  /// The next update() rebuilds, so that results do not depend on what came before.
  void invalidate() { built_ = false; }

  std::span<const Neighbor> neighbors(Eigen::Index i) const {
    return {pairs_.data() + first_[static_cast<std::size_t>(i)],
            pairs_.data() + first_[static_cast<std::size_t>(i) + 1]};
  }
  /// Lattice translation of each shift index for the current cell [Å].
  const std::vector<Eigen::Vector3d>& shift_vectors() const { return shift_vectors_; }
  Eigen::Index size() const { return static_cast<Eigen::Index>(first_.size()) - 1; }
  std::size_t pair_count() const { return pairs_.size(); }
  double cutoff() const { return cutoff_; }
  std::int64_t builds() const { return builds_; }

 private:
  void build(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions);
  bool still_valid(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions) const;
  void place_shifts(const Cell& cell);

  double cutoff_, skin_;
  bool built_ = false;
  std::int64_t builds_ = 0;
  std::vector<std::size_t> first_;
  std::vector<Neighbor> pairs_;
  std::vector<Eigen::Vector3i> shifts_;
  std::vector<Eigen::Vector3d> shift_vectors_;
  Eigen::Matrix3d built_matrix_, built_inverse_;
  Matrix3Xd built_positions_;
};

}  // namespace landscape::md
