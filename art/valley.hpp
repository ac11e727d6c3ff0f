/// From a minimum that is about to vanish to the saddle it will merge with, along the soft mode between them.
#pragma once

#include <Eigen/Dense>
#include <optional>

#include "md/core/energy_surface.hpp"

namespace landscape::art {

struct ValleyOptions {
  double step = 0.01;         ///< [Å], > 0, along the unit direction
  int max_steps = 12;         ///< > 0: it goes no further than so many of these, taken in shorter ones where a longer one leaves the valley
  double max_force = 1e-5;    ///< [eV/Å], > 0: across the direction, of each point
  double max_jump = 0.2;      ///< [Å], > 0: a point further from the one before is in another valley
  void validate() const;      ///< @throws InputError naming value and broken range.
};

/// Goes along `direction` from a minimum in equal steps, all else relaxed at each, to where the force along it turns round, and there by the secant
/// to where it vanishes: the top of the valley, a saddle where the valley is one.
///
/// A climb that follows its mode freely (search()) may leave by another one where several are as soft; here the way is given, and has to be that of the
/// valley to within the ratio of their curvatures.
/// @param minimum length dof [Å]. @param direction uphill, any length.
/// @return nothing where the force does not turn within the steps, a point does not relax, or the valley ends.
/// @throws InputError for bad options, or where the energy is not defined on the way.
std::optional<Eigen::VectorXd> valley_top(md::EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& minimum,
                                          const Eigen::Ref<const Eigen::VectorXd>& direction, const ValleyOptions& options = {});

}  // namespace landscape::art
