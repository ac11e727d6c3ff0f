#include "md/montecarlo/swap.hpp"

#include <algorithm>
#include <cmath>

#include "md/core/error.hpp"
#include "md/core/units.hpp"

namespace landscape::md {
namespace {

/// Less than a millisecond where the change of energy is local.
constexpr std::int64_t attempts_between_stops = 100;
/// What an exchange changes of the forces takes as long as a force call of so many atoms.
constexpr std::int64_t atoms_an_exchange = 400;

}  // namespace

SwapSampler::SwapSampler(std::span<const int> types, std::span<const std::uint8_t> movable) {
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (!movable.empty() && movable[i] == 0) continue;
    const auto type = static_cast<std::size_t>(types[i]);
    if (type >= atoms_.size()) atoms_.resize(type + 1);
    atoms_[type].push_back(static_cast<std::uint32_t>(i));
  }
  for (std::size_t a = 0; a < atoms_.size(); ++a)
    for (std::size_t b = a + 1; b < atoms_.size(); ++b)
      if (!atoms_[a].empty() && !atoms_[b].empty()) counts_.push_back({static_cast<int>(a), static_cast<int>(b), 0, 0});
}

void SwapSampler::forget_history() {
  for (auto& atoms : atoms_) std::sort(atoms.begin(), atoms.end());
}

void SwapSampler::set_counts(const std::vector<SwapCount>& counts) {
  const auto same_pair = [](const SwapCount& a, const SwapCount& b) { return a.first == b.first && a.second == b.second; };
  if (!std::equal(counts.begin(), counts.end(), counts_.begin(), counts_.end(), same_pair))
    throw InputError(message("swap counts of ", counts.size(), " pairs of species, expected those of the ",
                             counts_.size(), " pairs there are"));
  counts_ = counts;
}

std::int64_t SwapSampler::run(SwapEnergy& energy, CounterRng& rng, std::int64_t attempts, double kt,
                              const std::function<void(std::size_t, std::size_t, double)>& accepted) {
  if (counts_.empty()) return 0;
  struct Proposal {
    SwapCount& pair;
    std::uint32_t &i, &j;
  };
  const auto propose = [this](CounterRng& draws) -> Proposal {
    SwapCount& pair = counts_[draws.below(counts_.size())];
    auto &first = atoms_[static_cast<std::size_t>(pair.first)], &second = atoms_[static_cast<std::size_t>(pair.second)];
    std::uint32_t& i = first[draws.below(first.size())];
    return {pair, i, second[draws.below(second.size())]};
  };
  std::int64_t total = 0;
  for (std::int64_t k = 0; k < attempts; ++k) {
    const auto [pair, i, j] = propose(rng);
    ++pair.attempts;
    CounterRng ahead = rng;
    ahead.uniform();  // as most changes are uphill, and draw one
    const Proposal next = propose(ahead);
    energy.expect(next.i, next.j);
    const double change = energy.difference(i, j);
    if (!metropolis(change, kt, rng)) continue;
    energy.exchange();
    if (accepted) accepted(i, j, change);
    std::swap(i, j);
    ++pair.accepted;
    ++total;
  }
  return total;
}

SwapMonteCarlo::SwapMonteCarlo(std::shared_ptr<const Potential> potential, const Dynamics& dynamics, std::uint64_t seed)
    : potential_(std::move(potential)), sampler_(dynamics.types(), dynamics.configuration().movable), seed_(seed) {
#ifndef NDEBUG
  if (sampler_.possible()) check_detailed_balance(potential_, dynamics, seed);
#endif
}

void SwapMonteCarlo::restart(const Dynamics& dynamics) {
  auto counts = sampler_.counts();
  sampler_ = SwapSampler(dynamics.types(), dynamics.configuration().movable);
  sampler_.set_counts(counts);
}

