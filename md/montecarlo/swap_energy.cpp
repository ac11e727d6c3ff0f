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
    exchanges_left_ = -1;
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
    return change_ = change;
  }

  void follow_forces(std::int64_t most) override {
    exchanges_left_ = most;
    begun_ = false;
  }

  const ForceChanges* force_changes() const override { return exchanges_left_ >= 0 && begun_ ? &force_changes_ : nullptr; }

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
    if (exchanges_left_ >= 0 && --exchanges_left_ >= 0) change_forces();
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
    force_changes_.densities = densities_;
    force_changes_.embedding = embedding_;
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
  struct Slopes {
    double before = 0.0, after = 0.0;  ///< dF/dρ of an atom [eV]
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

  /// Calls visit(neighbor, d, r) for every neighbor of i within the cutoff, images included; d from i to it.
  template <class Visit>
  void each_neighbor(std::size_t i, Visit&& visit) const {
    const double* ri = positions_ + 3 * i;
    for (const auto entry : neighbors_.of(i)) {
      const std::size_t k = neighbors_.atom(entry);
      const Eigen::Vector3d& t = neighbors_.translation(entry);
      const double* rk = positions_ + 3 * k;
      const Eigen::Vector3d d(rk[0] + t[0] - ri[0], rk[1] + t[1] - ri[1], rk[2] + t[2] - ri[2]);
      const double r2 = d.squaredNorm();
      if (r2 < cutoff2_) visit(k, d, std::sqrt(r2));
    }
  }

  /// The energy of atoms i and k falls by `slope` for each Å that they come closer; d from i to k.
  void pull(std::size_t i, std::size_t k, const Eigen::Vector3d& d, double r, double slope) {
    const Eigen::Vector3d f = slope / r * d;
    force_changes_.forces.col(static_cast<Eigen::Index>(i)) += f;
    force_changes_.forces.col(static_cast<Eigen::Index>(k)) -= f;
    force_changes_.sums.virial -= d * f.transpose();
  }

  /// Of the exchange that is about to be done. With E = Σ F_k(ρ_k) + ½ Σ φ over ordered pairs (k, l), ρ_k = Σ_l ρ_kl, the pair (k, l) pulls with
  /// F'_k ρ'_kl + ½ φ'.
  void change_forces() {
    if (!begun_) {
      force_changes_.forces.setZero(3, static_cast<Eigen::Index>(types_.size()));
      force_changes_.sums = {};
      begun_ = true;
    }
    force_changes_.sums.energy += change_;
    const std::size_t i = first_, j = second_;
    const int types[2] = {types_[i], types_[j]};
    const auto type_after = [&](std::size_t k) { return k == i ? types[1] : k == j ? types[0] : types_[k]; };
    slopes_.resize(types_.size());
    slopes_[i] = {potential_->embedding_slope(types[0], densities_[i]), potential_->embedding_slope(types[1], new_density_first_)};
    slopes_[j] = {potential_->embedding_slope(types[1], densities_[j]), potential_->embedding_slope(types[0], new_density_second_)};
    for (const std::uint32_t k : touched_) {
      const double density = densities_[k];
      slopes_[k] = {potential_->embedding_slope(types_[k], density), potential_->embedding_slope(types_[k], density + changes_[k].density)};
      const double change = slopes_[k].after - slopes_[k].before;
      each_neighbor(k, [&](std::size_t l, const Eigen::Vector3d& d, double r) {
        if (l != i && l != j) pull(k, l, d, r, change * potential_->density_slope(types_[k], types_[l], potential_->place(r)));
      });
    }
    for (const std::size_t m : {i, j})
      each_neighbor(m, [&](std::size_t l, const Eigen::Vector3d& d, double r) {
        const auto at = potential_->place(r);
        const auto ordered = [&](std::size_t k, std::size_t of) {  // what k's energy, with half the pair term, changes its pull by
          const int a = types_[k], b = types_[of], c = type_after(k), e = type_after(of);
          return slopes_[k].after * potential_->density_slope(c, e, at) + 0.5 * potential_->pair_slope(c, e, at, r) -
                 slopes_[k].before * potential_->density_slope(a, b, at) - 0.5 * potential_->pair_slope(a, b, at, r);
        };
        const bool seen_from_there = l == i || l == j;
        pull(m, l, d, r, ordered(m, l) + (seen_from_there ? 0.0 : ordered(l, m)));
      });
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
  double change_ = 0.0;                  ///< [eV]
  // Followed
  std::int64_t exchanges_left_ = -1;     ///< before they are not followed further; -1: they are not
  bool begun_ = false;
  ForceChanges force_changes_;
  std::vector<Slopes> slopes_;           ///< per atom, those of the last exchange's valid
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
