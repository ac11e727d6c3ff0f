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

/// What surfaces with exact second derivatives take for expand() after an evaluation at the same place, and for a product of the Hessian with one
/// vector, in force calls (docs/performance.md; rounded up to 64ths, so that sums are exact and do not depend on what was counted before).
inline constexpr double expansion_work = 1.0;
/// @param dof coordinates: products of large samples wait for memory.
constexpr double product_work(Eigen::Index dof) { return dof <= 6000 ? 0.328125 : dof <= 30000 ? 0.375 : 0.5625; }

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
  /// Takes the exact second derivatives at x, for hessian_times(). Evaluates the energy there first unless that was the last thing evaluated.
  /// @return false where the surface has none.
  bool expand(const Eigen::Ref<const Eigen::VectorXd>& x) {
    const Expansion expansion = do_expand(x);
    if (expansion == Expansion::Made) other_work_ += expansion_work;
    return expansion != Expansion::None;
  }
  /// H v [eV/Å²] where expand() was called last, to some 1e-6 of the largest elements. What was evaluated since does not matter.
  void hessian_times(const Eigen::Ref<const Eigen::VectorXd>& v, Eigen::Ref<Eigen::VectorXd> product) {
    other_work_ += product_work(dof());
    do_hessian_times(v, product);
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
  /// Evaluations and what else was asked for, in evaluations.
  double work() const { return static_cast<double>(calls_) + other_work_; }

 protected:
  virtual double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x,
                             Eigen::Ref<Eigen::VectorXd> gradient) = 0;
  enum class Expansion { None, Made, Kept };  ///< Kept: that of last time, which was at the same place
  virtual Expansion do_expand(const Eigen::Ref<const Eigen::VectorXd>&) { return Expansion::None; }
  virtual void do_hessian_times(const Eigen::Ref<const Eigen::VectorXd>&, Eigen::Ref<Eigen::VectorXd>) {
    throw std::logic_error("a surface without second derivatives was asked for their product");
  }

 private:
  std::int64_t calls_ = 0;
  double other_work_ = 0.0;
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
