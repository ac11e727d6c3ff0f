#include "md/potential/region_surface.hpp"

#include <algorithm>

#include "md/core/error.hpp"

namespace landscape::md {

namespace {

constexpr double skin = 1.0;   ///< [Å] as that of the whole
constexpr double reach = 1.5;  ///< [Å] a moving atom may go so far before the surroundings are taken anew

}  // namespace

RegionSurface::RegionSurface(AtomicSurface& whole, const Eigen::Ref<const Eigen::VectorXd>& x, std::vector<Eigen::Index> moving)
    : potential_(whole.shared_potential()), cell_(whole.cell()), whole_positions_(whole.scatter(x)), whole_types_(whole.types()),
      moving_(std::move(moving)), list_(potential_->cutoff(), skin) {
  LANDSCAPE_CHECK(!moving_.empty() && std::is_sorted(moving_.begin(), moving_.end()));
  Eigen::VectorXd gradient(x.size());
  whole_energy_ = whole.evaluate(x, gradient);
  whole_density_ = whole.densities();
  whole_pairs_ = static_cast<double>(whole.pair_count());
  for (const auto particle : moving_) moving_atoms_.push_back(whole.free_atoms().at(static_cast<std::size_t>(particle)));
  start_ = part(x);
  surround(start_);
}

Eigen::VectorXd RegionSurface::difference(const Eigen::Ref<const Eigen::VectorXd>& a,
                                          const Eigen::Ref<const Eigen::VectorXd>& b) const {
  Eigen::VectorXd d = b - a;
  for (Eigen::Index i = 0; i < d.size(); i += 3) d.segment<3>(i) = cell_.minimum_image(d.segment<3>(i));
  return d;
}

Eigen::VectorXd RegionSurface::part(const Eigen::Ref<const Eigen::VectorXd>& whole) const {
  Eigen::VectorXd out(dof());
  for (std::size_t k = 0; k < moving_.size(); ++k)
    out.segment<3>(3 * static_cast<Eigen::Index>(k)) = whole.segment<3>(3 * moving_[k]);
  return out;
}

Eigen::VectorXd RegionSurface::placed(const Eigen::Ref<const Eigen::VectorXd>& part,
                                      const Eigen::Ref<const Eigen::VectorXd>& whole) const {
  LANDSCAPE_CHECK(part.size() == dof());
  Eigen::VectorXd out = whole;
  for (std::size_t k = 0; k < moving_.size(); ++k)
    out.segment<3>(3 * moving_[k]) = part.segment<3>(3 * static_cast<Eigen::Index>(k));
  return out;
}

void RegionSurface::surround(const Eigen::Ref<const Eigen::VectorXd>& x) {
  centre_ = x;
  const auto n = static_cast<std::size_t>(whole_positions_.cols());
  std::vector<char> is_moving(n, 0), is_near(n, 0);
  for (const auto atom : moving_atoms_) is_moving[static_cast<std::size_t>(atom)] = 1;
  const auto mark = [&](const Eigen::Ref<const Eigen::VectorXd>& at, double range) {
    Matrix3Xd positions = whole_positions_;
    for (std::size_t k = 0; k < moving_atoms_.size(); ++k)
      positions.col(moving_atoms_[k]) = at.segment<3>(3 * static_cast<Eigen::Index>(k));
    NeighborList near(range, 0.0);
    near.set_moving(is_moving);
    near.update(cell_, positions);
    for (std::size_t rank = 0; rank < n; ++rank)
      for (const std::uint32_t slot : near.row(rank))
        is_near[near.slots().atom[near.slots().home[rank]]] = is_near[near.slots().atom[slot]] = 1;
  };
  mark(x, potential_->cutoff() + skin + reach);
  // The energy at the start, which the offset is taken from, must have all its pairs too.
  if (x != start_) mark(start_, potential_->cutoff() + skin);
  std::vector<Eigen::Index> atoms = moving_atoms_;
  for (std::size_t i = 0; i < n; ++i)
    if (is_near[i] && !is_moving[i]) atoms.push_back(static_cast<Eigen::Index>(i));
  const auto count = static_cast<Eigen::Index>(atoms.size());
  positions_.resize(3, count);
  forces_.resize(3, count);
  types_.clear();
  for (Eigen::Index k = 0; k < count; ++k) {
    const auto atom = atoms[static_cast<std::size_t>(k)];
    positions_.col(k) = whole_positions_.col(atom);
    types_.push_back(whole_types_[static_cast<std::size_t>(atom)]);
  }
  std::vector<char> moves(static_cast<std::size_t>(count), 0);
  std::fill_n(moves.begin(), moving_.size(), 1);
  list_.set_moving(std::move(moves));
  // What does not move: its density on the atoms around, and its energy.
  scratch_.background.resize(0);
  energy_of_parts(start_);
  if (scratch_.density.size() > 0) {
    Eigen::VectorXd background = Eigen::VectorXd::Zero(count);
    for (Eigen::Index k = static_cast<Eigen::Index>(moving_.size()); k < count; ++k)
      background[k] = whole_density_[atoms[static_cast<std::size_t>(k)]] - scratch_.density[k];
    scratch_.background = background;
  }
  offset_ = whole_energy_ - energy_of_parts(start_);
}

double RegionSurface::energy_of_parts(const Eigen::Ref<const Eigen::VectorXd>& x) {
  for (Eigen::Index k = 0; k < x.size() / 3; ++k) positions_.col(k) = x.segment<3>(3 * k);
  list_.update(cell_, positions_);
  return potential_->compute(positions_, types_, list_, forces_, scratch_, 1).energy;
}

double RegionSurface::do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x, Eigen::Ref<Eigen::VectorXd> gradient) {
  current_ = false;
  if (max_norm(x - centre_, 3) > reach) surround(x);
  const double energy = energy_of_parts(x);
  current_ = true;
  for (Eigen::Index k = 0; k < x.size() / 3; ++k) gradient.segment<3>(3 * k) = -forces_.col(k);
  return offset_ + energy;
}

