#include <cmath>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/subject_input.hpp"
#include "landscape/workflow/sample_results.hpp"
#include "landscape/workflow/vibrations.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {
namespace {

/// More atoms than this are diagonalized only with --all.
constexpr Eigen::Index all_modes_atoms = 4000;

struct ModesArguments {
  SubjectOptions subject;
  VibrationRequest request;
  int lowest = 0;
  bool density = false, all = false;
  std::string csv, output;
};

nlohmann::json spots_json(const md::SoftSpots& spots) {
  auto out = nlohmann::json::array();
  for (const auto& s : spots.spots)
    out.push_back({{"position_a", {s.position.x(), s.position.y(), s.position.z()}},
                   {"softness", s.value},
                   {"atom", s.atom + 1}});
  return out;
}

void add_boson_peak(nlohmann::json& out, const VibrationReport& report) {
  const auto& peak = report.boson.peak;
  out["boson_peak_mev"] = peak.position_mev;
  out["boson_peak_error_mev"] = peak.position_error_mev;
  out["boson_peak_height"] = peak.height;
  out["boson_peak_height_error"] = peak.height_error;
  out["boson_peak_smoothing_mev"] = report.boson.density.smoothing_mev;
  out["boson_peak_over_debye"] = peak.height / report.debye_level_per_mev3;
  out["boson_peak_resolved"] = nullptr;
  if (std::isfinite(peak.position_mev) && std::isfinite(report.first_phonon_mev))
    out["boson_peak_resolved"] = peak.position_mev > 1.5 * report.first_phonon_mev;
  out["first_phonon_mev"] = report.first_phonon_mev;
  out["debye_mev"] = report.debye_mev;
  out["debye_level_per_mev3"] = report.debye_level_per_mev3;
  out["transverse_sound_m_per_s"] = report.transverse_m_per_s;
  out["longitudinal_sound_m_per_s"] = report.longitudinal_m_per_s;
  out["moments"] = report.moments;
}

nlohmann::json describe(const ModesArguments& options,
                        const Subject& subject,
                        const VibrationReport& report) {
  auto out = subject_json(options.subject, subject);
  out["modes"] = report.modes;
  out["left_out"] = report.left_out;
  const bool any = report.frequencies_thz.size() > 0;
  out["frequencies_thz"] = any ? numbers(report.frequencies_thz) : nlohmann::json(nullptr);
  out["participation_ratio"] = any ? numbers(report.participation) : nlohmann::json(nullptr);
  out["imaginary_modes"] = any ? nlohmann::json((report.frequencies_thz.array() < 0.0).count())
                               : nlohmann::json(nullptr);
  out["largest_residual"] = report.largest_residual;
  out["hessian_products"] = report.products;
  add_boson_peak(out, report);
  for (const char* key : {"softness", "softness_modes", "soft_spots", "soft_spot_of_atom"})
    out[key] = nullptr;
  if (report.softness) {
    out["softness"] = numbers(report.softness->amplitude);
    out["softness_modes"] = report.softness->modes;
  }
  if (report.spots) {
    out["soft_spots"] = spots_json(*report.spots);
    out["soft_spot_of_atom"] = report.spots->spot_of_atom;
  }
  return out;
}

/// What the view `properties` gets.
std::map<std::string, Property> properties_of(const VibrationReport& report) {
  const auto& peak = report.boson.peak;
  return {{"boson_peak_mev", {peak.position_mev, peak.position_error_mev}},
          {"boson_peak_height_per_mev3", {peak.height, peak.height_error}},
          {"boson_peak_smoothing_mev", {report.boson.density.smoothing_mev}},
          {"debye_mev", {report.debye_mev}},
          {"first_phonon_mev", {report.first_phonon_mev}}};
}

/// Long arrays are for --json and files.
void shorten(nlohmann::json& out) {
  for (const auto& [key, value] : out.items())
    if (value.is_array() && value.size() > 10)
      value = md::message(value.size(), " values, see --json");
}

void write_output(const std::string& path,
                  const Subject& subject,
                  const VibrationReport& report,
                  const std::vector<std::string>& types) {
  md::Frame frame = subject_frame(subject);
  for (const auto& [name, values] : softness_of_atoms(report))
    frame.extra[name] = atom_column(values);
  if (report.spots) frame.extra["soft_spot"] = atom_column(report.spots->spot_of_atom);
  md::write_structure(path, frame, types);
}

/// Fixes the method, or refuses it in one line. @throws md::InputError
void choose_method(const Context& context, ModesArguments& o, Eigen::Index atoms) {
  o.request.method = o.density      ? SpectrumMethod::Density
                     : o.lowest > 0 ? SpectrumMethod::Lowest
                                    : SpectrumMethod::All;
  if (o.lowest > 0) o.request.lowest.count = o.lowest;
  const std::string cost = spectrum_cost(atoms, o.request.method, o.lowest);
  if (o.request.method == SpectrumMethod::All && atoms > all_modes_atoms && !o.all)
    throw md::InputError(cost + "; expected --lowest 200 (" +
                         spectrum_cost(atoms, SpectrumMethod::Lowest, 200) +
                         "), --dos, or --all to do it anyway");
  if (o.lowest > 3 * atoms)
    throw md::InputError(
        md::message("--lowest ", o.lowest, ": ", atoms, " atoms have ", 3 * atoms, " modes"));
  if (atoms > 1500) context.note(cost);
}

int run(const Context& context, ModesArguments& o) {
  if (!o.output.empty()) check_output_path(o.output);
  if (!o.csv.empty()) check_writable("--csv", o.csv);
  o.request.validate();
  const auto session = context.session("modes");
  auto open = open_subject(context, o.subject, session, Relaxation::FixedCell);
  const Subject& subject = open.subject;
  const auto interrupted = [&] {
    context.outcome(stop_reason() + "; nothing was kept, the same command begins anew");
    return exit_stopped;
  };
  if (subject.stopped) return interrupted();
  choose_method(context, o, subject.configuration.size());
  const VibrationReport report = vibrations(subject, o.request, session);
  if (report.outcome == VibrationOutcome::Interrupted) return interrupted();
  auto out = describe(o, subject, report);
  if (open.database && report.outcome == VibrationOutcome::Done) {
    const nlohmann::json kept = {{"lowest", o.lowest},
                                 {"dos", o.density},
                                 {"smoothing_mev", o.request.peak.smoothing_mev},
                                 {"softness_modes", o.request.softness_modes},
                                 {"spot_width_a", o.request.spots.width_a}};
    store_results(*open.database, subject, "modes", kept.dump(),
                  {softness_of_atoms(report), properties_of(report)}, session);
  }
  const auto& d = report.boson.density;
  if (!o.csv.empty())
    write_csv(o.csv,
              {"energy_mev", "g_per_mev", "g_error", "g_over_w2_per_mev3", "g_over_w2_error"},
              {d.energy_mev, d.density, d.density_error, d.reduced, d.reduced_error});
  if (!o.output.empty()) write_output(o.output, subject, report, o.subject.structure.types);
  if (!context.global.json) shorten(out);
  note_relaxation(context, o.subject, subject);
  context.print(out);
  if (report.frequencies_thz.size() > 0 && report.frequencies_thz[0] < 0.0)
    context.note(md::message((report.frequencies_thz.array() < 0.0).count(),
                             " imaginary modes, listed as negative frequencies: not a minimum"));
  if (report.outcome == VibrationOutcome::Done) return exit_done;
  context.outcome(md::message("not all of the lowest ", o.lowest, " modes converged (residual ",
                              report.largest_residual, "); ask for fewer, or --lowest-products"));
  return exit_not_reached;
}

}  // namespace

