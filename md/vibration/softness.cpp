#include "md/vibration/softness.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "md/core/error.hpp"
#include "md/neighbor/full_neighbors.hpp"

namespace landscape::md {

Softness softness(const Eigen::Ref<const Eigen::MatrixXd>& vectors,
                  const Eigen::Ref<const Eigen::VectorXd>& eigenvalues,
                  int count) {
  if (count < 1)
    throw InputError(message("softness: number of modes is ", count, ", expected at least 1"));
  Eigen::Index used = std::min<Eigen::Index>(count, vectors.cols());
  while (used > 0 && used < vectors.cols() &&
         std::abs(eigenvalues[used] - eigenvalues[used - 1]) <=
             1e-6 * std::abs(eigenvalues[used - 1]))
    ++used;
  const Eigen::Index atoms = vectors.rows() / 3;
  Softness out{Eigen::VectorXd::Zero(atoms), Eigen::VectorXd::Zero(atoms), static_cast<int>(used)};
  if (used == 0) return out;
  for (Eigen::Index k = 0; k < used; ++k)
    for (Eigen::Index j = 0; j < atoms; ++j) {
      const double e2 = vectors.col(k).segment<3>(3 * j).squaredNorm();
      out.amplitude[j] += std::sqrt(e2);
      out.intensity[j] += e2;
    }
  out.amplitude /= static_cast<double>(used);
  out.intensity /= static_cast<double>(used);
  return out;
}

void SoftSpotOptions::validate() const {
  if (!(width_a > 0.0))
    throw InputError(message("soft spots: width is ", width_a, " Å, expected a positive length"));
  if (!(grid_a > 0.0))
    throw InputError(message("soft spots: grid is ", grid_a, " Å, expected a positive length"));
  if (!(quantile > 0.0 && quantile < 1.0))
    throw InputError(message("soft spots: quantile is ", quantile, ", expected in (0, 1)"));
  if (!(merge_widths >= 0.0))
    throw InputError(
        message("soft spots: merge is ", merge_widths, " widths, expected at least 0"));
}

namespace {

constexpr double kernel_reach = 3.5;  ///< widths: the kernel is 0.2 % there

/// The field on a periodic grid along the cell's edges.
class Grid {
 public:
  Grid(const Configuration& c,
       const Eigen::Ref<const Eigen::VectorXd>& values,
       const SoftSpotOptions& options)
      : cell_(c.cell) {
    for (int d = 0; d < 3; ++d)
      points_[d] =
          std::max(3, static_cast<int>(std::ceil(cell_.matrix().col(d).norm() / options.grid_a)));
    const auto size = static_cast<Eigen::Index>(points_[0]) * points_[1] * points_[2];
    Eigen::VectorXd weights = Eigen::VectorXd::Zero(size);
    field_ = Eigen::VectorXd::Zero(size);
    for (Eigen::Index i = 0; i < c.size(); ++i)
      scatter(c.positions.col(i), values[i], options.width_a, weights);
    for (Eigen::Index k = 0; k < size; ++k)
      field_[k] = weights[k] > 0.0 ? field_[k] / weights[k] : 0.0;  // 0 in voids
  }

  const Eigen::VectorXd& field() const { return field_; }
  Eigen::Vector3d position(const Eigen::Vector3i& at) const {
    return cell_.matrix() * (at.cast<double>().array() / points_.cast<double>().array()).matrix();
  }
  double value(const Eigen::Vector3i& at) const { return field_[index(at)]; }
  const Eigen::Vector3i& points() const { return points_; }

  bool strict_maximum(const Eigen::Vector3i& at) const {
    const double here = value(at);
    for (int a = -1; a <= 1; ++a)
      for (int b = -1; b <= 1; ++b)
        for (int c = -1; c <= 1; ++c)
          if ((a || b || c) && !(here > value(at + Eigen::Vector3i(a, b, c)))) return false;
    return true;
  }

