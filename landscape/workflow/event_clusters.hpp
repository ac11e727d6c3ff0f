/// Which saddles are one event: clusters of saddles closer than a distance, closed by connected components.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <vector>

#include "md/potential/atomic_surface.hpp"

namespace landscape {

/// Grows by one saddle at a time, in the order of the search index. Belongs to one thread.
class EventClusters {
 public:
  /// @param surface measures distances; must outlive this. @param same [Å], > 0.
  EventClusters(const md::AtomicSurface& surface, double same) : surface_(&surface), same_(same) {}

  /// Adds a saddle. @return the clusters it touches, lowest first: none is a new cluster (numbered clusters()), more than
  /// one have become the first of them.
  std::vector<std::int64_t> add(const Eigen::VectorXd& saddle);
  /// Numbers given so far, those merged away included.
  std::int64_t numbered() const { return next_; }

 private:
  const md::AtomicSurface* surface_;
  double same_;
  std::int64_t next_ = 0;
  std::vector<Eigen::VectorXd> saddles_;
  std::vector<std::int64_t> cluster_of_;  ///< of each saddle, kept at the lowest number of its component
};

}  // namespace landscape