std::optional<std::int64_t> SwapMonteCarlo::sweep(Dynamics& dynamics, std::int64_t attempts, const std::function<bool()>& stop) {
  if (!sampler_.possible() || attempts <= 0) return 0;
  const auto span = [](const Eigen::VectorXd& v) {
    return std::span<const double>(v.data(), static_cast<std::size_t>(v.size()));
  };
  if (!energy_) energy_ = make_swap_energy(potential_);
  energy_->begin(dynamics.positions(), dynamics.types(), dynamics.neighbors(), span(dynamics.densities()),
                 span(dynamics.embedding_energies()));
  energy_->follow_forces(dynamics.positions().cols() / atoms_an_exchange);
  CounterRng rng(seed_, Stream::Swap, static_cast<std::uint64_t>(dynamics.steps()));
  const double kt = units::boltzmann_ev_per_k * dynamics.set_point_k();
  const auto exchange = [&](std::size_t i, std::size_t j, double) {
    dynamics.exchange_atoms(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
  };
  std::int64_t total = 0, left = attempts;
  while (left > 0 && !(stop && stop())) {
    const std::int64_t some = std::min(left, attempts_between_stops);
    total += sampler_.run(*energy_, rng, some, kt, exchange);
    left -= some;
  }
  if (const auto* changes = total > 0 ? energy_->force_changes() : nullptr)
    dynamics.add_changes(*changes);
  else if (total > 0)
    dynamics.refresh_forces();
  return left == 0 ? std::optional(total) : std::nullopt;
}

namespace {

void require(bool holds, const std::string& what) {
  if (!holds) throw InvariantError("swap Monte Carlo: " + what);
}

/// Share of proposals accepted at ΔU = x kT, against min{1, exp(-x)}, within five standard errors.
void check_acceptance(std::uint64_t seed) {
  constexpr int draws = 20000;
  for (const double x : {-1.0, 0.1, 1.0, 3.0}) {
    CounterRng rng(seed, Stream::Swap, ~std::uint64_t{0});
    int accepted = 0;
    for (int k = 0; k < draws; ++k) accepted += metropolis(x * 0.05, 0.05, rng) ? 1 : 0;
    const double expected = std::min(1.0, std::exp(-x));
    const double error = std::sqrt(expected * (1.0 - expected) / draws);
    require(std::abs(static_cast<double>(accepted) / draws - expected) <= 5.0 * error,
            message(accepted, " of ", draws, " proposals of ", x, " kT accepted, expected a share of ", expected));
  }
}

}  // namespace

void check_detailed_balance(std::shared_ptr<const Potential> potential, const Dynamics& dynamics, std::uint64_t seed) {
  check_acceptance(seed);
  std::vector<int> types = dynamics.types();
  const Matrix3Xd& positions = dynamics.positions();
  NeighborList list(potential->cutoff(), 0.5);
  list.update(dynamics.cell(), positions);
  const auto local = make_swap_energy(potential);
  const auto full = make_full_swap_energy(potential);
  local->begin(positions, types, list);
  full->begin(positions, types, list);
  // What two whole energies leave uncertain: rounding of sums over all atoms.
  const double tolerance = 1e-11 * (10.0 + std::abs(dynamics.potential_energy()));
  CounterRng rng(seed, Stream::Swap, ~std::uint64_t{0} - 1);
  int tested = 0;
  for (int k = 0; k < 1000 && tested < 20; ++k) {
    const auto i = static_cast<std::size_t>(rng.below(types.size())), j = static_cast<std::size_t>(rng.below(types.size()));
    if (types[i] == types[j]) continue;
    ++tested;
    const double there = local->difference(i, j);
    const double whole = full->difference(i, j);
    require(std::abs(there - whole) <= tolerance,
            message("exchanging atoms ", i + 1, " and ", j + 1, " changes the energy by ", there, " eV locally, by ",
                    whole, " eV as a whole"));
    local->exchange();
    full->exchange();
    std::swap(types[i], types[j]);
    const double back = local->difference(i, j);
    require(std::abs(there + back) <= tolerance, message("exchanging atoms ", i + 1, " and ", j + 1, " costs ", there,
                                                         " eV, the way back ", back, " eV"));
  }
}

}  // namespace landscape::md
