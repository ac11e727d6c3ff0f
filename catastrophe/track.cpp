#include "catastrophe/track.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "art/search.hpp"
#include "md/core/error.hpp"
#include "md/core/rng.hpp"

namespace landscape::catastrophe {

using Eigen::Matrix3d;
using Eigen::VectorXd;

void TrackOptions::validate() const {
  const auto positive = [](const char* field, double value) {
    if (!(value > 0.0)) throw md::InputError(md::message("track: ", field, " is ", value, ", expected a positive number"));
  };
  positive("max_strain", max_strain);
  positive("first_step", first_step);
  positive("max_step", max_step);
  positive("min_step", min_step);
  positive("fold_resolution", fold_resolution);
  positive("proof_resolution", proof_resolution);
  positive("max_jump", max_jump);
  positive("derivative_tolerance", derivative_tolerance);
  positive("stress_tolerance", stress_tolerance);
  positive("check_every", check_every);
  if (!(fold_fraction > 0.0 && fold_fraction < 1.0))
    throw md::InputError(md::message("track: fold_fraction is ", fold_fraction, ", expected a number between 0 and 1"));
  minimum.validate();
  saddle.validate();
}

namespace {

/// [eV] A smaller fall is none (md::QuasistaticOptions::energy_drop).
constexpr double energy_noise = 1e-4;
/// [eV] Below this barrier its slope has to be smooth as well: energies cannot tell a minimum from the one beyond the saddle.
constexpr double low_barrier = 3.0 * energy_noise;
/// [eV] dE/dγ that counts as none beside it: some 5e-4 GPa at 1000 atoms.
constexpr double slope_noise = 0.05;
/// [eV] Minima closer in energy on one side of a saddle, closer to each other than to it, are one: knots of a tabulated potential wrinkle a flat basin.
constexpr double wrinkle = 2e-5;
/// [eV/Å²] Within min_step of where a saddle merges with one of second order its second eigenvalue has been at most 0.007 (47 ends of tracks in 1000-atom
/// glasses), elsewhere it is 0.03 and more.
constexpr double soft = 0.015;
/// Folds closer than so many times their resolution are the end, approached or not, unless the saddle vanishes clearly before.
constexpr double near_fold = 50.0;

enum class Refusal { None, InitialJumped, FinalJumped, SaddleJumped, SaddleLost, Inconsistent, Disconnected };

/// What is left to the nearer fold ahead, from E and dE/dγ of one point (E ~ ε^{3/2}).
struct Ahead {
  double distance = std::numeric_limits<double>::infinity();
  WindowEnd end = WindowEnd::NotReached;
};

/// One of the three at one strain, by reference.
struct Leg {
  VectorXd TrackPoint::*x;
  double TrackPoint::*energy;
  double TrackPoint::*stress;
  int TrackPoint::*which;
  const char* name;
};
constexpr Leg initial_leg{&TrackPoint::initial, &TrackPoint::energy_initial, &TrackPoint::stress_initial, &TrackPoint::which_initial, "the initial minimum"};
constexpr Leg saddle_leg{&TrackPoint::saddle, &TrackPoint::energy_saddle, &TrackPoint::stress_saddle, nullptr, "the saddle"};
constexpr Leg final_leg{&TrackPoint::final_minimum, &TrackPoint::energy_final, &TrackPoint::stress_final, &TrackPoint::which_final, "the final minimum"};

class Follower {
 public:
  Follower(md::AtomicSurface& surface, const md::Cell& reference, const TrackOptions& options)
      : surface_(surface), reference_(reference), o_(options), volume_(reference.volume()) {}

  void at(double strain) {
    surface_.set_cell(reference_.deformed(md::simple_shear(strain, o_.plane)));
    surface_.forget_history();
  }

  /// Relaxes the three of `p` where they are. @param from the point before, or none. @param loose one that may leave its branch.
  /// @return what is wrong with the result; jump_ then says more.
  Refusal correct(TrackPoint& p, double max_jump, const TrackPoint* from = nullptr, const Leg* loose = nullptr) {
    const double before = surface_.work();
    at(p.strain);
    const Refusal refusal = correct_all(p, max_jump, from, loose);
    p.force_calls += surface_.work() - before;
    return refusal;
  }

  /// What lies on the two sides of the saddle, and whether it is what `p` says.
  struct Sides {
    double same = 0.0;  ///< [Å] displacement below which two minima here are one; see also `wrinkle`
    bool initial = false, final = false;
    VectorXd beyond_initial, beyond_final;  ///< minima; empty where none was reached
    bool both() const { return initial && final; }
  };

