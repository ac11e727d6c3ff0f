#include "md/minimize/quasi_newton.hpp"

#include <vector>

namespace landscape::md {

Eigen::VectorXd QuasiNewton::step(const Eigen::Ref<const Eigen::VectorXd>& gradient) {
  Eigen::VectorXd d = -gradient;
  if (pairs_.empty()) return d / curvature_;
  std::vector<double> alpha(pairs_.size());
  for (std::size_t k = pairs_.size(); k-- > 0;) {
    alpha[k] = pairs_[k].inverse * pairs_[k].step.dot(d);
    d -= alpha[k] * pairs_[k].change;
  }
  const Pair& last = pairs_.back();
  d *= last.step.dot(last.change) / last.change.squaredNorm();
  for (std::size_t k = 0; k < pairs_.size(); ++k)
    d += (alpha[k] - pairs_[k].inverse * pairs_[k].change.dot(d)) * pairs_[k].step;
  if (d.dot(gradient) < 0.0) return d;
  forget();
  return -gradient / curvature_;
}

bool QuasiNewton::learn(const Eigen::Ref<const Eigen::VectorXd>& step, const Eigen::Ref<const Eigen::VectorXd>& change) {
  const double curvature = step.dot(change);
  if (!(curvature > 1e-10 * step.norm() * change.norm())) {
    forget();
    return false;
  }
  pairs_.push_back({step, change, 1.0 / curvature});
  if (static_cast<int>(pairs_.size()) > memory_) pairs_.pop_front();
  return true;
}

}  // namespace landscape::md
