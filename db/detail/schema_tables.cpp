#include "db/detail/migrations.hpp"

namespace landscape::db::detail {

// Version 1. Never edit after a release: add a numbered step instead.
const std::string_view tables_v1 = R"sql(
CREATE TABLE potential_row (
  id INTEGER PRIMARY KEY, spec TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE,
  cutoff_a REAL
) STRICT;
CREATE TABLE run_row (
  id INTEGER PRIMARY KEY, command TEXT NOT NULL, options TEXT NOT NULL, seed INTEGER NOT NULL,
  threads INTEGER NOT NULL, code_version TEXT NOT NULL, host TEXT NOT NULL,
  started_utc TEXT NOT NULL, finished_utc TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'incomplete', 'interrupted', 'failed')),
  potential_id INTEGER REFERENCES potential_row, wall_s REAL, force_calls REAL
) STRICT;
CREATE TABLE configuration_row (
  id INTEGER PRIMARY KEY, n_atoms INTEGER NOT NULL, layout TEXT NOT NULL, data BLOB NOT NULL,
  reference_id INTEGER REFERENCES configuration_row
) STRICT;
CREATE TABLE sample_row (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  run_id INTEGER NOT NULL REFERENCES run_row,
  potential_id INTEGER NOT NULL REFERENCES potential_row,
  composition TEXT NOT NULL, n_atoms INTEGER NOT NULL CHECK (n_atoms > 0), origin TEXT NOT NULL,
  defining_options TEXT NOT NULL, species TEXT NOT NULL, movable BLOB,
  periodic TEXT NOT NULL CHECK (length(periodic) = 3),
  cell_ax REAL, cell_ay REAL, cell_az REAL, cell_bx REAL, cell_by REAL, cell_bz REAL,
  cell_cx REAL, cell_cy REAL, cell_cz REAL,
  state TEXT NOT NULL CHECK (state IN ('preparing', 'ready')),
  minimum_id INTEGER REFERENCES minimum_row,
  energy_ev REAL, energy_per_atom_ev REAL,
  energy_fixed_cell_ev REAL, energy_per_atom_fixed_cell_ev REAL,
  volume_a3 REAL, volume_fixed_cell_a3 REAL, density_g_per_cm3 REAL, max_force_ev_per_a REAL,
  stress_xx_gpa REAL, stress_yy_gpa REAL, stress_zz_gpa REAL,
  stress_yz_gpa REAL, stress_xz_gpa REAL, stress_xy_gpa REAL,
  quench_rate_k_per_s REAL, melt_temperature_k REAL, effective_rate_k_per_s REAL,
  annealing_degree_ev REAL, shear_modulus_gpa REAL, zero_stress_strain REAL, force_calls REAL
) STRICT;
CREATE TABLE minimum_row (
  id INTEGER PRIMARY KEY, sample_id INTEGER NOT NULL REFERENCES sample_row,
  run_id INTEGER NOT NULL REFERENCES run_row, strain_xy REAL NOT NULL, plane TEXT NOT NULL,
  energy_ev REAL NOT NULL, max_force_ev_per_a REAL NOT NULL,
  stress_xx_gpa REAL, stress_yy_gpa REAL, stress_zz_gpa REAL,
  stress_yz_gpa REAL, stress_xz_gpa REAL, stress_xy_gpa REAL,
  lowest_curvature_ev_per_a2 REAL,
  configuration_id INTEGER NOT NULL REFERENCES configuration_row,
  origin TEXT NOT NULL CHECK (origin IN ('sample', 'map', 'shear', 'track', 'neb')),
  uid TEXT NOT NULL UNIQUE CHECK (uid <> '')
) STRICT;
CREATE INDEX minimum_by_sample ON minimum_row (sample_id);
CREATE TABLE saddle_row (
  id INTEGER PRIMARY KEY, sample_id INTEGER NOT NULL REFERENCES sample_row,
  run_id INTEGER NOT NULL REFERENCES run_row, strain_xy REAL NOT NULL, plane TEXT NOT NULL,
  energy_ev REAL NOT NULL, max_force_ev_per_a REAL NOT NULL,
  curvature_ev_per_a2 REAL, second_curvature_ev_per_a2 REAL,
  negative_eigenvalues INTEGER NOT NULL, proof TEXT NOT NULL,
  stress_xx_gpa REAL, stress_yy_gpa REAL, stress_zz_gpa REAL,
  stress_yz_gpa REAL, stress_xz_gpa REAL, stress_xy_gpa REAL,
  configuration_id INTEGER NOT NULL REFERENCES configuration_row,
  mode_configuration_id INTEGER REFERENCES configuration_row,
  connected INTEGER NOT NULL CHECK (connected IN (0, 1)), center_atom INTEGER NOT NULL,
  uid TEXT NOT NULL UNIQUE CHECK (uid <> '')
) STRICT;
CREATE INDEX saddle_by_sample ON saddle_row (sample_id);
CREATE TABLE mapping_row (
  id INTEGER PRIMARY KEY, sample_id INTEGER NOT NULL REFERENCES sample_row,
  run_id INTEGER NOT NULL REFERENCES run_row, strain_xy REAL NOT NULL, options TEXT NOT NULL,
  seed INTEGER NOT NULL, options_key TEXT NOT NULL,
  initial_minimum_id INTEGER NOT NULL REFERENCES minimum_row,
  UNIQUE (sample_id, strain_xy, seed, options_key)
) STRICT;
CREATE TABLE event_row (
  id INTEGER PRIMARY KEY, sample_id INTEGER NOT NULL REFERENCES sample_row,
  run_id INTEGER NOT NULL REFERENCES run_row,
  mapping_id INTEGER REFERENCES mapping_row,
  plastic_event_id INTEGER REFERENCES plastic_event_row,
  strain_xy REAL NOT NULL, plane TEXT NOT NULL,
  initial_minimum_id INTEGER NOT NULL REFERENCES minimum_row,
  saddle_id INTEGER NOT NULL REFERENCES saddle_row,
  final_minimum_id INTEGER NOT NULL REFERENCES minimum_row,
  barrier_ev REAL NOT NULL, reverse_barrier_ev REAL NOT NULL, curvature_ev_per_a2 REAL,
  delta_stress_xy_gpa REAL, predicted_critical_strain REAL, center_atom INTEGER NOT NULL,
  max_displacement_a REAL, participation_number REAL,
  times_found INTEGER NOT NULL, first_search_index INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('map', 'shear')),
  uid TEXT NOT NULL UNIQUE CHECK (uid <> '')
) STRICT;
CREATE INDEX event_by_sample ON event_row (sample_id);
CREATE INDEX event_by_mapping ON event_row (mapping_id);
CREATE INDEX event_by_plastic_event ON event_row (plastic_event_id);
CREATE TABLE search_row (
  id INTEGER PRIMARY KEY, mapping_id INTEGER NOT NULL REFERENCES mapping_row,
  run_id INTEGER NOT NULL REFERENCES run_row, search_index INTEGER NOT NULL,
  batch INTEGER NOT NULL, center_atom INTEGER NOT NULL, outcome TEXT NOT NULL,
  force_calls REAL, calls_activation REAL, calls_approach REAL, calls_proof REAL,
  calls_push_over REAL, saddle_id INTEGER REFERENCES saddle_row,
  event_id INTEGER REFERENCES event_row, barrier_ev REAL, message TEXT NOT NULL,
  UNIQUE (mapping_id, search_index)
) STRICT;
CREATE INDEX search_by_event ON search_row (event_id);
CREATE TABLE track_row (
  id INTEGER PRIMARY KEY, event_id INTEGER NOT NULL REFERENCES event_row,
  run_id INTEGER NOT NULL REFERENCES run_row, options TEXT NOT NULL, options_key TEXT NOT NULL,
  critical_strain REAL, critical_strain_error REAL, reverse_strain REAL,
  reverse_strain_error REAL, amplitude_ev REAL, amplitude_error_ev REAL, reverse_amplitude_ev REAL,
  window_low REAL, window_high REAL,
  low_end TEXT NOT NULL
    CHECK (low_end IN ('initial', 'final', 'other', 'bifurcation', 'not_reached')),
  high_end TEXT NOT NULL
    CHECK (high_end IN ('initial', 'final', 'other', 'bifurcation', 'not_reached')),
  event_class TEXT NOT NULL CHECK (event_class IN ('thermal', 'strain_created', 'unresolved')),
  event_class_reason TEXT NOT NULL,
  event_class_zero_stress TEXT NOT NULL
    CHECK (event_class_zero_stress IN ('thermal', 'strain_created', 'unresolved')),
  zero_stress_strain REAL, exponent REAL, exponent_error REAL,
  critical_strain_from_barrier REAL, critical_strain_from_barrier_error REAL,
  critical_strain_from_curvature REAL, critical_strain_from_curvature_error REAL,
  critical_strain_from_stress REAL, critical_strain_from_stress_error REAL,
  reverse_strain_from_barrier REAL, reverse_strain_from_barrier_error REAL,
  reverse_strain_from_curvature REAL, reverse_strain_from_curvature_error REAL,
  reverse_strain_from_stress REAL, reverse_strain_from_stress_error REAL,
  force_calls REAL, points INTEGER NOT NULL, state TEXT NOT NULL,
  UNIQUE (event_id, options_key)
) STRICT;
CREATE TABLE track_point_row (
  id INTEGER PRIMARY KEY, track_id INTEGER NOT NULL REFERENCES track_row,
  point_index INTEGER NOT NULL, strain_xy REAL NOT NULL, barrier_ev REAL, reverse_barrier_ev REAL,
  curvature_ev_per_a2 REAL, initial_curvature_ev_per_a2 REAL, final_curvature_ev_per_a2 REAL,
  delta_stress_xy_gpa REAL, delta_stress_reverse_xy_gpa REAL, initial_stress_xy_gpa REAL,
  energy_initial_ev REAL,
  initial_configuration_id INTEGER REFERENCES configuration_row,
  saddle_configuration_id INTEGER REFERENCES configuration_row,
  final_configuration_id INTEGER REFERENCES configuration_row,
  force_calls REAL, UNIQUE (track_id, point_index)
) STRICT;
CREATE TABLE shear_row (
  id INTEGER PRIMARY KEY, sample_id INTEGER NOT NULL REFERENCES sample_row,
  run_id INTEGER NOT NULL REFERENCES run_row, options TEXT NOT NULL, options_key TEXT NOT NULL,
  plane TEXT NOT NULL, to_strain REAL, state TEXT NOT NULL CHECK (state IN ('running', 'done')),
  steps INTEGER NOT NULL, force_calls REAL, shear_modulus_gpa REAL, max_stress_gpa REAL,
  yield_strain REAL, max_stress_drop_gpa REAL, UNIQUE (sample_id, options_key)
) STRICT;
CREATE TABLE shear_step_row (
  id INTEGER PRIMARY KEY, shear_id INTEGER NOT NULL REFERENCES shear_row,
  run_id INTEGER NOT NULL REFERENCES run_row, step_index INTEGER NOT NULL,
  branch TEXT NOT NULL CHECK (branch IN ('load', 'unload', 'reload')), strain_xy REAL NOT NULL,
  energy_ev REAL NOT NULL,
  stress_xx_gpa REAL, stress_yy_gpa REAL, stress_zz_gpa REAL,
  stress_yz_gpa REAL, stress_xz_gpa REAL, stress_xy_gpa REAL,
  max_force_ev_per_a REAL, force_calls REAL,
  configuration_id INTEGER REFERENCES configuration_row, UNIQUE (shear_id, step_index)
) STRICT;
CREATE TABLE plastic_event_row (
  id INTEGER PRIMARY KEY, shear_id INTEGER NOT NULL REFERENCES shear_row,
  run_id INTEGER NOT NULL REFERENCES run_row, event_index INTEGER NOT NULL,
  strain REAL NOT NULL, strain_lower REAL, energy_drop_ev REAL, stress_drop_gpa REAL,
  max_displacement_a REAL, center_atom INTEGER NOT NULL, participation_number REAL,
  before_configuration_id INTEGER REFERENCES configuration_row,
  after_configuration_id INTEGER REFERENCES configuration_row,
  event_id INTEGER REFERENCES event_row, UNIQUE (shear_id, event_index)
) STRICT;
CREATE TABLE atom_value_row (
  id INTEGER PRIMARY KEY, sample_id INTEGER NOT NULL REFERENCES sample_row,
  run_id INTEGER NOT NULL REFERENCES run_row, minimum_id INTEGER REFERENCES minimum_row,
  event_id INTEGER REFERENCES event_row, name TEXT NOT NULL, atom INTEGER NOT NULL, value REAL
) STRICT;
CREATE UNIQUE INDEX atom_value_once ON atom_value_row
  (sample_id, name, coalesce(minimum_id, 0), coalesce(event_id, 0), atom);
