#include "md/structure/rearranged.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "md/core/error.hpp"
#include "md/neighbor/full_neighbors.hpp"

namespace landscape::md {

namespace {

void expect_one_per_atom(const Configuration& c, const std::vector<std::uint8_t>& member) {
  if (static_cast<Eigen::Index>(member.size()) != c.size())
    throw InputError(message("clusters: expected one entry for each of ", c.size(), " atoms, got ", member.size()));
}

/// Periods by which a cluster meets itself; independent ones are counted.
class Periods {
 public:
  void add(const Eigen::Vector3i& n) {
    if (n.isZero()) return;
    if (std::ranges::find(seen_, n) == seen_.end()) seen_.push_back(n);
  }
  int independent() const {
    if (seen_.empty()) return 0;
    Eigen::MatrixXd rows(static_cast<Eigen::Index>(seen_.size()), 3);
    for (std::size_t k = 0; k < seen_.size(); ++k) rows.row(static_cast<Eigen::Index>(k)) = seen_[k].cast<double>();
    return static_cast<int>(Eigen::FullPivLU<Eigen::MatrixXd>(rows).rank());
  }
  const std::vector<Eigen::Vector3i>& all() const { return seen_; }

 private:
  std::vector<Eigen::Vector3i> seen_;
};

/// Fractions of members in slabs across one direction, smoothed over three periodic slabs.
Eigen::VectorXd profile_along(const Configuration& c, const std::vector<std::uint8_t>& member, int axis, Eigen::Index slabs) {
  Eigen::VectorXd members = Eigen::VectorXd::Zero(slabs), all = members;
  for (Eigen::Index i = 0; i < c.size(); ++i) {
    double s = c.cell.inverse().row(axis).dot(c.positions.col(i));
    s -= std::floor(s);
    const auto slab = std::min(slabs - 1, static_cast<Eigen::Index>(s * static_cast<double>(slabs)));
    all[slab] += 1.0;
    members[slab] += member[static_cast<std::size_t>(i)] ? 1.0 : 0.0;
  }
  Eigen::VectorXd smooth(slabs);
  for (Eigen::Index k = 0; k < slabs; ++k) {
    const auto left = (k + slabs - 1) % slabs, right = (k + 1) % slabs;
    const double count = all[left] + all[k] + all[right];
    smooth[k] = count > 0.0 ? (members[left] + members[k] + members[right]) / count : 0.0;
  }
  return smooth;
}

/// Where the profile falls to `level`, in slabs from its maximum at `top` in the direction of `step`; between two slabs by a
/// straight line. The number of slabs where it never does.
double reach(const Eigen::VectorXd& profile, Eigen::Index top, Eigen::Index step, double level) {
  const auto n = profile.size();
  double before = profile[top];
  for (Eigen::Index k = 1; k < n; ++k) {
    const double here = profile[((top + step * k) % n + n) % n];
    if (here < level) return static_cast<double>(k - 1) + (before - level) / (before - here);
    before = here;
  }
  return static_cast<double>(n);
}

}  // namespace

AtomClusters atom_clusters(const Configuration& c, const std::vector<std::uint8_t>& member, double cutoff) {
  expect_one_per_atom(c, member);
  if (!(cutoff > 0.0)) throw InputError(message("clusters: cutoff is ", cutoff, " Å, expected a positive length"));
  NeighborList list(cutoff, 0.0);
  list.update(c.cell, c.positions);
  FullNeighbors neighbors;
  neighbors.follow(list);
  AtomClusters out;
  out.label.assign(member.size(), -1);
  std::vector<Eigen::Vector3i> image(member.size(), Eigen::Vector3i::Zero());
  for (std::size_t seed = 0; seed < member.size(); ++seed) {
    if (!member[seed] || out.label[seed] >= 0) continue;
    const int name = static_cast<int>(out.sizes.size());
    Periods periods;
    std::vector<std::size_t> grown = {seed};
    out.label[seed] = name;
    for (std::size_t k = 0; k < grown.size(); ++k) {
      const std::size_t i = grown[k];
      for (const auto entry : neighbors.of(i)) {
        const std::size_t j = neighbors.atom(entry);
        if (!member[j]) continue;
        const Eigen::Vector3d d = c.positions.col(static_cast<Eigen::Index>(j)) + neighbors.translation(entry) -
                                  c.positions.col(static_cast<Eigen::Index>(i));
        if (d.squaredNorm() >= cutoff * cutoff) continue;
        const Eigen::Vector3i there =
            image[i] + (c.cell.inverse() * neighbors.translation(entry)).array().round().matrix().cast<int>();
        if (out.label[j] < 0) {
          out.label[j] = name;
          image[j] = there;
          grown.push_back(j);
        } else {
          periods.add(there - image[j]);
        }
      }
    }
    out.sizes.push_back(static_cast<int>(grown.size()));
    out.dimensions = std::max(out.dimensions, periods.independent());
    for (const auto& n : periods.all())
      for (std::size_t d = 0; d < 3; ++d) out.along[d] = out.along[d] || n[static_cast<Eigen::Index>(d)] != 0;
  }
  // Largest first; those of one size in the order of their first atoms.
  std::vector<std::size_t> order(out.sizes.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](auto a, auto b) { return out.sizes[a] > out.sizes[b]; });
  std::vector<int> renamed(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) renamed[order[k]] = static_cast<int>(k);
  for (int& label : out.label)
    if (label >= 0) label = renamed[static_cast<std::size_t>(label)];
  std::ranges::sort(out.sizes, std::greater<>());
  return out;
}

