#include "md/potential/spline.hpp"

#include "md/core/error.hpp"

namespace landscape::md {

std::vector<CubicPiece> five_point_spline(std::span<const double> f) {
  const std::size_t n = f.size();
  LANDSCAPE_CHECK(n >= 5);
  std::vector<double> slope(n);
  slope[0] = f[1] - f[0];
  slope[1] = 0.5 * (f[2] - f[0]);
  slope[n - 2] = 0.5 * (f[n - 1] - f[n - 3]);
  slope[n - 1] = f[n - 1] - f[n - 2];
  for (std::size_t m = 2; m + 2 < n; ++m)
    slope[m] = ((f[m - 2] - f[m + 2]) + 8.0 * (f[m + 1] - f[m - 1])) / 12.0;
  std::vector<CubicPiece> pieces(n);
  for (std::size_t m = 0; m + 1 < n; ++m) {
    const double rise = f[m + 1] - f[m];
    pieces[m] = {f[m], slope[m], 3.0 * rise - 2.0 * slope[m] - slope[m + 1], slope[m] + slope[m + 1] - 2.0 * rise};
  }
  pieces[n - 1] = {f[n - 1], slope[n - 1], 0.0, 0.0};
  return pieces;
}

}  // namespace landscape::md
