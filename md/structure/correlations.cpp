#include "md/structure/correlations.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "md/core/error.hpp"
#include "md/neighbor/neighbor_list.hpp"

namespace landscape::md {

void RadialOptions::validate() const {
  if (!(r_max_a > 0.0 && std::isfinite(r_max_a)))
    throw InputError(message("g(r): r_max is ", r_max_a, " Å, expected a positive length"));
  if (!(step_a > 0.0 && step_a <= r_max_a))
    throw InputError(message("g(r): step is ", step_a, " Å, expected above 0 and at most r_max"));
}

void StructureFactorOptions::validate() const {
  if (!(q_max_per_a > 0.0 && std::isfinite(q_max_per_a)))
    throw InputError(message("S(q): q_max is ", q_max_per_a, " 1/Å, expected a positive number"));
  if (!(step_per_a > 0.0 && step_per_a <= q_max_per_a))
    throw InputError(
        message("S(q): step is ", step_per_a, " 1/Å, expected above 0 and at most q_max"));
  if (vectors_per_bin < 1)
    throw InputError(
        message("S(q): vectors_per_bin is ", vectors_per_bin, ", expected at least 1"));
  if (threads < 1) throw InputError(message("S(q): threads is ", threads, ", expected at least 1"));
}

namespace {

/// Species in order of first appearance, and which pair of them is which function.
struct Species {
  std::vector<std::string> symbols;
  std::vector<std::size_t> of_atom;
  std::vector<double> counts;

