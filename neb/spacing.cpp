#include "neb/spacing.hpp"

#include "md/core/error.hpp"

namespace landscape::neb {

Eigen::VectorXd equal_spacing(const Eigen::Ref<const Eigen::VectorXd>& elongation,
                              const std::vector<double>& stiffness,
                              const std::vector<char>& fixed) {
  const Eigen::Index n = elongation.size();
  LANDSCAPE_CHECK(n >= 2 && static_cast<Eigen::Index>(fixed.size()) == n);
  LANDSCAPE_CHECK(static_cast<Eigen::Index>(stiffness.size()) + 1 == n);
  LANDSCAPE_CHECK(fixed.front() && fixed.back());
  // Thomas' elimination of u_i = right_i + upper_i u_(i+1); a fixed image is the row u_i = 0.
  Eigen::VectorXd u(n), upper(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    if (fixed[static_cast<std::size_t>(i)]) {
      u[i] = upper[i] = 0.0;
      continue;
    }
    const double before = stiffness[static_cast<std::size_t>(i) - 1];
    const double after = stiffness[static_cast<std::size_t>(i)];
    const double pivot = before + after - before * upper[i - 1];
    upper[i] = after / pivot;
    u[i] = (elongation[i] + before * u[i - 1]) / pivot;
  }
  for (Eigen::Index i = n - 1; i-- > 0;) u[i] += upper[i] * u[i + 1];
  return u;
}

}  // namespace landscape::neb
