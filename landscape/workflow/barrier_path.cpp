#include "landscape/workflow/barrier_path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "art/search.hpp"
#include "md/core/error.hpp"
#include "neb/initial_path.hpp"

namespace landscape {
namespace {

using Eigen::VectorXd;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double far_from_image = 1.5;  // [Å] a saddle beyond is not looked for ...
constexpr double near_image = 0.5;      // [Å] ... and one beyond this is of this path only where it joins its ends
constexpr double push_off = 0.2;     // [Å] off a saddle, at most half the way to an end
constexpr double same = 0.1;         // [Å], DESIGN.md section 3
constexpr double climbing_tolerance = 3.0;  // force on the climbing image over that of the others: it is led on alone, at a fifteenth or fortieth of the cost
constexpr double stop_force = 1e-5;  // [eV/Å] of minima on the way: at 1e-4 a slope may still pass for one

/// What the band alone says: its climbing image for a saddle.
PathPiece of_band(neb::NebResult path) {
  PathPiece piece;
  piece.path = std::move(path);
  piece.barrier_ev = piece.path.barrier;
  piece.reverse_barrier_ev = piece.path.reverse_barrier;
  piece.saddle_energy_ev = piece.path.saddle_energy;
  piece.saddle_max_force = piece.path.saddle_max_force;
  if (piece.path.saddle_index && !piece.path.images.empty())
    piece.saddle = piece.path.images[static_cast<std::size_t>(*piece.path.saddle_index)];
  return piece;
}

/// Follows the climbing image to the saddle. @return force calls.
double refine(PathPiece& piece, md::EnergySurface& surface, const neb::NebOptions& options) {
  const auto& path = piece.path;
  if (piece.saddle.size() == 0 || !path.converged()) return 0.0;
  const double before = surface.work();
  art::ApproachOptions approach;
  approach.max_force = options.max_force;
  approach.max_climb = 0.05;  // the saddle is near
  approach.max_energy = infinite;  // however high: the band has been there
  const VectorXd image = piece.saddle;
  const auto saddle = art::approach_saddle(surface, image, path.tangent, path.energies.front(), approach, [&](const art::ApproachProgress& p) {
    return md::largest_displacement(surface, image, p.x) > far_from_image ? md::Control::Stop : md::Control::Continue;
  });
  piece.stationary = saddle.status == art::ApproachStatus::Converged;
  if (piece.stationary) {
    piece.saddle = saddle.x;
    piece.saddle_energy_ev = saddle.energy;
    piece.barrier_ev = saddle.energy - path.energies.front();
    piece.reverse_barrier_ev = saddle.energy - path.energies.back();
    piece.saddle_max_force = saddle.max_force;
    piece.proof = art::prove_index(surface, saddle.x, saddle.gradient, saddle.mode);
    piece.refined = piece.proof.negative_eigenvalues == 1;
  }
  return surface.work() - before + piece.proof.extra_calls;
}

/// Relaxes both sides of the saddle of a piece and notes whether they are its ends. @return those that are not, in path order.
std::vector<VectorXd> minima_beside(PathPiece& piece, md::EnergySurface& surface, double& force_calls) {
  const double begin = surface.work();
  const VectorXd &from = piece.path.images.front(), &to = piece.path.images.back();
  const auto apart = [&](const VectorXd& a, const VectorXd& b) { return md::largest_displacement(surface, a, b); };
  const double step = std::min(push_off, 0.5 * std::min(apart(piece.saddle, from), apart(piece.saddle, to)));
  VectorXd mode = piece.proof.mode;
  if (mode.dot(piece.path.tangent) < 0.0) mode = -mode;
  const auto beside = art::push_over(surface, piece.saddle, mode, step, {.max_step = 0.05});
  const auto is = [&](const VectorXd& side, const VectorXd& end, const VectorXd& other) {
    const double distance = apart(side, end);
    return distance < same && distance < apart(side, other);
  };
  const bool minus_from = is(beside.minus, from, to), plus_to = is(beside.plus, to, from);
  const bool minus_to = is(beside.minus, to, from), plus_from = is(beside.plus, from, to);
  piece.connected = (minus_from && plus_to) || (minus_to && plus_from);
  std::vector<VectorXd> others;
  for (const auto& [side, is_end] : {std::pair{beside.minus, minus_from || minus_to}, {beside.plus, plus_from || plus_to}}) {
    if (is_end) continue;
    VectorXd x = side;
    const auto relaxed = md::minimize(surface, x, {.max_force = stop_force, .max_step = 0.05});
    const bool new_one = std::ranges::none_of(others, [&](const VectorXd& other) { return apart(other, x) < same; });
    if (relaxed.max_force < 1e-2 && new_one && apart(x, from) >= same && apart(x, to) >= same) others.push_back(x);
  }
  force_calls += surface.work() - begin;
  return others;
}

/// A minimum where one piece ends and the next begins.
struct Stop {
  VectorXd x;
  std::size_t image;  ///< of the band that it was found on, at or beside which it lies
};

/// Highest energy of the images between two ends [eV]; infinite where the surface is not defined at one.
double highest_of(md::EnergySurface& surface, const Eigen::MatrixXd& images) {
  VectorXd gradient(images.rows());
  double highest = -infinite;
  try {
    for (Eigen::Index k = 1; k + 1 < images.cols(); ++k) highest = std::max(highest, surface.evaluate(images.col(k), gradient));
  } catch (const md::InputError&) {
    return infinite;
  }
  return highest;
}

/// The images, where they lead lower than the straight line between their ends that a band begins with; else none.
std::vector<VectorXd> if_lower(std::vector<VectorXd> images, md::EnergySurface& surface, double& force_calls) {
  if (images.empty()) return images;
  const double before = surface.work();
  Eigen::MatrixXd path(images.front().size(), static_cast<Eigen::Index>(images.size()));
  for (Eigen::Index k = 0; k < path.cols(); ++k) path.col(k) = images[static_cast<std::size_t>(k)];
  Eigen::MatrixXd straight = neb::straight_path(surface, images.front(), images.back(), static_cast<int>(images.size()) - 2);
  neb::separate_particles(surface, straight);
  if (highest_of(surface, straight) <= highest_of(surface, path)) images.clear();
  force_calls += surface.work() - before;
  return images;
}

struct FoundPiece {
  PathPiece piece;
  std::vector<Stop> between;  ///< minima beside the saddle that are not the ends, in path order
};

/// What lies between two stops of a band, bent so that it leads from the one to the other: a band for their piece. Atoms that change places on the
/// way have found out how; a straight line would lead them through each other once more.
/// @return `images` images between the ends, evenly spaced, and these; empty where a straight line is as good.
std::vector<VectorXd> part_of(const PathPiece& parent, const Stop& from, const Stop& to, int images) {
  const auto& band = parent.path.images;
  std::vector<VectorXd> knots = {from.x};
  if (from.image == to.image) {
    knots.push_back(parent.saddle);
  } else {
    const VectorXd at_from = from.x - band[from.image], at_to = to.x - band[to.image];
    for (std::size_t k = from.image + 1; k < to.image; ++k) {
      const double share = static_cast<double>(k - from.image) / static_cast<double>(to.image - from.image);
      knots.push_back(band[k] + (1.0 - share) * at_from + share * at_to);
    }
  }
  if (knots.size() == 1) return {};
  knots.push_back(to.x);
  std::vector<double> length = {0.0};
  for (std::size_t k = 1; k < knots.size(); ++k) length.push_back(length.back() + (knots[k] - knots[k - 1]).norm());
  std::vector<VectorXd> path = {from.x};
  std::size_t k = 1;
  for (int image = 1; image <= images; ++image) {
    const double at = length.back() * image / (images + 1);
    while (k + 1 < knots.size() && length[k] < at) ++k;
    path.push_back(knots[k - 1] + (at - length[k - 1]) / (length[k] - length[k - 1]) * (knots[k] - knots[k - 1]));
  }
  path.push_back(to.x);
  return path;
}

/// The saddle on a band between two minima; on one converged further where the climbing image leads to none of this path.
/// @param guess a band to begin with; empty: a straight line.
FoundPiece find_piece(const neb::SurfaceFactory& make, const VectorXd& from, const VectorXd& to, const std::vector<VectorXd>& guess,
                      const BarrierPathOptions& options, BarrierPath& all, const neb::NebObserver& observe) {
  constexpr double further = 0.3;
  constexpr int further_iterations = 300;  // from a band that is nearly there
  neb::NebOptions band = options.neb;
  band.max_force = std::max(band.max_force, climbing_tolerance * band.path_max_force);
  const auto surface = make();
  FoundPiece found;
  PathPiece& piece = found.piece;
  for (const bool again : {false, true}) {
    const auto& start = again ? piece.path.images : guess;
    band.max_iterations = std::clamp(options.max_iterations - all.iterations, 1, band.max_iterations);
    PathPiece next = of_band(start.empty() ? neb::find_path(make, from, to, band, observe) : neb::find_path(make, start, band, observe));
    all.force_calls += static_cast<double>(next.path.force_calls);
    all.iterations += next.path.iterations;
    if (again && !next.path.converged()) {  // the wider one stands
      if (next.path.status == neb::NebStatus::StoppedByObserver) piece.path.status = next.path.status;
      break;
    }
    piece = std::move(next);
    if (options.split && piece.path.must_be_split()) break;
    all.force_calls += refine(piece, *surface, options.neb);
    if (!piece.path.converged() || (piece.refined && !options.split)) break;
    if (piece.refined) {
      auto others = minima_beside(piece, *surface, all.force_calls);
      const VectorXd& image = piece.path.images[static_cast<std::size_t>(piece.path.saddle_index.value())];
      const bool near = md::largest_displacement(*surface, image, piece.saddle) < near_image;
      if (near)
        for (VectorXd& other : others) found.between.push_back({std::move(other), static_cast<std::size_t>(piece.path.saddle_index.value())});
      if (near || piece.connected.value()) break;
      piece = of_band(std::move(piece.path));  // that saddle is of another path
    }
    band.max_force *= further;
    band.path_max_force *= further;
    band.max_iterations = std::min(band.max_iterations, further_iterations);
  }
  return found;
}

/// What is known of how high a piece leads [eV].
double highest_energy(const PathPiece& piece) { return std::isnan(piece.saddle_energy_ev) ? -infinite : piece.saddle_energy_ev; }

}  // namespace

const char* PathPiece::status() const {
  if (!path.converged()) return neb::to_string(path.status);
  if (!stationary) return "no_saddle";
  if (!refined) return "not_first_order";
  if (!above_ends()) return "below_an_end";
  return connected.value_or(true) ? "converged" : "other_minima";
}

const char* BarrierPath::status() const {
  const auto failed = std::ranges::find_if_not(pieces, &PathPiece::converged);
  return failed == pieces.end() ? "converged" : failed->status();
}

void BarrierPathOptions::validate() const {
  neb.validate();
  if (max_iterations < 1) throw md::InputError(md::message("path: max_iterations is ", max_iterations, ", expected at least 1"));
  if (max_pieces < 1) throw md::InputError(md::message("path: max_pieces is ", max_pieces, ", expected at least 1"));
}

BarrierPath barrier_path(const neb::SurfaceFactory& make, const VectorXd& from, const VectorXd& to,
                         const BarrierPathOptions& options, const neb::NebObserver& observe) {
  options.validate();
  BarrierPath result;
  std::vector<VectorXd> stops = {from, to};          // those still to be joined, in order
  std::vector<std::vector<VectorXd>> guesses(1);     // bands between them; empty: none
  const auto surface = make();
  for (std::size_t k = 0; k + 1 < stops.size();) {
    auto [piece, between] = find_piece(make, stops[k], stops[k + 1], guesses[k], options, result, observe);
    const bool room = options.split && static_cast<int>(stops.size()) <= options.max_pieces;
    if (room && piece.path.must_be_split() && piece.path.status != neb::NebStatus::StoppedByObserver)
      for (auto& stop : neb::split(make, piece.path, {.max_force = stop_force})) {
        result.force_calls += static_cast<double>(stop.minimum.force_calls);
        between.push_back({std::move(stop.x), static_cast<std::size_t>(stop.image)});
      }
    if (options.split && between.empty() && piece.path.must_be_split()) {  // no minima after all, or no room
      result.force_calls += refine(piece, *surface, options.neb);
      if (piece.refined) (void)minima_beside(piece, *surface, result.force_calls);
    }
    if (room && !between.empty()) {
      between.insert(between.begin(), {piece.path.images.front(), 0});
      between.push_back({piece.path.images.back(), piece.path.images.size() - 1});
      std::vector<std::vector<VectorXd>> parts;
      for (std::size_t m = 0; m + 1 < between.size(); ++m) {
        parts.push_back(if_lower(part_of(piece, between[m], between[m + 1], options.neb.images), *surface, result.force_calls));
        if (m > 0) stops.insert(stops.begin() + static_cast<std::ptrdiff_t>(k + m), between[m].x);
      }
      const auto place = guesses.erase(guesses.begin() + static_cast<std::ptrdiff_t>(k));
      guesses.insert(place, parts.begin(), parts.end());
      continue;
    }
    result.pieces.push_back(std::move(piece));
    if (highest_energy(result.pieces.back()) > highest_energy(result.pieces[result.highest])) result.highest = result.pieces.size() - 1;
    if (result.pieces.back().path.status == neb::NebStatus::StoppedByObserver) break;
    ++k;
  }
  return result;
}

}  // namespace landscape
