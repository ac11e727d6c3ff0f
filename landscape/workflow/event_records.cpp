#include "landscape/workflow/event_records.hpp"

namespace landscape {

namespace {

db::Id add_configuration(db::Database& database, const Place& place, const Measured& state) {
  return database.add_configuration(place.reference ? encode_on_grid(state.positions, place.reference) : encode_positions(state.positions));
}

}  // namespace

Measured measure(md::AtomicSurface& surface, const Eigen::VectorXd& x, const Reference* reference) {
  Eigen::VectorXd gradient(surface.dof());
  surface.forget_history();
  Measured m;
  m.positions = surface.scatter(x);
  if (reference) m.positions = put_on_grid(m.positions, reference);
  m.energy_ev = surface.evaluate(surface.gather(m.positions), gradient);
  m.max_force_ev_per_a = md::max_norm(gradient, 3);
  m.stress_gpa = stress_gpa(surface.stress());
  return m;
}

db::MinimumRecord store_minimum(db::Database& database, const Place& place, const Measured& minimum, const std::string& origin,
                                const std::string& uid) {
  db::MinimumRecord record;
  record.sample_id = place.sample_id;
  record.run_id = place.run_id;
  record.strain_xy = place.strain_xy;
  record.plane = place.plane;
  record.energy_ev = minimum.energy_ev;
  record.max_force_ev_per_a = minimum.max_force_ev_per_a;
  record.stress_gpa = minimum.stress_gpa;
  record.configuration_id = add_configuration(database, place, minimum);
  record.origin = origin;
  record.uid = uid;
  record.id = database.add_minimum(record);
  return record;
}

db::SaddleRecord store_saddle(db::Database& database, const Place& place, const Measured& saddle, const art::IndexProof& proof,
                              const md::Matrix3Xd& mode, bool connected, std::int64_t center_atom, const std::string& uid) {
  db::SaddleRecord record;
  record.sample_id = place.sample_id;
  record.run_id = place.run_id;
  record.strain_xy = place.strain_xy;
  record.plane = place.plane;
  record.energy_ev = saddle.energy_ev;
  record.max_force_ev_per_a = saddle.max_force_ev_per_a;
  record.curvature_ev_per_a2 = proof.first;
  record.second_curvature_ev_per_a2 = proof.second;
  record.negative_eigenvalues = proof.negative_eigenvalues;
  record.proof_method = art::name(proof.kind);
  record.proof = proof.method;
  record.stress_gpa = saddle.stress_gpa;
  record.configuration_id = add_configuration(database, place, saddle);
  if (mode.cols() > 0) record.mode_configuration_id = database.add_configuration(encode_on_grid(put_on_grid(mode, nullptr, mode_steps), nullptr));
  record.connected = connected;
  record.center_atom = center_atom;
  record.uid = uid;
  record.id = database.add_saddle(record);
  return record;
}

db::EventRecord event_between(const Place& place, const db::MinimumRecord& initial, const db::SaddleRecord& saddle,
                              const db::MinimumRecord& final_minimum, const md::AtomicSurface& surface,
                              const Eigen::VectorXd& x_initial, const Eigen::VectorXd& x_final) {
  const std::size_t shear = place.plane == "xy" ? 5 : place.plane == "xz" ? 4 : 3;  // xx yy zz yz xz xy
  db::EventRecord event;
  event.sample_id = place.sample_id;
  event.run_id = place.run_id;
  event.strain_xy = place.strain_xy;
  event.plane = place.plane;
  event.initial_minimum_id = initial.id;
  event.saddle_id = saddle.id;
  event.final_minimum_id = final_minimum.id;
  event.barrier_ev = saddle.energy_ev - initial.energy_ev;
  event.reverse_barrier_ev = saddle.energy_ev - final_minimum.energy_ev;
  event.curvature_ev_per_a2 = saddle.curvature_ev_per_a2;
  event.delta_stress_xy_gpa = saddle.stress_gpa[shear] - initial.stress_gpa[shear];
  if (surface.cell().fully_periodic())
    event.predicted_critical_strain =
        predicted_critical_strain(place.strain_xy, event.barrier_ev, surface.cell().volume(), event.delta_stress_xy_gpa);
  const Displacement moved = measure_displacement(surface, x_initial, x_final);
  event.center_atom = moved.center_atom;
  event.max_displacement_a = moved.largest_a;
  event.participation_number = moved.participation_number;
  return event;
}

md::Matrix3Xd mode_on_atoms(const md::AtomicSurface& surface, const Eigen::VectorXd& mode) {
  md::Matrix3Xd all = md::Matrix3Xd::Zero(3, surface.atom_count());
  for (std::size_t b = 0; b < surface.free_atoms().size(); ++b)
    all.col(surface.free_atoms()[b]) = mode.segment<3>(3 * static_cast<Eigen::Index>(b));
  return all;
}

}  // namespace landscape
