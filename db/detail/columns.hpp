/// Table name and columns of each record, once; binding, reading and the SQL text all follow from
/// here.
#pragma once

#include <array>
#include <string_view>

#include "db/records.hpp"

namespace landscape::db::detail {

template <std::size_t N>
using Names = std::array<std::string_view, N>;

inline constexpr Names<6> stress_names = {"stress_xx_gpa", "stress_yy_gpa", "stress_zz_gpa",
                                          "stress_yz_gpa", "stress_xz_gpa", "stress_xy_gpa"};
inline constexpr Names<9> cell_names = {"cell_ax", "cell_ay", "cell_az", "cell_bx", "cell_by",
                                        "cell_bz", "cell_cx", "cell_cy", "cell_cz"};

/// `visit(record, visitor)` calls visitor(name, member) for every column but id, in a fixed order;
/// for a member that is an array the name is an array of names.
template <class Record>
struct Table;

// LANDSCAPE_FIELD keeps a column and its member from drifting apart: both are the same word.
#define LANDSCAPE_FIELD(member) visitor(std::string_view(#member), record.member)

template <>
struct Table<RunRecord> {
  static constexpr std::string_view name = "run_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(command);
    LANDSCAPE_FIELD(options);
    LANDSCAPE_FIELD(seed);
    LANDSCAPE_FIELD(threads);
    LANDSCAPE_FIELD(code_version);
    LANDSCAPE_FIELD(host);
    LANDSCAPE_FIELD(started_utc);
    LANDSCAPE_FIELD(finished_utc);
    LANDSCAPE_FIELD(status);
    LANDSCAPE_FIELD(potential_id);
    LANDSCAPE_FIELD(wall_s);
    LANDSCAPE_FIELD(force_calls);
  }
};

template <>
struct Table<PotentialRecord> {
  static constexpr std::string_view name = "potential_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(spec);
    LANDSCAPE_FIELD(name);
    LANDSCAPE_FIELD(sha256);
    LANDSCAPE_FIELD(cutoff_a);
  }
};

template <>
struct Table<ConfigurationRecord> {
  static constexpr std::string_view name = "configuration_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(n_atoms);
    LANDSCAPE_FIELD(layout);
    LANDSCAPE_FIELD(data);
    LANDSCAPE_FIELD(reference_id);
  }
};

template <>
struct Table<SampleRecord> {
  static constexpr std::string_view name = "sample_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(name);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(potential_id);
    LANDSCAPE_FIELD(composition);
    LANDSCAPE_FIELD(n_atoms);
    LANDSCAPE_FIELD(origin);
    LANDSCAPE_FIELD(defining_options);
    LANDSCAPE_FIELD(species);
    LANDSCAPE_FIELD(movable);
    LANDSCAPE_FIELD(periodic);
    visitor(cell_names, record.cell);
    LANDSCAPE_FIELD(state);
    LANDSCAPE_FIELD(minimum_id);
    LANDSCAPE_FIELD(energy_ev);
    LANDSCAPE_FIELD(energy_per_atom_ev);
    LANDSCAPE_FIELD(energy_fixed_cell_ev);
    LANDSCAPE_FIELD(energy_per_atom_fixed_cell_ev);
    LANDSCAPE_FIELD(volume_a3);
    LANDSCAPE_FIELD(volume_fixed_cell_a3);
    LANDSCAPE_FIELD(density_g_per_cm3);
    LANDSCAPE_FIELD(max_force_ev_per_a);
    visitor(stress_names, record.stress_gpa);
    LANDSCAPE_FIELD(quench_rate_k_per_s);
    LANDSCAPE_FIELD(melt_temperature_k);
    LANDSCAPE_FIELD(effective_rate_k_per_s);
    LANDSCAPE_FIELD(annealing_degree_ev);
    LANDSCAPE_FIELD(shear_modulus_gpa);
    LANDSCAPE_FIELD(zero_stress_strain);
    LANDSCAPE_FIELD(force_calls);
    LANDSCAPE_FIELD(effective_rate_low_k_per_s);
    LANDSCAPE_FIELD(effective_rate_high_k_per_s);
    LANDSCAPE_FIELD(annealing_degree_error_ev);
  }
};

