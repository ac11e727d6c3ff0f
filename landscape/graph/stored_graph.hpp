/// Landscape graphs out of a database.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "db/database.hpp"
#include "landscape/graph/landscape_graph.hpp"

namespace landscape {

struct GraphRequest {
  std::string sample = {};
  double strain_xy = 0.0;
  /// Energies at `strain_xy` from the tracks of events, wherever these were mapped. Between two
  /// points of a track barrier^(2/3) is interpolated linearly, since that is linear at a fold.
  bool from_tracks = false;
  std::string plane = "xy";     ///< of the shear to that strain: xy, xz or yz
  std::string color = "class";  ///< column or alias of the view events or minima; empty: none
};

struct StoredGraph {
  LandscapeGraph graph = {};
  bool numeric_groups = false;
  std::size_t start = 0;  ///< place of the sample's own minimum where it is there, else of the lowest
  double zero_ev = 0.0;  ///< energy of the sample's own minimum at that strain, else of the lowest
};

/// Minima of one sample at one strain and the events between them; aliases are one minimum. Minima
/// that no event reaches stand alone.
/// @throws db::Error for an unknown sample, or a column that neither view has.
StoredGraph load_graph(const std::filesystem::path& path, const GraphRequest& request);

}  // namespace landscape
