/// Density of states from frequencies, and the boson peak in it.
#pragma once

#include <Eigen/Dense>
#include <cstdint>

#include "md/vibration/density_of_states.hpp"

namespace landscape::md {

struct BosonPeakOptions {
  double smoothing_mev =
      0.4;  ///< > 0: Gaussian width (1 sigma) that g(ω) is smoothed with before ω² divides it
  double step_mev = 0.02;   ///< > 0: of the grid
  double lowest_mev = 0.0;  ///< the peak is looked for above this, and above 3 smoothing, where the
                            ///< kernel's tail over ω² ends
  int bootstraps = 200;     ///< > 1
  std::uint64_t seed = 1;
  void validate() const;  ///< @throws InputError naming field, value and broken range.
};

/// g(ω) normalized to 1 over all modes and g/ω², on a grid of ħω from one step on, with 1 sigma of
/// each.
struct ReducedDensity {
  Eigen::VectorXd energy_mev;
  Eigen::VectorXd density, density_error;  ///< [1/meV]
  Eigen::VectorXd reduced, reduced_error;  ///< [1/meV³]
  double smoothing_mev = 0.0;
};

/// The highest inner maximum of g/ω² between max(lowest_mev, 3 smoothing) and half the highest
/// frequency; NaN where there is none.
struct BosonPeak {
  double position_mev, position_error_mev;
  double height, height_error;  ///< of g/ω² [1/meV³]
};

struct BosonPeakResult {
  ReducedDensity density;
  BosonPeak peak;
};

/// From all frequencies [THz], imaginary ones negative (they count in the norm and lie left of the
/// grid). Errors by resampling the modes with replacement.
BosonPeakResult boson_peak(const Eigen::Ref<const Eigen::VectorXd>& frequencies_thz,
                           const BosonPeakOptions& options);
/// From moments: the smoothing is that of the kernel, options.smoothing_mev is not used. Errors by
/// resampling the random vectors: they are those of the trace of this one configuration.
BosonPeakResult boson_peak(const DensityOfStates& dos, const BosonPeakOptions& options);

/// Number of moments that gives a kernel of this width [meV].
int moments_for(double smoothing_mev, const SpectrumBounds& bounds);

}  // namespace landscape::md