CREATE TABLE checkpoint_row (
  key TEXT PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES run_row, step INTEGER NOT NULL,
  state TEXT NOT NULL, data BLOB
) STRICT;
CREATE TABLE dictionary_row (
  id INTEGER PRIMARY KEY, "view" TEXT NOT NULL, "column" TEXT NOT NULL, alias TEXT NOT NULL,
  unit TEXT NOT NULL, description TEXT NOT NULL, UNIQUE ("view", "column")
) STRICT;
)sql";

const std::string_view tables_v2 = R"sql(
CREATE TABLE inherent_structure_row (
  id INTEGER PRIMARY KEY, sample_id INTEGER NOT NULL REFERENCES sample_row,
  run_id INTEGER NOT NULL REFERENCES run_row,
  series TEXT NOT NULL CHECK (series IN ('htc', 'heating', 'liquid')),
  point_index INTEGER NOT NULL, step INTEGER NOT NULL, temperature_k REAL, energy_ev REAL NOT NULL,
  energy_per_atom_ev REAL NOT NULL, energy_fixed_cell_ev REAL, energy_per_atom_fixed_cell_ev REAL,
  volume_a3 REAL, volume_fixed_cell_a3 REAL, max_force_ev_per_a REAL,
  swap_attempts INTEGER NOT NULL, swap_accepted INTEGER NOT NULL, swap_counts TEXT NOT NULL,
  crystalline_fraction REAL, force_calls REAL, species TEXT NOT NULL,
  cell_ax REAL, cell_ay REAL, cell_az REAL, cell_bx REAL, cell_by REAL, cell_bz REAL,
  cell_cx REAL, cell_cy REAL, cell_cz REAL,
  configuration_id INTEGER REFERENCES configuration_row, UNIQUE (sample_id, series, point_index)
) STRICT;
)sql";

