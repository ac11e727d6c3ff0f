#include "landscape/workflow/vibrations.hpp"

#include <cmath>
#include <numbers>

#include "landscape/workflow/records.hpp"
#include "md/core/error.hpp"
#include "md/core/units.hpp"
#include "md/vibration/density_of_states.hpp"

namespace landscape {

void VibrationRequest::validate() const {
  lowest.validate();
  peak.validate();
  spots.validate();
  if (softness_modes < 1)
    throw md::InputError(
        md::message("--softness-modes: expected at least 1, got ", softness_modes));
  if (trace_vectors < 2)
    throw md::InputError(md::message("--vectors: expected at least 2, got ", trace_vectors));
}

namespace {

/// Shortest vector of the reciprocal lattice, 2π included [1/Å].
double shortest_wave_vector(const md::Cell& cell) {
  const Eigen::Matrix3d reciprocal = 2.0 * std::numbers::pi * cell.inverse().transpose();
  double shortest = std::numeric_limits<double>::infinity();
  for (int a = -3; a <= 3; ++a)
    for (int b = -3; b <= 3; ++b)
      for (int c = -3; c <= 3; ++c)
        if (a || b || c)
          shortest = std::min(shortest, (reciprocal * Eigen::Vector3d(a, b, c)).norm());
  return shortest;
}

/// Moduli, sound, Debye level and first phonon, where they exist.
void describe_elasticity(const Subject& subject,
                         const md::Hessian& hessian,
                         const Session& session,
                         VibrationReport& report) {
  const auto& c = subject.configuration;
  if (!c.cell.fully_periodic() || c.any_frozen()) return;
  const auto elasticity = md::born_elasticity(hessian, c, {.threads = session.threads});
  if (elasticity.status != md::ElasticStatus::Converged) return;
  report.elasticity = elasticity;
  const auto moduli = md::isotropic_moduli(elasticity.stiffness);
  if (!(moduli.shear() > 0.0 && moduli.bulk() > 0.0)) return;
  constexpr double m_per_s = 100.0;  // 1 Å/ps
  const auto sound =
      md::sound(moduli, density_g_per_cm3(c, *subject.potential) / md::units::g_per_cm3);
  report.transverse_m_per_s = m_per_s * sound.transverse;
  report.longitudinal_m_per_s = m_per_s * sound.longitudinal;
  report.debye_mev =
      md::units::mev_per_thz * sound.debye_thz(static_cast<double>(c.size()) / c.cell.volume());
  report.debye_level_per_mev3 = 3.0 / std::pow(report.debye_mev, 3);
  report.first_phonon_mev = md::units::mev_per_thz * sound.transverse *
                            shortest_wave_vector(c.cell) / (2.0 * std::numbers::pi);
}

void describe_softness(const Subject& subject,
                       const md::Hessian& hessian,
                       const md::Modes& modes,
                       const VibrationRequest& request,
                       VibrationReport& report) {
  report.participation = md::participation_ratios(modes.vectors);
  auto softness = md::softness(modes.vectors, modes.eigenvalues, request.softness_modes);
  softness.amplitude = md::on_all_atoms(hessian, softness.amplitude);
  softness.intensity = md::on_all_atoms(hessian, softness.intensity);
  if (subject.configuration.cell.fully_periodic())
    report.spots = md::soft_spots(subject.configuration, softness.amplitude, request.spots);
  report.softness = std::move(softness);
}

/// @return false where stopped.
bool density_from_moments(const md::Hessian& hessian,
                          const VibrationRequest& request,
                          const Session& session,
                          VibrationReport& report) {
  const auto bounds =
      md::spectrum_bounds(hessian, md::Weighting::Mass, session.seed, session.threads);
  md::DensityOfStatesOptions options;
  options.moments = md::moments_for(request.peak.smoothing_mev, bounds);
  options.vectors = request.trace_vectors;
  options.seed = session.seed;
  options.threads = session.threads;
  const auto dos = md::density_of_states(
      hessian, md::Weighting::Mass, bounds, options, [&](int done, int total) {
        session.report({done, total, "density of states"});
        return session.stopped() ? md::Control::Stop : md::Control::Continue;
      });
  report.products += dos.products;
  report.moments = options.moments;
  if (!dos.complete) return false;
  report.boson = md::boson_peak(dos, request.peak);
  return true;
}

}  // namespace

VibrationReport vibrations(const Subject& subject,
                           const VibrationRequest& asked,
                           const Session& session) {
  VibrationRequest request = asked;
  request.validate();
  request.lowest.threads = session.threads;
  request.lowest.seed = request.peak.seed = session.seed;
  const md::Hessian hessian(*subject.potential, subject.configuration);
  VibrationReport report;
  report.left_out = hessian.uniform_motions(md::Weighting::Mass).cols();
  report.modes = hessian.dof() - report.left_out;
  if (report.modes < 1) throw md::InputError("modes: a single atom that is free to move has none");
  describe_elasticity(subject, hessian, session, report);

  if (request.method == SpectrumMethod::All) {
    session.report({0, 0, "diagonalizing"});
    const md::Modes modes =
        md::all_modes(hessian, md::Weighting::Mass, md::ModeVectors::Keep, session.threads);
    report.frequencies_thz = md::frequencies_thz(modes.eigenvalues);
    describe_softness(subject, hessian, modes, request, report);
    report.boson = md::boson_peak(report.frequencies_thz, request.peak);
    return report;
  }
  if (request.method == SpectrumMethod::Lowest) {
    const auto lowest = md::lowest_modes(
        hessian, md::Weighting::Mass, request.lowest, [&](const md::LowestModesProgress& p) {
          session.report({p.converged, request.lowest.count,
                          md::message("lowest modes, ", p.products, " products")});
          return session.stopped() ? md::Control::Stop : md::Control::Continue;
        });
    report.products = lowest.products;
    report.largest_residual = lowest.largest_residual;
    if (lowest.status == md::LowestModesStatus::StoppedByObserver) {
      report.outcome = VibrationOutcome::Interrupted;
      return report;
    }
    if (lowest.status != md::LowestModesStatus::Converged)
      report.outcome = VibrationOutcome::NotConverged;
    report.frequencies_thz = md::frequencies_thz(lowest.modes.eigenvalues);
    describe_softness(subject, hessian, lowest.modes, request, report);
  }
  if (!density_from_moments(hessian, request, session, report))
    report.outcome = VibrationOutcome::Interrupted;
  return report;
}

std::map<std::string, Eigen::VectorXd> softness_of_atoms(const VibrationReport& report) {
  std::map<std::string, Eigen::VectorXd> values;
  if (report.softness) {
    values["softness"] = report.softness->amplitude;
    values["softness_intensity"] = report.softness->intensity;
  }
  if (report.spots) {
    values["softness_field"] = report.spots->field;
    const auto& spots = report.spots->spot_of_atom;
    values["soft_spot"] =
        Eigen::Map<const Eigen::VectorXi>(spots.data(), static_cast<Eigen::Index>(spots.size()))
            .cast<double>();
  }
  return values;
}

std::string spectrum_cost(Eigen::Index atoms, SpectrumMethod method, int lowest) {
  // Measured on two cores with OpenBLAS: 3e-10 s dof³ for all pairs; 2e-7 s a product of one vector
  // and atom at 27000 atoms; moduli take 1500 products.
  const double n = static_cast<double>(atoms), dof = 3.0 * n;
  const auto time = [](double s) {
    return s < 90.0     ? md::message(std::ceil(s), " s")
           : s < 5400.0 ? md::message(std::ceil(s / 60.0), " min")
                        : md::message(std::ceil(s / 3600.0), " h");
  };
  const auto memory = [](double bytes) {
    return md::message(std::round(bytes / 1e8) / 10.0, " GB");
  };
  if (method == SpectrumMethod::All)
    return md::message(atoms, " atoms, all modes: ", memory(24.0 * dof * dof), ", about ",
                       time(3e-10 * dof * dof * dof));
  if (method == SpectrumMethod::Lowest) {
    const double vectors = 3.0 * lowest + 128.0;
    return md::message(
        atoms, " atoms, lowest ", lowest, " modes: ", memory(24.0 * dof * vectors + 6e3 * n),
        ", about ", time(2e-7 * n * (20.0 * vectors + 4000.0) + 2e-10 * dof * vectors * vectors));
  }
  return md::message(atoms, " atoms, density of states: ", memory(8e3 * n), ", about ",
                     time(2e-7 * n * 4000.0));
}

}  // namespace landscape
