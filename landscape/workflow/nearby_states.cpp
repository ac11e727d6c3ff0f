#include "landscape/workflow/nearby_states.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nanoflann.hpp>

#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"

namespace landscape {
namespace {

constexpr std::size_t numbers = 8;

/// All points within a radius, as nanoflann gives them to what collects them.
class Collected {
 public:
  using DistanceType = double;
  using IndexType = std::size_t;
  explicit Collected(double squared) : squared_(squared) {}
  std::size_t size() const { return points_.size(); }
  bool empty() const { return points_.empty(); }
  bool full() const { return true; }
  bool addPoint(double squared, std::size_t point) {
    if (squared < squared_) points_.push_back(point);
    return true;
  }
  double worstDist() const { return squared_; }
  void sort() {}
  std::vector<std::size_t> take() { return std::move(points_); }

 private:
  double squared_;
  std::vector<std::size_t> points_;
};

}  // namespace

struct NearbyStates::Tree {
  using Features = std::array<double, numbers>;
  /// What nanoflann reads.
  struct Points {
    std::vector<Features> all;
    std::size_t kdtree_get_point_count() const { return all.size(); }
    double kdtree_get_pt(std::size_t point, std::size_t k) const { return all[point][k]; }
    template <class Box>
    bool kdtree_get_bbox(Box&) const {
      return false;
    }
  };
  using Index = nanoflann::KDTreeSingleIndexDynamicAdaptor<nanoflann::L2_Simple_Adaptor<double, Points>, Points, static_cast<int>(numbers), std::size_t>;
  struct Place {
    Features features;
    bool leaps;  ///< an atom is so far from its start that the nearest image of another may be taken: then the mean displacement is another
  };

  Tree(const md::AtomicSurface& s, const Eigen::Ref<const Eigen::VectorXd>& start) : surface(s) {
    reference.positions = Eigen::Map<const md::Matrix3Xd>(start.data(), 3, start.size() / 3);
    centered = reference.positions.colwise() - reference.positions.rowwise().mean().eval();
  }

  Eigen::Map<const Eigen::VectorXd> start() const { return {reference.positions.data(), reference.positions.size()}; }

  Place place_of(const Eigen::Ref<const Eigen::VectorXd>& x) const {
    Place place{{}, false};
    const auto offer = [&](Eigen::Index atom, double number) {
      double& largest = place.features[static_cast<std::size_t>(atom) % numbers];
      largest = std::max(largest, number);
    };
    const Eigen::Map<const md::Matrix3Xd> positions(x.data(), 3, x.size() / 3);
    if (surface.invariance().rotations) {
      place.features.fill(-std::numeric_limits<double>::max());
      const Eigen::Vector3d center = positions.rowwise().mean();
      for (Eigen::Index i = 0; i < positions.cols(); ++i) offer(i, (positions.col(i) - center).norm() - centered.col(i).norm());
      for (double& number : place.features) number = std::max(number, -1e6);  // fewer atoms than numbers
      return place;
    }
    const Eigen::VectorXd d = md::displacement(surface, start(), x);
    for (Eigen::Index i = 0; i < positions.cols(); ++i) offer(i, d.segment<3>(3 * i).norm());
    // Below a fifth of the least height, differences of differences of two states stay below a lattice vector.
    double reach = std::numeric_limits<double>::infinity();
    for (Eigen::Index k = 0; k < 3; ++k)
      if (surface.cell().periodic()[static_cast<std::size_t>(k)]) reach = std::min(reach, 0.2 * surface.cell().heights()[k]);
    place.leaps = md::max_norm(surface.difference(start(), x), 3) > reach;
    return place;
  }

  Eigen::VectorXd state(std::size_t n) const {
    const md::Matrix3Xd positions = positions_of(states[n], &reference);
    return Eigen::Map<const Eigen::VectorXd>(positions.data(), positions.size());
  }

  const md::AtomicSurface& surface;
  Reference reference;
  md::Matrix3Xd centered;
  std::vector<db::ConfigurationRecord> states;
  std::vector<std::size_t> leaping;  ///< states that the tree's numbers may miss
  Points points;
  Index index{static_cast<int>(numbers), points};
};

NearbyStates::NearbyStates(const md::AtomicSurface& surface, const Eigen::Ref<const Eigen::VectorXd>& start)
    : tree_(std::make_unique<Tree>(surface, start)) {}
NearbyStates::NearbyStates(NearbyStates&&) noexcept = default;
NearbyStates& NearbyStates::operator=(NearbyStates&&) noexcept = default;
NearbyStates::~NearbyStates() = default;

std::size_t NearbyStates::size() const { return tree_->states.size(); }

std::size_t NearbyStates::add(const Eigen::Ref<const Eigen::VectorXd>& x) {
  const std::size_t number = size();
  const auto place = tree_->place_of(x);
  tree_->states.push_back(encode_on_grid(Eigen::Map<const md::Matrix3Xd>(x.data(), 3, x.size() / 3), &tree_->reference));
  tree_->states.back().data.shrink_to_fit();
  tree_->points.all.push_back(place.features);
  tree_->index.addPoints(number, number);
  if (place.leaps) tree_->leaping.push_back(number);
  return number;
}

std::vector<std::size_t> NearbyStates::within(const Eigen::Ref<const Eigen::VectorXd>& x, double distance) const {
  std::vector<std::size_t> candidates;
  if (size() == 0) return candidates;
  const auto place = tree_->place_of(x);
  if (place.leaps) {
    for (std::size_t n = 0; n < size(); ++n) candidates.push_back(n);
  } else {
    Collected collected(static_cast<double>(numbers) * distance * distance * (1.0 + 1e-9));
    tree_->index.findNeighbors(collected, place.features.data(), {});
    candidates = collected.take();
    candidates.insert(candidates.end(), tree_->leaping.begin(), tree_->leaping.end());
    std::ranges::sort(candidates);
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  }
  std::erase_if(candidates, [&](std::size_t n) { return !(md::largest_displacement(tree_->surface, tree_->state(n), x) < distance); });
  return candidates;
}

}  // namespace landscape
