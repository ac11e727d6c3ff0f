#include "landscape/graph/landscape_graph.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/pending/disjoint_sets.hpp>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include "md/core/error.hpp"
#include "md/core/units.hpp"

namespace landscape {
namespace {

constexpr double rounding_ev =
    1e-6;  // energies of one event come from different runs of a minimizer

struct EdgeData {
  double weight = 0.0;
  std::size_t place = 0;
};
using Graph = boost::
    adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property, EdgeData>;

/// @param chosen places of the saddles that become edges.
Graph graph_of(std::size_t minima,
               const std::vector<GraphSaddle>& saddles,
               const std::vector<std::size_t>& chosen) {
  Graph graph(minima);
  for (const auto k : chosen) {
    boost::add_edge(saddles[k].a, saddles[k].b, {saddles[k].energy_ev, k}, graph);
  }
  return graph;
}

std::vector<std::size_t> all_places(std::size_t count) {
  std::vector<std::size_t> places(count);
  std::iota(places.begin(), places.end(), std::size_t{0});
  return places;
}

void check(const std::vector<GraphMinimum>& minima, const std::vector<GraphSaddle>& saddles) {
  std::unordered_set<std::int64_t> ids;
  for (const auto& minimum : minima) {
    if (!ids.insert(minimum.id).second) {
      throw md::InputError(md::message("graph: minimum ", minimum.id, " is there twice"));
    }
    if (!std::isfinite(minimum.energy_ev)) {
      throw md::InputError(md::message("graph: minimum ", minimum.id, " has no energy"));
    }
  }
  for (const auto& saddle : saddles) {
    if (saddle.a >= minima.size() || saddle.b >= minima.size()) {
      throw md::InputError(
          md::message("graph: saddle ", saddle.id, " leads to a minimum that is not there"));
    }
    const double higher = std::max(minima[saddle.a].energy_ev, minima[saddle.b].energy_ev);
    if (!(saddle.energy_ev >= higher - rounding_ev) || !std::isfinite(saddle.energy_ev)) {
      throw md::InputError(md::message("graph: saddle ", saddle.id,
                                       ": expected an energy not below its minima, ", higher,
                                       " eV, got ", saddle.energy_ev));
    }
  }
}

/// Finds the edge that led to each vertex of a tree.
class Predecessors : public boost::default_bfs_visitor {
 public:
  Predecessors(std::vector<std::size_t>& saddle, std::vector<std::size_t>& before)
      : saddle_(saddle), before_(before) {}
  template <class Edge, class Tree>
  void tree_edge(const Edge& edge, const Tree& tree) const {
    saddle_[target(edge, tree)] = tree[edge].place;
    before_[target(edge, tree)] = source(edge, tree);
  }

 private:
  std::vector<std::size_t>& saddle_;
  std::vector<std::size_t>& before_;
};

constexpr auto nowhere = std::numeric_limits<std::size_t>::max();

}  // namespace

LandscapeGraph::LandscapeGraph(std::vector<GraphMinimum> minima, std::vector<GraphSaddle> saddles)
    : minima_(std::move(minima)), saddles_(std::move(saddles)) {
  check(minima_, saddles_);
  // Kruskal by hand: boost's takes edges of equal weight in any order, here the place decides.
  auto order = all_places(saddles_.size());
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return saddles_[i].energy_ev < saddles_[j].energy_ev;
  });
  std::vector<std::size_t> rank(minima_.size()), parent(minima_.size());
  boost::disjoint_sets sets(rank.data(), parent.data());
  for (std::size_t m = 0; m < minima_.size(); ++m) sets.make_set(m);
  for (const auto k : order) {
    const auto a = sets.find_set(saddles_[k].a), b = sets.find_set(saddles_[k].b);
    if (a == b) continue;
    sets.link(a, b);
    spanning_.push_back(k);
  }
}

