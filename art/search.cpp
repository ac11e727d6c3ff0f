#include "art/search.hpp"

#include <cmath>

#include "art/locality.hpp"
#include "md/core/error.hpp"

namespace landscape::art {

using Eigen::VectorXd;

const char* name(Outcome outcome) {
  switch (outcome) {
    case Outcome::Connected: return "connected";
    case Outcome::Disconnected: return "disconnected";
    case Outcome::BothReturn: return "both_return";
    case Outcome::NoNegativeCurvature: return "no_negative_curvature";
    case Outcome::ModeLost: return "mode_lost";
    case Outcome::TooHigh: return "too_high";
    case Outcome::IterationLimit: return "iteration_limit";
    case Outcome::NotFirstOrder: return "not_first_order";
    case Outcome::MinimumFailed: return "minimum_failed";
    case Outcome::Recognized: return "recognized";
    case Outcome::GaveWay: return "gave_way";
    case Outcome::Detached: return "detached";
    case Outcome::NotDefined: return "not_defined";
  }
  return "unknown";
}

StageCalls& StageCalls::operator+=(const StageCalls& other) {
  activation += other.activation;
  approach += other.approach;
  proof += other.proof;
  push_over += other.push_over;
  lanczos += other.lanczos;
  relaxation += other.relaxation;
  minima += other.minima;
  whole += other.whole;
  return *this;
}

void SearchOptions::validate() const {
  const auto positive = [](const char* field, double value) {
    if (!(value > 0.0)) throw md::InputError(md::message("search: ", field, " is ", value, ", expected a positive number"));
  };
  positive("radius", radius);
  positive("activation_step", activation_step);
  positive("max_activation_steps", max_activation_steps);
  positive("push_over", push_over);
  positive("same", same);
  positive("recognize_force", recognize_force);
  positive("coarse_force", coarse_force);
  positive("side_force", side_force);
  positive("local_iterations", local_iterations);
  positive("local_vectors", local_vectors);
  positive("local_climb", local_climb);
  positive("local_force", local_force);
  positive("grow_force", grow_force);
  positive("gave_way", gave_way);
  positive("moved", moved);
  positive("surely_other", surely_other);
  if (!(local_margin >= 0.0) || max_growth < 0)
    throw md::InputError("search: local_margin and max_growth, expected at least 0");
  if (!(recognize >= 0.0)) throw md::InputError(md::message("search: recognize is ", recognize, ", expected at least 0"));
  if (local_patience < 0) throw md::InputError("search: local_patience is negative, expected at least 0");
  if (relaxation_steps < 0) throw md::InputError("search: relaxation_steps is negative, expected at least 0");
  if (!(leave_curvature < 0.0))
    throw md::InputError(md::message("search: leave_curvature is ", leave_curvature, ", expected a negative number"));
  approach.validate();
  proof.validate();
  minimum.validate();
}

VectorXd random_push(const md::EnergySurface& surface, const std::vector<Eigen::Index>& active, md::CounterRng& rng) {
  LANDSCAPE_CHECK(!active.empty());
  VectorXd d = VectorXd::Zero(surface.dof());
  for (const Eigen::Index particle : active)
    for (Eigen::Index k = 0; k < surface.block(); ++k) d[particle * surface.block() + k] = rng.normal();
  return d.normalized();
}

PushOver push_over(md::EnergySurface& surface, const Eigen::Ref<const VectorXd>& saddle,
                   const Eigen::Ref<const VectorXd>& mode, double step, const md::MinimizeOptions& options) {
  const VectorXd d = mode * (step / md::max_norm(mode, surface.block()));
  PushOver p;
  p.plus = saddle + d;
  p.minus = saddle - d;
  p.plus_result = md::minimize(surface, p.plus, options);
  p.minus_result = md::minimize(surface, p.minus, options);
  return p;
}

namespace {

/// Calls of a surface by what they were for.
struct LeaveCalls {
  double all = 0.0, lanczos = 0.0, relaxation = 0.0;
};

/// Pushes out of the basin until the lowest curvature is clearly negative. @return whether it became so; `mode` is the one there.
bool leave_basin(md::EnergySurface& surface, VectorXd& x, VectorXd& mode, const VectorXd& direction,
                 const SearchOptions& options, const md::LanczosOptions& lanczos, LeaveCalls& calls) {
  const double begin = surface.work();
  const Eigen::MatrixXd none(x.size(), 0);
  VectorXd gradient(x.size());
  mode = direction;
  for (int k = 0; k < options.max_activation_steps; ++k) {
    x += options.activation_step * direction;
    for (int m = 0; m < options.relaxation_steps; ++m) {
      surface.evaluate(x, gradient);
      VectorXd step = -(gradient - gradient.dot(direction) * direction) / options.minimum.initial_curvature;
      const double longest = md::max_norm(step, surface.block());
      if (longest > options.minimum.max_step) step *= options.minimum.max_step / longest;
      x += step;
    }
    calls.relaxation += options.relaxation_steps;
    surface.evaluate(x, gradient);
    const double mark = surface.work();
    const md::LowestMode lowest =
        md::lowest_mode(surface, x, gradient, mode, lanczos, none);
    calls.lanczos += surface.work() - mark;
    calls.all = surface.work() - begin;
    mode = lowest.vector;
    if (lowest.curvature < options.leave_curvature) return true;
  }
  return false;
}

Outcome outcome_of(ApproachStatus status) {
  switch (status) {
    case ApproachStatus::Converged: break;
    case ApproachStatus::Recognized: return Outcome::Recognized;
    case ApproachStatus::ModeLost: return Outcome::ModeLost;
    case ApproachStatus::TooHigh: return Outcome::TooHigh;
    case ApproachStatus::IterationLimit: return Outcome::IterationLimit;
    case ApproachStatus::Failed: return Outcome::NotDefined;
  }
  return Outcome::NotDefined;
}

/// One search: its fixed parts, and what it has found and spent.
class Search {
 public:
  Search(md::EnergySurface& surface, const VectorXd& minimum, const VectorXd& direction, const SearchOptions& options,
         const SearchContext& context)
      : surface_(surface), minimum_(minimum), direction_(direction), options_(options), context_(context),
        locality_(surface, options.local_margin), before_(surface.work()) {}

