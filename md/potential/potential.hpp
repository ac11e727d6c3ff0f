/// Interatomic potentials: immutable, shared by all threads.
#pragma once

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "md/core/configuration.hpp"
#include "md/neighbor/neighbor_list.hpp"

namespace landscape::md {

struct EamScratch;
struct EamExpansion;

/// Forces [eV/Å] on all N atoms, the energy [eV] and the virial W = sum over pairs of r ⊗ f [eV] (r from i to j, f the
/// force that j feels from i), so that the stress, tension positive, is -W / V.
struct ForceResult {
  double energy = 0.0;
  Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();
};

/// What a local change adds to the result of a force call.
struct ForceChanges {
  Matrix3Xd forces;                              ///< of all N atoms [eV/Å]
  ForceResult sums;                              ///< energy and virial [eV]
  std::span<const double> densities, embedding;  ///< ρ and F(ρ) [eV] of each atom afterwards
};

/// Scratch of one caller, sized on first use; belongs to one thread.
struct ForceScratch {
  // Pair potentials: one entry per chunk
  std::vector<Matrix3Xd> forces;
  std::vector<Eigen::Matrix3d> virials;
  std::vector<double> energies;
  /// Gives back all but what was put on the atoms; the next call makes it anew.
  void release();
  /// Zeroed buffers for `chunks` chunks of n atoms.
  void prepare(int chunks, Eigen::Index n);
  /// Sums the chunks in order into `forces`. @return energy and virial.
  ForceResult gather(Eigen::Ref<Matrix3Xd> forces) const;
  // Embedded-atom potentials
  std::shared_ptr<EamScratch> eam;
  std::shared_ptr<EamExpansion> eam_expansion;
  Eigen::VectorXd background; ///< in: ρ that atoms outside the list put on each atom; empty: none
  Eigen::VectorXd density;    ///< ρ of each atom in the last call; empty for other potentials
  Eigen::VectorXd embedding;  ///< F(ρ) of each atom [eV]; likewise
  /// [bytes an atom] Where the pairs kept between the two passes over them would take more, none are: forces are the same then and take a
  /// quarter longer. A kilobyte keeps 30 half pairs.
  double pair_limit = std::numeric_limits<double>::infinity();
};

/// One pair within the cutoff to second order. With all densities held, its energy changes with the distance by slope dr + ½ curvature dr².
struct PairExpansion {
  std::uint32_t first, second;  ///< atoms; equal for an atom and its own image
  Eigen::Vector3d r;            ///< from first to second [Å]
  double slope;                 ///< φ' + F'_first ρ'_first + F'_second ρ'_second [eV/Å]
  double curvature;             ///< φ'' + F'_first ρ''_first + F'_second ρ''_second [eV/Å²]
  double density_slope_first;   ///< ρ'_first: of what second puts on first; 0 for pair potentials
  double density_slope_second;  ///< ρ'_second
};

/// The energy to second order in the positions: what Hessians and elastic constants are made of.
struct SecondOrder {
  std::vector<PairExpansion> pairs;          ///< every pair and image once
  std::vector<double> embedding_curvature;   ///< F''(ρ) of each atom, length N; empty for pair potentials
};

/// Thread-safety: const members may be called from any number of threads at once, each with its own scratch.
class Potential {
 public:
  virtual ~Potential() = default;

  /// What the user asked for: file name or spec, as --potential takes it.
  virtual const std::string& spec() const = 0;
  /// SHA-256 of the file, or of the spec where there is no file; 64 hex digits.
  virtual const std::string& checksum() const = 0;
  /// [Å]
  virtual double cutoff() const = 0;
  /// Closer pairs are refused [Å]; 0 where every positive distance is defined.
  virtual double minimum_separation() const { return 0.0; }
  /// Type of each atom. @throws InputError naming the first symbol the potential lacks and those it has.
  virtual std::vector<int> types_of(std::span<const std::string> species) const = 0;
  /// Mass of a type [g/mol].
  virtual double mass(int type) const = 0;

  /// Energy, forces and virial for the pairs of `list` that are within the cutoff.
  ///
  /// @param positions 3 x N [Å]. @param types length N. @param forces 3 x N, overwritten [eV/Å].
  /// @param threads how many may be used; the result does not depend on it.
  /// @throws InputError if a pair is closer than minimum_separation() or two atoms are on one spot.
  virtual ForceResult compute(const Eigen::Ref<const Matrix3Xd>& positions,
                              std::span<const int> types,
                              const NeighborList& list,
                              Eigen::Ref<Matrix3Xd> forces,
                              ForceScratch& scratch,
                              int threads) const = 0;

  /// The energy of compute() alone [eV], to the last bit; arguments and errors as there.
  virtual double energy(const Eigen::Ref<const Matrix3Xd>& positions,
                        std::span<const int> types,
                        const NeighborList& list,
                        ForceScratch& scratch,
                        int threads) const;

  /// Exact second derivatives of the tabulated or analytic functions, not differences. Arguments and errors as for compute().
  virtual SecondOrder second_order(const Eigen::Ref<const Matrix3Xd>& positions,
                                   std::span<const int> types,
                                   const NeighborList& list) const = 0;

  /// Whether there are expand() and hessian_times().
  virtual bool expands() const { return false; }
  /// Keeps in `scratch` what products of the Hessian with vectors need, in single precision. Arguments as those of the last compute().
  virtual void expand(const Eigen::Ref<const Matrix3Xd>& positions,
                      std::span<const int> types,
                      const NeighborList& list,
                      ForceScratch& scratch) const;
  /// The product of the Hessian of the last expand() with moves of all atoms (3 x N), by one thread. @param product 3 x N, overwritten [eV/Å].
  virtual void hessian_times(const Eigen::Ref<const Matrix3Xd>& moves,
                             Eigen::Ref<Matrix3Xd> product,
                             ForceScratch& scratch) const;
};

/// How a table that falls to zero ends at its cutoff.
enum class TableEnd {
  AsGiven,  ///< one-sided slope of the last two points, as in LAMMPS: single points agree, but the force may jump to zero
  Flat,     ///< slope zero: no jump; differs within the last interval of the table only
};

/// Opens what --potential names: setfl (*.eam.alloy), Finnis-Sinclair (*.eam.fs), funcfl (*.eam) files, or
/// zhou2004[:taper=6.8|none], lj:..., kob-andersen, morse:... (DESIGN.md section 4).
///
/// A bare file name is looked up in the current folder, in LANDSCAPE_POTENTIALS (colon separated) and where
/// lammps-data keeps its potentials.
/// @param end for relaxed states Flat: the one-sided slope of ZrCuAl_2009 is 6e-4 eV/Å though the function has none there, and a
///        minimum in such a kink has no smaller force. The energy differs by less than 1e-7 eV per atom. Built-in forms ignore it.
/// @throws InputError for an unknown spec, a missing file (listing where it looked) or a bad parameter; FormatError for
///         a damaged file, with path:line.
std::shared_ptr<const Potential> open_potential(const std::string& spec, TableEnd end = TableEnd::AsGiven);

}  // namespace landscape::md
