#include "md/minimize/cell_surface.hpp"

#include <cmath>

#include "md/core/error.hpp"
#include "md/core/units.hpp"

namespace landscape::md {

namespace {

using Eigen::Matrix3d;
using Eigen::VectorXd;

/// Coordinates: positions y in the reference cell, and the symmetric strain ε (six components, or one for all
/// diagonals) scaled to a length; r = (I + ε) y. The gradient is exact, so any minimizer works on it.
class CellSurface final : public EnergySurface {
 public:
  CellSurface(AtomicSurface& atoms, const Cell& reference, CellMode mode, double pressure)
      : atoms_(atoms), reference_(reference), mode_(mode), pressure_(pressure) {
    // A strain component costs about V C ε² with C near 0.6 eV/Å³ (100 GPa), a displacement 5 eV/Å² u²: with this
    // length both have the same stiffness.
    length_ = std::sqrt(reference.volume() * 0.6 / 5.0);
  }
  Eigen::Index strains() const { return mode_ == CellMode::Anisotropic ? 6 : 1; }
  /// Padded to whole particles of three.
  Eigen::Index dof() const override { return atoms_.dof() + (mode_ == CellMode::Anisotropic ? 6 : 3); }
  Eigen::Index block() const override { return 3; }

  Matrix3d strain(const Eigen::Ref<const VectorXd>& x) const {
    const auto e = x.tail(dof() - atoms_.dof()) / length_;
    if (mode_ == CellMode::Isotropic) return e[0] * Matrix3d::Identity();
    Matrix3d m;
    m << e[0], e[5], e[4], e[5], e[1], e[3], e[4], e[3], e[2];
    return m;
  }
  VectorXd atoms_at(const Eigen::Ref<const VectorXd>& x) const {
    const Matrix3d f = Matrix3d::Identity() + strain(x);
    VectorXd r(atoms_.dof());
    for (Eigen::Index i = 0; i < r.size(); i += 3) r.segment<3>(i) = f * x.segment<3>(i);
    return r;
  }
  /// Stress plus pressure of the last evaluation [eV/Å³].
  Matrix3d residual() const { return atoms_.stress() + pressure_ * Matrix3d::Identity(); }

 protected:
  double do_evaluate(const Eigen::Ref<const VectorXd>& x, Eigen::Ref<VectorXd> gradient) override {
    const Matrix3d f = Matrix3d::Identity() + strain(x);
    if (!(f.determinant() > 0.2 && f.determinant() < 5.0))
      throw InputError("minimize: the cell collapsed or exploded while it was relaxed; relax with a fixed cell first");
    atoms_.set_cell(reference_.deformed(f));
    const VectorXd r = atoms_at(x);
    VectorXd g(r.size());
    const double energy = atoms_.evaluate(r, g);
    for (Eigen::Index i = 0; i < r.size(); i += 3) gradient.segment<3>(i) = f.transpose() * g.segment<3>(i);
    const double volume = atoms_.cell().volume();
    const Matrix3d d = volume * residual() * f.inverse().transpose();  // dE/dF
    auto tail = gradient.tail(dof() - atoms_.dof());
    tail.setZero();
    if (mode_ == CellMode::Isotropic) {
      tail[0] = d.trace() / length_;
    } else {
      tail << d(0, 0), d(1, 1), d(2, 2), d(1, 2) + d(2, 1), d(0, 2) + d(2, 0), d(0, 1) + d(1, 0);
      tail /= length_;
    }
    return energy + pressure_ * volume;
  }

 private:
  AtomicSurface& atoms_;
  Cell reference_;
  CellMode mode_;
  double pressure_, length_;
};

double largest_stress(const Matrix3d& residual, CellMode mode) {
  return mode == CellMode::Isotropic ? std::abs(residual.trace()) / 3.0 : residual.cwiseAbs().maxCoeff();
}

}  // namespace

void CellMinimizeOptions::validate() const {
  minimize.validate();
  if (!(max_stress_gpa > 0.0))
    throw InputError(message("minimize: max_stress_gpa is ", max_stress_gpa, ", expected a positive number"));
  if (!std::isfinite(pressure_gpa)) throw InputError("minimize: pressure is not finite");
}

CellMinimizeResult minimize_with_cell(std::shared_ptr<const Potential> potential, const Configuration& start,
                                      const CellMinimizeOptions& options, SurfaceOptions surface_options,
                                      const MinimizeObserver& observe) {
  options.validate();
  AtomicSurface atoms(std::move(potential), start, surface_options);
  VectorXd x = atoms.gather(start.positions);
  CellMinimizeResult result;
  if (options.cell == CellMode::Fixed) {
    result.minimum = minimize(atoms, x, options.minimize, observe);
  } else {
    if (!start.cell.fully_periodic())
      throw InputError("minimize: a cell can only relax where all three directions are periodic");
    if (start.any_frozen()) throw InputError("minimize: a cell cannot relax around frozen atoms");
    const double pressure = options.pressure_gpa / units::gpa_per_ev_a3;
    // Rounds: the reference cell follows the relaxed one, so strains stay small and the stress tolerance is tightened
    // through the force tolerance of the cell's own coordinates.
    MinimizeOptions inner = options.minimize;
    Cell cell = start.cell;
    std::int64_t calls = 0;
    int iterations = 0;
    for (int round = 0; round < 12; ++round) {
      CellSurface joint(atoms, cell, options.cell, pressure);
      VectorXd y = VectorXd::Zero(joint.dof());
      y.head(x.size()) = x;
      result.minimum = minimize(joint, y, inner, observe);
      calls += result.minimum.force_calls;
      iterations += result.minimum.iterations;
      x = joint.atoms_at(y);
      cell = cell.deformed(Matrix3d::Identity() + joint.strain(y));
      atoms.set_cell(cell);
      VectorXd gradient(x.size());
      const double energy = atoms.evaluate(x, gradient);
      ++calls;
      const double force = max_norm(gradient, 3);
      const double stress = largest_stress(joint.residual(), options.cell) * units::gpa_per_ev_a3;
      const bool forces_done = force <= options.minimize.max_force;
      const bool stress_done = stress <= options.max_stress_gpa;
      result.minimum.energy = energy;
      result.minimum.max_force = force;
      if (result.minimum.status == MinimizeStatus::StoppedByObserver || result.minimum.status == MinimizeStatus::Stalled) break;
      if (forces_done && stress_done) {
        result.minimum.status = MinimizeStatus::Converged;
        break;
      }
      if (result.minimum.status == MinimizeStatus::Converged) result.minimum.status = MinimizeStatus::IterationLimit;
      inner.max_force *= 0.3;
    }
    result.minimum.force_calls = calls;
    result.minimum.iterations = iterations;
  }
  result.configuration = atoms.configuration(x);
  result.stress = atoms.stress();
  return result;
}

}  // namespace landscape::md
