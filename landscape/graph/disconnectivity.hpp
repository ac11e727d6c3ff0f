/// The disconnectivity graph: which minima become one basin at which energy.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "landscape/graph/landscape_graph.hpp"

namespace landscape {

/// One node: a minimum (no children), or the saddle over which its children become one basin.
struct MergeNode {
  double energy_ev = 0.0;
  std::size_t place = 0;                   ///< of the minimum, or of the saddle
  std::vector<std::size_t> children = {};  ///< nodes; at least two, or none for a minimum
  std::size_t lowest = 0;                  ///< place of the lowest minimum below it
  std::size_t leaves = 1;                  ///< minima below it
  double x = 0.0;  ///< of its stem, in units of leaves from the left, from 0.5
};

/// A forest, one tree a component. Nodes 0 to minima-1 are the minima in the graph's order;
/// children come before parents; saddles of equal energy that meet are one node.
/// @par Source Becker & Karplus, J. Chem. Phys. 106, 1495 (1997); levels are exact, not binned.
struct MergeTree {
  std::vector<MergeNode> nodes = {};
  std::vector<std::size_t> roots = {};  ///< by their lowest minima, ascending
};

/// O(E log E) in time; the deepest minimum of every basin keeps a straight stem, branches go to
/// both sides in turn.
MergeTree merge_tree(const LandscapeGraph& graph);

/// {"roots": [indices], "nodes": [{"energy_ev", "minimum" or "saddle" (ids), "group", "children":
/// [indices]}, ...]}: flat, since trees of glasses are deeper than what readers recurse into.
nlohmann::json merge_tree_json(const LandscapeGraph& graph, const MergeTree& tree);

}  // namespace landscape
