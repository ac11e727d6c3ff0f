#include "landscape/graph/draw_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "landscape/report/svg.hpp"

namespace landscape {
namespace {

using svg::coordinate;
using svg::escaped;

constexpr double left = 62.0, top = 44.0, bottom = 34.0, right = 130.0, gap = 18.0;
constexpr const char* plain_color = "#555";
constexpr std::size_t most_leaf_marks =
    5000;  // circles with titles beyond this slow a browser down

double number(const std::string& text) {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// What colour a group has, and the legend.
class Colors {
 public:
  Colors(const std::vector<TreePanel>& panels, bool numeric) : numeric_(numeric) {
    for (const auto& panel : panels) {
      for (const auto& minimum : panel.graph.minima()) add(minimum.group);
    }
    std::size_t k = 0;
    for (auto& [group, color] : colors_) color = svg::category_color(k++);
  }

  std::string of(const std::string& group) const {
    if (group.empty()) return plain_color;
    if (numeric_)
      return svg::scale_color((number(group) - low_) / (high_ > low_ ? high_ - low_ : 1.0));
    return colors_.at(group);
  }

  std::string legend(double x, const std::string& title) const {
    if (colors_.empty() && !(low_ <= high_)) return {};
    double y = top + 10.0;
    std::string text = fmt::format("<text x=\"{}\" y=\"{}\">{}</text>", x, y, escaped(title));
    const auto entry = [&](const std::string& color, const std::string& name) {
      y += 16.0;
      text += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"10\" height=\"10\" fill=\"{}\"/>", x,
                          y - 9, color);
      text += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>", x + 15, y, escaped(name));
    };
    constexpr int steps = 5;
    for (int k = 0; numeric_ && k < steps; ++k) {
      const double fraction = static_cast<double>(k) / (steps - 1);
      entry(svg::scale_color(fraction), fmt::format("{:.4g}", low_ + fraction * (high_ - low_)));
    }
    std::size_t shown = 0;
    for (const auto& [group, color] : colors_) {
      constexpr std::size_t most = 20;
      if (++shown <= most) entry(color, group);
    }
    return text;
  }

 private:
  void add(const std::string& group) {
    if (group.empty()) return;
    if (!numeric_) {
      colors_[group];
      return;
    }
    const double value = number(group);
    if (!std::isfinite(value)) return;
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
  }

  bool numeric_;
  std::map<std::string, std::string> colors_;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
};

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  bool empty() const { return !(low <= high); }
};

/// Energies of all panels, with room above the highest root.
Range energy_range(const std::vector<TreePanel>& panels, const std::vector<MergeTree>& trees) {
  Range range;
  for (std::size_t p = 0; p < panels.size(); ++p) {
    for (const auto& node : trees[p].nodes) {
      range.low = std::min(range.low, node.energy_ev - panels[p].zero_ev);
      range.high = std::max(range.high, node.energy_ev - panels[p].zero_ev);
    }
  }
  if (range.empty()) return range;
  const double margin = range.high > range.low ? 0.05 * (range.high - range.low) : 0.05;
  return {range.low - margin, range.high + margin};
}

/// One tree between x0 and x0 + panel_width.
class PanelDrawer {
 public:
  PanelDrawer(const TreePanel& panel,
              const MergeTree& tree,
              const TreeDrawing& drawing,
              const Colors& colors,
              const Range& range,
              double x0)
      : panel_(panel), tree_(tree), drawing_(drawing), colors_(colors), range_(range), x0_(x0) {}

  std::string draw() {
    for (std::size_t k = 0; k < tree_.nodes.size(); ++k) join_children(tree_.nodes[k]);
    for (const auto root : tree_.roots) {
      const auto& node = tree_.nodes[root];
      stem(node, y(node.energy_ev) - 8.0);
    }
    std::string text;
    for (const auto& [color, path] : paths_) {
      text += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.2\"/>", path,
                          color);
    }
    return text + leaves() +
           fmt::format("<text x=\"{}\" y=\"34\" text-anchor=\"middle\">{}</text>",
                       coordinate(x0_ + drawing_.panel_width / 2), escaped(panel_.title));
  }

 private:
  double x(double place) const {
    const auto count = static_cast<double>(std::max<std::size_t>(1, panel_.graph.minima().size()));
    return x0_ + place / count * drawing_.panel_width;
  }
  double y(double energy) const {
    const double fraction = (energy - panel_.zero_ev - range_.low) / (range_.high - range_.low);
    return drawing_.height - bottom - fraction * (drawing_.height - top - bottom);
  }

