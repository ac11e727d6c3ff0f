#include <algorithm>
#include <cmath>
#include <map>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/subject_input.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/sample_results.hpp"
#include "landscape/workflow/shear_walk.hpp"
#include "md/core/error.hpp"
#include "md/structure/correlations.hpp"
#include "md/structure/crystallinity.hpp"
#include "md/structure/d2min.hpp"
#include "md/structure/voronoi.hpp"

namespace landscape::cli {
namespace {

struct StructureArguments {
  SubjectOptions subject;
  md::VoronoiOptions voronoi;
  md::RadialOptions radial;
  md::StructureFactorOptions factor;
  std::string output, csv_g, csv_s;
  db::Id event = 0;             ///< 0: none
  double d2min_cutoff_a = 0.0;  ///< 0: first minimum of g(r)
};

std::string index_name(const std::array<int, 4>& n) {
  return md::message('<', n[0], ',', n[1], ',', n[2], ',', n[3], '>');
}

nlohmann::json functions_json(const md::PairFunctions& f, const char* argument) {
  nlohmann::json out = {{argument, numbers(f.argument)}, {"total", numbers(f.total)}};
  for (std::size_t p = 0; p < f.pairs.size(); ++p) out[f.pairs[p]] = numbers(f.partial[p]);
  return out;
}

void write_functions(const std::string& path, const char* argument, const md::PairFunctions& f) {
  std::vector<std::string> header = {argument, "total"};
  std::vector<Eigen::VectorXd> columns = {f.argument, f.total};
  for (std::size_t p = 0; p < f.pairs.size(); ++p) {
    header.push_back(f.pairs[p]);
    columns.push_back(f.partial[p]);
  }
  write_csv(path, header, columns);
}

/// Atoms by index, the commonest first in the table; in JSON an object.
nlohmann::json index_counts(const md::VoronoiCells& cells) {
  std::map<std::string, int> counts;
  for (const auto& n : cells.index) ++counts[index_name(n)];
  return counts;
}

/// Mean number of Voronoi neighbors of each species around each, and their share: the local
/// composition.
void add_surroundings(nlohmann::json& out,
                      const md::Configuration& c,
                      const md::VoronoiCells& cells) {
  std::map<std::string, std::map<std::string, double>> around;
  std::map<std::string, double> centers, faces;
  for (std::size_t i = 0; i < cells.neighbors.size(); ++i) {
    ++centers[c.species[i]];
    for (const int j : cells.neighbors[i]) {
      ++around[c.species[i]][c.species[static_cast<std::size_t>(j)]];
      ++faces[c.species[i]];
    }
  }
  auto& mean = out["coordination_by_species"] = nlohmann::json::object();
  auto& share = out["local_composition"] = nlohmann::json::object();
  for (const auto& [center, count] : centers)
    for (const auto& [neighbor, ignored] : centers) {
      mean[center][neighbor] = around[center][neighbor] / count;
      share[center][neighbor] = faces[center] > 0.0
                                    ? nlohmann::json(around[center][neighbor] / faces[center])
                                    : nlohmann::json(nullptr);
    }
}

double mean_of_finite(const Eigen::VectorXd& v) {
  double sum = 0.0, n = 0.0;
  for (const double x : v)
    if (std::isfinite(x)) {
      sum += x;
      ++n;
    }
  return sum / n;
}

Eigen::VectorXd as_numbers(const auto& values) {
  Eigen::VectorXd out(static_cast<Eigen::Index>(values.size()));
  std::transform(values.begin(), values.end(), out.begin(),
                 [](auto v) { return static_cast<double>(v); });
  return out;
}

/// Per-atom results by the names that the view `atoms` has.
std::map<std::string, Eigen::VectorXd> atom_values(const md::VoronoiCells& cells,
                                                   const std::vector<std::uint8_t>& crystalline) {
  std::map<std::string, Eigen::VectorXd> values = {{"f5", cells.five_fold},
                                                   {"coordination", as_numbers(cells.coordination)},
                                                   {"voronoi_volume_a3", cells.volume},
                                                   {"voronoi_larger", as_numbers(cells.larger)},
                                                   {"crystalline", as_numbers(crystalline)}};
  for (std::size_t k = 0; k < 4; ++k) {
    std::vector<int> n;
    for (const auto& index : cells.index) n.push_back(index[k]);
    values[md::message("voronoi_n", k + 3)] = as_numbers(n);
  }
  return values;
}

void write_output(const std::string& path,
                  const Subject& subject,
                  const md::VoronoiCells& cells,
                  const std::map<std::string, Eigen::VectorXd>& values,
                  const std::vector<std::string>& types) {
  md::Frame frame = subject_frame(subject);
  for (const auto& [name, numbers_of_atoms] : values)
    frame.extra[name] = atom_column(numbers_of_atoms);
  md::AtomColumn index;
  index.kind = md::ColumnKind::Text;
  for (const auto& n : cells.index) index.text.push_back(index_name(n));
  frame.extra["voronoi"] = index;
  md::write_structure(path, frame, types);
}

/// Arrays and functions are for --json and files; on a terminal the commonest indices.
void shorten(nlohmann::json& out, const md::VoronoiCells& cells) {
  std::vector<std::pair<int, std::string>> common;
  for (const auto& [name, count] : out["voronoi"].items())
    common.emplace_back(-count.get<int>(), name);
  std::ranges::sort(common);
  std::string text;
  for (std::size_t k = 0; k < std::min<std::size_t>(common.size(), 8); ++k)
    text += md::message(
        k ? "  " : "", common[k].second, ' ',
        std::round(-1000.0 * common[k].first / static_cast<double>(cells.index.size())) / 10.0,
        " %");
  out["voronoi"] = text;
  for (const char* key : {"g_of_r", "s_of_q", "f5_of_atom", "coordination_of_atom",
                          "voronoi_volume_a3_of_atom", "voronoi_of_atom", "d2min_a2_of_atom"})
    out.erase(key);
}

/// D²min of an event, from its initial to its final minimum, into the result and the database.
void add_event(nlohmann::json& out,
               OpenSubject& open,
               const StructureArguments& o,
               double first_minimum,
               const Session& session) {
  if (!open.database)
    throw md::InputError("--event: expected a sample, whose event it is, got a structure file");
  const db::EventRecord event = open.database->event(o.event);
  if (event.sample_id != open.subject.sample->id)
    throw md::InputError(md::message("--event ", o.event, ": that event is of another sample, ",
                                     open.database->sample(event.sample_id).name));
  const double cutoff = o.d2min_cutoff_a > 0.0 ? o.d2min_cutoff_a : first_minimum;
  RearrangementOptions{.cutoff_a = o.d2min_cutoff_a}.validate();
  if (!std::isfinite(cutoff))
    throw md::InputError("--event: g(r) has no first minimum, expected --d2min-cutoff");
  const Eigen::VectorXd d2min =
      md::d2min(load_minimum(*open.database, event.initial_minimum_id),
                load_minimum(*open.database, event.final_minimum_id), cutoff);
  out["event"] = o.event;
  out["d2min_cutoff_a"] = cutoff;
  out["d2min_a2_of_atom"] = numbers(d2min);
  store_results(*open.database, open.subject, "structure",
                nlohmann::json{{"event", o.event}, {"d2min_cutoff_a", cutoff}}.dump(),
                {{{"d2min_a2", d2min}}, {}, o.event}, session);
}

int run(const Context& context, StructureArguments& o) {
  if (!o.output.empty()) check_output_path(o.output);
  if (!o.csv_g.empty()) check_writable("--csv", o.csv_g);
  if (!o.csv_s.empty()) check_writable("--csv-sq", o.csv_s);
  o.factor.threads = context.global.threads;
  o.voronoi.validate();
  o.radial.validate();
  o.factor.validate();
  const auto session = context.session("structure");
  auto open = open_subject(context, o.subject, session, Relaxation::None);
  const md::Configuration& c = open.subject.configuration;
  const auto cells = md::voronoi_cells(c, o.voronoi);
  const auto crystalline = md::crystalline_atoms(c);
  const auto g = md::radial_distribution(c, o.radial);
  session.report({1, 2, "structure factor"});
  const auto s = md::structure_factor(c, o.factor);
  const auto values = atom_values(cells, crystalline);

  auto out = subject_json(o.subject, open.subject);
  out["voronoi"] = index_counts(cells);
  out["smallest_face"] = o.voronoi.smallest_face;
  out["shortest_edge_a"] = o.voronoi.shortest_edge_a;
  out["f5"] = mean_of_finite(cells.five_fold);
  out["coordination"] = values.at("coordination").mean();
  out["volume_per_atom_a3"] = cells.volume.mean();
  out["crystalline_fraction"] = values.at("crystalline").mean();
  out["first_minimum_a"] = md::first_minimum(g);
  out["f5_of_atom"] = numbers(cells.five_fold);
  out["coordination_of_atom"] = cells.coordination;
  out["voronoi_volume_a3_of_atom"] = numbers(cells.volume);
  auto& indices = out["voronoi_of_atom"] = nlohmann::json::array();
  for (const auto& n : cells.index) indices.push_back(n);
  out["g_of_r"] = functions_json(g, "r_a");
  out["s_of_q"] = functions_json(s, "q_per_a");
  add_surroundings(out, c, cells);
  if (open.database)
    store_results(*open.database, open.subject, "structure",
                  nlohmann::json{{"smallest_face", o.voronoi.smallest_face},
                                 {"shortest_edge_a", o.voronoi.shortest_edge_a}}
                      .dump(),
                  {values,
                   {{"mean_f5", {mean_of_finite(cells.five_fold)}},
                    {"mean_coordination", {values.at("coordination").mean()}},
                    {"crystalline_fraction", {values.at("crystalline").mean()}},
                    {"first_minimum_a", {md::first_minimum(g)}}}},
                  session);
  if (o.event > 0) add_event(out, open, o, md::first_minimum(g), session);
  if (!o.csv_g.empty()) write_functions(o.csv_g, "r_a", g);
  if (!o.csv_s.empty()) write_functions(o.csv_s, "q_per_a", s);
  if (!o.output.empty())
    write_output(o.output, open.subject, cells, values, o.subject.structure.types);
  if (!context.global.json) shorten(out, cells);
  context.print(out);
  return exit_done;
}

}  // namespace

void add_structure_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "structure", "Voronoi cells, pair correlations and crystallinity of a sample or a structure");
  auto o = std::make_shared<StructureArguments>();
  add_subject_options(*command, o->subject);
  command
      ->add_option(
          "--min-face", o->voronoi.smallest_face,
          "Voronoi faces below this share of their cell's surface are dropped; 0 keeps all")
      ->capture_default_str()->check(number_at_least(0));
  command
      ->add_option("--min-edge", o->voronoi.shortest_edge_a,
                   "edges of Voronoi faces below this length do not count [Å]; 0 counts all")
      ->capture_default_str()->check(number_at_least(0));
  command->add_option("--r-max", o->radial.r_max_a, "of g(r) [Å]")->capture_default_str()->check(number_above(0));
  command->add_option("--dr", o->radial.step_a, "bins of g(r) [Å]")->capture_default_str()->check(number_above(0));
  command->add_option("--q-max", o->factor.q_max_per_a, "of S(q) [1/Å]")->capture_default_str()->check(number_above(0));
  command->add_option("--dq", o->factor.step_per_a, "bins of S(q) [1/Å]")->capture_default_str()->check(number_above(0));
  auto* event = command
      ->add_option("--event", o->event,
                   "also D2min of each atom from the initial to the final minimum of this event of "
                   "the sample")
      ->check(count_at_least(1));
  command->add_option("--d2min-cutoff", o->d2min_cutoff_a,
                      "neighbors of D2min [Å]; the first minimum of g(r) unless given")->check(number_above(0))->needs(event);
  command->add_option("--csv", o->csv_g, "g(r) as CSV");
  command->add_option("--csv-sq", o->csv_s, "S(q) as CSV");
  command->add_option("-o,--output", o->output,
                      "the structure with the results of each atom (.xyz)");
  command->footer(
      "Voronoi indices are <n3,n4,n5,n6>, the faces with 3, 4, 5 and 6 edges; f5 = "
      "n5/(n3+n4+n5+n6). A structure file is taken as it is.\n"
      "A sample's f5, coordination, volumes and indices go into the database (view atoms).\n"
      "Examples:\n  landscape structure glass\n  landscape structure glass.xyz --potential "
      "CuZr_mm.eam.fs --min-face 0 --min-edge 0 --json");
  command->callback([&context, o] { context.action = [&context, o] { return run(context, *o); }; });
}

}  // namespace landscape::cli
