#include "landscape/report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace landscape::svg {
namespace {

/// From data to the picture.
class Frame {
 public:
  explicit Frame(const Chart& chart) : chart_(chart) {
    for (const auto& series : chart.series) include(series);
    if (chart.y_from_zero && !empty()) y_low_ = std::min(0.0, y_low_);
    if (empty()) return;
    widen(x_low_, x_high_);
    widen(y_low_, y_high_);
    if (chart.y_from_zero && y_low_ < 0.0) y_low_ = 0.0;
  }

  bool empty() const { return !(x_low_ <= x_high_); }
  double along_x(double x) const { return chart_.x_log ? std::log10(x) : x; }
  double x(double value) const {
    return left + (along_x(value) - x_low_) / (x_high_ - x_low_) * (chart_.width - left - right);
  }
  double y(double value) const {
    return chart_.height - bottom -
           (value - y_low_) / (y_high_ - y_low_) * (chart_.height - top - bottom);
  }
  double x_low() const { return x_low_; }
  double x_high() const { return x_high_; }
  double y_low() const { return y_low_; }
  double y_high() const { return y_high_; }

  static constexpr double left = 64.0, right = 16.0, top = 30.0, bottom = 46.0;

 private:
  void include(const Series& series) {
    for (std::size_t k = 0; k < series.points.size(); ++k) {
      const auto [x, y] = series.points[k];
      const double at = along_x(x);
      const double error = k < series.errors.size() && std::isfinite(series.errors[k]) ? series.errors[k] : 0.0;
      if (!std::isfinite(at) || !std::isfinite(y)) continue;
      x_low_ = std::min(x_low_, at);
      x_high_ = std::max(x_high_, at);
      y_low_ = std::min(y_low_, y - error);
      y_high_ = std::max(y_high_, y + error);
    }
  }
  static void widen(double& low, double& high) {
    const double margin =
        high > low ? 0.04 * (high - low) : std::max(1e-12, 0.05 * std::abs(high) + 1e-9);
    low -= margin;
    high += margin;
  }

  static constexpr double infinity = std::numeric_limits<double>::infinity();
  const Chart& chart_;
  double x_low_ = infinity, x_high_ = -infinity, y_low_ = infinity, y_high_ = -infinity;
};

std::string label(double x,
                  double y,
                  const std::string& anchor,
                  const std::string& text,
                  const char* extra = "") {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\"{}>{}</text>", coordinate(x),
                     coordinate(y), anchor, extra, escaped(text));
}

std::string axes(const Chart& chart, const Frame& frame) {
  const double x0 = Frame::left, x1 = chart.width - Frame::right, y0 = chart.height - Frame::bottom,
               y1 = Frame::top;
  std::string text = fmt::format(
      "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#888\"/>", x0, y1,
      x1 - x0, y0 - y1);
  if (frame.empty()) return text + label((x0 + x1) / 2, (y0 + y1) / 2, "middle", "no data");
  for (const double at : ticks(frame.x_low(), frame.x_high())) {
    const double x = x0 + (at - frame.x_low()) / (frame.x_high() - frame.x_low()) * (x1 - x0);
    text += fmt::format("<path d=\"M{} {}v5\" stroke=\"#888\"/>", coordinate(x), y0);
    text += label(x, y0 + 18, "middle",
                  chart.x_log ? fmt::format("1e{:g}", at) : fmt::format("{:g}", at));
  }
  for (const double at : ticks(frame.y_low(), frame.y_high())) {
    const double y = frame.y(at);
    text += fmt::format("<path d=\"M{} {}h-5\" stroke=\"#888\"/>", x0, coordinate(y));
    text += label(x0 - 8, y + 4, "end", fmt::format("{:g}", at));
  }
  return text;
}

std::string bars(const Series& series, const Frame& frame, const std::string& color) {
  std::string text;
  if (series.points.empty()) return text;
  const double step =
      series.points.size() > 1 ? series.points[1].first - series.points[0].first : 1.0;
  for (const auto& [x, y] : series.points) {
    if (y == 0.0) continue;
    const double left = frame.x(x - 0.45 * step), right = frame.x(x + 0.45 * step);
    text += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" fill-opacity=\"0.6\"/>",
        coordinate(left), coordinate(frame.y(y)), coordinate(right - left),
        coordinate(frame.y(std::max(0.0, frame.y_low())) - frame.y(y)), color);
  }
  return text;
}

std::string line(const Series& series, const Frame& frame, const std::string& color) {
  std::string path;
  bool drawing = false;
  for (const auto& [x, y] : series.points) {
    const double px = frame.x(x);
    if (!std::isfinite(px) || !std::isfinite(y)) {
      drawing = false;
      continue;
    }
    path += fmt::format("{}{} {}", drawing ? "L" : "M", coordinate(px), coordinate(frame.y(y)));
    drawing = true;
  }
  return fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.4\"/>", path,
                     color);
}

