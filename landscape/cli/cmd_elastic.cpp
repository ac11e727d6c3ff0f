#include <array>
#include <cmath>
#include <map>

#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/subject_input.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/sample_results.hpp"
#include "md/core/error.hpp"
#include "md/core/units.hpp"
#include "md/potential/atomic_surface.hpp"
#include "md/vibration/elastic.hpp"

namespace landscape::cli {
namespace {

struct ElasticArguments {
  SubjectOptions subject;
  std::string method = "born";
  md::BornOptions born;
  md::FiniteStrainOptions strain;
};

nlohmann::json matrix_json(const md::Matrix6d& stiffness) {
  if (!stiffness.allFinite()) return nullptr;
  auto rows = nlohmann::json::array();
  for (int a = 0; a < 6; ++a) {
    auto& row = rows.emplace_back(nlohmann::json::array());
    for (int b = 0; b < 6; ++b) row.push_back(stiffness(a, b) * md::units::gpa_per_ev_a3);
  }
  return rows;
}

/// Moduli of the isotropic averages.
void add_moduli(nlohmann::json& out, const md::Matrix6d& stiffness) {
  const auto m = md::isotropic_moduli(stiffness * md::units::gpa_per_ev_a3);
  out["bulk_modulus_gpa"] = m.bulk();
  out["shear_modulus_gpa"] = m.shear();
  out["poisson_ratio"] = m.poisson();
  out["bulk_modulus_voigt_gpa"] = m.bulk_voigt;
  out["shear_modulus_voigt_gpa"] = m.shear_voigt;
  out["bulk_modulus_reuss_gpa"] = m.bulk_reuss;
  out["shear_modulus_reuss_gpa"] = m.shear_reuss;
}

Eigen::Matrix3d stress_of(const Subject& subject, int threads) {
  md::AtomicSurface surface(subject.potential, subject.configuration, {.threads = threads});
  Eigen::VectorXd gradient(surface.dof());
  surface.evaluate(surface.gather(subject.configuration.positions), gradient);
  return surface.stress();
}

/// What the view `properties` gets.
std::map<std::string, Property> properties_of(const nlohmann::json& out) {
  std::map<std::string, Property> properties;
  for (const char* name : {"bulk_modulus_gpa", "shear_modulus_gpa", "poisson_ratio"})
    properties[name] = {out.at(name).get<double>()};
  static constexpr std::array<const char*, 6> axis = {"1", "2", "3", "4", "5", "6"};
  const auto& c = out.at("stiffness_gpa");
  for (std::size_t a = 0; a < 6; ++a)
    for (std::size_t b = a; b < 6; ++b)
      properties[std::string("c") + axis[a] + axis[b] + "_gpa"] = {c[a][b].get<double>()};
  return properties;
}

/// Why there are no moduli, for people.
std::string why_not(const md::Elasticity& elasticity, const std::string& name) {
  if (elasticity.status == md::ElasticStatus::NotAMinimum)
    return name +
           " is not a minimum (a direction of negative curvature was met): it has no elastic "
           "constants";
  return md::message("the elastic constants of ", name, " did not converge (residual ",
                     elasticity.residual, ")");
}

int run(const Context& context, ElasticArguments& options) {
  options.born.threads = options.strain.threads = context.global.threads;
  options.born.validate();
  options.strain.validate();
  const auto session = context.session("elastic");
  auto open = open_subject(context, options.subject, session, Relaxation::FixedCell);
  const Subject& subject = open.subject;
  const std::string& name = options.subject.structure.file;
  const auto observe = [&](const char* what) {
    return [&session, what](double done) {
      session.report({static_cast<std::int64_t>(100.0 * done), 100, what});
      return session.stopped() ? md::Control::Stop : md::Control::Continue;
    };
  };
  const auto interrupted = [&] {
    context.outcome(md::message(stop_reason(), "; nothing was kept, the same command begins anew"));
    return exit_stopped;
  };
  if (subject.stopped) return interrupted();
  auto out = subject_json(options.subject, subject);
  out["method"] = options.method;
  md::Elasticity born, strain;
  const bool by_born = options.method != "strain", by_strain = options.method != "born";
  if (by_born)
    born = md::born_elasticity(md::Hessian(*subject.potential, subject.configuration),
                               subject.configuration, options.born, observe("non-affine part"));
  if (by_strain && born.status != md::ElasticStatus::StoppedByObserver)
    strain = md::finite_strain_elasticity(subject.potential, subject.configuration, options.strain,
                                          observe("strained structures"));
  const md::Elasticity& main = by_born ? born : strain;
  for (const auto* part : {&born, &strain})
    if (part->status == md::ElasticStatus::StoppedByObserver) return interrupted();
  out["stiffness_gpa"] = matrix_json(main.stiffness);
  out["asymmetry_gpa"] = main.asymmetry * md::units::gpa_per_ev_a3;
  out["stress_gpa"] = stress_json(stress_gpa(stress_of(subject, context.global.threads)));
  add_moduli(out, main.stiffness);
  if (by_born) {
    const auto affine = md::isotropic_moduli(born.affine * md::units::gpa_per_ev_a3);
    out["stiffness_affine_gpa"] = matrix_json(born.affine);
    out["bulk_modulus_affine_gpa"] = affine.bulk();
    out["shear_modulus_affine_gpa"] = affine.shear();
    out["hessian_products"] = born.products;
  }
  if (by_strain) {
    out["stiffness_strain_gpa"] = matrix_json(strain.stiffness);
    out["strain"] = options.strain.strain;
    out["force_calls"] = subject.force_calls + static_cast<double>(strain.products);
  }
  if (by_born && by_strain)
    out["largest_difference_gpa"] =
        (born.stiffness - strain.stiffness).cwiseAbs().maxCoeff() * md::units::gpa_per_ev_a3;
  if (open.database && main.status == md::ElasticStatus::Converged)
    store_results(*open.database, subject, "elastic",
                  nlohmann::json{{"method", options.method}}.dump(), {{}, properties_of(out)},
                  session);
  note_relaxation(context, options.subject, subject);
  context.print(out);
  if (by_born && by_strain &&
      (born.stiffness - strain.stiffness).cwiseAbs().maxCoeff() >
          0.02 * born.stiffness.cwiseAbs().maxCoeff())
    context.outcome(
        md::message("warning: the two methods differ: a strained structure left the minimum or the "
                    "tables are rough at strain ",
                    options.strain.strain, "; try a smaller --strain"));
  for (const auto* part : {by_born ? &born : nullptr, by_strain ? &strain : nullptr})
    if (part && part->status != md::ElasticStatus::Converged) {
      context.outcome(why_not(*part, name));
      return exit_not_reached;
    }
  return exit_done;
}

}  // namespace

void add_elastic_command(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("elastic", "elastic constants and moduli of a sample or a structure");
  auto options = std::make_shared<ElasticArguments>();
  add_subject_options(*command, options->subject);
  command->add_flag("--as-is", options->subject.as_is, "do not relax a structure file first");
  command
      ->add_option("--method", options->method,
                   "born (second derivatives), strain (strain and relax) or both")
      ->check(CLI::IsMember({"born", "strain", "both"}))
      ->capture_default_str();
  command
      ->add_option("--strain", options->strain.strain,
                   "strain applied both ways by --method strain")
      ->capture_default_str()->check(number_above(0));
  command
      ->add_option("--tolerance", options->born.tolerance,
                   "of the linear equations of --method born")
      ->capture_default_str()->check(number_above(0));
  command->footer(
      "Stress-strain coefficients at the structure's own stress and at zero temperature, xx yy zz "
      "yz xz xy, shear strains\n"
      "doubled; the moduli without further name are Hill's. Born is exact and takes seconds to a "
      "minute at 1000-27000 atoms.\n"
      "Examples:\n  landscape elastic glass\n  landscape elastic cu.xyz --potential "
      "Cu_mishin1.eam.alloy --method both");
  command->callback([&context, options] {
    context.action = [&context, options] { return run(context, *options); };
  });
}

}  // namespace landscape::cli