  /// @return none so close to a fold that the three are one neighborhood.
  std::optional<Sides> sides(TrackPoint& p) {
    at(p.strain);
    const double gap = md::largest_displacement(surface_, p.initial, p.saddle);
    const double other = md::largest_displacement(surface_, p.saddle, p.final_minimum);
    // Off the saddle by less than the way to the nearer minimum.
    const double step = std::min({o_.push_over, 0.5 * gap, 0.5 * other});
    if (step < 0.02) return std::nullopt;
    const double calls = surface_.work();
    Sides found;
    found.same = std::min(o_.same, 0.5 * std::min(gap, other) + 1e-3);
    const auto side_of = [&](const VectorXd& x) { return p.mode.dot(surface_.difference(p.saddle, x)); };
    const auto same = [&](const VectorXd& x, const md::MinimizeResult& relaxed, const Leg& minimum) {
      const double away = md::largest_displacement(surface_, x, p.*minimum.x);
      return away < found.same || (away < (&minimum == &initial_leg ? gap : other) && std::abs(relaxed.energy - p.*minimum.energy) < wrinkle &&
                                   side_of(x) * side_of(p.*minimum.x) > 0.0);
    };
    std::optional<bool> plus_is_initial;
    // Long steps downhill may leave a shallow basin on the way; a side that is missed is looked for again by short ones, nearer to the steepest way.
    for (const double share : {1.0, 0.25}) {
      md::MinimizeOptions downhill = o_.minimum;
      downhill.max_step *= share;
      art::PushOver off = art::push_over(surface_, p.saddle, p.mode, share * step, downhill);
      if (!plus_is_initial) {
        if (same(off.plus, off.plus_result, initial_leg) || same(off.minus, off.minus_result, final_leg)) plus_is_initial = true;
        else if (same(off.minus, off.minus_result, initial_leg) || same(off.plus, off.plus_result, final_leg)) plus_is_initial = false;
      }
      if (plus_is_initial.value_or(false)) {
        std::swap(off.plus, off.minus);
        std::swap(off.plus_result, off.minus_result);
      }
      if (!found.initial) {
        found.initial = same(off.minus, off.minus_result, initial_leg);
        found.beyond_initial = off.minus_result.converged() ? std::move(off.minus) : VectorXd();
      }
      if (!found.final) {
        found.final = same(off.plus, off.plus_result, final_leg);
        found.beyond_final = off.plus_result.converged() ? std::move(off.plus) : VectorXd();
      }
      if (found.both()) break;
    }
    p.force_calls += surface_.work() - calls;
    return found;
  }

  /// Whether the saddle joins the two minima of `p`; where it leads to another one on the side of `loose`, that takes its place.
  bool joined(TrackPoint& p, const Leg& loose, int direction, std::string& why) {
    std::optional<Sides> found = sides(p);
    if (!found || found->both()) return true;
    const bool to_final = &loose == &final_leg;
    if (!(to_final ? found->initial : found->final)) return false;
    VectorXd& beyond = to_final ? found->beyond_final : found->beyond_initial;
    if (beyond.size() == 0 || md::largest_displacement(surface_, beyond, to_final ? p.initial : p.final_minimum) < found->same) return false;
    TrackPoint other = p;
    other.*loose.x = std::move(beyond);
    measure(other, loose);
    if (!(other.energy_saddle > other.*loose.energy)) return false;
    other.*loose.which += direction;
    p = std::move(other);
    if (std::abs(p.*loose.which) == 1)
      why += md::message(why.empty() ? "" : "; ", "from strain ", p.strain, " on the saddle leads to another minimum than ", loose.name);
    return true;
  }

  /// Whether the saddle still leads to the minimum with which it merges at this end.
  bool leads_to(TrackPoint& p, WindowEnd end) {
    const std::optional<Sides> found = sides(p);
    return !found || (end == WindowEnd::Initial ? found->initial : found->final);
  }

  Ahead ahead(const TrackPoint& p, int direction) const {
    Ahead result;
    const auto consider = [&](double barrier, double slope, WindowEnd end) {
      if (!(slope < 0.0)) return;
      const double distance = -1.5 * barrier / slope;
      if (distance < result.distance) result = {distance, end};
    };
    consider(p.barrier(), direction * volume_ * (p.stress_saddle - p.stress_initial), WindowEnd::Initial);
    consider(p.reverse_barrier(), direction * volume_ * (p.stress_saddle - p.stress_final), WindowEnd::Final);
    return result;
  }