template <>
struct Table<MinimumRecord> {
  static constexpr std::string_view name = "minimum_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(sample_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(strain_xy);
    LANDSCAPE_FIELD(plane);
    LANDSCAPE_FIELD(energy_ev);
    LANDSCAPE_FIELD(max_force_ev_per_a);
    visitor(stress_names, record.stress_gpa);
    LANDSCAPE_FIELD(lowest_curvature_ev_per_a2);
    LANDSCAPE_FIELD(configuration_id);
    LANDSCAPE_FIELD(origin);
    LANDSCAPE_FIELD(uid);
  }
};

template <>
struct Table<SaddleRecord> {
  static constexpr std::string_view name = "saddle_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(sample_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(strain_xy);
    LANDSCAPE_FIELD(plane);
    LANDSCAPE_FIELD(energy_ev);
    LANDSCAPE_FIELD(max_force_ev_per_a);
    LANDSCAPE_FIELD(curvature_ev_per_a2);
    LANDSCAPE_FIELD(second_curvature_ev_per_a2);
    LANDSCAPE_FIELD(negative_eigenvalues);
    LANDSCAPE_FIELD(proof);
    visitor(stress_names, record.stress_gpa);
    LANDSCAPE_FIELD(configuration_id);
    LANDSCAPE_FIELD(mode_configuration_id);
    LANDSCAPE_FIELD(connected);
    LANDSCAPE_FIELD(center_atom);
    LANDSCAPE_FIELD(uid);
    LANDSCAPE_FIELD(proof_method);
  }
};

template <>
struct Table<MappingRecord> {
  static constexpr std::string_view name = "mapping_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(sample_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(strain_xy);
    LANDSCAPE_FIELD(options);
    LANDSCAPE_FIELD(seed);
    LANDSCAPE_FIELD(options_key);
    LANDSCAPE_FIELD(initial_minimum_id);
  }
};

template <>
struct Table<SearchRecord> {
  static constexpr std::string_view name = "search_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(mapping_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(search_index);
    LANDSCAPE_FIELD(batch);
    LANDSCAPE_FIELD(center_atom);
    LANDSCAPE_FIELD(outcome);
    LANDSCAPE_FIELD(force_calls);
    LANDSCAPE_FIELD(calls_activation);
    LANDSCAPE_FIELD(calls_approach);
    LANDSCAPE_FIELD(calls_proof);
    LANDSCAPE_FIELD(calls_push_over);
    LANDSCAPE_FIELD(saddle_id);
    LANDSCAPE_FIELD(event_id);
    LANDSCAPE_FIELD(barrier_ev);
    LANDSCAPE_FIELD(message);
    LANDSCAPE_FIELD(calls_lanczos);
    LANDSCAPE_FIELD(calls_relaxation);
    LANDSCAPE_FIELD(calls_minima);
    LANDSCAPE_FIELD(calls_whole);
    LANDSCAPE_FIELD(start);
    LANDSCAPE_FIELD(start_share);
  }
};

template <>
struct Table<EventRecord> {
  static constexpr std::string_view name = "event_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(sample_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(mapping_id);
    LANDSCAPE_FIELD(plastic_event_id);
    LANDSCAPE_FIELD(strain_xy);
    LANDSCAPE_FIELD(plane);
    LANDSCAPE_FIELD(initial_minimum_id);
    LANDSCAPE_FIELD(saddle_id);
    LANDSCAPE_FIELD(final_minimum_id);
    LANDSCAPE_FIELD(barrier_ev);
    LANDSCAPE_FIELD(reverse_barrier_ev);
    LANDSCAPE_FIELD(curvature_ev_per_a2);
    LANDSCAPE_FIELD(delta_stress_xy_gpa);
    LANDSCAPE_FIELD(predicted_critical_strain);
    LANDSCAPE_FIELD(center_atom);
    LANDSCAPE_FIELD(max_displacement_a);
    LANDSCAPE_FIELD(participation_number);
    LANDSCAPE_FIELD(times_found);
    LANDSCAPE_FIELD(first_search_index);
    LANDSCAPE_FIELD(origin);
    LANDSCAPE_FIELD(uid);
  }
};

