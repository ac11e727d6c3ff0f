/// What every column of every public view means.
#include <algorithm>
#include <set>

#include "db/detail/migrations.hpp"

namespace landscape::db::detail {
namespace {

/// An entry without a view holds wherever the column occurs and no entry with a view does.
struct Entry {
  std::string_view view, column, alias, unit, description;
};

constexpr Entry entries[] = {
    // Everywhere
    {"", "id", "", "", "row number; also what other columns named ..._id point at"},
    {"", "sample", "", "", "name of the sample"},
    {"", "run_id", "run", "", "run that wrote the row (view runs)"},
    {"", "uid", "", "", "identity that stays the same when files are merged"},
    {"", "plane", "", "", "plane of the simple shear; xy unless said otherwise"},
    {"", "strain_xy", "strain", "", "simple shear applied to the sample's stored cell"},
    {"", "options", "", "JSON", "options of the command that made the row"},
    {"", "seed", "", "", "seed of the random numbers"},
    {"", "force_calls", "calls", "", "cost in force-call equivalents, everything included"},
    {"", "center_atom", "atom", "", "atom that moves most, numbered from 1; 0 where not known"},
    {"", "energy_ev", "E", "eV", "potential energy"},
    {"", "max_force_ev_per_a", "fmax", "eV/Å", "largest force norm over the free atoms"},
    {"", "stress_xx_gpa", "sxx", "GPa", "stress, laboratory frame, tension positive"},
    {"", "stress_yy_gpa", "syy", "GPa", "stress, laboratory frame, tension positive"},
    {"", "stress_zz_gpa", "szz", "GPa", "stress, laboratory frame, tension positive"},
    {"", "stress_yz_gpa", "syz", "GPa", "shear stress"},
    {"", "stress_xz_gpa", "sxz", "GPa", "shear stress"},
    {"", "stress_xy_gpa", "sxy", "GPa", "shear stress; positive resists positive strain_xy"},
    {"", "configuration_id", "", "", "stored coordinates (view configurations)"},
    {"", "event_id", "event", "", "event (view events)"},
    {"", "mapping_id", "mapping", "", "mapping (view mappings)"},
    {"", "shear_id", "shear", "", "quasistatic shear (view shears)"},
    {"", "track_id", "track", "", "track (view tracks)"},
    {"", "saddle_id", "saddle", "", "saddle (view saddles)"},
    {"", "minimum_id", "minimum", "", "minimum (view minima)"},
    {"", "initial_minimum_id", "initial", "", "minimum that the event leaves (view minima)"},
    {"", "potential_id", "", "", "potential (view potentials)"},
    {"", "potential", "", "", "name of the potential"},
    {"", "barrier_ev", "EA", "eV", "activation barrier, E(saddle) - E(initial minimum)"},
    {"", "reverse_barrier_ev", "ER", "eV", "reverse barrier, E(saddle) - E(final minimum)"},
    {"", "curvature_ev_per_a2", "kappa", "eV/Å²",
     "lowest Hessian eigenvalue of the saddle, not mass-weighted"},
    {"", "delta_stress_xy_gpa", "dtau", "GPa", "shear stress in the plane, of the saddle - of the initial minimum"},
    {"", "max_displacement_a", "dmax", "Å", "largest displacement of one atom, final - initial"},
    {"", "participation_number", "pn", "", "number of atoms taking part, (Σu²)²/Σu⁴"},
    {"", "critical_strain", "gc", "",
     "fold where initial minimum and saddle merge, of two the nearer; null: not reached"},
    {"", "critical_strain_error", "gc_error", "", "1 sigma of critical_strain"},
    {"", "reverse_strain", "gr", "",
     "fold where final minimum and saddle merge, of two the nearer; null: not reached"},
    {"", "reverse_strain_error", "gr_error", "", "1 sigma of reverse_strain"},
    {"", "window_low", "low", "", "lower end of the strains at which the event exists; an end that is no fold: as far as it was held"},
    {"", "window_high", "high", "", "upper end of the strains at which the event exists; an end that is no fold: as far as it was held"},
    {"", "low_end", "", "",
     "what ends the window below: initial, final, other, bifurcation, not_reached"},
    {"", "high_end", "", "",
     "what ends the window above: initial, final, other, bifurcation, not_reached"},
    {"", "event_class", "class", "",
     "thermal (zero strain lies inside the window, or the event was held there), strain_created (outside), unresolved"},
    {"", "event_class_zero_stress", "class0", "",
     "the same with the strain of zero shear stress as origin"},
    {"events", "event_class", "class", "",
     "thermal (zero strain lies inside the window, or the event was held there), strain_created (outside), unresolved; of shear in the "
     "event's own plane (xy for events at strain 0), as the folds and the window are"},
    {"events", "event_class_xy", "class_xy", "", "event_class when followed in xy; null: was not"},
    {"events", "event_class_xz", "class_xz", "", "event_class when followed in xz; its folds are in tracks; null: was not"},
    {"events", "event_class_yz", "class_yz", "", "event_class when followed in yz; its folds are in tracks; null: was not"},
    {"", "zero_stress_strain", "g0", "", "strain at which the shear stress of the sample vanishes"},
    {"", "shear_modulus_gpa", "G", "GPa", "shear modulus from small strains"},
    {"", "state", "", "", "how far the work got"},
    {"", "n_atoms", "n", "", "number of atoms"},
    // samples
    {"samples", "sample", "name", "", "name, unique in the file"},
    {"samples", "composition", "", "", "chemical composition"},
    {"samples", "origin", "", "", "how it was made: quench, import, htc, ..."},
    {"samples", "state", "", "", "preparing, or ready to be mapped"},
    {"samples", "energy_ev", "E", "eV", "inherent-structure energy in the relaxed cell"},
    {"samples", "energy_per_atom_ev", "Ea", "eV/atom", "inherent-structure energy, relaxed cell"},
    {"samples", "energy_fixed_cell_ev", "", "eV", "inherent-structure energy in the quench's cell"},
    {"samples", "energy_per_atom_fixed_cell_ev", "", "eV/atom", "the same for one atom"},
    {"samples", "volume_a3", "V", "Å³", "volume of the relaxed cell"},
    {"samples", "volume_fixed_cell_a3", "", "Å³", "volume of the quench's cell"},
    {"samples", "density_g_per_cm3", "density", "g/cm³", "mass density, relaxed cell"},
    {"samples", "quench_rate_k_per_s", "Q", "K/s", "applied quench rate"},
    {"samples", "melt_temperature_k", "", "K", "temperature of the melt it was quenched from"},
    {"samples", "effective_rate_k_per_s", "Qe", "K/s", "rate read off the line E_IS(log10 Q)"},
    {"samples", "effective_rate_low_k_per_s", "Qe_low", "K/s", "lower end of its 95 % interval"},
    {"samples", "effective_rate_high_k_per_s", "Qe_high", "K/s", "upper end of its 95 % interval"},
    {"samples", "annealing_degree_error_ev", "", "eV/atom", "1 sigma of E0 in annealing_degree_ev"},
    {"samples", "annealing_degree_ev", "delta", "eV/atom", "E0 - E_IS, E0 the instability limit"},
    {"samples", "periodic", "", "", "T or F for each cell vector"},
    {"", "cell_ax", "", "Å", "first cell vector, x"},
    {"", "cell_ay", "", "Å", "first cell vector, y"},
    {"", "cell_az", "", "Å", "first cell vector, z"},
    {"", "cell_bx", "", "Å", "second cell vector, x"},
    {"", "cell_by", "", "Å", "second cell vector, y"},
    {"", "cell_bz", "", "Å", "second cell vector, z"},
    {"", "cell_cx", "", "Å", "third cell vector, x"},
    {"", "cell_cy", "", "Å", "third cell vector, y"},
    {"", "cell_cz", "", "Å", "third cell vector, z"},
    {"samples", "defining_options", "", "JSON", "options that decide what the sample is"},
    {"samples", "minimum_id", "minimum", "", "its reference minimum; null until ready"},
    // inherent_structures
    {"inherent_structures", "series", "", "", "htc: after each cycle; heating, liquid: while heated or molten"},
    {"inherent_structures", "point_index", "point", "", "cycle, or point of the series; from 1"},
    {"inherent_structures", "step", "", "", "time steps since the start of the series"},
    {"inherent_structures", "temperature_k", "T", "K", "set point where it was taken"},
    {"inherent_structures", "energy_ev", "E", "eV", "inherent-structure energy in the relaxed cell"},
    {"inherent_structures", "energy_per_atom_ev", "Ea", "eV/atom", "the same for one atom"},
    {"inherent_structures", "energy_fixed_cell_ev", "", "eV", "in the cell it was taken in"},
    {"inherent_structures", "energy_per_atom_fixed_cell_ev", "", "eV/atom", "the same for one atom"},
    {"inherent_structures", "volume_a3", "V", "Å³", "volume of the relaxed cell"},
    {"inherent_structures", "volume_fixed_cell_a3", "", "Å³", "volume of the cell it was taken in"},
    {"inherent_structures", "swap_attempts", "", "", "attempted swaps since the start of the series"},
    {"inherent_structures", "swap_accepted", "", "", "accepted swaps since the start of the series"},
    {"inherent_structures", "swap_counts", "", "JSON", "attempts and acceptances for each pair of species"},
    {"inherent_structures", "crystalline_fraction", "crystalline", "", "share of atoms in crystalline surroundings"},
    {"inherent_structures", "force_calls", "calls", "", "since the start of the series, time steps included"},
    {"inherent_structures", "species", "", "", "symbols of the atoms; swaps change which atom is where"},
    // rate_fits
    {"rate_fits", "composition", "", "", "chemical composition"},
    {"rate_fits", "samples", "", "", "quenched samples that the line goes through"},
    {"rate_fits", "rate_low_k_per_s", "", "K/s", "lowest rate among them"},
    {"rate_fits", "rate_high_k_per_s", "", "K/s", "highest rate among them"},
    {"rate_fits", "intercept_ev", "a", "eV/atom", "E_IS = a + b log10(Q / (K/s)): a"},
    {"rate_fits", "intercept_error_ev", "", "eV/atom", "1 sigma of a"},
    {"rate_fits", "slope_ev_per_decade", "b", "eV/atom", "b, for one decade of the rate"},
    {"rate_fits", "slope_error_ev", "", "eV/atom", "1 sigma of b"},
    {"rate_fits", "covariance_ev2", "", "eV²", "covariance of a and b"},
    {"rate_fits", "residual_ev", "", "eV/atom", "scatter of a single sample around the line"},
    // minima, saddles
    {"minima", "lowest_curvature_ev_per_a2", "kappa", "eV/Å²",
     "lowest Hessian eigenvalue, not mass-weighted; null where not computed"},
    {"minima", "origin", "", "", "what found it: sample, map, shear, track, neb"},
    {"saddles", "second_curvature_ev_per_a2", "kappa2", "eV/Å²", "second lowest eigenvalue"},
    {"saddles", "negative_eigenvalues", "n_negative", "", "negative Hessian eigenvalues, checked"},
    {"saddles", "proof_method", "", "",
     "what established their number: inertia (factor of the whole Hessian) or lanczos (first mode deflated)"},
    {"saddles", "proof", "", "", "how the number of negative eigenvalues was established, in words"},
    {"saddles", "connected", "", "",
     "1: one side returns to the start minimum and the other reaches a different one; 0: not"},
    {"saddles", "mode_configuration_id", "", "", "stored lowest mode (view configurations)"},
    // events
    {"events", "origin", "", "", "map (found by searches) or shear (a plastic event of a shear)"},
    {"events", "predicted_critical_strain", "gp", "",
     "strain_xy - 3 Q / (2 V Δτ), from barrier and stress difference at strain_xy alone"},
    {"events", "attempt_frequency_thz", "nu", "THz",
     "harmonic prefactor of the rate over barrier_ev; null until computed (rate)"},
    {"events", "times_found", "found", "", "number of searches that ended in it"},
    {"events", "first_search_index", "", "", "index of the first of these searches; -1: none"},
    {"events", "final_minimum_id", "final", "", "minimum that the event reaches (view minima)"},
    {"events", "plastic_event_id", "plastic", "", "the plastic event it is (view plastic_events)"},
    {"events", "track_id", "track", "", "newest track in the plane, the source of window and class"},
    // tracks, track_points
    {"tracks", "origin", "", "", "origin of the event: map or shear"},
    {"tracks", "event_at_zero_id", "at_zero", "", "the mapped event that it is at strain 0; null where it is none"},
    {"tracks", "event_class_reason", "reason", "", "why the class is what it is"},
    {"tracks", "amplitude_ev", "A", "eV", "A of barrier = A (distance of the strain to critical_strain)^(3/2)"},
    {"tracks", "amplitude_error_ev", "", "eV", "1 sigma of amplitude_ev"},
    {"tracks", "reverse_amplitude_ev", "AR", "eV", "the same for the reverse barrier"},
    {"tracks", "exponent", "", "", "exponent of the barrier near the fold when left free"},
    {"tracks", "exponent_error", "", "", "1 sigma of exponent"},
    {"tracks", "critical_strain_from_barrier", "", "", "critical strain from barrier^(2/3)"},
    {"tracks", "critical_strain_from_barrier_error", "", "", "its 1 sigma"},
    {"tracks", "critical_strain_from_curvature", "", "", "critical strain from curvature^2"},
    {"tracks", "critical_strain_from_curvature_error", "", "", "its 1 sigma"},
    {"tracks", "critical_strain_from_stress", "", "", "critical strain from stress difference^2"},
    {"tracks", "critical_strain_from_stress_error", "", "", "its 1 sigma"},
    {"tracks", "reverse_strain_from_barrier", "", "", "reverse strain from barrier^(2/3)"},
    {"tracks", "reverse_strain_from_barrier_error", "", "", "its 1 sigma"},
    {"tracks", "reverse_strain_from_curvature", "", "", "reverse strain from curvature^2"},
    {"tracks", "reverse_strain_from_curvature_error", "", "", "its 1 sigma"},
    {"tracks", "reverse_strain_from_stress", "", "", "reverse strain from stress difference^2"},
    {"tracks", "reverse_strain_from_stress_error", "", "", "its 1 sigma"},
    {"tracks", "points", "", "", "number of points (view track_points)"},
    {"predictions", "method", "", "", "first_order, power, second_order or two_strains (docs/methods.md)"},
    {"predictions", "predicted_critical_strain", "gp", "", "where the barrier is expected to vanish"},
    {"predictions", "predicted_critical_strain_error", "gp_error", "", "what the method itself says of its error"},
    {"predictions", "critical_strain", "gc", "", "that of the newest track in this plane"},
    {"predictions", "exponent", "", "", "of the barrier against the strain that is left, as the method has it"},
    {"predictions", "slope_ev", "", "eV", "derivative of the barrier by strain"},
    {"predictions", "curvature_ev", "", "eV", "second derivative of the barrier by strain"},
    {"predictions", "track_id", "track", "", "that track"},
    {"track_points", "point_index", "point", "", "0, 1, ... by increasing strain"},
    {"track_points", "initial_curvature_ev_per_a2", "kappa_i", "eV/Å²",
     "lowest Hessian eigenvalue of the initial minimum"},
    {"track_points", "final_curvature_ev_per_a2", "kappa_f", "eV/Å²",
     "lowest Hessian eigenvalue of the final minimum"},
    {"track_points", "delta_stress_reverse_xy_gpa", "dtau_r", "GPa",
     "shear stress in the plane, of the saddle - of the final minimum"},
    {"track_points", "initial_stress_xy_gpa", "", "GPa", "shear stress of the initial minimum"},
    {"track_points", "which_initial", "", "", "which initial minimum it is: 0 that of the start; 1, 2, ... those that took its place on the way up, -1, -2, ... on the way down; empty where an older program followed"},
    {"track_points", "which_final", "", "", "which final minimum it is, counted like which_initial"},
    {"track_points", "path_asked", "", "", "1: a path between the two minima was looked for here, without the saddle"},
    {"track_points", "path_barrier_ev", "", "eV", "barrier of that path; null where it has more than one saddle or did not converge"},
    {"track_points", "path_reverse_barrier_ev", "", "eV", "its reverse barrier"},
    {"track_points", "energy_initial_ev", "", "eV", "energy of the initial minimum"},
    {"track_points", "initial_configuration_id", "", "", "coordinates of the initial minimum"},
    {"track_points", "saddle_configuration_id", "", "", "coordinates of the saddle"},
    {"track_points", "final_configuration_id", "", "", "coordinates of the final minimum"},
    // shears, shear_steps, plastic_events
    {"", "yield_strain", "gy", "", "strain of the largest stress before the largest drop, or null"},
    {"", "yield_stress_gpa", "sy", "GPa", "stress at yield_strain, positive"},
    {"", "max_stress_gpa", "", "GPa", "largest shear stress, positive in the sense of the shear"},
    {"", "max_stress_drop_gpa", "", "GPa", "largest drop of the shear stress at a discontinuity"},
    {"", "max_stress_drop_strain", "gdrop", "", "strain of the largest drop"},
    {"", "max_stress_drop_energy_ev", "", "eV", "energy that the largest drop released"},
    {"", "slope_drop_gpa", "", "GPa", "largest drop by the sign of the slope of the curve, softening included"},
    {"", "slope_drop_strain", "", "", "strain at which that drop begins"},
    {"", "overlap", "Q12", "", "share of atoms within 0.4 Å of where strain 0 had them, affine part and drift removed"},
    {"", "overlap_chi", "chi12", "", "N (<Q²> - <Q>²) of the overlap over the replicas"},
    {"", "rearranged_fraction", "", "", "share of atoms whose D²min against strain 0 is above the threshold, at the end of loading"},
    {"", "rearranged_atoms", "n_re", "", "atoms whose D²min is above the threshold"},
    {"", "rearranged_atoms_half", "n_re2", "", "atoms whose D²min is above half the threshold"},
    {"", "d2min_cutoff_a", "rc", "Å", "neighbors of D²min and of clusters are closer than this"},
    {"", "d2min_threshold_a2", "", "Å²", "D²min above which an atom counts as rearranged"},
    {"", "clusters", "", "", "clusters of rearranged atoms"},
    {"", "largest_cluster", "", "", "atoms of the largest cluster of rearranged atoms"},
    {"", "percolating_directions", "percolates", "", "independent directions in which a cluster meets its own image, 0 to 3"},
    {"", "healed_fraction", "healed", "", "share of the rearranged atoms that are below the threshold after unloading"},
    {"", "residual_strain", "", "", "strain after unloading"},
    {"", "dissipated_energy_ev", "", "eV", "work done from strain 0 to the end of unloading less the energy still stored"},
    {"", "closed", "", "", "1: sheared back elastically from zero stress to the strain of the start, no atom is 0.1 Å from where it began"},
    {"", "ensemble", "", "", "ensemble (view ensembles)"},
    {"", "perturbation", "", "", "0: the sample's own minimum; 1, 2, ...: minimum reached after random displacements"},
    {"", "rearrangement_id", "rearrangement", "", "pair of states of a shear (view rearrangements)"},
    {"shears", "shear_modulus_gpa", "G", "GPa",
     "slope of stress over the states from the start to strain 0.002, as a rule two: a secant in the sense of the shear; elastic gives that of the minimum"},
    {"shears", "start_minimum_id", "", "", "minimum it began at; null: the sample's"},
    {"shears", "released_energy_ev", "", "eV", "energy released by all discontinuities of the first loading"},
    {"plastic_events", "rearranged_fraction_total", "", "", "share of atoms above the threshold after it, against strain 0"},
    {"unloadings", "unloading_index", "k", "", "0, 1, ... in the order of the shear"},
    {"unloadings", "from_strain", "", "", "strain at which unloading began"},
    {"unloadings", "residual_stress_gpa", "", "GPa", "shear stress after unloading"},
    {"unloadings", "max_displacement_a", "dmax", "Å", "largest displacement against the start at its strain; where the way back is not elastic, affine part removed"},
    {"unloadings", "cycle_dissipated_energy_ev", "", "eV", "the same of this cycle alone: from the end of the unloading before, or from strain 0"},
    {"unloadings", "cycle_displacement_a", "", "Å", "largest displacement against the end of the unloading before (the start, for the first), affine part removed: below 0.1 the cycle has ended where it began, and the next repeats it; empty where an older program sheared"},
    {"unloadings", "rearranged_atoms", "n_re", "", "atoms above the threshold where unloading began, against strain 0"},
    {"rearrangements", "from_state", "", "", "earlier state: branch:strain"},
    {"rearrangements", "to_state", "", "", "later state: branch:strain"},
    {"rearrangements", "from_strain", "", "", "strain of the earlier state"},
    {"rearrangements", "to_strain", "strain", "", "strain of the later state"},
    {"rearrangements", "undefined_atoms", "", "", "atoms whose neighbors do not span three dimensions: no D²min"},
    {"rearrangements", "mean_d2min_a2", "", "Å²", "mean D²min"},
    {"rearrangements", "participation_ratio", "", "", "(Σd)²/(NΣd²) of D²min: 1 where all atoms share in it"},
    {"rearrangements", "band_normal", "normal", "", "direction of the cell that the layer lies across: x, y, z; null: no layer"},
    {"rearrangements", "band_position_a", "position", "Å", "middle of the layer along the normal"},
    {"rearrangements", "band_width_a", "width", "Å", "full width at half maximum of the profile"},
    {"rearrangements", "band_contrast", "contrast", "", "largest less smallest rearranged fraction of the profile"},
    {"rearrangements", "band_volume_width_a", "", "Å", "volume of the rearranged atoms over the area"},
    {"rearrangements", "overlap", "Q12", "", "share of atoms within 0.4 Å between the two states, affine part removed"},
    {"ensembles", "ensemble", "name", "", "name, unique in the file"},
    {"ensembles", "state", "", "", "running or done"},
    {"ensembles", "samples", "", "", "names of the samples"},
    {"ensembles", "replicas", "", "", "replicas asked for"},
    {"ensembles", "distinct_replicas", "n", "", "replicas that count: those that are another one's equal left out"},
    {"ensembles", "shear_modulus_gpa", "G", "GPa", "mean over the replicas whose small-strain modulus is positive"},
    {"ensembles", "modulus_replicas", "", "", "number of those; a stressed start near an instability softens from the first step"},
    {"ensembles", "max_stress_error_gpa", "", "GPa", "standard error of the mean"},
    {"ensembles", "max_stress_drop_error_gpa", "", "GPa", "standard error of the mean"},
    {"ensembles", "drop_variance_gpa2", "chi_max", "GPa²", "variance of the largest drop"},
    {"ensembles", "drop_variance_n_gpa2", "", "GPa²", "the same times the number of atoms"},
    {"ensembles", "variance_relative_error", "", "", "sqrt(2/(n-1)): relative error of a variance"},
    {"ensembles", "slope_drop_variance_gpa2", "", "GPa²", "variance of slope_drop_gpa"},
    {"ensembles", "overlap_chi_peak", "", "", "largest overlap_chi along the curve"},
    {"ensembles", "overlap_chi_peak_strain", "", "", "strain of that"},
    {"ensembles", "loops", "", "", "replicas unloaded, from yield or from just before their largest drop"},
    {"ensembles", "closed_fraction", "", "", "share of closed loops"},
    {"ensembles", "closed_fraction_error", "", "", "its binomial error"},
    {"ensembles", "residual_strain", "", "", "mean size of the strain after unloading"},
    {"replicas", "replica_index", "k", "", "0, 1, ... in its ensemble"},
    {"replicas", "sense", "", "", "plane and sense of the shear: +xy, -xz, ..."},
    {"replicas", "state", "", "", "done; same: the perturbation fell back; not_relaxed"},
    {"replicas", "energy_difference_ev", "dE", "eV", "energy of the perturbed minimum less that of the sample's"},
    {"replicas", "max_displacement_a", "dmax", "Å", "largest displacement between the two"},
    {"replicas", "same_as_perturbation", "", "", "perturbation that led to the same minimum before"},
    {"replicas", "unload_shear_id", "", "", "the unloading, from yield or from just before the largest drop (view shears)"},
    {"ensemble_points", "point_index", "k", "", "0, 1, ... by increasing strain"},
    {"ensemble_points", "strain", "", "", "strain, positive in the sense of each replica"},
    {"ensemble_points", "replicas", "n", "", "replicas that reach so far"},
    {"ensemble_points", "stress_gpa", "", "GPa", "mean shear stress, positive in the sense of each replica"},
    {"ensemble_points", "stress_deviation_gpa", "", "GPa", "standard deviation over the replicas"},
    {"ensemble_points", "energy_per_atom_ev", "", "eV/atom", "mean energy above that at strain 0"},
    {"ensemble_points", "overlap", "Q12", "", "mean overlap with strain 0"},
    {"shears", "to_strain", "", "", "strain that was asked for"},
    {"shears", "unstable_strain", "", "", "strain of the first state found to be no minimum: symmetry keeps a perfect crystal from giving way, and what follows is no branch of minima; empty: none, or sheared by an older program"},
    {"shears", "state", "", "", "running or done"},
    {"shears", "steps", "", "", "number of steps (view shear_steps)"},
    {"shear_steps", "step_index", "step", "", "0, 1, ... in the order of the shear"},
    {"", "branch", "", "", "load, unload or reload; of a plastic event empty, as its cycle is, where an older program sheared and cycles passed its bracket again"},
    {"", "cycle", "", "", "1 on the first loading and unloading, 2 on the first reloading and the unloading after it"},
    {"plastic_events", "event_index", "k", "", "0, 1, ... in the order of the shear"},
    {"plastic_events", "strain", "", "", "upper end of the bracket of the instability"},
    {"plastic_events", "strain_lower", "", "", "lower end of the bracket"},
    {"plastic_events", "energy_drop_ev", "dE", "eV", "energy released, positive"},
    {"plastic_events", "stress_drop_gpa", "dS", "GPa", "shear stress released, positive"},
    {"plastic_events", "event_id", "event", "", "its row among the events, once entered there"},
    {"plastic_events", "before_configuration_id", "", "", "coordinates before it"},
    {"plastic_events", "after_configuration_id", "", "", "coordinates after it"},
    // mappings, searches
    {"mappings", "initial_minimum_id", "initial", "", "minimum that was mapped (view minima)"},
    {"searches", "search_index", "k", "", "0, 1, ... in its mapping; decides its random numbers"},
    {"searches", "batch", "", "", "searches of one batch know only what earlier batches found"},
    {"searches", "center_atom", "atom", "", "atom around which it was activated, from 1"},
    {"searches", "outcome", "", "", "how it ended"},
    {"searches", "calls_activation", "", "", "force calls to leave the basin"},
    {"searches", "calls_approach", "", "", "force calls to converge to the saddle"},
    {"searches", "calls_proof", "", "", "force calls to prove the saddle"},
    {"searches", "calls_push_over", "", "", "force calls to reach the minima on both sides"},
    {"searches", "calls_lanczos", "", "", "of calls_activation and calls_approach: for the lowest mode"},
    {"searches", "calls_relaxation", "", "", "of calls_activation: perpendicular to the push"},
    {"searches", "calls_minima", "", "", "of calls_push_over: final convergence and stored values of minima"},
    {"searches", "calls_whole", "", "",
     "of force_calls: with all atoms, in a search in regions all of its end game; the rest is in regions, modes of the end game included"},
    {"searches", "start", "", "", "how its centre was chosen: atoms, then shares"},
    {"searches", "start_share", "share", "", "chance that a search of its mapping has this centre"},
    {"searches", "message", "", "", "details for a person"},
    // coverage
    {"coverage", "barrier_low_ev", "low", "eV", "lower end of the range of barriers, included"},
    {"coverage", "barrier_high_ev", "high", "eV", "upper end of the range; null: none"},
    {"coverage", "events", "", "", "distinct events of the mapping in the range"},
    {"coverage", "connected", "", "", "searches of the mapping that ended in one of them"},
    {"coverage", "found_once", "f1", "", "events found once by the mapping"},
    {"coverage", "found_twice", "f2", "", "events found twice"},
    {"coverage", "unseen_estimate", "unseen", "", "events still unseen at least (Chao1): f1 (f1 - 1) / (2 (f2 + 1))"},
    {"coverage", "new_chance", "", "", "chance that the next such search finds a new event (Good-Turing): f1 / connected"},
    // properties
    {"properties", "name", "", "", "name of the result, with its unit: shear_modulus_gpa, ..."},
    {"properties", "value", "", "", "value of the result"},
    {"properties", "error", "", "", "1 sigma of the value, where there is one"},
    // aliases
    {"aliases", "kind", "", "", "minimum, saddle or event"},
    {"aliases", "uid", "", "", "row that is the same state as another one, by geometry"},
    {"aliases", "same_as_uid", "same_as", "", "the row that stands for both"},
    {"aliases", "distance_a", "", "Å", "largest distance of one atom between the two"},
    // atoms, potentials, runs, configurations, dictionary
    {"atoms", "name", "", "", "name of the result"},
    {"atoms", "atom", "", "", "atom, numbered from 1"},
    {"atoms", "value", "", "", "value of the result"},
    {"potentials", "name", "", "", "name of the potential"},
    {"potentials", "spec", "", "", "what --potential was given: the file's whole path, or only its name where that is in a folder looked through"},
    {"potentials", "cutoff_a", "cutoff", "Å", "range of the interaction"},
    {"potentials", "sha256", "", "", "checksum of the file, or of spec where there is none"},
    {"runs", "command", "", "", "command"},
    {"runs", "status", "", "", "running, done, incomplete, interrupted, failed"},
    {"runs", "threads", "", "", "threads it was given"},
    {"runs", "wall_s", "seconds", "s", "wall time"},
    {"runs", "started_utc", "started", "", "when it began, UTC"},
    {"runs", "finished_utc", "finished", "", "when it ended, UTC; null while running"},
    {"runs", "host", "", "", "machine"},
    {"runs", "code_version", "version", "", "version of the program"},
    {"configurations", "layout", "", "", "name of the encoding of the bytes, see docs"},
    {"configurations", "bytes", "", "", "size of the stored bytes"},
    {"configurations", "reference_id", "", "", "configuration that the positions are a difference from; null: from 0, or no difference"},
    {"dictionary", "view", "", "", "name of the view"},
    {"dictionary", "column", "", "", "name of the column"},
    {"dictionary", "alias", "", "", "short name for the command line, or empty"},
    {"dictionary", "unit", "", "", "unit, or empty for none"},
    {"dictionary", "description", "", "", "what the column means"},
};

const Entry* entry_for(std::string_view view, std::string_view column) {
  const auto with_view = [&](std::string_view wanted) -> const Entry* {
    const auto* found = std::find_if(std::begin(entries), std::end(entries), [&](const Entry& e) {
      return e.view == wanted && e.column == column;
    });
    return found == std::end(entries) ? nullptr : found;
  };
  const auto* own = with_view(view);
  return own ? own : with_view("");
}

std::vector<std::string> columns_of(Connection& connection, std::string_view view) {
  auto query = connection.statement("SELECT name FROM pragma_table_info(?)");
  query.bind(view);
  std::vector<std::string> names;
  while (query.step()) names.push_back(query.take<std::string>());
  return names;
}

}  // namespace

std::vector<ColumnDescription> described_columns(Connection& connection) {
  std::vector<ColumnDescription> result;
  for (const auto& view : views()) {
    for (const auto& column : columns_of(connection, view.name)) {
      ColumnDescription description{std::string(view.name), column, "", "", ""};
      if (const auto* entry = entry_for(view.name, column)) {
        description.alias = entry->alias;
        description.unit = entry->unit;
        description.description = entry->description;
      }
      result.push_back(std::move(description));
    }
  }
  return result;
}

std::vector<std::string> unused_descriptions(Connection& connection) {
  std::set<const Entry*> used;
  for (const auto& view : views()) {
    for (const auto& column : columns_of(connection, view.name)) {
      used.insert(entry_for(view.name, column));
    }
  }
  std::vector<std::string> result;
  for (const auto& entry : entries) {
    if (!used.contains(&entry)) result.push_back(message(entry.view, '.', entry.column));
  }
  return result;
}

}  // namespace landscape::db::detail
