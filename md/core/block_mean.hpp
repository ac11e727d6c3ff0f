/// Means of a time series with their errors.
#pragma once

#include <span>

namespace landscape::md {

struct BlockMean {
  double mean;   ///< NaN of an empty series
  double error;  ///< standard error; NaN of a series shorter than two values a block
};

/// The mean of a series and its standard error from the means of `blocks` stretches of equal length, since neighbors in
/// time are alike: right where a stretch is longer than they are.
/// @param blocks > 1.
/// @par Source Flyvbjerg & Petersen, J. Chem. Phys. 91, 461 (1989).
BlockMean block_mean(std::span<const double> series, int blocks);

}  // namespace landscape::md
