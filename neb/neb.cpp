#include "neb/neb.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "md/core/error.hpp"
#include "md/potential/region_surface.hpp"
#include "neb/band.hpp"
#include "neb/band_anderson.hpp"
#include "neb/band_fire.hpp"
#include "neb/idpp.hpp"
#include "neb/initial_path.hpp"

namespace landscape::neb {
namespace {

using md::InputError;
using md::message;

constexpr double same_configuration = 0.1;  // [Å], DESIGN.md section 3
constexpr double relaxed_endpoint = 1e-2;   // [eV/Å]; a minimum worth connecting is far below
constexpr double intermediate_depth =
    1e-3;  // [eV]; shallower ones are ripples of an unconverged path
constexpr double collapsed =
    1e-2;  // [Å]; a climbing image this close to an endpoint found no saddle

void require(bool good, std::string_view field, double value, std::string_view range) {
  if (!good) throw InputError(message("neb: ", field, ": expected ", range, ", got ", value));
}

/// A region's band and a coarse one are relaxed to so many times the forces asked for: further saves nothing once all the others move.
constexpr double coarse_tolerance = 2.0;
/// Iterations of a coarse band at most.
constexpr int coarse_iterations = 300;

/// What a band took before.
struct Spent {
  int iterations = 0;
  double force_calls = 0.0;  ///< equivalents
};

/// One run: the band, its motion and the decision which image climbs.
class Search {
 public:
  Search(Band& band, const NebOptions& options)
      : band_(band), options_(options), springs_(band.springs(options.spring_constant, 1.0)),
        fire_(band.positions().rows(), band.size()), max_step_(options.max_step) {}

  /// @param past what was spent before, for the observer. @param weight force-call equivalents of one evaluation.
  NebStatus run(const NebObserver& observe, const Spent& past, double weight);
  std::optional<int> climbing() const { return climbing_; }
  int iterations() const { return iterations_; }
  double path_max_force() const { return path_max_force_; }

 private:
  void measure();
  void choose_climbing();
  void weigh_springs();
  void advance();
  void advance_fire();
  void advance_anderson();
  void slow_down();
  bool came_apart();
  void fall_back();

  /// The band when its largest force was smallest.
  struct Best {
    double force = std::numeric_limits<double>::infinity();  ///< [eV/Å]
    double barrier = 0.0;                                    ///< highest image above the first [eV]
    Eigen::MatrixXd positions;
  };