  /// @param guess of the saddle; null: climbs out of the basin along the direction.
  SearchResult run(const VectorXd* guess = nullptr) {
    VectorXd gradient(minimum_.size());
    floor_ = surface_.evaluate(minimum_, gradient);
    const std::optional<ApproachResult> saddle =
        guess ? approached(surface_, *guess, direction_, options_.approach, {}) : reach_saddle();
    if (saddle) settle(*saddle);
    result_.calls.whole = surface_.work() - before_ + result_.proof.extra_calls;
    return std::move(result_);
  }

  /// Atoms pushed closer than the potential allows: an ordinary end of a search.
  SearchResult refused(const char* why) {
    SearchResult result;
    result.outcome = Outcome::NotDefined;
    result.message = why;
    result.calls = result_.calls;
    result.calls.approach += locality_.spent();
    result.calls.whole = surface_.work() - before_;
    return result;
  }

 private:
  /// One side of a saddle, relaxed as far as its question asked.
  struct Side {
    VectorXd x;
    double energy = std::numeric_limits<double>::quiet_NaN(), max_force = energy;
    bool home = false;    ///< the start itself
    bool failed = false;
  };

  /// Out of the basin and up on one surface, which may be a region. Nothing where that ended otherwise than at a saddle.
  std::optional<ApproachResult> climb(md::EnergySurface& surface, const VectorXd& minimum, const VectorXd& direction,
                                      const ApproachOptions& approach, const ApproachObserver& look) {
    VectorXd x = minimum, mode;
    LeaveCalls calls;
    const bool left = leave_basin(surface, x, mode, direction, options_, approach.lanczos, calls);
    const double spent = result_.calls.activation = locality_.spent();
    const auto share = [&](double part) { return calls.all > 0.0 ? spent * part / calls.all : 0.0; };
    result_.calls.lanczos += share(calls.lanczos);
    result_.calls.relaxation += share(calls.relaxation);
    if (!left) return std::nullopt;
    // The mode's sign: away from the minimum.
    if (mode.dot(surface.difference(minimum, x)) < 0.0) mode = -mode;
    return approached(surface, x, mode, approach, look);
  }