const std::string_view tables_v3 = R"sql(
ALTER TABLE sample_row ADD COLUMN effective_rate_low_k_per_s REAL;
ALTER TABLE sample_row ADD COLUMN effective_rate_high_k_per_s REAL;
ALTER TABLE sample_row ADD COLUMN annealing_degree_error_ev REAL;
CREATE TABLE rate_fit_row (
  id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES run_row,
  potential_id INTEGER NOT NULL REFERENCES potential_row, composition TEXT NOT NULL,
  n_atoms INTEGER NOT NULL, samples INTEGER NOT NULL, rate_low_k_per_s REAL NOT NULL,
  rate_high_k_per_s REAL NOT NULL, intercept_ev REAL NOT NULL, intercept_error_ev REAL,
  slope_ev_per_decade REAL NOT NULL, slope_error_ev REAL, covariance_ev2 REAL, residual_ev REAL
) STRICT;
)sql";

const std::string_view tables_v4 = R"sql(
CREATE TABLE alias_row (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('minimum', 'saddle', 'event')),
  uid TEXT NOT NULL CHECK (uid <> same_as_uid), same_as_uid TEXT NOT NULL, distance_a REAL,
  UNIQUE (kind, uid)
) STRICT;
CREATE INDEX event_by_barrier ON event_row (barrier_ev);
CREATE INDEX event_by_reverse_barrier ON event_row (reverse_barrier_ev);
CREATE INDEX event_by_strain ON event_row (strain_xy, barrier_ev);
CREATE INDEX event_by_sample_barrier ON event_row (sample_id, barrier_ev);
CREATE INDEX minimum_by_energy ON minimum_row (energy_ev);
CREATE INDEX saddle_by_energy ON saddle_row (energy_ev);
CREATE INDEX track_by_class ON track_row (event_class, critical_strain);
CREATE INDEX track_by_critical_strain ON track_row (critical_strain);
)sql";