  /// The three moved from p to strain p.strain + step by what the point before says about their motion.
  TrackPoint predict(const TrackPoint* before, const TrackPoint& p, double step, const Ahead& fold) const {
    TrackPoint next;
    next.strain = p.strain + step;  // x - x is 0: strain 0 is met exactly
    const Matrix3d f = md::simple_shear(step, o_.plane);
    next.initial = md::deformed(f, p.initial);
    next.saddle = md::deformed(f, p.saddle);
    next.final_minimum = md::deformed(f, p.final_minimum);
    next.mode = p.mode;
    next.which_initial = p.which_initial;
    next.which_final = p.which_final;
    if (before == nullptr) return next;
    const double last = p.strain - before->strain;
    const double linear = step / last;
    // Towards a fold ahead, s_± = ± sqrt(b ε / c): the same displacement per change of sqrt(ε).
    double root = linear;
    if (std::isfinite(fold.distance) && fold.distance > std::abs(step)) {
      const double e0 = std::sqrt(fold.distance + std::abs(last)), e1 = std::sqrt(fold.distance);
      root = (e1 - std::sqrt(fold.distance - std::abs(step))) / (e0 - e1);
    }
    const Matrix3d g = md::simple_shear(last, o_.plane);
    const auto move = [&](VectorXd& x, const VectorXd& now, const VectorXd& then, double factor) {
      x += factor * (now - md::deformed(g, then));
    };
    if (p.which_initial == before->which_initial) move(next.initial, p.initial, before->initial, fold.end == WindowEnd::Initial ? root : linear);
    if (p.which_final == before->which_final)
      move(next.final_minimum, p.final_minimum, before->final_minimum, fold.end == WindowEnd::Final ? root : linear);
    move(next.saddle, p.saddle, before->saddle, root);
    return next;
  }

  /// Whether the height of the saddle above a minimum changed as the work of the stress says.
  bool consistent(const TrackPoint& a, const TrackPoint& b, const Leg& minimum) const {
    const auto height = [&](const TrackPoint& p) { return p.energy_saddle - p.*minimum.energy; };
    const auto slope = [&](const TrackPoint& p) { return volume_ * (p.stress_saddle - p.*minimum.stress); };
    const double rise = height(b) - height(a), work = 0.5 * (slope(a) + slope(b)) * (b.strain - a.strain);
    if (std::abs(rise - work) >= o_.derivative_tolerance * std::max(std::abs(rise), std::abs(work)) + energy_noise) return false;
    return std::min(height(a), height(b)) > low_barrier ||
           std::abs(slope(b) - slope(a)) <= o_.stress_tolerance * std::max(std::abs(slope(a)), std::abs(slope(b))) + slope_noise;
  }

