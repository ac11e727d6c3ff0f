#include <array>
#include <cmath>

#include "md/core/error.hpp"
#include "md/potential/eam.hpp"

namespace landscape::md {

namespace {

/// Parameters of Zhou, Johnson & Wadley, Phys. Rev. B 69, 144113 (2004), Table III, as in the authors' own program
/// (A of Al is 0.314873; the 0.134873 of one printing is a slip).
struct Metal {
  const char* symbol;
  double mass, re, fe, rho_e, rho_s, alpha, beta, a, b, kappa, lambda;
  std::array<double, 4> fn, f;
  double eta, f_equilibrium;
};

constexpr std::array<Metal, 3> metals = {{
    {"Cu", 63.546, 2.556162, 1.554485, 21.175871, 21.175395, 8.127620, 4.334731, 0.396620, 0.548085, 0.308782, 0.756515,
     {-2.170269, -0.263788, 1.088878, -0.817603}, {-2.19, 0.0, 0.561830, -2.100595}, 0.310490, -2.186568},
    {"Al", 26.981539, 2.863924, 1.403115, 20.418205, 23.195740, 6.613165, 3.527021, 0.314873, 0.365551, 0.379846, 0.759692,
     {-2.807602, -0.301435, 1.258562, -1.247604}, {-2.83, 0.0, 0.622245, -2.488244}, 0.785902, -2.824528},
    {"Zr", 91.224, 3.199978, 2.230909, 30.879991, 30.879991, 8.559190, 4.564902, 0.424667, 0.640054, 0.5, 1.0,
     {-4.485793, -0.293129, 0.990148, -3.202516}, {-4.51, 0.0, 0.928602, -0.981870}, 0.597133, -4.509025},
}};

double screened(double amplitude, double decay, double offset, double x) {
  return amplitude * std::exp(-decay * (x - 1.0)) / (1.0 + std::pow(x - offset, 20));
}

double density(const Metal& m, double r) { return screened(m.fe, m.beta, m.lambda, r / m.re); }

double pair_same(const Metal& m, double r) {
  return screened(m.a, m.alpha, m.kappa, r / m.re) - screened(m.b, m.beta, m.lambda, r / m.re);
}

double pair_term(const Metal& p, const Metal& q, double r) {
  if (p.symbol == q.symbol) return pair_same(p, r);
  const double fp = density(p, r), fq = density(q, r);
  return 0.5 * (fq / fp * pair_same(p, r) + fp / fq * pair_same(q, r));
}

double cubic(const std::array<double, 4>& c, double x) { return ((c[3] * x + c[2]) * x + c[1]) * x + c[0]; }

double embedding(const Metal& m, double rho) {
  if (rho < 0.85 * m.rho_e) return cubic(m.fn, rho / (0.85 * m.rho_e) - 1.0);
  if (rho < 1.15 * m.rho_e) return cubic(m.f, rho / m.rho_e - 1.0);
  const double x = rho / m.rho_s;
  return m.f_equilibrium * (1.0 - m.eta * std::log(x)) * std::pow(x, m.eta);
}

}  // namespace

EamTables zhou2004_tables(double taper_start) {
  double lattice = 0.0;
  for (const auto& m : metals) lattice = std::max(lattice, std::sqrt(2.0) * m.re);
  EamTables t;
  t.cutoff = std::sqrt(10.0) / 2.0 * lattice;
  const bool tapered = taper_start < t.cutoff;
  if (!tapered && std::isfinite(taper_start))
    throw InputError(message("potential zhou2004: a taper from ", taper_start, " Å, expected less than the cutoff of ", t.cutoff, ", or none"));
  // 2000 points are the authors'; with the taper we are free and take a grid fine enough that its error is below 1e-7 eV.
  const int n = tapered ? 6000 : 2000;
  constexpr double clamp = 0.5;  // [Å] below this the tables repeat their value
  t.dr = t.cutoff / (n - 1);
  const auto taper = [&](double r) {
    if (!tapered || r <= taper_start) return 1.0;
    const double x = std::min(1.0, (r - taper_start) / (t.cutoff - taper_start));
    return 1.0 - x * x * x * (10.0 - 15.0 * x + 6.0 * x * x);
  };
  double rho_max = 100.0;
  const std::size_t types = metals.size();
  t.density.resize(types);
  t.r_phi.resize(types);
  for (std::size_t a = 0; a < types; ++a) {
    t.elements.emplace_back(metals[a].symbol);
    t.masses.push_back(metals[a].mass);
    std::vector<double> rho(static_cast<std::size_t>(n));
    for (int k = 0; k < n; ++k) {
      const double r = std::max(clamp, k * t.dr);
      rho[static_cast<std::size_t>(k)] = density(metals[a], r) * taper(r);
      rho_max = std::max(rho_max, rho[static_cast<std::size_t>(k)]);
    }
    rho_max = std::max(rho_max, 2.0 * metals[a].rho_e);
    t.density[a].assign(types, rho);
    for (std::size_t b = 0; b <= a; ++b) {
      std::vector<double> z(static_cast<std::size_t>(n));
      for (int k = 0; k < n; ++k) {
        const double r = std::max(clamp, k * t.dr);
        z[static_cast<std::size_t>(k)] = r * pair_term(metals[a], metals[b], r) * taper(r);
      }
      t.r_phi[a].push_back(std::move(z));
    }
  }
  t.drho = rho_max / (n - 1);
  for (const auto& m : metals) {
    std::vector<double> f(static_cast<std::size_t>(n));
    for (int k = 0; k < n; ++k) f[static_cast<std::size_t>(k)] = embedding(m, k * t.drho);
    f[0] = 0.0;  // an isolated atom: the polynomial gives 0 to 1e-6
    t.embedding.push_back(std::move(f));
  }
  return t;
}

}  // namespace landscape::md