const std::string_view tables_v5 = R"sql(
CREATE TABLE property_row (
  id INTEGER PRIMARY KEY, sample_id INTEGER NOT NULL REFERENCES sample_row,
  run_id INTEGER NOT NULL REFERENCES run_row, minimum_id INTEGER REFERENCES minimum_row,
  event_id INTEGER REFERENCES event_row, name TEXT NOT NULL CHECK (name <> ''), value REAL,
  error REAL
) STRICT;
CREATE UNIQUE INDEX property_once ON property_row
  (sample_id, name, coalesce(minimum_id, 0), coalesce(event_id, 0));
CREATE INDEX property_by_event ON property_row (event_id);
CREATE INDEX atom_value_by_event ON atom_value_row (event_id);
)sql";

const std::string_view tables_v6 = R"sql(
CREATE TABLE ensemble_row (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  run_id INTEGER NOT NULL REFERENCES run_row, options TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done')), samples TEXT NOT NULL,
  replicas INTEGER NOT NULL, distinct_replicas INTEGER NOT NULL, force_calls REAL,
  shear_modulus_gpa REAL, max_stress_gpa REAL, max_stress_error_gpa REAL, yield_strain REAL,
  max_stress_drop_gpa REAL, max_stress_drop_error_gpa REAL, max_stress_drop_strain REAL,
  drop_variance_gpa2 REAL, drop_variance_n_gpa2 REAL, variance_relative_error REAL,
  slope_drop_gpa REAL, slope_drop_variance_gpa2 REAL, overlap REAL, overlap_chi REAL,
  overlap_chi_peak REAL, overlap_chi_peak_strain REAL, rearranged_fraction REAL,
  loops INTEGER NOT NULL, closed_fraction REAL, closed_fraction_error REAL,
  dissipated_energy_ev REAL, residual_strain REAL, healed_fraction REAL
) STRICT;
CREATE TABLE ensemble_point_row (
  id INTEGER PRIMARY KEY, ensemble_id INTEGER NOT NULL REFERENCES ensemble_row,
  point_index INTEGER NOT NULL, strain REAL NOT NULL, replicas INTEGER NOT NULL, stress_gpa REAL,
  stress_deviation_gpa REAL, energy_per_atom_ev REAL, overlap REAL, overlap_chi REAL,
  UNIQUE (ensemble_id, point_index)
) STRICT;
ALTER TABLE shear_row ADD COLUMN ensemble_id INTEGER REFERENCES ensemble_row;
ALTER TABLE shear_row ADD COLUMN start_minimum_id INTEGER REFERENCES minimum_row;
ALTER TABLE shear_row ADD COLUMN yield_stress_gpa REAL;
ALTER TABLE shear_row ADD COLUMN max_stress_drop_strain REAL;
ALTER TABLE shear_row ADD COLUMN max_stress_drop_energy_ev REAL;
ALTER TABLE shear_row ADD COLUMN slope_drop_gpa REAL;
ALTER TABLE shear_row ADD COLUMN slope_drop_strain REAL;
ALTER TABLE shear_row ADD COLUMN released_energy_ev REAL;
ALTER TABLE shear_row ADD COLUMN overlap REAL;
ALTER TABLE shear_row ADD COLUMN rearranged_fraction REAL;
ALTER TABLE shear_row ADD COLUMN d2min_cutoff_a REAL;
ALTER TABLE shear_row ADD COLUMN d2min_threshold_a2 REAL;
ALTER TABLE shear_step_row ADD COLUMN overlap REAL;
ALTER TABLE plastic_event_row ADD COLUMN rearranged_atoms INTEGER;
ALTER TABLE plastic_event_row ADD COLUMN rearranged_atoms_half INTEGER;
ALTER TABLE plastic_event_row ADD COLUMN clusters INTEGER;
ALTER TABLE plastic_event_row ADD COLUMN largest_cluster INTEGER;
ALTER TABLE plastic_event_row ADD COLUMN percolating_directions INTEGER;
ALTER TABLE plastic_event_row ADD COLUMN rearranged_fraction_total REAL;
CREATE TABLE unloading_row (
  id INTEGER PRIMARY KEY, shear_id INTEGER NOT NULL REFERENCES shear_row,
  run_id INTEGER NOT NULL REFERENCES run_row, unloading_index INTEGER NOT NULL, from_strain REAL,
  residual_strain REAL, residual_stress_gpa REAL, dissipated_energy_ev REAL,
  max_displacement_a REAL, closed INTEGER NOT NULL, overlap REAL, rearranged_atoms INTEGER,
  healed_fraction REAL, UNIQUE (shear_id, unloading_index)
) STRICT;
CREATE TABLE replica_row (
  id INTEGER PRIMARY KEY, ensemble_id INTEGER NOT NULL REFERENCES ensemble_row,
  run_id INTEGER NOT NULL REFERENCES run_row, replica_index INTEGER NOT NULL,
  sample_id INTEGER NOT NULL REFERENCES sample_row, perturbation INTEGER NOT NULL,
  sense TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('done', 'same', 'not_relaxed')),
  energy_difference_ev REAL, max_displacement_a REAL, same_as_perturbation INTEGER,
  shear_id INTEGER REFERENCES shear_row, unload_shear_id INTEGER REFERENCES shear_row,
  UNIQUE (ensemble_id, replica_index)
) STRICT;
CREATE TABLE rearrangement_row (
  id INTEGER PRIMARY KEY, shear_id INTEGER NOT NULL REFERENCES shear_row,
  run_id INTEGER NOT NULL REFERENCES run_row, from_state TEXT NOT NULL, to_state TEXT NOT NULL,
  from_strain REAL NOT NULL, to_strain REAL NOT NULL, d2min_cutoff_a REAL NOT NULL,
  d2min_threshold_a2 REAL NOT NULL, rearranged_atoms INTEGER NOT NULL,
  rearranged_atoms_half INTEGER NOT NULL, undefined_atoms INTEGER NOT NULL, mean_d2min_a2 REAL,
  participation_ratio REAL, clusters INTEGER NOT NULL, largest_cluster INTEGER NOT NULL,
  percolating_directions INTEGER NOT NULL, band_normal TEXT NOT NULL, band_position_a REAL,
  band_width_a REAL, band_contrast REAL, band_volume_width_a REAL, overlap REAL,
  healed_fraction REAL, force_calls REAL,
  UNIQUE (shear_id, from_state, to_state, d2min_cutoff_a, d2min_threshold_a2)
) STRICT;
ALTER TABLE atom_value_row ADD COLUMN rearrangement_id INTEGER REFERENCES rearrangement_row;
DROP INDEX atom_value_once;
CREATE UNIQUE INDEX atom_value_once ON atom_value_row
  (sample_id, name, coalesce(minimum_id, 0), coalesce(event_id, 0), coalesce(rearrangement_id, 0), atom);
