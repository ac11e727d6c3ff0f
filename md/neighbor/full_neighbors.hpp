/// All neighbors of one atom, from a half list.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "md/neighbor/neighbor_list.hpp"

namespace landscape::md {

/// Each atom's neighbors on all sides: r = x[atom(entry)] + translation(entry) - x[i], in the cell of the list's last update().
///
/// Follows the half list: made anew only when that was. Four bytes a neighbor. One object belongs to one thread.
class FullNeighbors {
 public:
  using Entry = std::uint32_t;

  /// Takes over the pairs and the cell of `list`.
  void follow(const NeighborList& list);

  std::span<const Entry> of(std::size_t i) const { return {entries_.data() + first_[i], entries_.data() + first_[i + 1]}; }
  std::size_t atom(Entry entry) const { return entry & atom_mask_; }
  const Eigen::Vector3d& translation(Entry entry) const { return translations_[entry >> atom_bits_]; }
  std::size_t size() const { return first_.size() - 1; }

 private:
  std::vector<std::size_t> first_ = {0};
  std::vector<Entry> entries_;               ///< translation above atom_bits_, atom below
  unsigned atom_bits_ = 0;
  Entry atom_mask_ = 0;
  std::vector<Eigen::Vector3i> shifts_;      ///< of the translations, in edges of the cell
  std::vector<Eigen::Vector3d> translations_;
  const NeighborList* list_ = nullptr;
  std::int64_t builds_ = -1;
};

}  // namespace landscape::md
