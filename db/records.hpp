/// Plain records of the event database, one struct per table row.
///
/// Field names are column names. A double that is NaN (`unknown`) is stored as NULL and read back
/// as NaN; an empty optional id is NULL; texts are never NULL (empty means "not said"). `id` is 0
/// until the row is stored; insert functions ignore it and return the new one. All of them are
/// values without any invariant of their own: the tables hold the constraints.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace landscape::db {

using Id = std::int64_t;
using Blob = std::vector<std::uint8_t>;
using Stress = std::array<double, 6>;  ///< [GPa] xx yy zz yz xz xy, tension positive.

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
inline constexpr Stress unknown_stress = {unknown, unknown, unknown, unknown, unknown, unknown};

/// One execution of a command. Time, host and threads are the only columns of the database that may
/// differ between two executions of the same work.
struct RunRecord {
  Id id = 0;
  std::string command = {};    ///< "map", "shear", ...
  std::string options = "{}";  ///< JSON text, everything that decides the result.
  std::int64_t seed = 1;
  int threads = 1;
  std::string code_version = {};
  std::string host = {};           ///< Filled in by add_run when empty.
  std::string started_utc = {};    ///< ISO 8601, UTC. Filled in by add_run when empty.
  std::string finished_utc = {};   ///< Empty while running.
  std::string status = "running";  ///< running | done | incomplete | interrupted | failed
  std::optional<Id> potential_id = {};
  double wall_s = unknown;       ///< [s] filled in by finish_run.
  double force_calls = unknown;  ///< Force-call equivalents, filled in by finish_run.
};

struct PotentialRecord {
  Id id = 0;
  std::string spec = {};  ///< What --potential was given.
  std::string name = {};
  std::string sha256 = {};    ///< Of the file, or of the spec where there is none. Unique.
  double cutoff_a = unknown;  ///< [Å]
};

/// Coordinates as bytes. The caller decides the layout and documents it; the database keeps it
/// beside the bytes.
struct ConfigurationRecord {
  Id id = 0;
  std::int64_t n_atoms = 0;
  std::string layout = {};  ///< Name and version of the encoding.
  Blob data = {};
  std::optional<Id> reference_id = {};  ///< The configuration that `data` is a difference against.
};

struct SampleRecord {
  Id id = 0;
  std::string name = {};  ///< Unique.
  Id run_id = 0;
  Id potential_id = 0;
  std::string composition = {};  ///< "Cu64Zr36"
  std::int64_t n_atoms = 0;
  std::string origin = {};  ///< quench | import | htc | ...
  std::string defining_options =
      "{}";                  ///< JSON text; the same name with the same text is the same sample.
  std::string species = {};  ///< One symbol per atom, separated by blanks.
  Blob movable = {};         ///< One byte per atom, 0 = frozen; empty: all atoms move.
  std::string periodic = "TTT";  ///< T or F for each cell vector.
  std::array<double, 9> cell = {
      unknown, unknown, unknown, unknown, unknown,
      unknown, unknown, unknown, unknown};  ///< [Å] ax ay az bx by bz cx cy cz
  std::string state = "preparing";          ///< preparing | ready
  std::optional<Id> minimum_id = {};        ///< Reference minimum, there once ready.
  double energy_ev = unknown;               ///< [eV] inherent structure in the relaxed cell.
  double energy_per_atom_ev = unknown;
  double energy_fixed_cell_ev =
      unknown;  ///< [eV] inherent structure in the cell it was quenched in.
  double energy_per_atom_fixed_cell_ev = unknown;
  double volume_a3 = unknown;             ///< [Å³]
  double volume_fixed_cell_a3 = unknown;  ///< [Å³]
  double density_g_per_cm3 = unknown;
  double max_force_ev_per_a = unknown;
  Stress stress_gpa = unknown_stress;
  double quench_rate_k_per_s = unknown;
  double melt_temperature_k = unknown;
  double effective_rate_k_per_s = unknown;
  double effective_rate_low_k_per_s = unknown;   ///< Ends of its interval of 95 %.
  double effective_rate_high_k_per_s = unknown;
  double annealing_degree_ev = unknown;          ///< [eV/atom] E0 - E_IS
  double annealing_degree_error_ev = unknown;    ///< [eV/atom] 1 sigma of E0
  double shear_modulus_gpa = unknown;
  double zero_stress_strain = unknown;  ///< strain_xy at which stress_xy vanishes.
  double force_calls = unknown;
};

