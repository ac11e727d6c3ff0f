#include "md/potential/eam.hpp"

#include <cmath>

#include "md/core/error.hpp"
#include "md/core/parallel.hpp"
#include "md/potential/detail.hpp"

namespace landscape::md {

void EamTables::validate() const {
  const std::size_t n = elements.size();
  if (n == 0 || masses.size() != n || embedding.size() != n || density.size() != n || r_phi.size() != n)
    throw InputError("EAM tables: numbers of elements and tables differ");
  if (!(dr > 0.0) || !(drho > 0.0) || !(cutoff > 0.0))
    throw InputError(message("EAM tables: dr ", dr, ", drho ", drho, ", cutoff ", cutoff, ", expected positive numbers"));
  const auto finite = [](const std::vector<double>& table, const char* name) {
    if (table.size() < 5) throw InputError(message("EAM tables: ", name, " has ", table.size(), " points, expected at least 5"));
    for (std::size_t k = 0; k < table.size(); ++k)
      if (!std::isfinite(table[k])) throw InputError(message("EAM tables: ", name, " is not finite at point ", k + 1));
  };
  for (std::size_t a = 0; a < n; ++a) {
    if (!(masses[a] > 0.0)) throw InputError(message("EAM tables: mass of ", elements[a], " is ", masses[a], ", expected a positive number"));
    finite(embedding[a], "embedding");
    if (density[a].size() != n || r_phi[a].size() < a + 1) throw InputError("EAM tables: a pair table is missing");
    for (std::size_t b = 0; b < n; ++b) finite(density[a][b], "density");
    for (std::size_t b = 0; b <= a; ++b) {
      finite(r_phi[a][b], "pair term");
      if (r_phi[a][b].size() != density[a][b].size()) throw InputError("EAM tables: pair term and density differ in length");
    }
  }
}

EamPotential::EamPotential(std::string spec, std::string checksum, const EamTables& tables, double minimum_separation)
    : spec_(std::move(spec)), checksum_(std::move(checksum)), elements_(tables.elements), masses_(tables.masses),
      cutoff_(tables.cutoff), dr_(tables.dr), drho_(tables.drho), minimum_separation_(minimum_separation) {
  tables.validate();
  density_max_ = drho_ * static_cast<double>(tables.embedding[0].size() - 1);
  for (const auto& f : tables.embedding) embedding_.push_back(five_point_spline(f));
  const std::size_t n = elements_.size();
  pair_knots_.resize(n * n);
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b) {
      const auto at_first = five_point_spline(tables.density[b][a]);
      const auto at_second = five_point_spline(tables.density[a][b]);
      const auto pair = five_point_spline(tables.r_phi[std::max(a, b)][std::min(a, b)]);
      auto& knots = pair_knots_[a * n + b];
      knots.resize(pair.size());
      for (std::size_t m = 0; m < pair.size(); ++m) knots[m] = {at_first[m], at_second[m], pair[m]};
    }
}

std::vector<int> EamPotential::types_of(std::span<const std::string> species) const {
  return detail::types_by_element(spec_, elements_, species);
}

double EamPotential::embed(Eigen::Ref<Eigen::VectorXd> density, Eigen::Ref<Eigen::VectorXd> slope,
                           std::span<const int> types) const {
  double energy = 0.0;
  for (Eigen::Index i = 0; i < density.size(); ++i) {
    const auto& pieces = embedding_[static_cast<std::size_t>(types[static_cast<std::size_t>(i)])];
    const double u = density[i] / drho_;
    const auto m = static_cast<std::size_t>(std::clamp(u, 0.0, static_cast<double>(pieces.size() - 2)));
    const double p = std::min(u - static_cast<double>(m), 1.0);
    slope[i] = pieces[m].slope(p) / drho_;
    energy += pieces[m].value(p);
    if (density[i] > density_max_) energy += slope[i] * (density[i] - density_max_);  // linear beyond the table
  }
  return energy;
}

