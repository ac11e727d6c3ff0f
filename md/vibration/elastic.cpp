#include "md/vibration/elastic.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include "md/core/error.hpp"
#include "md/core/units.hpp"
#include "md/vibration/strain_derivatives.hpp"

namespace landscape::md {

void BornOptions::validate() const {
  if (!(tolerance > 0.0))
    throw InputError(
        message("elasticity: tolerance is ", tolerance, ", expected a positive number"));
  if (max_iterations < 1)
    throw InputError(
        message("elasticity: max_iterations is ", max_iterations, ", expected at least 1"));
  if (threads < 1)
    throw InputError(message("elasticity: threads is ", threads, ", expected at least 1"));
}

namespace {

constexpr std::array<std::array<int, 2>, 6> voigt_pair = {
    {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}}};

/// B - C for the stress σ: what turns second derivatives by Lagrangian strain into stress-strain
/// coefficients.
Matrix6d stress_terms(const Eigen::Matrix3d& s) {
  const auto d = [](int a, int b) { return a == b ? 1.0 : 0.0; };
  Matrix6d terms;
  for (std::size_t a = 0; a < 6; ++a)
    for (std::size_t b = 0; b < 6; ++b) {
      const auto [i, j] = voigt_pair[a];
      const auto [k, l] = voigt_pair[b];
      terms(static_cast<int>(a), static_cast<int>(b)) =
          0.5 * (d(i, k) * s(j, l) + d(j, k) * s(i, l) + d(i, l) * s(j, k) + d(j, l) * s(i, k) -
                 2.0 * d(k, l) * s(i, j));
    }
  return terms;
}

/// Solves H x = b, column by column at once, without the uniform motions.
struct Solution {
  VectorBlock x;
  ElasticStatus status = ElasticStatus::IterationLimit;
  double residual = 0.0;
  std::int64_t products = 0;
};

Solution conjugate_gradients(const Hessian& hessian,
                             VectorBlock b,
                             const BornOptions& options,
                             const ElasticObserver& observe) {
  const Eigen::MatrixXd motions = hessian.uniform_motions(Weighting::None);
  const auto project = [&](VectorBlock& v) {
    if (motions.cols() > 0) v -= motions * (motions.transpose() * v);
  };
  const auto dots = [](const VectorBlock& u, const VectorBlock& v) {
    return u.cwiseProduct(v).colwise().sum().eval();
  };
  project(b);
  Solution out;
  out.x = VectorBlock::Zero(b.rows(), b.cols());
  const double scale = b.norm(), target = options.tolerance * scale;
  VectorBlock r = b, p = b, hp;
  Eigen::RowVectorXd rr = dots(r, r);
  double start = 0.0;
  for (int iteration = 0;; ++iteration) {
    out.residual = scale > 0.0 ? std::sqrt(rr.sum()) / scale : 0.0;
    // A crystal of one atom a site has no non-affine part: its right-hand side is rounding alone.
    if (std::sqrt(rr.sum()) <= target || scale <= 1e-10 * static_cast<double>(b.rows())) {
      out.status = ElasticStatus::Converged;
      return out;
    }
    if (iteration == options.max_iterations) return out;
    if (iteration == 0) start = std::log(1.0 / options.tolerance);
    if (observe && iteration % 20 == 0 &&
        observe(1.0 - std::log(out.residual / options.tolerance) / start) == Control::Stop) {
      out.status = ElasticStatus::StoppedByObserver;
      return out;
    }
    hessian.multiply(p, hp, Weighting::None, options.threads);
    out.products += b.cols();
    const Eigen::RowVectorXd php = dots(p, hp);
    for (Eigen::Index k = 0; k < b.cols(); ++k) {
      if (rr[k] <= 1e-30 * scale * scale) continue;
      if (!(php[k] > 0.0)) {
        out.status = ElasticStatus::NotAMinimum;
        return out;
      }
      const double alpha = rr[k] / php[k];
      out.x.col(k) += alpha * p.col(k);
      r.col(k) -= alpha * hp.col(k);
    }
    project(r);
    const Eigen::RowVectorXd now = dots(r, r);
    for (Eigen::Index k = 0; k < b.cols(); ++k)
      p.col(k) = r.col(k) + (rr[k] > 0.0 ? now[k] / rr[k] : 0.0) * p.col(k);
    rr = now;
  }
}

}  // namespace

Elasticity born_elasticity(const Hessian& hessian,
                           const Configuration& configuration,
                           const BornOptions& options,
                           const ElasticObserver& observe) {
  options.validate();
  if (!configuration.cell.fully_periodic())
    throw InputError("elastic constants: expected a cell periodic in all three directions");
  if (configuration.any_frozen())
    throw InputError("elastic constants: expected all atoms free, some are frozen");
  const double volume = configuration.cell.volume();
  const StrainDerivatives d = strain_derivatives(hessian.expansion(), hessian.atom_count());
  const Matrix6d stress = stress_terms(d.virial / volume);
  Elasticity out;
  const Solution solution = conjugate_gradients(hessian, d.forces, options, observe);
  out.status = solution.status;
  out.residual = solution.residual;
  out.products = solution.products;
  out.affine = d.energy / volume + stress;
  out.affine = (0.5 * (out.affine + out.affine.transpose())).eval();
  if (out.status != ElasticStatus::Converged) return out;
  const Matrix6d relaxed = (d.energy - d.forces.transpose() * solution.x) / volume + stress;
  out.asymmetry = (relaxed - relaxed.transpose()).cwiseAbs().maxCoeff();
  out.stiffness = 0.5 * (relaxed + relaxed.transpose());
  return out;
}

IsotropicModuli isotropic_moduli(const Matrix6d& c) {
  const auto nan = std::nan("");
  IsotropicModuli m{};
  m.bulk_voigt = (c(0, 0) + c(1, 1) + c(2, 2) + 2.0 * (c(0, 1) + c(1, 2) + c(0, 2))) / 9.0;
  m.shear_voigt = (c(0, 0) + c(1, 1) + c(2, 2) - c(0, 1) - c(1, 2) - c(0, 2) +
                   3.0 * (c(3, 3) + c(4, 4) + c(5, 5))) /
                  15.0;
  const Eigen::LLT<Matrix6d> factor(c);
  if (factor.info() != Eigen::Success || !c.allFinite()) {
    m.bulk_reuss = m.shear_reuss = nan;
    return m;
  }
  const Matrix6d s = factor.solve(Matrix6d::Identity());
  m.bulk_reuss = 1.0 / (s(0, 0) + s(1, 1) + s(2, 2) + 2.0 * (s(0, 1) + s(1, 2) + s(0, 2)));
  m.shear_reuss =
      15.0 / (4.0 * (s(0, 0) + s(1, 1) + s(2, 2)) - 4.0 * (s(0, 1) + s(1, 2) + s(0, 2)) +
              3.0 * (s(3, 3) + s(4, 4) + s(5, 5)));
  return m;
}

Sound sound(const IsotropicModuli& moduli, double density) {
  const double g = moduli.shear(), m = moduli.bulk() + 4.0 / 3.0 * g;
  return {std::sqrt(g / (density * units::kinetic_ev)),
          std::sqrt(m / (density * units::kinetic_ev))};
}

double Sound::debye_thz(double atoms_per_a3) const {
  const double slowness = (2.0 / std::pow(transverse, 3) + 1.0 / std::pow(longitudinal, 3)) / 3.0;
  return std::cbrt(6.0 * std::numbers::pi * std::numbers::pi * atoms_per_a3 / slowness) /
         (2.0 * std::numbers::pi);
}

}  // namespace landscape::md