struct MinimumRecord {
  Id id = 0;
  Id sample_id = 0;
  Id run_id = 0;
  double strain_xy = 0.0;
  std::string plane = "xy";
  double energy_ev = unknown;           ///< Required.
  double max_force_ev_per_a = unknown;  ///< Required.
  Stress stress_gpa = unknown_stress;
  double lowest_curvature_ev_per_a2 = unknown;  ///< Unknown unless computed.
  Id configuration_id = 0;
  std::string origin = "sample";  ///< sample | map | shear | track | neb
  std::string uid = {};           ///< Given by the caller; unique.
};

struct SaddleRecord {
  Id id = 0;
  Id sample_id = 0;
  Id run_id = 0;
  double strain_xy = 0.0;
  std::string plane = "xy";
  double energy_ev = unknown;            ///< Required.
  double max_force_ev_per_a = unknown;   ///< Required.
  double curvature_ev_per_a2 = unknown;  ///< Lowest Hessian eigenvalue.
  double second_curvature_ev_per_a2 = unknown;
  int negative_eigenvalues = 1;
  std::string proof_method = "lanczos";  ///< inertia | lanczos: what established their number.
  std::string proof = {};  ///< The same in words.
  Stress stress_gpa = unknown_stress;
  Id configuration_id = 0;
  std::optional<Id>
      mode_configuration_id;     ///< Unit eigenvector of the lowest curvature, as a configuration.
  bool connected = false;        ///< One side returns to the start minimum, the other leaves it.
  std::int64_t center_atom = 0;  ///< 1-based; 0 unknown.
  std::string uid = {};          ///< Unique.
};

/// One mapping of a sample's landscape: the searches that belong together, whatever number of runs
/// they took.
struct MappingRecord {
  Id id = 0;
  Id sample_id = 0;
  Id run_id = 0;  ///< The run that began it.
  double strain_xy = 0.0;
  std::string options = "{}";  ///< JSON text
  std::int64_t seed = 1;
  std::string options_key = {};  ///< Text or hash; unique with sample, strain and seed.
  Id initial_minimum_id = 0;
};

struct SearchRecord {
  Id id = 0;
  Id mapping_id = 0;
  Id run_id = 0;
  std::int64_t search_index = 0;  ///< 0-based, unique in its mapping.
  std::int64_t batch = 0;
  std::int64_t center_atom = 0;  ///< 1-based
  std::string outcome = {};      ///< Cause: "connected", "mode_lost", ...
  double force_calls = 0.0;
  double calls_activation = 0.0;
  double calls_approach = 0.0;
  double calls_proof = 0.0;
  double calls_push_over = 0.0;
  double calls_lanczos = unknown;     ///< Of activation and approach.
  double calls_relaxation = unknown;  ///< Of activation.
  double calls_minima = unknown;      ///< Of push_over.
  double calls_whole = unknown;       ///< Of all: with all atoms.
  std::optional<Id> saddle_id = {};
  std::optional<Id> event_id = {};  ///< The distinct event it ended in, found first or again.
  double barrier_ev = unknown;
  std::string message = {};
  std::string start = {};        ///< How its centre was chosen.
  double start_share = unknown;  ///< Chance that a search of the mapping has this centre.
};

/// A connected, distinct event: initial minimum, saddle, final minimum at one strain.
struct EventRecord {
  Id id = 0;
  Id sample_id = 0;
  Id run_id = 0;
  std::optional<Id> mapping_id = {};        ///< Set for origin "map".
  std::optional<Id> plastic_event_id = {};  ///< Set for origin "shear".
  double strain_xy = 0.0;
  std::string plane = "xy";
  Id initial_minimum_id = 0;
  Id saddle_id = 0;
  Id final_minimum_id = 0;
  double barrier_ev = unknown;           ///< Required. E(saddle) - E(initial)
  double reverse_barrier_ev = unknown;   ///< Required. E(saddle) - E(final)
  double curvature_ev_per_a2 = unknown;  ///< Of the saddle.
  double delta_stress_xy_gpa = unknown;  ///< stress_xy(saddle) - stress_xy(initial minimum)
  double predicted_critical_strain = unknown;
  std::int64_t center_atom = 0;  ///< 1-based, the atom that moves most.
  double max_displacement_a = unknown;
  double participation_number = unknown;
  std::int64_t times_found = 1;          ///< Number of searches that refer to it (origin "map").
  std::int64_t first_search_index = -1;  ///< -1 where no search found it.
  std::string origin = "map";            ///< map | shear
  std::string uid = {};                  ///< Unique.
};

