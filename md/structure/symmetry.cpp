#include "md/structure/symmetry.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "md/core/error.hpp"
#include "md/core/superposition.hpp"

namespace landscape::md {
namespace {

using Eigen::Index;
using Eigen::Matrix3d;
using Eigen::Vector3d;

/// Makes the first n columns, which span a lattice, as short as they can be.
void shorten(Matrix3d& basis, Index n) {
  for (bool shorter = true; shorter;) {
    shorter = false;
    for (Index k = 0; k < n; ++k)
      for (int p = -1; p <= 1; ++p)
        for (int q = -1; q <= (n == 3 ? 1 : -1); ++q) {
          Vector3d other = basis.col(k) + p * basis.col((k + 1) % n);
          if (n == 3) other += q * basis.col((k + 2) % n);
          if (other.squaredNorm() > (1.0 - 1e-9) * basis.col(k).squaredNorm()) continue;
          basis.col(k) = other;
          shorter = true;
        }
  }
}

/// Isometries that map the lattice of the periodic edges onto itself; where one direction is open, those that keep its normal
/// or turn it round. Between the shortest edges their entries are -1, 0 and 1.
std::vector<Matrix3d> lattice_isometries(const Cell& cell) {
  std::vector<Index> edges;
  for (Index k = 0; k < 3; ++k)
    if (cell.periodic()[static_cast<std::size_t>(k)]) edges.push_back(k);
  const auto n = static_cast<Index>(edges.size());
  Matrix3d basis = Matrix3d::Identity();
  for (Index k = 0; k < n; ++k) basis.col(k) = cell.matrix().col(edges[static_cast<std::size_t>(k)]);
  shorten(basis, n);
  if (n == 2) basis.col(2) = basis.col(0).cross(basis.col(1)).normalized();
  const Matrix3d metric = basis.transpose() * basis, inverse = basis.inverse();
  const int choices = n == 3 ? 19683 : 162;  // 3^9; 3^4 and the sign of the normal
  std::vector<Matrix3d> isometries;
  for (int code = 0; code < choices; ++code) {
    Matrix3d image = Matrix3d::Zero();
    int rest = code;
    for (Index c = 0; c < n; ++c)
      for (Index r = 0; r < n; ++r) {
        image(r, c) = rest % 3 - 1;
        rest /= 3;
      }
    if (n == 2) image(2, 2) = rest % 2 == 0 ? 1.0 : -1.0;
    if ((image.transpose() * metric * image - metric).cwiseAbs().maxCoeff() < 1e-4 * metric.diagonal().maxCoeff())
      isometries.push_back(basis * image * inverse);
  }
  return isometries;
}

Matrix3Xd centered(const Eigen::Ref<const Matrix3Xd>& r) { return r.colwise() - r.rowwise().mean(); }

/// Right-handed frame from two directions that are not parallel.
Matrix3d frame(const Vector3d& first, const Vector3d& second) {
  Matrix3d f;
  f.col(0) = first.normalized();
  f.col(2) = first.cross(second).normalized();
  f.col(1) = f.col(2).cross(f.col(0));
  return f;
}

}  // namespace

SymmetryComparison::SymmetryComparison(const Configuration& reference, double tolerance)
    : cell_(reference.cell), tolerance_(tolerance) {
  LANDSCAPE_CHECK(tolerance > 0.0 && reference.size() > 0);
  const auto periods = std::ranges::count(cell_.periodic(), true);
  if (periods == 1) throw InputError("symmetry: expected a structure periodic in none, two or three directions, got one");
  if (periods > 1) operations_ = lattice_isometries(cell_);
  std::map<std::pair<std::string, bool>, int> kinds;
  for (Index i = 0; i < reference.size(); ++i)
    kind_.push_back(kinds.try_emplace({reference.species[static_cast<std::size_t>(i)], reference.is_free(i)}, static_cast<int>(kinds.size()))
                        .first->second);
}

std::vector<double> SymmetryComparison::surroundings(const Matrix3Xd& r) const {
  constexpr double width = 2.5;  // [Å]
  std::vector<double> sum(static_cast<std::size_t>(r.cols()), 0.0);
  for (Index i = 0; i < r.cols(); ++i)
    for (Index j = 0; j < i; ++j) {
      const double weight = std::exp(-cell_.minimum_image(r.col(j) - r.col(i)).squaredNorm() / (2.0 * width * width));
      // Unlike atoms around count differently.
      sum[static_cast<std::size_t>(i)] += weight * (1.0 + 0.3 * kind_[static_cast<std::size_t>(j)]);
      sum[static_cast<std::size_t>(j)] += weight * (1.0 + 0.3 * kind_[static_cast<std::size_t>(i)]);
    }
  return sum;
}

std::optional<SymmetryComparison::Candidates> SymmetryComparison::candidates(const Matrix3Xd& a, const Matrix3Xd& b) const {
  // Converged structures agree to 1e-3 Å, so that these sums agree to a hundredth; a neighbor more or less changes them by 0.2 to 0.6.
  constexpr double like = 0.05;
  const auto n = static_cast<std::size_t>(a.cols());
  const std::vector<double> here = surroundings(a), there = surroundings(b);
  Candidates result;
  result.of_atom.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j)
      if (kind_[i] == kind_[j] && std::abs(here[i] - there[j]) < like) result.of_atom[i].push_back(static_cast<Index>(j));
    if (result.of_atom[i].empty()) return std::nullopt;
    result.order.push_back(static_cast<Index>(i));
  }
  std::ranges::stable_sort(result.order, {}, [&](Index i) { return result.of_atom[static_cast<std::size_t>(i)].size(); });
  return result;
}

