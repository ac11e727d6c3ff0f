#include <algorithm>
#include <cmath>

#include "landscape/workflow/ensemble.hpp"
#include "landscape/workflow/records.hpp"

namespace landscape {

namespace {

/// A loading curve in the sense of its replica: strain and stress positive, energy from its start.
struct Curve {
  std::vector<double> strain, stress, energy, overlap;
};

Curve curve_of(const db::ShearRecord& shear, const std::vector<db::ShearStepRecord>& steps) {
  Curve c;
  const double sense = shear.to_strain >= 0.0 ? 1.0 : -1.0;
  const int plane = plane_index(shear.plane);
  for (const auto& step : steps) {
    if (step.branch != "load") break;
    c.strain.push_back(sense * step.strain_xy);
    c.stress.push_back(sense * in_plane(step.stress_gpa, plane));
    c.energy.push_back(step.energy_ev - steps.front().energy_ev);
    c.overlap.push_back(step.overlap);
  }
  return c;
}

/// On the straight line between the two steps around `strain`; unknown beyond the last.
double at(const Curve& c, const std::vector<double>& values, double strain) {
  const auto above = std::ranges::lower_bound(c.strain, strain - 1e-12);
  if (above == c.strain.end()) return db::unknown;
  const auto k = static_cast<std::size_t>(above - c.strain.begin());
  if (k == 0 || c.strain[k] - c.strain[k - 1] <= 0.0) return values[k];
  const double t = std::clamp((strain - c.strain[k - 1]) / (c.strain[k] - c.strain[k - 1]), 0.0, 1.0);
  return (1.0 - t) * values[k - 1] + t * values[k];
}

/// N (<Q²> - <Q>²).
double chi(const Moments& m, std::int64_t n_atoms) {
  return m.n > 1 ? static_cast<double>(n_atoms) * m.variance * static_cast<double>(m.n - 1) / static_cast<double>(m.n) : db::unknown;
}

}  // namespace

double Moments::error() const { return n > 1 ? std::sqrt(variance / static_cast<double>(n)) : db::unknown; }

Moments moments(const std::vector<double>& values) {
  Moments m;
  double sum = 0.0, squares = 0.0;
  for (const double v : values)
    if (std::isfinite(v)) {
      ++m.n;
      sum += v;
    }
  if (m.n == 0) return m;
  m.mean = sum / static_cast<double>(m.n);
  for (const double v : values)
    if (std::isfinite(v)) squares += (v - m.mean) * (v - m.mean);
  if (m.n > 1) m.variance = squares / static_cast<double>(m.n - 1);
  return m;
}

std::vector<db::EnsemblePointRecord> summarize_ensemble(db::Database& database, db::EnsembleRecord& e, std::int64_t n_atoms, double to,
                                                        double curve_step) {
  std::vector<Curve> curves;
  std::vector<double> modulus, stress, yield, drop, drop_strain, slope, overlap, rearranged, work, residual, healed, closed;
  e.force_calls = 0.0;
  for (const auto& replica : database.replicas_of_ensemble(e.id)) {
    if (replica.state != "done" || !replica.shear_id) continue;
    const db::ShearRecord s = database.shear(*replica.shear_id);
    curves.push_back(curve_of(s, database.steps_of_shear(s.id)));
    e.force_calls += s.force_calls;
    if (s.shear_modulus_gpa > 0.0) modulus.push_back(s.shear_modulus_gpa);  // a start that gives way at once has no elastic slope
    stress.push_back(s.max_stress_gpa);
    yield.push_back(std::abs(s.yield_strain));
    drop.push_back(std::isfinite(s.max_stress_drop_gpa) ? s.max_stress_drop_gpa : 0.0);  // no drop is one of size 0
    drop_strain.push_back(std::abs(s.max_stress_drop_strain));
    slope.push_back(std::isfinite(s.slope_drop_gpa) ? s.slope_drop_gpa : 0.0);
    overlap.push_back(s.overlap);
    rearranged.push_back(s.rearranged_fraction);
    if (!replica.unload_shear_id) continue;
    for (const auto& u : database.unloadings_of_shear(*replica.unload_shear_id)) {
      closed.push_back(u.closed ? 1.0 : 0.0);
      work.push_back(u.dissipated_energy_ev);
      residual.push_back(std::abs(u.residual_strain));
      healed.push_back(u.healed_fraction);
    }
    // Its loading is that of the shear.
    e.force_calls += database.shear(*replica.unload_shear_id).force_calls;
    for (const auto& step : database.steps_of_shear(*replica.unload_shear_id))
      if (step.branch == "load") e.force_calls -= step.force_calls;
  }
  const Moments drops = moments(drop), slopes = moments(slope), stresses = moments(stress), q = moments(overlap);
  e.distinct_replicas = static_cast<std::int64_t>(curves.size());
  e.shear_modulus_gpa = moments(modulus).mean;
  e.max_stress_gpa = stresses.mean;
  e.max_stress_error_gpa = stresses.error();
  e.yield_strain = moments(yield).mean;
  e.max_stress_drop_gpa = drops.mean;
  e.max_stress_drop_error_gpa = drops.error();
  e.max_stress_drop_strain = moments(drop_strain).mean;
  e.drop_variance_gpa2 = drops.variance;
  e.drop_variance_n_gpa2 = static_cast<double>(n_atoms) * drops.variance;
  e.variance_relative_error = drops.n > 1 ? std::sqrt(2.0 / static_cast<double>(drops.n - 1)) : db::unknown;
  e.slope_drop_gpa = slopes.mean;
  e.slope_drop_variance_gpa2 = slopes.variance;
  e.overlap = q.mean;
  e.overlap_chi = chi(q, n_atoms);
  e.rearranged_fraction = moments(rearranged).mean;
  const Moments loops = moments(closed);
  e.loops = loops.n;
  e.closed_fraction = loops.mean;
  e.closed_fraction_error = loops.n > 0 ? std::sqrt(loops.mean * (1.0 - loops.mean) / static_cast<double>(loops.n)) : db::unknown;
  e.dissipated_energy_ev = moments(work).mean;
  e.residual_strain = moments(residual).mean;
  e.healed_fraction = moments(healed).mean;

  std::vector<db::EnsemblePointRecord> points;
  e.overlap_chi_peak = e.overlap_chi_peak_strain = db::unknown;
  for (std::int64_t k = 0; static_cast<double>(k) * curve_step <= std::abs(to) * (1.0 + 1e-9); ++k) {
    db::EnsemblePointRecord point;
    point.point_index = k;
    point.strain = static_cast<double>(k) * curve_step;
    std::vector<double> s, energy, o;
    for (const auto& c : curves) {
      s.push_back(at(c, c.stress, point.strain));
      energy.push_back(at(c, c.energy, point.strain));
      o.push_back(at(c, c.overlap, point.strain));
    }
    const Moments ms = moments(s), mo = moments(o);
    point.replicas = ms.n;
    point.stress_gpa = ms.mean;
    point.stress_deviation_gpa = std::sqrt(ms.variance);
    point.energy_per_atom_ev = moments(energy).mean / static_cast<double>(n_atoms);
    point.overlap = mo.mean;
    point.overlap_chi = chi(mo, n_atoms);
    if (!(point.overlap_chi <= e.overlap_chi_peak) && std::isfinite(point.overlap_chi)) {
      e.overlap_chi_peak = point.overlap_chi;
      e.overlap_chi_peak_strain = point.strain;
    }
    points.push_back(point);
  }
  return points;
}

}  // namespace landscape
