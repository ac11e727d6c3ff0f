#include <algorithm>
#include <cmath>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/structure_input.hpp"
#include "landscape/workflow/barrier_path.hpp"
#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "neb/neb.hpp"

namespace landscape::cli {
namespace {

using nlohmann::json;

struct NebArguments {
  std::string from, to, potential, output;
  std::vector<std::string> types;
  std::string initial_path = "linear";
  BarrierPathOptions path;
};

struct Endpoints {
  md::Configuration from, to;
  std::shared_ptr<const md::Potential> potential;
};

bool is_id(const std::string& text) { return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; }); }

db::Id id_of(const std::string& text) {
  if (text.size() > 18) throw md::InputError("neb: there is no minimum " + text);
  return std::stoll(text);
}

Endpoints stored(const Context& context, const NebArguments& options) {
  if (!options.potential.empty()) throw md::InputError("neb: minima use the potential of their sample; --potential is for files");
  db::Database database(context.global.database, db::Mode::ReadOnly);
  const auto a = database.minimum(id_of(options.from));
  const auto b = database.minimum(id_of(options.to));
  if (a.sample_id != b.sample_id || a.strain_xy != b.strain_xy || a.plane != b.plane)
    throw md::InputError(md::message("neb: expected two minima of one sample at one strain, got ", database.sample(a.sample_id).name,
                                     " at ", a.strain_xy, " and ", database.sample(b.sample_id).name, " at ", b.strain_xy));
  return {load_minimum(database, a.id), load_minimum(database, b.id),
          sample_potential(database, database.sample(a.sample_id))};
}

Endpoints read(const NebArguments& options) {
  if (options.potential.empty()) throw md::InputError("neb: --potential is required for structures from files");
  auto a = open_structure({options.from, options.potential, options.types}, md::TableEnd::Flat);
  auto b = open_structure({options.to, options.potential, options.types}, md::TableEnd::Flat);
  if (a.configuration.species != b.configuration.species)
    throw md::InputError(md::message("neb: ", options.to, ": expected the atoms of ", options.from, " in the same order, got others"));
  if ((a.configuration.cell.matrix() - b.configuration.cell.matrix()).cwiseAbs().maxCoeff() > 1e-9 ||
      a.configuration.cell.periodic() != b.configuration.cell.periodic())
    throw md::InputError(md::message("neb: ", options.to, ": expected the cell of ", options.from, ", got another"));
  if (a.configuration.movable != b.configuration.movable)
    throw md::InputError(md::message("neb: ", options.to, ": expected the frozen atoms of ", options.from, ", got others"));
  for (Eigen::Index i = 0; i < a.configuration.size(); ++i) {
    const double apart = a.configuration.cell.minimum_image(b.configuration.positions.col(i) - a.configuration.positions.col(i)).norm();
    if (!a.configuration.is_free(i) && apart > 1e-3)
      throw md::InputError(md::message("neb: ", options.to, ": expected frozen atom ", i + 1, " where it stands in ", options.from,
                                       ", got it ", static_cast<float>(apart), " Å away"));
  }
  return {std::move(a.configuration), std::move(b.configuration), a.potential};
}

json pieces(const BarrierPath& found) {
  auto list = json::array();
  for (const PathPiece& piece : found.pieces)
    list.push_back({{"barrier_ev", piece.barrier_ev},
                    {"reverse_barrier_ev", piece.reverse_barrier_ev},
                    {"start_energy_ev", piece.path.energies.front()},
                    {"end_energy_ev", piece.path.energies.back()},
                    {"saddle_max_force_ev_per_a", piece.saddle_max_force},
                    {"force_calls_of_band", piece.path.force_calls},
                    {"status", piece.status()},
                    {"converged", piece.converged()}});
  return list;
}

/// Images of all pieces in a row; `minima` are the places of those between the ends that are minima.
struct Profile {
  std::vector<double> energies, coordinate;
  std::vector<int> minima;
};

Profile profile(const BarrierPath& found) {
  Profile all;
  for (const PathPiece& piece : found.pieces) {
    const bool first = all.energies.empty();
    const int joint = first ? 0 : static_cast<int>(all.energies.size()) - 1;
    const double offset = first ? 0.0 : all.coordinate.back();
    if (!first) all.minima.push_back(joint);
    for (const int image : piece.path.intermediate_minima) all.minima.push_back(joint + image);
    for (std::size_t i = first ? 0 : 1; i < piece.path.energies.size(); ++i) {
      all.energies.push_back(piece.path.energies[i]);
      all.coordinate.push_back(offset + piece.path.reaction_coordinate[i]);
    }
  }
  return all;
}

