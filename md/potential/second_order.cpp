/// The embedded-atom energy to second order.
#include <cmath>

#include "md/potential/detail.hpp"
#include "md/potential/eam.hpp"

namespace landscape::md {
namespace {

/// A pair's functions with their derivatives, before the embedding is known.
struct Terms {
  std::array<double, 3> at_first, at_second, phi;
};

}  // namespace

SecondOrder EamPotential::second_order(const Eigen::Ref<const Matrix3Xd>& positions,
                                       std::span<const int> types,
                                       const NeighborList& list) const {
  SecondOrder out;
  std::vector<Terms> terms;
  std::vector<double> density(types.size(), 0.0);
  const double limit2 = std::max(minimum_separation_ * minimum_separation_, detail::same_spot2);
  const Slots& slots = list.slots();
  for (std::size_t rank = 0; rank < slots.home.size(); ++rank) {
    const std::uint32_t i = slots.atom[slots.home[rank]];
    const Eigen::Vector3d center = list.place(positions, slots.home[rank]);
    for (const std::uint32_t slot : list.row(rank)) {
      const std::uint32_t j = slots.atom[slot];
      const Eigen::Vector3d d = list.place(positions, slot) - center;
      const double r2 = d.squaredNorm();
      if (r2 >= cutoff_ * cutoff_) continue;
      if (!(r2 >= limit2)) refuse_closest(positions, list);
      const double r = std::sqrt(r2);
      const Place at = place(r);
      const double* k = knots(types[i], types[j], at.knot);
      Terms t{derivatives(k, at.p), derivatives(k + 2, at.p), derivatives(k + 4, at.p)};
      const auto [z, dz, ddz] = t.phi;  // r φ
      t.phi[0] = z / r;
      t.phi[1] = (dz - t.phi[0]) / r;
      t.phi[2] = (ddz - 2.0 * t.phi[1]) / r;
      density[i] += t.at_first[0];
      density[j] += t.at_second[0];
      out.pairs.push_back({i, j, d, 0.0, 0.0, t.at_first[1], t.at_second[1]});
      terms.push_back(t);
    }
  }
  std::vector<double> slope(types.size());
  out.embedding_curvature.resize(types.size());
  for (std::size_t i = 0; i < types.size(); ++i) {
    const auto [first, second] = embedding_derivatives(types[i], density[i]);
    slope[i] = first;
    out.embedding_curvature[i] = second;
  }
  for (std::size_t k = 0; k < terms.size(); ++k) {
    PairExpansion& pair = out.pairs[k];
    const Terms& t = terms[k];
    const double f = slope[pair.first], g = slope[pair.second];
    pair.slope = t.phi[1] + f * t.at_first[1] + g * t.at_second[1];
    pair.curvature = t.phi[2] + f * t.at_first[2] + g * t.at_second[2];
  }
  return out;
}

}  // namespace landscape::md
