/// Charts as files for a paper.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "landscape/report/svg.hpp"

namespace landscape::report {

/// "series,x,y,y_error", numbers in full, unknown values left out.
std::string chart_csv(const svg::Chart& chart);
/// A gnuplot script that reads `csv` and writes `picture` (.svg or .pdf).
std::string gnuplot_script(const svg::Chart& chart,
                           const std::string& csv,
                           const std::string& picture);
/// The same for matplotlib, to be edited.
std::string matplotlib_script(const svg::Chart& chart,
                              const std::string& csv,
                              const std::string& picture);

/// Writes STEM.csv, STEM.gp and STEM.py beside `picture`, then the picture: by gnuplot where it is
/// installed, else .svg by ourselves. @return the files written. @throws md::InputError for another
/// ending than .svg or .pdf, for .pdf without gnuplot, and where a file cannot be written.
std::vector<std::string> write_figure(const svg::Chart& chart,
                                      const std::filesystem::path& picture);

}  // namespace landscape::report
