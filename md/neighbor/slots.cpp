#include "md/neighbor/slots.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "md/core/error.hpp"
#include "md/core/team.hpp"
#include "md/simd/kernels.hpp"

namespace landscape::md {

namespace {

bool before(const Eigen::Vector3i& a, const Eigen::Vector3i& b) {
  return std::tie(a[0], a[1], a[2]) < std::tie(b[0], b[1], b[2]);
}

/// Sorts and makes unique.
void to_set(std::vector<Eigen::Vector3i>& items) {
  std::sort(items.begin(), items.end(), before);
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

std::uint32_t index_in(const std::vector<Eigen::Vector3i>& set, const Eigen::Vector3i& item) {
  return static_cast<std::uint32_t>(std::lower_bound(set.begin(), set.end(), item, before) - set.begin());
}

}  // namespace

void Slots::build(const Team& team, const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, double range) {
  team.lead([&] { choose_boxes(cell, positions, range); });
  sort_atoms(team, cell, positions);
  team.lead([&] {
    count_slots();
    index_shifts();
    make_room();
  });
  fill_slots(team, cell, positions);
  rank_atoms(team);
}

/// Boxes for these atoms, and room for what is kept per atom.
void Slots::choose_boxes(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, double range) {
  const auto n = positions.cols();
  const auto& periodic = cell.periodic();
  const Eigen::Matrix3d inverse = cell.inverse();
  low_.setZero();
  extent_.setOnes();
  // No more boxes along a direction than a cluster of n atoms can make use of.
  const int most = std::max(4, static_cast<int>(4.0 * std::cbrt(static_cast<double>(n))));
  for (std::size_t k = 0; k < 3; ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    if (!periodic[k] && n > 0) {
      const Eigen::RowVectorXd s = inverse.row(row) * positions;
      low_[row] = s.minCoeff();
      extent_[row] = std::max(s.maxCoeff() - s.minCoeff(), 1e-9);
    }
    const double height = cell.heights()[row] * extent_[row];
    // Boxes of about half the range: fewer candidate pairs than with boxes of the full range.
    boxes_[k] = std::clamp(static_cast<int>(std::min(height / (0.5 * range), 1e6)), 1, most);
    const double reach = std::ceil(range / (height / boxes_[k]) + 1e-9);
    // Compared as doubles: a flat cluster has no height, and its reach would not fit an int.
    reach_[k] = static_cast<int>(periodic[k] ? reach : std::min(reach, boxes_[k] - 1.0));
    const int below = k == 0 ? 0 : reach_[k];
    extended_[k] = static_cast<std::size_t>(boxes_[k] + below + reach_[k]);
    images_[k].resize(extended_[k]);
    for (int e = 0; e < static_cast<int>(extended_[k]); ++e) {
      const int box = e - below, cells = box >= 0 ? box / boxes_[k] : -((boxes_[k] - 1 - box) / boxes_[k]);
      images_[k][static_cast<std::size_t>(e)] = {box - cells * boxes_[k], cells, periodic[k] || cells == 0};
    }
    shift_low_[k] = images_[k].front().shift;
    shift_count_[k] = images_[k].back().shift - shift_low_[k] + 1;
  }
  box_.resize(static_cast<std::size_t>(n));
  wrap_.resize(static_cast<std::size_t>(n));
}

/// Which box each atom lies in, and the atoms of each box in the order of their numbers.
void Slots::sort_atoms(const Team& team, const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions) {
  const auto& periodic = cell.periodic();
  const Eigen::Matrix3d inverse = cell.inverse();
  team.share(box_.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Eigen::Vector3d s = inverse * positions.col(static_cast<Eigen::Index>(i));
      for (std::size_t k = 0; k < 3; ++k) {
        const auto row = static_cast<Eigen::Index>(k);
        double f = s[row];
        const double w = periodic[k] ? std::floor(f) : 0.0;
        wrap_[i][row] = static_cast<int>(w);
        f = periodic[k] ? f - w : (f - low_[row]) / extent_[row];
        box_[i][k] = std::clamp(static_cast<int>(f * boxes_[k]), 0, boxes_[k] - 1);
      }
    }
  });
  team.wait();
  team.lead([&] { order_boxes(); });
}

