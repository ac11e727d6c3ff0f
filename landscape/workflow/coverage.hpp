/// What a mapping has found, and how much it has not: by barrier, and by other people's rule of what is the same.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <vector>

namespace landscape {

/// Events not seen yet, at least, from how many were found once and twice.
/// @par Source A. Chao, Scand. J. Statist. 11, 265 (1984), bias-corrected: f1 (f1 - 1) / (2 (f2 + 1)).
double chao1_unseen(const std::vector<std::int64_t>& times_found);

/// Chance that the next search that ends in an event ends in a new one: f1 / n. 1 where nothing was found.
/// @par Source I. J. Good, Biometrika 40, 237 (1953).
double good_turing_new(const std::vector<std::int64_t>& times_found);

/// An event as coverage sees it.
struct FoundEvent {
  double barrier_ev = 0.0;
  std::int64_t times = 0;  ///< searches that ended in it
};

/// Events with barriers in [low, high).
struct CoverageRange {
  double low_ev = 0.0, high_ev = 0.0;  ///< high_ev infinite in the last one
  std::int64_t events = 0, connected = 0, found_once = 0, found_twice = 0;
  double unseen_estimate = 0.0;  ///< chao1_unseen
  double new_chance = 0.0;       ///< good_turing_new; NaN without events
};

/// The ranges of the view `coverage`, from below.
std::vector<CoverageRange> coverage(const std::vector<FoundEvent>& events);

/// The founding study's rule of redundancy, for comparison: saddles with Pearson correlation above `threshold` of their feature vectors are
/// one event, clusters closed by connected components.
///
/// @param features one row per saddle: barrier, curvature, displacement, six stress components; each column is z-scored first (as numbers
/// in different units the vectors would be what their largest unit makes them), columns that do not vary or are not finite are left out.
/// @return number of clusters; the number of rows where fewer than three columns are left, since two are always correlated.
std::int64_t pearson_events(const Eigen::Ref<const Eigen::MatrixXd>& features, double threshold = 0.9998);

}  // namespace landscape