  /// Follows from points.back() in one direction; appends.
  WindowEnd run(std::vector<TrackPoint>& points, int direction, std::string& why,
                const std::function<md::Control(const TrackPoint&)>& observe) {
    double step = o_.first_step;
    int since_check = 0;
    Refusal last_refusal = Refusal::None;
    std::optional<WindowEnd> passed;  // the fold that is all the event is followed for, from so many points on
    std::size_t before_passing = 0;
    while (true) {
      const TrackPoint& here = points.back();
      const TrackPoint* before = points.size() > 1 ? &points[points.size() - 2] : nullptr;
      const Ahead fold = ahead(here, direction);
      if (passed && (fold.end != *passed || !near(fold))) {
        why += md::message(why.empty() ? "" : "; ", "its barrier then does not vanish there");
        points.resize(before_passing);
        return WindowEnd::Other;
      }
      // The last points before a fold are not proved yet. Whether another final minimum takes the place of the one that would vanish in it.
      const auto renewed = [&] {
        if (since_check == 0 || !near(fold)) return false;
        since_check = 0;
        last_refusal = Refusal::None;
        const int which = here.which_final;
        return joined(points.back(), final_leg, direction, why) && fold.end == WindowEnd::Final && here.which_final != which;
      };
      if (fold.distance < o_.fold_resolution) {
        if (renewed()) continue;
        return fold.end;
      }
      const double room = o_.max_strain - direction * here.strain;
      if (room < 1e-9) {
        why += md::message(why.empty() ? "" : "; ", "strain limit ", direction * o_.max_strain);
        return WindowEnd::NotReached;
      }
      double length = std::min({step, o_.max_step, o_.fold_fraction * fold.distance, room});
      // Strain 0 is never stepped over: there the event can be held against others.
      const double to_zero = -direction * here.strain;
      if (to_zero > 0.0 && to_zero < length) length = to_zero;
      if (length < o_.min_step && last_refusal != Refusal::None) {
        const Refusal last = last_refusal;
        if (renewed()) continue;
        return given_up(before, here, fold, last, why);
      }
      TrackPoint next = predict(before, here, direction * length, fold);
      jump_.clear();
      Refusal refusal = correct(next, o_.max_jump, &here);
      if (refusal == Refusal::None && !(consistent(here, next, initial_leg) && consistent(here, next, final_leg)))
        refusal = Refusal::Inconsistent;
      // Strain 0 decides about the class.
      if (refusal == Refusal::None && (++since_check >= o_.check_every || next.strain == 0.0)) {
        since_check = 0;
        if (!joined(next, final_leg, direction, why)) {
          refusal = Refusal::Disconnected;
          since_check = o_.check_every;  // the next is proved as well
        }
      }
      if (refusal != Refusal::None) {
        last_refusal = refusal;
        step = 0.5 * length;
        // Nothing vanishes where another minimum comes between, so that strain is not worth many proofs.
        if (step >= (refusal == Refusal::Disconnected ? o_.proof_resolution : o_.min_step)) continue;
        std::string note;
        std::optional<TrackPoint> beyond = pass(before, here, direction, length, fold, refusal, note);
        if (!beyond) {
          if (renewed()) continue;
          return given_up(before, here, fold, refusal, why);
        }
        next = std::move(*beyond);
        step = 10.0 * o_.min_step;
        since_check = 0;
        if (!passed) {
          passed = fold.end;
          before_passing = points.size();
          why += (why.empty() || note.empty() ? "" : "; ") + note;
        }
      } else {
        step = std::min(o_.max_step, 1.6 * length);
      }
      last_refusal = Refusal::None;
      points.push_back(std::move(next));
      if (observe && observe(points.back()) == md::Control::Stop) {
        why = "stopped";
        return WindowEnd::NotReached;
      }
    }
  }

 private:
  /// Whether the energy of one of the three changed from a to b by the work of its own stress; else notes how it moved.
  /// @param close whether b is where it was predicted.
  bool continuous(const Leg& leg, const TrackPoint& a, const TrackPoint& b, bool close) {
    const double step = b.strain - a.strain, before = a.*leg.stress, after = b.*leg.stress;
    const double fall = a.*leg.energy + 0.5 * volume_ * (before + after) * step - b.*leg.energy;
    // The error of the trapezoid: in elastic response a small part of V Δσ Δγ, towards a fold one of the barrier.
    const double allowed = energy_noise + 2e-3 * std::abs(volume_ * (after - before) * step) +
                           o_.derivative_tolerance * std::min(a.barrier(), a.reverse_barrier());
    if (close && std::abs(fall) <= allowed) return true;
    const VectorXd moved = md::displacement(surface_, md::deformed(md::simple_shear(step, o_.plane), a.*leg.x), b.*leg.x);
    Eigen::Index most = 0;
    double distance = 0.0;
    for (Eigen::Index k = 0; 3 * k < moved.size(); ++k)
      if (const double d = moved.segment<3>(3 * k).norm(); d > distance) {
        distance = d;
        most = k;
      }
    jump_ = md::message(leg.name, " leaves its branch between strain ", a.strain, " and ", b.strain, ": another event releases ",
                        fall, " eV and moves atom ", surface_.free_atoms()[static_cast<std::size_t>(most)] + 1, " most, by ", distance, " Å");
    return false;
  }

  /// Whether few steps lead to the fold ahead.
  bool near(const Ahead& fold) const { return fold.distance < near_fold * o_.fold_resolution; }

  void measure(TrackPoint& p, const Leg& leg) {
    VectorXd gradient((p.*leg.x).size());
    p.*leg.energy = surface_.evaluate(p.*leg.x, gradient);
    p.*leg.stress = md::shear_stress(surface_.stress(), o_.plane);
  }

