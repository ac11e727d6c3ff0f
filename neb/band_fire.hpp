/// Damped dynamics of a whole band.
#pragma once

#include <Eigen/Dense>

namespace landscape::neb {

/// FIRE on all images at once: Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006), its constants but
/// for the time step, explicit Euler with unit mass.
///
/// Brings a band from any first guess to the neighborhood of its path, where BandAnderson takes
/// over. One object belongs to one thread.
class BandFire {
 public:
  BandFire(Eigen::Index dof, Eigen::Index images) : velocity_(Eigen::MatrixXd::Zero(dof, images)) {}

  /// Next step [Å] under `force` [eV/Å]; columns are images. No particle (of `block` coordinates)
  /// moves further than max_step.
  Eigen::MatrixXd step(const Eigen::MatrixXd& force, Eigen::Index block, double max_step);
  /// Stops all motion, with a shorter time step if asked: the last step went where it should not.
  void halt(double time_step_factor = 1.0);

 private:
  Eigen::MatrixXd velocity_;
  double dt_ = 0.05;  ///< [sqrt(Å²/eV)]
  double mixing_ = 0.1;
  int downhill_steps_ = 0;
};

}  // namespace landscape::neb