/// An event followed in strain to its folds.
struct TrackRecord {
  Id id = 0;
  Id event_id = 0;
  Id run_id = 0;
  std::string options = "{}";              ///< JSON text
  std::string options_key = {};            ///< Unique with the event.
  std::string plane = "xy";                ///< Plane of the shear it was followed in.
  std::optional<Id> event_at_zero_id = {}; ///< The mapped event that it is at strain 0.
  double critical_strain = unknown;        ///< Fold of initial minimum and saddle.
  double critical_strain_error = unknown;  ///< 1 sigma, as every error here.
  double reverse_strain = unknown;         ///< Fold of final minimum and saddle.
  double reverse_strain_error = unknown;
  double amplitude_ev = unknown;  ///< A of E = A |γ_c - γ|^(3/2)
  double amplitude_error_ev = unknown;
  double reverse_amplitude_ev = unknown;
  double window_low = unknown;  ///< The event exists on (window_low, window_high).
  double window_high = unknown;
  std::string low_end = "not_reached";  ///< initial | final | other | bifurcation | not_reached
  std::string high_end = "not_reached";
  std::string event_class = "unresolved";  ///< thermal | strain_created | unresolved
  std::string event_class_reason = {};
  std::string event_class_zero_stress = "unresolved";
  double zero_stress_strain = unknown;
  double exponent = unknown;  ///< Free exponent of the barrier fit, 3/2 at a fold.
  double exponent_error = unknown;
  double critical_strain_from_barrier = unknown;
  double critical_strain_from_barrier_error = unknown;
  double critical_strain_from_curvature = unknown;
  double critical_strain_from_curvature_error = unknown;
  double critical_strain_from_stress = unknown;
  double critical_strain_from_stress_error = unknown;
  double reverse_strain_from_barrier = unknown;
  double reverse_strain_from_barrier_error = unknown;
  double reverse_strain_from_curvature = unknown;
  double reverse_strain_from_curvature_error = unknown;
  double reverse_strain_from_stress = unknown;
  double reverse_strain_from_stress_error = unknown;
  double force_calls = unknown;
  std::int64_t points = 0;  ///< Set by add_track.
  std::string state = "done";
};

struct TrackPointRecord {
  Id id = 0;
  Id track_id = 0;               ///< Set by add_track.
  std::int64_t point_index = 0;  ///< Set by add_track: 0, 1, ... by increasing strain.
  double strain_xy = 0.0;
  double barrier_ev = unknown;
  double reverse_barrier_ev = unknown;
  double curvature_ev_per_a2 = unknown;  ///< Of the saddle.
  double initial_curvature_ev_per_a2 = unknown;
  double final_curvature_ev_per_a2 = unknown;
  double delta_stress_xy_gpa = unknown;          ///< Saddle - initial minimum.
  double delta_stress_reverse_xy_gpa = unknown;  ///< Saddle - final minimum.
  double initial_stress_xy_gpa = unknown;
  double energy_initial_ev = unknown;
  std::optional<Id> initial_configuration_id = {};
  std::optional<Id> saddle_configuration_id = {};
  std::optional<Id> final_configuration_id = {};
  double force_calls = unknown;
  bool path_asked = false;                    ///< A path between the two minima was looked for here.
  double path_barrier_ev = unknown;           ///< Of that path; unknown where it has more than one saddle.
  double path_reverse_barrier_ev = unknown;
  std::optional<std::int64_t> which_initial = {};  ///< 0: the minimum of the start; 1, 2, ... (-1, ...): those that took its place on the way up (down).
  std::optional<std::int64_t> which_final = {};
};

/// Where an event's barrier is expected to vanish, foretold from the strain where it was found.
struct PredictionRecord {
  Id id = 0;
  Id event_id = 0;
  Id run_id = 0;
  std::string plane = "xy";
  std::string method = "first_order";      ///< first_order | power | second_order | two_strains. Unique with event and plane.
  double critical_strain = unknown;
  double critical_strain_error = unknown;
  double exponent = unknown;
  double slope_ev = unknown;               ///< dE_A/dγ where it was found.
  double curvature_ev = unknown;           ///< d²E_A/dγ² there.
  double force_calls = unknown;
};

