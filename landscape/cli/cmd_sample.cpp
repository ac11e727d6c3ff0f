#include <unistd.h>

#include <cmath>

#include "db/query.hpp"
#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/structure_input.hpp"
#include "landscape/cli/table.hpp"
#include "landscape/workflow/htc.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/sample_export.hpp"
#include "md/core/error.hpp"
#include "md/structure/crystallinity.hpp"

namespace landscape::cli {
namespace {

nlohmann::json sample_json(const db::SampleRecord& s) {
  return {{"sample", s.name},
          {"composition", s.composition},
          {"n_atoms", s.n_atoms},
          {"origin", s.origin},
          {"energy_ev", s.energy_ev},
          {"energy_per_atom_ev", s.energy_per_atom_ev},
          {"energy_per_atom_fixed_cell_ev", s.energy_per_atom_fixed_cell_ev},
          {"density_g_per_cm3", s.density_g_per_cm3},
          {"volume_a3", s.volume_a3},
          {"max_force_ev_per_a", s.max_force_ev_per_a},
          {"stress_gpa", stress_json(s.stress_gpa)},
          {"force_calls", s.force_calls}};
}

/// Whether a sample is still a glass.
void warn_of_crystals(const Context& context, const std::string& name, double crystalline_fraction) {
  if (crystalline_fraction > crystalline_warning)
    context.outcome(md::message("warning: ", std::round(100.0 * crystalline_fraction), " % of the atoms of ", name,
                                " are in crystalline surroundings"));
}

/// @param more keys beside those of every sample, where there is one.
int report(const Context& context, const SampleResult& result, const nlohmann::json& more = nlohmann::json::object()) {
  switch (result.outcome) {
    case SampleOutcome::Interrupted:
      context.outcome(md::message( stop_reason(), "; sample ", result.sample.name,
                               result.step > 0 ? md::message(" is kept at step ", result.step) : " is not begun",
                               " in ", context.global.database, "; the same command continues"));
      return exit_stopped;
    case SampleOutcome::NotConverged:
      context.print(sample_json(result.sample));
      context.outcome(md::message("sample ", result.sample.name, " did not relax below ", sample_max_force,
                               " eV/Å (reached ", result.sample.max_force_ev_per_a, "); it is not stored"));
      return exit_not_reached;
    case SampleOutcome::AlreadyThere:
      context.note(md::message("sample ", result.sample.name, " is there already"));
      break;
    case SampleOutcome::Made:
      break;
  }
  auto document = sample_json(result.sample);
  document.update(more);
  context.print(document);
  return exit_done;
}

struct QuenchOptions {
  std::string name, potential;
  std::string cell = "aniso";
  md::MeltQuenchOptions quench;
};

/// @throws md::InputError where so many atoms cannot be held.
void check_memory(std::int64_t atoms) {
  constexpr double bytes_an_atom = 2500.0;  // docs/performance.md
  const double there = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  const double needed = bytes_an_atom * static_cast<double>(atoms);
  if (needed > there)
    throw md::InputError(md::message("--atoms ", atoms, ": need some ", std::round(needed / 1e9), " GB of memory, this machine has ", std::round(there / 1e9)));
}

void add_quench(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("quench", "melt and quench a glass");
  auto o = std::make_shared<QuenchOptions>();
  // The md default of 50 ps is for careful work; density and energy of a Cu-Zr melt have settled after a few ps.
  o->quench.melt_ps = 10.0;
  command->add_option("--name", o->name, "name of the sample")->required();
  command->add_option("--composition", o->quench.composition, "Cu46Zr46Al8; only ratios count")->required();
  command->add_option("--atoms", o->quench.atoms, "number of atoms")->capture_default_str()->check(count_at_least(1));
  add_potential_option(*command, o->potential);
  command->add_option("--melt-temperature", o->quench.melt_temperature_k, "[K]")->capture_default_str()->check(number_above(0));
  command->add_option("--melt-ps", o->quench.melt_ps, "time in the melt [ps]")->capture_default_str()->check(number_at_least(0));
  command->add_option("--settle-ps", o->quench.settle_ps, "time at constant volume before [ps]")->capture_default_str()->check(number_at_least(0));
  command->add_option("--rate", o->quench.rate_k_per_s, "quench rate [K/s]")->capture_default_str()->check(number_above(0));
  command->add_option("--end-temperature", o->quench.end_temperature_k, "[K]")->capture_default_str()->check(number_above(0));
  command->add_option("--pressure", o->quench.pressure_gpa, "[GPa]")->capture_default_str()->check(finite_number());
  command->add_option("--dt", o->quench.dt_ps, "time step [ps]")->capture_default_str()->check(number_above(0));
  command->add_option("--volume-per-atom", o->quench.volume_per_atom_a3, "of the first lattice [Å³]")->check(number_above(0));
  command->add_option("--cell", o->cell, "final relaxation: fixed, iso or aniso")
      ->check(CLI::IsMember({"fixed", "iso", "aniso"}))->capture_default_str();
  command->footer("Example: landscape sample quench --name glass --composition Cu46Zr46Al8 --atoms 1000 --potential zhou2004 --rate 1e13");
  command->callback([&context, o] {
    context.action = [&context, o] {
      QuenchRequest request{o->name, md::open_potential(o->potential, md::TableEnd::Flat), o->quench, cell_mode(o->cell)};
      request.quench.validate();
      check_memory(o->quench.atoms);
      md::atom_counts(md::parse_composition(o->quench.composition), o->quench.atoms);
      std::vector<std::string> species;
      for (const auto& element : md::parse_composition(o->quench.composition).symbols) species.push_back(element);
      request.potential->types_of(species);
      db::Database database(context.global.database);
      const auto result = quench_sample(database, request, context.session("quench " + o->name));
      if (!result.sample.minimum_id) return report(context, result);
      const double crystalline = md::crystalline_fraction(load_minimum(database, *result.sample.minimum_id));
      warn_of_crystals(context, o->name, crystalline);
      return report(context, result, {{"crystalline_fraction", crystalline}});
    };
  });
}

/// The keys of a sample, cycles, acceptance and the energy after each cycle.
nlohmann::json htc_json(const HtcResult& result) {
  auto out = sample_json(result.sample.sample);
  out["cycles"] = result.cycles.size();
  out["why_ended"] = result.why_ended;
  auto& energies = out["energies_per_atom_ev"] = nlohmann::json::array();
  for (const auto& c : result.cycles) energies.push_back(c.energy_per_atom_ev);
  out["swap_acceptance"] = nlohmann::json(nullptr);
  out["swap_acceptance_per_pair"] = nlohmann::json::object();
  out["crystalline_fraction"] = nlohmann::json(nullptr);
  if (!result.cycles.empty()) {
    const auto& last = result.cycles.back();
    const auto share = [](double accepted, double attempts) {
      return attempts > 0.0 ? nlohmann::json(accepted / attempts) : nlohmann::json(nullptr);
    };
    out["swap_acceptance"] = share(static_cast<double>(last.swap_accepted), static_cast<double>(last.swap_attempts));
    const auto counts = nlohmann::json::parse(last.swap_counts);
    for (const auto& [pair, count] : counts.items())
      out["swap_acceptance_per_pair"][pair] = share(count.at(1).get<double>(), count.at(0).get<double>());
    out["crystalline_fraction"] = last.crystalline_fraction;
  }
  return out;
}

void note_htc(const Context& context, const HtcRequest& request, const HtcResult& result) {
  if (result.cycles.empty()) return;
  const auto best = std::ranges::min_element(result.cycles, {}, &db::InherentStructureRecord::energy_per_atom_ev);
  if (const double higher = result.cycles.back().energy_per_atom_ev - best->energy_per_atom_ev; !request.keep_best && higher > 0.0)
    context.note(md::message("landscape: ", request.name, " is what the last cycle ended in; cycle ", best->point_index, " ended ", higher,
                             " eV/atom lower (--keep best takes that)"));
  if (request.cycle.swaps_per_step > 0 && result.cycles.back().swap_attempts == 0)
    context.note("landscape: there are no two species to swap: this was plain dynamics");
}

void add_htc(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("htc", "anneal a sample, periodic and without frozen atoms, by hybrid MD/MC thermal cycling");
  auto o = std::make_shared<HtcRequest>();
  auto& c = o->cycle;
  command->add_option("--name", o->name, "name of the new sample")->required();
  command->add_option("--from", o->from, "sample to start from")->required();
  command->add_option("--cycles", c.cycles, "cycles t-low -> t-high -> t-low")->capture_default_str()->check(count_at_least(1));
  command->add_option("--t-high", c.high_temperature_k, "[K]")->capture_default_str()->check(number_above(0));
  command->add_option("--t-low", c.low_temperature_k, "[K]; the same as --t-high for constant temperature")->capture_default_str()->check(number_above(0));
  command->add_option("--swaps", c.swaps_per_step, "attempted swaps of unlike atoms for each time step; 0: plain MD")->capture_default_str()->check(count_at_least(0));
  command->add_option("--swap-interval", c.swap_interval, "steps between swaps, which are then as many more at once")->capture_default_str()->check(count_at_least(1));
  command->add_option("--ramp-rate", c.rate_k_per_s, "of heating and cooling [K/s]")->capture_default_str()->check(number_above(0));
  command->add_option("--hold", c.hold_high_ps, "time at t-high [ps]; the length of a cycle at constant temperature")->capture_default_str()->check(number_at_least(0));
  command->add_option("--hold-low", c.hold_low_ps, "time at t-low [ps]")->capture_default_str()->check(number_at_least(0));
  command->add_option("--flexible-below", c.flexible_below_k, "the cell may change its shape below this temperature [K]")->capture_default_str()->check(number_at_least(0));
  command->add_option("--pressure", c.pressure_gpa, "[GPa]")->capture_default_str()->check(finite_number());
  command->add_option("--dt", c.dt_ps, "time step [ps]")->capture_default_str()->check(number_above(0));
  command->add_option_function<std::string>("--keep", [o](const std::string& what) { o->keep_best = what == "best"; },
                                            "cycle whose inherent structure becomes the sample: last or best, that of lowest energy")
      ->check(CLI::IsMember({"last", "best"}))->default_str("last");
  command->add_option("--patience", o->patience, "end after so many cycles without gain; 0: never")->capture_default_str()->check(count_at_least(0));
  command->add_option("--min-gain", o->min_gain_ev, "a smaller gain is none [eV/atom]")->capture_default_str()->check(number_at_least(0));
  command->footer("Example: landscape sample htc --name annealed --from glass --cycles 20 --t-high 900 --t-low 600");
  command->callback([&context, o] {
    context.action = [&context, o] {
      o->cycle.validate();
      db::Database database(context.global.database, db::Mode::ReadWrite);
      const auto result = htc_sample(database, *o, context.session("htc " + o->name));
      if (!result.cycles.empty()) warn_of_crystals(context, o->name, result.cycles.back().crystalline_fraction);
      if (result.sample.outcome == SampleOutcome::Made || result.sample.outcome == SampleOutcome::AlreadyThere) {
        if (result.sample.outcome == SampleOutcome::AlreadyThere)
          context.note(md::message("sample ", o->name, " is there already"));
        note_htc(context, *o, result);
        context.print(htc_json(result));
        return exit_done;
      }
      return report(context, result.sample);
    };
  });
}

struct ImportOptions {
  StructureOptions structure;
  std::string name;
  std::string cell = "fixed";
};

void add_import(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("import", "take a structure as a sample");
  auto o = std::make_shared<ImportOptions>();
  add_structure_options(*command, o->structure);
  command->add_option("--name", o->name, "name of the sample")->required();
  command->add_option("--cell", o->cell, "relaxation: fixed, iso or aniso")
      ->check(CLI::IsMember({"fixed", "iso", "aniso"}))->capture_default_str();
  command->footer("Example: landscape sample import glass.xyz --name glass --potential CuZr_mm.eam.fs");
  command->callback([&context, o] {
    context.action = [&context, o] {
      auto input = open_structure(o->structure, md::TableEnd::Flat);
      input.potential->types_of(input.configuration.species);
      db::Database database(context.global.database);
      const ImportRequest request{o->name, input.potential, std::move(input.configuration), cell_mode(o->cell), input.history};
      return report(context, import_sample(database, request, context.session("import " + o->name)));
    };
  });
}

void add_export(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("export", "write a sample to a structure file, with its history");
  auto name = std::make_shared<std::string>();
  auto output = std::make_shared<std::string>();
  command->add_option("name", *name, "the sample")->required();
  command->add_option("-o,--output", *output, "extended XYZ; compressed where the name ends in .gz")->required();
  command->footer("Example: landscape sample export glass -o glass.xyz.gz");
  command->callback([&context, name, output] {
    context.action = [&context, name, output] {
      if (md::format_of_ending(*output) != md::StructureFormat::Extxyz)
        throw md::InputError(md::message("-o: expected a name ending in .xyz or .extxyz (and .gz after it), got ", *output));
      db::Database database(context.global.database, db::Mode::ReadOnly);
      const md::Frame frame = export_sample(database, *name);
      md::write_structure(*output, frame);
      context.print({{"sample", *name}, {"file", *output}, {"n_atoms", frame.configuration.size()}});
      return exit_done;
    };
  });
}

void add_list(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("list", "the samples there are");
  command->footer("Example: landscape sample list --json");
  command->callback([&context] {
    context.action = [&context] {
      db::QueryOptions query;
      query.view = "samples";
      query.sort = {"id"};
      if (!context.global.json)
        query.columns = {"sample", "composition", "n_atoms", "origin", "state", "energy_per_atom_ev", "density_g_per_cm3"};
      const auto rows = db::run_query(context.global.database, query);
      print_text(context.global.json ? rows_json(rows).dump(2) + "\n" : rows_table(rows));
      return exit_done;
    };
  });
}

}  // namespace

void add_sample_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("sample", "make or list samples");
  command->require_subcommand(1);
  add_quench(*command, context);
  add_htc(*command, context);
  add_import(*command, context);
  add_thermal_commands(*command, context);
  add_export(*command, context);
  add_list(*command, context);
}

}  // namespace landscape::cli
