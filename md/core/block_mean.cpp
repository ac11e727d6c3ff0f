#include "md/core/block_mean.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include "md/core/error.hpp"

namespace landscape::md {

BlockMean block_mean(std::span<const double> series, int blocks) {
  LANDSCAPE_CHECK(blocks > 1);
  BlockMean result{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  if (series.empty()) return result;
  const auto mean_of = [](std::span<const double> part) {
    return std::accumulate(part.begin(), part.end(), 0.0) / static_cast<double>(part.size());
  };
  result.mean = mean_of(series);
  const auto count = static_cast<std::size_t>(blocks);
  if (series.size() < 2 * count) return result;
  double squares = 0.0;
  for (std::size_t b = 0; b < count; ++b) {
    const std::size_t begin = series.size() * b / count, end = series.size() * (b + 1) / count;
    const double off = mean_of(series.subspan(begin, end - begin)) - result.mean;
    squares += off * off;
  }
  result.error = std::sqrt(squares / (static_cast<double>(count) * static_cast<double>(count - 1)));
  return result;
}

}  // namespace landscape::md
