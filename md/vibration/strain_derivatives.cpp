#include "md/vibration/strain_derivatives.hpp"

namespace landscape::md {

namespace {

using Vector6d = Eigen::Matrix<double, 6, 1>;

/// a_i b_j in Voigt's order for a symmetric tensor a ⊗ a.
Vector6d voigt_of(const Eigen::Vector3d& a) {
  return {a[0] * a[0], a[1] * a[1], a[2] * a[2], a[1] * a[2], a[0] * a[2], a[0] * a[1]};
}

}  // namespace

StrainDerivatives strain_derivatives(const SecondOrder& e, Eigen::Index atoms) {
  StrainDerivatives out;
  out.forces = VectorBlock::Zero(3 * atoms, 6);
  // Change of each atom's density with strain: Σ ρ' r r / r.
  Eigen::Matrix<double, 6, Eigen::Dynamic> density =
      Eigen::Matrix<double, 6, Eigen::Dynamic>::Zero(6, e.embedding_curvature.empty() ? 0 : atoms);
  const auto at = [&](std::uint32_t atom) {
    return out.forces.middleRows<3>(3 * static_cast<Eigen::Index>(atom));
  };
  for (const PairExpansion& p : e.pairs) {
    const double r = p.r.norm();
    const Vector6d rr = voigt_of(p.r);
    out.virial += p.slope / r * p.r * p.r.transpose();
    out.energy += (p.curvature - p.slope / r) / (r * r) * rr * rr.transpose();
    const Eigen::Matrix<double, 3, 6> pull =
        (p.curvature - p.slope / r) / (r * r) * p.r * rr.transpose();
    at(p.second) += pull;
    at(p.first) -= pull;
    if (density.cols() == 0) continue;
    density.col(p.first) += p.density_slope_first / r * rr;
    density.col(p.second) += p.density_slope_second / r * rr;
  }
  if (density.cols() == 0) return out;
  for (Eigen::Index i = 0; i < atoms; ++i)
    out.energy += e.embedding_curvature[static_cast<std::size_t>(i)] * density.col(i) *
                  density.col(i).transpose();
  for (const PairExpansion& p : e.pairs) {
    const Vector6d change =
        e.embedding_curvature[p.first] * p.density_slope_first * density.col(p.first) +
        e.embedding_curvature[p.second] * p.density_slope_second * density.col(p.second);
    const Eigen::Matrix<double, 3, 6> pull = p.r.normalized() * change.transpose();
    at(p.second) += pull;
    at(p.first) -= pull;
  }
  return out;
}

}  // namespace landscape::md
