#include "neb/band.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "neb/image_force.hpp"
#include "neb/spacing.hpp"
#include "neb/tangent.hpp"

namespace landscape::neb {

Band::Band(const SurfaceFactory& make_surface, Eigen::MatrixXd path, int threads)
    : x_(std::move(path)),
      gradient_(Eigen::MatrixXd::Zero(x_.rows(), x_.cols())),
      energy_(Eigen::VectorXd::Zero(x_.cols())),
      threads_(threads) {
  surfaces_.reserve(static_cast<std::size_t>(size()));
  for (int i = 0; i < size(); ++i) surfaces_.push_back(make_surface());
  block_ = surfaces_.front()->block();
  evaluate(x_, 0, size());
}

int Band::highest() const {
  Eigen::Index best = 0;
  energy_.segment(1, size() - 2).maxCoeff(&best);
  return static_cast<int>(best) + 1;
}

Eigen::VectorXd Band::tangent(int image) const {
  return ImprovedTangent::compute(x_.col(image) - x_.col(image - 1),
                                  x_.col(image + 1) - x_.col(image),
                                  {energy_[image - 1], energy_[image], energy_[image + 1]});
}

Springs Band::springs(double constant, double ratio) const {
  Springs springs{constant, std::vector<double>(surfaces_.size() - 1, 1.0)};
  const double low = std::max(energy_[0], energy_[size() - 1]), high = energy_.maxCoeff();
  if (!(high > low)) return springs;
  for (int i = 0; i + 1 < size(); ++i) {
    const double height = (std::max(energy_[i], energy_[i + 1]) - low) / (high - low);
    springs.stiffness[static_cast<std::size_t>(i)] = 1.0 / ratio + (1.0 - 1.0 / ratio) * std::max(0.0, height);
  }
  return springs;
}

Eigen::MatrixXd Band::forces(const Springs& springs, std::optional<int> climbing) const {
  const std::vector<double>& k = springs.stiffness;
  Eigen::MatrixXd force = Eigen::MatrixXd::Zero(x_.rows(), x_.cols());
  for (int i = 1; i + 1 < size(); ++i) {
    const Eigen::VectorXd along = tangent(i);
    if (climbing == i) {
      force.col(i) = climbing_force(gradient_.col(i), along);
    } else {
      const auto at = static_cast<std::size_t>(i);
      const double backward = k[at - 1] * (x_.col(i) - x_.col(i - 1)).norm();
      const double forward = k[at] * (x_.col(i + 1) - x_.col(i)).norm();
      force.col(i) = nudged_force(gradient_.col(i), along, springs.constant * (forward - backward));
    }
  }
  return force;
}

Eigen::MatrixXd Band::drive(const Eigen::MatrixXd& force, const Springs& springs, std::optional<int> climbing) const {
  constexpr double across = 20.0;  // [eV/Å²], like the potential across the path
  const std::vector<double>& k = springs.stiffness;
  Eigen::VectorXd elongation = Eigen::VectorXd::Zero(x_.cols());
  std::vector<char> fixed(surfaces_.size(), 0);
  fixed.front() = fixed.back() = 1;
  if (climbing) fixed[static_cast<std::size_t>(*climbing)] = 1;
  for (int i = 1; i + 1 < size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    elongation[i] = k[at] * (x_.col(i + 1) - x_.col(i)).norm() - k[at - 1] * (x_.col(i) - x_.col(i - 1)).norm();
  }
  const Eigen::VectorXd slide = equal_spacing(elongation, k, fixed);
  Eigen::MatrixXd result = force;
  for (int i = 1; i + 1 < size(); ++i) {
    if (fixed[static_cast<std::size_t>(i)]) continue;
    const Eigen::VectorXd along = tangent(i);
    result.col(i) += (across * slide[i] - force.col(i).dot(along)) * along;
  }
  return result;
}

std::vector<double> Band::reaction_coordinate() const {
  std::vector<double> s(surfaces_.size(), 0.0);
  for (int i = 1; i < size(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    s[k] = s[k - 1] + (x_.col(i) - x_.col(i - 1)).norm();
  }
  return s;
}

void Band::move(const Eigen::MatrixXd& step) {
  Eigen::MatrixXd trial = x_;
  trial.middleCols(1, size() - 2) += step.middleCols(1, size() - 2);
  evaluate(trial, 1, size() - 2);
  x_ = std::move(trial);
}

void Band::evaluate(const Eigen::MatrixXd& x, int first, int count) {
  Eigen::MatrixXd gradients(x.rows(), count);
  Eigen::VectorXd energies(count);
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(count));

#pragma omp parallel for num_threads(threads_) schedule(dynamic, 1)
  for (int k = 0; k < count; ++k) {
    try {
      energies[k] = surfaces_[static_cast<std::size_t>(first + k)]->evaluate(x.col(first + k),
                                                                             gradients.col(k));
    } catch (...) {  // must not leave the parallel region; rethrown below
      errors[static_cast<std::size_t>(k)] = std::current_exception();
    }
  }
  force_calls_ += count;
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
  energy_.segment(first, count) = energies;
  gradient_.middleCols(first, count) = gradients;
}

}  // namespace landscape::neb
