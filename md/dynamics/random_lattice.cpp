#include "md/dynamics/random_lattice.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

#include "md/core/error.hpp"

namespace landscape::md {

namespace {

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

/// Sites of a cubic lattice in units of the cube's edge, and their nearest distance in that unit.
struct Lattice {
  Matrix3Xd sites;
  double nearest;
};

Lattice smallest_lattice(Eigen::Index n) {
  Eigen::Index bcc = 1, fcc = 1;
  while (2 * bcc * bcc * bcc < n) ++bcc;
  while (4 * fcc * fcc * fcc < n) ++fcc;
  const bool use_fcc = 4 * fcc * fcc * fcc <= 2 * bcc * bcc * bcc;
  const Eigen::Index m = use_fcc ? fcc : bcc;
  Eigen::Matrix<double, 3, 4> basis = Eigen::Matrix<double, 3, 4>::Zero();
  basis.col(1) = Eigen::Vector3d(0.5, 0.5, use_fcc ? 0.0 : 0.5);
  basis.col(2) = Eigen::Vector3d(0.5, 0.0, 0.5);
  basis.col(3) = Eigen::Vector3d(0.0, 0.5, 0.5);
  const Eigen::Index per_cell = use_fcc ? 4 : 2;
  const double edge = 1.0 / static_cast<double>(m);
  Lattice lattice{Matrix3Xd(3, per_cell * m * m * m),
                  edge * (use_fcc ? std::sqrt(0.5) : std::sqrt(0.75))};
  Eigen::Index k = 0;
  for (Eigen::Index a = 0; a < m; ++a)
    for (Eigen::Index b = 0; b < m; ++b)
      for (Eigen::Index c = 0; c < m; ++c)
        for (Eigen::Index s = 0; s < per_cell; ++s)
          lattice.sites.col(k++) =
              edge * (Eigen::Vector3d(static_cast<double>(a), static_cast<double>(b),
                                      static_cast<double>(c)) +
                      basis.col(s));
  return lattice;
}

/// Fisher-Yates, our own since that of the standard library differs between implementations.
template <class T>
void shuffle(std::vector<T>& items, CounterRng& rng) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[rng.below(i)]);
}

/// Energy of the arrangement against the edge of its cell; +inf where the potential refuses it.
class EdgeScan {
 public:
  EdgeScan(const Potential& potential,
           const std::vector<std::string>& species,
           const Matrix3Xd& reduced)
      : potential_(potential),
        types_(potential.types_of(species)),
        reduced_(reduced),
        forces_(3, reduced.cols()) {}

  double operator()(double edge) {
    const Cell cell(edge * Eigen::Matrix3d::Identity());
    const Matrix3Xd positions = edge * reduced_;
    NeighborList list(potential_.cutoff(), 0.0);
    list.update(cell, positions);
    try {
      const double e = potential_.compute(positions, types_, list, forces_, scratch_, 1).energy;
      return std::isfinite(e) ? e : std::numeric_limits<double>::infinity();
    } catch (const InputError&) {
      return std::numeric_limits<double>::infinity();
    }
  }

 private:
  const Potential& potential_;
  std::vector<int> types_;
  Matrix3Xd reduced_, forces_;
  ForceScratch scratch_;
};

/// Edge of lowest energy, compressing until nearest neighbors come from the cutoff to a tenth of
/// it, or until they meet a wall five times as high as the well is deep. Tails of fitted potentials
/// may have wells and bumps of their own (that of Cu-Zr by Mendelev et al. has both between 5.7
/// and 7.5 Å), so walls count only within half the cutoff.
std::optional<double> best_edge(EdgeScan& energy, double cutoff, double nearest) {
  constexpr double ratio = 0.98;  // 6 % in volume per scan step; metals' wells are 50 % wide
  const double far_edge = 1.001 * cutoff / nearest;
  const double far_energy = energy(far_edge);
  double best = far_edge, best_energy = far_energy;
  for (double edge = far_edge * ratio; edge > 0.1 * far_edge; edge *= ratio) {
    const double e = energy(edge);
    if (e < best_energy) {
      best = edge;
      best_energy = e;
    } else if (edge < 0.5 * far_edge && e - best_energy > 5.0 * (far_energy - best_energy)) {
      break;
    }
  }
  if (best == far_edge) return std::nullopt;
  const double golden = 0.5 * (std::sqrt(5.0) - 1.0);
  double low = best * ratio, high = best / ratio;
  double a = high - golden * (high - low), b = low + golden * (high - low);
  double ea = energy(a), eb = energy(b);
  while (high - low > 1e-5 * best) {
    if (ea < eb) {
      high = b;
      b = a;
      eb = ea;
      a = high - golden * (high - low);
      ea = energy(a);
    } else {
      low = a;
      a = b;
      ea = eb;
      b = low + golden * (high - low);
      eb = energy(b);
    }
  }
  return 0.5 * (low + high);
}

}  // namespace

