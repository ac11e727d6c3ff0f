#include "db/check.hpp"

#include <array>
#include <string_view>
#include <system_error>

#include "db/detail/connection.hpp"

namespace landscape::db {
namespace {

/// A query that finds offenders: the first column is an id, the others are shown.
struct Condition {
  std::string_view claim;  ///< What should hold.
  std::string_view row;    ///< What the id counts.
  std::string_view sql;
};

// Energies of one event come from the same potential and cell, so a saddle lies above both its
// minima; a barrier is the difference of the energies stored beside it up to rounding.
constexpr std::array<Condition, 28> conditions = {{
    {"the saddle lies above both its minima", "event", R"sql(
SELECT e.id FROM event_row e JOIN saddle_row d ON d.id = e.saddle_id
JOIN minimum_row a ON a.id = e.initial_minimum_id JOIN minimum_row b ON b.id = e.final_minimum_id
WHERE d.energy_ev <= a.energy_ev OR d.energy_ev <= b.energy_ev
  OR e.barrier_ev <= 0 OR e.reverse_barrier_ev <= 0)sql"},
    {"barriers are the energy differences of saddle and minima within 1e-6 eV", "event", R"sql(
SELECT e.id FROM event_row e JOIN saddle_row d ON d.id = e.saddle_id
JOIN minimum_row a ON a.id = e.initial_minimum_id JOIN minimum_row b ON b.id = e.final_minimum_id
WHERE abs(d.energy_ev - a.energy_ev - e.barrier_ev) > 1e-6
  OR abs(d.energy_ev - b.energy_ev - e.reverse_barrier_ev) > 1e-6)sql"},
    {"saddle and minima belong to the event's sample, strain and plane", "event", R"sql(
SELECT DISTINCT e.id FROM event_row e JOIN (
  SELECT 0 AS saddle, id, sample_id, strain_xy, plane FROM minimum_row
  UNION ALL SELECT 1, id, sample_id, strain_xy, plane FROM saddle_row) x
ON (x.saddle = 0 AND x.id IN (e.initial_minimum_id, e.final_minimum_id))
  OR (x.saddle = 1 AND x.id = e.saddle_id)
WHERE x.sample_id <> e.sample_id OR x.plane <> e.plane
  OR abs(x.strain_xy - e.strain_xy) > 1e-12)sql"},
    {"initial and final minimum differ", "event",
     "SELECT id FROM event_row WHERE initial_minimum_id = final_minimum_id"},
    {"its saddle is connected and has one negative eigenvalue", "event", R"sql(
SELECT e.id FROM event_row e JOIN saddle_row d ON d.id = e.saddle_id
WHERE d.connected = 0 OR d.negative_eigenvalues <> 1)sql"},
    {"no minimum has a negative curvature", "minimum",
     "SELECT id FROM minimum_row WHERE lowest_curvature_ev_per_a2 < -1e-3"},
    {"its curvature is negative where it has one negative eigenvalue", "saddle",
     "SELECT id FROM saddle_row WHERE negative_eigenvalues = 1 AND curvature_ev_per_a2 >= 0"},
    {"its max force is at most 1e-3 eV/Å where it is connected", "saddle",
     "SELECT id FROM saddle_row WHERE connected = 1 AND max_force_ev_per_a > 1e-3"},
    {"its center is one of the sample's atoms", "event", R"sql(
SELECT e.id FROM event_row e JOIN sample_row s ON s.id = e.sample_id
WHERE e.center_atom < 0 OR e.center_atom > s.n_atoms)sql"},
    {"it has a species, and where some are frozen a mark, for each of its atoms", "sample", R"sql(
SELECT id FROM sample_row WHERE (species <> ''
    AND length(species) - length(replace(species, ' ', '')) + 1 <> n_atoms)
  OR (movable IS NOT NULL AND length(movable) NOT IN (0, n_atoms)))sql"},
    {"values are of atoms that its sample has", "atom value", R"sql(
SELECT min(v.id) FROM atom_value_row v JOIN sample_row s ON s.id = v.sample_id
WHERE v.atom < 1 OR v.atom > s.n_atoms GROUP BY v.sample_id, v.name)sql"},
    {"it released energy between the ends of its bracket", "plastic event", R"sql(
SELECT id FROM plastic_event_row WHERE energy_drop_ev <= 0 OR strain = strain_lower)sql"},
    {"the steps before and after it are the ends of its bracket", "plastic event", R"sql(
SELECT p.id FROM plastic_event_row p WHERE p.step_index IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM shear_step_row a JOIN shear_step_row b ON b.shear_id = a.shear_id AND b.step_index = a.step_index - 1
  WHERE a.shear_id = p.shear_id AND a.step_index = p.step_index AND a.strain_xy = p.strain AND b.strain_xy = p.strain_lower))sql"},
    {"its steps are numbered without gaps", "shear", R"sql(
SELECT shear_id FROM shear_step_row GROUP BY shear_id
HAVING min(step_index) <> 0 OR max(step_index) <> count(*) - 1)sql"},
    {"its mapping has the same sample, strain and initial minimum", "event", R"sql(
SELECT e.id FROM event_row e JOIN mapping_row m ON m.id = e.mapping_id
WHERE m.sample_id <> e.sample_id OR m.initial_minimum_id <> e.initial_minimum_id
  OR abs(m.strain_xy - e.strain_xy) > 1e-12)sql"},
    {"times_found is the number of searches that refer to it", "event", R"sql(
SELECT e.id FROM event_row e WHERE e.mapping_id IS NOT NULL AND e.times_found <>
  (SELECT count(*) FROM search_row r WHERE r.event_id = e.id))sql"},
    {"first_search_index is the lowest of its searches", "event", R"sql(
SELECT e.id FROM event_row e WHERE e.mapping_id IS NOT NULL AND e.times_found > 0
AND e.first_search_index IS NOT
  (SELECT min(r.search_index) FROM search_row r WHERE r.event_id = e.id))sql"},
    {"its event leaves the minimum that its mapping is of", "search", R"sql(
SELECT r.id FROM search_row r JOIN event_row e ON e.id = r.event_id
JOIN mapping_row m ON m.id = r.mapping_id
WHERE e.initial_minimum_id <> m.initial_minimum_id)sql"},
    {"searches of a mapping are numbered without gaps", "mapping", R"sql(
SELECT mapping_id FROM search_row GROUP BY mapping_id
HAVING min(search_index) <> 0 OR max(search_index) <> count(*) - 1)sql"},
    {"a ready sample has a reference minimum of its own at zero strain, and an energy", "sample",
     R"sql(
SELECT s.id FROM sample_row s LEFT JOIN minimum_row m ON m.id = s.minimum_id
WHERE s.state = 'ready' AND (m.id IS NULL OR m.sample_id <> s.id OR m.strain_xy <> 0
  OR s.energy_ev IS NULL))sql"},
    {"energies for one atom are the energies over the number of atoms", "sample", R"sql(
SELECT id FROM sample_row WHERE abs(energy_ev / n_atoms - energy_per_atom_ev) > 1e-9
  OR abs(energy_fixed_cell_ev / n_atoms - energy_per_atom_fixed_cell_ev) > 1e-9)sql"},
    {"configurations of a sample have its number of atoms", "sample", R"sql(
SELECT DISTINCT s.id FROM sample_row s JOIN (
  SELECT sample_id, configuration_id FROM minimum_row
  UNION ALL SELECT sample_id, configuration_id FROM inherent_structure_row
  UNION ALL SELECT sample_id, configuration_id FROM saddle_row) x ON x.sample_id = s.id
JOIN configuration_row c ON c.id = x.configuration_id WHERE c.n_atoms <> s.n_atoms)sql"},
    {"points are numbered 0, 1, ... by increasing strain", "track", R"sql(
SELECT DISTINCT a.track_id FROM track_point_row a JOIN track_point_row b
  ON b.track_id = a.track_id AND b.point_index = a.point_index + 1
WHERE b.strain_xy <= a.strain_xy)sql"},
    {"it has as many points as it says", "track", R"sql(
SELECT t.id FROM track_row t WHERE t.points <>
  (SELECT count(*) FROM track_point_row p WHERE p.track_id = t.id) OR t.points <>
  coalesce((SELECT max(p.point_index) + 1 FROM track_point_row p WHERE p.track_id = t.id), 0))sql"},
    {"plastic event and event refer to each other", "plastic event", R"sql(
SELECT p.id FROM plastic_event_row p JOIN event_row e ON e.id = p.event_id
WHERE e.plastic_event_id IS NOT p.id AND e.origin = 'shear')sql"},
    {"its class says whether zero lies in its window", "track", R"sql(
-- Held at zero and lost just beyond, zero is an end that is no fold.
SELECT id FROM track_row WHERE (event_class = 'thermal' AND
    (window_low > 0 OR (window_low = 0 AND low_end IN ('initial', 'final')) OR
     window_high < 0 OR (window_high = 0 AND high_end IN ('initial', 'final'))))
  OR (event_class = 'strain_created' AND window_low < 0 AND window_high > 0))sql"},
    {"its window has a width", "track", R"sql(
SELECT id FROM track_row WHERE window_low > window_high OR (window_low = window_high AND points > 1))sql"},
    {"both of its states are there", "alias", R"sql(
SELECT a.id FROM alias_row a WHERE (a.kind = 'minimum' AND 2 <>
    (SELECT count(*) FROM minimum_row m WHERE m.uid IN (a.uid, a.same_as_uid)))
  OR (a.kind = 'saddle' AND 2 <>
    (SELECT count(*) FROM saddle_row m WHERE m.uid IN (a.uid, a.same_as_uid)))
  OR (a.kind = 'event' AND 2 <>
    (SELECT count(*) FROM event_row m WHERE m.uid IN (a.uid, a.same_as_uid))))sql"},
}};

constexpr int shown_ids = 5;

void apply(detail::Connection& connection, const Condition& condition, CheckReport& report) {
  auto query = connection.statement(std::string(condition.sql));
  std::string ids;
  int count = 0;
  while (query.step()) {
    if (++count <= shown_ids) ids += message(count > 1 ? ", " : "", query.take<Id>());
  }
  if (count == 0) return;
  if (count > shown_ids) ids += ", ...";
  report.problems.push_back(message(condition.row, " ", ids, ": expected that ", condition.claim, "; ", count,
                                    count == 1 ? " fails" : " fail"));
}

void check_sqlite(detail::Connection& connection, CheckReport& report) {
  auto integrity = connection.statement("PRAGMA integrity_check(20)");
  while (integrity.step()) {
    const auto line = integrity.take<std::string>();
    if (line != "ok") report.problems.push_back("integrity: " + line);
  }
  auto keys = connection.statement(
      "SELECT \"table\", \"parent\", count(*) FROM pragma_foreign_key_check GROUP BY 1, 2");
  while (keys.step()) {
    const auto table = keys.take<std::string>();
    const auto parent = keys.take<std::string>();
    report.problems.push_back(
        message(table, ": ", keys.take<std::int64_t>(), " references to missing rows of ", parent));
  }
}

void check_layouts(detail::Connection& connection,
                   const LayoutCheck& layout_check,
                   CheckReport& report) {
  auto query = connection.statement(
      "SELECT id, layout, n_atoms, data FROM configuration_row ORDER BY id");
  while (query.step()) {
    const Id id = query.take<Id>();
    const auto layout = query.take<std::string>();
    const auto n_atoms = query.take<std::int64_t>();
    if (const auto problem = layout_check(layout, n_atoms, query.take<Blob>())) {
      report.problems.push_back(message("configuration ", id, ": ", *problem));
    }
  }
}

void add_notes(detail::Connection& connection, CheckReport& report) {
  // One that was killed, and whose command was given again and came to its end, leaves nothing open.
  auto runs = connection.statement(R"sql(
SELECT id, command, host FROM run_row r WHERE status = 'running' AND NOT EXISTS (
  SELECT 1 FROM run_row l WHERE l.id > r.id AND l.command = r.command AND l.options = r.options
  AND l.seed IS r.seed AND l.potential_id IS r.potential_id AND l.status IN ('done', 'incomplete'))
ORDER BY id)sql");
  while (runs.step()) {
    const Id id = runs.take<Id>();
    const auto command = runs.take<std::string>();
    report.notes.push_back(message("run ", id, " (", command, " on ", runs.take<std::string>(),
                                   ") is still running, or was killed"));
  }
  auto points = connection.statement("SELECT key, step FROM checkpoint_row ORDER BY key");
  while (points.step()) {
    const auto key = points.take<std::string>();
    report.notes.push_back(message("checkpoint ", key, " at step ", points.take<std::int64_t>(),
                                   ": unfinished work that the same command continues"));
  }
  auto samples =
      connection.statement("SELECT name FROM sample_row WHERE state = 'preparing' ORDER BY id");
  while (samples.step()) {
    report.notes.push_back(message("sample ", samples.take<std::string>(), " is not ready"));
  }
}

}  // namespace