std::size_t LandscapeGraph::place_of(std::int64_t minimum_id) const {
  const auto found = std::find_if(minima_.begin(), minima_.end(),
                                  [&](const auto& minimum) { return minimum.id == minimum_id; });
  if (found == minima_.end()) {
    throw md::InputError(
        md::message("graph: there is no minimum ", minimum_id, " among its ", minima_.size()));
  }
  return static_cast<std::size_t>(found - minima_.begin());
}

std::vector<std::size_t> LandscapeGraph::components() const {
  std::vector<std::size_t> component(minima_.size());
  if (!minima_.empty()) {
    const auto graph = graph_of(minima_.size(), saddles_, spanning_);
    boost::connected_components(graph, component.data());
  }
  return component;
}

std::size_t LandscapeGraph::component_count() const {
  return minima_.size() - spanning_.size();
}

std::optional<MinimaxPath> LandscapeGraph::minimax_path(std::size_t from, std::size_t to) const {
  // In a minimum spanning tree the only path between two vertices is a minimax path.
  const auto tree = graph_of(minima_.size(), saddles_, spanning_);
  std::vector<std::size_t> saddle(minima_.size(), nowhere), before(minima_.size(), nowhere);
  boost::breadth_first_search(tree, boost::vertex(from, tree),
                              boost::visitor(Predecessors(saddle, before)));
  MinimaxPath path;
  path.highest_ev = minima_.at(from).energy_ev;
  path.minima.push_back(to);
  for (auto at = to; at != from; at = before[at]) {
    if (before.at(at) == nowhere) return std::nullopt;
    const double energy = saddles_[saddle[at]].energy_ev;
    path.highest_ev = path.saddles.empty() ? energy : std::max(path.highest_ev, energy);
    path.saddles.push_back(saddle[at]);
    path.minima.push_back(before[at]);
  }
  std::reverse(path.minima.begin(), path.minima.end());
  std::reverse(path.saddles.begin(), path.saddles.end());
  return path;
}

std::vector<std::size_t> LandscapeGraph::metabasins(double barrier_ev) const {
  const auto n = minima_.size();
  std::vector<std::size_t> rank(2 * n), parent(2 * n), lowest = all_places(n);
  boost::disjoint_sets connected(rank.data(), parent.data());
  boost::disjoint_sets joined(rank.data() + n, parent.data() + n);
  for (std::size_t m = 0; m < n; ++m) {
    connected.make_set(m);
    joined.make_set(m);
  }
  const auto lower = [&](std::size_t i, std::size_t j) {
    return std::pair(minima_[i].energy_ev, minima_[i].id) <
           std::pair(minima_[j].energy_ev, minima_[j].id);
  };
  for (const auto k : spanning_) {
    const auto& saddle = saddles_[k];
    const auto a = connected.find_set(saddle.a), b = connected.find_set(saddle.b);
    const auto bottom = std::min(lowest[a], lowest[b], lower),
               dying = std::max(lowest[a], lowest[b], lower);
    // A component that is this shallow is one metabasin: what is inside it was joined before.
    if (saddle.energy_ev - minima_[dying].energy_ev < barrier_ev)
      joined.union_set(saddle.a, saddle.b);
    connected.link(a, b);
    lowest[connected.find_set(a)] = bottom;
  }
  std::vector<std::size_t> bottom_of(n, nowhere), result(n);
  for (std::size_t m = 0; m < n; ++m) {
    auto& bottom = bottom_of[joined.find_set(m)];
    if (bottom == nowhere || lower(m, bottom)) bottom = m;
  }
  for (std::size_t m = 0; m < n; ++m) result[m] = bottom_of[joined.find_set(m)];
  return result;
}

double barrier_within(double temperature_k, double time_s, double prefactor_thz) {
  constexpr double hertz_per_terahertz = 1e12;
  const double attempts = prefactor_thz * hertz_per_terahertz * time_s;
  return attempts > 1.0 ? md::units::boltzmann_ev_per_k * temperature_k * std::log(attempts) : 0.0;
}

}  // namespace landscape
