#include "landscape/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "db/check.hpp"
#include "landscape/graph/draw_tree.hpp"
#include "landscape/graph/stored_graph.hpp"
#include "landscape/report/charts.hpp"
#include "landscape/report/event_atoms.hpp"
#include "landscape/report/page.hpp"
#include "landscape/report/rows.hpp"
#include "landscape/version.hpp"
#include "landscape/workflow/records.hpp"

namespace landscape {
namespace {

using report::html_table;
using report::Rows;
using svg::escaped;

constexpr std::int64_t most_events_of_a_tree = 20'000;  // more do not make a picture, and cost time
constexpr std::size_t most_trees = 6;

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
    chart_section("Samples and annealing", {"annealing", "cycles"}, samples_sql);
    chart_section("Barrier spectra", {"barriers"}, spectra_sql);
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
    const Rows rows(
        path_,
        "SELECT (SELECT count(*) FROM samples) AS samples, (SELECT count(*) FROM minima) AS "
        "minima, "
        "(SELECT count(*) FROM saddles) AS saddles, (SELECT count(*) FROM events) AS events, "
        "(SELECT count(*) FROM searches) AS searches, (SELECT count(*) FROM plastic_events) AS "
        "\"plastic events\", "
        "(SELECT count(*) FROM tracks) AS tracks, "
        "(SELECT count(*) FROM tracks WHERE event_class = 'thermal') AS \"thermal\", "
        "(SELECT count(*) FROM tracks WHERE event_class = 'strain_created') AS \"created by "
        "strain\", "
        "(SELECT median(EA) FROM events WHERE origin = 'map') AS \"median barrier [eV]\", "
        "(SELECT min(EA) FROM events WHERE origin = 'map') AS \"lowest barrier [eV]\"");
    html_ += "<div class=\"cards\">";
    for (std::size_t c = 0; c < rows.columns().size(); ++c) {
      const auto value = rows.text(0, c);
      html_ += "<div class=\"card\"><b>" + escaped(value.empty() ? "-" : value) + "</b>" +
               escaped(rows.columns()[c]) + "</div>";
    }
    html_ += "</div>\n";
    event_count_ = static_cast<std::int64_t>(rows.number(0, 3));
  }

  void chart_section(const std::string& title,
                     const std::vector<std::string>& charts,
                     const std::string& sql) {
    ask();
    html_ += "<h2>" + title + "</h2><div class=\"charts\">";
    for (const auto& name : charts) {
      const auto chart = report::make_chart(path_, name);
      const bool empty = std::all_of(chart.series.begin(), chart.series.end(),
                                     [](const auto& s) { return s.points.empty(); });
      html_ += empty ? "<p class=\"none\">" + escaped(chart.title) + ": no data yet</p>"
                     : svg::draw(chart);
    }
    html_ += "</div>\n";
    if (!sql.empty()) html_ += "<div class=\"scroll\">" + html_table(Rows(path_, sql)) + "</div>\n";
  }

  void trees() {
    ask();
    html_ +=
        "<h2>Disconnectivity graphs</h2><p class=\"script\" hidden>A click on a minimum shows the "
        "atoms of the event that leads to it.</p>";
    const Rows samples(path_,
                       "SELECT s.sample, (SELECT count(*) FROM events e WHERE e.sample = s.sample "
                       "AND e.strain_xy = 0) FROM samples s "
                       "WHERE s.state = 'ready' ORDER BY s.id");
    std::size_t drawn = 0;
    for (std::size_t r = 0; r < samples.size() && drawn < most_trees; ++r) {
      const auto name = samples.text(r, 0);
      if (samples.number(r, 1) == 0.0) continue;
      if (samples.number(r, 1) > static_cast<double>(most_events_of_a_tree)) {
        html_ += "<p>" + escaped(name) + " has " + samples.text(r, 1) +
                 " events: <code>landscape graph " + escaped(name) + " -o tree.svg</code></p>";
        continue;
      }
      auto stored = load_graph(path_, {name, 0.0, false, "class"});
      TreeDrawing drawing;
      drawing.title = name;
      drawing.panel_width = 820.0;
      drawing.legend_title = "class";
      html_ += "<div class=\"wrap\">" +
               draw_trees({{"strain 0", std::move(stored.graph), stored.zero_ev}}, drawing) +
               "</div>\n";
      ++drawn;
    }
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
      if (database_.configuration(initial).layout != position_layout) continue;
      auto entry = report::event_atoms(database_, event, options_.atoms_around);
      bytes += entry.dump().size();
      events[std::to_string(event.id)] = std::move(entry);
      if (r % 16 == 0) ask();
    }
    return {{"events", std::move(events)}};
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
  static constexpr const char* spectra_sql =
      "SELECT sample, strain_xy, count(*) AS events, min(EA) AS lowest, quantile(EA, 0.25) AS q25, "
      "median(EA) AS median, "
      "quantile(EA, 0.75) AS q75, max(EA) AS highest, median(ER) AS \"median reverse\" FROM events "
      "WHERE origin = 'map' GROUP BY sample, strain_xy";
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
};

}  // namespace

std::string report_page(const std::filesystem::path& database, const ReportOptions& options) {
  return Page(database, options).write();
}

}  // namespace landscape
