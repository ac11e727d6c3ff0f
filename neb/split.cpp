#include <algorithm>

#include "md/core/error.hpp"
#include "md/potential/atomic_surface.hpp"
#include "neb/neb.hpp"

namespace landscape::neb {

std::vector<int> interior_minima(const std::vector<double>& energies, double depth) {
  const int n = static_cast<int>(energies.size());
  const auto e = [&](int i) { return energies[static_cast<std::size_t>(i)]; };
  // Height climbed from i in one direction before the energy is at or below e(i) again.
  const auto rise = [&](int i, int direction) {
    double top = e(i);
    for (int j = i + direction; j >= 0 && j < n; j += direction) {
      // Of two equal minima without a rise between them the first one counts.
      if (e(j) < e(i) || (direction < 0 && e(j) == e(i))) break;
      top = std::max(top, e(j));
    }
    return top - e(i);
  };
  std::vector<int> found;
  for (int i = 1; i + 1 < n; ++i)
    if (rise(i, -1) > depth && rise(i, 1) > depth) found.push_back(i);
  return found;
}

std::vector<IntermediateMinimum> split(const SurfaceFactory& make_surface,
                                       const NebResult& path,
                                       const md::MinimizeOptions& options) {
  constexpr double same =
      0.1;  // [Å], DESIGN.md section 3: largest displacement of one configuration
  std::vector<IntermediateMinimum> minima;
  if (path.intermediate_minima.empty()) return minima;
  const auto surface = make_surface();
  for (const int image : path.intermediate_minima) {
    LANDSCAPE_CHECK(image > 0 && image + 1 < static_cast<int>(path.images.size()));
    Eigen::VectorXd x = path.images[static_cast<std::size_t>(image)];
    const md::MinimizeResult minimum = md::minimize(*surface, x, options);
    const Eigen::VectorXd& before = minima.empty() ? path.images.front() : minima.back().x;
    if (md::largest_displacement(*surface, before, x) < same ||
        md::largest_displacement(*surface, path.images.front(), x) < same ||
        md::largest_displacement(*surface, path.images.back(), x) < same)
      continue;
    minima.push_back({image, std::move(x), minimum});
  }
  return minima;
}

}  // namespace landscape::neb
