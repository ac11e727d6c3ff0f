#include "landscape/workflow/ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <nlohmann/json.hpp>

#include "landscape/workflow/ordered_work.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/replica.hpp"
#include "landscape/workflow/sample.hpp"
#include "landscape/workflow/sample_store.hpp"
#include "md/core/error.hpp"

namespace landscape {

namespace {

using nlohmann::json;

constexpr double same_minimum = 0.1;  ///< [Å] DESIGN.md's measure of the same minimum
constexpr double same_energy = 1e-3;  ///< [eV] beyond this it is not worth comparing atoms

/// What all replicas of one sample have in common.
struct Material {
  db::SampleRecord sample;
  std::shared_ptr<const md::Potential> potential;
  md::Configuration minimum;
};

struct Sense {
  std::string name;
  std::string plane;
  double sign;
};

Sense sense_of(const std::string& name) {
  if (name.size() == 3 && (name[0] == '+' || name[0] == '-'))
    for (const char* plane : {"xy", "xz", "yz"})
      if (name.substr(1) == plane) return {name, plane, name[0] == '+' ? 1.0 : -1.0};
  throw md::InputError("--senses: expected +xy, -xy, +xz, -xz, +yz or -yz, got " + name);
}

class Ensemble {
 public:
  Ensemble(db::Database& database, const EnsembleRequest& request, const Session& session)
      : database_(database), request_(request), session_(session) {
    for (const auto& name : request.samples) {
      Material m;
      m.sample = ready_sample(database, name);
      m.potential = sample_potential(database, m.sample);
      m.minimum = load_minimum(database, m.sample.minimum_id.value());
      if (!m.minimum.cell.fully_periodic()) throw md::InputError("ensemble: sample " + name + " is not periodic in all directions");
      if (!materials_.empty() && (m.sample.n_atoms != materials_[0].sample.n_atoms || m.sample.composition != materials_[0].sample.composition))
        throw md::InputError(md::message("ensemble: expected samples of one size and composition, got ", materials_[0].sample.n_atoms, " atoms of ",
                                         materials_[0].sample.composition, " and ", m.sample.n_atoms, " of ", m.sample.composition));
      materials_.push_back(std::move(m));
    }
    for (const auto& name : request.senses) senses_.push_back(sense_of(name));
  }

  db::Id potential_id() const { return materials_[0].sample.potential_id; }
  std::int64_t n_atoms() const { return materials_[0].sample.n_atoms; }
  /// Made by this object: perturbed starts, and the shears stored.
  double force_calls() const {
    double calls = force_calls_;
    for (const auto& of_sample : starts_)
      for (const Start& s : of_sample) calls += s.start.force_calls;
    return calls;
  }
  std::int64_t replicas() const {
    return static_cast<std::int64_t>(senses_.size() * materials_.size()) * (request_.perturbations + 1);
  }

  /// All starts, and which of them are new minima. @return false where it was stopped.
  bool prepare(db::Id run_id) {
    starts_.resize(materials_.size());
    const auto count = static_cast<std::size_t>(request_.perturbations) + 1;
    for (auto& of_sample : starts_) of_sample.resize(count);
    std::vector<std::exception_ptr> errors(starts_.size() * count);
#pragma omp parallel for schedule(dynamic) num_threads(session_.threads)
    for (std::size_t k = 0; k < errors.size(); ++k) {
      if (session_.stopped()) continue;
      const auto s = k / count, p = k % count;
      try {
        const Material& m = materials_[s];
        starts_[s][p].start = perturbed_start(m.potential, m.minimum, request_.amplitude_a, session_.seed, static_cast<std::int64_t>(p));
      } catch (...) {
        errors[k] = std::current_exception();
      }
    }
    for (const auto& error : errors)
      if (error) std::rethrow_exception(error);
    if (session_.stopped()) return false;
    for (std::size_t s = 0; s < starts_.size(); ++s) name_starts(s, run_id);
    return true;
  }

  /// Replicas from `begin` on, stored in their order. @return false where it was stopped.
  bool run(const db::EnsembleRecord& ensemble, db::Id run_id, std::int64_t begin) {
    if (begin >= replicas()) return true;
    std::vector<ReplicaWalk> walks(static_cast<std::size_t>(replicas() - begin));
    const auto index = [&](std::size_t k) { return begin + static_cast<std::int64_t>(k); };
    const auto shear = [&](std::size_t k, const std::atomic<bool>& stop) {
      const Place at = place(index(k));
      if (!is_sheared(at)) return;
      walks[k] = walk_replica(materials_[at.sample].potential, starts_[at.sample][at.perturbation].start.configuration,
                              shear_plan(shear_request(at)), request_.unload, [&] { return stop.load(); });
    };
    const auto take = [&](std::size_t k) {
      store(ensemble, run_id, index(k), walks[k]);
      walks[k] = {};
    };
    return in_order(walks.size(), session_, shear, take, [] { return std::string("replicas"); });
  }

