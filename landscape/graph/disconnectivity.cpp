#include "landscape/graph/disconnectivity.hpp"

#include <algorithm>
#include <boost/pending/disjoint_sets.hpp>

namespace landscape {
namespace {

/// Grows the forest saddle by saddle.
class Builder {
 public:
  explicit Builder(const LandscapeGraph& graph) : graph_(graph) {
    const auto n = graph.minima().size();
    for (std::size_t m = 0; m < n; ++m) {
      tree_.nodes.push_back({graph.minima()[m].energy_ev, m, {}, m, 1, 0.0});
    }
    node_of_.resize(n);
    for (std::size_t m = 0; m < n; ++m) node_of_[m] = m;
  }

  MergeTree build() {
    const auto n = graph_.minima().size();
    std::vector<std::size_t> rank(n), parent(n);
    boost::disjoint_sets sets(rank.data(), parent.data());
    for (std::size_t m = 0; m < n; ++m) sets.make_set(m);
    for (const auto k : graph_.spanning_saddles()) {
      const auto& saddle = graph_.saddles()[k];
      const auto a = sets.find_set(saddle.a), b = sets.find_set(saddle.b);
      const auto node = join(node_of_[a], node_of_[b], k);
      sets.link(a, b);
      node_of_[sets.find_set(a)] = node;
    }
    for (std::size_t m = 0; m < n; ++m) {
      if (sets.find_set(m) == m) tree_.roots.push_back(node_of_[m]);
    }
    std::sort(tree_.roots.begin(), tree_.roots.end(), [&](auto i, auto j) { return deeper(i, j); });
    lay_out();
    return std::move(tree_);
  }

 private:
  bool deeper(std::size_t i, std::size_t j) const {
    const auto& minima = graph_.minima();
    const auto& a = minima[tree_.nodes[i].lowest];
    const auto& b = minima[tree_.nodes[j].lowest];
    return std::pair(a.energy_ev, a.id) < std::pair(b.energy_ev, b.id);
  }

  std::size_t join(std::size_t i, std::size_t j, std::size_t saddle) {
    const double energy = graph_.saddles()[saddle].energy_ev;
    MergeNode node{energy, saddle, {}, 0, tree_.nodes[i].leaves + tree_.nodes[j].leaves, 0.0};
    if (deeper(j, i)) std::swap(i, j);
    node.lowest = tree_.nodes[i].lowest;
    for (const auto child : {i, j}) {
      auto& below = tree_.nodes[child];
      if (!below.children.empty() && below.energy_ev == energy) {
        node.children.insert(node.children.end(), below.children.begin(), below.children.end());
        below.children.clear();
        below.leaves = 0;  // no longer part of the tree
      } else {
        node.children.push_back(child);
      }
    }
    std::sort(node.children.begin(), node.children.end(),
              [&](auto a, auto b) { return deeper(a, b); });
    tree_.nodes.push_back(std::move(node));
    return tree_.nodes.size() - 1;
  }

  /// Leaves from left to right: branches beside the deepest child, on both sides in turn.
  void lay_out() {
    std::vector<std::size_t> stack(tree_.roots.rbegin(), tree_.roots.rend());
    double next = 0.5;
    while (!stack.empty()) {
      const auto at = stack.back();
      stack.pop_back();
      auto& node = tree_.nodes[at];
      if (node.children.empty()) {
        node.x = next;
        next += 1.0;
        continue;
      }
      std::vector<std::size_t> left, right;
      for (std::size_t k = 1; k < node.children.size(); ++k) {
        ((k + node.leaves) % 2 ? left : right).push_back(node.children[k]);
      }
      for (auto child = right.rbegin(); child != right.rend(); ++child) stack.push_back(*child);
      stack.push_back(node.children[0]);
      for (const auto child : left) stack.push_back(child);
    }
    for (auto& node : tree_.nodes) {
      if (!node.children.empty()) node.x = tree_.nodes[node.children[0]].x;
    }
  }

  const LandscapeGraph& graph_;
  MergeTree tree_;
  std::vector<std::size_t> node_of_;  ///< of the component with this representative
};

}  // namespace

MergeTree merge_tree(const LandscapeGraph& graph) {
  return Builder(graph).build();
}

nlohmann::json merge_tree_json(const LandscapeGraph& graph, const MergeTree& tree) {
  auto nodes = nlohmann::json::array();
  for (const auto& node : tree.nodes) {
    const bool leaf = node.children.empty();
    if (node.leaves == 0) {  // merged into another one: an index without anything
      nodes.push_back(nullptr);
      continue;
    }
    nlohmann::json entry = {{"energy_ev", node.energy_ev}, {"leaves", node.leaves}};
    entry["lowest_minimum"] = graph.minima()[node.lowest].id;
    if (leaf) {
      entry["minimum"] = graph.minima()[node.place].id;
      entry["group"] = graph.minima()[node.place].group;
    } else {
      entry["saddle"] = graph.saddles()[node.place].id;
      entry["group"] = graph.saddles()[node.place].group;
      entry["children"] = node.children;
    }
    nodes.push_back(std::move(entry));
  }
  return {{"roots", tree.roots}, {"nodes", std::move(nodes)}};
}

}  // namespace landscape