  Band& band_;
  const NebOptions& options_;
  Springs springs_;
  int weighed_ = 0, last_weighed_ = 0;  ///< how often springs were weighed since the band climbs, and when
  BandFire fire_;
  BandAnderson anderson_;
  std::optional<int> climbing_;
  Eigen::MatrixXd force_,
      drive_;  ///< forces of the band; the same with springs solved (Band::drive)
  double path_max_force_ = NebResult::unknown;
  double climbing_max_force_ = NebResult::unknown;
  int fire_period_ = 5;         ///< iterations with FIRE after Anderson's method got lost
  bool accelerated_ = false;     ///< Anderson's method rather than FIRE
  int fire_steps_left_ = 0;      ///< before it is tried again
  double radius_ = 0.0;          ///< limit of its steps [Å]
  double smallest_force_ = 0.0;  ///< since it took over [eV/Å]
  double gained_force_ = 0.0;    ///< the force it last brought down clearly, and when
  int gained_at_ = 0;
  Best best_;
  double max_step_;              ///< [Å]
  int fallbacks_ = 0;
  int iterations_ = 0;
};

void Search::measure() {
  force_ = band_.forces(springs_, climbing_);
  drive_ = band_.drive(force_, springs_, climbing_);
  path_max_force_ = 0.0;
  for (int i = 1; i + 1 < band_.size(); ++i) {
    const double norm = md::max_norm(force_.col(i), band_.block());
    if (climbing_ != i && !(norm <= path_max_force_)) path_max_force_ = norm;
  }
  climbing_max_force_ = climbing_ ? band_.image_max_force(*climbing_) : NebResult::unknown;
}

/// Switches the climb on, over to an image that became clearly higher, or off where the band came
/// apart.
void Search::choose_climbing() {
  // A climber on a crooked band follows a wrong tangent up a wall; the band then has to come to
  // order first.
  constexpr double lost = 10.0;
  const int top = band_.highest();
  if (!climbing_) {
    if (path_max_force_ >= std::max(options_.climb_below, options_.path_max_force)) return;
    climbing_ = top;
  } else if (std::max(path_max_force_, climbing_max_force_) > lost * options_.climb_below &&
             (weighed_ == 0 || iterations_ > last_weighed_ + 10)) {  // springs weighed anew pull at first
    climbing_.reset();
  } else if (band_.energies()[top] > band_.energies()[*climbing_] + intermediate_depth) {
    climbing_ = top;
  } else {
    return;
  }
  slow_down();
  measure();
}

/// Springs by the energies of a band in order, a few times and then no more: a band far from its path would run away with them, and
/// springs that follow the energies at every step are forces without a potential, in which Anderson's method gets lost.
void Search::weigh_springs() {
  constexpr int every = 25, times = 4;
  if (options_.spring_ratio == 1.0) return;
  if (!climbing_) {
    if (weighed_ == 0) return;
    springs_ = band_.springs(options_.spring_constant, 1.0);
    weighed_ = 0;
  } else if (weighed_ < times && (weighed_ == 0 || iterations_ >= last_weighed_ + every)) {
    springs_ = band_.springs(options_.spring_constant, options_.spring_ratio);
    ++weighed_;
    last_weighed_ = iterations_;
  } else {
    return;
  }
  slow_down();
  measure();
}

void Search::advance() {
  // Anderson's method converges fast from near by and knows no downhill: FIRE goes first, and again
  // where it got lost.
  constexpr double lost = 3.0;  // force relative to the smallest since it took over
  constexpr double gain = 0.9;  // of the smallest force ...
  constexpr int stalled = 12;  // ... within so many iterations, or what it has learned leads nowhere
  const double largest = std::max(path_max_force_, climbing_max_force_);
  if (largest < gain * gained_force_ || !accelerated_) {
    gained_force_ = largest;
    gained_at_ = iterations_;
  }
  if (accelerated_ && (!(largest <= lost * smallest_force_) || iterations_ > gained_at_ + stalled)) {
    slow_down();
    fire_steps_left_ = fire_period_;
    fire_period_ *= 2;  // where it gets lost again and again FIRE does the work
  } else if (!accelerated_ && climbing_ && largest < options_.climb_below &&
             fire_steps_left_-- <= 0) {
    accelerated_ = true;
    anderson_.reset();
    radius_ = max_step_;
    smallest_force_ = largest;
  }
  smallest_force_ = std::min(smallest_force_, largest);

  constexpr int max_retreats = 20;
  for (int retreat = 0;; ++retreat) {
    try {
      accelerated_ ? advance_anderson() : advance_fire();
      return;
    } catch (const InputError&) {  // the surface is not defined there: from rest, and shorter
      if (retreat >= max_retreats) throw;
      slow_down();
      fire_.halt(0.5);
    }
  }
}

void Search::advance_fire() {
  band_.move(fire_.step(drive_, band_.block(), max_step_));
  measure();
}

void Search::advance_anderson() {
  Eigen::MatrixXd step = anderson_.step(drive_);
  double longest = 0.0;
  for (Eigen::Index i = 0; i < step.cols(); ++i)
    longest = std::max(longest, md::max_norm(step.col(i), band_.block()));
  if (longest > radius_) step *= radius_ / longest;
  const Eigen::MatrixXd before = drive_;
  band_.move(step);
  measure();
  anderson_.add(step, drive_ - before);
  // A step that made things worse is kept, it teaches the memory; the next ones are shorter.
  if (drive_.norm() > 1.5 * before.norm())
    radius_ = std::max(1e-3 * max_step_, 0.5 * std::min(radius_, longest));
  else
    radius_ = std::min(max_step_, 1.3 * radius_);
}

void Search::slow_down() {
  accelerated_ = false;
  fire_.halt();
}

/// Forces of a band have no potential that would fall: one that is not settled yet, of particles that pass each other, say, can climb
/// without end. @return whether it does.
bool Search::came_apart() {
  const double force = climbing_ ? std::max(path_max_force_, climbing_max_force_) : path_max_force_;
  const double barrier = band_.energies()[band_.highest()] - band_.energies()[0];
  if (force < best_.force) {
    best_ = {force, barrier, band_.positions()};
    return false;
  }
  constexpr double times = 10.0, least_force = 3.0, climbed = 2.0;  // relative to the best, [eV/Å], [eV]
  return force > std::max(times * best_.force, least_force) && barrier > best_.barrier + std::max(climbed, best_.barrier);
}

void Search::fall_back() {
  band_.move(best_.positions - band_.positions());
  slow_down();
  measure();
}

NebStatus Search::run(const NebObserver& observe, const Spent& past, double weight) {
  measure();
  for (;; ++iterations_) {
    weigh_springs();
    choose_climbing();
    if (came_apart()) {
      constexpr int most = 2;
      fall_back();
      if (++fallbacks_ > most) return NebStatus::CameApart;
      max_step_ *= 0.3;
    }
    if (observe) {
      const double barrier = band_.energies()[band_.highest()] - band_.energies()[0];
      if (observe({past.iterations + iterations_, barrier, path_max_force_, climbing_max_force_,
                   past.force_calls + weight * static_cast<double>(band_.force_calls())}) == md::Control::Stop)
        return NebStatus::StoppedByObserver;
    }
    if (climbing_) {
      const auto s = band_.reaction_coordinate();
      const double here = s[static_cast<std::size_t>(*climbing_)];
      if (here < collapsed || s.back() - here < collapsed) return NebStatus::NoBarrier;
      if (climbing_max_force_ <= options_.max_force && path_max_force_ <= options_.path_max_force) {
        const Eigen::VectorXd& e = band_.energies();
        return e[*climbing_] > std::max(e[0], e[band_.size() - 1]) ? NebStatus::Converged
                                                                   : NebStatus::NoBarrier;
      }
    }
    if (iterations_ >= options_.max_iterations) return NebStatus::IterationLimit;
    advance();
  }
}

NebResult describe(const Band& band, const Search& search, NebStatus status, const Spent& past) {
  NebResult r;
  r.status = status;
  r.iterations = past.iterations + search.iterations();
  r.force_calls = past.force_calls + static_cast<double>(band.force_calls());
  for (int i = 0; i < band.size(); ++i) {
    r.images.push_back(band.positions().col(i));
    r.energies.push_back(band.energies()[i]);
  }
  r.reaction_coordinate = band.reaction_coordinate();
  r.climbing = search.climbing().has_value();
  const int top = search.climbing().value_or(band.highest());
  r.saddle_index = top;
  r.saddle_energy = band.energies()[top];
  r.barrier = r.saddle_energy - r.energies.front();
  r.reverse_barrier = r.saddle_energy - r.energies.back();
  r.saddle_max_force = band.image_max_force(top);
  r.path_max_force = search.path_max_force();
  r.endpoint_max_force = std::max(band.image_max_force(0), band.image_max_force(band.size() - 1));
  r.endpoints_unrelaxed = !(r.endpoint_max_force <= relaxed_endpoint);
  r.tangent = band.tangent(top);
  r.intermediate_minima = interior_minima(r.energies, intermediate_depth);
  return r;
}

NebResult same_endpoints(md::EnergySurface& surface, const Eigen::MatrixXd& path) {
  NebResult r;
  r.status = NebStatus::SameEndpoints;
  r.endpoint_max_force = 0.0;
  for (const Eigen::Index i : {Eigen::Index{0}, path.cols() - 1}) {
    Eigen::VectorXd gradient(path.rows());
    r.images.push_back(path.col(i));
    r.energies.push_back(surface.evaluate(path.col(i), gradient));
    r.endpoint_max_force = std::max(r.endpoint_max_force, md::max_norm(gradient, surface.block()));
  }
  r.endpoints_unrelaxed = !(r.endpoint_max_force <= relaxed_endpoint);
  r.reaction_coordinate = {0.0, (path.col(path.cols() - 1) - path.col(0)).norm()};
  r.force_calls = 2;
  return r;
}

struct Localized {
  Spent spent;
  bool stopped = false;  ///< by the observer
};
/// Relaxes the band while only what is around the moving particles moves, each image of the rest standing where it is on `path`; all of
/// them have less to do afterwards (docs/search.md). `path` stays as it was where that leads nowhere.
Localized relax_region(md::EnergySurface& surface, Eigen::MatrixXd& path, const NebOptions& options, const NebObserver& observe, const Spent& past) {
  Localized result{.spent = past};
  auto* atoms = dynamic_cast<md::AtomicSurface*>(&surface);
  if (!atoms || options.local_margin == 0.0) return result;
  const Eigen::VectorXd first = path.col(0), last = path.col(path.cols() - 1);
  const double furthest = md::largest_displacement(surface, first, last);
  std::vector<char> marked = md::moved_particles(surface, first, last, std::min(options.moved, 0.5 * furthest));
  for (Eigen::Index i = 1; i + 1 < path.cols(); ++i) {  // led around each other
    const auto away = md::moved_particles(surface, first, path.col(i), options.moved);
    for (std::size_t k = 0; k < marked.size(); ++k) marked[k] = marked[k] || away[k];
  }
  const std::vector<Eigen::Index> moving = md::particles_around(*atoms, first, marked, options.local_margin);
  if (moving.empty()) return result;

  const std::int64_t before = surface.calls();
  std::vector<std::unique_ptr<md::RegionSurface>> regions;
  for (Eigen::Index i = 0; i < path.cols(); ++i) regions.push_back(std::make_unique<md::RegionSurface>(*atoms, path.col(i), moving));
  result.spent.force_calls += static_cast<double>(surface.calls() - before);
  const double weight = regions.front()->relative_cost();
  const md::RegionSurface& any = *regions.front();  // the band's from now on
  Eigen::MatrixXd part(3 * static_cast<Eigen::Index>(moving.size()), path.cols());
  for (Eigen::Index i = 0; i < path.cols(); ++i) part.col(i) = any.part(path.col(i));
  std::size_t next = 0;
  NebOptions local = options;
  local.path_max_force *= coarse_tolerance;
  local.max_force = std::max(options.max_force, local.path_max_force);
  Band band([&] { return std::move(regions.at(next++)); }, std::move(part), options.threads);
  Search search(band, local);
  const NebStatus status = search.run(observe, result.spent, weight);
  result.spent.iterations += search.iterations();
  result.spent.force_calls += weight * static_cast<double>(band.force_calls());
  result.stopped = status == NebStatus::StoppedByObserver;
  if (status == NebStatus::Converged || result.stopped)
    for (Eigen::Index i = 1; i + 1 < path.cols(); ++i) path.col(i) = any.placed(band.positions().col(i), path.col(i));
  return result;
}

NebResult relax(const SurfaceFactory& make_surface,
                md::EnergySurface& surface,
                Eigen::MatrixXd path,
                const NebOptions& options,
                const NebObserver& observe,
                const Spent& past = {}) {
  if (md::largest_displacement(surface, path.col(0), path.col(path.cols() - 1)) <
      same_configuration)
    return same_endpoints(surface, path);
  Band band(make_surface, std::move(path), options.threads);
  Search search(band, options);
  const NebStatus status = search.run(observe, past, 1.0);
  return describe(band, search, status, past);
}

/// In the region first, then as a whole.
NebResult relax_in_turn(const SurfaceFactory& make_surface, md::EnergySurface& surface, Eigen::MatrixXd path, const NebOptions& options,
                        const NebObserver& observe, const Spent& past) {
  const Localized local = relax_region(surface, path, options, observe, past);
  const auto stop = [](const NebProgress&) { return md::Control::Stop; };
  return relax(make_surface, surface, std::move(path), options, local.stopped ? stop : observe, local.spent);
}

/// Numbers of images of the bands that follow each other, up to two or three times as many as before each; the last is what is asked for.
std::vector<int> levels_of(const NebOptions& options) {
  constexpr double largest_ratio = 2.6;
  if (options.images < 2 * options.coarse_images) return {options.images};
  const double ratio = static_cast<double>(options.images) / options.coarse_images;
  const int steps = std::max(1, static_cast<int>(std::ceil(std::log(ratio) / std::log(largest_ratio))));
  std::vector<int> levels;
  for (int k = 0; k <= steps; ++k)
    levels.push_back(static_cast<int>(std::lround(options.coarse_images * std::pow(ratio, static_cast<double>(k) / steps))));
  return levels;
}

Eigen::MatrixXd first_path(const md::EnergySurface& surface, const Eigen::Ref<const Eigen::VectorXd>& x_initial,
                           const Eigen::Ref<const Eigen::VectorXd>& x_final, const NebOptions& options) {
  Eigen::MatrixXd path = straight_path(surface, x_initial, x_final, options.images);
  separate_particles(surface, path);
  if (options.initial_path == InitialPath::Idpp) even_distances(surface, path);
  return path;
}

void check_point(const md::EnergySurface& surface,
                 Eigen::Index dof,
                 const Eigen::Ref<const Eigen::VectorXd>& x,
                 std::string_view what) {
  if (x.size() != dof)
    throw InputError(message(what, ": expected ", dof, " coordinates, got ", x.size()));
  if (!x.allFinite()) throw InputError(message(what, ": a coordinate is not finite"));
  LANDSCAPE_CHECK(x.size() % surface.block() == 0);
}

}  // namespace

void NebOptions::validate() const {
  require(images > 0, "images", images, "> 0");
  require(spring_constant > 0.0 && std::isfinite(spring_constant), "spring_constant",
          spring_constant, "> 0");
  require(spring_ratio >= 1.0 && std::isfinite(spring_ratio), "spring_ratio", spring_ratio, ">= 1");
  require(max_force > 0.0, "max_force", max_force, "> 0");
  require(path_max_force > 0.0, "path_max_force", path_max_force, "> 0");
  require(max_iterations > 0, "max_iterations", max_iterations, "> 0");
  require(climb_below > 0.0, "climb_below", climb_below, "> 0");
  require(coarse_images >= 1, "coarse_images", coarse_images, ">= 1");
  require(max_step > 0.0 && std::isfinite(max_step), "max_step", max_step, "> 0");
  require(local_margin >= 0.0 && std::isfinite(local_margin), "local_margin", local_margin, ">= 0");
  require(moved > 0.0 && std::isfinite(moved), "moved", moved, "> 0");
  require(threads > 0, "threads", threads, "> 0");
}

const char* to_string(NebStatus status) {
  switch (status) {
    case NebStatus::Converged:
      return "converged";
    case NebStatus::IterationLimit:
      return "iteration_limit";
    case NebStatus::CameApart:
      return "came_apart";
    case NebStatus::StoppedByObserver:
      return "stopped_by_observer";
    case NebStatus::SameEndpoints:
      return "same_endpoints";
    case NebStatus::NoBarrier:
      return "no_barrier";
  }
  return "unknown";
}

NebResult find_path(const SurfaceFactory& make_surface,
                    const Eigen::Ref<const Eigen::VectorXd>& x_initial,
                    const Eigen::Ref<const Eigen::VectorXd>& x_final,
                    const NebOptions& options,
                    const NebObserver& observe) {
  options.validate();
  const auto surface = make_surface();
  check_point(*surface, surface->dof(), x_initial, "first endpoint of the path");
  check_point(*surface, surface->dof(), x_final, "last endpoint of the path");
  Spent spent;
  std::optional<Eigen::MatrixXd> path;
  const std::vector<int> levels = levels_of(options);
  for (std::size_t k = 0; k + 1 < levels.size(); ++k) {
    NebOptions coarse = options;
    coarse.images = levels[k];
    coarse.path_max_force *= coarse_tolerance;
    coarse.max_force = std::max(options.max_force, coarse.path_max_force);
    coarse.max_iterations = std::min(options.max_iterations, coarse_iterations);
    NebResult band = relax_in_turn(make_surface, *surface, path ? *path : first_path(*surface, x_initial, x_final, coarse), coarse, observe, spent);
    if (band.status == NebStatus::StoppedByObserver || band.status == NebStatus::SameEndpoints) return band;
    spent = {band.iterations, band.force_calls};
    path.reset();
    const bool settled = band.status == NebStatus::Converged || (band.status == NebStatus::IterationLimit && band.climbing);
    if (!settled) break;  // all images from the straight line, then
    path = refined_path(continuous_path(*surface, band.images), *band.saddle_index, levels[k + 1]);
  }
  return relax_in_turn(make_surface, *surface, path ? *path : first_path(*surface, x_initial, x_final, options), options, observe, spent);
}

NebResult find_path(const SurfaceFactory& make_surface,
                    const std::vector<Eigen::VectorXd>& initial_path,
                    const NebOptions& options,
                    const NebObserver& observe) {
  options.validate();
  if (initial_path.size() < 3)
    throw InputError(message("initial path: expected at least 3 images, endpoints included, got ",
                             initial_path.size()));
  const auto surface = make_surface();
  for (std::size_t i = 0; i < initial_path.size(); ++i)
    check_point(*surface, surface->dof(), initial_path[i], message("initial path, image ", i));
  return relax(make_surface, *surface, continuous_path(*surface, initial_path), options, observe);
}

}  // namespace landscape::neb
