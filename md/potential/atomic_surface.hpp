/// Atoms in a cell under a potential, as an energy surface.
#pragma once

#include <array>
#include <memory>

#include "md/core/configuration.hpp"
#include "md/core/energy_surface.hpp"
#include "md/potential/potential.hpp"

namespace landscape::md {

struct SurfaceOptions {
  double skin = 1.0;  ///< [Å], >= 0. Speed only: 1.0 was fastest for minimizations of 1000 Cu-Zr atoms among 0.5-2.0.
  int threads = 1;    ///< >= 1; results do not depend on it.
  void validate() const;  ///< @throws InputError naming field, value and broken range.
};

/// Potential + species + cell + neighbor list + scratch. Coordinates are those of the free atoms, x0 y0 z0 x1 ...
///
/// Frozen atoms stay where the reference configuration has them, but follow the cell, and are part of the energy. One object belongs to one
/// thread.
class AtomicSurface final : public EnergySurface {
 public:
  /// @throws InputError if the configuration is invalid, no atom is free or the potential lacks a species.
  AtomicSurface(std::shared_ptr<const Potential> potential, const Configuration& reference,
                SurfaceOptions options = {});
  AtomicSurface(AtomicSurface&&) = default;  // no copies: two would share the second derivatives that one of them takes anew

  Eigen::Index dof() const override { return 3 * static_cast<Eigen::Index>(free_.size()); }
  Eigen::Index block() const override { return 3; }
  /// Translations unless atoms are frozen; rotations too where nothing is periodic.
  Invariance invariance() const override;
  Eigen::VectorXd difference(const Eigen::Ref<const Eigen::VectorXd>& a,
                             const Eigen::Ref<const Eigen::VectorXd>& b) const override;

  const Potential& potential() const { return *potential_; }
  std::shared_ptr<const Potential> shared_potential() const { return potential_; }
  const Cell& cell() const { return configuration_.cell; }
  /// Atoms, free and frozen.
  Eigen::Index atom_count() const { return configuration_.size(); }
  /// Atom (0-based) of each free particle.
  const std::vector<Eigen::Index>& free_atoms() const { return free_; }
  const std::vector<int>& types() const { return types_; }
  double mass_of_atom(Eigen::Index atom) const;

  /// Replaces the cell; frozen atoms follow from where the reference configuration has them, affinely: r -> H H_reference^-1 r. The caller moves the free ones.
  void set_cell(const Cell& cell) { set_cell(cell, cell); }
  /// The same, described by other edges of the same lattice (rechosen()).
  void set_cell(const Cell& cell, const Cell& described);
  /// Applies r -> F r to the cell, the frozen atoms and `x` (affine deformation).
  void deform(const Eigen::Matrix3d& f, Eigen::Ref<Eigen::VectorXd> x);
  /// The next evaluation rebuilds the neighbor list, so that it does not depend on what came before.
  void forget_history() {
    list_.invalidate();
    current_ = false;
    expanded_.resize(0);
  }

  /// Coordinates of the free atoms in `positions` (3 x N).
  Eigen::VectorXd gather(const Eigen::Ref<const Matrix3Xd>& positions) const;
  /// All positions (3 x N) with the free atoms at x.
  Matrix3Xd scatter(const Eigen::Ref<const Eigen::VectorXd>& x) const;
  /// The reference configuration with the current cell and the free atoms at x, without velocities.
  Configuration configuration(const Eigen::Ref<const Eigen::VectorXd>& x) const;

  // Of the last evaluation -----------------------------------------------------------------------------------------
  double energy() const { return result_.energy; }
  /// 3 x N, raw also on frozen atoms [eV/Å].
  const Matrix3Xd& forces() const { return forces_; }
  /// ρ of each atom; empty where the potential has none.
  const Eigen::VectorXd& densities() const { return scratch_.density; }
  /// Pairs of the neighbor list: what an evaluation costs.
  std::size_t pair_count() const { return list_.pair_count(); }
  /// -virial / V, tension positive [eV/Å³]; NaN unless all directions are periodic.
  Eigen::Matrix3d stress() const;

 protected:
  double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x, Eigen::Ref<Eigen::VectorXd> gradient) override;
  Expansion do_expand(const Eigen::Ref<const Eigen::VectorXd>& x) override;
  void do_hessian_times(const Eigen::Ref<const Eigen::VectorXd>& v, Eigen::Ref<Eigen::VectorXd> product) override;

 private:
  std::shared_ptr<const Potential> potential_;
  Configuration configuration_;
  SurfaceOptions options_;
  std::vector<Eigen::Index> free_;
  Matrix3Xd given_;                ///< positions of the reference configuration, where atoms are frozen; its cell:
  Eigen::Matrix3d given_inverse_;
  std::vector<int> types_;
  NeighborList list_;
  ForceScratch scratch_;
  Matrix3Xd forces_;
  ForceResult result_;
  bool current_ = false;           ///< whether positions, cell and densities are those of the last evaluation
  Eigen::VectorXd expanded_;       ///< where hessian_times() is; empty: nowhere
  Matrix3Xd moves_, product_;
};

/// xx yy zz yz xz xy of a symmetric tensor, times `factor`.
std::array<double, 6> voigt(const Eigen::Matrix3d& tensor, double factor = 1.0);

/// Positions minimum-imaged against the owner: largest displacement over particles, after removing drift (mean) when the
/// surface is free to translate, and the best rotation where it is free to rotate. [Å]
double largest_displacement(const EnergySurface& surface,
                            const Eigen::Ref<const Eigen::VectorXd>& from,
                            const Eigen::Ref<const Eigen::VectorXd>& to);

/// to - from [Å], by minimum images, uniform motions that cost nothing removed.
Eigen::VectorXd displacement(const EnergySurface& surface,
                             const Eigen::Ref<const Eigen::VectorXd>& from,
                             const Eigen::Ref<const Eigen::VectorXd>& to);

}  // namespace landscape::md
