#include "md/neighbor/full_neighbors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "md/core/error.hpp"

namespace landscape::md {

void FullNeighbors::follow(const NeighborList& list) {
  if (list_ != &list || builds_ != list.builds()) {
    const Slots& slots = list.slots();
    const std::size_t n = slots.home.size();
    atom_bits_ = static_cast<unsigned>(std::bit_width(std::max<std::size_t>(n, 2) - 1));
    atom_mask_ = (Entry{1} << atom_bits_) - 1;
    shifts_.clear();
    std::map<std::array<int, 3>, Entry> known;
    const auto translation = [&](const Eigen::Vector3i& shift) {
      const auto [it, added] = known.try_emplace({shift[0], shift[1], shift[2]}, static_cast<Entry>(shifts_.size()));
      if (added) shifts_.push_back(shift);
      LANDSCAPE_CHECK(it->second < Entry{1} << (32 - atom_bits_));
      return it->second << atom_bits_;
    };
    // Translations between slots, there and back, by the shifts of the two: looked up once for each kind of pair, not for each pair.
    struct Between {
      Entry there, back;
      bool known = false;
    };
    std::vector<std::vector<Between>> between(slots.shifts.size());
    first_.assign(n + 1, 0);
    for (std::size_t rank = 0; rank < n; ++rank)
      for (const std::uint32_t slot : list.row(rank)) {
        ++first_[slots.atom[slots.home[rank]] + 1];
        ++first_[slots.atom[slot] + 1];
      }
    for (std::size_t i = 0; i < n; ++i) first_[i + 1] += first_[i];
    entries_.resize(first_[n]);
    std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
    for (std::size_t rank = 0; rank < n; ++rank) {
      const std::uint32_t home = slots.home[rank], i = slots.atom[home];
      std::vector<Between>& from = between[slots.shift[home]];
      if (from.empty()) from.resize(slots.shifts.size());
      for (const std::uint32_t slot : list.row(rank)) {
        const std::uint32_t j = slots.atom[slot];
        Between& way = from[slots.shift[slot]];
        if (!way.known) {
          const Eigen::Vector3i shift = slots.shifts[slots.shift[slot]] - slots.shifts[slots.shift[home]];
          way.there = translation(shift);
          way.back = translation(-shift);
          way.known = true;
        }
        entries_[next[i]++] = way.there | j;
        entries_[next[j]++] = way.back | i;
      }
    }
    list_ = &list;
    builds_ = list.builds();
  }
  translations_.resize(shifts_.size());
  for (std::size_t k = 0; k < shifts_.size(); ++k) translations_[k] = list.edges() * shifts_[k].cast<double>();
}

}  // namespace landscape::md
