#include <algorithm>
#include <cmath>
#include <fstream>

#include "db/query.hpp"
#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/structure_input.hpp"
#include "landscape/cli/table.hpp"
#include "landscape/workflow/rate_record.hpp"
#include "landscape/workflow/thermal.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {
namespace {

/// Rows of a view as CSV. Nothing where no path is given.
void write_rows(const Context& context, const std::string& path, db::QueryOptions query) {
  if (path.empty()) return;
  const auto text = rows_csv(db::run_query(context.global.database, query));
  std::ofstream out(path, std::ios::binary);
  out << text << std::flush;
  if (!out) throw md::InputError("cannot write " + path);
}

std::string quoted(const std::string& name) {
  std::string text = "'";
  for (const char c : name) text += c == '\'' ? std::string("''") : std::string(1, c);
  return text + "'";
}

void write_series_csv(const Context& context, const std::string& path, const std::string& sample, const std::string& series) {
  db::QueryOptions query;
  query.view = "inherent_structures";
  query.where = "sample = " + quoted(sample) + " AND series = '" + series + "'";
  query.sort = {"point_index"};
  query.columns = {"sample", "series", "point_index", "temperature_k", "energy_per_atom_ev", "energy_per_atom_fixed_cell_ev",
                   "volume_a3", "volume_fixed_cell_a3", "crystalline_fraction"};
  write_rows(context, path, query);
}

nlohmann::json points_json(const SeriesResult& series) {
  auto points = nlohmann::json::array();
  for (const auto& p : series.points)
    points.push_back({{"temperature_k", p.temperature_k},
                      {"energy_per_atom_ev", p.energy_per_atom_ev},
                      {"energy_per_atom_fixed_cell_ev", p.energy_per_atom_fixed_cell_ev},
                      {"volume_a3", p.volume_a3}});
  return points;
}

const std::pair<std::string, std::vector<std::string>> point_table = {
    "points", {"temperature_k", "energy_per_atom_ev", "energy_per_atom_fixed_cell_ev", "volume_a3"}};

void print_heating(const Context& context, const std::string& sample, const SeriesResult& series) {
  print_tables(context, {{"sample", sample}, {"points", points_json(series)}}, {point_table});
}

/// "a (0 GPa, cell fixed), b (5 GPa, cell aniso)"
std::string named(const std::vector<db::SampleRecord>& samples) {
  std::string text;
  for (const auto& s : samples) text += (text.empty() ? "" : ", ") + s.name + " (" + preparation_of(s).text() + ')';
  return text;
}

/// The exit code of a series that is not finished, said in a line.
int unfinished(const Context& context, const SeriesResult& series) {
  if (!series.failure.empty()) {
    context.note("landscape: " + series.failure + "; the points before it are kept");
    return exit_not_reached;
  }
  context.note(md::message("landscape: ", stop_reason(), "; ", series.points.size(), " points are kept in ", context.global.database,
                           "; the same command continues"));
  return exit_stopped;
}

void add_heat(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("heat", "inherent structures of a sample, periodic and without frozen atoms, on heating");
  auto o = std::make_shared<HeatingRequest>();
  auto csv = std::make_shared<std::string>();
  command->add_option("sample", o->sample, "name of the sample")->required();
  command->add_option("--from-temperature", o->low_temperature_k, "[K]")->capture_default_str()->check(number_above(0));
  command->add_option("--to", o->high_temperature_k, "[K]")->capture_default_str()->check(number_above(0));
  command->add_option("--every", o->every_k, "between two inherent structures, the last at --to [K]")->capture_default_str()->check(number_above(0));
  command->add_option("--rate", o->rate_k_per_s, "of heating [K/s]")->capture_default_str()->check(number_above(0));
  command->add_option("--dt", o->dt_ps, "time step [ps]")->capture_default_str()->check(number_above(0));
  command->add_option("--csv", *csv, "where to write the points as CSV");
  command->footer("Example: landscape sample heat glass --to 1200 --every 50 --csv heating.csv");
  command->callback([&context, o, csv] {
    context.action = [&context, o, csv] {
      if (!csv->empty()) check_writable("--csv", *csv);
      db::Database database(context.global.database, db::Mode::ReadWrite);
      const auto result = heat_sample(database, *o, context.session("heat " + o->sample));
      if (!result.finished) {
        const int code = unfinished(context, result);
        if (code == exit_not_reached) print_heating(context, o->sample, result);
        return code;
      }
      write_series_csv(context, *csv, o->sample, "heating");
      print_heating(context, o->sample, result);
      return exit_done;
    };
  });
}

void print_liquid(const Context& context, const LiquidRequest& request, const LiquidResult& result) {
  auto samples = nlohmann::json::array();
  for (const auto& s : result.samples)
    samples.push_back({{"sample", s.name}, {"energy_per_atom_ev", s.energy_per_atom_ev}, {"annealing_degree_ev", s.annealing_degree_ev}});
  const nlohmann::json document = {{"sample", request.sample},
                                   {"temperature_k", request.temperature_k},
                                   {"e0_per_atom_ev", result.e0.energy_per_atom_ev},
                                   {"e0_error_ev", result.e0.error_ev},
                                   {"e0_fixed_cell_ev", result.e0.fixed_cell_ev},
                                   {"e0_fixed_cell_error_ev", result.e0.fixed_cell_error_ev},
                                   {"points", points_json(result.series)},
                                   {"samples", samples}};
  print_tables(context, document, {point_table, {"samples", {"sample", "energy_per_atom_ev", "annealing_degree_ev"}}});
}

void add_liquid(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("liquid", "E0 from inherent structures of the liquid (of a periodic sample without frozen atoms), and the annealing degree of samples");
  auto o = std::make_shared<LiquidRequest>();
  auto csv = std::make_shared<std::string>();
  command->add_option("sample", o->sample, "sample to melt; it is not changed")->required();
  command->add_option("--temperature", o->temperature_k, "[K]")->capture_default_str()->check(number_above(0));
  command->add_option("--melt-ps", o->melt_ps, "time before the first inherent structure [ps]")->capture_default_str()->check(number_at_least(0));
  command->add_option("--interval-ps", o->interval_ps, "time between two [ps]")->capture_default_str()->check(number_above(0));
  command->add_option("--points", o->points, "number of inherent structures; an error needs ten")->capture_default_str()->check(count_at_least(2));
  command->add_option("--dt", o->dt_ps, "time step [ps]")->capture_default_str()->check(number_above(0));
  command->add_option("--csv", *csv, "where to write the points as CSV");
  command->footer("Example: landscape sample liquid glass --temperature 1200 --points 20");
  command->callback([&context, o, csv] {
    context.action = [&context, o, csv] {
      if (!csv->empty()) check_writable("--csv", *csv);
      db::Database database(context.global.database, db::Mode::ReadWrite);
      const auto result = melt_sample(database, *o, context.session("liquid " + o->sample));
      if (!result.series.finished) {
        const int code = unfinished(context, result.series);
        if (code == exit_not_reached) print_liquid(context, *o, result);
        return code;
      }
      if (!result.left_out.empty())
        context.note("landscape: E0 is of the relaxed cell at the pressure of " + o->sample + "; not compared with it: " + named(result.left_out));
      if (!result.of_other.empty())
        context.note("landscape: another liquid has set the annealing degree since of: " + named(result.of_other));
      write_series_csv(context, *csv, o->sample, "liquid");
      print_liquid(context, *o, result);
      if (2 * static_cast<std::size_t>(result.not_melted) > result.series.points.size())
        context.outcome(md::message("warning: ", result.not_melted, " of ", result.series.points.size(), " inherent structures are that of ", o->sample,
                                    " or the one before: hardly a liquid at ", o->temperature_k, " K after ", o->melt_ps, " ps, and E0 not that of one"));
      return exit_done;
    };
  });
}

nlohmann::json group_json(const RateGroup& group) {
  auto quenched = nlohmann::json::array(), others = nlohmann::json::array(), left_out = nlohmann::json::array();
  for (const auto& s : group.left_out) {
    const auto made = preparation_of(s);
    left_out.push_back({{"sample", s.name}, {"pressure_gpa", made.pressure_gpa}, {"cell", made.cell}});
  }
  for (const auto& s : group.quenched)
    quenched.push_back({{"sample", s.name}, {"quench_rate_k_per_s", s.quench_rate_k_per_s}, {"energy_per_atom_ev", s.energy_per_atom_ev}});
  for (const auto& other : group.others)
    others.push_back({{"sample", other.sample.name},
                      {"energy_per_atom_ev", other.sample.energy_per_atom_ev},
                      {"effective_rate_k_per_s", other.rate.rate_k_per_s},
                      {"effective_rate_low_k_per_s", other.rate.low_k_per_s},
                      {"effective_rate_high_k_per_s", other.rate.high_k_per_s},
                      {"error_decades", other.rate.error_decades},
                      {"extrapolated_decades", other.rate.extrapolated_decades}});
  return {{"composition", group.fit.composition},
          {"n_atoms", group.fit.n_atoms},
          {"pressure_gpa", group.preparation.pressure_gpa},
          {"cell", group.preparation.cell},
          {"samples", group.fit.samples},
          {"intercept_ev", group.fit.intercept_ev},
          {"intercept_error_ev", group.fit.intercept_error_ev},
          {"slope_ev_per_decade", group.fit.slope_ev_per_decade},
          {"slope_error_ev", group.fit.slope_error_ev},
          {"residual_ev", group.fit.residual_ev},
          {"quenched", quenched},
          {"others", others},
          {"left_out", left_out}};
}

/// What is doubtful or left out.
void note_group(const Context& context, const RateGroup& group) {
  if (!group.left_out.empty())
    context.note(md::message("landscape: the line of ", group.fit.composition, " with ", group.fit.n_atoms, " atoms is of samples at ",
                             group.preparation.text(), "; left out: ", named(group.left_out)));
  if (!(group.fit.slope_ev_per_decade > 0.0))
    context.note(md::message("landscape: the line of ", group.fit.composition, " with ", group.fit.n_atoms,
                             " atoms does not rise with the rate: no effective rate can be read off it"));
  else if (group.fit.samples > 2 && std::ranges::any_of(group.others, [](const auto& other) { return std::isnan(other.rate.low_k_per_s); }))
    context.note(md::message("landscape: the slope of the line of ", group.fit.composition, " with ", group.fit.n_atoms,
                             " atoms could be zero (95 %): nothing bounds the rates read off it"));
  for (const auto& other : group.others)
    if (other.rate.extrapolated_decades > 0.0)
      context.note(md::message("landscape: ", other.sample.name, " lies ", std::round(10.0 * other.rate.extrapolated_decades) / 10.0,
                               " decades below the slowest quench: its rate is extrapolated"));
}

void print_fits(const Context& context, const nlohmann::json& fits) {
  if (context.global.json) return context.print({{"fits", fits}});
  for (std::size_t k = 0; k < fits.size(); ++k) {
    if (k > 0) print_text("\n");
    print_tables(context, fits[k],
                 {{"quenched", {"sample", "quench_rate_k_per_s", "energy_per_atom_ev"}},
                  {"others", {"sample", "energy_per_atom_ev", "effective_rate_k_per_s", "effective_rate_low_k_per_s",
                              "effective_rate_high_k_per_s", "extrapolated_decades"}},
                  {"left_out", {"sample", "pressure_gpa", "cell"}}});
  }
}

void add_rates(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("rates", "the line E_IS(log10 Q) of quenched samples, and effective rates read off it");
  auto csv = std::make_shared<std::string>();
  command->add_option("--csv", *csv, "where to write all samples with their rates as CSV");
  command->footer("Example: landscape sample rates --csv rates.csv");
  command->callback([&context, csv] {
    context.action = [&context, csv] {
      if (!csv->empty()) check_writable("--csv", *csv);
      db::Database database(context.global.database, db::Mode::ReadWrite);
      const auto groups = rate_record(database, context.session("rates"));
      if (groups.empty())
        throw md::InputError("rates: no potential, composition, size, pressure and cell relaxation with samples quenched at two rates; "
                             "make them with 'sample quench --rate'");
      auto fits = nlohmann::json::array();
      for (const auto& group : groups) {
        fits.push_back(group_json(group));
        note_group(context, group);
      }
      db::QueryOptions query;
      query.view = "samples";
      query.sort = {"composition", "id"};
      query.columns = {"sample", "composition", "n_atoms", "potential", "origin", "energy_per_atom_ev", "quench_rate_k_per_s",
                       "effective_rate_k_per_s", "effective_rate_low_k_per_s", "effective_rate_high_k_per_s", "annealing_degree_ev"};
      write_rows(context, *csv, query);
      print_fits(context, fits);
      return exit_done;
    };
  });
}

}  // namespace

void add_thermal_commands(CLI::App& sample, Context& context) {
  add_rates(sample, context);
  add_heat(sample, context);
  add_liquid(sample, context);
}

}  // namespace landscape::cli
