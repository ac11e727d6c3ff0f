/// The seven-atom Lennard-Jones cluster, whose minima are all known: searched from one of them, path checked by CI-NEB.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "art/search.hpp"
#include "md/potential/atomic_surface.hpp"
#include "neb/neb.hpp"

namespace landscape::art {
namespace {

/// Lengths and curvatures like those of a metal, so that the defaults of a search fit; energies in units of ε.
constexpr const char* potential_text = "lj:epsilon=1,sigma=2.5,cutoff=50,shift=none";
/// [ε] Hoare & McInnes, Adv. Phys. 32, 791 (1983): the four minima of LJ7.
constexpr double known_minima[] = {-16.505384, -15.935043, -15.593211, -15.533060};

class Lj7 : public testing::Test {
 protected:
  Lj7() {
    cluster_.cell = md::Cell(Eigen::Matrix3d::Identity() * 100.0, {false, false, false});
    cluster_.species.assign(7, "Ar");
    // A pentagon with one atom above and one below relaxes to the global minimum.
    cluster_.positions.resize(3, 7);
    for (int k = 0; k < 5; ++k) cluster_.positions.col(k) = 2.4 * Eigen::Vector3d(std::cos(0.4 * k * M_PI), std::sin(0.4 * k * M_PI), 0.0);
    cluster_.positions.col(5) = Eigen::Vector3d(0.0, 0.0, 1.4);
    cluster_.positions.col(6) = Eigen::Vector3d(0.0, 0.0, -1.4);
    surface_ = make();
  }
  std::unique_ptr<md::AtomicSurface> make() const { return std::make_unique<md::AtomicSurface>(potential_, cluster_); }

  std::shared_ptr<const md::Potential> potential_ = md::open_potential(potential_text);
  md::Configuration cluster_;
  std::unique_ptr<md::AtomicSurface> surface_;
};

SearchOptions tight() {
  SearchOptions options;
  options.approach.max_force = options.minimum.max_force = 1e-6;
  return options;
}

/// Index of the energy in `all`, where it is appended if new.
std::size_t place(std::vector<double>& all, double energy) {
  for (std::size_t k = 0; k < all.size(); ++k)
    if (std::abs(all[k] - energy) < 1e-5) return k;
  all.push_back(energy);
  return all.size() - 1;
}

TEST_F(Lj7, SearchesReachAllFourMinimaAndTheirSaddlesAreProven) {
  Eigen::VectorXd x = surface_->gather(cluster_.positions);
  const auto bottom = md::minimize(*surface_, x, tight().minimum);
  ASSERT_TRUE(bottom.converged());
  ASSERT_NEAR(bottom.energy, known_minima[0], 1e-6);
  std::vector<double> minima = {bottom.energy}, saddles;
  std::vector<Eigen::VectorXd> places = {x};
  const std::vector<Eigen::Index> all = {0, 1, 2, 3, 4, 5, 6};
  int connected = 0, ended = 0;
  constexpr int searches_each = 25;
  for (std::size_t from = 0; from < places.size() && from < 4; ++from)
    for (int k = 0; k < searches_each; ++k) {
      md::CounterRng rng(1, md::Stream::Activation, from * searches_each + static_cast<std::size_t>(k));
      const SearchResult r = search(*surface_, places[from], random_push(*surface_, all, rng), tight());
      ++ended;
      if (r.outcome != Outcome::Connected) continue;
      ++connected;
      EXPECT_EQ(r.proof.negative_eigenvalues, 1);
      EXPECT_LT(r.saddle_force, 1e-6);
      EXPECT_GT(r.saddle_energy, std::max(r.near_energy, r.far_energy));
      place(saddles, r.saddle_energy);
      if (place(minima, r.far_energy) == places.size()) places.push_back(r.far_side);
    }
  std::ranges::sort(minima);
  std::ranges::sort(saddles);
  RecordProperty("connected", connected);
  for (const double saddle : saddles) std::cout << "saddle " << saddle << '\n';
  std::cout << connected << " connected of " << ended << '\n';
  // No minimum but the known ones, and all of these.
  ASSERT_EQ(minima.size(), 4u);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(minima[k], known_minima[k], 1e-6);
  // Twelve are known up to symmetry (Wales, Energy Landscapes, 2003); energies that agree to 1e-5 count once here.
  EXPECT_GE(saddles.size(), 8u);
  EXPECT_LE(saddles.size(), 12u);
  EXPECT_GT(2 * connected, ended);
}

TEST_F(Lj7, LowestSaddleIsThatOfTheElasticBandBetweenItsMinima) {
  Eigen::VectorXd x = surface_->gather(cluster_.positions);
  ASSERT_TRUE(md::minimize(*surface_, x, tight().minimum).converged());
  const std::vector<Eigen::Index> all = {0, 1, 2, 3, 4, 5, 6};
  SearchResult lowest;
  for (int k = 0; k < 12; ++k) {
    md::CounterRng rng(1, md::Stream::Activation, static_cast<std::uint64_t>(k));
    SearchResult r = search(*surface_, x, random_push(*surface_, all, rng), tight());
    if (r.outcome == Outcome::Connected && !(r.saddle_energy >= lowest.saddle_energy)) lowest = std::move(r);
  }
  ASSERT_EQ(lowest.outcome, Outcome::Connected);
  const auto path = neb::find_path([this] { return make(); }, lowest.near_side, lowest.far_side, {.images = 15, .max_force = 1e-5});
  ASSERT_TRUE(path.converged()) << neb::to_string(path.status);
  EXPECT_NEAR(path.barrier, lowest.saddle_energy - lowest.near_energy, 1e-6);
  EXPECT_NEAR(path.reverse_barrier, lowest.saddle_energy - lowest.far_energy, 1e-6);
}

}  // namespace
}  // namespace landscape::art
