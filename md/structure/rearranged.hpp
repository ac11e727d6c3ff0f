/// Rearranged atoms: their clusters, whether these go through the whole cell, and the band they form.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "md/core/configuration.hpp"

namespace landscape::md {

/// Members of a set of atoms joined where they are closer than a cutoff.
struct AtomClusters {
  std::vector<int> label;   ///< of each atom, 0 for the largest cluster; -1: not a member
  std::vector<int> sizes;   ///< atoms of each cluster, falling
  int dimensions = 0;       ///< 0 to 3: independent directions in which one cluster meets its own periodic image, the most there are
  /// Cell edges along which some cluster meets its own image.
  std::array<bool, 3> along = {false, false, false};
  int largest() const { return sizes.empty() ? 0 : sizes.front(); }
};

/// @param member one entry an atom, not 0 for members. @param cutoff [Å], > 0.
/// @throws InputError if lengths differ or the cutoff is not positive.
AtomClusters atom_clusters(const Configuration& configuration, const std::vector<std::uint8_t>& member, double cutoff);

/// 1 where `d2min` is above the threshold; atoms whose D²min is undefined are none.
std::vector<std::uint8_t> above(const Eigen::Ref<const Eigen::VectorXd>& d2min, double threshold);

/// (Σ d)² / (N Σ d²) of a non-negative number an atom, those that are undefined left out: 1 where all atoms share in it.
double participation_ratio(const Eigen::Ref<const Eigen::VectorXd>& d);

/// Q12: share of atoms nearer than `distance` to where the deformation of the cell takes them from `reference`; the nearest
/// image counts, and the mean displacement is taken out. In 0 to 1.
/// @param distance [Å], > 0; 0.4 is usual. @throws InputError if numbers of atoms differ or the distance is not positive.
double overlap(const Configuration& reference, const Configuration& current, double distance);

struct BandOptions {
  double slab_a = 2.0;   ///< [Å], > 0: thickness of the slabs of the profile
  int plane = 0;         ///< 0 xy, 1 xz, 2 yz: a band of a simple shear lies across one of its two axes
  void validate() const;
};

/// A layer of rearranged atoms.
struct ShearBand {
  int normal = 0;            ///< 0, 1, 2: lies across this direction of the cell (along the reciprocal vector)
  double position_a = 0.0;   ///< [Å] along the normal: middle of the layer, from 0 to the height of the cell
  double width_a = 0.0;      ///< [Å] full width of the profile above half its maximum
  double contrast = 0.0;     ///< largest less smallest rearranged fraction of the smoothed profile
  double volume_width_a = 0.0;  ///< [Å] members × volume of an atom / area: a check of width_a
};

/// The profile of the fraction of members in slabs along both axes of the shear, smoothed over three slabs; the axis with
/// more contrast is the normal, of those along which it falls below half its maximum.
/// @return nothing without such an axis, as where all atoms are members. Whether there is a band is another question: its cluster
/// goes through the cell in two directions (AtomClusters::dimensions).
std::optional<ShearBand> shear_band(const Configuration& configuration, const std::vector<std::uint8_t>& member,
                                    const BandOptions& options = {});

}  // namespace landscape::md