bool SymmetryComparison::match(const Matrix3Xd& a, const Matrix3Xd& b, const Candidates& candidates, double tolerance,
                               std::vector<Index>& partner) const {
  const Index n = a.cols();
  std::vector<char> taken(static_cast<std::size_t>(n), 0);
  partner.assign(static_cast<std::size_t>(n), -1);
  for (const Index i : candidates.order) {
    double nearest = tolerance * tolerance;
    for (const Index j : candidates.of_atom[static_cast<std::size_t>(i)]) {
      if (taken[static_cast<std::size_t>(j)]) continue;
      const double d = cell_.minimum_image(b.col(j) - a.col(i)).squaredNorm();
      if (d > nearest) continue;
      nearest = d;
      partner[static_cast<std::size_t>(i)] = j;
    }
    if (partner[static_cast<std::size_t>(i)] < 0) return false;
    taken[static_cast<std::size_t>(partner[static_cast<std::size_t>(i)])] = 1;
  }
  return true;
}

bool SymmetryComparison::match_closely(const Matrix3Xd& a, const Matrix3Xd& b, const Candidates& candidates) const {
  std::vector<Index> partner;
  // Two anchors off by the tolerance each turn and shift all others by a few times that.
  if (!match(a, b, candidates, 4.0 * tolerance_, partner)) return false;
  Matrix3Xd d(3, a.cols());
  for (Index i = 0; i < a.cols(); ++i)
    d.col(i) = cell_.minimum_image(b.col(partner[static_cast<std::size_t>(i)]) - a.col(i));
  d.colwise() -= d.rowwise().mean().eval();
  if (!cell_.any_periodic()) {  // what is left of a rotation
    const Matrix3Xd from = centered(a), to = from + d;
    d = to - rotated_onto(to, from);
  }
  return std::sqrt(d.colwise().squaredNorm().maxCoeff()) < tolerance_;
}

bool SymmetryComparison::same_cluster(const Matrix3Xd& a, const Matrix3Xd& b, const Candidates& candidates) const {
  const Index n = a.cols();
  const auto kind = [&](Index i) { return kind_[static_cast<std::size_t>(i)]; };
  // Two atoms of a that, with the centre, hold it fast: far out and not in line.
  Index first = 0, second = -1;
  a.colwise().squaredNorm().maxCoeff(&first);
  double best = 0.0;
  for (Index i = 0; i < n; ++i) {
    const double area = a.col(first).cross(a.col(i)).norm();
    if (area > best + 1e-6) {
      best = area;
      second = i;
    }
  }
  const double radius = a.col(first).norm(), near = 2.0 * tolerance_;
  if (radius < near) return match_closely(a, b, candidates);
  if (second < 0 || best < near * radius) {  // in line: its direction is all there is
    for (Index j = 0; j < n; ++j)
      if (kind(j) == kind(first) && std::abs(b.col(j).norm() - radius) < near &&
          match_closely(Eigen::Quaterniond::FromTwoVectors(a.col(first), b.col(j)).toRotationMatrix() * a, b, candidates))
        return true;
    return false;
  }
  const Matrix3d here = frame(a.col(first), a.col(second));
  Matrix3d mirror = Matrix3d::Identity();
  mirror(2, 2) = -1.0;
  const double other = a.col(second).norm(), apart = (a.col(first) - a.col(second)).norm();
  for (Index j = 0; j < n; ++j) {
    if (kind(j) != kind(first) || std::abs(b.col(j).norm() - radius) > near) continue;
    for (Index k = 0; k < n; ++k) {
      if (k == j || kind(k) != kind(second) || std::abs(b.col(k).norm() - other) > near ||
          std::abs((b.col(j) - b.col(k)).norm() - apart) > 2.0 * near || b.col(j).cross(b.col(k)).norm() < 0.1 * best)
        continue;
      const Matrix3d there = frame(b.col(j), b.col(k));
      if (match_closely(there * here.transpose() * a, b, candidates) || match_closely(there * mirror * here.transpose() * a, b, candidates))
        return true;
    }
  }
  return false;
}

bool SymmetryComparison::same(const Eigen::Ref<const Matrix3Xd>& a, const Eigen::Ref<const Matrix3Xd>& b) const {
  LANDSCAPE_CHECK(a.cols() == static_cast<Index>(kind_.size()) && b.cols() == a.cols());
  const auto candidates = this->candidates(a, b);
  if (!candidates) return false;
  if (operations_.empty()) return same_cluster(centered(a), centered(b), *candidates);
  const Index anchor = candidates->order.front();
  for (const Matrix3d& operation : operations_) {
    const Matrix3Xd turned = operation * a;
    for (const Index j : candidates->of_atom[static_cast<std::size_t>(anchor)])
      if (match_closely(turned.colwise() + (b.col(j) - turned.col(anchor)), b, *candidates)) return true;
  }
  return false;
}

}  // namespace landscape::md
