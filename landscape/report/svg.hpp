/// Scalable vector graphics as text: charts that need no script.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace landscape::svg {

/// Text as it may stand in HTML and SVG.
std::string escaped(const std::string& text);

/// A number with as many digits as a picture shows.
std::string coordinate(double value);

/// Colour number k of a palette that colour-blind people can read (Okabe & Ito), as "#rrggbb".
std::string category_color(std::size_t k);
/// 0 dark blue ... 1 yellow, perceptually even (viridis at five points, linear between).
std::string scale_color(double fraction);

/// Values of an axis at 1, 2 or 5 times a power of ten, at most about `wanted` of them.
std::vector<double> ticks(double low, double high, int wanted = 6);

struct Series {
  enum class Style { Points, Line, Bars };
  std::string name = {};  ///< in the legend; empty: not there
  Style style = Style::Points;
  std::vector<std::pair<double, double>> points = {};  ///< NaN ends a line and is no point
  std::vector<double> errors = {};                     ///< 1 sigma of y; empty: none
  std::vector<std::string> titles =
      {};                  ///< shown by a pointer that rests on the point; may be empty
  std::string color = {};  ///< empty: by number
};

struct Chart {
  std::string title = {}, x_label = {}, y_label = {};
  std::vector<Series> series = {};
  bool x_log = false;
  bool y_from_zero = false;
  bool diagonal = false;  ///< the line y = x
  double width = 560.0, height = 340.0;
};

/// A whole <svg> element; "no data" where there is none.
std::string draw(const Chart& chart);

/// Counts in `bins` equal intervals from the lowest to the highest value, as bars.
Series histogram(
    const std::string& name, const std::vector<double>& values, double low, double high, int bins);

}  // namespace landscape::svg
