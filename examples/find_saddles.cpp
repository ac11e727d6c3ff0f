/// ARTn on a surface of one's own, then on a cluster of atoms: the same search.
///
///   find_saddles [SEARCHES]      searches around the minimum of the cluster, 6 by default
#include <landscape/art/search.hpp>
#include <landscape/md/potential/atomic_surface.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace art = landscape::art;
namespace md = landscape::md;

namespace {

/// Müller & Brown, Theor. Chim. Acta 53, 75 (1979), scaled to energies and curvatures that atoms have.
class MuellerBrown final : public md::EnergySurface {
 public:
  Eigen::Index dof() const override { return 2; }

 protected:
  double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x, Eigen::Ref<Eigen::VectorXd> gradient) override {
    constexpr double height[] = {-2.0, -1.0, -1.7, 0.15};
    constexpr double a[] = {-1.0, -1.0, -6.5, 0.7}, b[] = {0.0, 0.0, 11.0, 0.6}, c[] = {-10.0, -10.0, -6.5, 0.7};
    constexpr double x0[] = {1.0, 0.0, -0.5, -1.0}, y0[] = {0.0, 0.5, 1.5, 1.0};
    double energy = 0.0;
    gradient.setZero();
    for (int k = 0; k < 4; ++k) {
      const double dx = x[0] - x0[k], dy = x[1] - y0[k];
      const double term = height[k] * std::exp(a[k] * dx * dx + b[k] * dx * dy + c[k] * dy * dy);
      energy += term;
      gradient[0] += term * (2.0 * a[k] * dx + b[k] * dy);
      gradient[1] += term * (b[k] * dx + 2.0 * c[k] * dy);
    }
    return energy;
  }
};

bool on_a_known_surface() {
  MuellerBrown surface;
  Eigen::VectorXd minimum = Eigen::Vector2d(0.6, 0.0);
  if (!md::minimize(surface, minimum, {.max_force = 1e-6, .max_step = 0.02}).converged()) return false;
  art::SearchOptions options;      // made for atoms in Å; this valley is narrower
  options.activation_step = 0.05;
  options.relaxation_steps = 1;
  options.push_over = 0.05;
  options.approach.max_step = 0.03;
  options.approach.max_force = 1e-6;
  options.minimum = {.max_force = 1e-6, .max_step = 0.02};
  const auto found = art::search(surface, minimum, Eigen::Vector2d(-1.0, 0.6).normalized(), options);
  std::printf("Müller-Brown: %s\n", art::name(found.outcome));
  if (found.outcome != art::Outcome::Connected) return false;
  std::printf("  saddle at (%.6f, %.6f), known (0.212487, 0.292988); barrier %.6f; curvatures %.2f and %.2f; %ld calls\n",
              found.saddle[0], found.saddle[1], found.saddle_energy - found.near_energy, found.proof.first, found.proof.second,
              static_cast<long>(found.calls.total()));
  return (found.saddle - Eigen::Vector2d(0.212486582, 0.292988325)).norm() < 1e-4;
}

/// A center and its twelve neighbors on an icosahedron: the lowest minimum of 13 Lennard-Jones atoms.
md::Configuration icosahedron(double distance) {
  const double g = 0.5 * (1.0 + std::sqrt(5.0)), scale = distance / std::sqrt(1.0 + g * g);
  md::Configuration c;
  c.positions = md::Matrix3Xd::Zero(3, 13);
  c.species.assign(13, "Ar");
  Eigen::Index atom = 1;
  for (const double s : {-1.0, 1.0})
    for (const double t : {-1.0, 1.0}) {
      c.positions.col(atom++) = scale * Eigen::Vector3d(0.0, s, t * g);
      c.positions.col(atom++) = scale * Eigen::Vector3d(s, t * g, 0.0);
      c.positions.col(atom++) = scale * Eigen::Vector3d(t * g, 0.0, s);
    }
  return c;
}

bool around_a_cluster(int searches) {
  const md::Configuration start = icosahedron(2.7);
  md::AtomicSurface surface(md::open_potential("lj:epsilon=0.1,sigma=2.5,cutoff=20,shift=none"), start);
  Eigen::VectorXd minimum = surface.gather(start.positions);
  const auto relaxed = md::minimize(surface, minimum, {.max_force = 1e-6});
  std::printf("cluster of 13: %.6f eV, known %.6f\n", relaxed.energy, 0.1 * -44.326801);
  int connected = 0;
  for (int k = 0; k < searches; ++k) {
    // Everything random comes from (seed, stream, number of the search): the same for any order of work.
    md::CounterRng rng(1, md::Stream::Activation, static_cast<std::uint64_t>(k));
    const Eigen::Index pushed = 1 + static_cast<Eigen::Index>(rng.below(12));
    const auto found = art::search(surface, minimum, art::random_push(surface, {pushed}, rng));
    std::printf("  search %d from atom %ld: %s", k, static_cast<long>(pushed) + 1, art::name(found.outcome));
    if (found.outcome == art::Outcome::Connected) {
      ++connected;
      std::printf(", barrier %.6f eV, back %.6f eV, %d negative curvature", found.saddle_energy - found.near_energy,
                  found.saddle_energy - found.far_energy, found.proof.negative_eigenvalues);
    }
    std::printf("\n");
  }
  return std::abs(relaxed.energy + 4.4326801) < 1e-5 && (connected > 0 || searches < 6);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const bool first = on_a_known_surface();
    const bool second = around_a_cluster(argc > 1 ? std::atoi(argv[1]) : 6);
    return first && second ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "find_saddles: %s\n", error.what());
    return 2;
  }
}
