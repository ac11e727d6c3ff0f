/// The lowest modes by a Chebyshev-filtered block Krylov space.
#include <algorithm>
#include <cmath>

#include "md/core/error.hpp"
#include "md/core/lapack.hpp"
#include "md/core/rng.hpp"
#include "md/vibration/density_of_states.hpp"
#include "md/vibration/modes.hpp"

namespace landscape::md {

void LowestModesOptions::validate() const {
  if (count < 1)
    throw InputError(message("lowest modes: count is ", count, ", expected at least 1"));
  if (!(tolerance > 0.0))
    throw InputError(
        message("lowest modes: tolerance is ", tolerance, ", expected a positive number"));
  if (block < 1)
    throw InputError(message("lowest modes: block is ", block, ", expected at least 1"));
  if (max_products < 1)
    throw InputError(
        message("lowest modes: max_products is ", max_products, ", expected at least 1"));
  if (threads < 1)
    throw InputError(message("lowest modes: threads is ", threads, ", expected at least 1"));
}

namespace {

/// Below this many coordinates all modes cost less than a Krylov space.
constexpr Eigen::Index small_dof = 900;

/// The space that is built up, with the matrix's image of it.
class KrylovSpace {
 public:
  KrylovSpace(const Hessian& hessian, Weighting weighting, const LowestModesOptions& options)
      : hessian_(hessian),
        weighting_(weighting),
        options_(options),
        motions_(hessian.uniform_motions(weighting)) {
    bounds_ = spectrum_bounds(hessian, weighting, options.seed, options.threads);
    products_ = 40;
    const Eigen::Index room = hessian.dof() - motions_.cols();
    capacity_ = std::min<Eigen::Index>(room, 3 * options.count + 8 * options.block);
    basis_.resize(hessian.dof(), capacity_);
    image_.resize(hessian.dof(), capacity_);
    ritz_matrix_ = Eigen::MatrixXd::Zero(capacity_, capacity_);
    choose_filter();
  }

  /// New random directions, filtered, from draw `index` on.
  Eigen::MatrixXd random_block(std::uint64_t index) {
    Eigen::MatrixXd block(hessian_.dof(), options_.block);
    for (Eigen::Index k = 0; k < block.cols(); ++k)
      block.col(k) = CounterRng(options_.seed, Stream::Lanczos,
                                1 + index * static_cast<std::uint64_t>(options_.block) +
                                    static_cast<std::uint64_t>(k))
                         .normals(block.rows());
    return orthogonal(filtered(filtered(block)));
  }
  /// p(A) times the last block, orthogonal to the space.
  Eigen::MatrixXd next_block() { return orthogonal(filtered(last_)); }

  bool full_for(const Eigen::MatrixXd& block) const { return size_ + block.cols() > capacity_; }
  bool exhausted() const { return size_ >= hessian_.dof() - motions_.cols(); }

  void append(const Eigen::MatrixXd& block) {
    const Eigen::Index k = std::min(block.cols(), capacity_ - size_);
    last_ = block.leftCols(k);
    basis_.middleCols(size_, k) = last_;
    VectorBlock in = last_, out;
    hessian_.multiply(in, out, weighting_, options_.threads);
    products_ += k;
    image_.middleCols(size_, k) = out;
    size_ += k;
    const Eigen::MatrixXd columns = transposed_product(
        basis_.leftCols(size_), image_.middleCols(size_ - k, k), options_.threads);
    ritz_matrix_.block(0, size_ - k, size_, k) = columns;
    ritz_matrix_.block(size_ - k, 0, k, size_) = columns.transpose();
  }

  /// Keeps the lowest `kept` Ritz vectors alone.
  void compress(Eigen::Index kept) {
    const auto [values, vectors] = ritz();
    kept = std::min(kept, size_);
    basis_.leftCols(kept) =
        product(basis_.leftCols(size_), vectors.leftCols(kept), options_.threads);
    image_.leftCols(kept) =
        product(image_.leftCols(size_), vectors.leftCols(kept), options_.threads);
    ritz_matrix_.topLeftCorner(kept, kept) = values.head(kept).asDiagonal();
    size_ = kept;
  }