std::string points(const Series& series, const Frame& frame, const std::string& color) {
  std::string text;
  for (std::size_t k = 0; k < series.points.size(); ++k) {
    const auto [x, y] = series.points[k];
    const double px = frame.x(x), py = frame.y(y);
    if (!std::isfinite(px) || !std::isfinite(py)) continue;
    if (k < series.errors.size() && std::isfinite(series.errors[k])) {
      text += fmt::format("<path d=\"M{0} {1}V{2}\" stroke=\"{3}\"/>", coordinate(px),
                          coordinate(frame.y(y - series.errors[k])),
                          coordinate(frame.y(y + series.errors[k])), color);
    }
    const auto title =
        k < series.titles.size() ? "<title>" + escaped(series.titles[k]) + "</title>" : "";
    text += fmt::format(
        "<circle cx=\"{}\" cy=\"{}\" r=\"3.2\" fill=\"{}\" fill-opacity=\"0.8\">{}</circle>",
        coordinate(px), coordinate(py), color, title);
  }
  return text;
}

/// Beside the frame, where no curve runs.
double legend_width(const Chart& chart) {
  std::size_t longest = 0;
  for (const auto& series : chart.series) longest = std::max(longest, series.name.size());
  return longest > 0 ? 20.0 + 7.0 * static_cast<double>(longest) : 0.0;
}

std::string legend(const Chart& chart) {
  std::string text;
  double y = Frame::top + 14.0;
  for (std::size_t k = 0; k < chart.series.size(); ++k) {
    const auto& series = chart.series[k];
    if (series.name.empty()) continue;
    const auto color = series.color.empty() ? category_color(k) : series.color;
    const double x = chart.width - Frame::right + 8.0;
    text += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"9\" height=\"9\" fill=\"{}\"/>", x, y - 9, color);
    text += label(x + 14, y, "start", series.name);
    y += 15.0;
  }
  return text;
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else if (c == '\'')
      result += "&#39;";
    else if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')
      result += ' ';
    else
      result += c;
  }
  return result;
}

std::string coordinate(double value) {
  auto text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string category_color(std::size_t k) {
  static constexpr std::array colors = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                        "#e69f00", "#56b4e9", "#7f7f7f", "#8c564b"};
  return colors[k % colors.size()];
}

std::string scale_color(double fraction) {
  static constexpr std::array<std::array<double, 3>, 5> viridis = {
      {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}}};
  const double place = std::clamp(std::isfinite(fraction) ? fraction : 0.0, 0.0, 1.0) * 4.0;
  const auto k = std::min<std::size_t>(3, static_cast<std::size_t>(place));
  std::array<int, 3> rgb{};
  for (std::size_t c = 0; c < 3; ++c) {
    rgb[c] = static_cast<int>(std::lround(viridis[k][c] + (place - static_cast<double>(k)) *
                                                              (viridis[k + 1][c] - viridis[k][c])));
  }
  return fmt::format("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2]);
}

std::vector<double> ticks(double low, double high, int wanted) {
  std::vector<double> result;
  if (!(high > low) || !std::isfinite(high - low)) return result;
  const double rough = (high - low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double step = rough / power > 5.0   ? 10.0 * power
                      : rough / power > 2.0 ? 5.0 * power
                      : rough / power > 1.0 ? 2.0 * power
                                            : power;
  for (double k = std::ceil(low / step); k * step <= high; k += 1.0)
    result.push_back(k == 0.0 ? 0.0 : k * step);
  return result;
}

std::string draw(const Chart& chart) {
  const Frame frame(chart);
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 {0} {1}\" "
      "width=\"{0}\" height=\"{1}\" "
      "font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\" role=\"img\">",
      chart.width + legend_width(chart), chart.height);
  text += "<title>" + escaped(chart.title) + "</title>" + axes(chart, frame);
  text += label(chart.width / 2, 18, "middle", chart.title, " font-weight=\"bold\"");
  text += label(chart.width / 2, chart.height - 8, "middle", chart.x_label);
  text += fmt::format(
      "<text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
      chart.height / 2, escaped(chart.y_label));
  if (!frame.empty()) {
    if (chart.diagonal) {
      const double low = std::max(frame.x_low(), frame.y_low()),
                   high = std::min(frame.x_high(), frame.y_high());
      if (low < high)
        text += fmt::format("<path d=\"M{} {}L{} {}\" stroke=\"#888\" stroke-dasharray=\"4 3\"/>",
                            coordinate(frame.x(low)), coordinate(frame.y(low)),
                            coordinate(frame.x(high)), coordinate(frame.y(high)));
    }
    for (std::size_t k = 0; k < chart.series.size(); ++k) {
      const auto& series = chart.series[k];
      const auto color = series.color.empty() ? category_color(k) : series.color;
      text += series.style == Series::Style::Bars   ? bars(series, frame, color)
              : series.style == Series::Style::Line ? line(series, frame, color)
                                                    : points(series, frame, color);
    }
  }
  return text + legend(chart) + "</svg>";
}

Series histogram(
    const std::string& name, const std::vector<double>& values, double low, double high, int bins) {
  Series series;
  series.name = name;
  series.style = Series::Style::Bars;
  const double step = (high - low) / bins;
  for (int k = 0; k < bins; ++k) series.points.emplace_back(low + (k + 0.5) * step, 0.0);
  for (const double value : values) {
    if (!(value >= low && value <= high) || !(step > 0.0)) continue;
    const auto k = std::min(static_cast<std::size_t>(bins - 1),
                            static_cast<std::size_t>((value - low) / step));
    series.points[k].second += 1.0;
  }
  return series;
}

}  // namespace landscape::svg
