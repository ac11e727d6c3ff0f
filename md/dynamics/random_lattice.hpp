/// Starting points of alloys: a composition, and a lattice with its elements at random sites.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "md/core/configuration.hpp"
#include "md/core/rng.hpp"
#include "md/potential/potential.hpp"

namespace landscape::md {

/// Elements in the order they were written; fractions are positive and sum to 1.
struct Composition {
  std::vector<std::string> symbols;
  std::vector<double> fractions;
};

/// Reads "Cu64Zr36", "Cu46Zr46Al8", "Cu0.5Zr0.5" or "Cu": symbols (a capital, then small letters),
/// each with a positive number or none (1). Only ratios count.
/// @throws InputError naming the text and the place for anything else, or an element named twice.
Composition parse_composition(std::string_view text);

/// Atoms of each element, n_atoms in all, by largest remainder (the earlier element at a tie).
/// @throws InputError if n_atoms < 1 or an element would get no atom.
std::vector<Eigen::Index> atom_counts(const Composition& composition, Eigen::Index n_atoms);

/// Atoms on a body- or face-centered cubic lattice in a cubic periodic cell, whichever fills m x m
/// x m unit cells with the fewest sites >= n_atoms. Vacant sites and elements are drawn at random;
/// counts are those of atom_counts().
///
/// @param volume_per_atom_a3 [Å³], > 0; if not given, the volume of lowest energy of just this
/// arrangement, found by compressing it
///        from no contact onto the repulsive wall (golden section at the end). What lies behind the
///        wall is never reached: some potentials are unphysical there.
/// @param rng on md::Stream::Types.
/// @throws InputError as atom_counts(), for a species the potential lacks, or if nothing binds and
/// no volume is given.
Configuration random_lattice(const Composition& composition,
                             Eigen::Index n_atoms,
                             const Potential& potential,
                             CounterRng& rng,
                             std::optional<double> volume_per_atom_a3 = std::nullopt);

}  // namespace landscape::md