  explicit Species(const Configuration& c) {
    for (const auto& s : c.species) {
      const auto at = std::find(symbols.begin(), symbols.end(), s);
      of_atom.push_back(static_cast<std::size_t>(at - symbols.begin()));
      if (at == symbols.end()) {
        symbols.push_back(s);
        counts.push_back(0.0);
      }
      ++counts[of_atom.back()];
    }
  }
  std::size_t pair(std::size_t a, std::size_t b) const {
    if (a > b) std::swap(a, b);
    return a * symbols.size() - a * (a + 1) / 2 + b;
  }
  std::vector<std::string> pair_names() const {
    std::vector<std::string> names;
    for (std::size_t a = 0; a < symbols.size(); ++a)
      for (std::size_t b = a; b < symbols.size(); ++b)
        names.push_back(symbols[a] + "-" + symbols[b]);
    return names;
  }
};

void require_periodic(const Configuration& c, const char* what) {
  if (!c.cell.fully_periodic())
    throw InputError(std::string(what) + ": expected a cell periodic in all three directions");
}

}  // namespace

PairFunctions radial_distribution(const Configuration& c, const RadialOptions& options) {
  options.validate();
  require_periodic(c, "g(r)");
  const Species species(c);
  const auto bins = static_cast<Eigen::Index>(std::ceil(options.r_max_a / options.step_a - 1e-9));
  PairFunctions g;
  g.pairs = species.pair_names();
  g.argument = Eigen::VectorXd::LinSpaced(bins, 0.5 * options.step_a,
                                          (static_cast<double>(bins) - 0.5) * options.step_a);
  g.partial.assign(g.pairs.size(), Eigen::VectorXd::Zero(bins));
  NeighborList list(options.r_max_a, 0.0);
  list.update(c.cell, c.positions);
  const Slots& slots = list.slots();
  for (std::size_t rank = 0; rank < slots.home.size(); ++rank) {
    const Eigen::Vector3d center = list.place(c.positions, slots.home[rank]);
    const std::size_t a = species.of_atom[slots.atom[slots.home[rank]]];
    for (const std::uint32_t slot : list.row(rank)) {
      const double r = (list.place(c.positions, slot) - center).norm();
      const auto bin = static_cast<Eigen::Index>(r / options.step_a);
      if (bin < bins) g.partial[species.pair(a, species.of_atom[slots.atom[slot]])][bin] += 1.0;
    }
  }
  const double n = static_cast<double>(c.size()), volume = c.cell.volume();
  Eigen::VectorXd shell(bins), all = Eigen::VectorXd::Zero(bins);
  for (Eigen::Index k = 0; k < bins; ++k) {
    const double low = static_cast<double>(k) * options.step_a, high = low + options.step_a;
    shell[k] = 4.0 / 3.0 * std::numbers::pi * (high * high * high - low * low * low) / volume;
  }
  for (const auto& counts : g.partial) all += counts;
  g.total = 2.0 * all.cwiseQuotient(shell) / (n * n);
  for (std::size_t a = 0; a < species.symbols.size(); ++a)
    for (std::size_t b = a; b < species.symbols.size(); ++b) {
      // Half list: each unordered pair once.
      const double factor = (a == b ? 2.0 : 1.0) / (species.counts[a] * species.counts[b]);
      auto& f = g.partial[species.pair(a, b)];
      f = (factor * f.cwiseQuotient(shell)).eval();
    }
  return g;
}

double first_minimum(const PairFunctions& g) {
  const Eigen::Index n = g.total.size();
  const double step = n > 1 ? g.argument[1] - g.argument[0] : 1.0;
  const auto half = std::max<Eigen::Index>(1, static_cast<Eigen::Index>(std::lround(0.15 / step)));
  Eigen::VectorXd smooth(n);
  for (Eigen::Index k = 0; k < n; ++k) {
    const Eigen::Index low = std::max<Eigen::Index>(0, k - half), high = std::min(n - 1, k + half);
    smooth[k] = g.total.segment(low, high - low + 1).mean();
  }
  Eigen::Index peak = 0;
  const double highest = smooth.maxCoeff(&peak);
  for (Eigen::Index k = peak + 1; k + half < n; ++k) {
    if (smooth[k] >= highest || smooth[k] > smooth.segment(k - half, 2 * half + 1).minCoeff())
      continue;
    Eigen::Index last = k;  // a crystal has a gap: its middle
    while (last + 1 < n && smooth[last + 1] <= smooth[k]) ++last;
    return 0.5 * (g.argument[k] + g.argument[last]);
  }
  return std::nan("");
}

namespace {

/// Wave vectors of the cell by bins of |q|, one of each pair ±q, at most `most` a bin.
std::vector<std::vector<Eigen::Vector3d>> wave_vectors(const Cell& cell,
                                                       const StructureFactorOptions& o) {
  const Eigen::Matrix3d reciprocal = 2.0 * std::numbers::pi * cell.inverse().transpose();
  Eigen::Vector3i reach;
  for (int d = 0; d < 3; ++d)
    reach[d] = static_cast<int>(
        std::floor(o.q_max_per_a * cell.matrix().col(d).norm() / (2.0 * std::numbers::pi)));
  std::vector<std::vector<Eigen::Vector3d>> bins(
      static_cast<std::size_t>(std::ceil(o.q_max_per_a / o.step_per_a - 1e-9)));
  for (int a = 0; a <= reach[0]; ++a)
    for (int b = a == 0 ? 0 : -reach[1]; b <= reach[1]; ++b)
      for (int c = a == 0 && b == 0 ? 1 : -reach[2]; c <= reach[2]; ++c) {
        const Eigen::Vector3d q = reciprocal * Eigen::Vector3d(a, b, c);
        const auto bin = static_cast<std::size_t>(q.norm() / o.step_per_a);
        if (bin < bins.size()) bins[bin].push_back(q);
      }
  const auto most = static_cast<std::size_t>(o.vectors_per_bin);
  for (auto& bin : bins) {
    if (bin.size() <= most) continue;
    std::vector<Eigen::Vector3d> some;
    for (std::size_t k = 0; k < most; ++k) some.push_back(bin[k * bin.size() / most]);
    bin = std::move(some);
  }
  return bins;
}

}  // namespace

PairFunctions structure_factor(const Configuration& c, const StructureFactorOptions& options) {
  options.validate();
  require_periodic(c, "S(q)");
  const Species species(c);
  const std::size_t kinds = species.symbols.size();
  auto bins = wave_vectors(c.cell, options);
  std::erase_if(bins, [](const auto& bin) { return bin.empty(); });
  const auto count = static_cast<Eigen::Index>(bins.size());
  PairFunctions s;
  s.pairs = species.pair_names();
  s.argument = s.total = Eigen::VectorXd::Zero(count);
  s.partial.assign(s.pairs.size(), Eigen::VectorXd::Zero(count));
#pragma omp parallel for num_threads(options.threads) if (options.threads > 1) schedule(dynamic)
  for (Eigen::Index k = 0; k < count; ++k) {
    const auto& bin = bins[static_cast<std::size_t>(k)];
    const double weight = 1.0 / static_cast<double>(bin.size());
    for (const Eigen::Vector3d& q : bin) {
      std::vector<std::complex<double>> rho(kinds);
      for (Eigen::Index i = 0; i < c.size(); ++i) {
        const double phase = q.dot(c.positions.col(i));
        rho[species.of_atom[static_cast<std::size_t>(i)]] +=
            std::complex<double>(std::cos(phase), std::sin(phase));
      }
      std::complex<double> all = 0.0;
      for (const auto& r : rho) all += r;
      s.argument[k] += weight * q.norm();
      s.total[k] += weight * std::norm(all) / static_cast<double>(c.size());
      for (std::size_t a = 0; a < kinds; ++a)
        for (std::size_t b = a; b < kinds; ++b)
          s.partial[species.pair(a, b)][k] += weight * (rho[a] * std::conj(rho[b])).real() /
                                              std::sqrt(species.counts[a] * species.counts[b]);
    }
  }
  return s;
}

}  // namespace landscape::md