  /// The point after one at which the minimum that does not take part in the fold ahead left its branch, or another came between it and the
  /// saddle: the event ends at this fold, whatever its other side has become. None where the fold is far, or the saddle no longer
  /// leads to the minimum of the fold.
  std::optional<TrackPoint> pass(const TrackPoint* before, const TrackPoint& here, int direction, double length, const Ahead& fold,
                                 Refusal refusal, std::string& note) {
    const bool towards_initial = fold.end == WindowEnd::Initial;
    const Leg& kept = towards_initial ? initial_leg : final_leg;
    const Leg& other = towards_initial ? final_leg : initial_leg;
    const bool left = refusal == (towards_initial ? Refusal::FinalJumped : Refusal::InitialJumped) && !jump_.empty();
    if (!near(fold) || !(left || refusal == Refusal::Disconnected)) return std::nullopt;
    const std::string jump = jump_;
    TrackPoint next = predict(before, here, direction * length, fold);
    if (correct(next, o_.max_jump, &here, &other) != Refusal::None || !consistent(here, next, kept)) return std::nullopt;
    std::string renewal;
    if (!joined(next, other, direction, renewal)) return std::nullopt;
    if (next.*other.which == here.*other.which) next.*other.which += direction;
    note = left ? jump : renewal;
    return next;
  }

  Refusal correct_all(TrackPoint& p, double max_jump, const TrackPoint* from, const Leg* loose) {
    try {
      const auto settle = [&](const Leg& leg) {
        VectorXd& x = p.*leg.x;
        const VectorXd guess = x;
        const md::MinimizeResult r = md::minimize(surface_, x, o_.minimum);
        measure(p, leg);
        const bool close = md::largest_displacement(surface_, guess, x) < max_jump;
        if (&leg == loose) return r.converged();
        if (from != nullptr) return continuous(leg, *from, p, close) && r.converged();
        return r.converged() && close;
      };
      if (!settle(initial_leg)) return Refusal::InitialJumped;
      if (!settle(final_leg)) return Refusal::FinalJumped;
      const VectorXd guess = p.saddle;
      art::ApproachResult r = art::approach_saddle(surface_, p.saddle, p.mode, std::min(p.energy_initial, p.energy_final), o_.saddle);
      if (r.status != art::ApproachStatus::Converged || md::largest_displacement(surface_, guess, r.x) > max_jump)
        return Refusal::SaddleLost;
      p.saddle = r.x;
      // Fits take λ² for linear in strain: the curvature must be better than what the approach needs.
      const md::LowestMode mode = md::lowest_mode(surface_, p.saddle, r.gradient, r.mode, o_.curvature, Eigen::MatrixXd(p.saddle.size(), 0));
      if (!(mode.curvature < 0.0)) return Refusal::SaddleLost;
      p.mode = mode.vector.dot(r.mode) < 0.0 ? VectorXd(-mode.vector) : mode.vector;
      p.curvature = mode.curvature;
      measure(p, saddle_leg);
      if (!(p.barrier() > 0.0)) return Refusal::InitialJumped;
      if (!(p.reverse_barrier() > 0.0)) return Refusal::FinalJumped;
      if (from != nullptr && !continuous(saddle_leg, *from, p, true)) return Refusal::SaddleJumped;
      return Refusal::None;
    } catch (const md::InputError&) {
      return Refusal::SaddleLost;  // a step into a region where the potential is not defined
    }
  }

  /// Second lowest eigenvalue of the Hessian at the saddle [eV/Å²].
  double second_curvature(const TrackPoint& p) {
    at(p.strain);
    VectorXd gradient(p.saddle.size());
    surface_.evaluate(p.saddle, gradient);
    md::CounterRng rng(0, md::Stream::Lanczos, 0);
    md::LanczosOptions lanczos = o_.curvature;
    lanczos.max_vectors *= 4;  // from a random start
    return md::lowest_mode(surface_, p.saddle, gradient, rng.normals(p.saddle.size()), lanczos, Eigen::MatrixXd(p.mode)).curvature;
  }

