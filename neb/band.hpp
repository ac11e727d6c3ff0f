/// Images between two fixed endpoints, their energies and the forces that move them.
#pragma once

#include <Eigen/Dense>
#include <memory>
#include <optional>
#include <vector>

#include "neb/neb.hpp"

namespace landscape::neb {

/// Along the band.
struct Springs {
  double constant;                ///< [eV/Å²], of the stiffest
  std::vector<double> stiffness;  ///< of the spring after each image but the last, relative to the stiffest
};

/// Invariant: energies and gradients belong to the current positions. Columns are images, ends
/// included. One surface per image, since the history of a neighbor list must not depend on which
/// thread took which image. One thread.
class Band {
 public:
  /// @param path dof x (images + 2) [Å], without jumps by a period. Evaluates every image.
  Band(const SurfaceFactory& make_surface, Eigen::MatrixXd path, int threads);

  int size() const { return static_cast<int>(x_.cols()); }
  const Eigen::MatrixXd& positions() const { return x_; }
  const Eigen::VectorXd& energies() const { return energy_; }
  Eigen::Index block() const { return block_; }
  /// Largest force on a particle of an image, from the potential alone [eV/Å].
  double image_max_force(int image) const { return md::max_norm(gradient_.col(image), block_); }
  /// Interior image of highest energy.
  int highest() const;
  Eigen::VectorXd tangent(int image) const;
  /// Springs that are so many times as stiff at the highest image as below the higher end, linear in the energy between: images
  /// gather where the saddle is.
  /// @par Source V. Ásgeirsson et al., J. Chem. Theory Comput. 17, 4929 (2021).
  Springs springs(double constant, double ratio) const;
  /// Forces of the band [eV/Å], dof x (images + 2), zero at the ends.
  Eigen::MatrixXd forces(const Springs& springs, std::optional<int> climbing) const;
  /// `force` with the springs replaced by what closes the remaining difference in spacing at once
  /// (equal_spacing), as a force of ordinary stiffness: vanishes where the forces do, and is what
  /// an optimizer should follow.
  Eigen::MatrixXd drive(const Eigen::MatrixXd& force, const Springs& springs, std::optional<int> climbing) const;
  /// Path length from the first image to each [Å].
  std::vector<double> reaction_coordinate() const;
  /// Moves the interior images by their columns of `step` [Å] and evaluates them.
  ///
  /// @throws whatever the first failing image threw; the band then is as it was.
  void move(const Eigen::MatrixXd& step);
  std::int64_t force_calls() const { return force_calls_; }

 private:
  void evaluate(const Eigen::MatrixXd& x, int first, int count);

  std::vector<std::unique_ptr<md::EnergySurface>> surfaces_;
  Eigen::MatrixXd x_, gradient_;
  Eigen::VectorXd energy_;
  Eigen::Index block_ = 1;
  int threads_;
  std::int64_t force_calls_ = 0;
};

}  // namespace landscape::neb
