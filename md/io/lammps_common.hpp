/// What LAMMPS data files and dumps share.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "md/io/structure_io.hpp"
#include "md/io/text_scanner.hpp"

namespace landscape::md::formats {

/// A box as LAMMPS gives it.
struct LammpsBox {
  Eigen::Matrix3d edges =
      Eigen::Matrix3d::Zero();  ///< columns, upper triangular unless general triclinic [Å]
  Eigen::Vector3d origin = Eigen::Vector3d::Zero();  ///< lower corner [Å]
};

/// What a file says about one type beside its number.
struct TypeHints {
  std::string name;            ///< empty: not given
  std::optional<double> mass;  ///< [g/mol]
};

/// Names of the types that occur, by options.types, else by name, else by mass.
/// @param hints of each type, used for those in `types` only.
/// @throws InputError that asks for --types where a type has no name or two share one by mass.
std::map<std::int64_t, std::string> name_types(const std::vector<std::int64_t>& types,
                                               const std::map<std::int64_t, TypeHints>& hints,
                                               const ReadOptions& options,
                                               const std::string& path);

/// Puts atoms in ascending order of id.
/// @throws FormatError if an id repeats; `lines` are the line numbers of the atoms.
void sort_by_id(Frame& frame,
                const std::vector<std::int64_t>& lines,
                const text::LineScanner& scanner);

/// Sets the cell, and moves positions so that periodic directions begin at zero.
/// @throws FormatError if the box is none.
void apply_box(Configuration& configuration,
               const LammpsBox& box,
               const std::array<bool, 3>& periodic,
               const text::LineScanner& scanner);

/// @throws InputError unless `units` are metal or lj.
void check_units(std::string_view units, const text::LineScanner& scanner);

/// A frame as LAMMPS can take it; see write_lammps_data.
struct RestrictedFrame {
  Eigen::Matrix3d edges;  ///< upper triangular, positive diagonal [Å]
  Eigen::Vector3d low;    ///< lower corner [Å]; zero along periodic directions
  bool rotated = false;
  Matrix3Xd positions, velocities, forces;  ///< the latter two 3 x 0 if there are none
};

RestrictedFrame restricted(const Frame& frame);

}  // namespace landscape::md::formats
