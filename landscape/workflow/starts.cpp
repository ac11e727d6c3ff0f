#include "landscape/workflow/starts.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/structure/zone.hpp"
#include "md/vibration/modes.hpp"
#include "md/vibration/softness.hpp"

namespace landscape {
namespace {

constexpr int softness_modes = 50;
constexpr Eigen::Index diagonalized_dof = 900;  // below it all modes cost less than the lowest fifty by products

/// Of each atom, from the lowest modes of the minimum. On one thread: how products are cut up among threads shows in the last digits of a
/// mode, and with them in what a random number picks. Nothing where the session stopped.
std::optional<Starts::Softness> softness_at(const md::Configuration& minimum, const md::Potential& potential, const Session& session) {
  session.report({0, 0, "softness"});
  const md::Hessian hessian(potential, minimum);
  md::Modes modes;
  if (hessian.dof() <= diagonalized_dof) {
    modes = md::all_modes(hessian, md::Weighting::Mass, md::ModeVectors::Keep, 1);
  } else {
    // More modes than softness takes, as `modes` does: those degenerate with the last one count too.
    auto lowest = md::lowest_modes(hessian, md::Weighting::Mass, {}, [&](const md::LowestModesProgress& p) {
      session.report({0, 0, md::message("softness, ", p.converged, " modes")});
      return session.stopped() ? md::Control::Stop : md::Control::Continue;
    });
    if (lowest.status == md::LowestModesStatus::StoppedByObserver) return std::nullopt;
    if (lowest.status != md::LowestModesStatus::Converged)
      throw std::runtime_error(md::message("softness: the lowest modes did not converge (residual ", lowest.largest_residual, " after ",
                                           lowest.products, " products); choose starts without --soft-spots and --shares soft"));
    modes = std::move(lowest.modes);
  }
  const auto softness = md::softness(modes.vectors, modes.eigenvalues, softness_modes);
  return Starts::Softness{md::on_all_atoms(hessian, softness.amplitude), md::on_all_atoms(hessian, softness.intensity)};
}

/// Atoms in soft spots; where there is no period to put a grid in, the softest tenth.
std::vector<char> in_soft_spot(const md::Configuration& minimum, const Eigen::VectorXd& softness) {
  std::vector<char> inside(static_cast<std::size_t>(softness.size()), 0);
  if (minimum.cell.fully_periodic()) {
    const auto spots = md::soft_spots(minimum, softness);
    for (std::size_t i = 0; i < inside.size(); ++i) inside[i] = spots.spot_of_atom[i] > 0;
    return inside;
  }
  std::vector<double> sorted(softness.data(), softness.data() + softness.size());
  std::ranges::sort(sorted);
  const double least = sorted[sorted.size() - 1 - sorted.size() / 10];
  for (std::size_t i = 0; i < inside.size(); ++i) inside[i] = softness[static_cast<Eigen::Index>(i)] >= least;
  return inside;
}

/// Position k of round r: a shuffle of 0..n-1 (Fisher-Yates).
std::size_t shuffled(std::uint64_t seed, std::uint64_t round, std::size_t n, std::size_t k) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  md::CounterRng rng(seed, md::Stream::CenterAtom, round);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  return order[k];
}

}  // namespace

const char* name(Shares shares) {
  switch (shares) {
    case Shares::Random: return "random";
    case Shares::Equal: return "equal";
    case Shares::Soft: return "soft";
  }
  return "unknown";
}

Shares shares_of(const std::string& text) {
  for (const Shares shares : {Shares::Random, Shares::Equal, Shares::Soft})
    if (text == name(shares)) return shares;
  throw md::InputError("--shares: expected random, equal or soft, got " + text);
}

void StartOptions::validate() const {
  if (!atoms.empty() && !element.empty()) throw md::InputError("map: expected one of --center and --element, got both");
  std::set<std::int64_t> seen;
  for (const auto atom : atoms)
    if (!seen.insert(atom).second) throw md::InputError(md::message("--center: atom ", atom, " is given twice"));
  if (zone.empty()) return;
  try {
    (void)md::Zone(zone);
  } catch (const md::InputError& error) {
    throw md::InputError(std::string("--region: ") + error.what());
  }
}

