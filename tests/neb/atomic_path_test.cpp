/// CI-NEB with atoms: a vacancy hop in a Lennard-Jones crystal, periods, atoms in each other's way.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "md/minimize/minimizer.hpp"
#include "md/potential/atomic_surface.hpp"
#include "neb/idpp.hpp"
#include "neb/initial_path.hpp"
#include "neb/neb.hpp"

namespace landscape::neb {
namespace {

constexpr double lattice =
    1.5602;  // near the zero-pressure fcc crystal of this potential; its value does not matter
constexpr int cells = 3;

/// 107 atoms of a periodic fcc crystal where it has three cells a side; the site at the origin is empty, atom 0 is one of its
/// neighbors.
md::Configuration vacancy_crystal(int cells) {
  md::Configuration c;
  c.cell = md::Cell(Eigen::Matrix3d::Identity() * cells * lattice);
  const double base[4][3] = {{0, 0, 0}, {0.5, 0.5, 0}, {0.5, 0, 0.5}, {0, 0.5, 0.5}};
  c.positions.resize(3, 4 * cells * cells * cells - 1);
  Eigen::Index k = 0;
  for (int x = 0; x < cells; ++x)
    for (int y = 0; y < cells; ++y)
      for (int z = 0; z < cells; ++z)
        for (const auto& r : base) {
          const Eigen::Vector3d site(x + r[0], y + r[1], z + r[2]);
          if (site.norm() > 0.0) c.positions.col(k++) = lattice * site;
        }
  c.species.assign(static_cast<std::size_t>(k), "Ar");
  return c;
}

class VacancyHop : public ::testing::Test {
 protected:
  explicit VacancyHop(int cells = 3) : crystal_(vacancy_crystal(cells)) {
    md::MinimizeOptions o;
    o.max_force = 1e-7;
    const auto surface = make();
    initial_ = surface->gather(crystal_.positions);
    final_ = initial_;
    final_.head<3>().setZero();
    EXPECT_TRUE(md::minimize(*surface, initial_, o).converged());
    EXPECT_TRUE(md::minimize(*surface, final_, o).converged());
  }
  std::unique_ptr<md::AtomicSurface> make() const {
    return std::make_unique<md::AtomicSurface>(potential_, crystal_);
  }
  SurfaceFactory factory() const {
    return [this] { return make(); };
  }