void add_modes_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "modes", "vibrations of a sample or a structure: spectrum, boson peak, soft spots");
  auto o = std::make_shared<ModesArguments>();
  add_subject_options(*command, o->subject);
  command->add_flag("--as-is", o->subject.as_is, "do not relax a structure file first");
  auto* lowest = command
                     ->add_option("--lowest", o->lowest,
                                  "the lowest K modes alone, without diagonalizing; any size")
                     ->check(count_at_least(1));
  command
      ->add_flag("--dos", o->density,
                 "the density of states alone, by the kernel polynomial method; any size")
      ->excludes(lowest);
  command->add_flag("--all", o->all, "all modes also of more than 4000 atoms");
  command->add_option("--smoothing", o->request.peak.smoothing_mev, "Gaussian width of g(w) [meV]")
      ->capture_default_str();
  command
      ->add_option("--vectors", o->request.trace_vectors, "random vectors of the density of states")
      ->capture_default_str();
  command
      ->add_option("--softness-modes", o->request.softness_modes,
                   "lowest modes that make up the softness")
      ->capture_default_str();
  command
      ->add_option("--spot-width", o->request.spots.width_a,
                   "Gaussian width of the softness field [Å]")
      ->capture_default_str();
  command
      ->add_option("--lowest-products", o->request.lowest.max_products,
                   "products of the matrix with a vector, at most")
      ->capture_default_str();
  command->add_option("--csv", o->csv, "g(w) and g(w)/w^2 with errors, as CSV");
  command->add_option("-o,--output", o->output,
                      "the structure with softness and soft spot of each atom (.xyz)");
  command->footer(
      "Frequencies are those of the dynamical matrix (masses included), the uniform translations "
      "left out, imaginary ones negative.\n"
      "All modes take 24 (3 N)^2 bytes: 1000 atoms 0.2 GB and some 10 s, 4000 atoms 3.5 GB and 10 "
      "min; beyond that use --lowest or\n"
      "--dos. A sample's softness goes into the database (view atoms).\n"
      "Examples:\n  landscape modes glass --csv dos.csv\n  landscape modes big.xyz --potential "
      "CuZr_mm.eam.fs --lowest 200");
  command->callback([&context, o] { context.action = [&context, o] { return run(context, *o); }; });
}

}  // namespace landscape::cli
