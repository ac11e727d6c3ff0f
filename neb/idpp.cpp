#include "neb/idpp.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "neb/band.hpp"
#include "neb/band_fire.hpp"
#include "neb/initial_path.hpp"

namespace landscape::neb {
namespace {

using Eigen::Index;
using Eigen::Vector3d;
using Eigen::VectorXd;

constexpr double reach = 2.0;        // in smallest distances of the endpoints: atoms farther apart hardly get in each other's way
constexpr double stiffness = 20.0;   // [eV/Å²] of the nearest pair, an ordinary metal's, which is what the band's motion is made for
constexpr double enough = 0.1;       // [eV/Å] at that stiffness: 0.005 Å from where the distances want it
constexpr int max_iterations = 300;

/// A pair whose vector is x_j - x_i + shift all along the path.
struct Pair {
  Index i, j;
  Vector3d shift;
  Vector3d vector(const VectorXd& x) const { return x.segment<3>(3 * j) - x.segment<3>(3 * i) + shift; }
};

/// The objective of one image as a surface. Pairs must outlive it.
class PairDistances final : public md::EnergySurface {
 public:
  PairDistances(const std::vector<Pair>& pairs, std::vector<double> wanted, Index dof, double scale)
      : pairs_(pairs), wanted_(std::move(wanted)), dof_(dof), scale_(scale) {}
  Index dof() const override { return dof_; }
  Index block() const override { return 3; }

 protected:
  double do_evaluate(const Eigen::Ref<const VectorXd>& x, Eigen::Ref<VectorXd> gradient) override {
    double sum = 0.0;
    gradient.setZero();
    const VectorXd here = x;
    for (std::size_t k = 0; k < pairs_.size(); ++k) {
      const Vector3d v = pairs_[k].vector(here);
      const double d = v.norm();
      if (!(d > 0.0)) continue;
      const auto [value, slope] = unevenness(d, wanted_[k]);
      sum += scale_ * value;
      const Vector3d pull = scale_ * slope / d * v;
      gradient.segment<3>(3 * pairs_[k].j) += pull;
      gradient.segment<3>(3 * pairs_[k].i) -= pull;
    }
    return sum;
  }

 private:
  const std::vector<Pair>& pairs_;
  std::vector<double> wanted_;
  Index dof_;
  double scale_;
};

}  // namespace

int even_distances(const md::EnergySurface& surface, Eigen::MatrixXd& path) {
  if (surface.block() != 3 || path.rows() < 6 || path.rows() % 3 != 0) return 0;
  const Index images = path.cols();
  const VectorXd first = path.col(0), last = path.col(images - 1);
  const double nearest = std::min(smallest_distance(surface, first), smallest_distance(surface, last));
  std::vector<Pair> pairs;
  // Near at an end, or half-way: there those are near that pass each other.
  for (const Index image : {Index{0}, images / 2, images - 1}) {
    const VectorXd x = path.col(image);
    for_all_pairs(surface, x, [&](Index i, Index j, const Vector3d& d) {
      if (d.norm() < reach * nearest) pairs.push_back({i, j, d - (x.segment<3>(3 * j) - x.segment<3>(3 * i))});
    });
  }
  const auto key = [](const Pair& p) {
    const auto period = [&](int k) { return std::lround(1e2 * p.shift[k] + 0.31); };
    return std::array{static_cast<long>(p.i), static_cast<long>(p.j), period(0), period(1), period(2)};
  };
  std::sort(pairs.begin(), pairs.end(), [&](const Pair& a, const Pair& b) { return key(a) < key(b); });
  pairs.erase(std::unique(pairs.begin(), pairs.end(), [&](const Pair& a, const Pair& b) { return key(a) == key(b); }), pairs.end());

  Index image = 0;
  Band band(
      [&] {
        const double share = static_cast<double>(image++) / static_cast<double>(images - 1);
        std::vector<double> wanted;
        wanted.reserve(pairs.size());
        for (const Pair& p : pairs) wanted.push_back((1.0 - share) * p.vector(first).norm() + share * p.vector(last).norm());
        return std::make_unique<PairDistances>(pairs, std::move(wanted), path.rows(), 0.5 * stiffness * std::pow(nearest, 4));
      },
      path, 1);
  BandFire fire(path.rows(), images);
  const Springs springs = band.springs(5.0, 1.0);
  int iteration = 0;
  for (; iteration < max_iterations; ++iteration) {
    const Eigen::MatrixXd force = band.forces(springs, std::nullopt);
    double largest = 0.0;
    for (Index k = 1; k + 1 < images; ++k) largest = std::max(largest, md::max_norm(force.col(k), 3));
    if (largest <= enough) break;
    band.move(fire.step(band.drive(force, springs, std::nullopt), 3, 0.1));
  }
  path = band.positions();
  return iteration;
}

}  // namespace landscape::neb
