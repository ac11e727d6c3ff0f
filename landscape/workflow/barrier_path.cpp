#include "landscape/workflow/barrier_path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "md/core/error.hpp"

namespace landscape {
namespace {

using Eigen::VectorXd;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double near_image = 0.5;  // [Å] a saddle beyond is that of another event

/// Follows the climbing image to the saddle. @return force calls.
double refine(PathPiece& piece, md::EnergySurface& surface, const neb::NebOptions& options) {
  const auto& path = piece.path;
  piece.barrier_ev = path.barrier;
  piece.reverse_barrier_ev = path.reverse_barrier;
  piece.saddle_energy_ev = path.saddle_energy;
  piece.saddle_max_force = path.saddle_max_force;
  if (!path.saddle_index || path.images.empty()) return 0.0;
  piece.saddle = path.images[static_cast<std::size_t>(*path.saddle_index)];
  if (!path.converged()) return 0.0;
  const std::int64_t before = surface.calls();
  art::ApproachOptions approach;
  approach.max_force = options.max_force;
  approach.max_climb = 0.05;  // the saddle is near
  approach.max_energy = infinite;  // however high: the band has been there
  const VectorXd image = piece.saddle;
  const auto saddle = art::approach_saddle(surface, image, path.tangent, path.energies.front(), approach, [&](const art::ApproachProgress& p) {
    return md::largest_displacement(surface, image, p.x) > near_image ? md::Control::Stop : md::Control::Continue;
  });
  piece.stationary = saddle.status == art::ApproachStatus::Converged;
  if (piece.stationary) {
    piece.saddle = saddle.x;
    piece.saddle_energy_ev = saddle.energy;
    piece.barrier_ev = saddle.energy - path.energies.front();
    piece.reverse_barrier_ev = saddle.energy - path.energies.back();
    piece.saddle_max_force = saddle.max_force;
    piece.proof = art::prove_index(surface, saddle.x, saddle.gradient, saddle.mode);
    piece.refined = piece.proof.negative_eigenvalues == 1 && piece.barrier_ev > 0.0 && piece.reverse_barrier_ev > 0.0;
  }
  return static_cast<double>(surface.calls() - before) + piece.proof.extra_calls;
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
  neb::NebOptions band = options.neb;
  band.max_force = std::max(band.max_force, band.path_max_force);
  BarrierPath result;
  std::vector<VectorXd> stops = {from, to};  // those still to be joined, in order
  for (std::size_t k = 0; k + 1 < stops.size();) {
    PathPiece piece;
    piece.path = neb::find_path(make, stops[k], stops[k + 1], band, observe);
    result.force_calls += static_cast<double>(piece.path.force_calls);
    if (options.split && piece.path.must_be_split() && static_cast<int>(stops.size()) <= options.max_pieces) {
      const auto between = neb::split(make, piece.path);
      for (const auto& stop : between) result.force_calls += static_cast<double>(stop.minimum.force_calls);
      if (!between.empty()) {
        std::vector<VectorXd> inserted;
        for (const auto& stop : between) inserted.push_back(stop.x);
        stops.insert(stops.begin() + static_cast<std::ptrdiff_t>(k) + 1, inserted.begin(), inserted.end());
        continue;
      }
    }
    const auto surface = make();
    result.force_calls += refine(piece, *surface, options.neb);
    result.pieces.push_back(std::move(piece));
    if (highest_energy(result.pieces.back()) > highest_energy(result.pieces[result.highest])) result.highest = result.pieces.size() - 1;
    if (result.pieces.back().path.status == neb::NebStatus::StoppedByObserver) break;
    ++k;
  }
  return result;
}

}  // namespace landscape