  WindowEnd given_up(const TrackPoint* before, const TrackPoint& here, const Ahead& fold, Refusal refusal, std::string& why) {
    if (near(fold) && refusal != Refusal::Disconnected) {
      why += why.empty() ? "" : "; ";
      // At the fold ahead λ² vanishes with the barrier; clearly earlier, it is with something else that the saddle merges.
      if (refusal == Refusal::SaddleLost && before != nullptr && fold.distance > 5.0 * o_.fold_resolution) {
        const double now = here.curvature * here.curvature, fall = before->curvature * before->curvature - now;
        const double left = now * std::abs(here.strain - before->strain) / fall;
        // Of two points side by side λ² differs by the noise of curvatures alone.
        if (fall > 0.1 * now && left < 0.25 * fold.distance) {
          why += md::message("the saddle merges with another stationary point ", fold.distance - left, " before its barrier would vanish");
          return WindowEnd::Bifurcation;
        }
      }
      // Within a few steps of where the barrier vanishes it is that fold, only less finely resolved.
      why += md::message("fold not approached closer than ", fold.distance);
      return fold.end;
    }
    why += why.empty() ? "" : "; ";
    switch (refusal) {
      case Refusal::InitialJumped:
      case Refusal::FinalJumped:
      case Refusal::SaddleJumped:
        why += !jump_.empty() ? jump_ : refusal == Refusal::InitialJumped ? "the initial minimum is lost without this saddle"
                                                                          : "the final minimum is lost without this saddle";
        return WindowEnd::Other;
      case Refusal::Disconnected: why += "the saddle no longer leads to the initial minimum"; return WindowEnd::Other;
      case Refusal::Inconsistent: why += "the barrier jumps"; return WindowEnd::Other;
      default: {
        const double second = second_curvature(here);
        if (second < soft) {
          why += md::message("the saddle merges with one of second order, its second eigenvalue being ", second, " eV/Å²");
          return WindowEnd::Bifurcation;
        }
        why += md::message("the saddle is lost, its second eigenvalue being ", second, " eV/Å²");
        return WindowEnd::Other;
      }
    }
  }

  md::AtomicSurface& surface_;
  const md::Cell& reference_;
  const TrackOptions& o_;
  double volume_;
  std::string jump_;   ///< how the last refused step left a branch
};

}  // namespace

Track follow(md::AtomicSurface& surface, const md::Cell& reference, const TrackPoint& start, const TrackOptions& options,
             const std::function<md::Control(const TrackPoint&)>& observe) {
  options.validate();
  if (!reference.fully_periodic()) throw md::InputError("track: the cell must be periodic in all directions");
  const double before = surface.work();
  Follower follower(surface, reference, options);
  TrackPoint first = start;
  Track track;
  std::string renewal;  // of the final minimum, as along the way
  if (follower.correct(first, options.max_jump) != Refusal::None || !follower.joined(first, final_leg, 1, renewal)) {
    track.held = false;
    track.low_end = track.high_end = WindowEnd::Other;
    track.low_message = track.high_message = "the event does not hold at the strain where it starts";
    track.lowest_reached = track.highest_reached = start.strain;
    track.force_calls = surface.work() - before;
    return track;
  }
  std::vector<TrackPoint> up = {first}, down = {first};
  track.high_message = track.low_message = renewal;
  track.high_end = follower.run(up, +1, track.high_message, observe);
  track.low_end = follower.run(down, -1, track.low_message, observe);
  track.points.assign(down.rbegin(), down.rend());
  track.points.insert(track.points.end(), up.begin() + 1, up.end());
  // The last points may not be proved yet: where a minimum came between, they are of its saddle, and so is a barrier that vanishes there. Or a fold
  // is none, but a force kink of the tables.
  const auto trim = [&](int side, WindowEnd& end, std::string& why) {
    const auto edge = [&] { return side > 0 ? track.points.end() - 1 : track.points.begin(); };
    const WindowEnd reached = end, vanishing = end == WindowEnd::Final ? WindowEnd::Final : WindowEnd::Initial;
    const std::size_t held = track.points.size();
    while (edge()->strain != first.strain && !follower.leads_to(*edge(), vanishing)) {
      track.points.erase(edge());
      end = WindowEnd::Other;
    }
    const bool dropped = track.points.size() < held;
    if (!dropped && (reached != vanishing || fit_fold(track.points, side, end, reference.volume()).regular)) return;
    why += why.empty() ? "" : "; ";
    if (dropped)
      why += md::message("beyond strain ", edge()->strain, " the saddle does not lead to the ", name(vanishing), " minimum");
    else
      why += "the barrier vanishes while curvature and stress difference do not: no fold of a smooth potential";
  };
  trim(+1, track.high_end, track.high_message);
  trim(-1, track.low_end, track.low_message);
  track.high = fit_fold(track.points, +1, track.high_end, reference.volume());
  track.low = fit_fold(track.points, -1, track.low_end, reference.volume());
  track.lowest_reached = track.points.front().strain;
  track.highest_reached = track.points.back().strain;
  track.force_calls = surface.work() - before;
  return track;
}

}  // namespace landscape::catastrophe