  std::optional<ApproachResult> approached(md::EnergySurface& surface, const VectorXd& x, const VectorXd& mode,
                                           const ApproachOptions& approach, const ApproachObserver& look, const ModeSource& cheap = {}) {
    const ApproachResult end = approach_saddle(surface, x, mode, floor_, approach, look, cheap);
    const double spent = locality_.spent();
    result_.calls.approach += spent;
    if (&surface != &surface_) result_.local_iterations += end.iterations;
    result_.calls.lanczos += region_modes_;
    if (end.force_calls > 0.0) result_.calls.lanczos += (spent - region_modes_) * end.lanczos_calls / end.force_calls;
    region_modes_ = 0.0;
    if (end.status == ApproachStatus::Converged) return end;
    result_.outcome = outcome_of(end.status);
    return std::nullopt;
  }

  std::optional<ApproachResult> reach_saddle() {
    ApproachObserver look;
    if (context_.known) look = [this](const ApproachProgress& p) { return recognize(p); };
    std::vector<char> pushed(static_cast<std::size_t>(direction_.size() / surface_.block()));
    for (std::size_t i = 0; i < pushed.size(); ++i)
      pushed[i] = direction_.segment(static_cast<Eigen::Index>(i) * surface_.block(), surface_.block()).norm() > 0.0;
    md::RegionSurface* region = locality_.make_region(minimum_, pushed);
    if (!region) return climb(surface_, minimum_, direction_, options_.approach, look);

    ApproachOptions coarse = options_.approach;
    coarse.max_climb = options_.local_climb;
    coarse.lanczos.max_vectors = std::min(coarse.lanczos.max_vectors, options_.local_vectors);
    coarse.max_force = std::max(coarse.max_force, options_.local_force);
    coarse.max_iterations = std::min(coarse.max_iterations, options_.local_iterations);
    coarse.patience = std::min(coarse.patience, options_.local_patience);
    auto end = climb(*region, region->part(minimum_), region->part(direction_), coarse, {});
    VectorXd x = minimum_, mode, gradient(minimum_.size());
    for (int growth = 0; end; ++growth) {
      x = region->placed(end->x, x);
      mode = region->placed(end->mode, VectorXd::Zero(x.size()));
      surface_.evaluate(x, gradient);
      if (growth == options_.max_growth || force_outside(*region, gradient) < options_.grow_force) break;
      // The event is larger than its region.
      std::vector<char> marked = md::moved_particles(surface_, minimum_, x, options_.moved);
      for (const Eigen::Index particle : region->moving()) gradient.segment<3>(3 * particle).setZero();
      for (Eigen::Index i = 0; i < x.size() / 3; ++i)
        if (gradient.segment<3>(3 * i).norm() > options_.grow_force) marked[static_cast<std::size_t>(i)] = 1;
      region = locality_.make_region(x, marked);
      if (!region) break;
      end = approached(*region, region->part(x), region->part(mode), coarse, {});
    }
    if (!end) return std::nullopt;
    if (region && options_.detached == Detached::Leave && !returns(*region, *end)) {
      result_.outcome = Outcome::Detached;
      return std::nullopt;
    }
    return approached_from_region(region, x, mode, look);
  }

  /// Whether a side of a region's saddle may relax back to the start, all around it standing where it does there.
  bool returns(md::RegionSurface& region, const ApproachResult& saddle) {
    const VectorXd start = region.part(minimum_);
    const double gap = md::max_norm(region.difference(start, saddle.x), 3);
    bool back = gap <= 2.0 * options_.same;  // too near to judge
    md::MinimizeOptions coarse = options_.minimum;
    coarse.max_force = std::max(coarse.max_force, options_.side_force);
    for (const double sign : {-1.0, 1.0}) {  // the near side, as far as the mode's sign can be trusted, first
      if (back) break;
      VectorXd x = saddle.x + sign * std::min(options_.push_over, 0.5 * gap) / md::max_norm(saddle.mode, 3) * saddle.mode;
      back = !md::minimize(region, x, coarse).converged() || md::max_norm(region.difference(start, x), 3) < options_.surely_other;
    }
    result_.calls.push_over += locality_.spent();
    return back;
  }

