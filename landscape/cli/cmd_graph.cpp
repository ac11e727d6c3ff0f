#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/exchange/query_functions.hpp"
#include "landscape/exchange/wales.hpp"
#include "landscape/graph/draw_tree.hpp"
#include "landscape/graph/graph_files.hpp"
#include "landscape/graph/kinetics.hpp"
#include "landscape/graph/stored_graph.hpp"
#include "md/core/error.hpp"
#include "md/io/text_file.hpp"

namespace landscape::cli {
namespace {

/// Where a graph comes from: samples of the database, two CSV files, or a folder of Wales's files.
struct Source {
  std::vector<std::string> samples;
  std::vector<double> strains = {0.0};
  bool from_tracks = false;
  std::string plane = "xy";
  std::string color = "class";
  std::vector<std::string> minima_csv, saddles_csv, wales;
};

struct GraphArguments {
  Source source;
  std::vector<std::string> outputs;
  double barrier_ev = 0.1, temperature_k = 0.0, time_s = 1e-9, prefactor_thz = assumed_prefactor_thz;
  std::int64_t from = 0, to = 0;
};

struct Panel {
  TreePanel tree;
  std::size_t start = 0;  ///< place of the sample's own minimum, else of the lowest
};

struct Panels {
  std::vector<Panel> list;
  bool numeric_groups = false;

