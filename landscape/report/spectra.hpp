/// Barriers of all events, read once for all that a report says of them.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "landscape/report/rows.hpp"
#include "landscape/report/svg.hpp"

namespace landscape::report {

/// Events of one sample and strain, found by searches.
struct Spectrum {
  std::vector<double> barriers = {};          ///< E_A [eV], ascending
  std::vector<double> reverse_barriers = {};  ///< E_R [eV], ascending
};

/// By sample (in the order of the database), and strain.
using Spectra = std::map<std::tuple<std::int64_t, std::string, double>, Spectrum>;

/// One pass over the events. @throws as db::run_query.
Spectra read_spectra(const std::filesystem::path& database, const std::function<bool()>& stop = {});

/// Linear between neighbours; NaN of no values. @param values ascending. @param p in [0, 1].
double quantile_of(const std::vector<double>& values, double p);

/// Numbers of events by barrier at zero strain.
svg::Chart spectrum_chart(const Spectra& spectra);

/// One row for each sample and strain: how many, and quantiles.
Rows spectrum_rows(const Spectra& spectra);

}  // namespace landscape::report
