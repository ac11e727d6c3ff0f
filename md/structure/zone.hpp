/// A part of space that atoms are chosen from.
#pragma once

#include <Eigen/Dense>
#include <string>

#include "md/core/cell.hpp"

namespace landscape::md {

/// `sphere:x,y,z,radius`, `box:x0,y0,z0,x1,y1,z1` or `slab:axis,from,to` (axis x, y or z), Cartesian, in Å. A value.
class Zone {
 public:
  /// @throws InputError naming the three forms and what was given.
  explicit Zone(const std::string& text);
  /// Whether `r` or one of its periodic images next to it lies inside, the boundary included.
  bool contains(const Cell& cell, const Eigen::Vector3d& r) const;

 private:
  bool inside(const Eigen::Vector3d& r) const { return (r.array() >= low_.array()).all() && (r.array() <= high_.array()).all(); }

  bool sphere_ = false;
  Eigen::Vector3d center_ = Eigen::Vector3d::Zero();
  double radius_ = 0.0;
  Eigen::Vector3d low_, high_;
};

}  // namespace landscape::md
