/// Landscape graphs as files of other programs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "landscape/graph/landscape_graph.hpp"

namespace landscape {

/// GraphML as networkx, Gephi and yEd read it, numbers to the last bit: nodes with minimum, energy_ev and group, edges with
/// saddle, energy_ev, barrier_ev (from source), reverse_barrier_ev and group.
std::string graphml(const LandscapeGraph& graph);

/// "id,energy_ev,group" of the minima.
std::string minima_csv(const LandscapeGraph& graph);
/// "id,minimum_a,minimum_b,energy_ev,group" of the saddles.
std::string saddles_csv(const LandscapeGraph& graph);

/// A graph out of a file, and what tells it from the others there.
struct NamedGraph {
  std::string name = {};
  LandscapeGraph graph = {};
};

/// Reads two files as written by minima_csv and saddles_csv: columns are found by their names, in
/// any order, others are passed over; id of a saddle and group may be missing. Where both have a
/// column strain, each strain is a graph of its own, in ascending order; ids repeat between them.
/// @throws md::FormatError "path:line: expected ..., got ..."; md::InputError as LandscapeGraph, or
/// where only one of the files has strains.
std::vector<NamedGraph> read_graphs_csv(const std::filesystem::path& minima,
                                        const std::filesystem::path& saddles);

}  // namespace landscape