  std::shared_ptr<const md::Potential> potential_ =
      md::open_potential("lj:epsilon=1,sigma=1,cutoff=2.5");
  md::Configuration crystal_;
  Eigen::VectorXd initial_, final_;
};

TEST_F(VacancyHop, SaddleIsTheRelaxedSymmetricMidpoint) {
  // Half-way the crystal has a mirror plane across the hop, which a minimization keeps: it ends in
  // the saddle.
  const auto surface = make();
  Eigen::VectorXd middle = initial_ + 0.5 * md::displacement(*surface, initial_, final_);
  md::MinimizeOptions m;
  m.max_force = 1e-7;
  const auto saddle = md::minimize(*surface, middle, m);
  ASSERT_TRUE(saddle.converged());

  NebOptions o;
  o.images = 11;
  o.path_max_force = 1e-4;
  o.max_iterations = 400;  // 83 needed when written
  const auto path = find_path(factory(), initial_, final_, o);
  ASSERT_EQ(path.status, NebStatus::Converged);
  EXPECT_NEAR(path.saddle_energy, saddle.energy, 1e-6);
  EXPECT_NEAR(path.barrier, path.reverse_barrier, 1e-6);
  EXPECT_LE(path.path_max_force, 1e-4);
  EXPECT_LE(path.saddle_max_force, 1e-4);
  EXPECT_FALSE(path.endpoints_unrelaxed);
  EXPECT_FALSE(path.must_be_split());
  EXPECT_LT(md::largest_displacement(
                *surface, path.images[static_cast<std::size_t>(*path.saddle_index)], middle),
            1e-4);
}

TEST_F(VacancyHop, PeriodsAndDriftInTheEndpointChangeNothing) {
  NebOptions o;
  o.images = 5;
  const auto path = find_path(factory(), initial_, final_, o);
  Eigen::VectorXd shifted = final_;
  for (Eigen::Index i = 0; i < shifted.size(); i += 3) {
    shifted.segment<3>(i) += Eigen::Vector3d(0.4, -0.3, 0.2);
    if (i % 2 == 0) shifted[i] -= cells * lattice;
  }
  const auto same = find_path(factory(), initial_, shifted, o);
  ASSERT_TRUE(path.converged());
  ASSERT_TRUE(same.converged());
  EXPECT_NEAR(same.barrier, path.barrier, 1e-6);
  EXPECT_NEAR(same.reaction_coordinate.back(), path.reaction_coordinate.back(), 1e-2);
}

/// 499 atoms: with a margin of 2.5 some 90 of them move first.
class LargeVacancyHop : public VacancyHop {
 protected:
  LargeVacancyHop() : VacancyHop(5) {}
};

TEST_F(LargeVacancyHop, RelaxedInARegionFirstIsTheSamePathForFewerCalls) {
  NebOptions whole;
  whole.images = 7;
  whole.path_max_force = 1e-3;
  whole.local_margin = 0.0;
  NebOptions local = whole;
  local.local_margin = 2.5;
  bool region = false;
  const auto p = find_path(factory(), initial_, final_, whole);
  const auto q = find_path(factory(), initial_, final_, local, [&](const NebProgress& progress) {
    region = region || progress.force_calls != std::floor(progress.force_calls);
    return md::Control::Continue;
  });
  ASSERT_TRUE(p.converged());
  ASSERT_TRUE(q.converged());
  EXPECT_TRUE(region);
  EXPECT_LE(q.path_max_force, 1e-3);
  EXPECT_NEAR(q.barrier, p.barrier, 1e-7);
  EXPECT_LT(q.force_calls, 0.8 * p.force_calls);
  local.threads = 4;
  EXPECT_EQ(find_path(factory(), initial_, final_, local).images, q.images);
}

TEST_F(LargeVacancyHop, AStopWhileARegionRelaxesIsAStop) {
  NebOptions local;
  local.images = 7;
  local.local_margin = 2.5;
  int seen = 0;
  const auto path = find_path(factory(), initial_, final_, local,
                              [&](const NebProgress&) { return ++seen == 2 ? md::Control::Stop : md::Control::Continue; });
  EXPECT_EQ(path.status, NebStatus::StoppedByObserver);
  EXPECT_EQ(seen, 2);
}

TEST_F(LargeVacancyHop, FewImagesFirstAreTheSamePathForFewerCalls) {
  NebOptions at_once;
  at_once.images = 16;
  at_once.local_margin = 2.5;
  at_once.max_force = 1e-3;
  at_once.coarse_images = 16;
  NebOptions refined = at_once;
  refined.coarse_images = 5;
  const auto p = find_path(factory(), initial_, final_, at_once);
  const auto q = find_path(factory(), initial_, final_, refined);
  ASSERT_TRUE(p.converged());
  ASSERT_TRUE(q.converged());
  EXPECT_EQ(q.images.size(), p.images.size());
  EXPECT_LE(q.path_max_force, at_once.path_max_force);
  EXPECT_NEAR(q.barrier, p.barrier, 1e-5);
  EXPECT_LT(q.force_calls, 0.8 * p.force_calls);
}

TEST(RefinedPath, RunsThroughTheImagesAndIsEvenOnEitherSideOfTheOneThatStays) {
  const auto arc = [](double angle) { return Eigen::VectorXd(Eigen::Vector3d(std::cos(angle), std::sin(angle), 0.2 * angle)); };
  Eigen::MatrixXd path(3, 8);
  for (Eigen::Index k = 0; k < 8; ++k) path.col(k) = arc(0.3 * static_cast<double>(k));
  constexpr int images = 19;
  const Eigen::MatrixXd fine = refined_path(path, 2, images);
  ASSERT_EQ(fine.cols(), images + 2);
  EXPECT_EQ(fine.col(0), path.col(0));
  EXPECT_EQ(fine.col(images + 1), path.col(7));
  const Eigen::Index kept = 6;  // two sevenths of twenty steps
  EXPECT_EQ(fine.col(kept), path.col(2));
  for (Eigen::Index k = 0; k <= images + 1; ++k) {
    const double angle = k <= kept ? 0.6 * static_cast<double>(k) / 6.0 : 0.6 + 1.5 * static_cast<double>(k - kept) / 14.0;
    EXPECT_LT((fine.col(k) - arc(angle)).norm(), 2e-3) << k;  // a chord is 1.1e-2 off
  }
}

TEST_F(VacancyHop, ThreadsDoNotChangeABit) {
  NebOptions one, four;
  one.images = four.images = 5;
  one.max_iterations = four.max_iterations = 30;
  four.threads = 4;
  const auto p = find_path(factory(), initial_, final_, one);
  const auto q = find_path(factory(), initial_, final_, four);
  EXPECT_EQ(p.images, q.images);
  EXPECT_EQ(p.energies, q.energies);
}

TEST_F(VacancyHop, AtomsThatExchangePlacesAreLedAroundEachOther) {
  const auto surface = make();
  Eigen::VectorXd exchanged = initial_;
  exchanged.segment<3>(60).swap(exchanged.segment<3>(63));
  const double distance = (initial_.segment<3>(60) - initial_.segment<3>(63)).norm();
  Eigen::MatrixXd path = straight_path(*surface, initial_, exchanged, 9);
  EXPECT_LT((path.col(5).segment<3>(60) - path.col(5).segment<3>(63)).norm(), 1e-9);

  EXPECT_GT(separate_particles(*surface, path), 0);
  double longest_move = 0.0;
  for (Eigen::Index i = 1; i < path.cols(); ++i) {
    EXPECT_GT((path.col(i).segment<3>(60) - path.col(i).segment<3>(63)).norm(), 0.7 * distance)
        << "image " << i;
    longest_move = std::max(longest_move, md::max_norm(path.col(i) - path.col(i - 1), 3));
  }
  // They pass on one side: no image jumps across.
  EXPECT_LT(longest_move, 0.5 * distance);
  EXPECT_EQ(path.col(0), initial_);
}

TEST_F(VacancyHop, EvenDistancesOpenTheWindowAndLeadToTheSameSaddle) {
  const auto surface = make();
  const auto highest = [&](const Eigen::MatrixXd& path) {
    double top = -1e300;
    Eigen::VectorXd gradient(path.rows());
    for (Eigen::Index k = 0; k < path.cols(); ++k) top = std::max(top, surface->evaluate(path.col(k), gradient));
    return top;
  };
  Eigen::MatrixXd path = straight_path(*surface, initial_, final_, 9);
  separate_particles(*surface, path);
  const double straight = highest(path);
  EXPECT_GT(even_distances(*surface, path), 0);
  EXPECT_EQ(path.col(0), initial_);
  NebOptions o;
  o.images = 9;
  const auto linear = find_path(factory(), initial_, final_, o);
  o.initial_path = InitialPath::Idpp;
  const auto bent = find_path(factory(), initial_, final_, o);
  ASSERT_TRUE(linear.converged());
  ASSERT_TRUE(bent.converged());
  EXPECT_NEAR(bent.barrier, linear.barrier, 1e-6);
  // The atoms of the window have to give way; straight lines do not let them.
  EXPECT_LT(highest(path) - linear.saddle_energy, 0.8 * (straight - linear.saddle_energy));
}

TEST(Unevenness, HasTheSlopeOfItsDifferences) {
  for (const double d : {1.1, 2.5, 3.7})
    for (const double wanted : {1.9, 2.5, 3.0}) {
      const double h = 1e-6, slope = (unevenness(d + h, wanted).first - unevenness(d - h, wanted).first) / (2.0 * h);
      EXPECT_NEAR(unevenness(d, wanted).second, slope, 1e-8);
    }
  EXPECT_EQ(unevenness(2.0, 2.5).first, 0.25 / 16.0);
}

TEST_F(VacancyHop, EvenDistancesAreMetHalfWay) {
  const auto surface = make();
  Eigen::MatrixXd path = straight_path(*surface, initial_, final_, 9);
  even_distances(*surface, path);
  // Distances of the hopping atom half-way: the mean of those at the ends, as nearly as its neighbors let it.
  const Eigen::VectorXd middle = path.col(5), line = initial_ + 0.5 * md::displacement(*surface, initial_, final_);
  double bent = 0.0, straight = 0.0;
  for (Eigen::Index i = 3; i + 3 <= middle.size(); i += 3) {
    const auto apart = [&](const Eigen::VectorXd& x) {
      Eigen::VectorXd a = x;
      a.segment<3>(i) = x.head<3>();
      return surface->difference(x, a).segment<3>(i).norm();
    };
    const double wanted = 0.5 * (apart(path.col(0)) + apart(path.col(10)));
    if (wanted > 2.0) continue;
    const double weight = std::pow(wanted, -4);
    bent += weight * std::pow(apart(middle) - wanted, 2);
    straight += weight * std::pow(apart(line) - wanted, 2);
  }
  EXPECT_LT(bent, 0.7 * straight);
}

TEST_F(VacancyHop, AHopNeedsNoSeparation) {
  const auto surface = make();
  Eigen::MatrixXd path = straight_path(*surface, initial_, final_, 3);
  const Eigen::MatrixXd before = path;
  // The hopping atom squeezes through a window narrower than 0.9 of the shortest bond: only images
  // there move.
  EXPECT_LE(separate_particles(*surface, path), 1);
  EXPECT_EQ(path.col(1), before.col(1));
}

}  // namespace
}  // namespace landscape::neb
