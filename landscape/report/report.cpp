#include "landscape/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "db/check.hpp"
#include "landscape/graph/draw_tree.hpp"
#include "landscape/graph/stored_graph.hpp"
#include "landscape/report/charts.hpp"
#include "landscape/report/event_atoms.hpp"
#include "landscape/report/page.hpp"
#include "landscape/report/rows.hpp"
#include "landscape/report/spectra.hpp"
#include "landscape/version.hpp"
#include "landscape/workflow/records.hpp"
#include "md/structure/correlations.hpp"

namespace landscape {
namespace {

using report::html_table;
using report::Rows;
using svg::escaped;

constexpr std::size_t most_events_of_a_tree = 20'000;  // more do not make a picture, and cost time
constexpr std::size_t most_trees = 12;

/// JSON as it may stand in a script element.
std::string embedded(const char* id, const nlohmann::json& value) {
  std::string text;
  for (const char c : value.dump()) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>\n", id, text);
}

/// Writes one page; see report_page.
class Page {
 public:
  Page(std::filesystem::path path, const ReportOptions& options)
      : path_(std::move(path)), options_(options), database_(path_, db::Mode::ReadOnly) {}

  std::string write() {
    head();
    key_figures();
    chart_section("Samples and annealing", {"annealing", "densities", "cycles"}, samples_sql);
    barrier_spectra();
    chart_section("Class against annealing", {"classes"}, classes_sql);
    chart_section("Quasistatic shear", {"shear"}, shears_sql);
    chart_section("Events followed in strain", {"tracks"}, tracks_sql);
    chart_section("Predicted and found critical strains", {"predictions"}, "");
    trees();
    events();
    provenance();
    foot();
    return std::move(html_);
  }

 private:
  void ask() const {
    if (options_.stop && options_.stop()) throw db::Interrupted("report interrupted");
  }

  void head() {
    html_ += "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
             escaped(options_.title) +
             "</title>\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
             "script-src 'unsafe-inline'; "
             "style-src 'unsafe-inline'; img-src data:; connect-src 'none'\">\n"
             "<meta name=\"viewport\" content=\"width=device-width\"><style>";
    html_ += report::style_sheet;
    html_ += "</style></head>\n<body><h1>" + escaped(options_.title) + "</h1>\n";
  }

  void key_figures() {
    spectra_ = report::read_spectra(path_, options_.stop);
    std::map<std::string, std::int64_t> counts;
    for (const auto& [table, count] : db::info(path_).counts) counts[table] = count;
    event_count_ = counts["event"];
    std::vector<double> barriers;
    for (const auto& [key, spectrum] : spectra_)
      barriers.insert(barriers.end(), spectrum.barriers.begin(), spectrum.barriers.end());
    std::ranges::sort(barriers);
    const auto figure = [&](const std::string& name, const std::string& value) {
      html_ += "<div class=\"card\"><b>" + escaped(value) + "</b>" + escaped(name) + "</div>";
    };
    html_ += "<div class=\"cards\">";
    for (const auto& [table, name] : {std::pair("sample", "samples"), std::pair("minimum", "minima"), std::pair("saddle", "saddles"),
                                      std::pair("event", "events"), std::pair("search", "searches"),
                                      std::pair("plastic_event", "plastic events"), std::pair("track", "tracks")})
      figure(name, std::to_string(counts[table]));
    const Rows classes(path_,
                       "SELECT count(*) FILTER (WHERE event_class = 'thermal'), count(*) FILTER (WHERE event_class = 'strain_created') "
                       "FROM tracks");
    figure("thermal", classes.text(0, 0));
    figure("created by strain", classes.text(0, 1));
    const auto number = [](double value) { return std::isfinite(value) ? fmt::format("{:.6g}", value) : std::string("-"); };
    figure("median barrier [eV]", number(report::quantile_of(barriers, 0.5)));
    figure("lowest barrier [eV]", number(report::quantile_of(barriers, 0.0)));
    html_ += "</div>\n";
  }

  void chart_section(const std::string& title,
                     const std::vector<std::string>& charts,
                     const std::string& sql) {
    ask();
    html_ += "<h2>" + title + "</h2><div class=\"charts\">";
    std::string missing;
    for (const auto& name : charts) {
      const auto chart = report::make_chart(path_, name);
      const bool empty = std::all_of(chart.series.begin(), chart.series.end(),
                                     [](const auto& s) { return s.points.empty(); });
      if (empty) missing += (missing.empty() ? "" : "; ") + chart.title;
      else html_ += svg::draw(chart);
    }
    html_ += "</div>\n";
    if (!missing.empty()) html_ += "<p class=\"none\">no data yet: " + escaped(missing) + "</p>\n";
    if (!sql.empty()) html_ += "<div class=\"scroll\">" + html_table(Rows(path_, sql)) + "</div>\n";
  }