CheckReport check_report(const std::filesystem::path& path, const LayoutCheck& layout_check) {
  auto connection = detail::open_database(path, {.mode = Mode::ReadOnly});
  CheckReport report;
  try {
    check_sqlite(*connection, report);
    for (const auto& condition : conditions) apply(*connection, condition, report);
    if (layout_check) check_layouts(*connection, layout_check, report);
    add_notes(*connection, report);
  } catch (const Error& error) {
    // A damaged page ends the reading: that too is a finding, beside those made before.
    report.problems.emplace_back(error.what());
  }
  return report;
}

std::vector<std::string> check(const std::filesystem::path& path, const LayoutCheck& layout_check) {
  return check_report(path, layout_check).problems;
}

DatabaseInfo info(const std::filesystem::path& path) {
  auto connection = detail::open_database(path, {.mode = Mode::ReadOnly});
  DatabaseInfo result;
  result.schema_version = static_cast<int>(connection->number("PRAGMA user_version"));
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  result.size_bytes = ignored ? 0 : static_cast<std::int64_t>(size);
  auto first =
      connection->statement("SELECT code_version, started_utc FROM run_row ORDER BY id LIMIT 1");
  if (first.step()) {
    first.read(result.created_by);
    first.read(result.created_utc);
  }
  auto tables = connection->statement(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%\\_row' ESCAPE '\\' "
      "AND name <> 'dictionary_row' ORDER BY rowid");
  while (tables.step()) {
    const auto table = tables.take<std::string>();
    result.counts.emplace_back(table.substr(0, table.size() - 4),
                               connection->number("SELECT count(*) FROM " + table));
  }
  auto samples = connection->statement("SELECT name FROM sample_row ORDER BY id");
  while (samples.step()) result.samples.push_back(samples.take<std::string>());
  return result;
}

}  // namespace landscape::db
