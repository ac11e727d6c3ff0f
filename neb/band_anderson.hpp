/// The last part of the way to a converged band.
#pragma once

#include <Eigen/Dense>
#include <deque>

namespace landscape::neb {

/// Anderson's multisecant method: D. G. Anderson, J. ACM 12, 547 (1965); as Newton-like step H.-r.
/// Fang & Y. Saad, Numer. Linear Algebra Appl. 16, 197 (2009). It finds where the drive vanishes
/// without taking its derivative to be symmetric.
///
/// Band forces are not: an image follows the neighbor above it, not the reverse, and this coupling,
/// slope / spacing, grows with the number of images. Force calls compared with FIRE alone, spacing
/// solved in both: 1.3 to 3 times fewer on 24 Müller-Brown bands (5, 11, 40 images) and on a
/// vacancy hop in a Lennard-Jones crystal with 5 or 11 images; the same or up to 10 % more on that
/// hop with
/// 40. L-BFGS over the band, tried only before the spacing was solved, left at least 4 of the 24
/// unconverged, also with steps taken back. One object belongs to one thread.
class BandAnderson {
 public:
  bool empty() const { return steps_.empty(); }
  void reset();
  /// Next step for `drive` [eV/Å]; columns are images. Not limited in length.
  Eigen::MatrixXd step(const Eigen::MatrixXd& drive) const;
  /// Records that `step` [Å] changed the drive by `change` [eV/Å].
  void add(const Eigen::MatrixXd& step, const Eigen::MatrixXd& change);

 private:
  std::deque<Eigen::VectorXd> steps_, changes_;
};

}  // namespace landscape::neb
