#include "neb/band_fire.hpp"

#include <algorithm>

#include "md/core/energy_surface.hpp"

namespace landscape::neb {
namespace {

constexpr double first_mixing = 0.1;
constexpr double mixing_decay = 0.99;
constexpr double dt_growth = 1.1;
constexpr double dt_shrink = 0.5;
constexpr int patience = 5;
constexpr double max_dt =
    0.3;  // stable up to 44 eV/Å² (2 / sqrt(k)); stiffer bands keep it lower by themselves

}  // namespace

Eigen::MatrixXd BandFire::step(const Eigen::MatrixXd& force, Eigen::Index block, double max_step) {
  if (force.cwiseProduct(velocity_).sum() > 0.0) {
    velocity_ = (1.0 - mixing_) * velocity_ + mixing_ * (velocity_.norm() / force.norm()) * force;
    if (++downhill_steps_ > patience) {
      dt_ = std::min(dt_ * dt_growth, max_dt);
      mixing_ *= mixing_decay;
    }
  } else if (!velocity_.isZero(0.0)) {
    halt(dt_shrink);
  }
  velocity_ += dt_ * force;
  Eigen::MatrixXd step = dt_ * velocity_;
  double longest = 0.0;
  for (Eigen::Index i = 0; i < step.cols(); ++i)
    longest = std::max(longest, md::max_norm(step.col(i), block));
  if (longest > max_step) step *= max_step / longest;
  return step;
}

void BandFire::halt(double time_step_factor) {
  velocity_.setZero();
  dt_ *= time_step_factor;
  mixing_ = first_mixing;
  downhill_steps_ = 0;
}

}  // namespace landscape::neb