/// One quasistatic shear of a sample.
struct ShearRecord {
  Id id = 0;
  Id sample_id = 0;
  Id run_id = 0;
  std::string options = "{}";    ///< JSON text
  std::string options_key = {};  ///< Unique with the sample.
  std::string plane = "xy";
  double to_strain = unknown;
  std::string state = "running";  ///< running | done
  std::int64_t steps = 0;
  double force_calls = unknown;
  double shear_modulus_gpa = unknown;
  double max_stress_gpa = unknown;
  double yield_strain = unknown;
  double max_stress_drop_gpa = unknown;   ///< Largest discontinuity.
  std::optional<Id> ensemble_id = {};       ///< Set where it is a replica of an ensemble.
  std::optional<Id> start_minimum_id = {};  ///< Where it begins, unless at the sample's minimum.
  double yield_stress_gpa = unknown;        ///< Stress at yield_strain, positive.
  double max_stress_drop_strain = unknown;
  double max_stress_drop_energy_ev = unknown;  ///< Energy that the largest drop released.
  double slope_drop_gpa = unknown;             ///< Largest drop by the sign of dσ/dγ.
  double slope_drop_strain = unknown;          ///< Where that drop begins.
  double released_energy_ev = unknown;         ///< Of all discontinuities of the first loading.
  double overlap = unknown;                    ///< Q12 at the end of the first loading.
  double rearranged_fraction = unknown;        ///< There, D²min against strain 0.
  double d2min_cutoff_a = unknown;
  double d2min_threshold_a2 = unknown;
  double unstable_strain = unknown;  ///< Of the first state found to be no minimum.
};

struct ShearStepRecord {
  Id id = 0;
  Id shear_id = 0;
  Id run_id = 0;
  std::int64_t step_index = 0;  ///< 0-based, unique in its shear.
  std::string branch = "load";  ///< load | unload | reload
  std::optional<std::int64_t> cycle = {};  ///< 1 on the first way there and off again, 2 on the next
  double strain_xy = 0.0;
  double energy_ev = unknown;
  Stress stress_gpa = unknown_stress;
  double max_force_ev_per_a = unknown;
  double force_calls = unknown;
  std::optional<Id> configuration_id = {};
  double overlap = unknown;  ///< Q12 against strain 0, affine part removed.
};

struct PlasticEventRecord {
  Id id = 0;
  Id shear_id = 0;
  Id run_id = 0;
  std::int64_t event_index = 0;      ///< 0-based, unique in its shear.
  double strain = unknown;           ///< Upper end of the bracket. Required.
  double strain_lower = unknown;     ///< Lower end of the bracket.
  std::optional<std::int64_t> step_index = {};  ///< Of the step after it.
  double energy_drop_ev = unknown;   ///< Positive when released.
  double stress_drop_gpa = unknown;  ///< Positive when released.
  double max_displacement_a = unknown;
  std::int64_t center_atom = 0;  ///< 1-based, the atom that moves most.
  double participation_number = unknown;
  std::optional<Id> before_configuration_id = {};
  std::optional<Id> after_configuration_id = {};
  std::optional<Id> event_id = {};  ///< Its row among the events, once entered there.
  std::optional<std::int64_t> rearranged_atoms = {};       ///< D²min from before to after above the threshold.
  std::optional<std::int64_t> rearranged_atoms_half = {};  ///< Above half the threshold.
  std::optional<std::int64_t> clusters = {};               ///< Of the rearranged atoms.
  std::optional<std::int64_t> largest_cluster = {};
  std::optional<std::int64_t> percolating_directions = {};  ///< 0 to 3
  double rearranged_fraction_total = unknown;  ///< After it, D²min against strain 0.
};

/// What came back when the load of a shear was taken off.
struct UnloadingRecord {
  Id id = 0;
  Id shear_id = 0;
  Id run_id = 0;
  std::int64_t unloading_index = 0;  ///< 0-based, unique in its shear.
  double from_strain = unknown;      ///< Where unloading began.
  double residual_strain = unknown;
  double residual_stress_gpa = unknown;
  double dissipated_energy_ev = unknown;  ///< V ∮ σ dγ from strain 0 to here, less the energy still stored.
  double max_displacement_a = unknown;    ///< Against the start.
  double cycle_dissipated_energy_ev = unknown;  ///< The same from where the cycle began.
  double cycle_displacement_a = unknown;  ///< Against where the cycle began, affine part removed.
  bool closed = false;                    ///< Back at the strain of the start, no atom has moved by 0.1 Å.
  double overlap = unknown;               ///< Q12 against the start.
  std::optional<std::int64_t> rearranged_atoms = {};  ///< Where unloading began, against strain 0.
  double healed_fraction = unknown;  ///< Share of these that are below the threshold again.
};