  struct Check {
    Eigen::VectorXd values;
    Eigen::MatrixXd vectors;
    Eigen::VectorXd residuals;
    int converged = 0;
  };
  /// Ritz pairs wanted, their residuals and how many from the lowest on are small enough.
  Check check() const {
    const auto [values, y] = ritz();
    const Eigen::Index count = std::min<Eigen::Index>(options_.count, size_);
    Check result;
    result.values = values.head(count);
    result.vectors = product(basis_.leftCols(size_), y.leftCols(count), options_.threads);
    const Eigen::MatrixXd image =
        product(image_.leftCols(size_), y.leftCols(count), options_.threads);
    result.residuals = (image - result.vectors * result.values.asDiagonal()).colwise().norm();
    const double scale = result.values.cwiseAbs().maxCoeff();
    while (result.converged < count &&
           result.residuals[result.converged] <= options_.tolerance * scale)
      ++result.converged;
    return result;
  }

  Eigen::Index size() const { return size_; }
  Eigen::Index motions() const { return motions_.cols(); }
  std::int64_t products() const { return products_; }

 private:
  std::pair<Eigen::VectorXd, Eigen::MatrixXd> ritz() const {
    Eigen::MatrixXd matrix = ritz_matrix_.topLeftCorner(size_, size_);
    Eigen::VectorXd values = symmetric_eigenpairs(matrix, options_.threads);
    return {std::move(values), std::move(matrix)};
  }

  /// The filter begins to damp where a rough density of states counts a quarter more modes than are
  /// wanted.
  void choose_filter() {
    DensityOfStatesOptions rough;
    rough.moments = 256;
    rough.vectors = 8;
    rough.seed = options_.seed;
    rough.threads = options_.threads;
    const auto dos = density_of_states(hessian_, weighting_, bounds_, rough);
    products_ += dos.products;
    const double wanted = 1.25 * options_.count + options_.block;
    cut_ = dos.eigenvalue_of_count(wanted);
    degree_ =
        std::clamp(static_cast<int>(std::lround(2.0 * std::sqrt(bounds_.highest / cut_))), 6, 120);
  }

  Eigen::MatrixXd filtered(const Eigen::MatrixXd& block) {
    const double center = 0.5 * (bounds_.highest + cut_), half = 0.5 * (bounds_.highest - cut_);
    VectorBlock before = block, now, next;
    project(before);
    hessian_.multiply(before, now, weighting_, options_.threads);
    now = (now - center * before) / half;
    for (int k = 1; k < degree_; ++k) {
      hessian_.multiply(now, next, weighting_, options_.threads);
      next = (2.0 / half) * (next - center * now) - before;
      before.swap(now);
      now.swap(next);
    }
    products_ += degree_ * block.cols();
    return now;
  }

  void project(VectorBlock& block) const {
    if (motions_.cols() > 0) block -= motions_ * (motions_.transpose() * block);
  }

  /// Orthonormal, and orthogonal to the space and the uniform motions; directions that are in the
  /// space already are dropped.
  Eigen::MatrixXd orthogonal(Eigen::MatrixXd block) const {
    for (Eigen::Index k = 0; k < block.cols(); ++k) block.col(k).normalize();
    Eigen::MatrixXd kept(block.rows(), block.cols());
    Eigen::Index count = 0;
    for (int pass = 0; pass < 2; ++pass) {
      block -= motions_ * (motions_.transpose() * block);
      if (size_ > 0)
        block -= product(basis_.leftCols(size_),
                         transposed_product(basis_.leftCols(size_), block, options_.threads),
                         options_.threads);
    }
    for (Eigen::Index k = 0; k < block.cols(); ++k) {
      Eigen::VectorXd v = block.col(k);
      const double before = v.norm();
      for (int pass = 0; pass < 2; ++pass)
        v -= kept.leftCols(count) * (kept.leftCols(count).transpose() * v);
      if (!(v.norm() > 1e-9 && v.norm() > 1e-10 * before)) continue;
      v.normalize();
      v -= motions_ * (motions_.transpose() * v);
      if (size_ > 0) v -= basis_.leftCols(size_) * (basis_.leftCols(size_).transpose() * v);
      v -= kept.leftCols(count) * (kept.leftCols(count).transpose() * v);
      kept.col(count++) = v.normalized();
    }
    kept.conservativeResize(Eigen::NoChange, count);
    return kept;
  }

