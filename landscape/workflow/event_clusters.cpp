#include "landscape/workflow/event_clusters.hpp"

#include <set>

namespace landscape {

std::vector<std::int64_t> EventClusters::add(const Eigen::VectorXd& saddle) {
  std::set<std::int64_t> touched;
  for (std::size_t k = 0; k < saddles_.size(); ++k) {
    if (touched.contains(cluster_of_[k])) continue;
    if (md::largest_displacement(*surface_, saddles_[k], saddle) < same_) touched.insert(cluster_of_[k]);
  }
  const std::int64_t own = touched.empty() ? next_++ : *touched.begin();
  for (auto& cluster : cluster_of_)
    if (touched.contains(cluster)) cluster = own;
  saddles_.push_back(saddle);
  cluster_of_.push_back(own);
  return {touched.begin(), touched.end()};
}

}  // namespace landscape
