/// The Müller-Brown surface: two coordinates, three minima, two saddles, all known.
#pragma once

#include <array>
#include <cmath>
#include <memory>

#include "md/core/energy_surface.hpp"

namespace landscape::test {

/// A stationary point: coordinates and energy, as a surface with `energy_scale` 1 has it.
struct StationaryPoint {
  double x, y, energy;
  Eigen::VectorXd vector() const { return Eigen::Vector2d(x, y); }
};

/// K. Müller & L. D. Brown, Theor. Chim. Acta 53, 75 (1979), in the original units times
/// `energy_scale`.
///
/// The stationary points below are roots of the gradient found by Newton's method with 40 digits,
/// rounded to 16; they do not depend on the scale, their energies are proportional to it.
class MuellerBrown final : public md::EnergySurface {
 public:
  explicit MuellerBrown(double energy_scale = 1.0) : scale_(energy_scale) {}

  static constexpr StationaryPoint deepest{-0.5582236346330243, 1.441725841804669,
                                           -146.699517209954};
  static constexpr StationaryPoint second{0.6234994049308765, 0.02803775852868567,
                                          -108.1667241168524};
  /// The shallow minimum on the way between the two others.
  static constexpr StationaryPoint middle{-0.05001082299820606, 0.4666941048719721,
                                          -80.76781812965903};
  /// Between `deepest` and `middle`.
  static constexpr StationaryPoint high_saddle{-0.8220015587327321, 0.6243128028148714,
                                               -40.6648435086574};
  /// Between `middle` and `second`.
  static constexpr StationaryPoint low_saddle{0.212486582000662, 0.2929883251073678,
                                              -72.24894011232521};

  Eigen::Index dof() const override { return 2; }

 protected:
  double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x,
                     Eigen::Ref<Eigen::VectorXd> gradient) override {
    static constexpr std::array<double, 4> height{-200.0, -100.0, -170.0, 15.0};
    static constexpr std::array<double, 4> a{-1.0, -1.0, -6.5, 0.7};
    static constexpr std::array<double, 4> b{0.0, 0.0, 11.0, 0.6};
    static constexpr std::array<double, 4> c{-10.0, -10.0, -6.5, 0.7};
    static constexpr std::array<double, 4> x0{1.0, 0.0, -0.5, -1.0};
    static constexpr std::array<double, 4> y0{0.0, 0.5, 1.5, 1.0};
    double energy = 0.0;
    gradient.setZero();
    for (std::size_t k = 0; k < height.size(); ++k) {
      const double dx = x[0] - x0[k];
      const double dy = x[1] - y0[k];
      const double term =
          scale_ * height[k] * std::exp(a[k] * dx * dx + b[k] * dx * dy + c[k] * dy * dy);
      energy += term;
      gradient[0] += term * (2.0 * a[k] * dx + b[k] * dy);
      gradient[1] += term * (b[k] * dx + 2.0 * c[k] * dy);
    }
    return energy;
  }

 private:
  double scale_;
};

}  // namespace landscape::test