  /// The end game. Where the surroundings rearrange, what was found is no saddle of the whole, and what the climb would come to
  /// is hardly ever connected.
  std::optional<ApproachResult> approached_from_region(md::RegionSurface* region, const VectorXd& x, const VectorXd& mode,
                                                       const ApproachObserver& look) {
    bool gave_way = false;
    const auto watch = [&](const ApproachProgress& p) {
      gave_way = md::max_norm(surface_.difference(x, p.x), surface_.block()) > options_.gave_way;
      if (gave_way) return md::Control::Stop;
      return look ? look(p) : md::Control::Continue;
    };
    // What is around has moved little since the region was made.
    ModeSource of_region;
    if (region)
      of_region = [this, region](const VectorXd& at, const VectorXd& guess, const md::LanczosOptions& lanczos) {
        const double mark = region->work();
        const VectorXd part = region->part(at);
        VectorXd gradient(part.size());
        region->evaluate(part, gradient);
        md::LowestMode mode_there = md::lowest_mode(*region, part, gradient, region->part(guess), lanczos, Eigen::MatrixXd(part.size(), 0));
        mode_there.vector = region->placed(mode_there.vector, VectorXd::Zero(at.size()));
        region_modes_ += (region->work() - mark) * region->relative_cost();
        return mode_there;
      };
    auto end = approached(surface_, x, mode, options_.approach, watch, of_region);
    if (gave_way) result_.outcome = Outcome::GaveWay;
    return end;
  }

  md::Control recognize(const ApproachProgress& p) {
    if (p.max_force > options_.recognize_force || !(p.curvature < 0.0)) return md::Control::Continue;
    result_.known = context_.known(p.x, options_.recognize);
    return result_.known ? md::Control::Stop : md::Control::Continue;
  }

  /// Relaxes a side far enough to say whether it is the start; in a region first, where there is one.
  Side half_relaxed(md::RegionSurface* region, const VectorXd& saddle, const VectorXd& off, double gap) {
    const double same = std::min(options_.same, gap);
    Side side;
    side.x = saddle + off;
    md::MinimizeOptions coarse = options_.minimum;
    coarse.max_force = std::max(coarse.max_force, options_.coarse_force);
    if (region) {
      VectorXd part = region->part(side.x);
      coarse.max_force = std::max(options_.minimum.max_force, options_.side_force);
      if (!md::minimize(*region, part, coarse).converged()) side.failed = true;
      side.x = region->placed(part, side.x);
      if (side.failed) return side;
      const double away = md::max_norm(region->difference(region->part(minimum_), part), 3);
      if (away > options_.surely_other) return side;
      // Back at the start as far as the region can tell: then the rest belongs where it was.
      if (away < options_.same) side.x = region->placed(part, minimum_);
    }
    coarse.max_force = std::max(options_.minimum.max_force, options_.coarse_force);
    const md::MinimizeResult relaxed = md::minimize(surface_, side.x, coarse);
    // At this force a particle in a well of 0.1 eV/Å² is 2 meV above its bottom. Where the saddle itself is near nothing is taken
    // for granted.
    side.failed = !relaxed.converged();
    side.home = gap > 2.0 * options_.same && !side.failed && std::abs(relaxed.energy - floor_) < 2e-3 &&
                md::largest_displacement(surface_, minimum_, side.x) < 0.5 * same;
    if (!side.home && !side.failed) side.home = gap > 2.0 * options_.same && above_start(side.x, relaxed.energy, same);
    if (!side.home && !side.failed) finish(side, same);
    return side;
  }

  /// Whether x, nearer to the start than `same`, is on the slope of the well around it: energy and force along the line from there are those of the
  /// start's second derivatives. A barrier or another minimum between would need more than the line's cubic and quartic terms.
  bool above_start(const VectorXd& x, double energy, double same) {
    const VectorXd d = surface_.difference(minimum_, x);
    if (md::largest_displacement(surface_, minimum_, x) >= same) return false;
    VectorXd force(x.size()), product(x.size());
    surface_.evaluate(x, force);
    if (!surface_.expand(minimum_)) return false;
    surface_.hessian_times(d, product);
    const double twice = d.dot(product);
    constexpr double part = 0.3;
    return twice > 0.0 && std::abs(d.dot(force) - twice) < part * twice && std::abs(2.0 * (energy - floor_) - twice) < part * twice;
  }

  void finish(Side& side, double same) {
    const double mark = surface_.work();
    const md::MinimizeResult relaxed = md::minimize(surface_, side.x, options_.minimum);
    result_.calls.minima += surface_.work() - mark;
    side.energy = relaxed.energy;
    side.max_force = relaxed.max_force;
    side.failed = !relaxed.converged();
    side.home = !side.failed && md::largest_displacement(surface_, minimum_, side.x) < same;
  }

