/// Some atoms of a large configuration move while all others stand still: exact forces at the cost of the few.
#pragma once

#include <vector>

#include "md/potential/atomic_surface.hpp"

namespace landscape::md {

/// The energy of a whole configuration as a function of some of its atoms.
///
/// Only pairs with a moving atom are evaluated; what the others put on the atoms around the region is a background density, taken once
/// from the whole. Energy and forces on the moving atoms equal those of the whole to rounding. One object belongs to one thread; the
/// surface it was made from may change or go.
class RegionSurface final : public EnergySurface {
 public:
  /// Evaluates `whole` once at x. @param x free atoms of the whole [Å]. @param moving particles of the whole (index of a free atom, not
  ///        of an atom), ascending, at least one. @throws InputError where the energy is not defined at x.
  RegionSurface(AtomicSurface& whole, const Eigen::Ref<const Eigen::VectorXd>& x, std::vector<Eigen::Index> moving);

  Eigen::Index dof() const override { return 3 * static_cast<Eigen::Index>(moving_.size()); }
  Eigen::Index block() const override { return 3; }
  Eigen::VectorXd difference(const Eigen::Ref<const Eigen::VectorXd>& a,
                             const Eigen::Ref<const Eigen::VectorXd>& b) const override;

  const std::vector<Eigen::Index>& moving() const { return moving_; }
  /// The moving part of a vector of the whole.
  Eigen::VectorXd part(const Eigen::Ref<const Eigen::VectorXd>& whole) const;
  /// `whole` with its moving part replaced.
  Eigen::VectorXd placed(const Eigen::Ref<const Eigen::VectorXd>& part, const Eigen::Ref<const Eigen::VectorXd>& whole) const;
  /// Pairs evaluated here over those of the whole: a force-call equivalent (DESIGN.md section 3).
  double relative_cost() const { return static_cast<double>(list_.pair_count()) / whole_pairs_; }

 protected:
  double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x, Eigen::Ref<Eigen::VectorXd> gradient) override;
  Expansion do_expand(const Eigen::Ref<const Eigen::VectorXd>& x) override;
  void do_hessian_times(const Eigen::Ref<const Eigen::VectorXd>& v, Eigen::Ref<Eigen::VectorXd> product) override;

 private:
  /// Takes in all atoms that the moving ones can meet within `reach` of their way from where they are now.
  void surround(const Eigen::Ref<const Eigen::VectorXd>& x);
  double energy_of_parts(const Eigen::Ref<const Eigen::VectorXd>& x);

  std::shared_ptr<const Potential> potential_;
  Cell cell_;
  Matrix3Xd whole_positions_;        ///< at the start; those of the moving atoms too
  Eigen::VectorXd whole_density_;
  double whole_energy_, whole_pairs_;
  std::vector<int> whole_types_;
  std::vector<Eigen::Index> moving_; ///< particles of the whole
  std::vector<Eigen::Index> moving_atoms_;
  Eigen::VectorXd start_;            ///< of the moving atoms
  // The moving atoms first, then those around them
  Eigen::VectorXd centre_;           ///< where the moving atoms were when the surroundings were taken
  Matrix3Xd positions_, forces_;
  std::vector<int> types_;
  double offset_ = 0.0;              ///< energy of the whole less that of the parts
  NeighborList list_;
  ForceScratch scratch_;
  bool current_ = false;             ///< whether positions and densities are those of the last evaluation
  Eigen::VectorXd expanded_;       ///< where hessian_times() is; empty: nowhere
  Matrix3Xd moves_, product_;
};

/// Particles that differ by more than `least` [Å].
std::vector<char> moved_particles(const EnergySurface& surface, const Eigen::VectorXd& from, const Eigen::VectorXd& to, double least);
/// Particles within `margin` [Å] of those marked, ascending; none where that is more than half of them, or none is marked: then a region saves
/// nothing.
std::vector<Eigen::Index> particles_around(const AtomicSurface& whole, const Eigen::VectorXd& x, const std::vector<char>& marked, double margin);

}  // namespace landscape::md
