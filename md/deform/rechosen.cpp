#include "md/deform/rechosen.hpp"

#include <cmath>

namespace landscape::md {

Cell rechosen(const Cell& cell) {
  constexpr double half = 0.5 + 1e-9;  // a tilt of exactly one half stays
  Eigen::Matrix3d h = cell.matrix();
  bool changed = false;
  // Every subtraction shortens an edge, so this ends; 1000 is far beyond what a strain of 500 % needs.
  for (int round = 0, quiet = 0; quiet < 6 && round < 1000; ++round) {
    constexpr int edge[] = {1, 2, 2, 0, 0, 1}, by[] = {0, 0, 1, 1, 2, 2};
    const int i = edge[round % 6], j = by[round % 6];
    ++quiet;
    if (!cell.periodic()[static_cast<std::size_t>(i)] || !cell.periodic()[static_cast<std::size_t>(j)]) continue;
    const double tilt = h.col(i).dot(h.col(j)) / h.col(j).squaredNorm();
    if (std::abs(tilt) <= half) continue;
    h.col(i) -= std::round(tilt) * h.col(j);
    changed = true;
    quiet = 0;
  }
  return changed ? Cell(h, cell.periodic()) : cell;
}

}  // namespace landscape::md
