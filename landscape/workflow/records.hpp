/// Between the plain records of the database and the types of md: configurations, potentials, stresses.
#pragma once

#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "db/database.hpp"
#include "md/core/configuration.hpp"
#include "md/potential/atomic_surface.hpp"
#include "md/potential/potential.hpp"

namespace landscape {

/// Name of the layout of stored coordinates: little-endian IEEE doubles x0 y0 z0 x1 ... [Å], their bytes shuffled (first
/// bytes of all numbers, then all second bytes, ...), the whole compressed with zlib. Nothing is lost.
///
/// Undone with Python's standard library:
///   raw = zlib.decompress(data); n = len(raw) // 8
///   numbers = struct.unpack(f"<{n}d", bytes(raw[k * n + i] for i in range(n) for k in range(8)))
inline constexpr const char* position_layout = "f64le.shuffle.zlib.v1";
/// Name of the layout of states around a minimum, half the bytes: little-endian 64-bit integers k, zigzag coded
/// ((k << 1) ^ (k >> 63)), shuffled and compressed in the same way. x is that of the configuration `reference_id` (one in the
/// first layout; 0 where there is none) + k * 2^-30 Å. Such states are put on every second point of that grid before they are measured.
inline constexpr const char* grid_layout = "q30le.zigzag.shuffle.zlib.v1";
/// 2^-30 Å.
inline constexpr double grid = 1.0 / (1 << 30);

/// What positions are stored as differences from.
struct Reference {
  db::Id configuration_id = 0;
  md::Matrix3Xd positions;  ///< 3 x N [Å]
};
/// The configuration itself, or the one that it is a difference from. @throws db::Error as load_positions.
Reference reference_of(db::Database& database, db::Id configuration_id);
/// What states are good to, in steps of the grid: 1e-9 Å, and unit vectors: 1.2e-7.
inline constexpr std::int64_t position_steps = 2, mode_steps = 256;
/// The nearest positions, at multiples of so many steps, that encode_on_grid gives back to the last bit. Null: without reference.
/// @throws db::Error where a difference is not finite or beyond 10^6 Å.
md::Matrix3Xd put_on_grid(const md::Matrix3Xd& positions, const Reference* reference, std::int64_t multiple = position_steps);

/// Without id; n_atoms is the number of columns. In the first layout.
db::ConfigurationRecord encode_positions(const md::Matrix3Xd& positions);
/// In the second. @throws db::Error as put_on_grid.
db::ConfigurationRecord encode_on_grid(const md::Matrix3Xd& positions, const Reference* reference);
/// 3 x N [Å] of bytes that encode_positions or, with that reference, encode_on_grid made. @throws db::Error for others.
md::Matrix3Xd positions_of(const db::ConfigurationRecord& record, const Reference* reference);
/// 3 x N [Å]. @throws db::Error for an unknown layout, or bytes that do not give 3 N numbers.
md::Matrix3Xd load_positions(db::Database& database, db::Id configuration_id);
/// Whether load_positions knows the layout.
bool is_known_layout(const std::string& layout);
/// Any row of doubles in the same layout without atoms, for checkpoints.
db::Blob pack_doubles(std::span<const double> values);
/// @throws db::Error unless the bytes hold exactly `count` doubles.
std::vector<double> unpack_doubles(const db::Blob& data, std::size_t count);
/// What is wrong with the bytes of a stored configuration, or nothing; see db::LayoutCheck.
std::optional<std::string> layout_problem(const std::string& layout, std::int64_t n_atoms, const db::Blob& data);

/// Fills composition, n_atoms, species, movable, periodic, cell, volume and density of `sample`.
void describe_structure(const md::Configuration& configuration, const md::Potential& potential,
                        db::SampleRecord& sample);
/// Mass over volume; NaN unless all directions are periodic.
double density_g_per_cm3(const md::Configuration& configuration, const md::Potential& potential);

/// 0 xy, 1 xz, 2 yz, as md::simple_shear has it. @throws db::Error for another name.
int plane_index(const std::string& plane);
const char* plane_name(int plane);
/// The sample's cell at strain 0. @throws db::Error while it is not known.
md::Cell sample_cell(const db::SampleRecord& sample);
/// Stored coordinates in the sample's cell sheared by `strain_xy`, with its species and frozen atoms.
md::Configuration sample_configuration(db::Database& database, const db::SampleRecord& sample,
                                       db::Id configuration_id, double strain_xy = 0.0, int plane = 0);
/// The minimum's coordinates in the cell at its strain.
md::Configuration load_minimum(db::Database& database, db::Id minimum_id);
/// The saddle's coordinates in the cell at its strain.
md::Configuration load_saddle(db::Database& database, db::Id saddle_id);

/// The sample of that name, ready for use. @throws db::Error naming the samples there are, or that it is not ready.
db::SampleRecord ready_sample(db::Database& database, const std::string& name);
/// Opens the potential that the sample was made with. @throws db::Error where the file that the name leads to has another
/// checksum than the one stored, naming both.
std::shared_ptr<const md::Potential> sample_potential(db::Database& database, const db::SampleRecord& sample);
/// Stores the potential, or finds it.
db::Id ensure_potential(db::Database& database, const md::Potential& potential);

/// xx yy zz yz xz xy [GPa] of a stress in eV/Å³.
db::Stress stress_gpa(const Eigen::Matrix3d& stress);

/// A number that does not repeat by chance: SHA-256 of the parts, first 32 hex digits.
std::string make_uid(const std::string& text);

/// How an event moves the atoms.
struct Displacement {
  double largest_a = 0.0;            ///< [Å]
  std::int64_t center_atom = 0;      ///< 1-based, the atom that moves most
  double participation_number = 0.0; ///< (Σu²)² / Σu⁴
};
/// From one minimum to another on `surface`, drift removed.
Displacement measure_displacement(const md::AtomicSurface& surface, const Eigen::Ref<const Eigen::VectorXd>& from,
                                  const Eigen::Ref<const Eigen::VectorXd>& to);

/// Whether a barrier has a slope dE_A/dγ [eV] worth the name. A stress is good to about 1e-6 eV/Å³ at the force tolerance of a stored saddle (1 % of a
/// typical 1e-4): what foretells a strain beyond 100 says nothing.
inline bool is_coupled(double barrier_ev, double slope_ev) { return std::abs(slope_ev) > 0.015 * std::abs(barrier_ev); }
/// DESIGN.md section 3: γ - 3 E / (2 V Δτ); NaN unless is_coupled.
/// @param delta_stress_gpa σ_xy(saddle) - σ_xy(minimum).
double predicted_critical_strain(double strain, double barrier_ev, double volume_a3, double delta_stress_gpa);

}  // namespace landscape
