#include "art/locality.hpp"

namespace landscape::art {

using Eigen::VectorXd;

Locality::Locality(md::EnergySurface& whole, double margin)
    : whole_(whole), atoms_(margin > 0.0 ? dynamic_cast<md::AtomicSurface*>(&whole) : nullptr), margin_(margin),
      whole_mark_(whole.calls()) {}

md::RegionSurface* Locality::make_region(const VectorXd& x, const std::vector<char>& marked) {
  if (!atoms_) return nullptr;
  const auto n = static_cast<Eigen::Index>(marked.size());
  std::vector<Eigen::Index> seeds, particles;
  for (Eigen::Index i = 0; i < n; ++i)
    if (marked[static_cast<std::size_t>(i)]) seeds.push_back(i);
  for (Eigen::Index i = 0; i < n; ++i)
    for (const Eigen::Index k : seeds)
      if (atoms_->cell().minimum_image(x.segment<3>(3 * i) - x.segment<3>(3 * k)).squaredNorm() < margin_ * margin_) {
        particles.push_back(i);
        break;
      }
  if (particles.empty() || 2 * static_cast<Eigen::Index>(particles.size()) > n) return nullptr;
  carried_ += region_ ? static_cast<double>(region_->calls() - region_mark_) * region_->relative_cost() : 0.0;
  region_ = std::make_unique<md::RegionSurface>(*atoms_, x, std::move(particles));
  region_mark_ = 0;
  return region_.get();
}

double Locality::spent() {
  double used = carried_ + static_cast<double>(whole_.calls() - whole_mark_);
  carried_ = 0.0;
  whole_mark_ = whole_.calls();
  if (region_) {
    used += static_cast<double>(region_->calls() - region_mark_) * region_->relative_cost();
    region_mark_ = region_->calls();
  }
  return used;
}

std::vector<char> moved_particles(const md::EnergySurface& surface, const VectorXd& from, const VectorXd& to, double least) {
  const VectorXd d = surface.difference(from, to);
  const Eigen::Index block = surface.block();
  std::vector<char> moved(static_cast<std::size_t>(d.size() / block), 0);
  for (Eigen::Index i = 0; i < d.size() / block; ++i)
    moved[static_cast<std::size_t>(i)] = d.segment(i * block, block).norm() > least;
  return moved;
}

double force_outside(const md::RegionSurface& region, const VectorXd& gradient) {
  VectorXd outside = gradient;
  for (const Eigen::Index particle : region.moving()) outside.segment<3>(3 * particle).setZero();
  return md::max_norm(outside, 3);
}

}  // namespace landscape::art
