/// Which part of a configuration a search works on, and what it costs.
#pragma once

#include <memory>
#include <vector>

#include "md/potential/region_surface.hpp"

namespace landscape::art {

/// Makes regions of a surface and counts force-call equivalents on both. A surface without atoms has no regions.
class Locality {
 public:
  /// @param margin [Å] of a region around what moves; 0: no regions.
  Locality(md::EnergySurface& whole, double margin);

  /// A region of the particles within the margin of those marked, standing at x; from now on the one whose calls count.
  /// @return null where that would be most of the particles.
  md::RegionSurface* make_region(const Eigen::VectorXd& x, const std::vector<char>& marked);
  /// Force-call equivalents since the last time this was asked.
  double spent();

 private:
  md::EnergySurface& whole_;
  md::AtomicSurface* atoms_;
  double margin_;
  std::unique_ptr<md::RegionSurface> region_;
  double whole_mark_, region_mark_ = 0.0;
  double carried_ = 0.0;
};

/// Largest force on a particle outside the region [eV/Å]. @param gradient of the whole.
double force_outside(const md::RegionSurface& region, const Eigen::VectorXd& gradient);

}  // namespace landscape::art
