#include "md/structure/d2min.hpp"

#include <cmath>

#include "md/core/error.hpp"
#include "md/neighbor/full_neighbors.hpp"

namespace landscape::md {

Eigen::VectorXd d2min(const Configuration& reference, const Configuration& current, double cutoff) {
  if (!(cutoff > 0.0))
    throw InputError(message("D2min: cutoff is ", cutoff, " Å, expected a positive length"));
  if (reference.size() != current.size())
    throw InputError(
        message("D2min: expected the same atoms, got ", reference.size(), " and ", current.size()));
  NeighborList list(cutoff, 0.0);
  list.update(reference.cell, reference.positions);
  FullNeighbors neighbors;
  neighbors.follow(list);
  // The affine part of the whole first: then what an atom moved is short, and its image is the
  // nearest one.
  const Eigen::Matrix3d affine = current.cell.matrix() * reference.cell.inverse();
  Matrix3Xd moved(3, reference.size());
  for (Eigen::Index i = 0; i < reference.size(); ++i)
    moved.col(i) =
        current.cell.minimum_image(current.positions.col(i) - affine * reference.positions.col(i));
  Eigen::VectorXd out(reference.size());
  for (Eigen::Index i = 0; i < reference.size(); ++i) {
    Eigen::Matrix3d x = Eigen::Matrix3d::Zero(), y = x;
    double squares = 0.0;
    for (const auto entry : neighbors.of(static_cast<std::size_t>(i))) {
      const auto j = static_cast<Eigen::Index>(neighbors.atom(entry));
      const Eigen::Vector3d before =
          reference.positions.col(j) + neighbors.translation(entry) - reference.positions.col(i);
      if (before.squaredNorm() >= cutoff * cutoff) continue;
      const Eigen::Vector3d after = affine * before + moved.col(j) - moved.col(i);
      x += after * before.transpose();   // Eq. (2.12)
      y += before * before.transpose();  // Eq. (2.13)
      squares += after.squaredNorm();
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> spread(y, Eigen::EigenvaluesOnly);
    const bool flat = !(spread.eigenvalues()[0] > 1e-9 * spread.eigenvalues()[2]);
    // Σ |after - J before|² with J = X Y⁻¹
    out[i] =
        flat ? std::nan("") : std::max(0.0, squares - (x * y.inverse() * x.transpose()).trace());
  }
  return out;
}

}  // namespace landscape::md
