/// Structures in and out: extended XYZ, LAMMPS data files, LAMMPS text dumps.
///
/// Numbers are written with the fewest digits that give the same double back, independent of the
/// locale. All functions are thread-safe; two threads should not write to the same path.
#pragma once

#include <array>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "md/core/configuration.hpp"

namespace landscape::md {

/// The column types of extended XYZ.
enum class ColumnKind : char { Real = 'R', Integer = 'I', Logical = 'L', Text = 'S' };

/// One per-atom quantity that has no member of its own in Frame or Configuration.
struct AtomColumn {
  ColumnKind kind = ColumnKind::Real;
  Eigen::MatrixXd values;         ///< width x N; logical as 0 and 1; NaN is allowed; empty for text
  std::vector<std::string> text;  ///< kind Text only: width * N words, atom after atom
  /// Columns per atom, for N atoms.
  Eigen::Index width(Eigen::Index n) const;
};

/// A configuration and what a file says about it.
struct Frame {
  Configuration configuration;
  std::optional<double> energy_ev;                  ///< potential energy [eV]
  std::optional<Matrix3Xd> forces;                  ///< 3 x N [eV/Å]
  std::optional<std::array<double, 6>> stress_gpa;  ///< xx yy zz yz xz xy [GPa], tension positive
  std::map<std::string, std::string> info;          ///< other keys; a bare flag has the value "T"
  std::map<std::string, AtomColumn> extra;          ///< other per-atom columns, by name
};

enum class StructureFormat { Auto, Extxyz, LammpsData, LammpsDump };

struct ReadOptions {
  /// Names of LAMMPS types 1, 2, ... (`--types`); they win over names in the file.
  std::vector<std::string> types = {};
  /// Auto: by the ending, then by the first line.
  StructureFormat format = StructureFormat::Auto;
  /// Which frame read_structure returns: 0 is the first, -1 the last, -2 the one before.
  int frame = -1;
  /// For LAMMPS data files, which do not say; without it the title's pbc="T T F" counts, else all.
  std::optional<std::array<bool, 3>> periodic = std::nullopt;
};

/// Reads one frame.
///
/// Extended XYZ as written by ASE and OVITO: Lattice, Properties (species or Z, pos, forces or
/// force, velocities or velo [Å/ps], move_mask with T = free, id), pbc (default T T T with a
/// Lattice, else F F F; no Lattice is a cluster), energy [eV], stress [eV/Å³, 3 x 3 or xx yy zz yz
/// xz xy, tension positive], or exactly in GPa under stress_gpa_xx_yy_zz_yz_xz_xy, which wins;
/// Origin. Other keys go to `info`, other columns to `extra`. A file without Properties has four
/// columns.
///
/// LAMMPS files (units metal or lj) come back sorted by id. Positions are not wrapped or unwrapped
/// (image flags are in extra["image"]); the box origin is subtracted along periodic directions and
/// kept along open ones, where a shrink-wrapped box would make atoms drift. Boxes may be
/// orthogonal, restricted triclinic (bounding boxes of dumps are converted) or general triclinic.
/// Types are named by `types`, else by the file (dump: element; data: Atom Type Labels, or comments
/// in Masses, or the nearest standard atomic mass where that is unambiguous).
///
/// @throws InputError if the file cannot be read, the frame does not exist or types have no names;
/// FormatError as
///   "path:line: expected ..., got ..." where the text is wrong, coordinates that are not finite
///   included.
Frame read_structure(const std::filesystem::path& path, const ReadOptions& options = {});

/// Reads all frames, at least one; `options.frame` is not used. See read_structure.
std::vector<Frame> read_frames(const std::filesystem::path& path, const ReadOptions& options = {});

enum class WriteMode { Replace, Append };

/// Writes extended XYZ:
/// Properties=species:S:1:pos:R:3[:displacement:R:3][:velocities:R:3][:forces:R:3]
/// [:move_mask:L:1][:other extra columns]:id:I:1. Reading it back gives every number to the last
/// bit. A stress is written as ASE has it (stress, eV/Å³) and in GPa. A cell without periods whose
/// edges are unit vectors is left out.
/// @throws InputError if a frame is inconsistent or the stream fails.
void write_extxyz(std::ostream& out, const Frame& frame);
/// To a path: Replace writes a temporary file in the same folder and renames it, so that readers
/// see the old file or the new one; Append leaves the file as it was if the disk is full.
/// @throws InputError in one line if the file cannot be written.
void write_extxyz(const std::filesystem::path& path,
                  std::span<const Frame> frames,
                  WriteMode mode = WriteMode::Replace);
void write_extxyz(const std::filesystem::path& path,
                  const Frame& frame,
                  WriteMode mode = WriteMode::Replace);

/// Writes a LAMMPS data file, atom_style atomic, with Masses (1 for symbols that are no elements)
/// and Velocities.
///
/// LAMMPS wants the first edge along x and the second in the xy plane. A cell that is not so is
/// rotated together with positions, velocities and forces (the title then says "rotated"); the
/// third edge of a left-handed cell is reversed; tilts of more than half an edge are wrapped where
/// that edge is periodic. Open edges lose their tilt and grow to hold all atoms. A cell that needs
/// none of this keeps every bit. Boundaries are in the title, frozen atoms have the comment "#
/// frozen"; energy, forces, stress, info and extra are not written.
/// @param types order of the types; by default symbols in order of first appearance.
/// @throws InputError if the frame is inconsistent, ids are not positive or repeat, `types` lacks a
/// symbol, or the file
///   cannot be written.
void write_lammps_data(const std::filesystem::path& path,
                       const Frame& frame,
                       const std::vector<std::string>& types = {});

/// Writes a LAMMPS text dump: id type element x y z [vx vy vz] [fx fy fz] [move_mask] and the extra
/// columns of one number. Cells as in write_lammps_data. The step is info["timestep"], else the
/// number of the frame from 0.
void write_lammps_dump(const std::filesystem::path& path,
                       std::span<const Frame> frames,
                       const std::vector<std::string>& types = {});
void write_lammps_dump(const std::filesystem::path& path,
                       const Frame& frame,
                       const std::vector<std::string>& types = {});

/// Writes by ending: .xyz .extxyz; .data .lmp .lammps; .dump .lammpstrj.
/// @param types for the LAMMPS formats, see write_lammps_data.
/// @throws InputError for any other ending, and as above.
void write_structure(const std::filesystem::path& path,
                     const Frame& frame,
                     const std::vector<std::string>& types = {});

/// The format an ending stands for; Auto where it is none of those of write_structure.
StructureFormat format_of_ending(const std::filesystem::path& path);

}  // namespace landscape::md
