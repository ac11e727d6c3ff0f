/// The L-BFGS model of an inverse Hessian, apart from any line search.
#pragma once

#include <Eigen/Dense>
#include <deque>

namespace landscape::md {

/// Remembers (step, change of gradient) pairs of positive curvature. One object belongs to one thread.
/// @par Source J. Nocedal, Math. Comp. 35, 773 (1980).
class QuasiNewton {
 public:
  /// @param memory pairs kept, > 0. @param curvature first guess [eV/Å²], > 0.
  QuasiNewton(int memory, double curvature) : memory_(memory), curvature_(curvature) {}

  /// The descent step -B⁻¹ g, or steepest descent where the model does not descend.
  Eigen::VectorXd step(const Eigen::Ref<const Eigen::VectorXd>& gradient);
  /// Learns from one step. @return false (and forgets all) where the curvature along it is not positive.
  bool learn(const Eigen::Ref<const Eigen::VectorXd>& step, const Eigen::Ref<const Eigen::VectorXd>& change);
  void forget() { pairs_.clear(); }
  bool empty() const { return pairs_.empty(); }

 private:
  struct Pair {
    Eigen::VectorXd step, change;
    double inverse;
  };
  int memory_;
  double curvature_;
  std::deque<Pair> pairs_;
};

}  // namespace landscape::md
