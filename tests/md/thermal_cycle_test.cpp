#include "md/montecarlo/thermal_cycle.hpp"

#include <gtest/gtest.h>

#include "md/core/error.hpp"
#include "md/dynamics/random_lattice.hpp"

namespace landscape::md {
namespace {

Configuration alloy() {
  CounterRng types(1, Stream::Types, 0);
  return random_lattice(parse_composition("Cu2Zr1"), 108, *open_potential("CuZr_mm.eam.fs"), types, {});
}

ThermalCycleOptions quick() {
  ThermalCycleOptions o;
  o.cycles = 2;
  o.high_temperature_k = 900.0;
  o.low_temperature_k = 100.0;
  o.rate_k_per_s = 4e15;
  o.hold_high_ps = 0.1;
  o.hold_low_ps = 0.06;
  o.checkpoint_interval = 70;
  return o;
}

ThermalCycle run_of(const ThermalCycleOptions& o) { return {open_potential("CuZr_mm.eam.fs"), alloy(), o}; }

TEST(ThermalCycle, ClimbsToTheHighTemperatureAndEndsAtTheLowOne) {
  auto run = run_of(quick());
  EXPECT_EQ(run.cycle_steps(), 100 + 50 + 100 + 30);
  double highest = 0.0, lowest = 1e9;
  std::string phases;
  int ends = 0;
  while (!run.done()) {
    const bool ended = run.advance(1);
    const auto p = run.progress();
    highest = std::max(highest, p.set_point_k);
    lowest = std::min(lowest, p.set_point_k);
    if (phases.empty() || phases.back() != name(p.phase)[0]) phases += name(p.phase)[0];
    if (!ended) continue;
    ++ends;
    EXPECT_EQ(p.set_point_k, 100.0);
    EXPECT_EQ(run.cycles_done(), ends);
  }
  EXPECT_EQ(ends, 2);
  EXPECT_EQ(phases, "uhdluhdl");
  EXPECT_EQ(highest, 900.0);
  EXPECT_GE(lowest, 100.0);
  std::int64_t attempts = 0;
  for (const auto& c : run.swaps()) attempts += c.attempts;
  EXPECT_EQ(attempts, 10 * 2 * run.cycle_steps());
}

TEST(ThermalCycle, RestoredRunEqualsUninterruptedBitForBit) {
  auto one = run_of(quick());
  while (!one.done()) one.advance(1000);
  auto two = run_of(quick());
  two.advance(153);  // past the checkpoint at 140
  const auto saved = two.checkpoint();
  EXPECT_EQ(saved.dynamics.steps, 140);
  auto three = run_of(quick());
  three.restore(saved);
  while (!three.done()) three.advance(37);
  EXPECT_TRUE(one.dynamics().positions() == three.dynamics().positions());
  EXPECT_TRUE(one.dynamics().cell().matrix() == three.dynamics().cell().matrix());
  EXPECT_EQ(one.dynamics().configuration().species, three.dynamics().configuration().species);
  EXPECT_EQ(one.force_calls(), three.force_calls());
  ASSERT_EQ(one.swaps().size(), three.swaps().size());
  std::int64_t accepted = 0;
  for (std::size_t k = 0; k < one.swaps().size(); ++k) {
    EXPECT_EQ(one.swaps()[k].accepted, three.swaps()[k].accepted);
    accepted += one.swaps()[k].accepted;
  }
  EXPECT_GT(accepted, 0);
}

TEST(ThermalCycle, BuffersGivenBackMidwayChangeNothing) {
  auto one = run_of(quick());
  while (!one.done()) one.advance(1000);
  auto two = run_of(quick());
  EXPECT_FALSE(two.advance(153));  // with a list of earlier positions
  two.release_buffers();
  EXPECT_TRUE(two.advance(1000));  // with that of the cycle's end
  EXPECT_GT(two.dynamics().neighbors().pair_count(), 0u);
  two.release_buffers();
  EXPECT_EQ(two.dynamics().neighbors().pair_count(), 0u);
  while (!two.done()) two.advance(1000);
  EXPECT_TRUE(one.dynamics().positions() == two.dynamics().positions());
  EXPECT_EQ(one.dynamics().configuration().species, two.dynamics().configuration().species);
  EXPECT_EQ(one.dynamics().potential_energy(), two.dynamics().potential_energy());
}

TEST(ThermalCycle, IntervalGathersTheSameNumberOfAttempts) {
  auto o = quick();
  o.swap_interval = 7;
  o.cycles = 1;
  auto run = run_of(o);
  while (!run.done()) run.advance(1000);
  std::int64_t attempts = 0;
  for (const auto& c : run.swaps()) attempts += c.attempts;
  EXPECT_EQ(attempts, 70 * (run.cycle_steps() / 7));
}

TEST(ThermalCycle, StoppedWithinTheLastSweepItIsNotDone) {
  auto o = quick();
  o.cycles = 1;
  o.swap_interval = static_cast<int>(run_of(o).cycle_steps());
  auto run = run_of(o);
  run.advance(run.cycle_steps() - 1);
  EXPECT_FALSE(run.advance(1, [] { return true; }));
  EXPECT_FALSE(run.done());
  EXPECT_THROW(run.advance(1), InvariantError);
  run.restore(ThermalCycleState(run.checkpoint()));
  EXPECT_TRUE(run.advance(1000));
  EXPECT_TRUE(run.done());
}

TEST(ThermalCycle, ConstantTemperatureNeedsALength) {
  auto o = quick();
  o.low_temperature_k = o.high_temperature_k;
  o.hold_low_ps = 0.0;
  EXPECT_NO_THROW(o.validate());
  o.hold_high_ps = 0.0;
  EXPECT_THROW(o.validate(), InputError);
  o.hold_high_ps = 1e-13;  // no whole step
  EXPECT_THROW(o.validate(), InputError);
}

TEST(ThermalCycle, SaysThatTheSampleBoilsAlsoAfterRestoring) {
  auto o = quick();
  o.high_temperature_k = 70000.0;
  o.rate_k_per_s = 1e16;
  o.swaps_per_step = 0;
  auto run = run_of(o);
  run.advance(70);
  auto restored = run_of(o);
  restored.restore(run.checkpoint());
  try {
    while (!restored.done()) restored.advance(1000);
    FAIL() << "ended as a gas of " << restored.progress().volume << " Å³";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("boils"), std::string::npos) << error.what();
  }
}

TEST(ThermalCycle, RampOfNoStepsIsRefusedWithTheLargestRate) {
  auto o = quick();
  o.rate_k_per_s = 4e16;  // 800 K in 20 fs
  EXPECT_NO_THROW(o.validate());
  o.rate_k_per_s = 1e30;
  try {
    o.validate();
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("the largest rate is 4e+16 K/s"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace landscape::md