 private:
  struct Start {
    PerturbedStart start;
    std::optional<std::int64_t> same_as;   ///< the earlier perturbation that led to the same minimum
    std::optional<db::Id> minimum_id;      ///< none for the sample's own
  };
  struct Place {
    std::size_t sample, perturbation, sense;
  };

  Place place(std::int64_t index) const {
    const auto k = static_cast<std::size_t>(index);
    return {k / senses_.size() % materials_.size(), k / senses_.size() / materials_.size(), k % senses_.size()};
  }

  /// Compares the starts of a sample, in order, and stores the new minima.
  void name_starts(std::size_t s, db::Id run_id) {
    const Material& m = materials_[s];
    for (std::size_t p = 1; p < starts_[s].size(); ++p) {
      Start& start = starts_[s][p];
      if (!start.start.converged) continue;
      for (std::size_t earlier = 0; earlier < p && !start.same_as; ++earlier) {
        const PerturbedStart& other = starts_[s][earlier].start;
        if (other.converged && std::abs(other.energy_ev - start.start.energy_ev) < same_energy &&
            same_up_to_exchange(other.configuration, start.start.configuration, same_minimum))
          start.same_as = static_cast<std::int64_t>(earlier);
      }
      if (start.same_as) continue;
      const std::string uid = make_uid(sample_uid_text(database_, m.sample) +
                                       md::message("/perturbed/", request_.amplitude_a, '/', session_.seed, '/', p));
      if (const auto known = database_.find_minimum_by_uid(uid)) {
        start.minimum_id = known->id;
        continue;
      }
      db::Transaction transaction(database_);
      db::MinimumRecord minimum;
      minimum.sample_id = m.sample.id;
      minimum.run_id = run_id;
      minimum.energy_ev = start.start.energy_ev;
      minimum.max_force_ev_per_a = start.start.max_force_ev_per_a;
      minimum.stress_gpa = stress_gpa(start.start.stress);
      minimum.configuration_id = database_.add_configuration(encode_positions(start.start.configuration.positions));
      minimum.origin = "shear";
      minimum.uid = uid;
      start.minimum_id = database_.add_minimum(minimum);
      transaction.commit();
    }
  }

  ShearRequest shear_request(const Place& at) const {
    ShearRequest request = request_.shear;
    request.sample = materials_[at.sample].sample.name;
    request.plane = senses_[at.sense].plane;
    request.to = senses_[at.sense].sign * std::abs(request_.shear.to);
    request.unload.clear();
    request.cycles = 0;
    return request;
  }

  bool is_sheared(const Place& at) const {
    const Start& start = starts_[at.sample][at.perturbation];
    return start.start.converged && !start.same_as;
  }

  db::ShearRecord begin_shear(const db::EnsembleRecord& ensemble, db::Id run_id, std::int64_t index, const Place& at, bool unloading) {
    const ShearRequest request = shear_request(at);
    json options = json::parse(shear_options_text(request));
    options["ensemble"] = ensemble.name;
    options["replica"] = index;
    options["perturbation"] = at.perturbation;
    if (unloading) options["unloaded_from"] = request_.unload == UnloadFrom::Yield ? "yield" : "before the largest drop";
    db::ShearRecord shear;
    shear.sample_id = materials_[at.sample].sample.id;
    shear.run_id = run_id;
    shear.options = shear.options_key = options.dump();
    shear.plane = request.plane;
    shear.to_strain = request.to;
    shear.ensemble_id = ensemble.id;
    shear.start_minimum_id = starts_[at.sample][at.perturbation].minimum_id;
    return database_.shear(database_.ensure_shear(shear));
  }

  /// A shear that did not relax stays "running", as one of its own does.
  void end_shear(db::ShearRecord& shear, db::Id run_id, const Place& at, const RearrangementMeter& meter, bool converged, Returns returns = {}) {
    (void)finish_shear_rows(database_, materials_[at.sample].sample, shear, run_id, meter, 1, std::move(returns));
    if (converged) shear.state = "done";
    force_calls_ += shear.force_calls;
    database_.update_shear(shear);
  }

