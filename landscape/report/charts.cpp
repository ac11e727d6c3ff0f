#include "landscape/report/charts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "db/suggest.hpp"
#include "landscape/report/rows.hpp"
#include "landscape/report/spectra.hpp"

namespace landscape::report {
namespace {

using svg::Chart;
using svg::Series;

Series& series_of(Chart& chart, const std::string& name, Series::Style style) {
  for (auto& series : chart.series) {
    if (series.name == name && series.style == style) return series;
  }
  chart.series.push_back({name, style, {}, {}, {}, {}});
  return chart.series.back();
}

Chart annealing(const std::filesystem::path& database) {
  Chart chart{
      "Inherent-structure energy against quench rate", "quench rate [K/s]", "energy [eV/atom]", {}};
  chart.x_log = true;
  const Rows rows(database,
                  "SELECT quench_rate_k_per_s, effective_rate_k_per_s, energy_per_atom_ev, sample, "
                  "composition FROM samples");
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (const int column : {0, 1}) {
      const double rate = rows.number(r, static_cast<std::size_t>(column));
      if (!std::isfinite(rate)) continue;
      auto& series =
          series_of(chart, rows.text(r, 4) + (column == 0 ? " quenched" : " effective rate"),
                    Series::Style::Points);
      series.points.emplace_back(rate, rows.number(r, 2));
      series.titles.push_back(rows.text(r, 3));
    }
  }
  return chart;
}

Chart densities(const std::filesystem::path& database) {
  Chart chart{"How far the samples are annealed", "inherent-structure energy above the lowest [meV/atom]", "density [g/cm³]", {}};
  const Rows rows(database,
                  "SELECT s.sample, s.composition, 1000 * (s.energy_per_atom_ev - (SELECT min(energy_per_atom_ev) FROM samples x WHERE "
                  "x.composition = s.composition AND x.potential = s.potential)), s.density_g_per_cm3, s.potential FROM samples s "
                  "WHERE s.state = 'ready' ORDER BY s.id");
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (!std::isfinite(rows.number(r, 2) + rows.number(r, 3))) continue;
    auto& series = series_of(chart, rows.text(r, 1) + ", " + rows.text(r, 4), Series::Style::Points);
    series.points.emplace_back(rows.number(r, 2), rows.number(r, 3));
    series.titles.push_back(fmt::format("{}: {:.1f} meV/atom", rows.text(r, 0), rows.number(r, 2)));
  }
  return chart;
}

Chart cycles(const std::filesystem::path& database) {
  Chart chart{"Thermal cycling", "cycle", "energy [eV/atom]", {}};
  const Rows rows(database,
                  "SELECT sample, point_index, energy_per_atom_ev FROM inherent_structures WHERE "
                  "series = 'htc' "
                  "ORDER BY sample, point_index");
  for (std::size_t r = 0; r < rows.size(); ++r) {
    series_of(chart, rows.text(r, 0), Series::Style::Line)
        .points.emplace_back(rows.number(r, 1), rows.number(r, 2));
  }
  return chart;
}

Chart barriers(const std::filesystem::path& database) {
  return spectrum_chart(read_spectra(database));
}

/// A curve A |γc - γ|^(3/2) where it was fitted.
Series fold(double amplitude, double critical, double from) {
  Series series{"", Series::Style::Line, {}, {}, {}, "#999"};
  constexpr int points = 24;
  for (int k = 0; k <= points; ++k) {
    const double strain = from + (critical - from) * k / points;
    series.points.emplace_back(strain, amplitude * std::pow(std::abs(critical - strain), 1.5));
  }
  return series;
}

Chart tracks(const std::filesystem::path& database) {
  Chart chart{"Barriers followed in strain, with the fits at their folds",
              "strain",
              "activation barrier [eV]",
              {}};
  chart.y_from_zero = true;
  chart.width = 760.0;
  const Rows rows(
      database,
      "SELECT p.event_id, p.strain_xy, p.barrier_ev, t.event_class, t.critical_strain, "
      "t.amplitude_ev, "
      "t.reverse_strain FROM track_points p JOIN tracks t ON t.id = p.track_id "
      "WHERE t.id IN (SELECT track_id FROM events WHERE track_id IS NOT NULL ORDER BY id LIMIT 60) "
      "ORDER BY p.track_id, p.strain_xy");
  const std::map<std::string, std::string> colors = {
      {"thermal", "#0072b2"}, {"strain_created", "#d55e00"}, {"unresolved", "#7f7f7f"}};
  for (const auto& [name, color] : colors)
    chart.series.push_back({name, Series::Style::Points, {}, {}, {}, color});
  std::string last;
  std::vector<Series> fits;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto event = rows.text(r, 0), name = rows.text(r, 3);
    if (event != last) {
      chart.series.push_back({"",
                              Series::Style::Line,
                              {},
                              {},
                              {},
                              colors.contains(name) ? colors.at(name) : "#7f7f7f"});
      const double critical = rows.number(r, 4), reverse = rows.number(r, 6),
                   amplitude = rows.number(r, 5);
      constexpr double fitted = 0.2;  // DESIGN.md section 3: fits use ε < 0.2 |γ_c - γ_r|
      if (std::isfinite(critical + amplitude)) {
        const double width =
            std::isfinite(reverse) ? reverse - critical : rows.number(r, 1) - critical;
        fits.push_back(fold(amplitude, critical, critical + fitted * width));
      }
    }
    last = event;
    chart.series.back().points.emplace_back(rows.number(r, 1), rows.number(r, 2));
    for (auto& series : chart.series) {
      if (series.name != name) continue;
      series.points.emplace_back(rows.number(r, 1), rows.number(r, 2));
      series.titles.push_back("event " + event);
    }
  }
  for (auto& fit : fits) chart.series.push_back(std::move(fit));
  return chart;
}

