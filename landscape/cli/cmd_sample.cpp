#include <iostream>

#include "db/query.hpp"
#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/structure_input.hpp"
#include "landscape/cli/table.hpp"
#include "landscape/workflow/sample.hpp"
#include "md/core/error.hpp"

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

int report(const Context& context, const SampleResult& result) {
  switch (result.outcome) {
    case SampleOutcome::Interrupted:
      context.note(md::message("landscape: ", stop_reason(), "; sample ", result.sample.name,
                               result.step > 0 ? md::message(" is kept at step ", result.step) : " is not begun",
                               " in ", context.global.database, "; the same command continues"));
      return exit_stopped;
    case SampleOutcome::NotConverged:
      context.print(sample_json(result.sample));
      context.note(md::message("landscape: sample ", result.sample.name, " did not relax below ", sample_max_force,
                               " eV/Å (reached ", result.sample.max_force_ev_per_a, "); it is not stored"));
      return exit_not_reached;
    case SampleOutcome::AlreadyThere:
      context.note(md::message("sample ", result.sample.name, " is there already"));
      break;
    case SampleOutcome::Made:
      break;
  }
  context.print(sample_json(result.sample));
  return exit_done;
}

struct QuenchOptions {
  std::string name, potential;
  std::string cell = "aniso";
  md::MeltQuenchOptions quench;
};

void add_quench(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("quench", "melt and quench a glass");
  auto o = std::make_shared<QuenchOptions>();
  // The md default of 50 ps is for careful work; density and energy of a Cu-Zr melt have settled after a few ps.
  o->quench.melt_ps = 10.0;
  command->add_option("--name", o->name, "name of the sample")->required();
  command->add_option("--composition", o->quench.composition, "Cu46Zr46Al8; only ratios count")->required();
  command->add_option("--atoms", o->quench.atoms, "number of atoms")->capture_default_str();
  add_potential_option(*command, o->potential);
  command->add_option("--melt-temperature", o->quench.melt_temperature_k, "[K]")->capture_default_str();
  command->add_option("--melt-ps", o->quench.melt_ps, "time in the melt [ps]")->capture_default_str();
  command->add_option("--settle-ps", o->quench.settle_ps, "time at constant volume before [ps]")->capture_default_str();
  command->add_option("--rate", o->quench.rate_k_per_s, "quench rate [K/s]")->capture_default_str();
  command->add_option("--end-temperature", o->quench.end_temperature_k, "[K]")->capture_default_str();
  command->add_option("--pressure", o->quench.pressure_gpa, "[GPa]")->capture_default_str();
  command->add_option("--dt", o->quench.dt_ps, "time step [ps]")->capture_default_str();
  command->add_option("--volume-per-atom", o->quench.volume_per_atom_a3, "of the first lattice [Å³]");
  command->add_option("--cell", o->cell, "final relaxation: fixed, iso or aniso")
      ->check(CLI::IsMember({"fixed", "iso", "aniso"}))->capture_default_str();
  command->callback([&context, o] {
    context.action = [&context, o] {
      QuenchRequest request{o->name, md::open_potential(o->potential), o->quench, cell_mode(o->cell)};
      request.quench.validate();
      md::atom_counts(md::parse_composition(o->quench.composition), o->quench.atoms);
      std::vector<std::string> species;
      for (const auto& element : md::parse_composition(o->quench.composition).symbols) species.push_back(element);
      request.potential->types_of(species);
      db::Database database(context.global.database);
      return report(context, quench_sample(database, request, context.session("quench " + o->name)));
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
  command->callback([&context, o] {
    context.action = [&context, o] {
      auto input = open_structure(o->structure);
      input.potential->types_of(input.configuration.species);
      db::Database database(context.global.database);
      const ImportRequest request{o->name, input.potential, std::move(input.configuration), cell_mode(o->cell)};
      return report(context, import_sample(database, request, context.session("import " + o->name)));
    };
  });
}

void add_list(CLI::App& parent, Context& context) {
  parent.add_subcommand("list", "the samples there are")->callback([&context] {
    context.action = [&context] {
      db::QueryOptions query;
      query.view = "samples";
      query.sort = {"id"};
      if (!context.global.json)
        query.columns = {"sample", "composition", "n_atoms", "origin", "state", "energy_per_atom_ev", "density_g_per_cm3"};
      const auto rows = db::run_query(context.global.database, query);
      std::cout << (context.global.json ? rows_json(rows).dump(2) + "\n" : rows_table(rows)) << std::flush;
      return exit_done;
    };
  });
}

}  // namespace

void add_sample_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("sample", "make or list samples");
  command->require_subcommand(1);
  add_quench(*command, context);
  add_import(*command, context);
  add_list(*command, context);
}

}  // namespace landscape::cli