  void store(const db::EnsembleRecord& ensemble, db::Id run_id, std::int64_t index, const ReplicaWalk& walk) {
    const Place at = place(index);
    const Start& start = starts_[at.sample][at.perturbation];
    db::ReplicaRecord replica;
    replica.ensemble_id = ensemble.id;
    replica.run_id = run_id;
    replica.replica_index = index;
    replica.sample_id = materials_[at.sample].sample.id;
    replica.perturbation = static_cast<std::int64_t>(at.perturbation);
    replica.sense = senses_[at.sense].name;
    replica.energy_difference_ev = start.start.energy_difference_ev;
    replica.max_displacement_a = start.start.max_displacement_a;
    replica.same_as_perturbation = start.same_as;
    replica.state = start.same_as ? "same" : start.start.converged && walk.converged ? "done" : "not_relaxed";
    db::Transaction transaction(database_);
    if (is_sheared(at)) {
      const RearrangementMeter meter(request_.shear.rearrangement, start.start.configuration);
      db::ShearRecord shear = begin_shear(ensemble, run_id, index, at, false);
      std::int64_t event_index = 0;
      for (std::size_t k = 0; k < walk.load.size(); ++k) store_one(shear, run_id, k, event_index, walk.load[k]);
      shear.unstable_strain = walk.unstable.value_or(db::unknown);
      end_shear(shear, run_id, at, meter, walk.converged);
      replica.shear_id = shear.id;
      if (!walk.unload.empty() && walk.converged) replica.unload_shear_id = store_unloading(ensemble, run_id, index, at, walk, meter);
    }
    database_.add_replica(replica);
    transaction.commit();
  }

  void store_one(const db::ShearRecord& shear, db::Id run_id, std::size_t index, std::int64_t& event_index, const WalkedStep& step) {
    store_walked_step(database_, shear, run_id, static_cast<std::int64_t>(index), event_index, step, step.event && step.event->before.size() > 0);
  }

  /// The loading up to the turn once more, without atoms, so that the row is a whole loop.
  db::Id store_unloading(const db::EnsembleRecord& ensemble, db::Id run_id, std::int64_t index, const Place& at, const ReplicaWalk& walk,
                         const RearrangementMeter& meter) {
    db::ShearRecord loop = begin_shear(ensemble, run_id, index, at, true);
    std::int64_t event_index = 0;
    for (std::size_t k = 0; k < walk.turned_at; ++k) {
      WalkedStep step;
      step.row = walk.load[k].row;
      if (walk.load[k].event) step.event.emplace().row = walk.load[k].event->row;
      if (k + 1 == walk.turned_at) step.kept = walk.turned_positions;
      store_walked_step(database_, loop, run_id, static_cast<std::int64_t>(k), event_index, step, false);
    }
    for (std::size_t k = 0; k < walk.unload.size(); ++k)
      store_walked_step(database_, loop, run_id, static_cast<std::int64_t>(walk.turned_at + k), event_index, walk.unload[k], false);
    loop.to_strain = std::copysign(walk.load[walk.turned_at - 1].row.strain_xy, senses_[at.sense].sign);  // turned at strain 0 too
    end_shear(loop, run_id, at, meter, true, {*walk.returned});
    return loop.id;
  }

