/// The charts of a study; the same ones stand in the report and are written as figures for papers.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "landscape/report/svg.hpp"

namespace landscape::report {

/// Names of charts in the order of the report.
const std::vector<std::string>& chart_names();

/// @throws db::Error naming the nearest for an unknown name.
svg::Chart make_chart(const std::filesystem::path& database, const std::string& name);

}  // namespace landscape::report
