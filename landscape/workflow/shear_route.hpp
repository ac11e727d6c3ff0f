/// The way that a shear takes: to the strain asked for, off again, back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "md/deform/quasistatic.hpp"

namespace landscape {

/// One leg of a shear.
struct ShearLeg {
  std::string branch;           ///< load | unload | reload
  bool to_zero_stress = false;  ///< else to `strain`
  double strain = 0.0;
};

/// The shear modulus is of the strains up to this; no first step is longer.
inline constexpr double modulus_strain = 0.002;

/// The legs of a shear and where on them it is.
class ShearRoute {
 public:
  /// What a continued shear must know.
  struct Place {
    std::size_t leg = 0;
    double slope = 0.0;   ///< dσ/dγ of the last smooth step [eV/Å³], 0: not known
    double doubtful = 0.0;   ///< strain over which, without a jump, the stress fell or atoms only followed the cell
    std::optional<double> unstable;   ///< strain of the first state known to be no minimum
  };

  /// @param largest the strain that the legs reach, for progress. @param plane as md::QuasistaticOptions has it.
  ShearRoute(std::vector<ShearLeg> legs, double largest, double max_step, int plane)
      : legs_(std::move(legs)), largest_(largest), max_step_(max_step), plane_(plane) {}

  bool done() const { return place.leg == legs_.size(); }
  const std::string& branch() const { return legs_[place.leg].branch; }
  /// Share of the route behind, for the progress bar.
  double progress(double strain) const;
  /// Strain to go to next, or nothing where this leg has arrived.
  std::optional<double> target(const md::ShearState& state) const;
  /// @param moved_a largest displacement beyond the deformation of the cell [Å].
  void stepped(const md::ShearState& from, const md::ShearStep& step, double moved_a);
  void next_leg() { ++place.leg; }

  Place place;

 private:
  static constexpr double zero_stress_gpa = 1e-4;  ///< as samples are relaxed
  std::vector<ShearLeg> legs_;
  double largest_, max_step_;
  int plane_;
};

/// Load to `to`; off again to zero "stress" or "strain" where `unload` says so; `cycles` more times back and off.
std::vector<ShearLeg> shear_legs(double to, const std::string& unload, int cycles);

}  // namespace landscape