EnergySurface::Expansion RegionSurface::do_expand(const Eigen::Ref<const Eigen::VectorXd>& x) {
  if (!potential_->expands()) return Expansion::None;
  if (expanded_.size() > 0 && expanded_ == x) return Expansion::Kept;
  bool there = current_;
  for (Eigen::Index k = 0; there && k < x.size() / 3; ++k) there = positions_.col(k) == x.segment<3>(3 * k);
  if (!there) {
    Eigen::VectorXd gradient(x.size());
    evaluate(x, gradient);
  }
  potential_->expand(positions_, types_, list_, scratch_);
  // Of as many atoms as there are now: a later evaluation may take new surroundings. What does not move stays zero.
  moves_.setZero(3, positions_.cols());
  product_.resize(3, positions_.cols());
  expanded_ = x;
  return Expansion::Made;
}

void RegionSurface::do_hessian_times(const Eigen::Ref<const Eigen::VectorXd>& v, Eigen::Ref<Eigen::VectorXd> product) {
  for (Eigen::Index k = 0; k < v.size() / 3; ++k) moves_.col(k) = v.segment<3>(3 * k);
  potential_->hessian_times(moves_, product_, scratch_);
  for (Eigen::Index k = 0; k < v.size() / 3; ++k) product.segment<3>(3 * k) = product_.col(k);
}

std::vector<char> moved_particles(const EnergySurface& surface, const Eigen::VectorXd& from, const Eigen::VectorXd& to, double least) {
  const Eigen::VectorXd d = surface.difference(from, to);
  const Eigen::Index block = surface.block();
  std::vector<char> moved(static_cast<std::size_t>(d.size() / block), 0);
  for (Eigen::Index i = 0; i < d.size() / block; ++i)
    moved[static_cast<std::size_t>(i)] = d.segment(i * block, block).norm() > least;
  return moved;
}

std::vector<Eigen::Index> particles_around(const AtomicSurface& whole, const Eigen::VectorXd& x, const std::vector<char>& marked, double margin) {
  const auto n = static_cast<Eigen::Index>(marked.size());
  std::vector<Eigen::Index> seeds, particles;
  for (Eigen::Index i = 0; i < n; ++i)
    if (marked[static_cast<std::size_t>(i)]) seeds.push_back(i);
  for (Eigen::Index i = 0; i < n; ++i)
    for (const Eigen::Index k : seeds)
      if (whole.cell().minimum_image(x.segment<3>(3 * i) - x.segment<3>(3 * k)).squaredNorm() < margin * margin) {
        particles.push_back(i);
        break;
      }
  if (2 * static_cast<Eigen::Index>(particles.size()) > n) particles.clear();
  return particles;
}

}  // namespace landscape::md