 private:
  Eigen::Index index(Eigen::Vector3i at) const {
    for (int d = 0; d < 3; ++d) at[d] = (at[d] % points_[d] + points_[d]) % points_[d];
    return (static_cast<Eigen::Index>(at[0]) * points_[1] + at[1]) * points_[2] + at[2];
  }
  void scatter(const Eigen::Vector3d& r, double value, double width, Eigen::VectorXd& weights) {
    const double reach = kernel_reach * width;
    const Eigen::Vector3d s = (cell_.inverse() * r).cwiseProduct(points_.cast<double>());
    Eigen::Vector3i low, high;
    for (int d = 0; d < 3; ++d) {
      const double span = reach / cell_.heights()[d] * points_[d];
      low[d] = static_cast<int>(std::ceil(s[d] - span));
      high[d] = static_cast<int>(std::floor(s[d] + span));
    }
    for (int a = low[0]; a <= high[0]; ++a)
      for (int b = low[1]; b <= high[1]; ++b)
        for (int c = low[2]; c <= high[2]; ++c) {
          const double d2 = (position({a, b, c}) - r).squaredNorm();
          if (d2 > reach * reach) continue;
          const double k = std::exp(-0.5 * d2 / (width * width));
          const Eigen::Index at = index({a, b, c});
          weights[at] += k;
          field_[at] += k * value;
        }
  }

  Cell cell_;
  Eigen::Vector3i points_;
  Eigen::VectorXd field_;
};

double quantile_of(Eigen::VectorXd values, double q) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// The field at each atom.
Eigen::VectorXd field_at_atoms(const Configuration& c,
                               const Eigen::Ref<const Eigen::VectorXd>& values,
                               double width) {
  const double reach = kernel_reach * width;
  NeighborList list(reach, 0.0);
  list.update(c.cell, c.positions);
  FullNeighbors neighbors;
  neighbors.follow(list);
  Eigen::VectorXd field(c.size());
  for (Eigen::Index i = 0; i < c.size(); ++i) {
    double sum = values[i], weight = 1.0;
    for (const auto entry : neighbors.of(static_cast<std::size_t>(i))) {
      const auto j = static_cast<Eigen::Index>(neighbors.atom(entry));
      const double d2 =
          (c.positions.col(j) + neighbors.translation(entry) - c.positions.col(i)).squaredNorm();
      if (d2 > reach * reach) continue;
      const double k = std::exp(-0.5 * d2 / (width * width));
      sum += k * values[j];
      weight += k;
    }
    field[i] = sum / weight;
  }
  return field;
}

double distance(const Cell& cell, const Eigen::Vector3d& a, const Eigen::Vector3d& b) {
  return cell.minimum_image(a - b).norm();
}

}  // namespace

SoftSpots soft_spots(const Configuration& c,
                     const Eigen::Ref<const Eigen::VectorXd>& values,
                     const SoftSpotOptions& options) {
  options.validate();
  if (!c.cell.fully_periodic())
    throw InputError("soft spots: expected a cell periodic in all three directions");
  LANDSCAPE_CHECK(values.size() == c.size());
  const Grid grid(c, values, options);
  SoftSpots out;
  out.threshold = quantile_of(grid.field(), options.quantile);
  std::vector<SoftSpot> maxima;
  for (int x = 0; x < grid.points()[0]; ++x)
    for (int y = 0; y < grid.points()[1]; ++y)
      for (int z = 0; z < grid.points()[2]; ++z)
        if (const Eigen::Vector3i at(x, y, z);
            grid.value(at) > out.threshold && grid.strict_maximum(at))
          maxima.push_back({grid.position(at), grid.value(at), -1});
  std::ranges::stable_sort(maxima, std::greater{}, &SoftSpot::value);
  for (SoftSpot& spot : maxima) {
    const bool near_higher = std::ranges::any_of(out.spots, [&](const SoftSpot& higher) {
      return distance(c.cell, spot.position, higher.position) <
             options.merge_widths * options.width_a;
    });
    if (near_higher) continue;
    spot.atom = 0;
    for (Eigen::Index i = 1; i < c.size(); ++i)
      if (distance(c.cell, c.positions.col(i), spot.position) <
          distance(c.cell, c.positions.col(spot.atom), spot.position))
        spot.atom = i;
    out.spots.push_back(spot);
  }
  out.field = field_at_atoms(c, values, options.width_a);
  out.spot_of_atom.assign(static_cast<std::size_t>(c.size()), 0);
  for (Eigen::Index i = 0; i < c.size(); ++i) {
    if (!(out.field[i] > out.threshold)) continue;
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; s < out.spots.size(); ++s)
      if (const double d = distance(c.cell, c.positions.col(i), out.spots[s].position); d < best) {
        best = d;
        out.spot_of_atom[static_cast<std::size_t>(i)] = static_cast<int>(s + 1);
      }
  }
  return out;
}

}  // namespace landscape::md
