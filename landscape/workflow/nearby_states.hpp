/// Which of many states of the same atoms lie at the same place.
#pragma once

#include <Eigen/Dense>
#include <memory>
#include <vector>

#include "md/potential/atomic_surface.hpp"

namespace landscape {

/// States that are looked for by their place: a k-d tree finds candidates, geometry decides.
///
/// The tree holds eight numbers of each state, which differ by no more than the largest displacement of an atom between two states: of every
/// eighth atom the largest displacement from the start, or, where rotations do not matter, the largest change of its distance from the center.
/// So no state that is near is missed. States are kept as they are stored, some 9 bytes an atom.
///
/// Grows by one state at a time; any number of threads may look meanwhile, but not while it grows.
class NearbyStates {
 public:
  /// @param surface measures distances; must outlive this. @param start coordinates of its free atoms [Å] that displacements are counted from.
  NearbyStates(const md::AtomicSurface& surface, const Eigen::Ref<const Eigen::VectorXd>& start);
  NearbyStates(NearbyStates&&) noexcept;
  NearbyStates& operator=(NearbyStates&&) noexcept;
  ~NearbyStates();

  /// @param x free coordinates [Å]. @return its number; they count from 0.
  std::size_t add(const Eigen::Ref<const Eigen::VectorXd>& x);
  std::size_t size() const;
  /// Numbers, lowest first, of the states of which no atom is further than `distance` [Å] from where it is in x, drift taken off.
  std::vector<std::size_t> within(const Eigen::Ref<const Eigen::VectorXd>& x, double distance) const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace landscape