  std::vector<TreePanel> trees() const {
    std::vector<TreePanel> result;
    for (const auto& panel : list) result.push_back(panel.tree);
    return result;
  }
};

void add_source_options(CLI::App& command, Source& source) {
  command.add_option("SAMPLE", source.samples, "samples of the database");
  command.add_option("--strain", source.strains, "strains, e.g. 0,0.02,0.04")->delimiter(',')->allow_extra_args(false)->capture_default_str()->check(finite_number());
  command.add_option("--plane", source.plane, "plane of the shear to these strains")
      ->check(CLI::IsMember({"xy", "xz", "yz"}))->capture_default_str();
  command.add_flag("--from-tracks", source.from_tracks, "energies at these strains from the tracks of events");
  auto* minima = command.add_option("--minima-csv", source.minima_csv, "instead of a sample: file with columns id, energy_ev [, group, strain]")
                     ->delimiter(',')->take_all();
  auto* saddles = command.add_option("--saddles-csv", source.saddles_csv, "and one with minimum_a, minimum_b, energy_ev [, id, group, strain]; "
                                     "several pairs, or strains, stand side by side")->delimiter(',')->take_all();
  minima->needs(saddles);
  saddles->needs(minima);
  command.add_option("--wales", source.wales, "instead of a sample: folders with min.data and ts.data")->delimiter(',')->take_all()->excludes(minima);
}

Panels read(const Context& context, const Source& source) {
  Panels panels;
  const bool file = !source.wales.empty() || !source.minima_csv.empty();
  if (file == !source.samples.empty())
    throw md::InputError("expected either samples of the database or files (--wales, --minima-csv with --saddles-csv)");
  if (source.minima_csv.size() != source.saddles_csv.size())
    throw md::InputError(md::message("expected a --saddles-csv for each --minima-csv, got ", source.saddles_csv.size(), " for ",
                                     source.minima_csv.size()));
  const auto add = [&](const std::string& title, LandscapeGraph graph) {
    Panel panel;
    if (!graph.minima().empty()) {
      panel.start = static_cast<std::size_t>(std::ranges::min_element(graph.minima(), {}, &GraphMinimum::energy_ev) - graph.minima().begin());
      panel.tree.zero_ev = graph.minima()[panel.start].energy_ev;
    }
    panel.tree.title = title;
    panel.tree.graph = std::move(graph);
    panels.list.push_back(std::move(panel));
  };
  for (const auto& folder : source.wales) add(folder, wales_graph(read_wales(folder)));
  for (std::size_t k = 0; k < source.minima_csv.size(); ++k)
    for (auto& one : read_graphs_csv(source.minima_csv[k], source.saddles_csv[k])) add(one.name, std::move(one.graph));
  for (std::size_t k = 0; k < source.samples.size(); ++k)
    if (std::ranges::count(source.samples, source.samples[k]) > 1) throw md::InputError("SAMPLE: expected each once, got " + source.samples[k] + " twice");
  for (const auto& sample : source.samples)
    for (const double strain : source.strains) {
      auto stored = load_graph(context.global.database, {sample, strain, source.from_tracks, source.plane, source.color});
      panels.numeric_groups = panels.numeric_groups || stored.numeric_groups;
      panels.list.push_back({{fmt::format("{}, strain {:g}{}", sample, strain, source.plane == "xy" ? "" : " in " + source.plane), std::move(stored.graph), stored.zero_ev}, stored.start});
    }
  return panels;
}

nlohmann::json describe_metabasins(const LandscapeGraph& graph, double barrier_ev) {
  const auto basin = graph.metabasins(barrier_ev);
  std::map<std::size_t, std::vector<std::int64_t>> members;
  for (std::size_t m = 0; m < basin.size(); ++m) members[basin[m]].push_back(graph.minima()[m].id);
  auto list = nlohmann::json::array();
  for (const auto& [lowest, ids] : members)
    list.push_back({{"lowest_minimum", graph.minima()[lowest].id}, {"energy_ev", graph.minima()[lowest].energy_ev},
                    {"size", ids.size()}, {"minima", ids}});
  return list;
}

nlohmann::json describe_path(const LandscapeGraph& graph, std::int64_t from, std::int64_t to) {
  const auto start = graph.place_of(from);
  const auto path = graph.minimax_path(start, graph.place_of(to));
  if (!path) return nullptr;
  auto minima = nlohmann::json::array(), saddles = nlohmann::json::array();
  for (const auto m : path->minima) minima.push_back({{"id", graph.minima()[m].id}, {"energy_ev", graph.minima()[m].energy_ev}});
  for (const auto s : path->saddles) saddles.push_back({{"id", graph.saddles()[s].id}, {"energy_ev", graph.saddles()[s].energy_ev}});
  return {{"minima", minima}, {"saddles", saddles}, {"highest_ev", path->highest_ev},
          {"barrier_ev", path->highest_ev - graph.minima()[start].energy_ev}};
}

nlohmann::json describe(const TreePanel& panel, const GraphArguments& o, double barrier_ev) {
  const auto& graph = panel.graph;
  nlohmann::json result = {{"title", panel.title}, {"minima", graph.minima().size()}, {"saddles", graph.saddles().size()},
                           {"components", graph.component_count()}, {"metabasin_barrier_ev", barrier_ev}};
  result["metabasins"] = describe_metabasins(graph, barrier_ev);
  if (o.from != 0) result["path"] = describe_path(graph, o.from, o.to);
  return result;
}

void write(const std::string& output, const Panels& panels, const GraphArguments& o) {
  const std::filesystem::path path(output);
  const auto ending = path.extension().string();
  if (ending == ".svg") {
    TreeDrawing drawing;
    drawing.title = "Disconnectivity graph";
    drawing.numeric_groups = panels.numeric_groups;
    drawing.legend_title = o.source.color;
    return md::text::replace_file(path, draw_trees(panels.trees(), drawing));
  }
  if (ending == ".json") {
    auto trees = nlohmann::json::array();
    for (const auto& panel : panels.trees()) {
      auto tree = merge_tree_json(panel.graph, merge_tree(panel.graph));
      tree["title"] = panel.title;
      tree["zero_ev"] = panel.zero_ev;
      trees.push_back(std::move(tree));
    }
    return md::text::replace_file(path, (trees.size() == 1 ? trees[0] : trees).dump() + '\n');
  }
  if (ending != ".graphml" && ending != ".csv")
    throw md::InputError("graph: -o " + output + ": expected .svg, .json, .graphml or .csv");
  if (panels.list.size() != 1) throw md::InputError("graph: -o " + output + " holds one graph: give one sample and one strain");
  const auto& graph = panels.list[0].tree.graph;
  if (ending == ".graphml") return md::text::replace_file(path, graphml(graph));
  auto minima = path;
  minima.replace_extension(".minima.csv");
  md::text::replace_file(path, saddles_csv(graph));
  md::text::replace_file(minima, minima_csv(graph));
}

int run(const Context& context, const GraphArguments& o) {
  if ((o.from == 0) != (o.to == 0)) throw md::InputError("graph: --from and --to go together");
  const double barrier = o.temperature_k > 0.0 ? barrier_within(o.temperature_k, o.time_s, o.prefactor_thz) : o.barrier_ev;
  if (!(barrier >= 0.0) || !std::isfinite(barrier)) throw md::InputError("graph: --barrier: expected 0 eV or more");
  const auto panels = read(context, o.source);
  nlohmann::json result = {{"minima", 0}, {"saddles", 0}, {"components", 0}};
  auto list = nlohmann::json::array();
  for (const auto& panel : panels.list) {
    list.push_back(describe(panel.tree, o, barrier));
    for (const char* key : {"minima", "saddles", "components"})
      result[key] = result[key].get<std::size_t>() + list.back()[key].get<std::size_t>();
  }
  for (const auto& output : o.outputs) write(output, panels, o);
  if (list.size() == 1) result = list[0];
  else result["panels"] = list;
  context.print(result);
  if (o.from != 0 && list.size() == 1 && result["path"].is_null()) {
    context.outcome(md::message("graph: no path joins minima ", o.from, " and ", o.to));
    return exit_not_reached;
  }
  return exit_done;
}

struct KineticsRequest {
  Source source;
  KineticsOptions options;
  WalkOptions walk;
  double barrier_ev = 0.1;
  std::int64_t from = 0, to = 0;
  std::string output;
};

/// Every jump of the graph with its rate.
std::string rates_csv(const LandscapeGraph& graph, const std::vector<std::vector<Jump>>& out, const KineticsOptions& options) {
  std::string text = "minimum,to,saddle,barrier_ev,prefactor_thz,rate_per_s\n";
  for (std::size_t m = 0; m < out.size(); ++m)
    for (const auto& jump : out[m]) {
      const auto& saddle = graph.saddles()[jump.saddle];
      const double own = saddle.a == m ? saddle.prefactor_thz : saddle.reverse_prefactor_thz;
      text += fmt::format("{},{},{},{},{},{}\n", graph.minima()[m].id, graph.minima()[jump.to].id, saddle.id,
                          saddle.energy_ev - graph.minima()[m].energy_ev, std::isfinite(own) ? own : options.prefactor_thz, jump.rate_hz);
    }
  return text;
}

nlohmann::json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
}

int run_kinetics(const Context& context, KineticsRequest o) {
  o.options.validate();
  const auto panels = read(context, o.source);
  if (panels.list.size() != 1) throw md::InputError("kinetics: expected one sample and one strain");
  const auto& graph = panels.list[0].tree.graph;
  if (graph.minima().empty()) throw md::InputError("kinetics: " + panels.list[0].tree.title + " has no minima");
  std::size_t start = panels.list[0].start;
  if (o.from != 0) start = graph.place_of(o.from);
  const auto basin = graph.metabasins(o.barrier_ev);
  std::vector<bool> inside(basin.size()), target(basin.size());
  for (std::size_t m = 0; m < basin.size(); ++m) inside[m] = o.to == 0 && basin[m] == basin[start];
  if (o.to != 0) {
    inside.assign(basin.size(), true);
    inside[graph.place_of(o.to)] = false;
  }
  for (std::size_t m = 0; m < basin.size(); ++m) target[m] = !inside[m];
  const auto out = jumps(graph, o.options);
  double total = 0.0;
  for (const auto& jump : out[start]) total += jump.rate_hz;
  if (!o.output.empty()) md::text::replace_file(o.output, rates_csv(graph, out, o.options));
  const auto passage = mean_first_passage_s(graph, o.options, target);
  o.walk.seed = context.global.seed;
  o.walk.stop = stop_requested;
  const bool can_leave = std::isfinite(passage[start]) && inside[start];
  const auto walk = can_leave ? walk_out(graph, o.options, start, inside, o.walk)
                              : WalkResult{0, 0, NAN, NAN, NAN, false};
  context.print({{"from", graph.minima()[start].id}, {"to", o.to == 0 ? nlohmann::json(nullptr) : nlohmann::json(o.to)},
                 {"temperature_k", o.options.temperature_k}, {"prefactor_thz", o.options.prefactor_thz},
                 {"metabasin_barrier_ev", o.barrier_ev}, {"minima_inside", std::ranges::count(inside, true)},
                 {"escape_rate_of_minimum_hz", total}, {"mean_first_passage_s", number_or_null(passage[start])},
                 {"walks", walk.walks}, {"walks_unfinished", walk.unfinished}, {"kmc_mean_s", number_or_null(walk.mean_s)},
                 {"kmc_error_s", number_or_null(walk.error_s)}, {"kmc_mean_jumps", number_or_null(walk.mean_jumps)}});
  if (walk.stopped) {
    context.outcome("kinetics: " + stop_reason());
    return exit_stopped;
  }
  if (can_leave) return exit_done;
  context.outcome("kinetics: nothing outside can be reached from minimum " + std::to_string(graph.minima()[start].id));
  return exit_not_reached;
}

}  // namespace

