#include "md/core/team.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>

#include "md/core/rng.hpp"
#include "md/potential/atomic_surface.hpp"

namespace landscape::md {
namespace {

TEST(Team, TakesEveryItemOnceAndFromWhoIsLateTheLastFirst) {
  constexpr std::size_t items = 12;
  for (const int threads : {1, 2, 3, 5}) {
    Claims claims;
    TeamBarrier barrier;
    claims.reset(items);
    std::vector<int> times(items, 0), taker(items, -1), owner(items, -1);
    std::vector<std::vector<std::size_t>> own_order(static_cast<std::size_t>(threads));
    int size = 0;
#pragma omp parallel num_threads(threads)
    {
      const Team team(barrier);
      team.lead([&] { size = team.size(); });
      team.share(items, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) owner[i] = team.index();
        team.take(claims, [&](std::size_t i) { return begin <= i && i < end; }, [&](std::size_t i, bool own) {
          if (team.index() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
          ++times[i];
          taker[i] = team.index();
          EXPECT_EQ(own, begin <= i && i < end);
          if (own) own_order[static_cast<std::size_t>(team.index())].push_back(i);
        });
      });
      EXPECT_EQ(std::accumulate(times.begin(), times.end(), 0), static_cast<int>(items)) << "someone went on before all was done";
    }
    ASSERT_EQ(size, threads);
    EXPECT_EQ(times, std::vector<int>(items, 1));
    for (const auto& order : own_order) EXPECT_TRUE(std::ranges::is_sorted(order));
    if (threads == 1) continue;
    // What others took of the late one lies at its end, and there is some: it needs 50 ms an item.
    const auto late = static_cast<std::size_t>(std::ranges::count(owner, 0));
    std::size_t kept = 0;
    while (kept < late && taker[kept] == 0) ++kept;
    EXPECT_LT(kept, late);
    for (std::size_t i = kept; i < late; ++i) EXPECT_NE(taker[i], 0);
  }
}

TEST(Team, WaitsAgainAndAgain) {
  TeamBarrier barrier;
  std::vector<int> count(3, 0);
  bool together = true;
#pragma omp parallel num_threads(3)
  {
    const Team team(barrier);
    for (int round = 1; round <= 2000; ++round) {
      ++count[static_cast<std::size_t>(team.index())];
      team.wait();
      for (int k = 0; k < team.size(); ++k)
        if (count[static_cast<std::size_t>(k)] != round) together = false;
      team.wait();
    }
  }
  EXPECT_TRUE(together);
}

// More threads than most machines have cores: chunks are taken from whoever has none, and the kept pairs of a chunk must lie where nobody else's do.
TEST(EamPotential, ManyThreadsDoNotChangeABitHoweverTheyAreHeldUp) {
  Configuration atoms;
  constexpr int edge = 16;
  atoms.cell = Cell(2.75 * edge * Eigen::Matrix3d::Identity());
  atoms.positions.resize(3, edge * edge * edge);
  CounterRng random(3, Stream::Velocities, 0);
  for (int i = 0; i < edge * edge * edge; ++i) {
    atoms.positions.col(i) = 2.75 * Eigen::Vector3d(i % edge, i / edge % edge, i / edge / edge);
    for (Eigen::Index d = 0; d < 3; ++d) atoms.positions(d, i) += 0.4 * (random.uniform() - 0.5);
    atoms.species.push_back(i % 3 == 0 ? "Zr" : "Cu");
  }
  const auto potential = open_potential("CuZr_mm.eam.fs");
  AtomicSurface one(potential, atoms, {.threads = 1}), seven(potential, atoms, {.threads = 7});
  Eigen::VectorXd x = one.gather(atoms.positions), a(x.size()), b(x.size());
  for (int call = 0; call < 25; ++call) {
    ASSERT_EQ(one.evaluate(x, a), seven.evaluate(x, b));
    ASSERT_EQ(a, b);
    x -= 1e-3 * a;
  }
}

}  // namespace
}  // namespace landscape::md
