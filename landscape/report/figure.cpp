#include "landscape/report/figure.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cmath>

#include "md/core/error.hpp"
#include "md/io/text_file.hpp"

extern char** environ;

namespace landscape::report {
namespace {

/// Text in double quotes of gnuplot or Python.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result + '"';
}

/// The name of a series in the CSV: its own, or a number.
std::string name_of(const svg::Chart& chart, std::size_t k) {
  const auto& name = chart.series[k].name;
  std::string plain = name.empty() ? fmt::format("line {}", k + 1) : name;
  for (char& c : plain) {
    if (c == ',' || c == '"' || c == '\n') c = ' ';
  }
  return plain;
}

/// @return whether gnuplot is there and did it.
bool run_gnuplot(const std::filesystem::path& script) {
  const std::string folder = script.parent_path().empty() ? "." : script.parent_path().string();
  const std::string command =
      "cd " + quoted(folder) + "; load " + quoted(script.filename().string());
  std::string program = "gnuplot", option = "-e", text = command;
  char* arguments[] = {program.data(), option.data(), text.data(), nullptr};
  pid_t child = 0;
  if (posix_spawnp(&child, "gnuplot", nullptr, nullptr, arguments, environ) != 0) return false;
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::string chart_csv(const svg::Chart& chart) {
  std::string text = "series,x,y,y_error\n";
  for (std::size_t k = 0; k < chart.series.size(); ++k) {
    const auto& series = chart.series[k];
    for (std::size_t p = 0; p < series.points.size(); ++p) {
      const auto [x, y] = series.points[p];
      if (!std::isfinite(x) || !std::isfinite(y)) continue;
      const bool error = p < series.errors.size() && std::isfinite(series.errors[p]);
      text += fmt::format("{},{},{},{}\n", name_of(chart, k), x, y,
                          error ? fmt::format("{}", series.errors[p]) : "");
    }
  }
  return text;
}

std::string gnuplot_script(const svg::Chart& chart,
                           const std::string& csv,
                           const std::string& picture) {
  std::string text =
      "# gnuplot, made by landscape figure; edit and run again\nset datafile separator ','\n";
  text += picture.ends_with(".pdf")
              ? "set terminal pdfcairo size 8.5cm,6cm font 'Helvetica,9'\n"
              : "set terminal svg size 560,400 font 'Helvetica,12' background 'white'\n";
  text += "set output " + quoted(picture) + "\nset title " + quoted(chart.title) +
          " noenhanced\nset xlabel " + quoted(chart.x_label) + " noenhanced\nset ylabel " +
          quoted(chart.y_label) + " noenhanced\nset key top right noenhanced\n";
  if (chart.x_log) text += "set logscale x\nset format x '10^{%T}'\n";
  if (chart.y_from_zero) text += "set yrange [0:*]\n";
  std::string plots;
  for (std::size_t k = 0; k < chart.series.size(); ++k) {
    const auto& series = chart.series[k];
    if (series.points.empty()) continue;
    const char* style = series.style == svg::Series::Style::Bars   ? "boxes fill solid 0.5"
                        : series.style == svg::Series::Style::Line ? "lines"
                                                                   : "points pt 7 ps 0.5";
    const auto color = series.color.empty() ? svg::category_color(k) : series.color;
    plots +=
        fmt::format("{}  {} using 2:(stringcolumn(1) eq {} ? $3 : 1/0) with {} lc rgb '{}' {}",
                    plots.empty() ? "plot \\\n" : ", \\\n", quoted(csv), quoted(name_of(chart, k)),
                    style, color, series.name.empty() ? "notitle" : "title " + quoted(series.name));
  }
  if (plots.empty()) return text + "# no data\n";
  if (chart.diagonal) plots += ", \\\n  x with lines lc rgb '#888888' dt 2 notitle";
  return text + plots + '\n';
}

std::string matplotlib_script(const svg::Chart& chart,
                              const std::string& csv,
                              const std::string& picture) {
  std::string text =
      "#!/usr/bin/env python3\n# matplotlib, made by landscape figure; edit and run again\nimport "
      "csv\nfrom collections import defaultdict\n\n"
      "import matplotlib.pyplot as plt\n\nseries = defaultdict(lambda: ([], []))\n";
  text += "for row in csv.DictReader(open(" + quoted(csv) +
          ")):\n    x, y = series[row['series']]\n    x.append(float(row['x']))\n    "
          "y.append(float(row['y']))\n";
  text += "style = {\n";
  for (std::size_t k = 0; k < chart.series.size(); ++k) {
    const auto& one = chart.series[k];
    const auto color = one.color.empty() ? svg::category_color(k) : one.color;
    const bool line = one.style == svg::Series::Style::Line;
    text +=
        fmt::format("    {}: dict(color='{}', {}, label={}),\n", quoted(name_of(chart, k)), color,
                    one.style == svg::Series::Style::Bars ? "drawstyle='steps-mid'"
                    : line                                ? "lw=1"
                                                          : "ls='', marker='o', ms=3",
                    one.name.empty() ? "None" : quoted(one.name));
  }
  text +=
      "}\nfigure, axes = plt.subplots(figsize=(3.4, 2.6), layout='constrained')\nfor name, (x, y) "
      "in series.items():\n    axes.plot(x, y, **style[name])\n";
  if (chart.x_log) text += "axes.set_xscale('log')\n";
  if (chart.y_from_zero) text += "axes.set_ylim(bottom=0)\n";
  if (chart.diagonal) text += "axes.axline((0, 0), slope=1, color='#888888', ls='--', lw=0.8)\n";
  text += "axes.set_xlabel(" + quoted(chart.x_label) + ")\naxes.set_ylabel(" +
          quoted(chart.y_label) + ")\nif len(series) > 1:\n    axes.legend(fontsize=7)\n";
  return text + "figure.savefig(" + quoted(picture) + ")\n";
}

std::vector<std::string> write_figure(const svg::Chart& chart,
                                      const std::filesystem::path& picture) {
  const auto ending = picture.extension().string();
  if (ending != ".svg" && ending != ".pdf")
    throw md::InputError(md::message("figure: ", picture.string(), ": expected .svg or .pdf"));
  auto csv = picture, gnuplot = picture, python = picture;
  csv.replace_extension(".csv");
  gnuplot.replace_extension(".gp");
  python.replace_extension(".py");
  const auto name = picture.filename().string(), data = csv.filename().string();
  md::text::replace_file(csv, chart_csv(chart));
  md::text::replace_file(gnuplot, gnuplot_script(chart, data, name));
  md::text::replace_file(python, matplotlib_script(chart, data, name));
  const bool any =
      std::ranges::any_of(chart.series, [](const auto& series) { return !series.points.empty(); });
  if (!any || !run_gnuplot(gnuplot)) {
    if (ending == ".pdf")
      throw md::InputError(
          md::message("figure: ", picture.string(),
                      any ? ": gnuplot did not write it; " : ": there is no data; ", csv.string(),
                      " and the scripts are there"));
    md::text::replace_file(picture, svg::draw(chart));
  }
  return {picture.string(), csv.string(), gnuplot.string(), python.string()};
}

}  // namespace landscape::report
