#include "md/potential/atomic_surface.hpp"

#include <algorithm>
#include <cmath>

#include "md/core/error.hpp"
#include "md/core/parallel.hpp"
#include "md/core/superposition.hpp"

namespace landscape::md {

void SurfaceOptions::validate() const {
  if (!(skin >= 0.0)) throw InputError(message("skin ", skin, " Å, expected at least 0"));
  if (threads < 1) throw InputError(message("threads ", threads, ", expected at least 1"));
}

AtomicSurface::AtomicSurface(std::shared_ptr<const Potential> potential, const Configuration& reference,
                             SurfaceOptions options)
    : potential_(std::move(potential)), configuration_(reference), options_(options),
      list_(potential_->cutoff(), options.skin) {
  options_.validate();
  configuration_.validate();
  options_.threads = std::min(options_.threads, chunk_count(configuration_.size()));  // more would only wait
  configuration_.velocities.resize(3, 0);
  types_ = potential_->types_of(configuration_.species);
  for (Eigen::Index i = 0; i < configuration_.size(); ++i)
    if (configuration_.is_free(i)) free_.push_back(i);
  given_inverse_ = configuration_.cell.inverse();
  if (configuration_.any_frozen()) given_ = configuration_.positions;
  if (free_.empty()) throw InputError("configuration: every atom is frozen, expected at least one free atom");
  forces_.setZero(3, configuration_.size());
  if (configuration_.size() >= large_configuration) scratch_.pair_limit = 0.0;  // a minimizer's model takes as much
}

Invariance AtomicSurface::invariance() const {
  const bool all_free = static_cast<Eigen::Index>(free_.size()) == configuration_.size();
  return {all_free, all_free && !configuration_.cell.any_periodic()};
}

Eigen::VectorXd AtomicSurface::difference(const Eigen::Ref<const Eigen::VectorXd>& a,
                                          const Eigen::Ref<const Eigen::VectorXd>& b) const {
  Eigen::VectorXd d = b - a;
  for (Eigen::Index i = 0; i < d.size(); i += 3)
    d.segment<3>(i) = configuration_.cell.minimum_image(d.segment<3>(i));
  return d;
}

double AtomicSurface::mass_of_atom(Eigen::Index atom) const {
  return potential_->mass(types_[static_cast<std::size_t>(atom)]);
}

void AtomicSurface::set_cell(const Cell& cell, const Cell& described) {
  current_ = false;
  expanded_.resize(0);
  configuration_.cell = described;
  if (given_.cols() > 0) configuration_.positions = cell.matrix() * given_inverse_ * given_;
}

void AtomicSurface::deform(const Eigen::Matrix3d& f, Eigen::Ref<Eigen::VectorXd> x) {
  current_ = false;
  expanded_.resize(0);
  configuration_.cell = configuration_.cell.deformed(f);
  configuration_.positions = (f * configuration_.positions).eval();
  for (Eigen::Index i = 0; i < x.size(); i += 3) x.segment<3>(i) = (f * x.segment<3>(i)).eval();
}

Eigen::VectorXd AtomicSurface::gather(const Eigen::Ref<const Matrix3Xd>& positions) const {
  LANDSCAPE_CHECK(positions.cols() == configuration_.size());
  Eigen::VectorXd x(dof());
  for (std::size_t k = 0; k < free_.size(); ++k)
    x.segment<3>(3 * static_cast<Eigen::Index>(k)) = positions.col(free_[k]);
  return x;
}

Matrix3Xd AtomicSurface::scatter(const Eigen::Ref<const Eigen::VectorXd>& x) const {
  LANDSCAPE_CHECK(x.size() == dof());
  Matrix3Xd positions = configuration_.positions;
  for (std::size_t k = 0; k < free_.size(); ++k)
    positions.col(free_[k]) = x.segment<3>(3 * static_cast<Eigen::Index>(k));
  return positions;
}

Configuration AtomicSurface::configuration(const Eigen::Ref<const Eigen::VectorXd>& x) const {
  Configuration out = configuration_;
  out.positions = scatter(x);
  return out;
}

Eigen::Matrix3d AtomicSurface::stress() const {
  if (!configuration_.cell.fully_periodic()) return Eigen::Matrix3d::Constant(std::nan(""));
  return -result_.virial / configuration_.cell.volume();
}

double AtomicSurface::do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x,
                                  Eigen::Ref<Eigen::VectorXd> gradient) {
  current_ = false;
  for (std::size_t k = 0; k < free_.size(); ++k)
    configuration_.positions.col(free_[k]) = x.segment<3>(3 * static_cast<Eigen::Index>(k));
  list_.update(configuration_.cell, configuration_.positions, options_.threads);
  result_ = potential_->compute(configuration_.positions, types_, list_, forces_, scratch_, options_.threads);
  for (std::size_t k = 0; k < free_.size(); ++k)
    gradient.segment<3>(3 * static_cast<Eigen::Index>(k)) = -forces_.col(free_[k]);
  current_ = true;
  return result_.energy;
}