template <>
struct Table<TrackRecord> {
  static constexpr std::string_view name = "track_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(event_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(options);
    LANDSCAPE_FIELD(options_key);
    LANDSCAPE_FIELD(critical_strain);
    LANDSCAPE_FIELD(critical_strain_error);
    LANDSCAPE_FIELD(reverse_strain);
    LANDSCAPE_FIELD(reverse_strain_error);
    LANDSCAPE_FIELD(amplitude_ev);
    LANDSCAPE_FIELD(amplitude_error_ev);
    LANDSCAPE_FIELD(reverse_amplitude_ev);
    LANDSCAPE_FIELD(window_low);
    LANDSCAPE_FIELD(window_high);
    LANDSCAPE_FIELD(low_end);
    LANDSCAPE_FIELD(high_end);
    LANDSCAPE_FIELD(event_class);
    LANDSCAPE_FIELD(event_class_reason);
    LANDSCAPE_FIELD(event_class_zero_stress);
    LANDSCAPE_FIELD(zero_stress_strain);
    LANDSCAPE_FIELD(exponent);
    LANDSCAPE_FIELD(exponent_error);
    LANDSCAPE_FIELD(critical_strain_from_barrier);
    LANDSCAPE_FIELD(critical_strain_from_barrier_error);
    LANDSCAPE_FIELD(critical_strain_from_curvature);
    LANDSCAPE_FIELD(critical_strain_from_curvature_error);
    LANDSCAPE_FIELD(critical_strain_from_stress);
    LANDSCAPE_FIELD(critical_strain_from_stress_error);
    LANDSCAPE_FIELD(reverse_strain_from_barrier);
    LANDSCAPE_FIELD(reverse_strain_from_barrier_error);
    LANDSCAPE_FIELD(reverse_strain_from_curvature);
    LANDSCAPE_FIELD(reverse_strain_from_curvature_error);
    LANDSCAPE_FIELD(reverse_strain_from_stress);
    LANDSCAPE_FIELD(reverse_strain_from_stress_error);
    LANDSCAPE_FIELD(force_calls);
    LANDSCAPE_FIELD(points);
    LANDSCAPE_FIELD(state);
    LANDSCAPE_FIELD(plane);
    LANDSCAPE_FIELD(event_at_zero_id);
  }
};

template <>
struct Table<PredictionRecord> {
  static constexpr std::string_view name = "prediction_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(event_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(plane);
    LANDSCAPE_FIELD(method);
    LANDSCAPE_FIELD(critical_strain);
    LANDSCAPE_FIELD(critical_strain_error);
    LANDSCAPE_FIELD(exponent);
    LANDSCAPE_FIELD(slope_ev);
    LANDSCAPE_FIELD(curvature_ev);
    LANDSCAPE_FIELD(force_calls);
  }
};

template <>
struct Table<TrackPointRecord> {
  static constexpr std::string_view name = "track_point_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(track_id);
    LANDSCAPE_FIELD(point_index);
    LANDSCAPE_FIELD(strain_xy);
    LANDSCAPE_FIELD(barrier_ev);
    LANDSCAPE_FIELD(reverse_barrier_ev);
    LANDSCAPE_FIELD(curvature_ev_per_a2);
    LANDSCAPE_FIELD(initial_curvature_ev_per_a2);
    LANDSCAPE_FIELD(final_curvature_ev_per_a2);
    LANDSCAPE_FIELD(delta_stress_xy_gpa);
    LANDSCAPE_FIELD(delta_stress_reverse_xy_gpa);
    LANDSCAPE_FIELD(initial_stress_xy_gpa);
    LANDSCAPE_FIELD(energy_initial_ev);
    LANDSCAPE_FIELD(initial_configuration_id);
    LANDSCAPE_FIELD(saddle_configuration_id);
    LANDSCAPE_FIELD(final_configuration_id);
    LANDSCAPE_FIELD(force_calls);
    LANDSCAPE_FIELD(path_asked);
    LANDSCAPE_FIELD(path_barrier_ev);
    LANDSCAPE_FIELD(path_reverse_barrier_ev);
    LANDSCAPE_FIELD(which_initial);
    LANDSCAPE_FIELD(which_final);
  }
};