/// The atoms of each box one after the other.
void Slots::order_boxes() {
  const std::size_t n = box_.size();
  const auto box_of = [&](std::size_t i) { return home_box(box_[i][0], box_[i][1], box_[i][2]); };
  sorted_begin_.assign(home_box(boxes_[0], 0, 0) + 1, 0);
  for (std::size_t i = 0; i < n; ++i) ++sorted_begin_[box_of(i) + 1];
  std::partial_sum(sorted_begin_.begin(), sorted_begin_.end(), sorted_begin_.begin());
  sorted_.resize(n);
  // Each begin moves to the end of its box while the box is filled, and back by one box afterwards.
  for (std::size_t i = 0; i < n; ++i) sorted_[sorted_begin_[box_of(i)]++] = static_cast<std::uint32_t>(i);
  std::copy_backward(sorted_begin_.begin(), sorted_begin_.end() - 1, sorted_begin_.end());
  sorted_begin_[0] = 0;
}

/// Where the slots of each extended box begin.
void Slots::count_slots() {
  first_.resize(extended_[0] * extended_[1] * extended_[2] + 1);
  std::size_t flat = 0, total = 0;
  for (const Image& a : images_[0])
    for (const Image& b : images_[1])
      for (const Image& c : images_[2]) {
        first_[flat++] = total;
        if (!a.exists || !b.exists || !c.exists) continue;
        const std::size_t box = home_box(a.home, b.home, c.home);
        total += sorted_begin_[box + 1] - sorted_begin_[box];
      }
  first_[flat] = total;
}

/// All lattice translations that can occur: those of the images, from wherever atoms are.
void Slots::index_shifts() {
  index_wraps();
  const auto each = [&](auto&& visit) {
    for (const Eigen::Vector3i& wrap : wraps_)
      for (int u = 0; u < shift_count_[0]; ++u)
        for (int v = 0; v < shift_count_[1]; ++v)
          for (int w = 0; w < shift_count_[2]; ++w)
            visit(Eigen::Vector3i(shift_low_[0] + u - wrap[0], shift_low_[1] + v - wrap[1], shift_low_[2] + w - wrap[2]));
  };
  shifts.clear();
  each([&](const Eigen::Vector3i& t) { shifts.push_back(t); });
  to_set(shifts);
  shift_of_.clear();
  each([&](const Eigen::Vector3i& t) { shift_of_.push_back(index_in(shifts, t)); });
}

/// The different wraps, and which of them each atom has.
void Slots::index_wraps() {
  const auto n = static_cast<Eigen::Index>(wrap_.size());
  wraps_.clear();
  wrap_index_.resize(wrap_.size());
  if (n == 0) return;
  const Eigen::Map<const Eigen::Matrix3Xi> all(wrap_.front().data(), 3, n);
  const Eigen::Vector3i low = all.rowwise().minCoeff(), high = all.rowwise().maxCoeff();
  const Eigen::Array3d spread = (high.cast<double>() - low.cast<double>()).array() + 1.0;
  constexpr std::uint32_t none = ~0u;
  constexpr double most = 4096.0;  // with more, as of atoms that never were near each other, a table would be mostly empty
  if (spread.prod() > most) {
    wraps_ = wrap_;
    to_set(wraps_);
    for (std::size_t i = 0; i < wrap_.size(); ++i) wrap_index_[i] = index_in(wraps_, wrap_[i]);
    return;
  }
  const Eigen::Vector3i count = high - low + Eigen::Vector3i::Ones();
  const auto cell_of = [&](const Eigen::Vector3i& w) {
    return static_cast<std::size_t>(((w[0] - low[0]) * count[1] + w[1] - low[1]) * count[2] + w[2] - low[2]);
  };
  std::vector<std::uint32_t> index(static_cast<std::size_t>(count.prod()), none);
  for (std::size_t i = 0; i < wrap_.size(); ++i) {
    auto& its = index[cell_of(wrap_[i])];
    if (its == none) {
      its = static_cast<std::uint32_t>(wraps_.size());
      wraps_.push_back(wrap_[i]);
    }
    wrap_index_[i] = its;
  }
}

/// For all that is kept per slot and per rank, and where the slots of each rank begin.
void Slots::make_room() {
  const std::size_t total = first_.back(), n = sorted_.size();
  atom.resize(total);
  shift.resize(total);
  for (AlignedVector<double>* line : {&x, &y, &z}) renew(*line, total + simd::block);
  std::fill_n(x.data() + total, simd::block, std::numeric_limits<double>::infinity());
  std::fill_n(y.data() + total, simd::block, 0.0);
  std::fill_n(z.data() + total, simd::block, 0.0);
  home.resize(n);
  rank_of.resize(n);
  slots_begin.resize(n + 1);
  slots_of_rank.resize(total);
  std::array<std::vector<std::size_t>, 3> count;  // images along each direction, per box at home
  for (std::size_t k = 0; k < 3; ++k) {
    count[k].assign(static_cast<std::size_t>(boxes_[k]), 0);
    for (const Image& image : images_[k])
      if (image.exists) ++count[k][static_cast<std::size_t>(image.home)];
  }
  std::size_t box = 0, used = 0;
  for (const std::size_t a : count[0])
    for (const std::size_t b : count[1])
      for (const std::size_t c : count[2]) {
        for (std::size_t r = sorted_begin_[box]; r < sorted_begin_[box + 1]; ++r, used += a * b * c) slots_begin[r] = used;
        ++box;
      }
  slots_begin[n] = used;
  LANDSCAPE_CHECK(used == total);
}

