#include "landscape/workflow/coverage.hpp"

#include <algorithm>
#include <boost/pending/disjoint_sets.hpp>
#include <cmath>
#include <limits>
#include <numeric>

namespace landscape {

namespace {

constexpr double edges[] = {0.0, 0.1, 0.3, 0.5, 1.0, 2.0};  // [eV], as in the view

std::int64_t count(const std::vector<std::int64_t>& times, std::int64_t value) { return std::ranges::count(times, value); }

/// Columns that vary, each less its mean and over its standard deviation.
Eigen::MatrixXd z_scored(const Eigen::Ref<const Eigen::MatrixXd>& features) {
  Eigen::MatrixXd z(features.rows(), 0);
  for (Eigen::Index c = 0; c < features.cols(); ++c) {
    if (!features.col(c).allFinite()) continue;
    const Eigen::VectorXd centered = features.col(c).array() - features.col(c).mean();
    const double deviation = std::sqrt(centered.squaredNorm() / static_cast<double>(features.rows()));
    if (!(deviation > 1e-9 * (1.0 + features.col(c).cwiseAbs().maxCoeff()))) continue;
    z.conservativeResize(Eigen::NoChange, z.cols() + 1);
    z.col(z.cols() - 1) = centered / deviation;
  }
  return z;
}

}  // namespace

double chao1_unseen(const std::vector<std::int64_t>& times_found) {
  const auto once = static_cast<double>(count(times_found, 1));
  const auto twice = static_cast<double>(count(times_found, 2));
  return once > 0.0 ? once * (once - 1.0) / (2.0 * (twice + 1.0)) : 0.0;
}

double good_turing_new(const std::vector<std::int64_t>& times_found) {
  const auto all = std::accumulate(times_found.begin(), times_found.end(), std::int64_t{0});
  return all > 0 ? static_cast<double>(count(times_found, 1)) / static_cast<double>(all) : 1.0;
}

std::vector<CoverageRange> coverage(const std::vector<FoundEvent>& events) {
  std::vector<CoverageRange> ranges;
  constexpr std::size_t n = std::size(edges);
  for (std::size_t k = 0; k < n; ++k) {
    CoverageRange range;
    range.low_ev = edges[k];
    range.high_ev = k + 1 < n ? edges[k + 1] : std::numeric_limits<double>::infinity();
    std::vector<std::int64_t> times;
    for (const FoundEvent& event : events)
      if (event.barrier_ev >= range.low_ev && event.barrier_ev < range.high_ev) times.push_back(event.times);
    range.events = static_cast<std::int64_t>(times.size());
    range.connected = std::accumulate(times.begin(), times.end(), std::int64_t{0});
    range.found_once = count(times, 1);
    range.found_twice = count(times, 2);
    range.unseen_estimate = chao1_unseen(times);
    range.new_chance = times.empty() ? std::numeric_limits<double>::quiet_NaN() : good_turing_new(times);
    ranges.push_back(range);
  }
  return ranges;
}

std::int64_t pearson_events(const Eigen::Ref<const Eigen::MatrixXd>& features, double threshold) {
  const Eigen::Index n = features.rows();
  if (n < 2) return n;
  Eigen::MatrixXd z = z_scored(features);
  if (z.cols() < 3) return n;
  z.colwise() -= z.rowwise().mean().eval();
  for (Eigen::Index i = 0; i < n; ++i)
    if (const double norm = z.row(i).norm(); norm > 0.0) z.row(i) /= norm;
  boost::disjoint_sets_with_storage<> sets(static_cast<std::size_t>(n));
  std::int64_t clusters = n;
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < i; ++j) {
      if (!(z.row(i).dot(z.row(j)) > threshold)) continue;
      const auto a = sets.find_set(static_cast<std::size_t>(i)), b = sets.find_set(static_cast<std::size_t>(j));
      if (a == b) continue;
      sets.link(a, b);
      --clusters;
    }
  return clusters;
}

}  // namespace landscape
