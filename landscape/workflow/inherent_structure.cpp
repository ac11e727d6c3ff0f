#include "landscape/workflow/inherent_structure.hpp"

#include "landscape/workflow/records.hpp"
#include "md/structure/crystallinity.hpp"

namespace landscape::detail {

db::InherentStructureRecord inherent_structure_row(const Relaxed& relaxed, const md::Configuration& hot,
                                                   const md::Potential& potential) {
  const auto n = static_cast<double>(hot.size());
  db::SampleRecord shape;  // for its cell and species
  describe_structure(relaxed.configuration, potential, shape);
  db::InherentStructureRecord row;
  row.energy_ev = relaxed.energy_ev;
  row.energy_per_atom_ev = relaxed.energy_ev / n;
  row.energy_fixed_cell_ev = relaxed.energy_fixed_cell_ev;
  row.energy_per_atom_fixed_cell_ev = relaxed.energy_fixed_cell_ev / n;
  row.volume_a3 = shape.volume_a3;
  row.volume_fixed_cell_a3 = hot.cell.volume();
  row.max_force_ev_per_a = relaxed.max_force_ev_per_a;
  row.crystalline_fraction = md::crystalline_fraction(relaxed.configuration);
  row.species = shape.species;
  row.cell = shape.cell;
  return row;
}

}  // namespace landscape::detail