template <>
struct Table<ShearRecord> {
  static constexpr std::string_view name = "shear_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(sample_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(options);
    LANDSCAPE_FIELD(options_key);
    LANDSCAPE_FIELD(plane);
    LANDSCAPE_FIELD(to_strain);
    LANDSCAPE_FIELD(state);
    LANDSCAPE_FIELD(steps);
    LANDSCAPE_FIELD(force_calls);
    LANDSCAPE_FIELD(shear_modulus_gpa);
    LANDSCAPE_FIELD(max_stress_gpa);
    LANDSCAPE_FIELD(yield_strain);
    LANDSCAPE_FIELD(max_stress_drop_gpa);
    LANDSCAPE_FIELD(ensemble_id);
    LANDSCAPE_FIELD(start_minimum_id);
    LANDSCAPE_FIELD(yield_stress_gpa);
    LANDSCAPE_FIELD(max_stress_drop_strain);
    LANDSCAPE_FIELD(max_stress_drop_energy_ev);
    LANDSCAPE_FIELD(slope_drop_gpa);
    LANDSCAPE_FIELD(slope_drop_strain);
    LANDSCAPE_FIELD(released_energy_ev);
    LANDSCAPE_FIELD(overlap);
    LANDSCAPE_FIELD(rearranged_fraction);
    LANDSCAPE_FIELD(d2min_cutoff_a);
    LANDSCAPE_FIELD(d2min_threshold_a2);
    LANDSCAPE_FIELD(unstable_strain);
  }
};

template <>
struct Table<ShearStepRecord> {
  static constexpr std::string_view name = "shear_step_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(shear_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(step_index);
    LANDSCAPE_FIELD(branch);
    LANDSCAPE_FIELD(strain_xy);
    LANDSCAPE_FIELD(energy_ev);
    visitor(stress_names, record.stress_gpa);
    LANDSCAPE_FIELD(max_force_ev_per_a);
    LANDSCAPE_FIELD(force_calls);
    LANDSCAPE_FIELD(configuration_id);
    LANDSCAPE_FIELD(overlap);
    LANDSCAPE_FIELD(cycle);
  }
};

template <>
struct Table<PlasticEventRecord> {
  static constexpr std::string_view name = "plastic_event_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(shear_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(event_index);
    LANDSCAPE_FIELD(strain);
    LANDSCAPE_FIELD(strain_lower);
    LANDSCAPE_FIELD(energy_drop_ev);
    LANDSCAPE_FIELD(stress_drop_gpa);
    LANDSCAPE_FIELD(max_displacement_a);
    LANDSCAPE_FIELD(center_atom);
    LANDSCAPE_FIELD(participation_number);
    LANDSCAPE_FIELD(before_configuration_id);
    LANDSCAPE_FIELD(after_configuration_id);
    LANDSCAPE_FIELD(event_id);
    LANDSCAPE_FIELD(rearranged_atoms);
    LANDSCAPE_FIELD(rearranged_atoms_half);
    LANDSCAPE_FIELD(clusters);
    LANDSCAPE_FIELD(largest_cluster);
    LANDSCAPE_FIELD(percolating_directions);
    LANDSCAPE_FIELD(rearranged_fraction_total);
    LANDSCAPE_FIELD(step_index);
  }
};

