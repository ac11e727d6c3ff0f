#include "md/vibration/density_of_states.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/core/units.hpp"

namespace landscape::md {

void DensityOfStatesOptions::validate() const {
  if (moments < 16)
    throw InputError(message("density of states: moments is ", moments, ", expected at least 16"));
  if (vectors < 2)
    throw InputError(message("density of states: vectors is ", vectors, ", expected at least 2"));
  if (threads < 1)
    throw InputError(message("density of states: threads is ", threads, ", expected at least 1"));
}

namespace {

constexpr int block_width = 8;  ///< vectors taken together

/// Random signs, orthogonal to the motions: <r|f(A)|r> has the trace as its mean and a small
/// scatter.
VectorBlock random_signs(
    Eigen::Index rows, int columns, int first, const Eigen::MatrixXd& motions, std::uint64_t seed) {
  VectorBlock block(rows, columns);
  for (int k = 0; k < columns; ++k) {
    CounterRng rng(seed, Stream::Trace, static_cast<std::uint64_t>(first + k));
    for (Eigen::Index i = 0; i < rows; ++i) block(i, k) = rng.uniform() < 0.5 ? -1.0 : 1.0;
  }
  if (motions.cols() > 0) block -= motions * (motions.transpose() * block);
  return block;
}

/// Moments of the vectors of a block. @return false where one exceeds the bound that all
/// eigenvalues inside the interval keep.
bool block_moments(const Hessian& hessian,
                   Weighting weighting,
                   const VectorBlock& start,
                   double lowest,
                   double highest,
                   int threads,
                   Eigen::Ref<Eigen::MatrixXd> moments) {
  const double center = 0.5 * (highest + lowest), half = 0.5 * (highest - lowest);
  const auto count = moments.rows();
  const auto dots = [](const VectorBlock& a, const VectorBlock& b) {
    return a.cwiseProduct(b).colwise().sum().eval();
  };
  VectorBlock before = start, now, next;
  hessian.multiply(before, now, weighting, threads);
  now = (now - center * before) / half;
  const Eigen::RowVectorXd norm = dots(start, start), first = dots(start, now);
  moments.row(0) = norm;
  moments.row(1) = first;
  for (Eigen::Index n = 1; 2 * n < count; ++n) {
    moments.row(2 * n) = 2.0 * dots(now, now) - norm;
    if (2 * n + 1 >= count) break;
    hessian.multiply(now, next, weighting, threads);
    next = (2.0 / half) * (next - center * now) - before;
    moments.row(2 * n + 1) = 2.0 * dots(next, now) - first;
    before.swap(now);
    now.swap(next);
  }
  for (Eigen::Index k = 0; k < moments.cols(); ++k) {
    if (!(moments.col(k).cwiseAbs().maxCoeff() <= norm[k] * (1.0 + 1e-6))) return false;
    moments.col(k) /= norm[k];
  }
  return true;
}

/// Jackson's factor of moment n of m. Eq. (71).
double jackson(Eigen::Index n, Eigen::Index m) {
  const double q = std::numbers::pi / static_cast<double>(m + 1), k = static_cast<double>(n);
  return ((static_cast<double>(m + 1) - k) * std::cos(q * k) + std::sin(q * k) / std::tan(q)) /
         static_cast<double>(m + 1);
}

}  // namespace

DensityOfStates density_of_states(const Hessian& hessian,
                                  Weighting weighting,
                                  const SpectrumBounds& bounds,
                                  const DensityOfStatesOptions& options,
                                  const DensityOfStatesObserver& observe) {
  options.validate();
  const Eigen::MatrixXd motions = hessian.uniform_motions(weighting);
  DensityOfStates out;
  out.highest = bounds.highest;
  out.lowest = bounds.lowest < -1e-9 * bounds.highest ? bounds.lowest : 0.0;
  out.modes = hessian.dof() - motions.cols();
  out.moments.resize(options.moments, options.vectors);
  int done = 0;
  while (done < options.vectors) {
    const int width = std::min(block_width, options.vectors - done);
    const VectorBlock start = random_signs(hessian.dof(), width, done, motions, options.seed);
    out.products += width * (options.moments / 2);
    if (!block_moments(hessian, weighting, start, out.lowest, out.highest, options.threads,
                       out.moments.middleCols(done, width))) {
      LANDSCAPE_CHECK(out.lowest > -2.0 * out.highest);
      out.lowest = std::min(10.0 * out.lowest, -1e-4 * out.highest);
      done = 0;
      continue;
    }
    done += width;
    if (observe && observe(done, options.vectors) == Control::Stop) break;
  }
  out.complete = done == options.vectors;
  out.moments.conservativeResize(Eigen::NoChange, done);
  return out;
}

double DensityOfStates::highest_thz() const {
  return units::thz * std::sqrt(highest);
}

double DensityOfStates::resolution_thz() const {
  return 0.5 * std::numbers::pi * units::thz * std::sqrt(highest - lowest) /
         static_cast<double>(moments.rows());
}

Eigen::VectorXd DensityOfStates::density(const Eigen::Ref<const Eigen::VectorXd>& frequencies,
                                         const Eigen::Ref<const Eigen::VectorXd>& weights) const {
  const Eigen::Index m = moments.rows();
  Eigen::VectorXd mean = moments * weights / weights.sum();
  for (Eigen::Index n = 0; n < m; ++n) mean[n] *= (n == 0 ? 1.0 : 2.0) * jackson(n, m);
  Eigen::VectorXd g = Eigen::VectorXd::Zero(frequencies.size());
  const double half = 0.5 * (highest - lowest);
  for (Eigen::Index k = 0; k < g.size(); ++k) {
    const double w = frequencies[k] / units::thz, x = (w * w - lowest) / half - 1.0;
    if (!(x > -1.0 && x < 1.0)) {
      // At ω = 0 without imaginary modes sqrt(1 - x²) cancels against dλ = 2 ω dω: the limit is
      // finite.
      if (w != 0.0 || lowest < 0.0) continue;
    }
    const double theta = std::acos(std::clamp(x, -1.0, 1.0));
    double sum = 0.0;
    for (Eigen::Index n = 0; n < m; ++n) sum += mean[n] * std::cos(static_cast<double>(n) * theta);
    // dx/dω / sqrt(1 - x²), with 1 - x² = (λ - lowest)(highest - λ)/half²
    const double jacobian = lowest < 0.0 ? 2.0 * w / std::sqrt((w * w - lowest) * (highest - w * w))
                                         : 2.0 / std::sqrt(highest - w * w);
    g[k] = sum * jacobian / (std::numbers::pi * units::thz);
  }
  return g;
}

Eigen::VectorXd DensityOfStates::density_error(
    const Eigen::Ref<const Eigen::VectorXd>& frequencies) const {
  const Eigen::Index vectors = moments.cols();
  Eigen::MatrixXd single(frequencies.size(), vectors);
  for (Eigen::Index k = 0; k < vectors; ++k)
    single.col(k) = density(frequencies, Eigen::VectorXd::Unit(vectors, k));
  const Eigen::VectorXd mean = single.rowwise().mean();
  const auto n = static_cast<double>(vectors);
  return ((single.colwise() - mean).rowwise().squaredNorm() / (n * (n - 1.0))).cwiseSqrt();
}

double DensityOfStates::eigenvalue_of_count(double count) const {
  constexpr int points = 2000;
  const double top = highest_thz(), step = top / points;
  const Eigen::VectorXd frequencies =
      Eigen::VectorXd::LinSpaced(points, 0.5 * step, top - 0.5 * step);
  const Eigen::VectorXd g = density(frequencies, Eigen::VectorXd::Ones(moments.cols()));
  double below = 0.0;
  for (Eigen::Index k = 0; k < points; ++k) {
    below += g[k] * step * static_cast<double>(modes);
    if (below >= count) return std::pow(frequencies[k] / units::thz, 2);
  }
  return highest;
}

}  // namespace landscape::md