std::vector<std::uint8_t> above(const Eigen::Ref<const Eigen::VectorXd>& d2min, double threshold) {
  std::vector<std::uint8_t> out(static_cast<std::size_t>(d2min.size()));
  for (Eigen::Index i = 0; i < d2min.size(); ++i) out[static_cast<std::size_t>(i)] = d2min[i] > threshold ? 1 : 0;
  return out;
}

double participation_ratio(const Eigen::Ref<const Eigen::VectorXd>& d) {
  double n = 0.0, sum = 0.0, squares = 0.0;
  for (const double v : d)
    if (std::isfinite(v)) {
      n += 1.0;
      sum += v;
      squares += v * v;
    }
  return squares > 0.0 ? sum * sum / (n * squares) : std::nan("");
}

double overlap(const Configuration& reference, const Configuration& current, double distance) {
  if (reference.size() != current.size())
    throw InputError(message("overlap: expected the same atoms, got ", reference.size(), " and ", current.size()));
  if (!(distance > 0.0)) throw InputError(message("overlap: distance is ", distance, " Å, expected a positive length"));
  const Eigen::Matrix3d affine = current.cell.matrix() * reference.cell.inverse();
  Matrix3Xd moved(3, reference.size());
  for (Eigen::Index i = 0; i < moved.cols(); ++i)
    moved.col(i) = current.cell.minimum_image(current.positions.col(i) - affine * reference.positions.col(i));
  moved.colwise() -= Eigen::Vector3d(moved.rowwise().mean());
  return static_cast<double>((moved.colwise().norm().array() < distance).count()) / static_cast<double>(moved.cols());
}

void BandOptions::validate() const {
  if (!(slab_a > 0.0)) throw InputError(message("shear band: slabs of ", slab_a, " Å, expected a positive thickness"));
  if (plane < 0 || plane > 2) throw InputError(message("shear band: plane ", plane, ", expected 0 (xy), 1 (xz) or 2 (yz)"));
}

std::optional<ShearBand> shear_band(const Configuration& c, const std::vector<std::uint8_t>& member, const BandOptions& options) {
  options.validate();
  expect_one_per_atom(c, member);
  const auto members = std::ranges::count_if(member, [](auto m) { return m != 0; });
  if (members == 0) return std::nullopt;
  constexpr int first[] = {0, 0, 1}, second[] = {1, 2, 2};
  std::optional<ShearBand> best;
  for (const int axis : {second[options.plane], first[options.plane]}) {
    const double height = c.cell.heights()[axis];
    const auto slabs = std::max<Eigen::Index>(1, static_cast<Eigen::Index>(std::lround(height / options.slab_a)));
    const Eigen::VectorXd profile = profile_along(c, member, axis, slabs);
    Eigen::Index top = 0;
    const double most = profile.maxCoeff(&top);
    const double least = profile.minCoeff();
    if (least >= 0.5 * most || (best && most - least <= best->contrast)) continue;
    ShearBand band;
    band.normal = axis;
    band.contrast = most - least;
    const double left = reach(profile, top, -1, 0.5 * most), right = reach(profile, top, 1, 0.5 * most);
    const double slab = height / static_cast<double>(slabs);
    band.width_a = std::min(height, (left + right) * slab);
    double middle = (static_cast<double>(top) + 0.5 + 0.5 * (right - left)) * slab;
    band.position_a = middle - height * std::floor(middle / height);
    band.volume_width_a = height * static_cast<double>(members) / static_cast<double>(c.size());
    best = band;
  }
  return best;
}

}  // namespace landscape::md
