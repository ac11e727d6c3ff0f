#include "tests/support/plain_eam.hpp"

#include <algorithm>
#include <cmath>

#include "md/potential/spline.hpp"

namespace landscape::md {
namespace {

struct Value {
  double value, slope;
};

Value read(const std::vector<CubicPiece>& pieces, double x, double spacing) {
  const double u = x / spacing;
  const auto m = std::min(static_cast<std::size_t>(std::max(u, 0.0)), pieces.size() - 2);
  const double p = std::min(u - static_cast<double>(m), 1.0);
  return {pieces[m].value(p), pieces[m].slope(p) / spacing};
}

}  // namespace

PlainResult plain_eam(const EamTables& tables, const Configuration& atoms) {
  const auto n = atoms.size();
  std::vector<std::size_t> type;
  for (const auto& symbol : atoms.species)
    type.push_back(static_cast<std::size_t>(std::ranges::find(tables.elements, symbol) - tables.elements.begin()));
  Eigen::Array3i reach;
  for (int k = 0; k < 3; ++k)
    reach[k] = atoms.cell.periodic()[static_cast<std::size_t>(k)] ? static_cast<int>(std::ceil(tables.cutoff / atoms.cell.heights()[k])) : 0;
  const Matrix3Xd positions = atoms.cell.wrapped(atoms.positions);
  const auto each_pair = [&](auto&& visit) {
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index j = 0; j < n; ++j)
        for (int a = -reach[0] - 1; a <= reach[0] + 1; ++a)
          for (int b = -reach[1] - 1; b <= reach[1] + 1; ++b)
            for (int c = -reach[2] - 1; c <= reach[2] + 1; ++c) {
              if ((a && !reach[0]) || (b && !reach[1]) || (c && !reach[2]) || (i == j && !a && !b && !c)) continue;
              const Eigen::Vector3d d = positions.col(j) - positions.col(i) + atoms.cell.matrix() * Eigen::Vector3d(a, b, c);
              if (d.norm() < tables.cutoff) visit(i, j, d);
            }
  };
  const auto table_of = [&](const auto& tables_of_pair, std::size_t a, std::size_t b) { return five_point_spline(tables_of_pair[a][b]); };
  const std::size_t kinds = tables.elements.size();
  std::vector<std::vector<std::vector<CubicPiece>>> density(kinds), r_phi(kinds);
  for (std::size_t a = 0; a < kinds; ++a)
    for (std::size_t b = 0; b < kinds; ++b) {
      density[a].push_back(table_of(tables.density, a, b));
      r_phi[a].push_back(table_of(tables.r_phi, std::max(a, b), std::min(a, b)));
    }
  const auto of = [&](Eigen::Index i) { return type[static_cast<std::size_t>(i)]; };

  PlainResult result;
  result.forces = Matrix3Xd::Zero(3, n);
  result.virial.setZero();
  result.density = Eigen::VectorXd::Zero(n);
  each_pair([&](Eigen::Index i, Eigen::Index j, const Eigen::Vector3d& d) {
    result.density[i] += read(density[of(j)][of(i)], d.norm(), tables.dr).value;
    result.energy += 0.5 * read(r_phi[of(i)][of(j)], d.norm(), tables.dr).value / d.norm();
  });
  Eigen::VectorXd slope(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const double most = tables.drho * static_cast<double>(tables.embedding[of(i)].size() - 1);
    const Value f = read(five_point_spline(tables.embedding[of(i)]), result.density[i], tables.drho);
    slope[i] = f.slope;
    result.energy += f.value + (result.density[i] > most ? f.slope * (result.density[i] - most) : 0.0);
  }
  each_pair([&](Eigen::Index i, Eigen::Index j, const Eigen::Vector3d& d) {
    const double r = d.norm();
    const Value phi = read(r_phi[of(i)][of(j)], r, tables.dr);
    const double pair_slope = phi.slope / r - phi.value / (r * r);
    const double push = slope[i] * read(density[of(j)][of(i)], r, tables.dr).slope +
                        slope[j] * read(density[of(i)][of(j)], r, tables.dr).slope + pair_slope;
    result.forces.col(i) += push / r * d;
    result.virial -= 0.5 * push / r * d * d.transpose();
  });
  return result;
}

}  // namespace landscape::md