/// Where atoms rearranged between two states of a shear.
struct RearrangementRecord {
  Id id = 0;
  Id shear_id = 0;
  Id run_id = 0;
  std::string from_state = {};  ///< "load:0.05", "unload:0", ...
  std::string to_state = {};
  double from_strain = 0.0;
  double to_strain = 0.0;
  double d2min_cutoff_a = unknown;
  double d2min_threshold_a2 = unknown;
  std::int64_t rearranged_atoms = 0;
  std::int64_t rearranged_atoms_half = 0;  ///< Above half the threshold.
  std::int64_t undefined_atoms = 0;        ///< Their neighbors do not span three dimensions.
  double mean_d2min_a2 = unknown;
  double participation_ratio = unknown;
  std::int64_t clusters = 0;
  std::int64_t largest_cluster = 0;
  std::int64_t percolating_directions = 0;
  std::string band_normal = {};  ///< x, y, z; empty without rearranged atoms.
  double band_position_a = unknown;
  double band_width_a = unknown;
  double band_contrast = unknown;
  double band_volume_width_a = unknown;
  double overlap = unknown;
  double healed_fraction = unknown;  ///< Unknown unless the shear was unloaded from to_state's leg.
  double force_calls = unknown;
};

/// Replicas of one kind of glass sheared alike, and what they say together.
struct EnsembleRecord {
  Id id = 0;
  std::string name = {};  ///< Unique.
  Id run_id = 0;
  std::string options = "{}";     ///< JSON text
  std::string state = "running";  ///< running | done
  std::string samples = {};       ///< Names, separated by blanks.
  std::int64_t replicas = 0;
  std::int64_t distinct_replicas = 0;  ///< Those that count.
  double force_calls = unknown;
  double shear_modulus_gpa = unknown;  ///< Means over the replicas, as all that follow unless said otherwise.
  double max_stress_gpa = unknown;
  double max_stress_error_gpa = unknown;
  double yield_strain = unknown;
  double max_stress_drop_gpa = unknown;
  double max_stress_drop_error_gpa = unknown;
  double max_stress_drop_strain = unknown;
  double drop_variance_gpa2 = unknown;    ///< Of the largest drop, without N.
  double drop_variance_n_gpa2 = unknown;  ///< Times the number of atoms.
  double variance_relative_error = unknown;  ///< sqrt(2/(n-1))
  double slope_drop_gpa = unknown;
  double slope_drop_variance_gpa2 = unknown;
  double overlap = unknown;      ///< At the end of loading.
  double overlap_chi = unknown;  ///< N (<Q²> - <Q>²) there.
  double overlap_chi_peak = unknown;
  double overlap_chi_peak_strain = unknown;
  double rearranged_fraction = unknown;
  std::int64_t loops = 0;  ///< Replicas that were unloaded, from yield or from just before their largest drop.
  double closed_fraction = unknown;
  double closed_fraction_error = unknown;
  double dissipated_energy_ev = unknown;
  double residual_strain = unknown;  ///< Mean of its absolute value.
  double healed_fraction = unknown;
};

struct ReplicaRecord {
  Id id = 0;
  Id ensemble_id = 0;
  Id run_id = 0;
  std::int64_t replica_index = 0;  ///< 0-based, unique in its ensemble.
  Id sample_id = 0;
  std::int64_t perturbation = 0;  ///< 0: none
  std::string sense = "+xy";
  std::string state = "done";  ///< done | same | not_relaxed
  double energy_difference_ev = unknown;  ///< Perturbed minimum less the sample's.
  double max_displacement_a = unknown;    ///< Between the two.
  std::optional<std::int64_t> same_as_perturbation = {};  ///< The one whose minimum it fell into.
  std::optional<Id> shear_id = {};
  std::optional<Id> unload_shear_id = {};
};

