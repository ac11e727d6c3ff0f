#include "md/neighbor/neighbor_list.hpp"

#include <algorithm>
#include <cmath>

#include "md/core/error.hpp"
#include "md/core/share_range.hpp"
#include "md/core/team.hpp"
#include "md/simd/kernels.hpp"

namespace landscape::md {

namespace {

/// Entries of a chunk from which on a buffer that grew to up to twice what it needs is cut back.
constexpr std::size_t large = 200000;

/// A cutoff of many cells can ask for more pairs than there is memory for. @throws InputError.
void check_pairs(const Cell& cell, double atoms, double reach) {
  constexpr double most = 5e8;
  double images = 1.0;
  for (int d = 0; d < 3; ++d)
    if (cell.periodic()[static_cast<std::size_t>(d)]) images *= std::max(1.0, 2.0 * reach / cell.heights()[d]);
  const double pairs = 0.25 * atoms * atoms * images;
  if (images > 8.0 && pairs > most)
    throw InputError(message("neighbor list: a cutoff of ", reach, " Å makes some ", pairs, " pairs of ", atoms, " atoms and their images, expected at most ", most));
}

}  // namespace

NeighborList::NeighborList(double cutoff, double skin) : cutoff_(cutoff), skin_(skin) {
  if (!(cutoff > 0.0) || !(skin >= 0.0))
    throw InputError(message("neighbor list: cutoff ", cutoff, " Å and skin ", skin,
                             " Å, expected a positive cutoff and a skin of at least 0"));
}

void NeighborList::set_moving(std::vector<char> moving) {
  moving_ = std::move(moving);
  invalidate();
}

bool NeighborList::update(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, int threads) {
  if (built_ && built_positions_.cols() == positions.cols() && still_valid(cell, positions, threads)) {
    place_shifts(cell);
    return false;
  }
  build(cell, positions, threads);
  return true;
}

bool NeighborList::release(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions) {
  if (!built_ || cell.matrix() != built_matrix_ || positions != built_positions_) return false;
  NeighborList empty(cutoff_, skin_);
  empty.moving_ = std::move(moving_);
  empty.builds_ = builds_;
  *this = std::move(empty);
  return true;
}

bool NeighborList::still_valid(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, int threads) const {
  // With r = F r0 + u and |F^-1| <= 1/(1 - stretch), a pair that was beyond cutoff + skin is still beyond
  // (cutoff + skin)(1 - stretch) - (sum of the two largest |u|).
  const Eigen::Matrix3d f = cell.matrix() * built_inverse_;
  const double stretch = (f - Eigen::Matrix3d::Identity()).norm();
  const double room = (cutoff_ + skin_) * (1.0 - stretch) - cutoff_;
  if (!(room > 0.0)) return skin_ == 0.0 && stretch == 0.0 && positions == built_positions_;
  const double* now = positions.data();
  const double* then = built_positions_.data();
  const Eigen::Index stride = positions.outerStride();
  double largest = 0.0, second = 0.0;
  share_range(positions.cols(), threads, [&](Eigen::Index begin, Eigen::Index end) {
    double its_largest = 0.0, its_second = 0.0;
    const auto offer = [](double u2, double& first, double& next) {
      if (u2 <= next) return;
      if (!(u2 <= first)) {
        next = first;
        first = u2;
      } else {
        next = u2;
      }
    };
    for (Eigen::Index i = begin; i < end; ++i) {
      const double* a = now + i * stride;
      const double* b = then + 3 * i;
      const double ux = a[0] - (f(0, 0) * b[0] + f(0, 1) * b[1] + f(0, 2) * b[2]);
      const double uy = a[1] - (f(1, 0) * b[0] + f(1, 1) * b[1] + f(1, 2) * b[2]);
      const double uz = a[2] - (f(2, 0) * b[0] + f(2, 1) * b[1] + f(2, 2) * b[2]);
      offer(ux * ux + uy * uy + uz * uz, its_largest, its_second);
    }
#pragma omp critical(landscape_largest_displacements)
    {
      offer(its_largest, largest, second);
      offer(its_second, largest, second);
    }
  });
  return std::sqrt(largest) + std::sqrt(second) < room;
}

void NeighborList::place_shifts(const Cell& cell) {
  edges_ = cell.matrix();
  shift_vectors_.resize(slots_.shifts.size());
  for (std::size_t s = 0; s < slots_.shifts.size(); ++s)
    shift_vectors_[s] = cell.matrix() * slots_.shifts[s].cast<double>();
}

void NeighborList::build_chunk(Chunk& chunk) {
  AlignedVector<std::uint32_t> out;  // not in the chunk while it grows: other threads write to the chunks beside it
  out.swap(chunk.rows);
  const auto within = simd::kernels().within;
  const double range = cutoff_ + skin_, range2 = range * range;
  const auto& reach = slots_.reach();
  const auto& boxes = slots_.boxes();
  const auto far = static_cast<std::uint32_t>(slots_.size());
  std::uint32_t low = far, high = 0;
  std::size_t used = 0;
  for (std::size_t rank = chunk.rank_begin; rank < chunk.rank_end; ++rank) {
    const std::uint32_t home = slots_.home[rank];
    const auto& box = slots_.box_of_rank(rank);
    const double center[3] = {slots_.x[home], slots_.y[home], slots_.z[home]};
    const std::size_t begin = used;
    const auto take = [&](std::pair<std::size_t, std::size_t> slots) {
      const std::size_t room = used + (slots.second - slots.first) + 2 * simd::block;
      if (out.size() < room) out.resize(room + room / 4);
      used += within(slots_.x.data(), slots_.y.data(), slots_.z.data(), slots.first, slots.second, center, range2, out.data() + used);
    };
    const int low_z = box[2] - reach[2], end_z = box[2] + reach[2] + 1;
    // In the layer of the atom's own box each pair is met from both sides: kept by the one whose partner comes later. An image comes
    // before or after home as its translation along y does, and where it has none as that along z.
    for (int by = std::max(box[1] - reach[1], 0); by < box[1]; ++by)
      if (end_z > boxes[2]) take(slots_.column(box[0], by, std::max(low_z, boxes[2]), end_z));
    take({home + 1, slots_.column(box[0], box[1], low_z, end_z).second});
    for (int by = box[1] + 1; by <= box[1] + reach[1]; ++by)
      take(slots_.column(box[0], by, by < boxes[1] ? std::max(low_z, 0) : low_z, end_z));
    for (int a = 1; a <= reach[0]; ++a)
      for (int b = -reach[1]; b <= reach[1]; ++b) take(slots_.column(box[0] + a, box[1] + b, low_z, end_z));
    if (!moving_.empty() && !moving_[slots_.atom[home]])
      used = static_cast<std::size_t>(std::remove_if(out.begin() + static_cast<std::ptrdiff_t>(begin),
                                                     out.begin() + static_cast<std::ptrdiff_t>(used),
                                                     [&](std::uint32_t slot) { return !moving_[slots_.atom[slot]]; }) -
                                      out.begin());
    const std::size_t count = used - begin;
    row_count_[rank] = static_cast<std::uint32_t>(count);
    low = std::min(low, home);
    high = std::max(high, home + 1);
    for (std::size_t k = begin; k < used; ++k) {
      low = std::min(low, out[k]);
      high = std::max(high, out[k] + 1);
    }
    if (out.size() < used + simd::block) out.resize(used + used / 4 + simd::block);
    while (used % simd::block != 0) out[used++] = far;
  }
  out.resize(used);
  chunk.slot_low = low;
  chunk.slot_high = high;
  if (used >= large && out.capacity() > used + used / 4) {
    chunk.rows.reserve(used + used / 16);
    chunk.rows.assign(out.begin(), out.end());
  } else {
    chunk.rows.swap(out);
  }
}

void NeighborList::add_up_rows() {
  row_begin_[0] = 0;
  pairs_ = 0;
  for (std::size_t rank = 0; rank < row_count_.size(); ++rank) {
    pairs_ += row_count_[rank];
    row_begin_[rank + 1] = row_begin_[rank] + (row_count_[rank] + simd::block - 1) / simd::block * simd::block;
  }
}

void NeighborList::build(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, int threads) {
  if (!positions.allFinite()) throw InputError("neighbor list: a coordinate is not finite");
  const auto n = static_cast<std::size_t>(positions.cols());
  LANDSCAPE_CHECK(moving_.empty() || moving_.size() == n);
  check_pairs(cell, static_cast<double>(n), cutoff_ + skin_);
  const int count = chunk_count(positions.cols());
  chunks_.resize(static_cast<std::size_t>(count));
  row_count_.resize(n);
  for (int c = 0; c < count; ++c) {
    chunks_[static_cast<std::size_t>(c)].rank_begin = static_cast<std::size_t>(chunk_begin(positions.cols(), count, c));
    chunks_[static_cast<std::size_t>(c)].rank_end = static_cast<std::size_t>(chunk_begin(positions.cols(), count, c + 1));
  }
  row_begin_.resize(n + 1);
  built_positions_.resize(3, positions.cols());
  TeamBarrier barrier;
  Claims claims;
  claims.reset(chunks_.size());
#pragma omp parallel num_threads(threads) if (threads > 1)
  {
    const Team team(barrier);
    slots_.build(team, cell, positions, cutoff_ + skin_);
    team.share(chunks_.size(), [&](std::size_t begin, std::size_t end) {
      team.take(claims, [&](std::size_t c) { return begin <= c && c < end; }, [&](std::size_t c, bool) { build_chunk(chunks_[c]); });
    });
    team.share(n, [&](std::size_t begin, std::size_t end) {
      const auto first = static_cast<Eigen::Index>(begin), items = static_cast<Eigen::Index>(end - begin);
      built_positions_.middleCols(first, items) = positions.middleCols(first, items);
    });
    team.lead([&] { add_up_rows(); });
  }
  built_matrix_ = cell.matrix();
  built_inverse_ = cell.inverse();
  built_ = true;
  ++builds_;
  place_shifts(cell);
}

}  // namespace landscape::md
