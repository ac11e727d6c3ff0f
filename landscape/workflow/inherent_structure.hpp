/// The row of an inherent structure taken on the way of a sample.
#pragma once

#include "landscape/workflow/sample_store.hpp"

namespace landscape::detail {

/// Energies, volumes, cell, species and crystalline share; sample, run, series, point, step, temperature, counts and
/// configuration are left to the caller.
/// @param hot the configuration it was taken from.
db::InherentStructureRecord inherent_structure_row(const Relaxed& relaxed, const md::Configuration& hot,
                                                   const md::Potential& potential);

}  // namespace landscape::detail
