// Searches in regions of a disordered alloy: saddles of the whole, for less.
#include <gtest/gtest.h>

#include "art/search.hpp"
#include "md/dynamics/random_lattice.hpp"
#include "md/potential/atomic_surface.hpp"

namespace landscape::art {
namespace {

class Alloy : public testing::Test {
 protected:
  void SetUp() override {
    md::CounterRng types(3, md::Stream::Types, 0);
    const auto atoms = md::random_lattice(md::parse_composition("Cu64Zr36"), 500, *potential_, types);
    surface_ = std::make_unique<md::AtomicSurface>(potential_, atoms);
    minimum_ = surface_->gather(atoms.positions);
    ASSERT_TRUE(md::minimize(*surface_, minimum_, {.max_force = 1e-5, .max_step = 0.05}).converged());
  }
  SearchResult search_around(Eigen::Index centre, const SearchOptions& options) {
    std::vector<Eigen::Index> active;
    for (Eigen::Index k = 0; k < minimum_.size() / 3; ++k)
      if (surface_->cell().minimum_image(minimum_.segment<3>(3 * k) - minimum_.segment<3>(3 * centre)).norm() < options.radius)
        active.push_back(k);
    md::CounterRng rng(1, md::Stream::Activation, static_cast<std::uint64_t>(centre));
    return search(*surface_, minimum_, random_push(*surface_, active, rng), options);
  }

  std::shared_ptr<const md::Potential> potential_ = md::open_potential("CuZr_mm.eam.fs");
  std::unique_ptr<md::AtomicSurface> surface_;
  Eigen::VectorXd minimum_;
};

TEST_F(Alloy, SaddlesFoundInRegionsAreThoseOfTheWhole) {
  int connected = 0;
  double equivalents = 0.0;
  std::int64_t searches = 0;
  for (Eigen::Index centre = 0; centre < 500 && connected < 2; centre += 20) {
    const double before = surface_->work();
    const SearchResult found = search_around(centre, {});
    ++searches;
    equivalents += found.calls.total();
    EXPECT_GE(found.calls.total(), surface_->work() - before);  // nothing goes uncounted
    if (found.outcome != Outcome::Connected) continue;
    ++connected;
    EXPECT_LE(found.saddle_force, 1e-4);
    EXPECT_EQ(found.proof.negative_eigenvalues, 1);
    // Off the saddle by 0.02 Å everywhere and back on the whole surface alone.
    md::CounterRng rng(2, md::Stream::Displacement, static_cast<std::uint64_t>(centre));
    const Eigen::VectorXd off = found.saddle + 0.02 * rng.normals(found.saddle.size());
    const ApproachResult again = approach_saddle(*surface_, off, found.mode, found.near_energy);
    ASSERT_EQ(again.status, ApproachStatus::Converged);
    EXPECT_NEAR(again.energy, found.saddle_energy, 1e-5);
    EXPECT_LT(md::largest_displacement(*surface_, found.saddle, again.x), 0.02);
  }
  EXPECT_EQ(connected, 2) << "of " << searches;
  // Some 700 on the average of searches; which ones they are depends on the last digits, that is on the processor.
  EXPECT_LT(equivalents / static_cast<double>(searches), 1200.0);
}

TEST_F(Alloy, ARegionOfMostOfTheAtomsIsTheWhole) {
  SearchOptions wide;
  wide.local_margin = 50.0;
  SearchOptions none;
  none.local_margin = 0.0;
  wide.approach.max_iterations = none.approach.max_iterations = 20;  // how it ends does not matter
  const SearchResult a = search_around(7, wide), b = search_around(7, none);
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.calls.total(), b.calls.total());
}

}  // namespace
}  // namespace landscape::art