/// The mean curve of an ensemble at one strain.
struct EnsemblePointRecord {
  Id id = 0;
  Id ensemble_id = 0;
  std::int64_t point_index = 0;
  double strain = 0.0;
  std::int64_t replicas = 0;
  double stress_gpa = unknown;
  double stress_deviation_gpa = unknown;
  double energy_per_atom_ev = unknown;
  double overlap = unknown;
  double overlap_chi = unknown;
};

/// An inherent structure on the way of a sample: after a cycle, or taken from it while it was heated.
struct InherentStructureRecord {
  Id id = 0;
  Id sample_id = 0;
  Id run_id = 0;
  std::string series = {};       ///< htc | heating | liquid
  std::int64_t point_index = 0;  ///< 1-based: the cycle, or the point of the series. Unique in sample and series.
  std::int64_t step = 0;         ///< Time steps since the start of the series.
  double temperature_k = unknown;  ///< Set point where it was taken.
  double energy_ev = unknown;      ///< [eV] in the relaxed cell.
  double energy_per_atom_ev = unknown;
  double energy_fixed_cell_ev = unknown;  ///< [eV] in the cell of the moment it was taken.
  double energy_per_atom_fixed_cell_ev = unknown;
  double volume_a3 = unknown;             ///< [Å³]
  double volume_fixed_cell_a3 = unknown;  ///< [Å³]
  double max_force_ev_per_a = unknown;
  std::int64_t swap_attempts = 0;  ///< Since the start of the series.
  std::int64_t swap_accepted = 0;
  std::string swap_counts = "{}";  ///< JSON: {"Cu-Zr": [attempts, accepted], ...} since the start of the series.
  double crystalline_fraction = unknown;  ///< Share of atoms in crystalline surroundings.
  double force_calls = unknown;           ///< Since the start of the series, time steps included.
  std::string species = {};               ///< One symbol per atom, separated by blanks.
  std::array<double, 9> cell = {
      unknown, unknown, unknown, unknown, unknown,
      unknown, unknown, unknown, unknown};  ///< [Å] ax ay az bx by bz cx cy cz, relaxed
  std::optional<Id> configuration_id = {};
};

/// The line E_IS(log10 Q) of the quenched samples of one potential, composition and size.
struct RateFitRecord {
  Id id = 0;
  Id run_id = 0;
  Id potential_id = 0;
  std::string composition = {};
  std::int64_t n_atoms = 0;
  std::int64_t samples = 0;  ///< Number of samples that the line goes through.
  double rate_low_k_per_s = unknown;
  double rate_high_k_per_s = unknown;
  double intercept_ev = unknown;  ///< [eV/atom] at 1 K/s
  double intercept_error_ev = unknown;
  double slope_ev_per_decade = unknown;
  double slope_error_ev = unknown;
  double covariance_ev2 = unknown;  ///< Of intercept and slope.
  double residual_ev = unknown;     ///< [eV/atom] scatter of a sample around the line.
};

/// A named result for one atom.
struct AtomValueRecord {
  Id id = 0;
  Id sample_id = 0;
  Id run_id = 0;
  std::optional<Id> minimum_id = {};
  std::optional<Id> event_id = {};
  std::optional<Id> rearrangement_id = {};
  std::string name = {};
  std::int64_t atom = 0;  ///< 1-based
  double value = unknown;
};

/// Two rows are one state by geometry; both stay.
struct AliasRecord {
  Id id = 0;
  std::string kind = "minimum";  ///< minimum | saddle | event
  std::string uid = {};          ///< Unique in its kind.
  std::string same_as_uid = {};  ///< The row that stands for both.
  double distance_a = unknown;   ///< [Å] largest distance of one atom between the two.
};

/// A named result for a sample, one of its minima or one of its events.
struct PropertyRecord {
  Id id = 0;
  Id sample_id = 0;
  Id run_id = 0;
  std::optional<Id> minimum_id = {};
  std::optional<Id> event_id = {};
  std::string name = {};    ///< With its unit: shear_modulus_gpa.
  double value = unknown;
  double error = unknown;   ///< 1 sigma.
};

/// Where an unfinished piece of work stands. Erased by whoever finishes it.
struct CheckpointRecord {
  std::string key = {};
  Id run_id = 0;
  std::int64_t step = 0;
  std::string state = "{}";  ///< JSON text
  Blob data = {};
};

}  // namespace landscape::db
