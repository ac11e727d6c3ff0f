#include "neb/band_anderson.hpp"

#include <algorithm>

namespace landscape::neb {
namespace {

constexpr std::size_t memory = 40;         // 20 took 4 % more calls on twelve bands of a glass
constexpr double first_stiffness = 100.0;  // [eV/Å²]; a probe, corrected from the first step on
constexpr double regularization = 1e-8;    // relative: parallel differences carry rounding only

}  // namespace

void BandAnderson::reset() {
  steps_.clear();
  changes_.clear();
}

void BandAnderson::add(const Eigen::MatrixXd& step, const Eigen::MatrixXd& change) {
  if (!(change.norm() > 0.0) || !change.allFinite()) return;
  steps_.emplace_back(step.reshaped());
  changes_.emplace_back(change.reshaped());
  if (steps_.size() <= memory) return;
  steps_.pop_front();
  changes_.pop_front();
}

Eigen::MatrixXd BandAnderson::step(const Eigen::MatrixXd& drive) const {
  // What no remembered step explains is followed with the stiffness of the stiffest of them.
  double softness = 1.0 / first_stiffness;
  for (std::size_t k = 0; k < steps_.size(); ++k)
    softness = std::min(softness, steps_[k].norm() / changes_[k].norm());
  if (steps_.empty()) return softness * drive;

  // Least squares over normalized differences of the drive.
  const auto count = static_cast<Eigen::Index>(steps_.size());
  Eigen::MatrixXd differences(drive.size(), count);
  for (Eigen::Index k = 0; k < count; ++k)
    differences.col(k) = changes_[static_cast<std::size_t>(k)].normalized();
  const Eigen::VectorXd f = drive.reshaped();
  Eigen::MatrixXd normal = differences.transpose() * differences;
  normal.diagonal().array() += regularization;
  const Eigen::VectorXd weight = normal.ldlt().solve(differences.transpose() * f);
  Eigen::VectorXd step = softness * (f - differences * weight);
  for (Eigen::Index k = 0; k < count; ++k) {
    const auto i = static_cast<std::size_t>(k);
    step -= (weight[k] / changes_[i].norm()) * steps_[i];
  }
  return step.reshaped(drive.rows(), drive.cols());
}

}  // namespace landscape::neb
