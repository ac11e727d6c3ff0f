#include "landscape/report/spectra.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace landscape::report {

Spectra read_spectra(const std::filesystem::path& database, const std::function<bool()>& stop) {
  const Rows samples(database, "SELECT sample, id FROM samples");
  std::unordered_map<std::string, std::int64_t> number;
  for (std::size_t r = 0; r < samples.size(); ++r) number[samples.text(r, 0)] = std::get<std::int64_t>(samples.value(r, 1));
  Spectra spectra;
  Spectrum* last = nullptr;
  std::string sample;
  double strain = 0.0;
  db::QueryOptions query;
  query.sql = "SELECT sample, strain_xy, barrier_ev, reverse_barrier_ev FROM events WHERE origin = 'map'";
  query.timeout_s = 600.0;
  query.interrupted = stop;
  query.each = [&](const std::vector<db::Value>& row) {
    const auto& name = std::get<std::string>(row[0]);
    const double at = std::get<double>(row[1]);
    if (last == nullptr || at != strain || name != sample) {
      sample = name;
      strain = at;
      last = &spectra[{number[name], name, at}];
    }
    last->barriers.push_back(std::get<double>(row[2]));
    last->reverse_barriers.push_back(std::get<double>(row[3]));
  };
  db::run_query(database, query);
  for (auto& [key, spectrum] : spectra) {
    std::ranges::sort(spectrum.barriers);
    std::ranges::sort(spectrum.reverse_barriers);
  }
  return spectra;
}

double quantile_of(const std::vector<double>& values, double p) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double place = p * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double fraction = place - static_cast<double>(below);
  return fraction == 0.0 ? values[below] : values[below] + fraction * (values[below + 1] - values[below]);
}

svg::Chart spectrum_chart(const Spectra& spectra) {
  svg::Chart chart{"Barrier spectrum of events mapped at zero strain", "activation barrier [eV]", "events", {}};
  chart.y_from_zero = true;
  double high = 0.0;
  std::size_t samples = 0, events = 0;
  for (const auto& [key, spectrum] : spectra) {
    if (std::get<double>(key) != 0.0) continue;
    high = std::max(high, spectrum.barriers.back());
    events += spectrum.barriers.size();
    ++samples;
  }
  if (!(high > 0.0)) return chart;
  const int bins = events < 20 * samples ? 12 : 40;
  const double step = high / bins;
  for (const auto& [key, spectrum] : spectra) {
    if (std::get<double>(key) != 0.0) continue;
    svg::Series series{std::get<std::string>(key), samples == 1 ? svg::Series::Style::Bars : svg::Series::Style::Line, {}, {}, {}, {}};
    for (int k = 0; k < bins; ++k) series.points.emplace_back((k + 0.5) * step, 0.0);
    for (const double barrier : spectrum.barriers)
      series.points[static_cast<std::size_t>(std::clamp(static_cast<int>(barrier / step), 0, bins - 1))].second += 1.0;
    chart.series.push_back(std::move(series));
  }
  return chart;
}

Rows spectrum_rows(const Spectra& spectra) {
  db::QueryResult result;
  result.columns = {"sample", "strain_xy", "events", "lowest", "q25", "median", "q75", "highest", "median reverse"};
  for (const auto& [key, spectrum] : spectra) {
    std::vector<db::Value> row = {std::get<std::string>(key), std::get<double>(key), static_cast<std::int64_t>(spectrum.barriers.size())};
    for (const double p : {0.0, 0.25, 0.5, 0.75, 1.0}) row.emplace_back(quantile_of(spectrum.barriers, p));
    row.emplace_back(quantile_of(spectrum.reverse_barriers, 0.5));
    result.rows.push_back(std::move(row));
  }
  return Rows(std::move(result));
}

}  // namespace landscape::report