  void barrier_spectra() {
    const auto chart = report::spectrum_chart(spectra_);
    html_ += "<h2>Barrier spectra</h2><div class=\"charts\">";
    html_ += chart.series.empty() ? "<p class=\"none\">no data yet</p>" : svg::draw(chart);
    html_ += "</div>\n<div class=\"scroll\">" + html_table(report::spectrum_rows(spectra_)) + "</div>\n";
  }

  void trees() {
    ask();
    html_ +=
        "<h2>Disconnectivity graphs</h2><p class=\"script\" hidden>A click on a minimum shows the "
        "atoms of the event that leads to it.</p><div class=\"charts\">";
    std::size_t drawn = 0;
    for (const auto& [key, spectrum] : spectra_) {
      const auto& name = std::get<std::string>(key);
      if (std::get<double>(key) != 0.0 || drawn == most_trees) continue;
      if (spectrum.barriers.size() > most_events_of_a_tree) {
        html_ += fmt::format("<p>{} has {} events: <code>landscape graph {} -o tree.svg</code></p>", escaped(name), spectrum.barriers.size(),
                             escaped(name));
        continue;
      }
      auto stored = load_graph(path_, {.sample = name});
      TreeDrawing drawing;
      drawing.title = name;
      const auto leaves = static_cast<double>(stored.graph.minima().size());
      drawing.panel_width = std::clamp(12.0 * leaves, 370.0, 820.0);  // few leaves: several trees side by side
      drawing.height = leaves > 40.0 ? 460.0 : 330.0;
      drawing.legend_title = "class";
      html_ += "<div class=\"wrap\">" +
               draw_trees({{"strain 0", std::move(stored.graph), stored.zero_ev}}, drawing) +
               "</div>\n";
      ++drawn;
    }
    html_ += "</div>\n";
    if (drawn == 0) html_ += "<p class=\"none\">no mapped sample yet</p>";
  }

  void events() {
    ask();
    const Rows rows(
        path_, fmt::format("SELECT id, sample, origin, strain_xy AS strain, barrier_ev AS EA, "
                           "reverse_barrier_ev AS ER, "
                           "event_class AS class, critical_strain AS gc, reverse_strain AS gr, "
                           "predicted_critical_strain AS gp, max_displacement_a AS dmax, "
                           "participation_number AS pn, center_atom AS atom, "
                           "times_found AS found, final_minimum_id AS final FROM events ORDER BY "
                           "barrier_ev, id LIMIT {}",
                           options_.most_rows));
    html_ += fmt::format(
        "<h2>Events</h2><p>{} of {} events, lowest barriers first. <span class=\"script\" "
        "hidden>Filter: "
        "<input id=\"filter\" size=\"40\" placeholder=\"EA&lt;0.5 class=thermal\"> <span "
        "id=\"count\"></span>; a click on a "
        "heading sorts, on a row shows the atoms.</span></p>\n<div class=\"scroll\">",
        rows.size(), event_count_);
    const auto final_column = rows.columns().size() - 1;
    html_ += html_table(rows, "events", [&](std::size_t r) {
      return fmt::format("data-event=\"{}\" data-final=\"{}\"", rows.text(r, 0),
                         rows.text(r, final_column));
    });
    html_ +=
        "</div>\n<div class=\"viewer script\" hidden><canvas id=\"view\" width=\"560\" "
        "height=\"520\"></canvas><div><p id=\"chosen\"></p>"
        "<p><label>initial - saddle - final <input id=\"phase\" type=\"range\" min=\"0\" max=\"2\" "
        "step=\"0.05\" value=\"0\"></label></p>"
        "<p><label>colour <select id=\"by\"><option>moved</option></select></label> <label>arrows "
        "x "
        "<input id=\"arrows\" type=\"number\" min=\"0\" max=\"20\" value=\"2\" "
        "style=\"width:4em\"></label></p>"
        "<p>Atoms around the one that moves most (thick rim), within about 10 Å; those that move "
        "less than 0.1 Å are pale. "
        "Drag to turn, wheel to zoom.</p></div></div>\n";
    html_ += embedded("atoms", atoms(rows)) + embedded("leaves", leaves(rows, final_column));
  }

