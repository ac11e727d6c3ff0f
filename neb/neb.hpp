/// Minimum energy paths: nudged elastic band with improved tangent and climbing image (CI-NEB).
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "md/core/energy_surface.hpp"
#include "md/minimize/minimizer.hpp"

namespace landscape::neb {

/// Makes one surface; called by the caller's thread only, once per image. All surfaces must be the
/// same function, each usable from any one thread at a time.
using SurfaceFactory = std::function<std::unique_ptr<md::EnergySurface>()>;

/// Where a band starts from.
enum class InitialPath {
  Linear,  ///< the straight line, particles that would run into each other led around each other
  Idpp,    ///< bent from there until distances change evenly (even_distances)
};

struct NebOptions {
  int images = 40;  ///< > 0, between the endpoints. The barrier must not depend on it; see tests.
  double spring_constant = 5.0;  ///< [eV/Å²], > 0, of the stiffest. The barrier must not depend on it; see tests.
  /// >= 1: springs at the highest image are so many times as stiff as those at the ends (energy-weighted springs; 1: all alike).
  /// The barrier must not depend on it; see tests.
  double spring_ratio = 1.0;
  InitialPath initial_path = InitialPath::Linear;
  double max_force = 1e-4;       ///< [eV/Å], > 0: full force on the climbing image.
  double path_max_force =
      0.01;                   ///< [eV/Å], > 0: across the path plus springs, on every other image.
  int max_iterations = 5000;  ///< > 0, of each band; one iteration moves the band once.
  double climb_below =
      0.3;  ///< [eV/Å], > 0: largest force of the band at which the highest image climbs.
  /// >= 1: so many images go first from the straight line, to twice the forces asked for, where at least twice as many are asked for; these
  /// begin on the curve through them (above 2.6 times as many by way of a number between).
  int coarse_images = 7;
  double max_step = 0.1;  ///< [Å], > 0: no particle of any image moves further in one iteration.
  /// [Å], >= 0: on a surface of atoms the band relaxes first with only what is within this of the particles that move, as in searches, the rest
  /// on the straight line; then as a whole. 0, or most of the particles: as a whole from the start.
  double local_margin = 7.0;
  double moved = 0.3;     ///< [Å], > 0: what moves: particles whose ends are further apart, or half as far as those of the one that goes furthest
  int threads = 1;        ///< > 0: images evaluated at a time; results do not depend on it.
  void validate() const;  ///< @throws InputError naming field, value and broken range.
};

enum class NebStatus {
  Converged,       ///< both force tolerances met, the climbing image is above both endpoints
  IterationLimit,  ///< tolerances not met within max_iterations
  CameApart,       ///< the band climbed without end, again with shorter steps; the images are those with the smallest forces
  StoppedByObserver,
  SameEndpoints,  ///< the endpoints are one configuration: nothing was computed between them
  NoBarrier,      ///< the climbing image ran into an endpoint or ended no higher than one
};
const char* to_string(NebStatus status);

/// What an observer sees once per iteration.
struct NebProgress {
  int iteration;
  double barrier;         ///< highest image above the first endpoint [eV]
  double path_max_force;  ///< largest force of the band, climbing image excluded once there is one
                          ///< [eV/Å]
  double climbing_max_force;  ///< full force on the climbing image [eV/Å]; NaN before there is one
  double force_calls;
};
using NebObserver = std::function<md::Control(const NebProgress&)>;

/// A path, its saddle and how well both are known. Numbers are NaN until known.
struct [[nodiscard]] NebResult {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

  NebStatus status = NebStatus::IterationLimit;
  /// Both endpoints included, each continuing the one before without jumps by a period; the final
  /// endpoint is thus an image of x_final with uniform motions removed.
  std::vector<Eigen::VectorXd> images;
  std::vector<double> energies;             ///< [eV], one per image
  std::vector<double> reaction_coordinate;  ///< [Å], path length from the first image
  std::optional<int> saddle_index;    ///< climbing image, or the highest one where none climbs yet
  bool climbing = false;              ///< whether that image was climbing
  double saddle_energy = unknown;     ///< [eV]
  double barrier = unknown;           ///< saddle - first endpoint [eV]
  double reverse_barrier = unknown;   ///< saddle - last endpoint [eV]
  double saddle_max_force = unknown;  ///< full force on image saddle_index [eV/Å]
  double path_max_force = unknown;    ///< largest force of the other images [eV/Å]
  double endpoint_max_force = unknown;  ///< larger of the two endpoints [eV/Å]
  /// The larger endpoint force is above 1e-2 eV/Å: barriers then refer to points that are no
  /// minima.
  bool endpoints_unrelaxed = false;
  Eigen::VectorXd tangent;  ///< unit, along the path at saddle_index
  /// Interior images that are minima of the energy along the path by more than 1e-3 eV. Where there
  /// are any the path is a sequence of events and `barrier` is that of none of them: see split().
  std::vector<int> intermediate_minima;
  int iterations = 0;        ///< in a region and as a whole
  double force_calls = 0.0;  ///< evaluations of one image, endpoints included; those in a region by their pairs over all pairs

  bool converged() const { return status == NebStatus::Converged; }
  bool must_be_split() const { return !intermediate_minima.empty(); }
};

/// Path between two minima, starting from the straight line through minimum images, drift removed,
/// with atoms that would run into each other led around each other (separate_particles), and bent as
/// options.initial_path says.
///
/// @param x_initial, x_final length dof() [Å], same particle order.
/// @throws InputError for bad options or lengths, or where the surface refuses the endpoints or
/// every smaller step.
NebResult find_path(const SurfaceFactory& make_surface,
                    const Eigen::Ref<const Eigen::VectorXd>& x_initial,
                    const Eigen::Ref<const Eigen::VectorXd>& x_final,
                    const NebOptions& options = {},
                    const NebObserver& observe = {});

/// The same from given images (a path at a nearby strain, say), endpoints included, at least three;
/// options.images is not used.
NebResult find_path(const SurfaceFactory& make_surface,
                    const std::vector<Eigen::VectorXd>& initial_path,
                    const NebOptions& options = {},
                    const NebObserver& observe = {});

/// A minimum on the way, where a path has to be split.
struct IntermediateMinimum {
  int image;          ///< the image it was relaxed from
  Eigen::VectorXd x;  ///< [Å], continuing the path
  md::MinimizeResult minimum;
};

/// Relaxes the images in path.intermediate_minima, in path order; those that relax into an endpoint
/// or into the minimum before (largest displacement < 0.1 Å) are left out. Paths between
/// consecutive ones are the pieces.
std::vector<IntermediateMinimum> split(const SurfaceFactory& make_surface,
                                       const NebResult& path,
                                       const md::MinimizeOptions& options = {});

/// Interior indices whose energy is below both sides by more than `depth` [eV]: on each side the
/// energy rises by that much before it comes lower again. Ends never count.
std::vector<int> interior_minima(const std::vector<double>& energies, double depth);

}  // namespace landscape::neb
