#include "md/vibration/hessian.hpp"

#include <algorithm>
#include <cmath>

#include "md/core/error.hpp"

namespace landscape::md {

Hessian::Hessian(const Potential& potential, const Configuration& configuration)
    : positions_(configuration.positions), periodic_(configuration.cell.any_periodic()) {
  configuration.validate();
  const std::vector<int> types = potential.types_of(configuration.species);
  place_.assign(types.size(), -1);
  for (Eigen::Index i = 0; i < configuration.size(); ++i)
    if (configuration.is_free(i)) {
      place_[static_cast<std::size_t>(i)] = dof();
      free_.push_back(i);
    }
  if (free_.empty())
    throw InputError("configuration: every atom is frozen, expected at least one free atom");
  masses_.resize(dof());
  for (std::size_t k = 0; k < free_.size(); ++k)
    masses_.segment<3>(3 * static_cast<Eigen::Index>(k))
        .setConstant(potential.mass(types[static_cast<std::size_t>(free_[k])]));
  inverse_root_masses_ = masses_.cwiseSqrt().cwiseInverse();
  NeighborList list(potential.cutoff(), 0.0);
  list.update(configuration.cell, configuration.positions);
  expansion_ = potential.second_order(configuration.positions, types, list);
  collect_neighbors();
}

void Hessian::collect_neighbors() {
  first_.assign(place_.size() + 1, 0);
  for (const PairExpansion& p : expansion_.pairs)
    if (p.first != p.second) {
      ++first_[p.first + 1];
      ++first_[p.second + 1];
    }
  for (std::size_t i = 0; i < place_.size(); ++i) first_[i + 1] += first_[i];
  neighbors_.resize(first_.back());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for (const PairExpansion& p : expansion_.pairs) {
    if (p.first == p.second) continue;
    const double r = p.r.norm(), across = p.slope / r;
    const Eigen::Vector3d u = p.r / r;
    neighbors_[next[p.first]++] = {
        p.second, u, p.curvature - across, across, p.density_slope_first, p.density_slope_second};
    neighbors_[next[p.second]++] = {
        p.first, -u, p.curvature - across, across, p.density_slope_second, p.density_slope_first};
  }
}

Eigen::MatrixXd Hessian::uniform_motions(Weighting weighting) const {
  const Eigen::Index n = atom_count();
  if (static_cast<Eigen::Index>(free_.size()) != n) return Eigen::MatrixXd(dof(), 0);
  const Eigen::Vector3d center = positions_.rowwise().mean();
  const int candidates = periodic_ ? 3 : 6;
  Eigen::MatrixXd motions(dof(), 0);
  for (int c = 0; c < candidates; ++c) {
    Eigen::VectorXd v(dof());
    for (Eigen::Index i = 0; i < n; ++i)
      v.segment<3>(3 * i) =
          c < 3 ? Eigen::Vector3d(Eigen::Vector3d::Unit(c))
                : Eigen::Vector3d(Eigen::Vector3d::Unit(c - 3).cross(positions_.col(i) - center));
    if (weighting == Weighting::Mass) v = v.cwiseProduct(masses_.cwiseSqrt());
    const double before = v.norm();
    for (int pass = 0; pass < 2; ++pass) v -= motions * (motions.transpose() * v);
    if (!(v.norm() > 1e-6 * before)) continue;  // a line of atoms has two rotations, an atom none
    motions.conservativeResize(Eigen::NoChange, motions.cols() + 1);
    motions.col(motions.cols() - 1) = v.normalized();
  }
  return motions;
}

Eigen::VectorXd on_all_atoms(const Hessian& hessian, const Eigen::Ref<const Eigen::VectorXd>& free) {
  LANDSCAPE_CHECK(free.size() == static_cast<Eigen::Index>(hessian.free_atoms().size()));
  Eigen::VectorXd all = Eigen::VectorXd::Zero(hessian.atom_count());
  for (std::size_t k = 0; k < hessian.free_atoms().size(); ++k)
    all[hessian.free_atoms()[k]] = free[static_cast<Eigen::Index>(k)];
  return all;
}

Eigen::Matrix3d& Hessian::BlockRow::at(std::uint32_t atom) {
  if (place[atom] < 0) {
    place[atom] = static_cast<std::int32_t>(atoms.size());
    atoms.push_back(atom);
    blocks.push_back(Eigen::Matrix3d::Zero());
  }
  return blocks[static_cast<std::size_t>(place[atom])];
}

void Hessian::BlockRow::clear() {
  for (const std::uint32_t atom : atoms) place[atom] = -1;
  atoms.clear();
  blocks.clear();
}

/// ∂ρ_i/∂r_l for every atom l that it depends on, i itself last; empty for pair potentials.
std::vector<Hessian::DensityGradient> Hessian::density_gradients() const {
  std::vector<DensityGradient> gradients(expansion_.embedding_curvature.size());
  std::vector<std::int32_t> at(gradients.size(), -1);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    DensityGradient& g = gradients[i];
    Eigen::Vector3d own = Eigen::Vector3d::Zero();
    for (std::size_t k = first_[i]; k < first_[i + 1]; ++k) {
      const Neighbor& neighbor = neighbors_[k];
      const Eigen::Vector3d part = neighbor.density_here * neighbor.direction;
      own -= part;
      std::int32_t& where = at[neighbor.atom];
      if (where < 0) {
        where = static_cast<std::int32_t>(g.size());
        g.emplace_back(neighbor.atom, part);
      } else {
        g[static_cast<std::size_t>(where)].second += part;  // another image of the same atom
      }
    }
    for (const auto& [atom, part] : g) at[atom] = -1;
    g.emplace_back(static_cast<std::uint32_t>(i), own);
  }
  return gradients;
}

