/// Another choice of the edges of the same periodic lattice.
#pragma once

#include "md/core/cell.hpp"

namespace landscape::md {

/// The same periods with shorter edges: multiples of one periodic edge are taken off another while their tilt is more than one
/// half of it. Atoms stay where they are, in continuous coordinates, so that there are no image counters to keep: what moved is
/// measured from the cell that the strain gives, whichever edges the neighbor list uses.
///
/// A cell whose tilts are within one half comes back bit for bit.
Cell rechosen(const Cell& cell);

}  // namespace landscape::md
