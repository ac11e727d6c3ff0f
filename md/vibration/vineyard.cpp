#include "md/vibration/vineyard.hpp"

#include <cmath>

#include "md/core/error.hpp"
#include "md/core/lapack.hpp"
#include "md/core/units.hpp"

namespace landscape::md {

StableModes stable_modes(const Hessian& hessian, int threads) {
  Eigen::MatrixXd matrix = hessian.dense(Weighting::Mass);
  const Eigen::MatrixXd motions = hessian.uniform_motions(Weighting::Mass);
  // The uniform motions become eigenvectors of a known eigenvalue, whose logarithms are taken off
  // again.
  const double lift = matrix.diagonal().mean();
  if (motions.cols() > 0) {
    // Exactly orthogonal to the rest only where forces vanish (rotations): project both sides.
    const Eigen::MatrixXd image = matrix * motions;
    matrix.noalias() -= image * motions.transpose();
    matrix.noalias() -= motions * image.transpose();
    matrix.noalias() += motions *
                        (motions.transpose() * image +
                         lift * Eigen::MatrixXd::Identity(motions.cols(), motions.cols())) *
                        motions.transpose();
  }
  const LogDeterminant det = log_determinant(matrix, threads);
  StableModes out;
  out.modes = hessian.dof() - motions.cols();
  out.negative = det.negative - (lift < 0.0 ? motions.cols() : 0);
  out.log_determinant =
      det.log_abs - static_cast<double>(motions.cols()) * std::log(std::abs(lift));
  return out;
}

HarmonicRate vineyard_rate(const StableModes& minimum,
                           const StableModes& saddle,
                           double unstable,
                           double barrier,
                           double temperature) {
  if (!(temperature > 0.0))
    throw InputError(message("rate: temperature is ", temperature, " K, expected above 0"));
  if (minimum.modes != saddle.modes)
    throw InputError(
        message("rate: minimum and saddle have ", minimum.modes, " and ", saddle.modes, " modes"));
  HarmonicRate out;
  if (minimum.negative != 0) out.status = RateStatus::NotAMinimum;
  if (saddle.negative != 1 || !(unstable < 0.0)) out.status = RateStatus::NotASaddle;
  if (out.status != RateStatus::Done) return out;
  const double log_ratio = minimum.log_determinant - (saddle.log_determinant - std::log(-unstable));
  out.attempt_frequency_thz =
      units::thz *
      std::exp(0.5 * log_ratio);  // N stable modes more than at the saddle: one frequency is left
  out.rate_per_s = 1e12 * out.attempt_frequency_thz *
                   std::exp(-barrier / (units::boltzmann_ev_per_k * temperature));
  out.lifetime_s = 1.0 / out.rate_per_s;
  return out;
}

}  // namespace landscape::md
