/// What minimizers, ART and NEB see: a function of coordinates.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <stdexcept>

namespace landscape::md {

/// Uniform motions that cost no energy; they are no modes of the landscape.
struct Invariance {
  bool translations = false;
  bool rotations = false;
};

/// Energy and gradient as a function of dof() coordinates. One object belongs to one thread.
class EnergySurface {
 public:
  virtual ~EnergySurface() = default;
  /// Number of coordinates.
  virtual Eigen::Index dof() const = 0;
  /// Energy [eV] at x [Å]; writes dE/dx [eV/Å] to `gradient`. Both have length dof().
  /// @throws InputError where the energy is not defined (atoms closer than the potential allows).
  double evaluate(const Eigen::Ref<const Eigen::VectorXd>& x, Eigen::Ref<Eigen::VectorXd> gradient) {
    ++calls_;
    return do_evaluate(x, gradient);
  }
  /// Coordinates per particle: 3 for atoms. Forces and displacements are measured per particle.
  virtual Eigen::Index block() const { return 1; }
  virtual Invariance invariance() const { return {}; }
  /// b - a [Å], by the shortest periodic images where there are periods. Drift is kept.
  virtual Eigen::VectorXd difference(const Eigen::Ref<const Eigen::VectorXd>& a,
                                     const Eigen::Ref<const Eigen::VectorXd>& b) const {
    return b - a;
  }
  /// Evaluations so far.
  std::int64_t calls() const { return calls_; }

 protected:
  virtual double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x,
                             Eigen::Ref<Eigen::VectorXd> gradient) = 0;

 private:
  std::int64_t calls_ = 0;
};

/// Largest Euclidean norm over particles of `block` coordinates each (DESIGN.md section 3: max force).
inline double max_norm(const Eigen::Ref<const Eigen::VectorXd>& v, Eigen::Index block) {
  double best = 0.0;
  for (Eigen::Index i = 0; i + block <= v.size(); i += block) {
    const double n = v.segment(i, block).squaredNorm();
    if (!(n <= best)) best = n;  // NaN wins
  }
  return std::sqrt(best);
}

/// Whether the work goes on.
enum class Control { Continue, Stop };

}  // namespace landscape::md