template <>
struct Table<InherentStructureRecord> {
  static constexpr std::string_view name = "inherent_structure_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(sample_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(series);
    LANDSCAPE_FIELD(point_index);
    LANDSCAPE_FIELD(step);
    LANDSCAPE_FIELD(temperature_k);
    LANDSCAPE_FIELD(energy_ev);
    LANDSCAPE_FIELD(energy_per_atom_ev);
    LANDSCAPE_FIELD(energy_fixed_cell_ev);
    LANDSCAPE_FIELD(energy_per_atom_fixed_cell_ev);
    LANDSCAPE_FIELD(volume_a3);
    LANDSCAPE_FIELD(volume_fixed_cell_a3);
    LANDSCAPE_FIELD(max_force_ev_per_a);
    LANDSCAPE_FIELD(swap_attempts);
    LANDSCAPE_FIELD(swap_accepted);
    LANDSCAPE_FIELD(swap_counts);
    LANDSCAPE_FIELD(crystalline_fraction);
    LANDSCAPE_FIELD(force_calls);
    LANDSCAPE_FIELD(species);
    visitor(cell_names, record.cell);
    LANDSCAPE_FIELD(configuration_id);
  }
};

template <>
struct Table<RateFitRecord> {
  static constexpr std::string_view name = "rate_fit_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(potential_id);
    LANDSCAPE_FIELD(composition);
    LANDSCAPE_FIELD(n_atoms);
    LANDSCAPE_FIELD(samples);
    LANDSCAPE_FIELD(rate_low_k_per_s);
    LANDSCAPE_FIELD(rate_high_k_per_s);
    LANDSCAPE_FIELD(intercept_ev);
    LANDSCAPE_FIELD(intercept_error_ev);
    LANDSCAPE_FIELD(slope_ev_per_decade);
    LANDSCAPE_FIELD(slope_error_ev);
    LANDSCAPE_FIELD(covariance_ev2);
    LANDSCAPE_FIELD(residual_ev);
  }
};

template <>
struct Table<AliasRecord> {
  static constexpr std::string_view name = "alias_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(kind);
    LANDSCAPE_FIELD(uid);
    LANDSCAPE_FIELD(same_as_uid);
    LANDSCAPE_FIELD(distance_a);
  }
};

template <>
struct Table<PropertyRecord> {
  static constexpr std::string_view name = "property_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(sample_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(minimum_id);
    LANDSCAPE_FIELD(event_id);
    LANDSCAPE_FIELD(name);
    LANDSCAPE_FIELD(value);
    LANDSCAPE_FIELD(error);
  }
};

template <>
struct Table<UnloadingRecord> {
  static constexpr std::string_view name = "unloading_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(shear_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(unloading_index);
    LANDSCAPE_FIELD(from_strain);
    LANDSCAPE_FIELD(residual_strain);
    LANDSCAPE_FIELD(residual_stress_gpa);
    LANDSCAPE_FIELD(dissipated_energy_ev);
    LANDSCAPE_FIELD(max_displacement_a);
    LANDSCAPE_FIELD(closed);
    LANDSCAPE_FIELD(overlap);
    LANDSCAPE_FIELD(rearranged_atoms);
    LANDSCAPE_FIELD(healed_fraction);
    LANDSCAPE_FIELD(cycle_dissipated_energy_ev);
    LANDSCAPE_FIELD(cycle_displacement_a);
  }
};

template <>
struct Table<RearrangementRecord> {
  static constexpr std::string_view name = "rearrangement_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(shear_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(from_state);
    LANDSCAPE_FIELD(to_state);
    LANDSCAPE_FIELD(from_strain);
    LANDSCAPE_FIELD(to_strain);
    LANDSCAPE_FIELD(d2min_cutoff_a);
    LANDSCAPE_FIELD(d2min_threshold_a2);
    LANDSCAPE_FIELD(rearranged_atoms);
    LANDSCAPE_FIELD(rearranged_atoms_half);
    LANDSCAPE_FIELD(undefined_atoms);
    LANDSCAPE_FIELD(mean_d2min_a2);
    LANDSCAPE_FIELD(participation_ratio);
    LANDSCAPE_FIELD(clusters);
    LANDSCAPE_FIELD(largest_cluster);
    LANDSCAPE_FIELD(percolating_directions);
    LANDSCAPE_FIELD(band_normal);
    LANDSCAPE_FIELD(band_position_a);
    LANDSCAPE_FIELD(band_width_a);
    LANDSCAPE_FIELD(band_contrast);
    LANDSCAPE_FIELD(band_volume_width_a);
    LANDSCAPE_FIELD(overlap);
    LANDSCAPE_FIELD(healed_fraction);
    LANDSCAPE_FIELD(force_calls);
  }
};