  /// Atoms of as many events as the budget allows, in the order of the table.
  nlohmann::json atoms(const Rows& rows) {
    nlohmann::json events = nlohmann::json::object();
    std::size_t bytes = 0;
    for (std::size_t r = 0; r < rows.size() && bytes < options_.atoms_bytes; ++r) {
      const auto event = database_.event(static_cast<db::Id>(rows.number(r, 0)));
      const auto initial = database_.minimum(event.initial_minimum_id).configuration_id;
      if (!is_known_layout(database_.configuration(initial).layout)) continue;
      auto entry = report::event_atoms(database_, event, options_.atoms_around, neighbor_cutoff(event.sample_id));
      bytes += entry.dump().size();
      events[std::to_string(event.id)] = std::move(entry);
      if (r % 16 == 0) ask();
    }
    return {{"events", std::move(events)}};
  }

  /// First minimum of g(r) of the sample [Å].
  double neighbor_cutoff(db::Id sample_id) {
    const auto [found, fresh] = cutoffs_.try_emplace(sample_id, db::unknown);
    if (fresh) {
      const auto sample = database_.sample(sample_id);
      if (sample.minimum_id && sample.periodic == "TTT")
        found->second = md::first_minimum(md::radial_distribution(load_minimum(database_, *sample.minimum_id)));
    }
    return found->second;
  }

  static nlohmann::json leaves(const Rows& rows, std::size_t final_column) {
    nlohmann::json result = nlohmann::json::object();
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const auto final = rows.text(r, final_column);
      if (!result.contains(final)) result[final] = rows.text(r, 0);
    }
    return result;
  }

  void provenance() {
    const auto about = db::info(path_);
    html_ += fmt::format(
        "<h2>Provenance</h2><p>{}, schema {}, begun {} with landscape {}; this page by landscape "
        "{}. Every row names its run; "
        "<code>landscape provenance event 1</code> prints the chain.</p>\n",
        escaped(path_.filename().string()), about.schema_version, escaped(about.created_utc),
        escaped(about.created_by), escaped(std::string(code_version())));
    html_ += html_table(Rows(
        path_, "SELECT name AS potential, spec, sha256, cutoff_a FROM potentials ORDER BY id"));
    html_ += "<h3>Runs</h3><div class=\"scroll\">" +
             html_table(Rows(path_,
                             "SELECT id, command, status, seed, threads, force_calls AS calls, "
                             "wall_s, started_utc, code_version, substr(options, 1, 400) "
                             "AS options FROM runs ORDER BY id LIMIT 300")) +
             "</div>\n";
  }

  void foot() {
    html_ += "<script>";
    html_ += report::script;
    html_ += "</script>\n</body></html>\n";
  }

  static constexpr const char* samples_sql =
      "SELECT sample, composition, n_atoms, origin, potential, energy_per_atom_ev, "
      "density_g_per_cm3, quench_rate_k_per_s, "
      "effective_rate_k_per_s, 1000 * annealing_degree_ev AS \"annealing degree [meV/atom]\", "
      "stress_xy_gpa, shear_modulus_gpa FROM samples ORDER BY id";
  static constexpr const char* classes_sql =
      "SELECT sample, origin, event_class AS class, event_class_zero_stress AS \"class at zero "
      "stress\", count(*) AS events, median(EA) AS \"median EA\", "
      "median(critical_strain) AS \"median critical strain\" FROM events WHERE event_class IS NOT "
      "NULL GROUP BY 1, 2, 3, 4";
  static constexpr const char* shears_sql =
      "SELECT sample, id AS shear, to_strain, steps, shear_modulus_gpa, max_stress_gpa, "
      "yield_strain, max_stress_drop_gpa, "
      "(SELECT count(*) FROM plastic_events p WHERE p.shear_id = shears.id) AS \"plastic events\" "
      "FROM shears ORDER BY id";
  static constexpr const char* tracks_sql =
      "SELECT event_id AS event, sample, event_class AS class, event_class_reason AS reason, "
      "critical_strain, critical_strain_error, reverse_strain, "
      "window_low, window_high, low_end, high_end, amplitude_ev, exponent, exponent_error, points "
      "FROM tracks ORDER BY event_id LIMIT 500";

  std::filesystem::path path_;
  const ReportOptions& options_;
  db::Database database_;
  std::string html_;
  std::int64_t event_count_ = 0;
  report::Spectra spectra_;
  std::map<db::Id, double> cutoffs_;  ///< of D²min, by sample
};

}  // namespace

std::string report_page(const std::filesystem::path& database, const ReportOptions& options) {
  return Page(database, options).write();
}

}  // namespace landscape