std::optional<Starts> Starts::choose(const StartOptions& options, const md::Configuration& minimum, const md::Potential& potential,
                                     const Session& session) {
  options.validate();
  Softness softness;
  if (options.soft_spots || options.shares == Shares::Soft) {
    auto found = softness_at(minimum, potential, session);
    if (!found) return std::nullopt;
    softness = std::move(*found);
  }
  return Starts(options, minimum, softness);
}

Starts::Starts(const StartOptions& options, const md::Configuration& minimum, const Softness& softness) : kind_(options.shares) {
  const Eigen::Index n = minimum.size();
  std::vector<char> wanted(static_cast<std::size_t>(n), options.atoms.empty());
  for (const auto atom : options.atoms) {
    if (atom < 1 || atom > n) throw md::InputError(md::message("--center: expected atoms from 1 to ", n, ", got ", atom));
    if (!minimum.is_free(atom - 1)) throw md::InputError(md::message("--center: atom ", atom, " is frozen"));
    wanted[static_cast<std::size_t>(atom - 1)] = 1;
  }
  const std::vector<char> soft = options.soft_spots ? in_soft_spot(minimum, softness.amplitude) : std::vector<char>();
  std::optional<md::Zone> zone;
  if (!options.zone.empty()) zone.emplace(options.zone);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto k = static_cast<std::size_t>(i);
    if (!wanted[k] || !minimum.is_free(i)) continue;
    if (!options.element.empty() && minimum.species[k] != options.element) continue;
    if (zone && !zone->contains(minimum.cell, minimum.positions.col(i))) continue;
    if (options.soft_spots && !soft[k]) continue;
    atoms_.push_back(i);
  }
  rule_ = options.atoms.empty() ? "" : "list";
  const auto add = [this](const std::string& what) { rule_ += (rule_.empty() ? "" : ", ") + what; };
  if (!options.element.empty()) add("element " + options.element);
  if (!options.zone.empty()) add(options.zone);
  if (options.soft_spots) add("soft spots");
  if (rule_.empty()) rule_ = "every atom";
  if (atoms_.empty()) {
    if (!options.element.empty() && std::ranges::count(minimum.species, options.element) == 0) {
      const std::set<std::string> there(minimum.species.begin(), minimum.species.end());
      std::string names;
      for (const auto& name : there) names += (names.empty() ? "" : ", ") + name;
      throw md::InputError("--element: expected one of " + names + ", got " + options.element);
    }
    throw md::InputError("map: no free atom to start at; asked for " + rule_);
  }
  rule_ += std::string("; ") + name(kind_);
  shares_.assign(atoms_.size(), 1.0 / static_cast<double>(atoms_.size()));
  if (kind_ != Shares::Soft) return;
  double sum = 0.0;
  for (const Eigen::Index i : atoms_) sum += softness.intensity[i];
  if (!(sum > 0.0)) return;
  for (std::size_t k = 0; k < atoms_.size(); ++k) shares_[k] = softness.intensity[atoms_[k]] / sum;
}

std::size_t Starts::pick(std::uint64_t seed, std::int64_t k) const {
  const auto index = static_cast<std::uint64_t>(k);
  if (kind_ == Shares::Equal) return shuffled(seed, index / atoms_.size(), atoms_.size(), index % atoms_.size());
  md::CounterRng rng(seed, md::Stream::CenterAtom, index);
  if (kind_ == Shares::Random) return rng.below(atoms_.size());
  double left = rng.uniform();
  for (std::size_t i = 0; i + 1 < atoms_.size(); ++i) {
    left -= shares_[i];
    if (left < 0.0) return i;
  }
  return atoms_.size() - 1;
}

}  // namespace landscape
