#include "landscape/workflow/records.hpp"

#include <zlib.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "md/core/error.hpp"
#include "md/core/sha256.hpp"
#include "md/core/units.hpp"

namespace landscape {
namespace {

static_assert(std::endian::native == std::endian::little, "the stored layout is little-endian");

std::vector<std::string> split_words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

md::Cell sheared_cell(const db::SampleRecord& sample, double strain, int plane) {
  const md::Cell cell = sample_cell(sample);
  return strain == 0.0 ? cell : cell.deformed(md::simple_shear(strain, plane));
}

db::SampleRecord sample_of(db::Database& database, db::Id id) { return database.sample(id); }

}  // namespace

namespace {

constexpr std::size_t width = 8;  // bytes a number

db::Blob pack(const unsigned char* bytes, std::size_t n) {
  db::Blob shuffled(n * width);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < width; ++k) shuffled[k * n + i] = bytes[i * width + k];
  z_stream stream{};
  // Level 6: level 9 gained 0.2 % on a 1000-atom glass and took three times as long.
  LANDSCAPE_CHECK(deflateInit(&stream, 6) == Z_OK);
  db::Blob packed(deflateBound(&stream, static_cast<uLong>(shuffled.size())) + 16 * width);
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  // A block of its own, and so a code of its own, for each place of the bytes: 6 % less.
  int code = Z_OK;
  for (std::size_t k = 0; k < width && code == Z_OK; ++k) {
    stream.next_in = shuffled.data() + k * n;
    stream.avail_in = static_cast<uInt>(n);
    code = deflate(&stream, k + 1 < width ? Z_BLOCK : Z_FINISH);
    if (code == Z_BUF_ERROR && stream.avail_in == 0 && n == 0) code = Z_OK;  // nothing to do is no error
  }
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  LANDSCAPE_CHECK(code == Z_STREAM_END);
  return packed;
}

template <class Number>
std::vector<Number> unpack(const db::Blob& data, std::size_t count) {
  static_assert(sizeof(Number) == width);
  db::Blob shuffled(count * width + 1);  // one spare byte shows data that are too long
  uLongf size = static_cast<uLongf>(shuffled.size());
  const int code = uncompress(shuffled.data(), &size, data.data(), static_cast<uLong>(data.size()));
  if (code != Z_OK || size != count * width)
    throw db::Error(db::message("stored numbers: expected ", count * width, " bytes in ", data.size(),
                                " compressed ones, got ", code == Z_OK ? std::to_string(size) : "damaged or longer data"));
  std::vector<Number> values(count);
  auto* bytes = reinterpret_cast<unsigned char*>(values.data());
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < width; ++k) bytes[i * width + k] = shuffled[k * count + i];
  return values;
}

/// Steps of the grid from the reference, number by number.
std::vector<std::int64_t> grid_steps(const md::Matrix3Xd& positions, const Reference* reference, std::int64_t multiple) {
  constexpr double furthest = 1e6;  // [Å]
  LANDSCAPE_CHECK(reference == nullptr || reference->positions.cols() == positions.cols());
  std::vector<std::int64_t> steps(static_cast<std::size_t>(positions.size()));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double difference = positions.data()[i] - (reference ? reference->positions.data()[i] : 0.0);
    if (!(std::abs(difference) < furthest)) throw db::Error(db::message("coordinate ", i, ": expected less than ", furthest, " Å from its reference, got ", difference));
    steps[i] = std::llround(difference / (grid * static_cast<double>(multiple))) * multiple;
  }
  return steps;
}

md::Matrix3Xd at_steps(const std::vector<std::int64_t>& steps, const Reference* reference) {
  md::Matrix3Xd positions(3, static_cast<Eigen::Index>(steps.size() / 3));
  for (std::size_t i = 0; i < steps.size(); ++i)
    positions.data()[i] = (reference ? reference->positions.data()[i] : 0.0) + static_cast<double>(steps[i]) * grid;
  return positions;
}

md::Matrix3Xd decode_positions(const db::ConfigurationRecord& record) {
  if (record.layout != position_layout || record.reference_id)
    throw db::Error(db::message("configuration ", record.id, ": expected layout ", position_layout, " without reference, got ", record.layout,
                                record.reference_id ? " with one" : ""));
  const auto values = unpack<double>(record.data, static_cast<std::size_t>(3 * record.n_atoms));
  return Eigen::Map<const md::Matrix3Xd>(values.data(), 3, static_cast<Eigen::Index>(record.n_atoms));
}

}  // namespace

db::Blob pack_doubles(std::span<const double> values) {
  return pack(reinterpret_cast<const unsigned char*>(values.data()), values.size());
}

std::vector<double> unpack_doubles(const db::Blob& data, std::size_t count) { return unpack<double>(data, count); }

db::ConfigurationRecord encode_positions(const md::Matrix3Xd& positions) {
  db::ConfigurationRecord record;
  record.n_atoms = positions.cols();
  record.layout = position_layout;
  record.data = pack_doubles({positions.data(), static_cast<std::size_t>(positions.size())});
  return record;
}

