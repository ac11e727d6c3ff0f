#include "md/montecarlo/swap_energy.hpp"

#include <cmath>
#include <vector>

#include "md/core/error.hpp"
#include "md/neighbor/full_neighbors.hpp"
#include "md/potential/eam.hpp"

namespace landscape::md {
namespace {

/// E = Σ F_k(ρ_k) + ½ Σ φ: exchanging i and j changes the pair terms and densities of these two, and the densities of
/// their neighbors.
class EamSwapEnergy final : public SwapEnergy {
 public:
  explicit EamSwapEnergy(std::shared_ptr<const EamPotential> potential)
      : potential_(std::move(potential)), cutoff2_(potential_->cutoff() * potential_->cutoff()) {}

  void begin(const Eigen::Ref<const Matrix3Xd>& positions,
             std::span<const int> types,
             const NeighborList& list,
             std::span<const double> densities) override {
    neighbors_.follow(list);
    positions_ = positions.data();
    const auto n = static_cast<std::size_t>(positions.cols());
    LANDSCAPE_CHECK(types.size() == n && neighbors_.size() == n && positions.outerStride() == 3);
    if (change_.size() != n) {
      change_.assign(n, 0.0);
      mark_.assign(n, 0);
      stamp_ = 0;
    }
    // Not copied before something changes: begin() is called every time step, and few steps see an accepted exchange.
    types_ = types;
    densities_ = densities;
    if (!densities.empty()) return;
    own_types();
    own_densities_.resize(n);
    for (std::size_t i = 0; i < n; ++i) own_densities_[i] = density_of(i);
    densities_ = own_densities_;
  }

  double difference(std::size_t i, std::size_t j) override {
    first_ = i;
    second_ = j;
    touched_.clear();
    ++stamp_;
    double r_phi_terms = around(i, j, new_density_first_);
    r_phi_terms += around(j, i, new_density_second_);
    const int a = types_[i], b = types_[j];
    double change = r_phi_terms;
    change += potential_->embedding(b, new_density_first_) - potential_->embedding(a, densities_[i]);
    change += potential_->embedding(a, new_density_second_) - potential_->embedding(b, densities_[j]);
    for (const std::uint32_t k : touched_) {
      const double rho = densities_[k];
      change += potential_->embedding(types_[k], rho + change_[k]) - potential_->embedding(types_[k], rho);
    }
    return change;
  }

  void exchange() override {
    if (types_.data() != own_types_.data()) own_types();
    if (densities_.data() != own_densities_.data()) {
      own_densities_.assign(densities_.begin(), densities_.end());
      densities_ = own_densities_;
    }
    for (const std::uint32_t k : touched_) own_densities_[k] += change_[k];
    own_densities_[first_] = new_density_first_;
    own_densities_[second_] = new_density_second_;
    std::swap(own_types_[first_], own_types_[second_]);
  }

 private:
  void own_types() {
    own_types_.assign(types_.begin(), types_.end());
    types_ = own_types_;
  }

  Eigen::Vector3d position(std::size_t k) const { return Eigen::Map<const Eigen::Vector3d>(positions_ + 3 * k); }

  double density_of(std::size_t i) const {
    double density = 0.0;
    const Eigen::Vector3d ri = position(i);
    for (const auto entry : neighbors_.of(i)) {
      const std::size_t k = neighbors_.atom(entry);
      const double r2 = (position(k) + neighbors_.translation(entry) - ri).squaredNorm();
      if (r2 >= cutoff2_) continue;
      density += potential_->pair_terms(types_[i], types_[k], potential_->place(std::sqrt(r2))).density_at_first;
    }
    return density;
  }

