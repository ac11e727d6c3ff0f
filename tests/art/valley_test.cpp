// The top of a valley: where softer modes than the one that leads there stand beside it, and where there is none.
#include "art/valley.hpp"

#include <gtest/gtest.h>

#include "tests/support/mueller_brown.hpp"

namespace landscape::art {
namespace {

/// ½ x² - cubic x³ / 3 along a bent valley, y = x², with a mode across that is a hundred times softer.
class BentValley final : public md::EnergySurface {
 public:
  explicit BentValley(double cubic) : cubic_(cubic) {}
  Eigen::Index dof() const override { return 2; }

 protected:
  double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& r, Eigen::Ref<Eigen::VectorXd> gradient) override {
    const double x = r[0], across = r[1] - x * x;
    gradient[0] = x - cubic_ * x * x - 2.0 * soft * across * x;
    gradient[1] = soft * across;
    return 0.5 * x * x - cubic_ * x * x * x / 3.0 + 0.5 * soft * across * across;
  }

 private:
  static constexpr double soft = 0.01;
  double cubic_;
};

TEST(ValleyTop, IsTheSaddleWhereAnotherModeIsSofter) {
  BentValley surface(1.0);
  const Eigen::Vector2d minimum(0.0, 0.0), uphill(2.0, 0.004);  // as far off as a softer mode allows
  const auto top = valley_top(surface, minimum, uphill, {.step = 0.15, .max_force = 1e-8});
  ASSERT_TRUE(top.has_value());
  EXPECT_NEAR((*top)[0], 1.0, 1e-4);
  EXPECT_NEAR((*top)[1], 1.0, 1e-3);
  // Backwards it rises for ever, and so it does without the cubic term.
  EXPECT_FALSE(valley_top(surface, minimum, -uphill, {.step = 0.15, .max_force = 1e-8}).has_value());
  BentValley harmonic(0.0);
  EXPECT_FALSE(valley_top(harmonic, minimum, uphill, {.step = 0.15, .max_force = 1e-8}).has_value());
}

TEST(ValleyTop, ShortensItsStepsWhereTheValleyEndsBehindTheTop) {
  test::MuellerBrown surface(0.01);
  const Eigen::VectorXd minimum = test::MuellerBrown::second.vector(), saddle = test::MuellerBrown::low_saddle.vector();
  ValleyOptions options{.step = 0.3, .max_force = 1e-7, .max_jump = 0.25};  // a step goes further than a jump
  const auto top = valley_top(surface, minimum, saddle - minimum, options);
  ASSERT_TRUE(top.has_value());
  EXPECT_LT((*top - saddle).norm(), 1e-3);
}

}  // namespace
}  // namespace landscape::art
