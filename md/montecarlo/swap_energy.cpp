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
             std::span<const double> densities,
             std::span<const double> embedding) override {
    neighbors_.follow(list);
    positions_ = positions.data();
    const auto n = static_cast<std::size_t>(positions.cols());
    LANDSCAPE_CHECK(types.size() == n && neighbors_.size() == n && positions.outerStride() == 3);
    LANDSCAPE_CHECK(densities.size() == embedding.size() && (densities.empty() || densities.size() == n));
    if (changes_.size() != n) {
      changes_.assign(n, {});
      stamp_ = 0;
    }
    // Not copied before something changes: begin() is called every time step, and few steps see an accepted exchange.
    types_ = types;
    densities_ = densities;
    embedding_ = embedding;
    own_ = false;
    if (!densities.empty()) return;
    own_densities_.resize(n);
    own_embedding_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      own_densities_[i] = density_of(i);
      own_embedding_[i] = potential_->embedding(types_[i], own_densities_[i]);
    }
    densities_ = own_densities_;
    embedding_ = own_embedding_;
  }

  double difference(std::size_t i, std::size_t j) override {
    first_ = i;
    second_ = j;
    touched_.clear();
    ++stamp_;
    for (std::size_t m = 0; m < neighbors_.of(j).size(); m += 16) fetch(neighbors_.of(j).data() + m);
    double change = around(i, j, new_density_first_);
    change += around(j, i, new_density_second_);
    new_embedding_first_ = potential_->embedding(types_[j], new_density_first_);
    new_embedding_second_ = potential_->embedding(types_[i], new_density_second_);
    change += new_embedding_first_ - embedding_[i];
    change += new_embedding_second_ - embedding_[j];
    new_embedding_.resize(touched_.size());
    for (std::size_t t = 0; t < touched_.size(); ++t) {
      const std::uint32_t k = touched_[t];
      new_embedding_[t] = potential_->embedding(types_[k], densities_[k] + changes_[k].density);
      change += new_embedding_[t] - embedding_[k];
    }
    return change;
  }

  void expect(std::size_t i, std::size_t j) override {
    for (const std::size_t k : {i, j}) {
      fetch(positions_ + 3 * k);
      fetch(&densities_[k]);
      fetch(&embedding_[k]);
      const auto entries = neighbors_.of(k);
      for (std::size_t m = 0; m < entries.size(); m += 16) fetch(entries.data() + m);
    }
  }

  void exchange() override {
    take_over();
    for (std::size_t t = 0; t < touched_.size(); ++t) {
      own_densities_[touched_[t]] += changes_[touched_[t]].density;
      own_embedding_[touched_[t]] = new_embedding_[t];
    }
    own_densities_[first_] = new_density_first_;
    own_densities_[second_] = new_density_second_;
    own_embedding_[first_] = new_embedding_first_;
    own_embedding_[second_] = new_embedding_second_;
    std::swap(own_types_[first_], own_types_[second_]);
  }

 private:
  struct Near {
    double r2;
    std::uint32_t atom;
  };
  struct Change {
    double density = 0.0;
    std::uint64_t stamp = 0;  ///< == stamp_: of the present exchange
  };

  static void fetch([[maybe_unused]] const void* address) {
#if defined(__GNUC__)
    __builtin_prefetch(address);
#endif
  }

  void take_over() {
    if (own_) return;
    own_ = true;
    own_types_.assign(types_.begin(), types_.end());
    types_ = own_types_;
    if (densities_.data() == own_densities_.data()) return;
    own_densities_.assign(densities_.begin(), densities_.end());
    own_embedding_.assign(embedding_.begin(), embedding_.end());
    densities_ = own_densities_;
    embedding_ = own_embedding_;
  }

  /// Neighbors of i within the cutoff, images included. In a large sample they lie all over memory, and waiting for each in turn would take most
  /// of the time: all are asked for first, here and in around().
  std::span<const Near> near(std::size_t i) {
    const auto entries = neighbors_.of(i);
    if (near_.size() < entries.size()) near_.resize(entries.size());
    const double *ri = positions_ + 3 * i;
    for (const auto entry : entries) fetch(positions_ + 3 * neighbors_.atom(entry));
    std::size_t n = 0;
    for (const auto entry : entries) {
      const std::size_t k = neighbors_.atom(entry);
      const Eigen::Vector3d& t = neighbors_.translation(entry);
      const double* rk = positions_ + 3 * k;
      const double x = rk[0] + t[0] - ri[0], y = rk[1] + t[1] - ri[1], z = rk[2] + t[2] - ri[2];
      const double r2 = x * x + y * y + z * z;
      near_[n] = {r2, static_cast<std::uint32_t>(k)};
      n += r2 < cutoff2_ ? 1 : 0;
    }
    return {near_.data(), n};
  }

  double density_of(std::size_t i) {
    double density = 0.0;
    for (const Near& one : near(i))
      density += potential_->pair_terms(types_[i], types_[one.atom], potential_->place(std::sqrt(one.r2))).density_at_first;
    return density;
  }

  /// The neighborhood of atom i, which takes the type of atom j: its new density, the changes of its neighbors' densities,
  /// and the change of its pair terms [eV]. Pairs of i with j do not change their pair term; those of i with its own
  /// images are met from both sides.
  double around(std::size_t i, std::size_t j, double& new_density) {
    const int a = types_[i], b = types_[j];
    double pair_change = 0.0, density = 0.0;
    const auto neighborhood = near(i);
    for (const Near& one : neighborhood) {
      fetch(&changes_[one.atom]);
      fetch(&densities_[one.atom]);
      fetch(&embedding_[one.atom]);
    }
    for (const Near& one : neighborhood) {
      const std::size_t k = one.atom;
      const double r = std::sqrt(one.r2);
      const auto at = potential_->place(r);
      if (k == j) {
        density += potential_->pair_terms(b, a, at).density_at_first;
      } else if (k == i) {
        const auto before = potential_->pair_terms(a, a, at), after = potential_->pair_terms(b, b, at);
        density += after.density_at_first;
        pair_change += 0.5 * (after.r_phi - before.r_phi) / r;
      } else {
        const auto terms = potential_->retyped_terms(a, b, types_[k], at);
        density += terms.density_at_first;
        pair_change += terms.r_phi / r;
        Change& change = changes_[k];
        if (change.stamp != stamp_) {
          change = {terms.density_at_second, stamp_};
          touched_.push_back(one.atom);
        } else {
          change.density += terms.density_at_second;
        }
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
  std::span<const double> densities_, embedding_;
  bool own_ = false;                     ///< whether they are the copies below
  std::vector<int> own_types_;
  std::vector<double> own_densities_, own_embedding_;
  std::vector<Near> near_;
  // Of the last difference
  std::size_t first_ = 0, second_ = 0;
  double new_density_first_ = 0.0, new_density_second_ = 0.0, new_embedding_first_ = 0.0, new_embedding_second_ = 0.0;
  std::vector<std::uint32_t> touched_;   ///< atoms other than the two whose density changes
  std::vector<double> new_embedding_;    ///< of these [eV]
  std::vector<Change> changes_;          ///< per atom
  std::uint64_t stamp_ = 0;
};

class FullSwapEnergy final : public SwapEnergy {
 public:
  explicit FullSwapEnergy(std::shared_ptr<const Potential> potential) : potential_(std::move(potential)) {}

  void begin(const Eigen::Ref<const Matrix3Xd>& positions,
             std::span<const int> types,
             const NeighborList& list,
             std::span<const double>,
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
