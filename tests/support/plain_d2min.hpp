/// D²min by the book, atom by atom and image by image: what the fast one is held against.
#pragma once

#include <Eigen/Dense>

#include "md/core/configuration.hpp"

namespace landscape::test {

/// As md::d2min, for atoms that stay nearer than half a cell to where the cell's deformation `f` takes them.
/// @param f takes the cell of `reference` to that of `current`, cells re-chosen aside.
inline Eigen::VectorXd plain_d2min(const md::Configuration& reference, const md::Configuration& current, const Eigen::Matrix3d& f,
                                   double cutoff) {
  constexpr int reach = 3;
  const auto& h = reference.cell.matrix();
  Eigen::VectorXd out(reference.size());
  const auto after_of = [&](Eigen::Index i) -> Eigen::Vector3d {
    const Eigen::Vector3d expected = f * reference.positions.col(i);
    return expected + current.cell.minimum_image(current.positions.col(i) - expected);
  };
  for (Eigen::Index i = 0; i < reference.size(); ++i) {
    Eigen::MatrixXd before(0, 3), after(0, 3);
    for (Eigen::Index j = 0; j < reference.size(); ++j)
      for (int a = -reach; a <= reach; ++a)
        for (int b = -reach; b <= reach; ++b)
          for (int c = -reach; c <= reach; ++c) {
            const Eigen::Vector3d period = h * Eigen::Vector3d(a, b, c);
            const Eigen::Vector3d d = reference.positions.col(j) + period - reference.positions.col(i);
            if ((i == j && a == 0 && b == 0 && c == 0) || d.norm() >= cutoff) continue;
            before.conservativeResize(before.rows() + 1, 3);
            after.conservativeResize(after.rows() + 1, 3);
            before.row(before.rows() - 1) = d.transpose();
            after.row(after.rows() - 1) = (after_of(j) + f * period - after_of(i)).transpose();
          }
    if (before.rows() < 3 || Eigen::FullPivLU<Eigen::MatrixXd>(before).rank() < 3) {
      out[i] = std::nan("");
      continue;
    }
    const Eigen::MatrixXd map = before.colPivHouseholderQr().solve(after);  // least squares, J transposed
    out[i] = (after - before * map).squaredNorm();
  }
  return out;
}

}  // namespace landscape::test