void add_graph_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("graph", "minima and saddles as a graph: components, lowest paths, metabasins, disconnectivity graph");
  auto o = std::make_shared<GraphArguments>();
  command->footer("Examples:\n  landscape graph glass -o tree.svg\n  landscape graph glass annealed --strain 0,0.02 --from-tracks --color EA -o trees.svg\n"
                  "  landscape graph glass --from 1 --to 17 --json\n  landscape graph --minima-csv m.csv --saddles-csv s.csv -o tree.svg");
  add_source_options(*command, o->source);
  command->add_option("--color", o->source.color, "column of events or minima; \"\": none")->capture_default_str();
  command->add_option("--output,-o", o->outputs, "picture .svg, tree .json, .graphml, or .csv (saddles; minima beside it); may be repeated")
      ->take_all();
  auto* barrier = command->add_option("--barrier", o->barrier_ev, "[eV] basins less deep than this are one metabasin")->capture_default_str()->check(number_at_least(0));
  auto* temperature = command->add_option("--temperature", o->temperature_k, "[K] instead of --barrier: k T ln(nu t)")->check(number_above(0))->excludes(barrier);
  command->add_option("--time", o->time_s, "[s] t of that")->check(number_above(0))->capture_default_str()->needs(temperature);
  command->add_option("--prefactor-thz", o->prefactor_thz, "[THz] nu of that")->check(number_above(0))->capture_default_str()->needs(temperature);
  command->add_option("--from", o->from, "minimum where a lowest path begins (id)");
  command->add_option("--to", o->to, "minimum where it ends");
  command->callback([&context, o] { context.action = [&context, o] { return run(context, *o); }; });
}

