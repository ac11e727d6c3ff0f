#include "md/potential/potential.hpp"

#include <algorithm>
#include <cmath>

#include "md/core/error.hpp"
#include "md/potential/detail.hpp"

namespace landscape::md {

void ForceScratch::release() {
  forces = {};
  virials = {};
  energies = {};
  eam.reset();
  eam_expansion.reset();
}

void ForceScratch::prepare(int chunks, Eigen::Index n) {
  const auto count = static_cast<std::size_t>(chunks);
  forces.resize(count);
  for (auto& f : forces) f.setZero(3, n);
  virials.assign(count, Eigen::Matrix3d::Zero());
  energies.assign(count, 0.0);
}

ForceResult ForceScratch::gather(Eigen::Ref<Matrix3Xd> total) const {
  ForceResult result;
  total = forces[0];
  for (std::size_t c = 1; c < forces.size(); ++c) total += forces[c];
  for (std::size_t c = 0; c < forces.size(); ++c) {
    result.energy += energies[c];
    result.virial += virials[c];
  }
  return result;
}

double Potential::energy(const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types, const NeighborList& list,
                         ForceScratch& scratch, int threads) const {
  Matrix3Xd forces(3, positions.cols());
  return compute(positions, types, list, forces, scratch, threads).energy;
}

void Potential::expand(const Eigen::Ref<const Matrix3Xd>&, std::span<const int>, const NeighborList&, ForceScratch&) const {
  throw InvariantError("a potential without second derivatives was asked for them");
}

void Potential::hessian_times(const Eigen::Ref<const Matrix3Xd>&, Eigen::Ref<Matrix3Xd>, ForceScratch&) const {
  throw InvariantError("a potential without second derivatives was asked for their product");
}

namespace detail {

void refuse_close_pair(std::span<const ClosePair> closest, const std::string& spec, double minimum_separation) {
  const ClosePair* worst = nullptr;
  for (const auto& pair : closest)
    if (pair.first >= 0 && (!worst || pair.r2 < worst->r2)) worst = &pair;
  if (!worst) return;
  if (worst->r2 < same_spot2)
    throw InputError(message("atoms ", worst->first + 1, " and ", worst->second + 1, " are ", std::sqrt(worst->r2),
                             " Å apart: two atoms on one spot"));
  throw InputError(message("atoms ", worst->first + 1, " and ", worst->second + 1, " are ", std::sqrt(worst->r2),
                           " Å apart, ", spec, " is unphysical below ", minimum_separation,
                           " Å; start from a lattice or relax the overlap with another potential first"));
}

std::vector<int> types_by_element(const std::string& spec, std::span<const std::string> elements,
                                  std::span<const std::string> species) {
  std::vector<int> types;
  types.reserve(species.size());
  for (std::size_t i = 0; i < species.size(); ++i) {
    const auto it = std::find(elements.begin(), elements.end(), species[i]);
    if (it == elements.end()) {
      std::string have;
      for (const auto& e : elements) have += (have.empty() ? "" : ", ") + e;
      throw InputError(message("potential ", spec, ": atom ", i + 1, " is ", species[i], ", expected one of ", have));
    }
    types.push_back(static_cast<int>(it - elements.begin()));
  }
  return types;
}

}  // namespace detail

}  // namespace landscape::md