Chart classes(const std::filesystem::path& database) {
  Chart chart{"Class of the events found under strain, against annealing",
              "energy of the sample above the lowest [meV/atom]",
              "share of classified events",
              {}};
  chart.y_from_zero = true;
  const Rows rows(
      database,
      "SELECT s.sample, 1000 * (s.energy_per_atom_ev - (SELECT min(energy_per_atom_ev) FROM "
      "samples x WHERE "
      "x.composition = s.composition AND x.potential = s.potential)), e.event_class, count(*), "
      "sum(count(*)) OVER (PARTITION BY s.sample) FROM events e JOIN samples s ON s.sample = "
      "e.sample "
      "WHERE e.event_class IS NOT NULL AND (e.origin = 'shear' OR e.strain_xy <> 0) "
                  "GROUP BY s.sample, e.event_class ORDER BY 2");
  for (std::size_t r = 0; r < rows.size(); ++r) {
    auto& series = series_of(chart, rows.text(r, 2), Series::Style::Points);
    const double share = rows.number(r, 3) / rows.number(r, 4);
    series.points.emplace_back(rows.number(r, 1), share);
    series.errors.push_back(std::sqrt(share * (1.0 - share) / rows.number(r, 4)));
    series.titles.push_back(
        fmt::format("{}: {:g} of {:g}", rows.text(r, 0), rows.number(r, 3), rows.number(r, 4)));
  }
  return chart;
}

Chart shear(const std::filesystem::path& database) {
  Chart chart{"Quasistatic shear with its plastic events", "strain", "shear stress [GPa]", {}};
  chart.width = 760.0;
  const Rows rows(database,
                  "SELECT sample, shear_id, strain_xy, CASE plane WHEN 'xz' THEN stress_xz_gpa WHEN 'yz' THEN "
                  "stress_yz_gpa ELSE stress_xy_gpa END, plane FROM shear_steps WHERE shear_id IN "
                  "(SELECT id FROM shears WHERE ensemble IS NULL) ORDER BY shear_id, step_index LIMIT 20000");
  std::map<std::string, std::vector<std::pair<double, double>>> curves;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto name =
        rows.text(r, 0) + (rows.text(r, 1) == "1" ? "" : " (shear " + rows.text(r, 1) + ")");
    auto& series = series_of(chart, name, Series::Style::Line);
    series.points.emplace_back(rows.number(r, 2), rows.number(r, 3));
    curves[rows.text(r, 1)].push_back(series.points.back());
  }
  const Rows events(database,
                    "SELECT shear_id, strain, energy_drop_ev, id, event_id FROM plastic_events WHERE shear_id IN "
                    "(SELECT id FROM shears WHERE ensemble IS NULL) ORDER BY id LIMIT 5000");
  for (std::size_t r = 0; r < events.size(); ++r) {
    const auto& curve = curves[events.text(r, 0)];
    const double strain = events.number(r, 1);
    const auto nearest =
        std::min_element(curve.begin(), curve.end(), [&](const auto& a, const auto& b) {
          return std::abs(a.first - strain) < std::abs(b.first - strain);
        });
    if (nearest == curve.end()) continue;
    auto& series = series_of(chart, "plastic events", Series::Style::Points);
    series.points.emplace_back(strain, nearest->second);
    series.titles.push_back(fmt::format(
        "plastic event {}: strain {}, drop {} eV{}", events.text(r, 3), events.text(r, 1),
        events.text(r, 2), events.text(r, 4).empty() ? "" : ", event " + events.text(r, 4)));
  }
  return chart;
}

Chart predictions(const std::filesystem::path& database) {
  Chart chart{"Critical strain: predicted from one strain against found", "found", "predicted", {}};
  chart.diagonal = true;
  const Rows rows(database,
                  "SELECT critical_strain, predicted_critical_strain, event_class, id FROM events "
                  "WHERE critical_strain IS NOT NULL AND predicted_critical_strain IS NOT NULL "
                  "ORDER BY id LIMIT 5000");
  for (std::size_t r = 0; r < rows.size(); ++r) {
    auto& series = series_of(chart, rows.text(r, 2), Series::Style::Points);
    series.points.emplace_back(rows.number(r, 0), rows.number(r, 1));
    series.titles.push_back("event " + rows.text(r, 3));
  }
  return chart;
}

using Maker = Chart (*)(const std::filesystem::path&);
const std::vector<std::pair<std::string, Maker>>& makers() {
  static const std::vector<std::pair<std::string, Maker>> all = {
      {"annealing", annealing}, {"densities", densities}, {"cycles", cycles},           {"barriers", barriers},
      {"tracks", tracks},       {"classes", classes},     {"shear", shear},             {"predictions", predictions}};
  return all;
}

}  // namespace

const std::vector<std::string>& chart_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const auto& [name, maker] : makers()) result.push_back(name);
    return result;
  }();
  return names;
}

svg::Chart make_chart(const std::filesystem::path& database, const std::string& name) {
  for (const auto& [known, maker] : makers()) {
    if (known == name) return maker(database);
  }
  throw db::Error(db::message("no such figure: ", name, "; ", db::suggestion(name, chart_names())));
}

}  // namespace landscape::report
