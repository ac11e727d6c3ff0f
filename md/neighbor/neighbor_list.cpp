#include "md/neighbor/neighbor_list.hpp"

#include <cmath>
#include <map>
#include <tuple>

#include "md/core/error.hpp"

namespace landscape::md {

namespace {

/// Atoms sorted into the boxes of a grid, with the lattice translation that brought each into the cell.
struct Grid {
  std::array<int, 3> boxes{};
  std::array<int, 3> reach{};               ///< boxes to look at on each side
  std::vector<std::size_t> first;           ///< CSR over boxes
  std::vector<std::uint32_t> atoms;
  std::vector<std::array<int, 3>> box_of;   ///< per atom
  std::vector<Eigen::Vector3i> wrap;        ///< per atom: floor of the reduced coordinate, 0 along open directions

  std::size_t index(int a, int b, int c) const {
    return (static_cast<std::size_t>(a) * boxes[1] + b) * boxes[2] + c;
  }
};

Grid make_grid(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions, double range) {
  const auto n = static_cast<std::size_t>(positions.cols());
  Matrix3Xd s = cell.inverse() * positions;
  Grid grid;
  grid.wrap.assign(n, Eigen::Vector3i::Zero());
  Eigen::Vector3d low = Eigen::Vector3d::Zero(), width = Eigen::Vector3d::Ones();
  for (int k = 0; k < 3; ++k) {
    if (!cell.periodic()[k]) {
      low[k] = s.row(k).minCoeff();
      width[k] = std::max(s.row(k).maxCoeff() - low[k], 1e-9);
    }
    const double height = cell.heights()[k] * width[k];
    // Boxes of about half the range: fewer candidate pairs than with boxes of the full range.
    grid.boxes[k] = std::clamp(static_cast<int>(height / (0.5 * range)), 1, 64);
    // Compared as doubles: a flat cluster has no height, and its reach would not fit an int.
    const double reach = std::ceil(range / (height / grid.boxes[k]) + 1e-9);
    grid.reach[k] = static_cast<int>(cell.periodic()[k] ? reach : std::min(reach, grid.boxes[k] - 1.0));
  }
  grid.box_of.resize(n);
  std::vector<std::size_t> flat(n);
  grid.first.assign(grid.index(grid.boxes[0] - 1, grid.boxes[1] - 1, grid.boxes[2] - 1) + 2, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (int k = 0; k < 3; ++k) {
      double f = s(k, static_cast<Eigen::Index>(i));
      if (cell.periodic()[k]) {
        const double w = std::floor(f);
        grid.wrap[i][k] = static_cast<int>(w);
        f -= w;
      } else {
        f = (f - low[k]) / width[k];
      }
      grid.box_of[i][k] = std::clamp(static_cast<int>(f * grid.boxes[k]), 0, grid.boxes[k] - 1);
    }
    flat[i] = grid.index(grid.box_of[i][0], grid.box_of[i][1], grid.box_of[i][2]);
    ++grid.first[flat[i] + 1];
  }
  for (std::size_t b = 1; b < grid.first.size(); ++b) grid.first[b] += grid.first[b - 1];
  grid.atoms.resize(n);
  auto next = grid.first;
  for (std::size_t i = 0; i < n; ++i) grid.atoms[next[flat[i]]++] = static_cast<std::uint32_t>(i);
  return grid;
}

int floor_div(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

}  // namespace

NeighborList::NeighborList(double cutoff, double skin) : cutoff_(cutoff), skin_(skin) {
  if (!(cutoff > 0.0) || !(skin >= 0.0))
    throw InputError(message("neighbor list: cutoff ", cutoff, " Å and skin ", skin,
                             " Å, expected a positive cutoff and a skin of at least 0"));
}

bool NeighborList::update(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions) {
  if (built_ && built_positions_.cols() == positions.cols() && still_valid(cell, positions)) {
    place_shifts(cell);
    return false;
  }
  build(cell, positions);
  return true;
}

bool NeighborList::still_valid(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions) const {
  // With r = F r0 + u and |F^-1| <= 1/(1 - stretch), a pair that was beyond cutoff + skin is still beyond
  // (cutoff + skin)(1 - stretch) - (sum of the two largest |u|).
  const Eigen::Matrix3d f = cell.matrix() * built_inverse_;
  const double stretch = (f - Eigen::Matrix3d::Identity()).norm();
  const double room = (cutoff_ + skin_) * (1.0 - stretch) - cutoff_;
  if (!(room > 0.0)) return skin_ == 0.0 && stretch == 0.0 && positions == built_positions_;
  double largest = 0.0, second = 0.0;
  for (Eigen::Index i = 0; i < positions.cols(); ++i) {
    const double u2 = (positions.col(i) - f * built_positions_.col(i)).squaredNorm();
    if (!(u2 <= largest)) {
      second = largest;
      largest = u2;
    } else if (u2 > second) {
      second = u2;
    }
  }
  return std::sqrt(largest) + std::sqrt(second) < room;
}

void NeighborList::place_shifts(const Cell& cell) {
  shift_vectors_.resize(shifts_.size());
  for (std::size_t s = 0; s < shifts_.size(); ++s)
    shift_vectors_[s] = cell.matrix() * shifts_[s].cast<double>();
}

void NeighborList::build(const Cell& cell, const Eigen::Ref<const Matrix3Xd>& positions) {
  if (!positions.allFinite()) throw InputError("neighbor list: a coordinate is not finite");
  const double range = cutoff_ + skin_;
  const double range2 = range * range;
  const auto n = static_cast<std::size_t>(positions.cols());
  const Grid grid = make_grid(cell, positions, range);

  shifts_.clear();
  std::map<std::tuple<int, int, int>, std::uint32_t> shift_index;
  const auto index_of = [&](const Eigen::Vector3i& s) {
    const auto [it, added] = shift_index.try_emplace({s[0], s[1], s[2]}, static_cast<std::uint32_t>(shifts_.size()));
    if (added) shifts_.push_back(s);
    return it->second;
  };
  index_of(Eigen::Vector3i::Zero());

  first_.assign(n + 1, 0);
  pairs_.clear();
  for (std::size_t i = 0; i < n; ++i) {
    const auto& box = grid.box_of[i];
    for (int a = -grid.reach[0]; a <= grid.reach[0]; ++a)
      for (int b = -grid.reach[1]; b <= grid.reach[1]; ++b)
        for (int c = -grid.reach[2]; c <= grid.reach[2]; ++c) {
          const std::array<int, 3> raw = {box[0] + a, box[1] + b, box[2] + c};
          std::array<int, 3> in{};
          Eigen::Vector3i image;
          bool inside = true;
          for (int k = 0; k < 3; ++k) {
            image[k] = cell.periodic()[k] ? floor_div(raw[k], grid.boxes[k]) : 0;
            in[k] = raw[k] - image[k] * grid.boxes[k];
            inside = inside && in[k] >= 0 && in[k] < grid.boxes[k];
          }
          if (!inside) continue;
          const std::size_t flat = grid.index(in[0], in[1], in[2]);
          for (std::size_t p = grid.first[flat]; p < grid.first[flat + 1]; ++p) {
            const std::size_t j = grid.atoms[p];
            if (j < i) continue;
            const Eigen::Vector3i shift = image + grid.wrap[i] - grid.wrap[j];
            if (j == i && std::tie(shift[0], shift[1], shift[2]) <= std::tuple(0, 0, 0)) continue;
            const Eigen::Vector3d d = positions.col(static_cast<Eigen::Index>(j)) -
                                      positions.col(static_cast<Eigen::Index>(i)) +
                                      cell.matrix() * shift.cast<double>();
            if (d.squaredNorm() < range2) pairs_.push_back({static_cast<std::uint32_t>(j), index_of(shift)});
          }
        }
    first_[i + 1] = pairs_.size();
  }
  built_matrix_ = cell.matrix();
  built_inverse_ = cell.inverse();
  built_positions_ = positions;
  built_ = true;
  ++builds_;
  place_shifts(cell);
}

}  // namespace landscape::md