EnergySurface::Expansion AtomicSurface::do_expand(const Eigen::Ref<const Eigen::VectorXd>& x) {
  if (!potential_->expands()) return Expansion::None;
  if (expanded_.size() > 0 && expanded_ == x) return Expansion::Kept;
  bool there = current_;
  for (std::size_t k = 0; there && k < free_.size(); ++k)
    there = configuration_.positions.col(free_[k]) == x.segment<3>(3 * static_cast<Eigen::Index>(k));
  if (!there) {
    Eigen::VectorXd gradient(x.size());
    evaluate(x, gradient);
  }
  potential_->expand(configuration_.positions, types_, list_, scratch_);
  expanded_ = x;
  return Expansion::Made;
}

void AtomicSurface::do_hessian_times(const Eigen::Ref<const Eigen::VectorXd>& v, Eigen::Ref<Eigen::VectorXd> product) {
  moves_.setZero(3, configuration_.size());
  product_.resize(3, configuration_.size());
  for (std::size_t k = 0; k < free_.size(); ++k) moves_.col(free_[k]) = v.segment<3>(3 * static_cast<Eigen::Index>(k));
  potential_->hessian_times(moves_, product_, scratch_);
  for (std::size_t k = 0; k < free_.size(); ++k) product.segment<3>(3 * static_cast<Eigen::Index>(k)) = product_.col(free_[k]);
}

std::array<double, 6> voigt(const Eigen::Matrix3d& t, double factor) {
  return {t(0, 0) * factor, t(1, 1) * factor, t(2, 2) * factor,
          0.5 * (t(1, 2) + t(2, 1)) * factor, 0.5 * (t(0, 2) + t(2, 0)) * factor,
          0.5 * (t(0, 1) + t(1, 0)) * factor};
}

Eigen::VectorXd displacement(const EnergySurface& surface,
                             const Eigen::Ref<const Eigen::VectorXd>& from,
                             const Eigen::Ref<const Eigen::VectorXd>& to) {
  Eigen::VectorXd d = surface.difference(from, to);
  const Invariance invariance = surface.invariance();
  if (!invariance.translations) return d;
  const Eigen::Index block = surface.block();
  Eigen::Map<Eigen::MatrixXd> columns(d.data(), block, d.size() / block);
  columns.colwise() -= columns.rowwise().mean().eval();
  if (invariance.rotations && block == 3) {
    const Eigen::VectorXd start = from;
    Matrix3Xd a = Eigen::Map<const Matrix3Xd>(start.data(), 3, start.size() / 3);
    a.colwise() -= a.rowwise().mean().eval();
    const Matrix3Xd b = a + columns;
    columns = rotated_onto(a, b) - a;
  }
  return d;
}

double largest_displacement(const EnergySurface& surface,
                            const Eigen::Ref<const Eigen::VectorXd>& from,
                            const Eigen::Ref<const Eigen::VectorXd>& to) {
  return max_norm(displacement(surface, from, to), surface.block());
}

}  // namespace landscape::md