template <>
struct Table<EnsembleRecord> {
  static constexpr std::string_view name = "ensemble_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(name);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(options);
    LANDSCAPE_FIELD(state);
    LANDSCAPE_FIELD(samples);
    LANDSCAPE_FIELD(replicas);
    LANDSCAPE_FIELD(distinct_replicas);
    LANDSCAPE_FIELD(force_calls);
    LANDSCAPE_FIELD(shear_modulus_gpa);
    LANDSCAPE_FIELD(max_stress_gpa);
    LANDSCAPE_FIELD(max_stress_error_gpa);
    LANDSCAPE_FIELD(yield_strain);
    LANDSCAPE_FIELD(max_stress_drop_gpa);
    LANDSCAPE_FIELD(max_stress_drop_error_gpa);
    LANDSCAPE_FIELD(max_stress_drop_strain);
    LANDSCAPE_FIELD(drop_variance_gpa2);
    LANDSCAPE_FIELD(drop_variance_n_gpa2);
    LANDSCAPE_FIELD(variance_relative_error);
    LANDSCAPE_FIELD(slope_drop_gpa);
    LANDSCAPE_FIELD(slope_drop_variance_gpa2);
    LANDSCAPE_FIELD(overlap);
    LANDSCAPE_FIELD(overlap_chi);
    LANDSCAPE_FIELD(overlap_chi_peak);
    LANDSCAPE_FIELD(overlap_chi_peak_strain);
    LANDSCAPE_FIELD(rearranged_fraction);
    LANDSCAPE_FIELD(loops);
    LANDSCAPE_FIELD(closed_fraction);
    LANDSCAPE_FIELD(closed_fraction_error);
    LANDSCAPE_FIELD(dissipated_energy_ev);
    LANDSCAPE_FIELD(residual_strain);
    LANDSCAPE_FIELD(healed_fraction);
  }
};

template <>
struct Table<ReplicaRecord> {
  static constexpr std::string_view name = "replica_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(ensemble_id);
    LANDSCAPE_FIELD(run_id);
    LANDSCAPE_FIELD(replica_index);
    LANDSCAPE_FIELD(sample_id);
    LANDSCAPE_FIELD(perturbation);
    LANDSCAPE_FIELD(sense);
    LANDSCAPE_FIELD(state);
    LANDSCAPE_FIELD(energy_difference_ev);
    LANDSCAPE_FIELD(max_displacement_a);
    LANDSCAPE_FIELD(same_as_perturbation);
    LANDSCAPE_FIELD(shear_id);
    LANDSCAPE_FIELD(unload_shear_id);
  }
};

template <>
struct Table<EnsemblePointRecord> {
  static constexpr std::string_view name = "ensemble_point_row";
  template <class R, class V>
  static void visit(R& record, V&& visitor) {
    LANDSCAPE_FIELD(ensemble_id);
    LANDSCAPE_FIELD(point_index);
    LANDSCAPE_FIELD(strain);
    LANDSCAPE_FIELD(replicas);
    LANDSCAPE_FIELD(stress_gpa);
    LANDSCAPE_FIELD(stress_deviation_gpa);
    LANDSCAPE_FIELD(energy_per_atom_ev);
    LANDSCAPE_FIELD(overlap);
    LANDSCAPE_FIELD(overlap_chi);
  }
};

#undef LANDSCAPE_FIELD

}  // namespace landscape::db::detail