/// Why a piece has not converged, in one line.
std::string why_not(const PathPiece& piece) {
  if (!piece.path.converged()) return md::message("no path: ", neb::to_string(piece.path.status));
  if (!piece.stationary)
    return md::message("the climbing image leads to no saddle of this path (largest force ", static_cast<float>(piece.saddle_max_force),
                       " eV/Å, of the band ", static_cast<float>(piece.path.path_max_force), " eV/Å): other minima lie lower beside it");
  if (!piece.refined)
    return md::message("the climbing image leads to a stationary point that is no first-order saddle (", piece.proof.method, ", ",
                       piece.proof.negative_eigenvalues, " negative eigenvalues)");
  if (!piece.above_ends())
    return md::message("the saddle beside the climbing image is not above both ends (", static_cast<float>(piece.barrier_ev), " and ",
                       static_cast<float>(piece.reverse_barrier_ev), " eV): it belongs to another path");
  return "the sides of the saddle relax to other minima than the ends: it belongs to another path";
}

/// Ends are relaxed where they are no minima: barriers would not be those of an event.
Eigen::VectorXd relaxed_end(const Context& context, md::AtomicSurface& surface, const md::Configuration& end, const std::string& name) {
  constexpr double minimum_force = 1e-2;  // [eV/Å]
  Eigen::VectorXd x = surface.gather(end.positions), gradient(x.size());
  surface.evaluate(x, gradient);
  const double force = md::max_norm(gradient, 3);
  if (force <= minimum_force) return x;
  const Eigen::VectorXd before = x;
  const auto result = md::minimize(surface, x, {.max_step = 0.05});
  if (result.max_force > minimum_force)
    throw md::InputError(md::message("neb: ", name, ": expected a minimum, got a largest force of ", static_cast<float>(force), " eV/Å, and ",
                                     static_cast<float>(result.max_force), " after relaxing it"));
  context.note(md::message(name, " is no minimum (largest force ", static_cast<float>(force), " eV/Å): relaxed first, atoms moved up to ",
                           static_cast<float>(md::largest_displacement(surface, before, x)), " Å"));
  return x;
}

/// In the words of the command line.
void check_options(const BarrierPathOptions& path) {
  const neb::NebOptions& o = path.neb;
  const auto require = [](bool good, const char* option, const char* expected, double got) {
    if (!good) throw md::InputError(md::message(option, ": expected ", expected, ", got ", got));
  };
  require(o.images > 0, "--images", "at least 1", o.images);
  require(o.max_force > 0.0, "--fmax", "a force above 0 eV/Å", o.max_force);
  require(o.path_max_force > 0.0, "--path-fmax", "a force above 0 eV/Å", o.path_max_force);
  require(o.spring_constant > 0.0 && std::isfinite(o.spring_constant), "--spring", "a stiffness above 0 eV/Å²", o.spring_constant);
  require(o.spring_ratio >= 1.0 && std::isfinite(o.spring_ratio), "--spring-ratio", "at least 1", o.spring_ratio);
  require(o.local_margin >= 0.0 && std::isfinite(o.local_margin), "--margin", "a length of at least 0 Å", o.local_margin);
  require(path.max_iterations > 0, "--max-iterations", "at least 1", path.max_iterations);
}

