/// The Hessian of atoms under a potential: exact products without storing it, sparse, and dense.
#pragma once

#include <Eigen/Dense>
#include <Eigen/Sparse>
#include <vector>

#include "md/core/configuration.hpp"
#include "md/potential/potential.hpp"

namespace landscape::md {

/// Vectors side by side (dof x k), each row contiguous: products with several at once read the
/// pairs only once.
using VectorBlock = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

namespace detail {

/// What an atom sees of a neighbor.
struct HessianNeighbor {
  std::uint32_t atom;
  Eigen::Vector3d direction;           ///< unit vector towards it
  double along, across;                ///< ψ'' - ψ'/r and ψ'/r [eV/Å²]
  double density_here, density_there;  ///< ρ' at this atom and at the neighbor
};

}  // namespace detail

/// None: the Hessian H [eV/Å²]. Mass: the dynamical matrix M^{-1/2} H M^{-1/2} [eV/Å²/(g/mol)].
enum class Weighting { None, Mass };

/// Second derivatives of the energy by the coordinates of the free atoms, at one configuration.
///
/// H = Σ pairs K ⊗ (moves of second - first) + Σ_i F''_i g_i g_iᵀ with K = (ψ'' - ψ'/r) r̂ r̂ᵀ +
/// (ψ'/r) 1 and g_i the gradient of the density at atom i: the second sum couples second neighbors.
/// Products cost O(pairs), about one force call. Pairs through several images are summed; an atom's
/// own images move with it and add nothing. Frozen atoms take no part as coordinates. Immutable;
/// const members are safe to share.
class Hessian {
 public:
  /// @throws InputError if the configuration is invalid, all atoms are frozen, the potential lacks
  /// a species or a pair is too close.
  Hessian(const Potential& potential, const Configuration& configuration);

  Eigen::Index dof() const { return 3 * static_cast<Eigen::Index>(free_.size()); }
  /// Atom (0-based) of each three coordinates.
  const std::vector<Eigen::Index>& free_atoms() const { return free_; }
  Eigen::Index atom_count() const { return static_cast<Eigen::Index>(first_.size()) - 1; }
  /// Of each coordinate's atom, length dof [g/mol].
  const Eigen::VectorXd& masses() const { return masses_; }

  /// out = A v for the matrix that `weighting` names. @param v dof x k. @param out resized. The
  /// result does not depend on `threads`.
  void multiply(const VectorBlock& v, VectorBlock& out, Weighting weighting, int threads = 1) const;
  /// All elements, lower and upper triangle; second neighbors included.
  Eigen::SparseMatrix<double, Eigen::RowMajor> sparse(Weighting weighting) const;
  /// dof x dof.
  Eigen::MatrixXd dense(Weighting weighting) const;

  /// Orthonormal columns (dof x k) of the motions that cost no energy, weighted alike: three
  /// translations unless atoms are frozen, and three rotations (two for a line) where nothing is
  /// periodic.
  Eigen::MatrixXd uniform_motions(Weighting weighting) const;

  const SecondOrder& expansion() const { return expansion_; }

 private:
  using Neighbor = detail::HessianNeighbor;
  /// Blocks (atom, 3 x 3) of a row of H, unordered, each atom once.
  struct BlockRow {
    std::vector<std::uint32_t> atoms;
    std::vector<Eigen::Matrix3d> blocks;
    std::vector<std::int32_t> place;  ///< per atom: index into the two, or -1
    Eigen::Matrix3d& at(std::uint32_t atom);
    void clear();
  };
  using DensityGradient = std::vector<std::pair<std::uint32_t, Eigen::Vector3d>>;

  void collect_neighbors();
  std::vector<DensityGradient> density_gradients() const;
  void fill_row(std::uint32_t atom,
                const std::vector<DensityGradient>& gradients,
                BlockRow& row) const;
  template <class Visit>
  void visit_blocks(Weighting weighting, Visit&& visit) const;
  void multiply_columns(const VectorBlock& v,
                        VectorBlock& out,
                        Eigen::Index column,
                        Weighting weighting,
                        int threads) const;

  SecondOrder expansion_;
  std::vector<Eigen::Index> free_;
  std::vector<Eigen::Index> place_;  ///< per atom: first coordinate, or -1
  Eigen::VectorXd masses_, inverse_root_masses_;
  std::vector<std::size_t> first_;  ///< CSR over atoms
  std::vector<Neighbor> neighbors_;
  Matrix3Xd positions_;
  bool periodic_;
};

/// One number of each atom, length N, zero where frozen. @param free of each free atom, in the order of free_atoms().
Eigen::VectorXd on_all_atoms(const Hessian& hessian, const Eigen::Ref<const Eigen::VectorXd>& free);

}  // namespace landscape::md
