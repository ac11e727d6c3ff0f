#include "landscape/workflow/barrier_path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "art/search.hpp"
#include "md/core/error.hpp"

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
  const std::int64_t before = surface.calls();
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
  return static_cast<double>(surface.calls() - before) + piece.proof.extra_calls;
}

/// Relaxes both sides of the saddle of a piece and notes whether they are its ends. @return those that are not, in path order.
std::vector<VectorXd> minima_beside(PathPiece& piece, md::EnergySurface& surface, double& force_calls) {
  const std::int64_t begin = surface.calls();
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
  force_calls += static_cast<double>(surface.calls() - begin);
  return others;
}

struct FoundPiece {
  PathPiece piece;
  std::vector<VectorXd> between;  ///< minima beside the saddle that are not the ends, in path order
};

/// The saddle on a band between two minima; on one converged further where the climbing image leads to none of this path.
FoundPiece find_piece(const neb::SurfaceFactory& make, const VectorXd& from, const VectorXd& to, const BarrierPathOptions& options,
                 double& force_calls, const neb::NebObserver& observe) {
  constexpr double further = 0.3;
  constexpr int further_iterations = 300;  // from a band that is nearly there
  neb::NebOptions band = options.neb;
  band.max_force = std::max(band.max_force, climbing_tolerance * band.path_max_force);
  const auto surface = make();
  FoundPiece found;
  PathPiece& piece = found.piece;
  for (const bool again : {false, true}) {
    PathPiece next = of_band(again ? neb::find_path(make, piece.path.images, band, observe) : neb::find_path(make, from, to, band, observe));
    force_calls += static_cast<double>(next.path.force_calls);
    if (again && !next.path.converged()) {  // the wider one stands
      if (next.path.status == neb::NebStatus::StoppedByObserver) piece.path.status = next.path.status;
      break;
    }
    piece = std::move(next);
    if (options.split && piece.path.must_be_split()) break;
    force_calls += refine(piece, *surface, options.neb);
    if (!piece.path.converged() || (piece.refined && !options.split)) break;
    if (piece.refined) {
      auto others = minima_beside(piece, *surface, force_calls);
      const VectorXd& image = piece.path.images[static_cast<std::size_t>(piece.path.saddle_index.value())];
      const bool near = md::largest_displacement(*surface, image, piece.saddle) < near_image;
      if (near) found.between = std::move(others);
      if (near || piece.connected.value()) break;
      piece = of_band(std::move(piece.path));  // that saddle is of another path
    }
    band.max_force *= further;
    band.path_max_force *= further;
    band.max_iterations = std::min(band.max_iterations, further_iterations);
  }
  return found;
}

/// What is known of how high a piece leads: a path that did not converge may lead higher than any other.
double highest_energy(const PathPiece& piece) { return piece.path.converged() ? piece.saddle_energy_ev : infinite; }

}  // namespace

void BarrierPathOptions::validate() const {
  neb.validate();
  if (max_pieces < 1) throw md::InputError(md::message("path: max_pieces is ", max_pieces, ", expected at least 1"));
}

BarrierPath barrier_path(const neb::SurfaceFactory& make, const VectorXd& from, const VectorXd& to,
                         const BarrierPathOptions& options, const neb::NebObserver& observe) {
  options.validate();
  BarrierPath result;
  std::vector<VectorXd> stops = {from, to};  // those still to be joined, in order
  const auto surface = make();
  for (std::size_t k = 0; k + 1 < stops.size();) {
    auto [piece, between] = find_piece(make, stops[k], stops[k + 1], options, result.force_calls, observe);
    const bool room = options.split && static_cast<int>(stops.size()) <= options.max_pieces;
    if (room && piece.path.must_be_split() && piece.path.status != neb::NebStatus::StoppedByObserver)
      for (auto& stop : neb::split(make, piece.path, {.max_force = stop_force})) {
        result.force_calls += static_cast<double>(stop.minimum.force_calls);
        between.push_back(std::move(stop.x));
      }
    if (options.split && between.empty() && piece.path.must_be_split()) {  // no minima after all, or no room
      result.force_calls += refine(piece, *surface, options.neb);
      if (piece.refined) (void)minima_beside(piece, *surface, result.force_calls);
    }
    if (room && !between.empty()) {
      stops.insert(stops.begin() + static_cast<std::ptrdiff_t>(k) + 1, between.begin(), between.end());
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
