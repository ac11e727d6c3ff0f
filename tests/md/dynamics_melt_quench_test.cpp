#include <gtest/gtest.h>

#include <functional>

#include "md/core/error.hpp"
#include "md/dynamics/melt_quench.hpp"

namespace landscape::md {
namespace {

/// 54 atoms through 1.2 ps: enough to pass all phases and both barostats.
MeltQuenchOptions quick() {
  MeltQuenchOptions o;
  o.composition = "Cu64Zr36";
  o.atoms = 54;
  o.melt_temperature_k = 2500.0;
  o.settle_ps = 0.2;
  o.melt_ps = 0.3;
  o.rate_k_per_s = 3e15;
  o.seed = 7;
  o.checkpoint_interval = 100;
  return o;
}

MeltQuench start(const MeltQuenchOptions& options) {
  return MeltQuench(open_potential("zhou2004"), options);
}

TEST(MeltQuench, KnowsItsStepsAndReachesTheEndTemperature) {
  MeltQuenchOptions slower = quick();
  slower.rate_k_per_s = 5e14;  // at 3e15 the thermostat lags by 300 K
  MeltQuench run = start(slower);
  const auto first = run.progress();
  EXPECT_EQ(first.steps_total, 100 + 150 + 2499);  // (2500 - 1) K / 5e14 K/s = 4.998 ps
  EXPECT_EQ(first.phase, MeltQuenchPhase::Settle);
  EXPECT_FALSE(run.advance(100));
  EXPECT_EQ(run.progress().phase, MeltQuenchPhase::Melt);
  EXPECT_EQ(run.dynamics().ensemble(), Ensemble::Nvt);
  EXPECT_FALSE(run.advance(151));
  EXPECT_EQ(run.progress().phase, MeltQuenchPhase::Quench);
  EXPECT_EQ(run.dynamics().ensemble(), Ensemble::NptIsotropic);
  EXPECT_TRUE(run.advance(1000000));
  const auto last = run.progress();
  EXPECT_EQ(last.steps_done, last.steps_total);
  EXPECT_EQ(last.set_point_k, 1.0);
  EXPECT_LT(last.temperature_k, 50.0);
  EXPECT_LT(last.potential_energy, first.potential_energy);
  EXPECT_EQ(run.dynamics().ensemble(), Ensemble::NptFlexible);
  const Configuration glass = run.configuration();
  EXPECT_EQ(glass.composition(), "Cu35Zr19");
  EXPECT_TRUE(run.advance(1));
  EXPECT_EQ(run.progress().steps_done, last.steps_total);
}

TEST(MeltQuench, RestoredFromAnyCheckpointEndsBitForBitTheSame) {
  MeltQuench whole = start(quick());
  whole.advance(1000000);
  for (const std::int64_t stop : {30, 130, 251, 617}) {  // in every phase, off the checkpoints
    MeltQuench first = start(quick());
    first.advance(stop);
    const DynamicsState saved = first.checkpoint();
    EXPECT_EQ(saved.steps, stop / 100 * 100);
    MeltQuench second = start(quick());
    second.restore(saved);
    while (!second.advance(77)) continue;
    EXPECT_TRUE(second.configuration().positions == whole.configuration().positions) << stop;
    EXPECT_TRUE(second.configuration().velocities == whole.configuration().velocities) << stop;
    EXPECT_TRUE(second.configuration().cell.matrix() == whole.configuration().cell.matrix())
        << stop;
  }
}

TEST(MeltQuench, DifferentSeedsGiveDifferentGlasses) {
  MeltQuenchOptions other = quick();
  other.seed = 8;
  EXPECT_NE(start(quick()).configuration().species, start(other).configuration().species);
}

TEST(MeltQuench, RefusesBadOptions) {
  const auto throws = [](const std::function<void(MeltQuenchOptions&)>& change) {
    MeltQuenchOptions o = quick();
    change(o);
    EXPECT_THROW(start(o), InputError);
  };
  throws([](MeltQuenchOptions& o) { o.rate_k_per_s = 0.0; });
  throws([](MeltQuenchOptions& o) { o.rate_k_per_s = 1e-5; });
  throws([](MeltQuenchOptions& o) { o.rate_k_per_s = 1e30; });  // a quench of no steps
  throws([](MeltQuenchOptions& o) { o.end_temperature_k = 3000.0; });
  throws([](MeltQuenchOptions& o) { o.end_temperature_k = 0.0; });
  throws([](MeltQuenchOptions& o) { o.atoms = 1; });
  throws([](MeltQuenchOptions& o) { o.composition = "Cu64Xx36"; });
  throws([](MeltQuenchOptions& o) { o.composition = "?"; });
  throws([](MeltQuenchOptions& o) { o.dt_ps = -0.002; });
  throws([](MeltQuenchOptions& o) { o.threads = 0; });
  throws([](MeltQuenchOptions& o) { o.checkpoint_interval = 0; });
  MeltQuench run = start(quick());
  DynamicsState late = run.checkpoint();
  late.steps = 5000;
  EXPECT_THROW(run.restore(late), InputError);
}

TEST(MeltQuench, SaysThatTheMeltBoilsOrTheStepIsTooLong) {
  MeltQuenchOptions hot = quick();
  hot.composition = "Ar";
  hot.melt_temperature_k = 1000.0;  // eight times the well depth
  hot.melt_ps = 20.0;
  MeltQuench boiling(open_potential("lj:epsilon=0.0104,sigma=3.4,cutoff=7.5"), hot);
  EXPECT_THROW(boiling.advance(1000000), InputError);
  MeltQuenchOptions coarse = quick();
  coarse.dt_ps = 0.03;
  coarse.settle_ps = 5.0;
  MeltQuench unstable = start(coarse);
  EXPECT_THROW(unstable.advance(1000000), InputError);
}

}  // namespace
}  // namespace landscape::md