db::ConfigurationRecord encode_on_grid(const md::Matrix3Xd& positions, const Reference* reference) {
  auto steps = grid_steps(positions, reference, 1);
  for (auto& k : steps) k = static_cast<std::int64_t>((static_cast<std::uint64_t>(k) << 1) ^ static_cast<std::uint64_t>(k >> 63));
  db::ConfigurationRecord record;
  record.n_atoms = positions.cols();
  record.layout = grid_layout;
  record.data = pack(reinterpret_cast<const unsigned char*>(steps.data()), steps.size());
  if (reference) record.reference_id = reference->configuration_id;
  return record;
}

md::Matrix3Xd put_on_grid(const md::Matrix3Xd& positions, const Reference* reference, std::int64_t multiple) {
  return at_steps(grid_steps(positions, reference, multiple), reference);
}

md::Matrix3Xd positions_of(const db::ConfigurationRecord& record, const Reference* reference) {
  if (record.layout != grid_layout) return decode_positions(record);
  if (reference && reference->positions.cols() != static_cast<Eigen::Index>(record.n_atoms))
    throw db::Error(db::message("configuration ", record.id, ": expected ", record.n_atoms, " atoms in its reference ", reference->configuration_id,
                                ", got ", reference->positions.cols()));
  auto steps = unpack<std::int64_t>(record.data, static_cast<std::size_t>(3 * record.n_atoms));
  for (auto& k : steps) {
    const auto coded = static_cast<std::uint64_t>(k);
    k = static_cast<std::int64_t>((coded >> 1) ^ (~(coded & 1) + 1));
  }
  return at_steps(steps, reference);
}

md::Matrix3Xd load_positions(db::Database& database, db::Id configuration_id) {
  const auto record = database.configuration(configuration_id);
  if (!record.reference_id) return positions_of(record, nullptr);
  const Reference reference{*record.reference_id, decode_positions(database.configuration(*record.reference_id))};
  return positions_of(record, &reference);
}

Reference reference_of(db::Database& database, db::Id configuration_id) {
  const auto record = database.configuration(configuration_id);
  const db::Id id = record.reference_id.value_or(configuration_id);
  return {id, decode_positions(database.configuration(id))};
}

bool is_known_layout(const std::string& layout) { return layout == position_layout || layout == grid_layout; }

std::optional<std::string> layout_problem(const std::string& layout, std::int64_t n_atoms, const db::Blob& data) {
  const auto count = static_cast<std::size_t>(3 * n_atoms);
  try {
    if (layout == grid_layout) (void)unpack<std::int64_t>(data, count);
    if (layout != position_layout) return std::nullopt;
    for (const double x : unpack<double>(data, count))
      if (!std::isfinite(x)) return "has a coordinate that is not finite";
  } catch (const db::Error& error) {
    return error.what();
  }
  return std::nullopt;
}

double density_g_per_cm3(const md::Configuration& configuration, const md::Potential& potential) {
  if (!configuration.cell.fully_periodic()) return db::unknown;
  double mass = 0.0;
  for (const int type : potential.types_of(configuration.species)) mass += potential.mass(type);
  return mass / configuration.cell.volume() * md::units::g_per_cm3;
}

void describe_structure(const md::Configuration& configuration, const md::Potential& potential, db::SampleRecord& sample) {
  sample.composition = configuration.composition();
  sample.n_atoms = configuration.size();
  sample.species.clear();
  for (const auto& symbol : configuration.species) sample.species += (sample.species.empty() ? "" : " ") + symbol;
  sample.movable = configuration.any_frozen() ? configuration.movable : db::Blob{};
  for (std::size_t k = 0; k < 3; ++k) sample.periodic[k] = configuration.cell.periodic()[k] ? 'T' : 'F';
  const Eigen::Matrix3d& edges = configuration.cell.matrix();
  for (Eigen::Index k = 0; k < 9; ++k) sample.cell[static_cast<std::size_t>(k)] = edges(k % 3, k / 3);
  sample.volume_a3 = configuration.cell.fully_periodic() ? configuration.cell.volume() : db::unknown;
  sample.density_g_per_cm3 = density_g_per_cm3(configuration, potential);
}

int plane_index(const std::string& plane) {
  if (plane == "xy") return 0;
  if (plane == "xz") return 1;
  if (plane == "yz") return 2;
  throw db::Error(db::message("plane of shear: expected xy, xz or yz, got ", plane));
}

const char* plane_name(int plane) {
  static constexpr const char* names[] = {"xy", "xz", "yz"};
  return names[plane];
}

md::Cell sample_cell(const db::SampleRecord& sample) {
  Eigen::Matrix3d edges;
  for (Eigen::Index k = 0; k < 9; ++k) edges(k % 3, k / 3) = sample.cell[static_cast<std::size_t>(k)];
  if (!edges.allFinite()) throw db::Error(db::message("sample ", sample.name, ": its cell is not known yet"));
  if (sample.periodic.size() != 3)
    throw db::Error(db::message("sample ", sample.name, ": expected three of T and F, got '", sample.periodic, "'"));
  return md::Cell(edges, {sample.periodic[0] == 'T', sample.periodic[1] == 'T', sample.periodic[2] == 'T'});
}

