#include "md/vibration/boson_peak.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/core/units.hpp"

namespace landscape::md {

void BosonPeakOptions::validate() const {
  if (!(smoothing_mev > 0.0))
    throw InputError(
        message("boson peak: smoothing is ", smoothing_mev, " meV, expected a positive width"));
  if (!(step_mev > 0.0))
    throw InputError(message("boson peak: step is ", step_mev, " meV, expected a positive step"));
  if (bootstraps < 2)
    throw InputError(message("boson peak: bootstraps is ", bootstraps, ", expected at least 2"));
}

namespace {

/// Kernel of one mode on the grid, cut at five widths.
struct Kernel {
  Eigen::Index first = 0;
  Eigen::VectorXd values;
};

Kernel kernel_of(double energy, double width, const Eigen::VectorXd& grid) {
  const double step = grid[1] - grid[0];
  const auto index = [&](double e) {
    return static_cast<Eigen::Index>(std::lround((e - grid[0]) / step));
  };
  const Eigen::Index low = std::max<Eigen::Index>(0, index(energy - 5.0 * width));
  const Eigen::Index high = std::min(grid.size() - 1, index(energy + 5.0 * width));
  Kernel kernel{low, Eigen::VectorXd(std::max<Eigen::Index>(0, high - low + 1))};
  for (Eigen::Index k = 0; k < kernel.values.size(); ++k)
    kernel.values[k] = std::exp(-0.5 * std::pow((grid[low + k] - energy) / width, 2)) /
                       (std::sqrt(2.0 * std::numbers::pi) * width);
  return kernel;
}

/// Index of the highest inner maximum in [first, last], or -1.
Eigen::Index highest_maximum(const Eigen::VectorXd& y, Eigen::Index first, Eigen::Index last) {
  Eigen::Index best = -1;
  for (Eigen::Index k = std::max<Eigen::Index>(first, 1); k <= last && k + 1 < y.size(); ++k)
    if (y[k] > y[k - 1] && y[k] >= y[k + 1] && (best < 0 || y[k] > y[best])) best = k;
  return best;
}

double standard_deviation(const Eigen::VectorXd& v) {
  return v.size() < 2
             ? std::nan("")
             : std::sqrt((v.array() - v.mean()).square().sum() / static_cast<double>(v.size() - 1));
}

/// `resample(k)` is the density of bootstrap k on the grid.
BosonPeakResult analyze(const Eigen::VectorXd& grid,
                        const Eigen::VectorXd& density,
                        double width,
                        const BosonPeakOptions& options,
                        const std::function<Eigen::VectorXd(int)>& resample) {
  const Eigen::VectorXd squared = grid.cwiseProduct(grid);
  const double from = std::max(options.lowest_mev, 3.0 * width), to = 0.5 * grid[grid.size() - 1];
  const auto first = std::lower_bound(grid.begin(), grid.end(), from) - grid.begin();
  const auto last = std::upper_bound(grid.begin(), grid.end(), to) - grid.begin() - 1;
  BosonPeakResult out;
  out.density = {grid, density, Eigen::VectorXd::Zero(grid.size()), density.cwiseQuotient(squared),
                 {},   width};
  const double nan = std::nan("");
  out.peak = {nan, nan, nan, nan};
  const Eigen::Index top = highest_maximum(out.density.reduced, first, last);
  if (top >= 0) out.peak = {grid[top], nan, out.density.reduced[top], nan};
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(grid.size()), squares = sum;
  std::vector<double> positions, heights;
  for (int b = 0; b < options.bootstraps; ++b) {
    const Eigen::VectorXd g = resample(b);
    sum += g;
    squares += g.cwiseProduct(g);
    const Eigen::VectorXd reduced = g.cwiseQuotient(squared);
    if (const Eigen::Index at = highest_maximum(reduced, first, last); at >= 0) {
      positions.push_back(grid[at]);
      heights.push_back(reduced[at]);
    }
  }
  const double n = options.bootstraps;
  out.density.density_error =
      ((squares - sum.cwiseProduct(sum) / n).cwiseMax(0.0) / (n - 1.0)).cwiseSqrt();
  out.density.reduced_error = out.density.density_error.cwiseQuotient(squared);
  if (top >= 0 && positions.size() > 1) {
    out.peak.position_error_mev = standard_deviation(
        Eigen::Map<Eigen::VectorXd>(positions.data(), static_cast<Eigen::Index>(positions.size())));
    out.peak.height_error = standard_deviation(
        Eigen::Map<Eigen::VectorXd>(heights.data(), static_cast<Eigen::Index>(heights.size())));
  }
  return out;
}

Eigen::VectorXd grid_up_to(double top_mev, double step) {
  const auto points =
      std::max<Eigen::Index>(2, static_cast<Eigen::Index>(std::ceil(top_mev / step)));
  return Eigen::VectorXd::LinSpaced(points, step, step * static_cast<double>(points));
}

}  // namespace

int moments_for(double smoothing_mev, const SpectrumBounds& bounds) {
  const double top =
      units::thz * units::mev_per_thz * std::sqrt(bounds.highest - std::min(bounds.lowest, 0.0));
  return std::max(16, static_cast<int>(std::lround(0.5 * std::numbers::pi * top / smoothing_mev)));
}

BosonPeakResult boson_peak(const Eigen::Ref<const Eigen::VectorXd>& frequencies,
                           const BosonPeakOptions& options) {
  options.validate();
  LANDSCAPE_CHECK(frequencies.size() > 0);
  const Eigen::Index modes = frequencies.size();
  const double top = units::mev_per_thz * frequencies.maxCoeff();
  const Eigen::VectorXd grid =
      grid_up_to(std::max(top, options.step_mev) + 5.0 * options.smoothing_mev, options.step_mev);
  std::vector<Kernel> kernels;
  for (const double f : frequencies)
    kernels.push_back(kernel_of(units::mev_per_thz * f, options.smoothing_mev, grid));
  const auto sum_of = [&](auto&& pick) {
    Eigen::VectorXd g = Eigen::VectorXd::Zero(grid.size());
    for (Eigen::Index m = 0; m < modes; ++m) {
      const Kernel& kernel = kernels[static_cast<std::size_t>(pick(m))];
      if (kernel.values.size() > 0) g.segment(kernel.first, kernel.values.size()) += kernel.values;
    }
    return Eigen::VectorXd(g / static_cast<double>(modes));
  };
  return analyze(
      grid, sum_of([](Eigen::Index m) { return m; }), options.smoothing_mev, options, [&](int b) {
        CounterRng rng(options.seed, Stream::Bootstrap, static_cast<std::uint64_t>(b));
        return sum_of([&](Eigen::Index) { return rng.below(static_cast<std::uint64_t>(modes)); });
      });
}

BosonPeakResult boson_peak(const DensityOfStates& dos, const BosonPeakOptions& options) {
  options.validate();
  const Eigen::VectorXd grid = grid_up_to(units::mev_per_thz * dos.highest_thz(), options.step_mev);
  const Eigen::VectorXd frequencies = grid / units::mev_per_thz;
  const Eigen::Index vectors = dos.moments.cols();
  Eigen::MatrixXd single(grid.size(), vectors);
  for (Eigen::Index k = 0; k < vectors; ++k)
    single.col(k) =
        dos.density(frequencies, Eigen::VectorXd::Unit(vectors, k)) / units::mev_per_thz;
  return analyze(
      grid, single.rowwise().mean(), dos.resolution_thz() * units::mev_per_thz, options,
      [&](int b) {
        CounterRng rng(options.seed, Stream::Bootstrap, static_cast<std::uint64_t>(b));
        Eigen::VectorXd counts = Eigen::VectorXd::Zero(vectors);
        for (Eigen::Index k = 0; k < vectors; ++k)
          ++counts[static_cast<Eigen::Index>(rng.below(static_cast<std::uint64_t>(vectors)))];
        return Eigen::VectorXd(single * counts / static_cast<double>(vectors));
      });
}

}  // namespace landscape::md
