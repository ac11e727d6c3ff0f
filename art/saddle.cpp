#include "art/saddle.hpp"

#include <algorithm>
#include <cmath>

#include "art/inertia.hpp"
#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/minimize/quasi_newton.hpp"

namespace landscape::art {

using Eigen::MatrixXd;
using Eigen::VectorXd;

void ApproachOptions::validate() const {
  const auto positive = [](const char* field, double value) {
    if (!(value > 0.0)) throw md::InputError(md::message("approach: ", field, " is ", value, ", expected a positive number"));
  };
  positive("max_force", max_force);
  positive("max_iterations", max_iterations);
  positive("max_step", max_step);
  positive("max_climb", max_climb);
  positive("least_curvature", least_curvature);
  positive("max_energy", max_energy);
  positive("steady_refresh", steady_refresh);
  positive("steady", steady);
  positive("lost_refresh", lost_refresh);
  positive("memory", memory);
  positive("initial_curvature", initial_curvature);
  lanczos.validate();
}

void ProofOptions::validate() const {
  const auto positive = [](const char* field, double value) {
    if (!(value > 0.0)) throw md::InputError(md::message("proof: ", field, " is ", value, ", expected a positive number"));
  };
  if (inertia_atoms < 0) throw md::InputError(md::message("proof: inertia_atoms is ", inertia_atoms, ", expected at least 0"));
  if (max_vectors < 2) throw md::InputError(md::message("proof: max_vectors is ", max_vectors, ", expected at least 2"));
  positive("tolerance", tolerance);
  positive("delta", delta);
  positive("relative_residual", relative_residual);
}

ApproachResult approach_saddle(md::EnergySurface& surface, const Eigen::Ref<const VectorXd>& start,
                               const Eigen::Ref<const VectorXd>& first_mode, double floor,
                               const ApproachOptions& options, const ApproachObserver& observe, const ModeSource& cheap) {
  options.validate();
  const double before = surface.work();
  const Eigen::Index block = surface.block();
  const MatrixXd none(start.size(), 0);
  ApproachResult r;
  r.x = start;
  r.mode = first_mode.normalized();
  r.gradient.resize(start.size());
  r.energy = surface.evaluate(r.x, r.gradient);
  md::QuasiNewton model(options.memory, options.initial_curvature);
  VectorXd across(start.size()), next(start.size());
  int positive = 0;
  double turned = 1.0;  // overlap of the mode with that of the iteration before
  double limit = options.max_step;
  for (r.iterations = 0;; ++r.iterations) {
    r.max_force = md::max_norm(r.gradient, block);
    if (!std::isfinite(r.energy) || !std::isfinite(r.max_force)) {
      r.status = ApproachStatus::Failed;
      break;
    }
    // A converged force always has a fresh mode.
    const bool near = r.max_force <= options.max_force;
    const bool lost = !(r.curvature < 0.0) && positive % options.lost_refresh == 0;
    if (near || lost || turned < options.steady || r.iterations % options.steady_refresh == 0) {
      md::LanczosOptions lanczos = options.lanczos;
      if (r.iterations == 0) lanczos.max_vectors = 2 * lanczos.max_vectors;
      lanczos.residual = std::max(0.02, std::min(lanczos.residual, 0.1 * std::abs(r.curvature)));
      if (std::isnan(r.curvature)) lanczos.residual = options.lanczos.residual;
      const double mark = surface.work();
      md::LowestMode mode;
      if (cheap && !near) mode = cheap(r.x, r.mode, lanczos);
      if (!(mode.curvature < 0.0)) mode = md::lowest_mode(surface, r.x, r.gradient, r.mode, lanczos, none);
      r.lanczos_calls += surface.work() - mark;
      const double overlap = mode.vector.dot(r.mode);
      if (overlap < 0.0) mode.vector = -mode.vector;
      turned = std::abs(overlap);
      if (turned < 0.9) model.forget();  // the model was of another surface
      r.mode = mode.vector;
      r.curvature = mode.curvature;
    }
    if (near && r.curvature < 0.0) {
      r.status = ApproachStatus::Converged;
      break;
    }
    positive = r.curvature < 0.0 ? 0 : positive + 1;
    if (positive > options.patience || (near && r.curvature >= 0.0)) {
      r.status = ApproachStatus::ModeLost;
      break;
    }
    if (r.energy - floor > options.max_energy) {
      r.status = ApproachStatus::TooHigh;
      break;
    }
    if (r.iterations >= options.max_iterations) {
      r.status = ApproachStatus::IterationLimit;
      break;
    }
    if (observe && observe({r.x, r.energy, r.max_force, r.curvature}) == md::Control::Stop) {
      r.status = ApproachStatus::Recognized;
      break;
    }
    // Along the mode uphill: Newton's step where the curvature is negative, else as far as allowed.
    const double along = r.gradient.dot(r.mode);
    double climb = along >= 0.0 ? options.max_climb : -options.max_climb;
    if (r.curvature < 0.0)
      climb = std::clamp(along / std::max(-r.curvature, options.least_curvature), -options.max_climb, options.max_climb);
    across = r.gradient - along * r.mode;
    VectorXd step = model.step(across);
    step += (climb - step.dot(r.mode)) * r.mode;
    const double longest = md::max_norm(step, block);
    if (longest > limit) step *= limit / longest;
    next.resize(r.x.size());
    const VectorXd x_next = r.x + step;
    const double energy = surface.evaluate(x_next, next);
    const double force = md::max_norm(next, block);
    step -= step.dot(r.mode) * r.mode;
    model.learn(step, next - next.dot(r.mode) * r.mode - across);
    // Trust shrinks where the residual grows much, and recovers.
    limit = force > 2.0 * r.max_force && force > 0.5 ? std::max(0.02, 0.5 * limit) : std::min(options.max_step, 1.5 * limit);
    r.x = x_next;
    r.gradient.swap(next);
    r.energy = energy;
  }
  r.force_calls = surface.work() - before;
  return r;
}

const char* name(ProofMethod method) { return method == ProofMethod::Inertia ? "inertia" : "lanczos"; }

IndexProof prove_index(md::EnergySurface& surface, const Eigen::Ref<const VectorXd>& x,
                       const Eigen::Ref<const VectorXd>& gradient, const Eigen::Ref<const VectorXd>& mode,
                       const ProofOptions& options) {
  options.validate();
  const MatrixXd none(x.size(), 0);
  // Without exact products found by forward differences at half the cost, then without their error of first order. A smaller delta would make more of the force
  // jumps of truncated potentials.
  md::LanczosOptions lanczos{.max_vectors = options.max_vectors, .delta = options.delta, .residual = 0.005, .relative_residual = 0.01};
  IndexProof proof;
  md::LowestMode first = md::lowest_mode(surface, x, gradient, mode, lanczos, none);
  int first_vectors = first.vectors;
  lanczos.difference = md::Difference::Central;
  const bool exact = surface.expand(x);
  if (!exact) {
    first = md::lowest_mode(surface, x, gradient, first.vector, lanczos, none);
    first_vectors += first.vectors;
  }
  proof.first = first.curvature;
  proof.mode = first.vector;
  if (!first.converged) {
    proof.method = md::message("Lanczos did not converge in ", first_vectors, " vectors");
    return proof;
  }
  if (x.size() == 1 || md::uniform_motions(surface, x).cols() + 1 >= x.size()) {
    proof.negative_eigenvalues = first.curvature < -options.tolerance ? 1 : 0;
    proof.method = "Lanczos, complete";
    return proof;
  }
  if (const auto* atoms = dynamic_cast<const md::AtomicSurface*>(&surface);
      atoms && static_cast<int>(atoms->free_atoms().size()) <= options.inertia_atoms) {
    const Inertia inertia = count_below(*atoms, x, options.tolerance);
    proof.kind = ProofMethod::Inertia;
    proof.second = inertia.second;
    proof.negative_eigenvalues = static_cast<int>(inertia.below);
    proof.extra_calls = inertia.calls;
    proof.method = md::message("inertia of the ", x.size(), " x ", x.size(), " Hessian");
    return proof;
  }
  // A start without preference: the lowest mode of the complement may sit anywhere, and one that is soft already hides it.
  md::CounterRng rng(1, md::Stream::Lanczos, 0);
  const VectorXd any = rng.normals(x.size());
  const MatrixXd deflate = proof.mode;
  // Tight enough to tell the sign, by central differences in the end: forward ones miss by up to 0.1 eV/Å² where a table has kinks.
  lanczos.difference = md::Difference::Forward;
  lanczos.residual = options.tolerance;
  lanczos.relative_residual = options.relative_residual;
  md::LowestMode second = md::lowest_mode(surface, x, gradient, any, lanczos, deflate);
  int vectors = second.vectors;
  lanczos.difference = md::Difference::Central;
  if (!exact) {
    second = md::lowest_mode(surface, x, gradient, second.vector, lanczos, deflate);
    vectors += second.vectors;
  }
  proof.second = second.curvature;
  proof.method = md::message("Lanczos with deflation, ", first_vectors, " + ", vectors,
                             " vectors, residual ", second.residual);
  if (!second.converged) return proof;
  proof.negative_eigenvalues = (proof.first < -options.tolerance ? 1 : 0) + (proof.second < -options.tolerance ? 1 : 0);
  return proof;
}

}  // namespace landscape::art
