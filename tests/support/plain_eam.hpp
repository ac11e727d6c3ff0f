/// Embedded-atom energy, forces and virial written down as they are defined: all pairs, all images, no lists.
#pragma once

#include "md/core/configuration.hpp"
#include "md/potential/eam.hpp"

namespace landscape::md {

struct PlainResult {
  double energy = 0.0;       ///< [eV]
  Matrix3Xd forces;          ///< 3 x N [eV/Å]
  Eigen::Matrix3d virial;    ///< Σ r ⊗ f over pairs [eV]
  Eigen::VectorXd density;   ///< length N
};

/// The reference that the fast kernel is held against. O(N²) times the images within the cutoff.
PlainResult plain_eam(const EamTables& tables, const Configuration& atoms);

}  // namespace landscape::md