ForceResult EamPotential::compute(const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types,
                                  const NeighborList& list, Eigen::Ref<Matrix3Xd> forces, ForceScratch& scratch,
                                  int threads) const {
  const Eigen::Index n = positions.cols();
  const int chunks = chunk_count(n);
  scratch.prepare(chunks, n);
  scratch.densities.resize(static_cast<std::size_t>(chunks));
  scratch.pairs.resize(static_cast<std::size_t>(chunks));
  std::vector<detail::ClosePair> closest(static_cast<std::size_t>(chunks));
  const double cutoff2 = cutoff_ * cutoff_;
  const double closest2 = std::max(minimum_separation_ * minimum_separation_, detail::same_spot2);
  const double inverse_dr = 1.0 / dr_;
  const Eigen::Vector3d* shifts = list.shift_vectors().data();

#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int c = 0; c < chunks; ++c) {
    const auto chunk = static_cast<std::size_t>(c);
    Eigen::VectorXd& density = scratch.densities[chunk];
    density.setZero(n);
    auto& pairs = scratch.pairs[chunk];
    pairs.clear();
    double energy = 0.0;
    for (Eigen::Index i = chunk_begin(n, chunks, c); i < chunk_begin(n, chunks, c + 1); ++i) {
      const Eigen::Vector3d ri = positions.col(i);
      const int type = types[static_cast<std::size_t>(i)];
      double density_i = 0.0;
      for (const Neighbor& neighbor : list.neighbors(i)) {
        const Eigen::Vector3d d = positions.col(neighbor.atom) + shifts[neighbor.shift] - ri;
        const double r2 = d.squaredNorm();
        if (r2 >= cutoff2) continue;
        if (r2 < closest2) closest[chunk].offer(i, neighbor.atom, r2);
        const double r = std::sqrt(r2);
        const auto& table = knots(type, types[neighbor.atom]);
        const double u = r * inverse_dr;
        const auto m = std::min(static_cast<std::size_t>(u), table.size() - 2);
        const double p = std::min(u - static_cast<double>(m), 1.0);
        const PairKnot& knot = table[m];
        const double inverse_r = 1.0 / r;
        const double phi = knot.r_phi.value(p) * inverse_r;
        energy += phi;
        density_i += knot.density_at_first.value(p);
        density[neighbor.atom] += knot.density_at_second.value(p);
        pairs.push_back({d * inverse_r, r, knot.density_at_first.slope(p) * inverse_dr,
                         knot.density_at_second.slope(p) * inverse_dr,
                         (knot.r_phi.slope(p) * inverse_dr - phi) * inverse_r, static_cast<std::uint32_t>(i),
                         neighbor.atom});
      }
      density[i] += density_i;
    }
    scratch.energies[chunk] = energy;
  }
  detail::refuse_close_pair(closest, spec_, minimum_separation_);

  scratch.density = scratch.densities[0];
  for (int c = 1; c < chunks; ++c) scratch.density += scratch.densities[static_cast<std::size_t>(c)];
  scratch.embedding_slope.resize(n);
  const double embedding_energy = embed(scratch.density, scratch.embedding_slope, types);

#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
  for (int c = 0; c < chunks; ++c) {
    const auto chunk = static_cast<std::size_t>(c);
    Matrix3Xd& out = scratch.forces[chunk];
    Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();
    const double* slope = scratch.embedding_slope.data();
    for (const PairWork& pair : scratch.pairs[chunk]) {
      const double push = -(slope[pair.first] * pair.slope_at_first + slope[pair.second] * pair.slope_at_second +
                            pair.pair_slope);
      const Eigen::Vector3d f = push * pair.unit;
      out.col(pair.second) += f;
      out.col(pair.first) -= f;
      virial.noalias() += (pair.r * f) * pair.unit.transpose();
    }
    scratch.virials[chunk] = virial;
  }
  ForceResult result = scratch.gather(forces);
  result.energy += embedding_energy;
  return result;
}

}  // namespace landscape::md