md::Configuration sample_configuration(db::Database& database, const db::SampleRecord& sample,
                                       db::Id configuration_id, double strain_xy, int plane) {
  md::Configuration result;
  result.cell = sheared_cell(sample, strain_xy, plane);
  result.species = split_words(sample.species);
  result.movable = sample.movable;
  result.positions = load_positions(database, configuration_id);
  if (result.positions.cols() != static_cast<Eigen::Index>(result.species.size()))
    throw db::Error(db::message("configuration ", configuration_id, ": expected ", result.species.size(),
                                " atoms of sample ", sample.name, ", got ", result.positions.cols()));
  result.validate();
  return result;
}

md::Configuration load_minimum(db::Database& database, db::Id minimum_id) {
  const auto record = database.minimum(minimum_id);
  return sample_configuration(database, sample_of(database, record.sample_id), record.configuration_id,
                              record.strain_xy, plane_index(record.plane));
}

md::Configuration load_saddle(db::Database& database, db::Id saddle_id) {
  const auto record = database.saddle(saddle_id);
  return sample_configuration(database, sample_of(database, record.sample_id), record.configuration_id,
                              record.strain_xy, plane_index(record.plane));
}

db::SampleRecord ready_sample(db::Database& database, const std::string& name) {
  const auto sample = database.find_sample(name);
  if (!sample) {
    std::string names;
    for (const auto& other : database.samples()) names += (names.empty() ? "" : ", ") + other.name;
    throw db::Error(db::message("no sample named '", name, "' in ", database.path().string(), "; there ",
                                names.empty() ? "are none yet: make one with 'sample quench' or 'sample import'"
                                              : "is: " + names));
  }
  if (sample->state != "ready" || !sample->minimum_id)
    throw db::Error(db::message("sample ", name, " is not ready: repeat the command that makes it"));
  return *sample;
}

std::shared_ptr<const md::Potential> sample_potential(db::Database& database, const db::SampleRecord& sample) {
  const auto record = database.potential(sample.potential_id);
  // By its path; where there is no such file, as on another machine, by its name in the usual folders.
  std::error_code ignored;
  const bool moved = record.spec != record.name && !std::filesystem::exists(record.spec, ignored);
  const std::string& spec = moved ? record.name : record.spec;
  std::shared_ptr<const md::Potential> potential;
  try {
    potential = md::open_potential(spec, md::TableEnd::Flat);
  } catch (const md::InputError& error) {
    if (!moved) throw;
    throw db::Error(db::message("potential ", record.spec, " of sample ", sample.name, ": no longer there; ", error.what()));
  }
  if (potential->checksum() != record.sha256)
    throw db::Error(db::message("potential ", spec, " of sample ", sample.name, ": expected SHA-256 ", record.sha256, ", got ",
                                potential->checksum(), "; ",
                                moved ? "that is another file than " + record.spec + ", which is no longer there"
                                      : "the file has changed since the sample was made"));
  return potential;
}

db::Id ensure_potential(db::Database& database, const md::Potential& potential) {
  db::PotentialRecord record;
  record.spec = potential.spec();
  const auto slash = record.spec.find_last_of('/');
  record.name = slash == std::string::npos ? record.spec : record.spec.substr(slash + 1);
  record.sha256 = potential.checksum();
  record.cutoff_a = potential.cutoff();
  return database.ensure_potential(record);
}

db::Stress stress_gpa(const Eigen::Matrix3d& stress) { return md::voigt(stress, md::units::gpa_per_ev_a3); }

std::string make_uid(const std::string& text) { return md::sha256(text).substr(0, 32); }

Displacement measure_displacement(const md::AtomicSurface& surface, const Eigen::Ref<const Eigen::VectorXd>& from,
                                  const Eigen::Ref<const Eigen::VectorXd>& to) {
  const Eigen::VectorXd u = md::displacement(surface, from, to);
  Displacement result;
  double second = 0.0, fourth = 0.0, largest = -1.0;
  for (Eigen::Index i = 0; 3 * i < u.size(); ++i) {
    const double square = u.segment<3>(3 * i).squaredNorm();
    second += square;
    fourth += square * square;
    if (square > largest) {
      largest = square;
      result.center_atom = surface.free_atoms()[static_cast<std::size_t>(i)] + 1;
    }
  }
  result.largest_a = std::sqrt(largest);
  result.participation_number = fourth > 0.0 ? second * second / fourth : 0.0;
  return result;
}

double predicted_critical_strain(double strain, double barrier_ev, double volume_a3, double delta_stress_gpa) {
  const double slope = volume_a3 * delta_stress_gpa / md::units::gpa_per_ev_a3;  // dE_A/dγ [eV]
  if (!is_coupled(barrier_ev, slope)) return db::unknown;
  return strain - 1.5 * barrier_ev / slope;
}

}  // namespace landscape
