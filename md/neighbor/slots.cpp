#include "md/neighbor/slots.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "md/core/error.hpp"
#include "md/simd/kernels.hpp"

namespace landscape::md {

void Slots::build(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, double range) {
  if (!positions.allFinite()) throw InputError("neighbor list: a coordinate is not finite");
  const auto n = static_cast<std::size_t>(positions.cols());
  const auto& periodic = cell.periodic();
  const Eigen::Matrix3d inverse = cell.inverse();
  Eigen::Vector3d low = Eigen::Vector3d::Zero(), extent = Eigen::Vector3d::Ones();
  // No more boxes along a direction than a cluster of n atoms can make use of.
  const int most = std::max(4, static_cast<int>(4.0 * std::cbrt(static_cast<double>(n))));
  for (std::size_t k = 0; k < 3; ++k) {
    if (!periodic[k] && n > 0) {
      const Eigen::RowVectorXd s = inverse.row(static_cast<Eigen::Index>(k)) * positions;
      low[static_cast<Eigen::Index>(k)] = s.minCoeff();
      extent[static_cast<Eigen::Index>(k)] = std::max(s.maxCoeff() - s.minCoeff(), 1e-9);
    }
    const double height = cell.heights()[static_cast<Eigen::Index>(k)] * extent[static_cast<Eigen::Index>(k)];
    // Boxes of about half the range: fewer candidate pairs than with boxes of the full range.
    boxes_[k] = std::clamp(static_cast<int>(std::min(height / (0.5 * range), 1e6)), 1, most);
    const double reach = std::ceil(range / (height / boxes_[k]) + 1e-9);
    // Compared as doubles: a flat cluster has no height, and its reach would not fit an int.
    reach_[k] = static_cast<int>(periodic[k] ? reach : std::min(reach, boxes_[k] - 1.0));
    extended_[k] = static_cast<std::size_t>(boxes_[k] + (k == 0 ? 1 : 2) * reach_[k]);
  }

  std::vector<std::array<int, 3>> box(n);
  std::vector<Eigen::Vector3i> wrap(n);
  for (std::size_t i = 0; i < n; ++i) {
    const Eigen::Vector3d s = inverse * positions.col(static_cast<Eigen::Index>(i));
    for (std::size_t k = 0; k < 3; ++k) {
      const auto row = static_cast<Eigen::Index>(k);
      double f = s[row];
      const double w = periodic[k] ? std::floor(f) : 0.0;
      wrap[i][row] = static_cast<int>(w);
      f = periodic[k] ? f - w : (f - low[row]) / extent[row];
      box[i][k] = std::clamp(static_cast<int>(f * boxes_[k]), 0, boxes_[k] - 1);
    }
  }

  // Images of box b along direction k whose box lies within reach of the cell: shifts from below to above.
  const auto below = [&](std::size_t k, int b) {
    return periodic[k] && k > 0 ? -((b + reach_[k]) / boxes_[k]) : 0;
  };
  const auto above = [&](std::size_t k, int b) {
    return periodic[k] ? (boxes_[k] - 1 + reach_[k] - b) / boxes_[k] : 0;
  };
  const auto each_image = [&](std::size_t i, auto&& visit) {
    const auto& b = box[i];
    for (int u = 0; u <= above(0, b[0]); ++u)
      for (int v = below(1, b[1]); v <= above(1, b[1]); ++v)
        for (int w = below(2, b[2]); w <= above(2, b[2]); ++w) {
          const std::size_t flat = (static_cast<std::size_t>(b[0] + u * boxes_[0]) * extended_[1] +
                                    static_cast<std::size_t>(b[1] + v * boxes_[1] + reach_[1])) * extended_[2] +
                                   static_cast<std::size_t>(b[2] + w * boxes_[2] + reach_[2]);
          visit(flat, u, v, w);
        }
  };
  first_.assign(extended_[0] * extended_[1] * extended_[2] + 1, 0);
  for (std::size_t i = 0; i < n; ++i) each_image(i, [&](std::size_t flat, int, int, int) { ++first_[flat + 1]; });
  for (std::size_t b = 1; b < first_.size(); ++b) first_[b] += first_[b - 1];
  const std::size_t total = first_.back();

  shifts.clear();
  std::map<std::tuple<int, int, int>, std::uint32_t> index_of_shift;
  atom.resize(total);
  shift.resize(total);
  side.resize(total);
  x.assign(total + simd::block, std::numeric_limits<double>::infinity());
  y.assign(total + simd::block, 0.0);
  z.assign(total + simd::block, 0.0);
  std::vector<std::uint32_t> home_of_atom(n);
  auto next = first_;
  std::tuple<int, int, int> last_key{};
  std::uint32_t last_index = 0;
  for (std::size_t i = 0; i < n; ++i)
    each_image(i, [&](std::size_t flat, int u, int v, int w) {
      const std::size_t slot = next[flat]++;
      const Eigen::Vector3i translation = Eigen::Vector3i(u, v, w) - wrap[i];
      const auto key = std::tuple(translation[0], translation[1], translation[2]);
      if (shifts.empty() || key != last_key) {
        const auto [it, added] = index_of_shift.try_emplace(key, static_cast<std::uint32_t>(shifts.size()));
        if (added) shifts.push_back(translation);
        last_key = key;
        last_index = it->second;
      }
      atom[slot] = static_cast<std::uint32_t>(i);
      shift[slot] = last_index;
      const auto image = std::pair(v, w);
      side[slot] = static_cast<std::int8_t>(image > std::pair(0, 0) ? 1 : image < std::pair(0, 0) ? -1 : 0);
      const Eigen::Vector3d r = positions.col(static_cast<Eigen::Index>(i)) + cell.matrix() * translation.cast<double>();
      x[slot] = r[0];
      y[slot] = r[1];
      z[slot] = r[2];
      if (u == 0 && v == 0 && w == 0) home_of_atom[i] = static_cast<std::uint32_t>(slot);
    });

  home = home_of_atom;
  std::sort(home.begin(), home.end());
  rank_of.resize(n);
  box_of_rank_.resize(n);
  for (std::size_t rank = 0; rank < n; ++rank) {
    const std::uint32_t i = atom[home[rank]];
    rank_of[i] = static_cast<std::uint32_t>(rank);
    box_of_rank_[rank] = box[i];
  }
  slots_begin.assign(n + 1, 0);
  for (std::size_t slot = 0; slot < total; ++slot) ++slots_begin[rank_of[atom[slot]] + 1];
  for (std::size_t rank = 0; rank < n; ++rank) slots_begin[rank + 1] += slots_begin[rank];
  slots_of_rank.resize(total);
  std::vector<std::size_t> place(slots_begin.begin(), slots_begin.end() - 1);
  for (std::size_t slot = 0; slot < total; ++slot)
    slots_of_rank[place[rank_of[atom[slot]]]++] = static_cast<std::uint32_t>(slot);
}

}  // namespace landscape::md
