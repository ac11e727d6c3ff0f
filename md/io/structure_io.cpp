#include "md/io/structure_io.hpp"

#include <algorithm>

#include "md/io/formats.hpp"
#include "md/io/text_file.hpp"

namespace landscape::md {

namespace {

StructureFormat detect(const std::filesystem::path& path, std::string_view content) {
  // Both are decisive whatever the name.
  if (content.starts_with("\x28\xb5\x2f\xfd") || content.starts_with("BZh"))
    throw FormatError(message(path.string(), ":1: expected text or a gzip file, got another compressed file; decompress it first"));
  if (content.starts_with("ITEM:")) return StructureFormat::LammpsDump;
  if (const StructureFormat format = format_of_ending(path); format != StructureFormat::Auto)
    return format;

  text::LineScanner scanner(path.string(), content);
  std::string_view line;
  scanner.next(line);
  if (const auto n = text::to_number<std::int64_t>(text::trimmed(line)); n && *n > 0)
    return StructureFormat::Extxyz;
  for (int k = 0; k < 10 && scanner.next(line);
       ++k) {  // the atom count is near the top of a data file
    const auto words = text::split(line);
    if (words.size() >= 2 && words[1] == "atoms") return StructureFormat::LammpsData;
  }
  throw FormatError(
      message(path.string(),
              ":1: expected extended XYZ (the number of atoms first), a LAMMPS data file "
              "or a LAMMPS dump (ITEM: first), got ",
              text::quoted(content.substr(0, content.find('\n')))));
}

std::vector<Frame> read(const std::filesystem::path& path,
                        const ReadOptions& options,
                        formats::Which which) {
  for (const std::string& type : options.types)
    if (!text::is_label(type))
      throw InputError(
          message("--types: ", text::quoted(type), " is no symbol, expected a letter first"));
  const std::string content = text::read_file(path);
  const StructureFormat format =
      options.format == StructureFormat::Auto ? detect(path, content) : options.format;
  text::LineScanner scanner(path.string(), content);
  switch (format) {
    case StructureFormat::LammpsData:
      return formats::read_lammps_data(scanner, options, which);
    case StructureFormat::LammpsDump:
      return formats::read_lammps_dump(scanner, options, which);
    case StructureFormat::Auto:
    case StructureFormat::Extxyz:
      break;
  }
  return formats::read_extxyz(scanner, options, which);
}

}  // namespace

Eigen::Index AtomColumn::width(Eigen::Index n) const {
  if (kind != ColumnKind::Text) return values.rows();
  return n > 0 ? static_cast<Eigen::Index>(text.size()) / n : 0;
}

Frame read_structure(const std::filesystem::path& path, const ReadOptions& options) {
  return std::move(read(path, options, formats::Which::One).front());
}

std::vector<Frame> read_frames(const std::filesystem::path& path, const ReadOptions& options) {
  return read(path, options, formats::Which::All);
}

StructureFormat format_of_ending(const std::filesystem::path& path) {
  const bool packed = path.extension() == ".gz";
  const std::string ending = (packed ? path.stem() : path).extension().string();
  if (ending == ".xyz" || ending == ".extxyz") return StructureFormat::Extxyz;
  if (ending == ".data" || ending == ".lmp" || ending == ".lammps")
    return StructureFormat::LammpsData;
  if (ending == ".dump" || ending == ".lammpstrj") return StructureFormat::LammpsDump;
  return StructureFormat::Auto;
}

void write_structure(const std::filesystem::path& path,
                     const Frame& frame,
                     const std::vector<std::string>& types) {
  switch (format_of_ending(path)) {
    case StructureFormat::Extxyz:
      return write_extxyz(path, frame);
    case StructureFormat::LammpsData:
      return write_lammps_data(path, frame, types);
    case StructureFormat::LammpsDump:
      return write_lammps_dump(path, frame, types);
    case StructureFormat::Auto:
      break;
  }
  throw InputError(
      message(path.string(),
              ": cannot write: expected a name ending in .xyz or .extxyz, .data, .lmp or "
              ".lammps, .dump or .lammpstrj (and .gz after it to compress), got ",
              text::quoted(path.filename().string())));
}

std::size_t formats::frame_position(int frame, std::size_t count, const std::string& path) {
  const auto n = static_cast<std::int64_t>(count);
  const std::int64_t position = frame < 0 ? n + frame : frame;
  if (position < 0 || position >= n)
    throw InputError(message(path, ": frame ", frame, " does not exist, expected ", -n, " to ",
                             n - 1, " (the file has ", n, n == 1 ? " frame)" : " frames)"));
  return static_cast<std::size_t>(position);
}

void formats::check_frame(const Frame& frame) {
  const Configuration& c = frame.configuration;
  c.validate();
  const Eigen::Index n = c.size();
  if (!c.ids.empty() && static_cast<Eigen::Index>(c.ids.size()) != n)
    throw InputError(message("frame: ", c.ids.size(), " ids for ", n, " atoms"));
  if (frame.forces && frame.forces->cols() != n)
    throw InputError(message("frame: ", frame.forces->cols(), " forces for ", n, " atoms"));
  // What readers would refuse is not written.
  if (c.velocities.cols() != 0 && !c.velocities.allFinite())
    throw InputError("frame: a velocity is not finite, expected numbers in Å/ps");
  if (frame.forces && !frame.forces->allFinite())
    throw InputError("frame: a force is not finite, expected numbers in eV/Å");
  if (frame.energy_ev && !std::isfinite(*frame.energy_ev))
    throw InputError(
        message("frame: the energy is ", *frame.energy_ev, ", expected a number in eV (or none)"));
  if (frame.stress_gpa && !std::all_of(frame.stress_gpa->begin(), frame.stress_gpa->end(),
                                       [](double s) { return std::isfinite(s); }))
    throw InputError("frame: a stress is not finite, expected numbers in GPa (or none)");
  for (std::size_t i = 0; i < c.species.size(); ++i)
    if (!text::is_label(c.species[i]))
      throw InputError(message("atom ", i + 1, ": ", text::quoted(c.species[i]),
                               " is no symbol, expected a letter first"));
  for (const auto& [name, column] : frame.extra) {
    const bool fits =
        column.kind == ColumnKind::Text
            ? !column.text.empty() && static_cast<Eigen::Index>(column.text.size()) % n == 0
            : column.values.cols() == n && column.values.rows() > 0;
    if (!fits)
      throw InputError(
          message("frame: the extra column ", text::quoted(name), " does not fit ", n, " atoms"));
  }
}

}  // namespace landscape::md
