/// Does a glass crystallize? Atoms whose surroundings are oriented as those of their neighbors are.
#pragma once

#include <cstdint>
#include <vector>

#include "md/core/configuration.hpp"

namespace landscape::md {

/// How two bonds count as one crystal, and an atom as part of it.
struct CrystallinityOptions {
  /// Neighbors are closer than this times (volume per atom)^(1/3): 3.7 Å in Zr-Cu-Al, the first minimum of g(r); 12 in fcc and
  /// hcp, 14 in bcc and B2.
  double reach = 1.425;
  double coherence = 0.7;  ///< normalized q6(i)·q6(j) above which a bond is coherent, in (0, 1)
  int bonds = 7;           ///< an atom with at least so many coherent bonds is crystalline, > 0
};

/// 1 for each atom in crystalline surroundings, else 0; see crystalline_fraction.
std::vector<std::uint8_t> crystalline_atoms(const Configuration& configuration, const CrystallinityOptions& options = {});

/// Share of atoms in crystalline surroundings, in [0, 1]: 1 for fcc, hcp, bcc and B2 crystals, also hot ones; about 0 for a
/// glass. Complex crystals whose sites differ in orientation (Laves phases) are seen in part or not at all.
///
/// @throws InputError unless all directions are periodic.
/// @par Source bond-order coherence: P. R. ten Wolde, M. J. Ruiz-Montero & D. Frenkel, Phys. Rev. Lett. 75, 2714 (1995); here with
/// the addition theorem, Σ_m Y_6m(a) Y*_6m(b) = 13/(4π) P_6(a·b), instead of spherical harmonics.
double crystalline_fraction(const Configuration& configuration, const CrystallinityOptions& options = {});

}  // namespace landscape::md