int run(const Context& context, NebArguments options) {
  check_options(options.path);
  if (!options.output.empty()) check_output_path(options.output);
  options.path.neb.threads = context.global.threads;
  if (options.initial_path == "idpp") options.path.neb.initial_path = neb::InitialPath::Idpp;
  options.path.validate();
  if (is_id(options.from) != is_id(options.to))
    throw md::InputError(md::message("neb: expected two minima or two structures, got ", options.from, " and ", options.to));
  const auto ends = is_id(options.from) ? stored(context, options) : read(options);
  md::AtomicSurface surface(ends.potential, ends.from);
  const Eigen::VectorXd from = relaxed_end(context, surface, ends.from, options.from), to = relaxed_end(context, surface, ends.to, options.to);
  const auto session = context.session("neb");
  const auto found = barrier_path([&] { return std::make_unique<md::AtomicSurface>(ends.potential, ends.from); },
                                  from, to, options.path,
                                  [&](const neb::NebProgress& p) {
                                    session.report({p.iteration, 0, md::message("iteration ", p.iteration, ", barrier ",
                                                                                static_cast<float>(p.barrier), " eV")});
                                    return session.stopped() ? md::Control::Stop : md::Control::Continue;
                                  });
  const PathPiece& top = found.pieces[found.highest];
  if (found.pieces.back().path.status == neb::NebStatus::StoppedByObserver) {
    context.outcome(stop_reason() + "; a path is not kept, repeat the command");
    return exit_stopped;
  }
  if (!options.output.empty() && top.saddle.size() > 0) {
    Eigen::VectorXd gradient(surface.dof());
    surface.evaluate(top.saddle, gradient);
    md::write_structure(options.output, frame_of(surface, surface.configuration(top.saddle)), options.types);
  }
  const Profile all = profile(found);
  const double start = found.pieces.front().path.energies.front(), end = found.pieces.back().path.energies.back();
  context.print({{"barrier_ev", top.saddle_energy_ev - start},
                 {"reverse_barrier_ev", top.saddle_energy_ev - end},
                 {"saddle_energy_ev", top.saddle_energy_ev},
                 {"saddle_max_force_ev_per_a", top.saddle_max_force},
                 {"negative_eigenvalues", top.stationary ? json(top.proof.negative_eigenvalues) : json(nullptr)},
                 {"proof_method", top.stationary ? json(art::name(top.proof.kind)) : json(nullptr)},
                 {"path_max_force_ev_per_a", top.path.path_max_force},
                 {"force_calls", found.force_calls},
                 {"images", options.path.neb.images},
                 {"iterations", found.iterations},
                 {"converged", std::ranges::all_of(found.pieces, &PathPiece::converged)},
                 {"status", found.status()},
                 {"intermediate_minima", all.minima},
                 {"energies_ev", all.energies},
                 {"reaction_coordinate_a", all.coordinate},
                 {"pieces", pieces(found)}});
  if (found.pieces.size() > 1)
    context.note(md::message("there are minima on the way: ", found.pieces.size(), " pieces, the barrier is that of the highest saddle"));
  if (top.path.must_be_split())
    context.outcome("there are minima on the way: the barrier is that of the highest saddle on it, not of one event");
  for (const PathPiece& piece : found.pieces) {
    if (piece.converged()) continue;
    context.outcome(why_not(piece));
    return exit_not_reached;
  }
  return exit_done;
}

}  // namespace

void add_neb_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("neb", "path and barrier between two minima (climbing-image nudged elastic band)");
  auto options = std::make_shared<NebArguments>();
  command->add_option("A", options->from, "id of a minimum, or a structure")->required();
  command->add_option("B", options->to, "the same for the other end")->required();
  command->add_option("--potential,-p", options->potential, "for structures from files");
  command->add_option("--types", options->types, "names of LAMMPS types 1, 2, ...: Zr,Cu,Al")->delimiter(',')->allow_extra_args(false);
  command->add_option("--images", options->path.neb.images, "images between the ends")->capture_default_str();
  command->add_option("--fmax", options->path.neb.max_force, "largest force at the saddle [eV/Å], to which the climbing image is led in the end")->capture_default_str();
  command->add_option("--path-fmax", options->path.neb.path_max_force, "largest force on the images of the band [eV/Å]")->capture_default_str();
  command->add_option("--spring", options->path.neb.spring_constant, "of the stiffest spring [eV/Å²]")->capture_default_str();
  command->add_option("--spring-ratio", options->path.neb.spring_ratio, "springs at the highest image so many times as stiff as those at the ends; 1: all alike")
      ->capture_default_str();
  command->add_option("--initial-path", options->initial_path, "linear, or idpp: bent until distances change evenly")
      ->check(CLI::IsMember({"linear", "idpp"}))->capture_default_str();
  command->add_option("--margin", options->path.neb.local_margin,
                      "atoms this close to those that move relax first, before all do [Å]; 0: all from the start")
      ->capture_default_str();
  command->add_option("--max-iterations", options->path.max_iterations, "iterations at most, of all bands together")->capture_default_str();
  command->add_flag("!--no-split", options->path.split, "keep one band where there are minima on the way, instead of pieces");
  command->add_option("-o,--output", options->output, "where to write the saddle");
  command->footer("Examples:\n  landscape neb 1 2\n  landscape neb before.xyz after.xyz --potential CuZr_mm.eam.fs --images 15 -o saddle.xyz");
  command->callback([&context, options] { context.action = [&context, options] { return run(context, *options); }; });
}

}  // namespace landscape::cli