void Slots::fill_slots(const Team& team, const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions) {
  std::vector<Eigen::Vector3d> vectors;
  for (const Eigen::Vector3i& t : shifts) vectors.push_back(cell.matrix() * t.cast<double>());
  const auto images = static_cast<std::uint32_t>(shift_count_[0] * shift_count_[1] * shift_count_[2]);
  const auto fill_box = [&](std::size_t slot, const Image& a, const Image& b, const Image& c) {
    const auto image = static_cast<std::uint32_t>(((a.shift - shift_low_[0]) * shift_count_[1] + b.shift - shift_low_[1]) * shift_count_[2] +
                                                  c.shift - shift_low_[2]);
    const std::size_t box = home_box(a.home, b.home, c.home);
    for (std::size_t k = sorted_begin_[box]; k < sorted_begin_[box + 1]; ++k, ++slot) {
      const std::uint32_t i = sorted_[k];
      atom[slot] = i;
      shift[slot] = shift_of_[wrap_index_[i] * images + image];
      const Eigen::Vector3d r = positions.col(static_cast<Eigen::Index>(i)) + vectors[shift[slot]];
      x[slot] = r[0];
      y[slot] = r[1];
      z[slot] = r[2];
    }
  };
  // Rows of boxes along the third direction, one after the other in memory.
  team.share(extended_[0] * extended_[1], [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const Image& a = images_[0][row / extended_[1]];
      const Image& b = images_[1][row % extended_[1]];
      if (!a.exists || !b.exists) continue;
      const std::size_t* first = first_.data() + row * extended_[2];
      for (std::size_t e = 0; e < extended_[2]; ++e)
        if (images_[2][e].exists) fill_box(first[e], a, b, images_[2][e]);
    }
  });
}

/// Boxes at home hold home slots alone, and every image of a box holds its atoms in the same order.
void Slots::rank_atoms(const Team& team) {
  const auto extended = [&](std::size_t a, std::size_t b, std::size_t c) { return first_[(a * extended_[1] + b) * extended_[2] + c]; };
  // Images lie whole cells, that is whole numbers of boxes, from each other.
  const auto each_image = [&](std::size_t k, std::size_t at, auto&& visit) {
    const auto step = static_cast<std::size_t>(boxes_[k]);
    for (std::size_t e = at % step; e < extended_[k]; e += step)
      if (images_[k][e].exists) visit(e);
  };
  team.share(sorted_begin_.size() - 1, [&](std::size_t begin, std::size_t end) {
    std::vector<std::size_t> firsts;  // of the box and its images, ascending
    for (std::size_t box = begin; box < end; ++box) {
      if (sorted_begin_[box] == sorted_begin_[box + 1]) continue;
      const auto ny = static_cast<std::size_t>(boxes_[1]), nz = static_cast<std::size_t>(boxes_[2]);
      const std::array<std::size_t, 3> at = {box / (ny * nz), box / nz % ny + static_cast<std::size_t>(reach_[1]),
                                             box % nz + static_cast<std::size_t>(reach_[2])};
      firsts.clear();
      each_image(0, at[0], [&](std::size_t a) {
        each_image(1, at[1], [&](std::size_t b) { each_image(2, at[2], [&](std::size_t c) { firsts.push_back(extended(a, b, c)); }); });
      });
      const std::size_t home_first = extended(at[0], at[1], at[2]);
      for (std::size_t r = sorted_begin_[box]; r < sorted_begin_[box + 1]; ++r) {
        const std::size_t within = r - sorted_begin_[box];
        rank_of[sorted_[r]] = static_cast<std::uint32_t>(r);
        home[r] = static_cast<std::uint32_t>(home_first + within);
        std::size_t k = slots_begin[r];
        for (const std::size_t first : firsts) slots_of_rank[k++] = static_cast<std::uint32_t>(first + within);
      }
    }
  });
  team.wait();
}

}  // namespace landscape::md
