#include "md/core/configuration.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "md/core/error.hpp"

namespace landscape::md {

bool Configuration::any_frozen() const {
  return std::any_of(movable.begin(), movable.end(), [](std::uint8_t m) { return m == 0; });
}

void Configuration::validate() const {
  const auto n = static_cast<std::size_t>(size());
  if (n == 0) throw InputError("configuration: no atoms, expected at least one");
  if (species.size() != n)
    throw InputError(message("configuration: ", species.size(), " symbols for ", n, " atoms"));
  if (velocities.cols() != 0 && static_cast<std::size_t>(velocities.cols()) != n)
    throw InputError(message("configuration: ", velocities.cols(), " velocities for ", n, " atoms"));
  if (!movable.empty() && movable.size() != n)
    throw InputError(message("configuration: move mask of ", movable.size(), " entries for ", n, " atoms"));
  for (std::size_t i = 0; i < n; ++i) {
    const auto r = positions.col(static_cast<Eigen::Index>(i));
    if (!r.allFinite())
      throw InputError(message("atom ", i + 1, ": position (", r.x(), ", ", r.y(), ", ", r.z(),
                               ") is not finite, expected three numbers in Å"));
    if (species[i].empty()) throw InputError(message("atom ", i + 1, ": empty chemical symbol"));
  }
}

std::string Configuration::composition() const {
  std::map<std::string, std::int64_t> count;
  for (const auto& s : species) ++count[s];
  std::int64_t divisor = 0;
  for (const auto& [symbol, c] : count) divisor = std::gcd(divisor, c);
  std::string text;
  const auto total = static_cast<std::int64_t>(species.size());
  for (const auto& [symbol, c] : count) {
    const bool percent = total % 100 == 0 && (c * 100) % total == 0;
    const std::int64_t shown = percent ? c * 100 / total : c / std::max<std::int64_t>(divisor, 1);
    text += symbol;
    if (shown != 1) text += std::to_string(shown);
  }
  return text;
}

}  // namespace landscape::md