void add_kinetics_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("kinetics", "how long a glass rests in its metabasin at a temperature");
  auto o = std::make_shared<KineticsRequest>();
  command->footer("Mean time from --from (default: the sample's own minimum, of files the lowest) until its metabasin is left, or until --to is reached: exactly\n"
                  "(mean first-passage time of the master equation) and by rejection-free kinetic Monte Carlo.\n"
                  "Example: landscape kinetics glass --temperature 300 --barrier 0.3");
  add_source_options(*command, o->source);
  command->add_option("--temperature", o->options.temperature_k, "[K]")->check(number_above(0))->capture_default_str();
  command->add_option("--prefactor-thz", o->options.prefactor_thz, "[THz] of saddles without one of their own")
      ->check(number_above(0))->capture_default_str();
  command->add_option("--barrier", o->barrier_ev, "[eV] of the metabasin")->check(number_at_least(0))->capture_default_str();
  command->add_option("--from", o->from, "minimum where it begins (id)");
  command->add_option("--to", o->to, "minimum to be reached, instead of leaving the metabasin");
  command->add_option("--output,-o", o->output, "rates of all jumps as CSV");
  command->add_option("--walks", o->walk.walks, "walks of kinetic Monte Carlo")->check(count_at_least(1))->capture_default_str();
  command->add_option("--most-jumps", o->walk.most_jumps, "of one walk")->check(count_at_least(1))->capture_default_str();
  command->callback([&context, o] { context.action = [&context, o] { return run_kinetics(context, *o); }; });
}

}  // namespace landscape::cli