Composition parse_composition(std::string_view text) {
  const auto fail = [&](std::size_t at, const char* expected) {
    throw InputError(message("composition '", text, "', character ", at + 1, ": expected ",
                             expected, ", as in Cu64Zr36 or Cu0.5Zr0.5"));
  };
  Composition out;
  std::size_t i = 0;
  if (text.empty()) fail(0, "an element");
  while (i < text.size()) {
    if (!is_upper(text[i])) fail(i, "an element (a capital letter)");
    const std::size_t begin = i++;
    while (i < text.size() && is_lower(text[i])) ++i;
    const std::string symbol(text.substr(begin, i - begin));
    if (std::find(out.symbols.begin(), out.symbols.end(), symbol) != out.symbols.end())
      fail(begin, "each element once");
    double amount = 1.0;
    if (i < text.size() && !is_upper(text[i])) {
      const char* first = text.data() + i;
      const auto [end, code] =
          std::from_chars(first, text.data() + text.size(), amount, std::chars_format::fixed);
      if (code != std::errc() || !std::isfinite(amount) || !(amount > 0.0))
        fail(i, "a positive number or the next element");
      i += static_cast<std::size_t>(end - first);
    }
    out.symbols.push_back(symbol);
    out.fractions.push_back(amount);
  }
  const double sum = std::accumulate(out.fractions.begin(), out.fractions.end(), 0.0);
  for (double& f : out.fractions) f /= sum;
  return out;
}

std::vector<Eigen::Index> atom_counts(const Composition& composition, Eigen::Index n_atoms) {
  if (n_atoms < 1) throw InputError(message(n_atoms, " atoms, expected at least 1"));
  const std::size_t n = composition.fractions.size();
  std::vector<Eigen::Index> counts(n);
  std::vector<double> remainders(n);
  Eigen::Index left = n_atoms;
  for (std::size_t k = 0; k < n; ++k) {
    // The small addition keeps 0.29 * 100 = 28.999999999999996 at 29.
    const double ideal = composition.fractions[k] * static_cast<double>(n_atoms) + 1e-9;
    counts[k] = static_cast<Eigen::Index>(std::floor(ideal));
    remainders[k] = ideal - std::floor(ideal);
    left -= counts[k];
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Remainders within rounding of each other are a tie.
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::llround(remainders[a] * 1e6) > std::llround(remainders[b] * 1e6);
  });
  for (std::size_t k = 0; k < n && left > 0; ++k, --left) ++counts[order[k]];
  for (std::size_t k = 0; k < n; ++k)
    if (counts[k] == 0)
      throw InputError(message("composition: no ", composition.symbols[k], " atom among ", n_atoms,
                               ", expected at least one of each element; use more atoms"));
  return counts;
}

Configuration random_lattice(const Composition& composition,
                             Eigen::Index n_atoms,
                             const Potential& potential,
                             CounterRng& rng,
                             std::optional<double> volume_per_atom_a3) {
  const std::vector<Eigen::Index> counts = atom_counts(composition, n_atoms);
  if (volume_per_atom_a3 && !(*volume_per_atom_a3 > 0.0 && std::isfinite(*volume_per_atom_a3)))
    throw InputError(message("volume per atom ", *volume_per_atom_a3, " Å³, expected more than 0"));
  const Lattice lattice = smallest_lattice(n_atoms);

  std::vector<Eigen::Index> sites(static_cast<std::size_t>(lattice.sites.cols()));
  std::iota(sites.begin(), sites.end(), Eigen::Index{0});
  shuffle(sites, rng);
  sites.resize(static_cast<std::size_t>(n_atoms));
  std::sort(sites.begin(), sites.end());

  Configuration out;
  for (std::size_t k = 0; k < counts.size(); ++k)
    out.species.insert(out.species.end(), static_cast<std::size_t>(counts[k]),
                       composition.symbols[k]);
  shuffle(out.species, rng);
  Matrix3Xd reduced(3, n_atoms);
  for (Eigen::Index i = 0; i < n_atoms; ++i)
    reduced.col(i) = lattice.sites.col(sites[static_cast<std::size_t>(i)]);

  double edge = 0.0;
  if (volume_per_atom_a3) {
    edge = std::cbrt(*volume_per_atom_a3 * static_cast<double>(n_atoms));
  } else {
    EdgeScan scan(potential, out.species, reduced);
    const auto found = best_edge(scan, potential.cutoff(), lattice.nearest);
    if (!found)
      throw InputError(message("no volume of lowest energy for ", out.composition(), " in ",
                               potential.spec(),
                               ", expected a potential that binds; give a volume per atom"));
    edge = *found;
  }
  out.cell = Cell(edge * Eigen::Matrix3d::Identity());
  out.positions = edge * reduced;
  return out;
}

}  // namespace landscape::md