CREATE INDEX shear_by_ensemble ON shear_row (ensemble_id);
)sql";

const std::string_view tables_v7 = R"sql(
ALTER TABLE saddle_row ADD COLUMN proof_method TEXT NOT NULL DEFAULT 'lanczos'
  CHECK (proof_method IN ('inertia', 'lanczos'));
ALTER TABLE search_row ADD COLUMN calls_lanczos REAL;
ALTER TABLE search_row ADD COLUMN calls_relaxation REAL;
ALTER TABLE search_row ADD COLUMN calls_minima REAL;
ALTER TABLE search_row ADD COLUMN calls_whole REAL;
ALTER TABLE search_row ADD COLUMN start TEXT NOT NULL DEFAULT '';
ALTER TABLE search_row ADD COLUMN start_share REAL;
)sql";

const std::string_view tables_v8 = R"sql(
ALTER TABLE track_row ADD COLUMN plane TEXT NOT NULL DEFAULT 'xy';
ALTER TABLE track_row ADD COLUMN event_at_zero_id INTEGER REFERENCES event_row;
CREATE TABLE prediction_row (
  id INTEGER PRIMARY KEY, event_id INTEGER NOT NULL REFERENCES event_row,
  run_id INTEGER NOT NULL REFERENCES run_row, plane TEXT NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('first_order', 'power', 'second_order', 'two_strains')),
  critical_strain REAL, critical_strain_error REAL, exponent REAL, slope_ev REAL,
  curvature_ev REAL, force_calls REAL, UNIQUE (event_id, plane, method)
) STRICT;
)sql";

