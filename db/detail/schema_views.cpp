#include <array>

#include "db/detail/migrations.hpp"

namespace landscape::db::detail {
namespace {

// Only core SQL here: the files are read by every SQLite there is.
constexpr std::array<View, 27> all_views = {{
    {"samples", R"sql(
SELECT s.id, s.name AS sample, s.composition, s.n_atoms, s.origin, s.state, p.name AS potential,
  s.energy_ev, s.energy_per_atom_ev, s.energy_fixed_cell_ev, s.energy_per_atom_fixed_cell_ev,
  s.volume_a3, s.volume_fixed_cell_a3, s.density_g_per_cm3, s.max_force_ev_per_a,
  s.stress_xx_gpa, s.stress_yy_gpa, s.stress_zz_gpa, s.stress_yz_gpa, s.stress_xz_gpa,
  s.stress_xy_gpa, s.quench_rate_k_per_s, s.melt_temperature_k, s.effective_rate_k_per_s,
  s.effective_rate_low_k_per_s, s.effective_rate_high_k_per_s, s.annealing_degree_ev,
  s.annealing_degree_error_ev, s.shear_modulus_gpa, s.zero_stress_strain, s.periodic,
  s.cell_ax, s.cell_ay, s.cell_az, s.cell_bx, s.cell_by, s.cell_bz, s.cell_cx, s.cell_cy, s.cell_cz,
  s.force_calls, s.defining_options, s.minimum_id, s.potential_id, s.run_id
FROM sample_row s JOIN potential_row p ON p.id = s.potential_id)sql"},
    {"minima", R"sql(
SELECT m.id, s.name AS sample, m.strain_xy, m.plane, m.energy_ev, m.max_force_ev_per_a,
  m.stress_xx_gpa, m.stress_yy_gpa, m.stress_zz_gpa, m.stress_yz_gpa, m.stress_xz_gpa,
  m.stress_xy_gpa, m.lowest_curvature_ev_per_a2, m.origin, m.configuration_id, m.run_id, m.uid
FROM minimum_row m JOIN sample_row s ON s.id = m.sample_id)sql"},
    {"inherent_structures", R"sql(
SELECT i.id, s.name AS sample, i.series, i.point_index, i.step, i.temperature_k, i.energy_ev,
  i.energy_per_atom_ev, i.energy_fixed_cell_ev, i.energy_per_atom_fixed_cell_ev, i.volume_a3,
  i.volume_fixed_cell_a3, i.max_force_ev_per_a, i.swap_attempts, i.swap_accepted, i.swap_counts,
  i.crystalline_fraction, i.force_calls, i.cell_ax, i.cell_ay, i.cell_az, i.cell_bx, i.cell_by,
  i.cell_bz, i.cell_cx, i.cell_cy, i.cell_cz, i.species, i.configuration_id, i.run_id
FROM inherent_structure_row i JOIN sample_row s ON s.id = i.sample_id)sql"},
    {"rate_fits", R"sql(
SELECT f.id, f.composition, f.n_atoms, p.name AS potential, f.samples, f.rate_low_k_per_s,
  f.rate_high_k_per_s, f.intercept_ev, f.intercept_error_ev, f.slope_ev_per_decade,
  f.slope_error_ev, f.covariance_ev2, f.residual_ev, f.potential_id, f.run_id
FROM rate_fit_row f JOIN potential_row p ON p.id = f.potential_id)sql"},
    {"saddles", R"sql(
SELECT d.id, s.name AS sample, d.strain_xy, d.plane, d.energy_ev, d.max_force_ev_per_a,
  d.curvature_ev_per_a2, d.second_curvature_ev_per_a2, d.negative_eigenvalues, d.proof_method,
  d.proof, d.connected,
  d.center_atom, d.stress_xx_gpa, d.stress_yy_gpa, d.stress_zz_gpa, d.stress_yz_gpa,
  d.stress_xz_gpa, d.stress_xy_gpa, d.configuration_id, d.mode_configuration_id, d.run_id, d.uid
FROM saddle_row d JOIN sample_row s ON s.id = d.sample_id)sql"},
    {"events", R"sql(
SELECT e.id, s.name AS sample, e.origin, e.strain_xy, e.plane, e.barrier_ev, e.reverse_barrier_ev,
  e.curvature_ev_per_a2, e.delta_stress_xy_gpa, e.predicted_critical_strain,
  t.critical_strain, t.critical_strain_error, t.reverse_strain, t.reverse_strain_error,
  t.window_low, t.window_high, t.low_end, t.high_end, t.event_class, t.event_class_zero_stress,
  (SELECT n.event_class FROM track_row n WHERE n.event_id = e.id AND n.plane = 'xy' ORDER BY n.id DESC LIMIT 1) AS event_class_xy,
  (SELECT n.event_class FROM track_row n WHERE n.event_id = e.id AND n.plane = 'xz' ORDER BY n.id DESC LIMIT 1) AS event_class_xz,
  (SELECT n.event_class FROM track_row n WHERE n.event_id = e.id AND n.plane = 'yz' ORDER BY n.id DESC LIMIT 1) AS event_class_yz,
  e.center_atom, e.max_displacement_a, e.participation_number,
  (SELECT f.value FROM property_row f WHERE f.event_id = e.id AND f.name = 'attempt_frequency_thz')
    AS attempt_frequency_thz, e.times_found, e.first_search_index, e.initial_minimum_id, e.saddle_id, e.final_minimum_id, e.mapping_id, e.plastic_event_id,
  t.id AS track_id, e.run_id, e.uid
FROM event_row e JOIN sample_row s ON s.id = e.sample_id
LEFT JOIN track_row t ON t.event_id = e.id
  AND t.id = (SELECT max(n.id) FROM track_row n WHERE n.event_id = e.id AND n.plane = e.plane))sql"},
    {"tracks", R"sql(
SELECT t.id, s.name AS sample, t.event_id, e.origin, t.plane, t.event_at_zero_id, t.event_class, t.event_class_zero_stress,
  t.event_class_reason, t.critical_strain, t.critical_strain_error, t.reverse_strain,
  t.reverse_strain_error, t.window_low, t.window_high, t.low_end, t.high_end, t.amplitude_ev,
  t.amplitude_error_ev, t.reverse_amplitude_ev, t.exponent, t.exponent_error, t.zero_stress_strain,
  t.critical_strain_from_barrier, t.critical_strain_from_barrier_error,
  t.critical_strain_from_curvature, t.critical_strain_from_curvature_error,
  t.critical_strain_from_stress, t.critical_strain_from_stress_error,
  t.reverse_strain_from_barrier, t.reverse_strain_from_barrier_error,
  t.reverse_strain_from_curvature, t.reverse_strain_from_curvature_error,
  t.reverse_strain_from_stress, t.reverse_strain_from_stress_error,
  t.points, t.force_calls, t.state, t.options, t.run_id
FROM track_row t JOIN event_row e ON e.id = t.event_id
JOIN sample_row s ON s.id = e.sample_id)sql"},
    {"predictions", R"sql(
SELECT f.id, s.name AS sample, f.event_id, f.plane, f.method, e.strain_xy, e.barrier_ev,
  f.critical_strain AS predicted_critical_strain,
  f.critical_strain_error AS predicted_critical_strain_error, f.exponent, f.slope_ev, f.curvature_ev,
  t.critical_strain, t.critical_strain_error, t.low_end, t.high_end, f.force_calls,
  t.id AS track_id, f.run_id
FROM prediction_row f JOIN event_row e ON e.id = f.event_id JOIN sample_row s ON s.id = e.sample_id
LEFT JOIN track_row t ON t.event_id = f.event_id AND t.id =
  (SELECT max(n.id) FROM track_row n WHERE n.event_id = f.event_id AND n.plane = f.plane))sql"},
    {"track_points", R"sql(
SELECT q.id, s.name AS sample, t.event_id, q.track_id, q.point_index, q.strain_xy, q.barrier_ev,
  q.reverse_barrier_ev, q.curvature_ev_per_a2, q.initial_curvature_ev_per_a2,
  q.final_curvature_ev_per_a2, q.delta_stress_xy_gpa, q.delta_stress_reverse_xy_gpa,
  q.initial_stress_xy_gpa, q.energy_initial_ev, q.which_initial, q.which_final, q.path_asked,
  q.path_barrier_ev, q.path_reverse_barrier_ev, q.force_calls, q.initial_configuration_id,
  q.saddle_configuration_id, q.final_configuration_id, t.run_id
FROM track_point_row q JOIN track_row t ON t.id = q.track_id JOIN event_row e ON e.id = t.event_id
JOIN sample_row s ON s.id = e.sample_id)sql"},
    {"shears", R"sql(
SELECT h.id, s.name AS sample, h.plane, h.to_strain, h.state, h.steps, h.shear_modulus_gpa,
  h.max_stress_gpa, h.yield_strain, h.yield_stress_gpa, h.max_stress_drop_gpa,
  h.max_stress_drop_strain, h.max_stress_drop_energy_ev, h.slope_drop_gpa, h.slope_drop_strain,
  h.released_energy_ev, h.overlap, h.rearranged_fraction, h.d2min_cutoff_a, h.d2min_threshold_a2,
  h.unstable_strain, b.name AS ensemble, h.force_calls, h.options, h.start_minimum_id, h.run_id
FROM shear_row h JOIN sample_row s ON s.id = h.sample_id
LEFT JOIN ensemble_row b ON b.id = h.ensemble_id)sql"},
    {"shear_steps", R"sql(
SELECT p.id, s.name AS sample, p.shear_id, h.plane, p.step_index, p.branch, p.cycle, p.strain_xy,
  p.energy_ev, p.stress_xx_gpa, p.stress_yy_gpa, p.stress_zz_gpa, p.stress_yz_gpa, p.stress_xz_gpa,
  p.stress_xy_gpa, p.overlap, p.max_force_ev_per_a, p.force_calls, p.configuration_id, p.run_id
FROM shear_step_row p JOIN shear_row h ON h.id = p.shear_id
JOIN sample_row s ON s.id = h.sample_id)sql"},
    {"plastic_events", R"sql(
SELECT p.id, s.name AS sample, p.shear_id, h.plane, p.event_index, w.branch, w.cycle, p.strain, p.strain_lower,
  p.energy_drop_ev, p.stress_drop_gpa, p.max_displacement_a, p.center_atom, p.participation_number,
  p.rearranged_atoms, p.rearranged_atoms_half, p.clusters, p.largest_cluster,
  p.percolating_directions, p.rearranged_fraction_total, h.d2min_cutoff_a, h.d2min_threshold_a2,
  p.event_id, p.before_configuration_id, p.after_configuration_id, p.run_id
FROM plastic_event_row p JOIN shear_row h ON h.id = p.shear_id
JOIN sample_row s ON s.id = h.sample_id
LEFT JOIN shear_step_row w ON w.shear_id = p.shear_id AND w.step_index = p.step_index)sql"},
    {"unloadings", R"sql(
SELECT u.id, s.name AS sample, u.shear_id, h.plane, u.unloading_index, u.from_strain,
  u.residual_strain, u.residual_stress_gpa, u.dissipated_energy_ev, u.max_displacement_a, u.closed,
  u.cycle_dissipated_energy_ev, u.cycle_displacement_a, u.overlap, u.rearranged_atoms, u.healed_fraction, u.run_id
FROM unloading_row u JOIN shear_row h ON h.id = u.shear_id
JOIN sample_row s ON s.id = h.sample_id)sql"},
    {"rearrangements", R"sql(
SELECT r.id, s.name AS sample, r.shear_id, h.plane, r.from_state, r.to_state, r.from_strain,
  r.to_strain, r.d2min_cutoff_a, r.d2min_threshold_a2, r.rearranged_atoms, r.rearranged_atoms_half,
  r.undefined_atoms, r.mean_d2min_a2, r.participation_ratio, r.clusters, r.largest_cluster,
  r.percolating_directions, nullif(r.band_normal, '') AS band_normal, r.band_position_a, r.band_width_a, r.band_contrast,
  r.band_volume_width_a, r.overlap, r.healed_fraction, r.force_calls, r.run_id
FROM rearrangement_row r JOIN shear_row h ON h.id = r.shear_id
JOIN sample_row s ON s.id = h.sample_id)sql"},
    {"ensembles", R"sql(
SELECT id, name AS ensemble, state, samples, replicas, distinct_replicas, shear_modulus_gpa,
  (SELECT count(*) FROM replica_row r JOIN shear_row h ON h.id = r.shear_id
   WHERE r.ensemble_id = ensemble_row.id AND r.state = 'done' AND h.shear_modulus_gpa > 0) AS modulus_replicas,
  max_stress_gpa, max_stress_error_gpa, yield_strain, max_stress_drop_gpa,
  max_stress_drop_error_gpa, max_stress_drop_strain, drop_variance_gpa2, drop_variance_n_gpa2,
  variance_relative_error, slope_drop_gpa, slope_drop_variance_gpa2, overlap, overlap_chi,
  overlap_chi_peak, overlap_chi_peak_strain, rearranged_fraction, loops, closed_fraction,
  closed_fraction_error, dissipated_energy_ev, residual_strain, healed_fraction, force_calls,
  options, run_id
FROM ensemble_row)sql"},
    {"replicas", R"sql(
SELECT r.id, b.name AS ensemble, s.name AS sample, r.replica_index, r.perturbation, r.sense,
  r.state, r.energy_difference_ev, r.max_displacement_a, r.same_as_perturbation,
  h.shear_modulus_gpa, h.max_stress_gpa, h.yield_strain, h.max_stress_drop_gpa,
  h.max_stress_drop_strain, h.max_stress_drop_energy_ev, h.slope_drop_gpa, h.overlap,
  h.rearranged_fraction, u.dissipated_energy_ev, u.residual_strain, u.closed, u.healed_fraction,
  h.force_calls, r.shear_id, r.unload_shear_id, r.run_id
FROM replica_row r JOIN ensemble_row b ON b.id = r.ensemble_id
JOIN sample_row s ON s.id = r.sample_id
LEFT JOIN shear_row h ON h.id = r.shear_id
LEFT JOIN unloading_row u ON u.shear_id = r.unload_shear_id AND u.unloading_index = 0)sql"},
    {"ensemble_points", R"sql(
SELECT c.id, b.name AS ensemble, c.point_index, c.strain, c.replicas, c.stress_gpa,
  c.stress_deviation_gpa, c.energy_per_atom_ev, c.overlap, c.overlap_chi, b.run_id
FROM ensemble_point_row c JOIN ensemble_row b ON b.id = c.ensemble_id)sql"},
    {"mappings", R"sql(
SELECT m.id, s.name AS sample, m.strain_xy, n.plane, m.seed, m.initial_minimum_id, m.options, m.run_id
FROM mapping_row m JOIN sample_row s ON s.id = m.sample_id
JOIN minimum_row n ON n.id = m.initial_minimum_id)sql"},
    {"searches", R"sql(
SELECT r.id, s.name AS sample, r.mapping_id, m.strain_xy, r.search_index, r.batch, r.center_atom,
  r.outcome, r.barrier_ev, r.event_id, r.saddle_id, r.force_calls, r.calls_activation,
  r.calls_approach, r.calls_proof, r.calls_push_over, r.calls_lanczos, r.calls_relaxation,
  r.calls_minima, r.calls_whole, r.start, r.start_share, r.message, r.run_id
FROM search_row r JOIN mapping_row m ON m.id = r.mapping_id
JOIN sample_row s ON s.id = m.sample_id)sql"},
    {"coverage", R"sql(
SELECT 10 * m.id + b.k AS id, s.name AS sample, m.id AS mapping_id, m.strain_xy, n.plane, b.low AS barrier_low_ev,
  b.high AS barrier_high_ev, count(f.event_id) AS events, total(f.times) AS connected,
  total(f.times = 1) AS found_once, total(f.times = 2) AS found_twice,
  total(f.times = 1) * (total(f.times = 1) - 1) / (2 * (total(f.times = 2) + 1)) + 0.0 AS unseen_estimate,
  CASE WHEN count(f.event_id) > 0 THEN total(f.times = 1) / total(f.times) END AS new_chance, m.run_id
FROM mapping_row m JOIN sample_row s ON s.id = m.sample_id
JOIN minimum_row n ON n.id = m.initial_minimum_id
CROSS JOIN (SELECT 0 AS k, 0.0 AS low, 0.1 AS high UNION ALL SELECT 1, 0.1, 0.3
  UNION ALL SELECT 2, 0.3, 0.5 UNION ALL SELECT 3, 0.5, 1.0 UNION ALL SELECT 4, 1.0, 2.0
  UNION ALL SELECT 5, 2.0, NULL) b
LEFT JOIN (SELECT r.mapping_id, r.event_id, count(*) AS times, e.barrier_ev
  FROM search_row r JOIN event_row e ON e.id = r.event_id GROUP BY r.mapping_id, r.event_id) f
  ON f.mapping_id = m.id AND f.barrier_ev >= b.low AND (b.high IS NULL OR f.barrier_ev < b.high)
GROUP BY m.id, b.k)sql"},
    {"atoms", R"sql(
SELECT a.id, s.name AS sample, a.minimum_id, a.event_id, a.rearrangement_id, a.name, a.atom, a.value, a.run_id
FROM atom_value_row a JOIN sample_row s ON s.id = a.sample_id)sql"},
    {"properties", R"sql(
SELECT p.id, s.name AS sample, p.minimum_id, p.event_id, p.name, p.value, p.error, p.run_id
FROM property_row p JOIN sample_row s ON s.id = p.sample_id)sql"},
    {"aliases", R"sql(
SELECT id, kind, uid, same_as_uid, distance_a FROM alias_row)sql"},
    {"potentials", R"sql(
SELECT id, name, spec, cutoff_a, sha256 FROM potential_row)sql"},
    {"runs", R"sql(
SELECT r.id, r.command, r.status, p.name AS potential, r.seed, r.threads, r.force_calls, r.wall_s,
  r.started_utc, nullif(r.finished_utc, '') AS finished_utc, r.host, r.code_version, r.options,
  r.potential_id
FROM run_row r LEFT JOIN potential_row p ON p.id = r.potential_id)sql"},
    {"configurations", R"sql(
SELECT id, n_atoms, layout, length(data) AS bytes, reference_id FROM configuration_row)sql"},
    {"dictionary", R"sql(
SELECT id, "view", "column", alias, unit, description FROM dictionary_row)sql"},
}};

}  // namespace

std::span<const View> views() {
  return all_views;
}

}  // namespace landscape::db::detail

namespace landscape::db {

const std::vector<std::string>& public_views() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const auto& view : detail::views()) result.emplace_back(view.name);
    return result;
  }();
  return names;
}

}  // namespace landscape::db