  const Hessian& hessian_;
  Weighting weighting_;
  const LowestModesOptions& options_;
  Eigen::MatrixXd motions_;
  SpectrumBounds bounds_{};
  double cut_ = 0.0;
  int degree_ = 0;
  Eigen::Index capacity_ = 0, size_ = 0;
  Eigen::MatrixXd basis_, image_, ritz_matrix_, last_;
  std::int64_t products_ = 0;
};

LowestModes from_all_modes(const Hessian& hessian,
                           Weighting weighting,
                           const LowestModesOptions& options) {
  LowestModes result;
  result.modes = all_modes(hessian, weighting, ModeVectors::Keep, options.threads);
  const Eigen::Index count = std::min<Eigen::Index>(options.count, result.modes.eigenvalues.size());
  result.modes.eigenvalues = result.modes.eigenvalues.head(count).eval();
  result.modes.vectors = result.modes.vectors.leftCols(count).eval();
  VectorBlock in = result.modes.vectors, out;
  hessian.multiply(in, out, weighting, options.threads);
  for (Eigen::Index k = 0; k < count; ++k)
    result.largest_residual = std::max(
        result.largest_residual, (out.col(k) - result.modes.eigenvalues[k] * in.col(k)).norm());
  result.status = LowestModesStatus::Converged;
  return result;
}

}  // namespace

LowestModes lowest_modes(const Hessian& hessian,
                         Weighting weighting,
                         const LowestModesOptions& options,
                         const LowestModesObserver& observe) {
  options.validate();
  if (hessian.dof() <= small_dof || 4 * options.count >= hessian.dof())
    return from_all_modes(hessian, weighting, options);
  KrylovSpace space(hessian, weighting, options);
  std::uint64_t draws = 0;
  space.append(space.random_block(draws++));
  KrylovSpace::Check check;
  LowestModes result;
  Eigen::VectorXd confirmed;  // what the last test with new random vectors has to reproduce
  Eigen::Index next_check = options.count + options.block;
  while (true) {
    Eigen::MatrixXd block = space.next_block();
    if (block.cols() == 0) block = space.random_block(draws++);
    const bool full = space.full_for(block);
    if (full) space.compress(options.count + 4 * options.block);
    if (block.cols() > 0) space.append(block);
    bool finished = space.exhausted() || block.cols() == 0;
    if (finished || space.size() >= next_check || full) {
      check = space.check();
      next_check = space.size() + std::max<Eigen::Index>(options.block, space.size() / 8);
      if (full)
        next_check = options.count + 4 * options.block +
                     std::max<Eigen::Index>(4 * options.block, options.count / 2);
      if (check.converged == options.count) {
        const double scale = options.tolerance * check.values.cwiseAbs().maxCoeff();
        if (confirmed.size() == check.values.size() &&
            (confirmed - check.values).cwiseAbs().maxCoeff() <= scale)
          finished = true;
        confirmed = check.values;
        if (!finished) {
          if (space.full_for(block)) space.compress(options.count + 4 * options.block);
          space.append(space.random_block(draws++));
          next_check = space.size();  // at once, after one more step from the new vectors
        }
      }
    }
    const bool stop = observe && observe({check.converged, space.products()}) == Control::Stop;
    if (!finished && !stop && space.products() < options.max_products) continue;
    if (check.values.size() == 0) check = space.check();
    result.status = check.converged == options.count ? LowestModesStatus::Converged
                    : stop                           ? LowestModesStatus::StoppedByObserver
                                                     : LowestModesStatus::ProductLimit;
    break;
  }
  result.modes = {std::move(check.values), std::move(check.vectors), space.motions()};
  result.largest_residual = check.residuals.size() ? check.residuals.maxCoeff() : 0.0;
  result.products = space.products();
  return result;
}

}  // namespace landscape::md
