/// The files of D. J. Wales's programs (GMIN, OPTIM, PATHSAMPLE, disconnectionDPS), which pele and
/// TopSearch take too.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "landscape/graph/landscape_graph.hpp"

namespace landscape {

/// What min.data and ts.data say of one state beside its place in the graph.
struct WalesState {
  double log_frequencies =
      0.0;  ///< ln of the product of squared angular frequencies [(rad/ps)²]; 0: not known
  int point_group_order = 1;
  std::array<double, 3> inertia = {1.0, 1.0, 1.0};
};

struct WalesFiles {
  LandscapeGraph graph = {};  ///< ids are 1, 2, ... in the order of the files
  std::vector<WalesState> minima = {}, saddles = {};
  /// Coordinates, 3 N numbers for each state in the order of the files; empty: no points file.
  std::vector<std::vector<double>> minima_points = {}, saddle_points = {};
};

/// Writes min.data ("energy ln-frequencies order Ix Iy Iz"), ts.data (the same with the two minima,
/// from 1, before the inertia), points.min and points.ts (native doubles, where there are any) and
/// dinfo (input of disconnectionDPS) into `folder`, which is made. Energies have the digits that
/// give the same double back. What is not known is written as 0 for the frequencies and 1 for order
/// and inertia; minima are renumbered 1, 2, ... and `ids.csv` says which row each one was.
/// @throws md::InputError if a file cannot be written, or coordinates do not fit.
void write_wales(const std::filesystem::path& folder, const WalesFiles& files);

/// The graph with prefactors ν = (h_minimum / h_saddle) exp((f_minimum - f_saddle) / 2) / 2π [THz] where
/// both frequencies are known; h is the order of the point group, f of a saddle is over its stable modes.
/// @par Source as PATHSAMPLE: D. J. Wales, Mol. Phys. 100, 3285 (2002).
LandscapeGraph wales_graph(const WalesFiles& files);

/// Reads min.data and ts.data, and points.min and points.ts where they are there.
/// @param atoms number of atoms, to check the size of the points files; nothing: it follows from
/// them.
/// @throws md::FormatError "path:line: expected ..., got ..." for a wrong number of fields, a
/// number that is none, a minimum that does not exist, points of another size; md::InputError as
/// LandscapeGraph, or for a missing file.
WalesFiles read_wales(const std::filesystem::path& folder,
                      std::optional<std::size_t> atoms = std::nullopt);

}  // namespace landscape