  db::Database& database_;
  const EnsembleRequest& request_;
  const Session& session_;
  std::vector<Material> materials_;
  std::vector<Sense> senses_;
  std::vector<std::vector<Start>> starts_;   ///< by sample and perturbation
  double force_calls_ = 0.0;
};

/// Ensembles from before there was a choice have true and false.
json unload_text(UnloadFrom unload) {
  if (unload == UnloadFrom::Yield) return "yield";
  return unload == UnloadFrom::LargestDrop;
}

/// Text that tells this ensemble from others. More perturbations extend it, so that their number is not part of it.
std::string options_text(const EnsembleRequest& request, const Session& session) {
  const ShearRequest& s = request.shear;
  json options = {{"samples", request.samples}, {"senses", request.senses}, {"amplitude_a", request.amplitude_a}, {"unload", unload_text(request.unload)},
                  {"curve_step", request.curve_step}, {"to", s.to}, {"max_step", s.max_step}, {"resolution", s.resolution},
                  {"fixed", s.fixed_steps}, {"d2min_cutoff_a", s.rearrangement.cutoff_a}, {"threshold_a2", s.rearrangement.threshold_a2},
                  {"overlap_a", s.rearrangement.overlap_a}, {"seed", session.seed}};
  return options.dump();
}

}  // namespace

void EnsembleRequest::validate() const {
  if (name.empty()) throw md::InputError("ensemble: expected a name");
  if (samples.empty()) throw md::InputError("--samples: expected at least one");
  if (senses.empty()) throw md::InputError("--senses: expected at least one");
  for (const auto* list : {&samples, &senses})
    for (std::size_t k = 0; k < list->size(); ++k)
      if (std::ranges::count(*list, (*list)[k]) > 1) throw md::InputError("ensemble: " + (*list)[k] + " is given twice");
  if (perturbations < 0) throw md::InputError(md::message("--perturbations: expected at least 0, got ", perturbations));
  if (!(amplitude_a > 0.0 && std::isfinite(amplitude_a)))
    throw md::InputError(md::message("--amplitude: expected a length above 0 Å, got ", amplitude_a));
  if (!(curve_step > 0.0 && std::isfinite(curve_step)))
    throw md::InputError(md::message("--curve-step: expected a strain above 0, got ", curve_step));
  if (!(shear.to > 0.0)) throw md::InputError(md::message("--to: expected a strain above 0, got ", shear.to, "; senses have the sign"));
  for (const auto& sense : senses) sense_of(sense);
  (void)shear_plan(shear);
  constexpr double most_points = 1e5;  // rows of ensemble_points: far more than any picture shows
  if (curve_step < shear.to / most_points)
    throw md::InputError(md::message("--curve-step: expected at least ", shear.to / most_points, ", ", most_points, " points to --to, got ", curve_step));
}

EnsembleReport shear_ensemble(db::Database& database, const EnsembleRequest& request, const Session& session) {
  request.validate();
  const std::string text = options_text(request, session);
  Ensemble work(database, request, session);
  auto known = database.find_ensemble(request.name);
  if (known) detail::refuse_other_options("ensemble", request.name, known->options, text);
  EnsembleReport report;
  const auto report_rows = [&] {
    report.replicas = database.replicas_of_ensemble(report.ensemble.id);
    report.points = database.points_of_ensemble(report.ensemble.id);
    report.not_relaxed = std::ranges::count(report.replicas, "not_relaxed", &db::ReplicaRecord::state);
    report.modulus_replicas = std::ranges::count_if(report.replicas, [&](const db::ReplicaRecord& r) {
      return r.state == "done" && r.shear_id && database.shear(*r.shear_id).shear_modulus_gpa > 0.0;
    });
    if (request.unload != UnloadFrom::Nowhere)
      report.not_unloaded = std::ranges::count_if(report.replicas, [&](const db::ReplicaRecord& r) {
        return r.state == "done" && !r.unload_shear_id && std::isfinite(database.shear(r.shear_id.value()).max_stress_drop_gpa);
      });
    return report;
  };
  const auto stored = [&] { return static_cast<std::int64_t>(database.replicas_of_ensemble(known->id).size()); };
  if (known && known->state == "done" && stored() >= work.replicas()) {
    report.ensemble = *known;
    report.finished = true;
    return report_rows();
  }
  Run run(database, "ensemble", text, session, work.potential_id());
  if (!known) {
    db::EnsembleRecord ensemble;
    ensemble.name = request.name;
    ensemble.run_id = run.id();
    ensemble.options = text;
    for (const auto& sample : request.samples) ensemble.samples += (ensemble.samples.empty() ? "" : " ") + sample;
    database.add_ensemble(ensemble);
    known = database.find_ensemble(request.name);
  }
  known->state = "running";
  known->replicas = std::max(known->replicas, work.replicas());
  database.update_ensemble(*known);
  session.report({0, work.replicas(), "perturbed starts"});
  report.finished = work.prepare(run.id()) && work.run(*known, run.id(), stored());
  db::Transaction transaction(database);
  const auto points = summarize_ensemble(database, *known, work.n_atoms(), request.shear.to, request.curve_step);
  if (stored() >= known->replicas) known->state = "done";  // more may have been asked for before
  database.replace_ensemble_points(known->id, points);
  database.update_ensemble(*known);
  transaction.commit();
  report.ensemble = *known;
  report_rows();
  run.finish(!report.finished ? "interrupted" : report.not_relaxed > 0 ? "incomplete" : "done", work.force_calls());
  return report;
}

}  // namespace landscape
