/// The simulation cell: any triclinic shape, any choice of periodic directions.
#pragma once

#include <Eigen/Dense>
#include <array>

namespace landscape::md {

using Matrix3Xd = Eigen::Matrix3Xd;

/// Three edge vectors and which of them are periods.
///
/// Invariant: the matrix of edges (columns, r = H s) is invertible. A direction that is not periodic may be given as
/// a zero vector; it is then replaced by a unit vector orthogonal to the others. A value; safe to share when const.
class Cell {
 public:
  /// No periods: three unit vectors.
  Cell();
  /// @param edges 3 x 3 [Å], columns are the edge vectors.
  /// @throws InputError if an entry is not finite, a periodic edge is zero, or the periodic edges are dependent.
  explicit Cell(const Eigen::Matrix3d& edges, std::array<bool, 3> periodic = {true, true, true});

  const Eigen::Matrix3d& matrix() const { return matrix_; }
  const Eigen::Matrix3d& inverse() const { return inverse_; }
  const std::array<bool, 3>& periodic() const { return periodic_; }
  bool fully_periodic() const { return periodic_[0] && periodic_[1] && periodic_[2]; }
  bool any_periodic() const { return periodic_[0] || periodic_[1] || periodic_[2]; }
  /// |det H| [Å³]; means something only where all directions are periodic.
  double volume() const { return volume_; }
  /// Distance between the two faces of each direction [Å].
  const Eigen::Vector3d& heights() const { return heights_; }

  /// The shortest of the periodic images of `d` [Å], exact for every cell shape.
  Eigen::Vector3d minimum_image(const Eigen::Vector3d& d) const;
  /// Positions moved into the cell along its periodic directions. 3 x N [Å].
  Matrix3Xd wrapped(const Eigen::Ref<const Matrix3Xd>& positions) const;
  /// The cell F H with the same periods.
  Cell deformed(const Eigen::Matrix3d& f) const;

 private:
  Eigen::Matrix3d matrix_;
  Eigen::Matrix3d inverse_;
  Eigen::Vector3d heights_;
  std::array<bool, 3> periodic_;
  double volume_ = 1.0;
  double safe_length_ = 0.0;  ///< a vector shorter than this is its own shortest image [Å]
};

/// I + gamma e_a ⊗ e_b, the simple shear of DESIGN.md section 3; plane 0 = xy, 1 = xz, 2 = yz (a, b in that order).
Eigen::Matrix3d simple_shear(double gamma, int plane = 0);
/// f applied to every atom of x (3N).
Eigen::VectorXd deformed(const Eigen::Matrix3d& f, const Eigen::Ref<const Eigen::VectorXd>& x);

}  // namespace landscape::md
