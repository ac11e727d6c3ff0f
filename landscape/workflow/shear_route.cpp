#include "landscape/workflow/shear_route.hpp"

#include <algorithm>
#include <cmath>

#include "md/core/units.hpp"

namespace landscape {

double ShearRoute::progress(double strain) const {
  const double part = branch() == "unload" ? 1.0 - strain / largest_ : strain / largest_;
  return (static_cast<double>(place.leg) + std::clamp(part, 0.0, 1.0)) / static_cast<double>(legs_.size());
}

std::optional<double> ShearRoute::target(const md::ShearState& state) const {
  const ShearLeg& leg = legs_[place.leg];
  if (!leg.to_zero_stress) {
    const bool first = place.leg == 0 && state.strain == 0.0 && max_step_ > modulus_strain && std::abs(leg.strain) > modulus_strain;
    if (first) return std::copysign(modulus_strain, leg.strain);
    return std::abs(leg.strain - state.strain) > 1e-12 ? std::optional(leg.strain) : std::nullopt;
  }
  const double stress = md::shear_stress(state.stress, plane_);
  if (std::abs(stress) * md::units::gpa_per_ev_a3 < zero_stress_gpa) return std::nullopt;
  // Newton's way down; where the slope is not known, a step against the stress.
  const double step = place.slope > 0.0 ? -stress / place.slope : (stress > 0.0 ? -max_step_ : max_step_);
  return state.strain + std::clamp(step, -max_step_, max_step_);
}

void ShearRoute::stepped(const md::ShearState& from, const md::ShearStep& step, double moved_a) {
  const double strain = step.state.strain - from.strain;
  const double stress = md::shear_stress(step.state.stress, plane_) - md::shear_stress(from.stress, plane_);
  const bool smooth = step.outcome == md::ShearOutcome::Smooth;
  place.slope = smooth && strain != 0.0 ? stress / strain : 0.0;
  // In a glass atoms move by some Å per unit of strain beyond the cell; where symmetry forbids it they do not at all.
  const bool followed = moved_a < 1e-3 * std::abs(strain);
  place.doubtful = smooth && (place.slope < 0.0 || followed) ? place.doubtful + std::abs(strain) : 0.0;
}

std::vector<ShearLeg> shear_legs(double to, const std::string& unload, int cycles) {
  std::vector<ShearLeg> legs = {{"load", false, to}};
  const ShearLeg off = {"unload", unload == "stress", 0.0};
  if (!unload.empty()) legs.push_back(off);
  for (int k = 0; k < cycles; ++k) {
    legs.push_back({"reload", false, to});
    legs.push_back(off);
  }
  return legs;
}

}  // namespace landscape
