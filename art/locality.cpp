#include "art/locality.hpp"

namespace landscape::art {

using Eigen::VectorXd;

Locality::Locality(md::EnergySurface& whole, double margin)
    : whole_(whole), atoms_(margin > 0.0 ? dynamic_cast<md::AtomicSurface*>(&whole) : nullptr), margin_(margin),
      whole_mark_(whole.work()) {}

md::RegionSurface* Locality::make_region(const VectorXd& x, const std::vector<char>& marked) {
  if (!atoms_) return nullptr;
  std::vector<Eigen::Index> particles = md::particles_around(*atoms_, x, marked, margin_);
  if (particles.empty()) return nullptr;
  carried_ += region_ ? (region_->work() - region_mark_) * region_->relative_cost() : 0.0;
  region_ = std::make_unique<md::RegionSurface>(*atoms_, x, std::move(particles));
  region_mark_ = 0.0;
  return region_.get();
}

double Locality::spent() {
  double used = carried_ + whole_.work() - whole_mark_;
  carried_ = 0.0;
  whole_mark_ = whole_.work();
  if (region_) {
    used += (region_->work() - region_mark_) * region_->relative_cost();
    region_mark_ = region_->work();
  }
  return used;
}

double force_outside(const md::RegionSurface& region, const VectorXd& gradient) {
  VectorXd outside = gradient;
  for (const Eigen::Index particle : region.moving()) outside.segment<3>(3 * particle).setZero();
  return md::max_norm(outside, 3);
}

}  // namespace landscape::art