  /// The neighborhood of atom i, which takes the type of atom j: its new density, the changes of its neighbors' densities,
  /// and the change of its pair terms [eV]. Pairs of i with j do not change their pair term; those of i with its own
  /// images are met from both sides.
  double around(std::size_t i, std::size_t j, double& new_density) {
    const int a = types_[i], b = types_[j];
    const Eigen::Vector3d ri = position(i);
    double pair_change = 0.0, density = 0.0;
    for (const auto entry : neighbors_.of(i)) {
      const std::size_t k = neighbors_.atom(entry);
      const double r2 = (position(k) + neighbors_.translation(entry) - ri).squaredNorm();
      if (r2 >= cutoff2_) continue;
      const double r = std::sqrt(r2);
      const auto at = potential_->place(r);
      if (k == j) {
        density += potential_->pair_terms(b, a, at).density_at_first;
      } else if (k == i) {
        const auto before = potential_->pair_terms(a, a, at), after = potential_->pair_terms(b, b, at);
        density += after.density_at_first;
        pair_change += 0.5 * (after.r_phi - before.r_phi) / r;
      } else {
        const int type = types_[k];
        const auto before = potential_->pair_terms(a, type, at), after = potential_->pair_terms(b, type, at);
        density += after.density_at_first;
        pair_change += (after.r_phi - before.r_phi) / r;
        if (mark_[k] != stamp_) {
          mark_[k] = stamp_;
          change_[k] = 0.0;
          touched_.push_back(static_cast<std::uint32_t>(k));
        }
        change_[k] += after.density_at_second - before.density_at_second;
      }
    }
    new_density = density;
    return pair_change;
  }

  std::shared_ptr<const EamPotential> potential_;
  double cutoff2_;
  FullNeighbors neighbors_;
  const double* positions_ = nullptr;
  std::span<const int> types_;
  std::span<const double> densities_;
  std::vector<int> own_types_;
  std::vector<double> own_densities_;
  // Of the last difference
  std::size_t first_ = 0, second_ = 0;
  double new_density_first_ = 0.0, new_density_second_ = 0.0;
  std::vector<std::uint32_t> touched_;   ///< atoms other than the two whose density changes
  std::vector<double> change_;           ///< of their densities
  std::vector<std::uint64_t> mark_;      ///< == stamp_ where touched
  std::uint64_t stamp_ = 0;
};

class FullSwapEnergy final : public SwapEnergy {
 public:
  explicit FullSwapEnergy(std::shared_ptr<const Potential> potential) : potential_(std::move(potential)) {}

  void begin(const Eigen::Ref<const Matrix3Xd>& positions,
             std::span<const int> types,
             const NeighborList& list,
             std::span<const double>) override {
    positions_ = positions;
    types_.assign(types.begin(), types.end());
    list_ = &list;
    forces_.resize(3, positions.cols());
    energy_known_ = false;
  }

  double difference(std::size_t i, std::size_t j) override {
    if (!energy_known_) energy_ = energy();
    energy_known_ = true;
    first_ = i;
    second_ = j;
    std::swap(types_[i], types_[j]);
    new_energy_ = energy();
    std::swap(types_[i], types_[j]);
    return new_energy_ - energy_;
  }

  void exchange() override {
    std::swap(types_[first_], types_[second_]);
    energy_ = new_energy_;
  }

 private:
  double energy() { return potential_->compute(positions_, types_, *list_, forces_, scratch_, 1).energy; }

  std::shared_ptr<const Potential> potential_;
  Matrix3Xd positions_, forces_;
  std::vector<int> types_;
  const NeighborList* list_ = nullptr;
  ForceScratch scratch_;
  bool energy_known_ = false;
  double energy_ = 0.0, new_energy_ = 0.0;
  std::size_t first_ = 0, second_ = 0;
};

}  // namespace

std::unique_ptr<SwapEnergy> make_swap_energy(std::shared_ptr<const Potential> potential) {
  if (auto eam = std::dynamic_pointer_cast<const EamPotential>(potential)) return std::make_unique<EamSwapEnergy>(eam);
  return make_full_swap_energy(std::move(potential));
}

std::unique_ptr<SwapEnergy> make_full_swap_energy(std::shared_ptr<const Potential> potential) {
  return std::make_unique<FullSwapEnergy>(std::move(potential));
}

}  // namespace landscape::md
