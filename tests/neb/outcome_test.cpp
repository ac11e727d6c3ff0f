/// How a search for a path ends when it does not end well, and that threads do not matter.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "md/core/error.hpp"
#include "neb/neb.hpp"
#include "tests/support/mueller_brown.hpp"

namespace landscape::neb {
namespace {

using test::MuellerBrown;

const SurfaceFactory scaled_surface = [] { return std::make_unique<MuellerBrown>(0.01); };
const Eigen::VectorXd a = MuellerBrown::deepest.vector();
const Eigen::VectorXd b = MuellerBrown::middle.vector();

/// Refuses a half-plane, as a potential refuses atoms that are too close.
class Fenced final : public md::EnergySurface {
 public:
  Fenced(double limit, std::atomic<int>* refusals = nullptr) : limit_(limit), refusals_(refusals) {}
  Eigen::Index dof() const override { return 2; }

 protected:
  double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x,
                     Eigen::Ref<Eigen::VectorXd> gradient) override {
    if (x[0] < limit_ && refusals_) ++*refusals_;
    if (x[0] < limit_) throw md::InputError(md::message("beyond the fence at ", x[0]));
    return mb_.evaluate(x, gradient);
  }

 private:
  MuellerBrown mb_{0.01};
  double limit_;
  std::atomic<int>* refusals_;
};

TEST(IterationLimit, IsReportedWithWhatIsKnown) {
  NebOptions o;
  o.images = 11;
  o.max_iterations = 3;
  const auto path = find_path(scaled_surface, a, b, o);
  EXPECT_EQ(path.status, NebStatus::IterationLimit);
  EXPECT_FALSE(path.converged());
  EXPECT_EQ(path.iterations, 3);
  EXPECT_EQ(path.force_calls, 13 + 3 * 11);
  EXPECT_EQ(path.images.size(), 13U);
  EXPECT_FALSE(path.climbing);
  ASSERT_TRUE(path.saddle_index.has_value());
  EXPECT_GT(path.path_max_force, o.path_max_force);
  EXPECT_GT(path.saddle_max_force, o.max_force);
}

TEST(Observer, StopsTheSearchAndSeesEveryIteration) {
  int seen = 0;
  const auto path = find_path(scaled_surface, a, b, {}, [&](const NebProgress& p) {
    EXPECT_EQ(p.iteration, seen++);
    return seen == 5 ? md::Control::Stop : md::Control::Continue;
  });
  EXPECT_EQ(path.status, NebStatus::StoppedByObserver);
  EXPECT_EQ(seen, 5);
}

TEST(Endpoints, ThatAreOneConfigurationAreNotConnected) {
  const auto path = find_path(scaled_surface, a, a + Eigen::Vector2d(0.06, 0.06));
  EXPECT_EQ(path.status, NebStatus::SameEndpoints);
  EXPECT_EQ(path.force_calls, 2);
  EXPECT_FALSE(path.saddle_index.has_value());
  EXPECT_TRUE(std::isnan(path.barrier));
  EXPECT_TRUE(path.endpoints_unrelaxed);
}

TEST(Endpoints, ThatAreNoMinimaAreReported) {
  NebOptions o;
  o.images = 11;
  o.max_iterations = 400;
  // A point on the slope above the deepest minimum: all the way down there is no saddle.
  const auto path = find_path(scaled_surface, a + Eigen::Vector2d(0.15, -0.15), a, o);
  EXPECT_EQ(path.status, NebStatus::NoBarrier) << to_string(path.status);
  EXPECT_TRUE(path.endpoints_unrelaxed);
  EXPECT_GT(path.endpoint_max_force, 1e-2);
}

TEST(Threads, DoNotChangeABit) {
  NebOptions one, four;
  one.images = four.images = 11;
  four.threads = 4;
  const auto p = find_path(scaled_surface, a, b, one);
  const auto q = find_path(scaled_surface, a, b, four);
  ASSERT_TRUE(p.converged());
  EXPECT_EQ(p.iterations, q.iterations);
  EXPECT_EQ(p.images, q.images);
  EXPECT_EQ(p.energies, q.energies);
  EXPECT_EQ(p.tangent, q.tangent);
}

TEST(Errors, OfASurfaceReachTheCallerFromAnyThread) {
  const SurfaceFactory fenced = [] { return std::make_unique<Fenced>(-0.3); };
  NebOptions o;
  o.images = 11;
  o.threads = 4;
  EXPECT_THROW((void)find_path(fenced, a, b, o), md::InputError);
}

TEST(Errors, OfTooLongAStepAreSteppedBackFrom) {
  // The band overshoots to x = -0.9494 on its way to -0.9485.
  std::atomic<int> refusals = 0;
  const SurfaceFactory fenced = [&] { return std::make_unique<Fenced>(-0.949, &refusals); };
  NebOptions o;
  o.images = 11;
  o.max_iterations = 1000;
  const auto path = find_path(fenced, a, b, o);
  ASSERT_EQ(path.status, NebStatus::Converged);
  EXPECT_NEAR(path.saddle_energy, 0.01 * MuellerBrown::high_saddle.energy, 1e-6);
  EXPECT_GT(refusals.load(), 0);
}

TEST(InitialPath, ThatIsConvergedNeedsFewIterations) {
  NebOptions o;
  o.images = 11;
  const auto path = find_path(scaled_surface, a, b, o);
  ASSERT_TRUE(path.converged());
  const auto again = find_path(scaled_surface, path.images, o);
  EXPECT_EQ(again.status, NebStatus::Converged);
  EXPECT_LT(again.iterations, 5);
  EXPECT_NEAR(again.barrier, path.barrier, 1e-7);
}

TEST(Input, IsRefusedByName) {
  const auto text_of = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const md::InputError& e) {
      return e.what();
    }
    return "nothing thrown";
  };
  NebOptions o;
  o.spring_constant = -1.0;
  EXPECT_NE(text_of([&] { o.validate(); }).find("spring_constant"), std::string::npos);
  NebOptions none;
  none.images = 0;
  EXPECT_NE(text_of([&] { (void)find_path(scaled_surface, a, b, none); }).find("images"),
            std::string::npos);
  const Eigen::VectorXd longer = Eigen::VectorXd::Zero(3);
  EXPECT_NE(text_of([&] { (void)find_path(scaled_surface, a, longer); }).find("last endpoint"),
            std::string::npos);
  Eigen::VectorXd broken = a;
  broken[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NE(text_of([&] { (void)find_path(scaled_surface, broken, b); }).find("first endpoint"),
            std::string::npos);
  EXPECT_NE(text_of([&] {
              (void)find_path(scaled_surface, std::vector<Eigen::VectorXd>{a, b});
            }).find("at least 3"),
            std::string::npos);
}

}  // namespace
}  // namespace landscape::neb