  /// Which side is which is settled before the dearer proof of the index, so that fall-backs cost little.
  void settle(const ApproachResult& saddle) {
    // Close to a fold the three are close together: off the saddle by less than the way to the start.
    const double gap = md::largest_displacement(surface_, minimum_, saddle.x);
    const double step = std::min(options_.push_over, 0.5 * gap);
    const VectorXd off = saddle.mode * (step / md::max_norm(saddle.mode, surface_.block()));
    md::RegionSurface* region = nullptr;
    if (gap > 2.0 * options_.same)
      region = locality_.make_region(saddle.x, md::moved_particles(surface_, minimum_, saddle.x, options_.moved));
    Side near = half_relaxed(region, saddle.x, -off, gap), far = half_relaxed(region, saddle.x, off, gap);
    if (region && !near.home && !far.home && !near.failed && !far.failed) {
      // What stands around may have kept the nearer one from the start.
      const bool swapped = surface_.difference(minimum_, far.x).norm() < surface_.difference(minimum_, near.x).norm();
      (swapped ? far : near) = half_relaxed(nullptr, saddle.x, swapped ? off : -off, gap);
    }
    if (far.home && !near.home) std::swap(near, far);
    const bool connected = near.home && !far.home;
    if (connected && !far.failed && std::isnan(far.energy)) finish(far, std::min(options_.same, gap));
    result_.calls.push_over += locality_.spent();
    if (near.failed || far.failed) {
      result_.outcome = Outcome::MinimumFailed;
    } else if (near.home && far.home) {
      result_.outcome = Outcome::BothReturn;
    } else {
      prove(saddle);
      if (result_.outcome == Outcome::NotFirstOrder) return;
      result_.outcome = connected ? Outcome::Connected : Outcome::Disconnected;
      keep(saddle, far);
    }
  }

  void prove(const ApproachResult& saddle) {
    result_.proof = prove_index(surface_, saddle.x, saddle.gradient, saddle.mode, options_.proof);
    result_.calls.proof = locality_.spent() + result_.proof.extra_calls;
    if (result_.proof.negative_eigenvalues == 1) return;
    result_.outcome = Outcome::NotFirstOrder;
    result_.message = result_.proof.method;
  }

  void keep(const ApproachResult& saddle, const Side& far) {
    result_.saddle = saddle.x;
    result_.saddle_energy = saddle.energy;
    result_.saddle_force = saddle.max_force;
    const double sign = result_.proof.mode.dot(surface_.difference(saddle.x, far.x)) < 0.0 ? -1.0 : 1.0;
    result_.mode = sign * result_.proof.mode;
    if (result_.outcome != Outcome::Connected) return;
    result_.near_side = minimum_;
    result_.far_side = far.x;
    result_.near_energy = floor_;
    result_.far_energy = far.energy;
    result_.far_force = far.max_force;
  }

  md::EnergySurface& surface_;
  const VectorXd minimum_, direction_;
  const SearchOptions& options_;
  const SearchContext& context_;
  Locality locality_;
  const double before_;        ///< work of the surface until now
  double floor_ = 0.0;
  double region_modes_ = 0.0;  ///< equivalents spent on modes within a region by the approach of the whole
  SearchResult result_;
};

SearchResult guarded(md::EnergySurface& surface, const VectorXd& minimum, const VectorXd& direction, const VectorXd* guess,
                     const SearchOptions& options, const SearchContext& context) {
  options.validate();
  LANDSCAPE_CHECK(minimum.size() == surface.dof() && direction.size() == surface.dof());
  Search search(surface, minimum, direction, options, context);
  try {
    return search.run(guess);
  } catch (const md::InputError& error) {
    return search.refused(error.what());
  }
}

}  // namespace

SearchResult search(md::EnergySurface& surface, const Eigen::Ref<const VectorXd>& minimum,
                    const Eigen::Ref<const VectorXd>& direction, const SearchOptions& options, const SearchContext& context) {
  return guarded(surface, minimum, direction, nullptr, options, context);
}

SearchResult search_from_guess(md::EnergySurface& surface, const Eigen::Ref<const VectorXd>& minimum,
                               const Eigen::Ref<const VectorXd>& guess, const Eigen::Ref<const VectorXd>& mode,
                               const SearchOptions& options) {
  const VectorXd start = guess;
  return guarded(surface, minimum, mode.normalized(), &start, options, {});
}

}  // namespace landscape::art
