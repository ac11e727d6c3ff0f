/// Atoms together with their cell, as an energy surface (enthalpy at a hydrostatic pressure).
#pragma once

#include "md/minimize/minimizer.hpp"
#include "md/potential/atomic_surface.hpp"

namespace landscape::md {

enum class CellMode { Fixed, Isotropic, Anisotropic };

struct CellMinimizeOptions {
  CellMode cell = CellMode::Fixed;
  double pressure_gpa = 0.0;        ///< [GPa]
  double max_stress_gpa = 1e-3;     ///< [GPa], > 0: largest component of stress + pressure (mean for Isotropic).
  MinimizeOptions minimize;
  void validate() const;
};

struct [[nodiscard]] CellMinimizeResult {
  MinimizeResult minimum;   ///< energy is that of the atoms, without the p V term
  Configuration configuration;
  Eigen::Matrix3d stress;   ///< [eV/Å³], tension positive; NaN without full periodicity
};

/// The inherent structure of a configuration, with the cell fixed, scaled, or relaxed in all six components.
///
/// @throws InputError if the cell is to relax and is not periodic in all directions, or atoms are frozen.
CellMinimizeResult minimize_with_cell(std::shared_ptr<const Potential> potential, const Configuration& start,
                                      const CellMinimizeOptions& options, SurfaceOptions surface = {},
                                      const MinimizeObserver& observe = {});

}  // namespace landscape::md
