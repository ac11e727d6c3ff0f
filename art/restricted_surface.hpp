/// Part of a surface: some particles move, the others stay.
#pragma once

#include <vector>

#include "md/core/energy_surface.hpp"

namespace landscape::art {

/// Coordinates are those of the chosen particles of `whole`, in the order given. The others stay where around() last put them.
/// An evaluation is one of `whole`. Belongs to one thread; `whole` must outlive it.
class RestrictedSurface final : public md::EnergySurface {
 public:
  RestrictedSurface(md::EnergySurface& whole, std::vector<Eigen::Index> particles)
      : whole_(whole), particles_(std::move(particles)), base_(whole.dof()), gradient_(whole.dof()) {}

  Eigen::Index dof() const override { return block() * static_cast<Eigen::Index>(particles_.size()); }
  Eigen::Index block() const override { return whole_.block(); }

  /// Where everything is now.
  void around(const Eigen::Ref<const Eigen::VectorXd>& x) { base_ = x; }
  /// The part of v that belongs to the chosen particles.
  Eigen::VectorXd gather(const Eigen::Ref<const Eigen::VectorXd>& v) const {
    Eigen::VectorXd part(dof());
    const Eigen::Index b = block();
    for (std::size_t k = 0; k < particles_.size(); ++k)
      part.segment(static_cast<Eigen::Index>(k) * b, b) = v.segment(particles_[k] * b, b);
    return part;
  }
  /// v on the whole, with `part` for the chosen particles.
  void place(const Eigen::Ref<const Eigen::VectorXd>& part, Eigen::VectorXd& v) const {
    const Eigen::Index b = block();
    for (std::size_t k = 0; k < particles_.size(); ++k)
      v.segment(particles_[k] * b, b) = part.segment(static_cast<Eigen::Index>(k) * b, b);
  }

 protected:
  double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x, Eigen::Ref<Eigen::VectorXd> gradient) override {
    Eigen::VectorXd all = base_;
    place(x, all);
    const double energy = whole_.evaluate(all, gradient_);
    gradient = gather(gradient_);
    return energy;
  }

 private:
  md::EnergySurface& whole_;
  std::vector<Eigen::Index> particles_;
  Eigen::VectorXd base_, gradient_;
};

}  // namespace landscape::art
