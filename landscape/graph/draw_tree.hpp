/// A disconnectivity graph as a picture.
#pragma once

#include <string>
#include <vector>

#include "landscape/graph/disconnectivity.hpp"

namespace landscape {

/// One tree of a picture with several side by side, on one energy axis.
struct TreePanel {
  std::string title = {};
  LandscapeGraph graph = {};
  double zero_ev = 0.0;  ///< energy that is drawn as 0
};

struct TreeDrawing {
  std::string title = {};
  double panel_width = 420.0, height = 460.0;
  /// Groups are numbers and get a colour scale, else each gets a colour of its own.
  bool numeric_groups = false;
  std::string legend_title = {};
  std::size_t most_leaves_with_ids = 60;  ///< beyond this ids would overlap
};

/// A whole <svg> element. Every minimum carries data-minimum="id" and a title, stems are paths, one
/// for each group, so that 100 000 minima still make a file that opens.
std::string draw_trees(const std::vector<TreePanel>& panels, const TreeDrawing& drawing);

}  // namespace landscape
