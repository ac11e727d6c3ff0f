/// The vibrational density of states of systems of any size.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <functional>

#include "md/vibration/modes.hpp"

namespace landscape::md {

struct DensityOfStatesOptions {
  int moments = 400;  ///< Chebyshev moments, >= 16; the resolution is π ω_max / (2 moments) at low
                      ///< frequencies (1 sigma)
  int vectors = 24;  ///< random vectors, >= 2: the error falls as 1/sqrt(3 N vectors)
  std::uint64_t seed = 1;
  int threads = 1;
  void validate() const;  ///< @throws InputError naming field, value and broken range.
};

/// What an observer sees: random vectors done and in all.
using DensityOfStatesObserver = std::function<Control(int done, int total)>;

/// Moments of each random vector, from which the density follows at any frequency.
struct DensityOfStates {
  Eigen::MatrixXd moments;  ///< moments x vectors, the 0th is 1
  double lowest =
      0.0;  ///< eigenvalues lie in [lowest, highest]; lowest is 0 unless there are imaginary modes
  double highest = 0.0;
  Eigen::Index modes = 0;  ///< number of modes, uniform motions left out
  std::int64_t products = 0;
  bool complete = false;  ///< false: stopped by the observer, fewer vectors than asked

  /// g(ω) for each frequency [THz], per THz, its integral over all modes 1 (imaginary modes count
  /// at negative frequencies, not shown).
  /// @param weights one number per vector (1 each for the mean; resampled counts for a bootstrap).
  Eigen::VectorXd density(const Eigen::Ref<const Eigen::VectorXd>& frequencies_thz,
                          const Eigen::Ref<const Eigen::VectorXd>& weights) const;
  /// 1 sigma of the mean, from the scatter between the vectors.
  Eigen::VectorXd density_error(const Eigen::Ref<const Eigen::VectorXd>& frequencies_thz) const;
  /// Gaussian width of the kernel at low frequencies [THz].
  double resolution_thz() const;
  double highest_thz() const;
  /// The eigenvalue below which about `count` modes lie.
  double eigenvalue_of_count(double count) const;
};

/// Kernel polynomial method: moments tr T_n / N from random vectors, Jackson kernel; two moments
/// from each product.
///
/// Uniform motions are projected out. Where a moment grows beyond its bound, an eigenvalue lies
/// below `bounds.lowest`: the interval is then widened downwards and the work begun anew.
/// @par Source A. Weiße, G. Wellein, A. Alvermann & H. Fehske, Rev. Mod. Phys. 78, 275 (2006), Eqs.
/// (34), (35), (71).
DensityOfStates density_of_states(const Hessian& hessian,
                                  Weighting weighting,
                                  const SpectrumBounds& bounds,
                                  const DensityOfStatesOptions& options,
                                  const DensityOfStatesObserver& observe = {});

}  // namespace landscape::md
