/// Whether two structures are the same but for a rotation, a reflection, a shift and the names of like atoms.
#pragma once

#include <Eigen/Dense>
#include <optional>
#include <vector>

#include "md/core/configuration.hpp"

namespace landscape::md {

/// Compares configurations of one cell, one list of species and one set of frozen atoms. Immutable; safe to share.
///
/// Atoms are tried on each other only where their surroundings are alike: the sums Σ w exp(-r²/2σ²) over all other atoms, with σ = 2.5 Å
/// and weights w = 1, 1.3, 1.6, ... by kind, agree to 0.05 (a number without unit; one neighbor more or less makes 0.2 to 0.6).
/// Structures converged to 1e-3 Å do; looser ones can be told apart here although their atoms are within the tolerance.
class SymmetryComparison {
 public:
  /// @param reference its cell, species and frozen atoms hold for all that is compared; its positions do not matter.
  /// @param tolerance [Å], > 0: largest displacement of one atom.
  /// @throws InputError where exactly one direction is periodic.
  SymmetryComparison(const Configuration& reference, double tolerance);

  /// Whether an isometry that keeps the periods, and an exchange of atoms of one species (frozen ones among themselves), carries `a` onto
  /// `b`. @param a, b 3 x N [Å].
  bool same(const Eigen::Ref<const Matrix3Xd>& a, const Eigen::Ref<const Matrix3Xd>& b) const;

 private:
  /// For each atom of `a` those of `b` that it can be: of its kind and in like surroundings, atoms with few of them first.
  struct Candidates {
    std::vector<Eigen::Index> order;
    std::vector<std::vector<Eigen::Index>> of_atom;
  };
  std::vector<double> surroundings(const Matrix3Xd& r) const;
  /// Nothing where an atom has none.
  std::optional<Candidates> candidates(const Matrix3Xd& a, const Matrix3Xd& b) const;
  bool same_cluster(const Matrix3Xd& a, const Matrix3Xd& b, const Candidates& candidates) const;
  /// Whether the points `a`, as they stand, fall on those of `b` within `tolerance`. @param partner of each atom of a, where true.
  bool match(const Matrix3Xd& a, const Matrix3Xd& b, const Candidates& candidates, double tolerance,
             std::vector<Eigen::Index>& partner) const;
  /// The same once what a rough match leaves, a small rigid motion, is taken out.
  bool match_closely(const Matrix3Xd& a, const Matrix3Xd& b, const Candidates& candidates) const;

  Cell cell_;
  std::vector<int> kind_;                    ///< of each atom: species and whether it is frozen
  std::vector<Eigen::Matrix3d> operations_;  ///< that keep the periods; none for a cluster
  double tolerance_;
};

}  // namespace landscape::md