const std::string_view tables_v9 = R"sql(
ALTER TABLE track_point_row ADD COLUMN path_asked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE track_point_row ADD COLUMN path_barrier_ev REAL;
ALTER TABLE track_point_row ADD COLUMN path_reverse_barrier_ev REAL;
)sql";

// An index less to keep for each new event; a query that joins events and tracks finds the newest track by its index alone.
const std::string_view tables_v10 = R"sql(
DROP INDEX event_by_sample;
DROP INDEX event_by_plastic_event;
CREATE INDEX event_by_plastic_event ON event_row (plastic_event_id)
  WHERE plastic_event_id IS NOT NULL;
CREATE INDEX track_by_event ON track_row (event_id, plane);
)sql";

// Barriers are asked for, hardly ever total energies of saddles; in random order an index costs 8 % of an insertion.
const std::string_view tables_v11 = R"sql(
DROP INDEX saddle_by_energy;
)sql";

const std::string_view tables_v12 = R"sql(
ALTER TABLE track_point_row ADD COLUMN which_initial INTEGER;
ALTER TABLE track_point_row ADD COLUMN which_final INTEGER;
ALTER TABLE shear_row ADD COLUMN unstable_strain REAL;
)sql";

const std::string_view tables_v13 = R"sql(
ALTER TABLE shear_step_row ADD COLUMN cycle INTEGER;
ALTER TABLE plastic_event_row ADD COLUMN step_index INTEGER;
ALTER TABLE unloading_row ADD COLUMN cycle_dissipated_energy_ev REAL;
ALTER TABLE unloading_row ADD COLUMN cycle_displacement_a REAL;
UPDATE shear_step_row SET cycle = counted.cycle FROM (
  SELECT id, 1 + sum(begins) OVER (PARTITION BY shear_id ORDER BY step_index) AS cycle FROM (
    SELECT id, shear_id, step_index,
      branch = 'reload' AND lag(branch) OVER (PARTITION BY shear_id ORDER BY step_index) <> 'reload' AS begins
    FROM shear_step_row)) AS counted WHERE counted.id = shear_step_row.id;
UPDATE plastic_event_row AS e SET step_index = (
  SELECT max(a.step_index) FROM shear_step_row a JOIN shear_step_row b ON b.shear_id = a.shear_id AND b.step_index = a.step_index - 1
  WHERE a.shear_id = e.shear_id AND a.strain_xy = e.strain AND b.strain_xy = e.strain_lower
  HAVING count(*) = 1);
UPDATE unloading_row SET cycle_dissipated_energy_ev = counted.energy FROM (
  SELECT id, dissipated_energy_ev - coalesce(lag(dissipated_energy_ev) OVER (PARTITION BY shear_id ORDER BY unloading_index), 0.0) AS energy
  FROM unloading_row) AS counted WHERE counted.id = unloading_row.id;
)sql";

}  // namespace landscape::db::detail