void Hessian::fill_row(std::uint32_t atom,
                       const std::vector<DensityGradient>& gradients,
                       BlockRow& row) const {
  row.clear();
  const auto add_density = [&](std::uint32_t center) {
    Eigen::Vector3d mine = Eigen::Vector3d::Zero();
    for (const auto& [l, g] : gradients[center])
      if (l == atom) mine = g;
    mine *= expansion_.embedding_curvature[center];
    for (const auto& [l, g] : gradients[center])
      if (place_[l] >= 0) row.at(l).noalias() += mine * g.transpose();
  };
  std::vector<std::uint32_t> centers;
  for (std::size_t k = first_[atom]; k < first_[atom + 1]; ++k) {
    const Neighbor& neighbor = neighbors_[k];
    const Eigen::Matrix3d stiffness =
        neighbor.along * neighbor.direction * neighbor.direction.transpose() +
        neighbor.across * Eigen::Matrix3d::Identity();
    row.at(atom) += stiffness;
    if (place_[neighbor.atom] >= 0) row.at(neighbor.atom) -= stiffness;
    centers.push_back(neighbor.atom);
  }
  if (gradients.empty()) return;
  add_density(atom);
  std::sort(centers.begin(), centers.end());
  centers.erase(std::unique(centers.begin(), centers.end()), centers.end());
  for (const std::uint32_t center : centers) add_density(center);
}

template <class Visit>
void Hessian::visit_blocks(Weighting weighting, Visit&& visit) const {
  const auto gradients = density_gradients();
  BlockRow row;
  row.place.assign(place_.size(), -1);
  for (const Eigen::Index i : free_) {
    fill_row(static_cast<std::uint32_t>(i), gradients, row);
    const Eigen::Index a = place_[static_cast<std::size_t>(i)];
    for (std::size_t k = 0; k < row.atoms.size(); ++k) {
      const Eigen::Index b = place_[row.atoms[k]];
      const double weight =
          weighting == Weighting::Mass ? inverse_root_masses_[a] * inverse_root_masses_[b] : 1.0;
      visit(a, b, Eigen::Matrix3d(weight * row.blocks[k]));
    }
  }
}

Eigen::MatrixXd Hessian::dense(Weighting weighting) const {
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(dof(), dof());
  visit_blocks(weighting, [&](Eigen::Index a, Eigen::Index b, const Eigen::Matrix3d& block) {
    matrix.block<3, 3>(b, a) = block.transpose();  // column by column
  });
  return matrix;
}

Eigen::SparseMatrix<double, Eigen::RowMajor> Hessian::sparse(Weighting weighting) const {
  std::vector<Eigen::Triplet<double>> elements;
  visit_blocks(weighting, [&](Eigen::Index a, Eigen::Index b, const Eigen::Matrix3d& block) {
    for (int r = 0; r < 3; ++r)
      for (int c = 0; c < 3; ++c)
        elements.emplace_back(static_cast<int>(a + r), static_cast<int>(b + c), block(r, c));
  });
  Eigen::SparseMatrix<double, Eigen::RowMajor> matrix(dof(), dof());
  matrix.setFromTriplets(elements.begin(), elements.end());
  return matrix;
}

}  // namespace landscape::md