  /// From a node up to a height. A minimum's stem has its colour, a basin's none.
  void stem(const MergeNode& node, double y_end) {
    const auto color =
        node.children.empty() ? colors_.of(panel_.graph.minima()[node.place].group) : plain_color;
    paths_[color] += fmt::format("M{} {}V{}", coordinate(x(node.x)), coordinate(y(node.energy_ev)),
                                 coordinate(y_end));
  }

  void join_children(const MergeNode& node) {
    if (node.children.empty()) return;
    double first = node.x, last = node.x;
    const double level = y(node.energy_ev);
    for (const auto child : node.children) {
      const auto& below = tree_.nodes[child];
      stem(below, level);
      first = std::min(first, below.x);
      last = std::max(last, below.x);
    }
    paths_[plain_color] +=
        fmt::format("M{} {}H{}", coordinate(x(first)), coordinate(level), coordinate(x(last)));
  }

  std::string leaves() const {
    const auto& minima = panel_.graph.minima();
    if (minima.size() > most_leaf_marks) return {};
    std::string text;
    for (std::size_t m = 0; m < minima.size(); ++m) {
      const auto& node = tree_.nodes[m];
      text += fmt::format(
          "<circle class=\"leaf\" data-minimum=\"{}\" cx=\"{}\" cy=\"{}\" r=\"3\" "
          "fill=\"{}\"><title>minimum {}, {:.6g} eV{}"
          "</title></circle>",
          minima[m].id, coordinate(x(node.x)), coordinate(y(node.energy_ev)),
          colors_.of(minima[m].group), minima[m].id, node.energy_ev - panel_.zero_ev,
          minima[m].group.empty() ? "" : ", " + escaped(minima[m].group));
      if (minima.size() <= drawing_.most_leaves_with_ids) {
        text +=
            fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"8\">{}</text>",
                        coordinate(x(node.x)), coordinate(y(node.energy_ev) + 11.0), minima[m].id);
      }
    }
    return text;
  }

  const TreePanel& panel_;
  const MergeTree& tree_;
  const TreeDrawing& drawing_;
  const Colors& colors_;
  const Range& range_;
  double x0_;
  std::map<std::string, std::string> paths_;  ///< by colour
};

std::string axis(const Range& range, double height) {
  std::string text =
      fmt::format("<path d=\"M{0} {1}V{2}\" stroke=\"#888\"/>", left - 8, top, height - bottom);
  for (const double at : svg::ticks(range.low, range.high, 8)) {
    const double y =
        height - bottom - (at - range.low) / (range.high - range.low) * (height - top - bottom);
    text += fmt::format(
        "<path d=\"M{} {}h-5\" stroke=\"#888\"/><text x=\"{}\" y=\"{}\" "
        "text-anchor=\"end\">{:g}</text>",
        left - 8, coordinate(y), left - 16, coordinate(y + 4), at);
  }
  return text + fmt::format(
                    "<text transform=\"translate(13 {}) rotate(-90)\" "
                    "text-anchor=\"middle\">energy [eV]</text>",
                    height / 2);
}

}  // namespace

std::string draw_trees(const std::vector<TreePanel>& panels, const TreeDrawing& drawing) {
  std::vector<MergeTree> trees;
  for (const auto& panel : panels) trees.push_back(merge_tree(panel.graph));
  const Range range = energy_range(panels, trees);
  const Colors colors(panels, drawing.numeric_groups);
  const double width =
      left + static_cast<double>(panels.size()) * (drawing.panel_width + gap) + right;
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tree\" viewBox=\"0 0 {0} {1}\" "
      "width=\"{0}\" height=\"{1}\" "
      "font-family=\"sans-serif\" font-size=\"11\" fill=\"#222\" role=\"img\"><title>{2}</title>"
      "<text x=\"{3}\" y=\"16\" font-weight=\"bold\" text-anchor=\"middle\">{2}</text>",
      width, drawing.height, escaped(drawing.title), (width - right + left) / 2);
  if (range.empty()) {
    return text +
           fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">no minima</text></svg>",
                       width / 2, drawing.height / 2);
  }
  text += axis(range, drawing.height);
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const double x0 = left + static_cast<double>(p) * (drawing.panel_width + gap);
    text += PanelDrawer(panels[p], trees[p], drawing, colors, range, x0).draw();
  }
  return text + colors.legend(width - right + 10.0, drawing.legend_title) + "</svg>";
}

}  // namespace landscape
