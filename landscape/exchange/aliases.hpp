/// States that several mappings or shards found, recognized by geometry.
#pragma once

#include <vector>

#include "db/database.hpp"

namespace landscape {

struct AliasOptions {
  double same_a = 0.1;  ///< [Å], > 0: largest displacement of an atom between two of the same
  double same_energy_ev = 1e-3;  ///< [eV], > 0: states further apart in energy are not compared
};

/// Minima and saddles of one sample, strain and plane that are closer than `same_a`, closed by
/// connected components, and events between the same states. The lowest state, then the smallest
/// uid, stands for all of its component, so the answer does not depend on the order of the rows.
/// Energy finds candidates, geometry decides. Atoms are labelled: no rotation, no permutation.
std::vector<db::AliasRecord> find_aliases(db::Database& database, const AliasOptions& options = {});

}  // namespace landscape
