/// The last part of the way to a converged band.
#pragma once

#include <Eigen/Dense>
#include <deque>

namespace landscape::neb {

/// Anderson's multisecant method: D. G. Anderson, J. ACM 12, 547 (1965); as Newton-like step H.-r.
/// Fang & Y. Saad, Numer. Linear Algebra Appl. 16, 197 (2009). It finds where the drive vanishes
/// without taking its derivative to be symmetric.
///
/// Band forces need that: an image follows the neighbor above it, not the reverse, and this
/// coupling, slope / spacing, grows with the number of images. Measured on 24 Müller-Brown bands
/// (5, 11, 40 images) and a vacancy hop in a Lennard-Jones crystal: L-BFGS over the band left 4 of
/// the 24 and the hop with 40 images unconverged, also with steps taken back; FIRE alone left the
/// hop with 40 images above 1e-4 eV/Å after 5000 iterations; FIRE followed by this converged on
/// all, the hop in 545. One object belongs to one thread.
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
