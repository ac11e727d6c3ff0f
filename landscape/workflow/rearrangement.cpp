#include "landscape/workflow/rearrangement.hpp"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "landscape/exchange/frames.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/shear_rows.hpp"
#include "md/core/error.hpp"
#include "md/structure/rearranged.hpp"

namespace landscape {

namespace {

/// A stored shear and the states on its way.
class StoredShear {
 public:
  struct State {
    std::string name;      ///< branch:strain
    std::string branch;
    double strain = 0.0;
    double energy_ev = 0.0;
    double force_calls = 0.0;
    md::Configuration configuration;
    std::size_t step = 0;  ///< the last step at or before it
  };

  StoredShear(db::Database& database, const RearrangementRequest& request, int threads) : database_(database), threads_(threads) {
    sample_ = ready_sample(database, request.sample);
    if (request.shear > 0) {
      shear_ = database.shear(request.shear);
      if (shear_.sample_id != sample_.id)
        throw md::InputError(md::message("--shear ", request.shear, ": that shear is of another sample, ", database.sample(shear_.sample_id).name));
    } else {
      for (const auto& one : database.shears_of_sample(sample_.id))
        if (!one.ensemble_id) shear_ = one;
      if (shear_.id == 0) throw md::InputError("d2min: sample " + sample_.name + " was not sheared yet; see landscape shear --help");
    }
    plane_ = plane_index(shear_.plane);
    steps_ = database.steps_of_shear(shear_.id);
    events_ = database.plastic_events_of_shear(shear_.id);
    after_ = steps_after(steps_, events_);
    if (steps_.empty()) throw md::InputError(md::message("d2min: shear ", shear_.id, " has no steps yet"));
  }

  const db::SampleRecord& sample() const { return sample_; }
  const db::ShearRecord& shear() const { return shear_; }
  int plane() const { return plane_; }

  md::Configuration start() { return load_minimum(database_, shear_.start_minimum_id.value_or(sample_.minimum_id.value())); }

  State state(const std::string& text) {
    const Place place = place_of(text);
    if (place.end) return reach(text, steps_.size() - 1, steps_.back().branch, steps_.back().strain_xy);
    const auto on_leg = [&](std::size_t k) {
      return k < steps_.size() && steps_[k].branch == place.branch && (place.cycle == 0 || steps_[k].cycle == place.cycle);
    };
    for (std::size_t k = 0; k < steps_.size(); ++k) {
      const bool exact = std::abs(steps_[k].strain_xy - place.strain) < 1e-12;
      // A leg begins where the one before it ended.
      if (exact && (on_leg(k) || on_leg(k + 1))) return reach(text, k, place.branch, place.strain, on_leg(k) ? k : k + 1);
      if (k > 0 && on_leg(k) && (steps_[k - 1].strain_xy - place.strain) * (steps_[k].strain_xy - place.strain) < 0.0)
        return reach(text, k - 1, place.branch, place.strain, k);
    }
    throw md::InputError(md::message("d2min: shear ", shear_.id, " of ", sample_.name, " did not pass ", text,
                                     "; expected a strain of the branch load, unload or reload (the first reload is reload2), such as ",
                                     name_of(steps_.back().branch, steps_.back().cycle.value_or(1), steps_.back().strain_xy)));
  }

  bool is_before(const State& a, const State& b) const {
    const auto beyond = [&](const State& s) { return std::abs(s.strain - steps_[s.step].strain_xy); };
    return a.step != b.step ? a.step < b.step : beyond(a) < beyond(b) - 1e-12;
  }

  /// The state from which the load was taken off before this one; nothing unless it is on the way back.
  std::optional<State> loaded_before(const State& state) {
    if (state.branch != "unload") return std::nullopt;
    for (std::size_t k = state.step + 1; k-- > 0;)
      if (steps_[k].branch != "unload") return reach("loaded", k, steps_[k].branch, steps_[k].strain_xy);
    return std::nullopt;
  }

 private:
  struct Place {
    bool end = false;
    std::string branch;
    std::int64_t cycle = 0;  ///< 0: the first that passes the strain
    double strain = 0.0;
  };

  static Place place_of(const std::string& text) {
    Place place;
    place.end = text == "end";
    if (place.end) return place;
    const auto colon = text.find(':');
    place.branch = colon == std::string::npos ? "load" : text.substr(0, colon);
    const auto digits = place.branch.find_first_of("0123456789");
    bool good = true;
    if (digits != std::string::npos) {
      const char* last = place.branch.data() + place.branch.size();
      const auto [end, error] = std::from_chars(place.branch.data() + digits, last, place.cycle);
      good = error == std::errc() && end == last && place.cycle > 0;
      place.branch.resize(digits);
    }
    const std::string number = colon == std::string::npos ? text : text.substr(colon + 1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), place.strain);
    if (!good || error != std::errc() || end != number.data() + number.size() || !std::isfinite(place.strain) ||
        (place.branch != "load" && place.branch != "unload" && place.branch != "reload"))
      throw md::InputError("d2min: expected a strain, load:STRAIN, unload:STRAIN, reload:STRAIN (of the second cycle unload2:STRAIN) or end, got " + text);
    return place;
  }

  /// Atoms of a step where they are stored.
  std::optional<md::Configuration> stored(std::size_t k) {
    if (k == 0) return start();
    if (steps_[k].configuration_id) return at(*steps_[k].configuration_id, steps_[k].strain_xy);
    for (std::size_t e = 0; e < events_.size(); ++e) {
      if (after_[e] == k && events_[e].after_configuration_id) return at(*events_[e].after_configuration_id, events_[e].strain);
      if (after_[e] == k + 1 && k + 1 < steps_.size() && events_[e].strain_lower == steps_[k].strain_xy && events_[e].before_configuration_id)
        return at(*events_[e].before_configuration_id, events_[e].strain_lower);
    }
    return std::nullopt;
  }

  md::Configuration at(db::Id configuration_id, double strain) {
    return sample_configuration(database_, sample_, configuration_id, strain, plane_);
  }

  /// The first loading, unloading and reloading need no number.
  static std::string name_of(const std::string& branch, std::int64_t cycle, double strain) {
    return cycle <= (branch == "reload" ? 2 : 1) ? md::message(branch, ':', strain) : md::message(branch, cycle, ':', strain);
  }

  /// At or after step k, before the next one. @param on step of the leg that it is named after; k unless given.
  State reach(const std::string& text, std::size_t k, const std::string& branch, double strain, std::optional<std::size_t> on = {}) {
    State out;
    out.name = name_of(branch, steps_[on.value_or(k)].cycle.value_or(1), strain);
    out.branch = branch;
    out.strain = strain;
    out.step = k;
    std::size_t from = k;
    std::optional<md::Configuration> known;
    while (!(known = stored(from))) --from;
    const bool exact = from == k && std::abs(steps_[k].strain_xy - strain) < 1e-12;
    if (exact) {
      out.configuration = *known;
      out.energy_ev = steps_[k].energy_ev;
      return out;
    }
    const auto options = nlohmann::json::parse(shear_.options);
    md::QuasistaticOptions quasistatic{.plane = plane_};
    quasistatic.max_step = options.value("max_step", quasistatic.max_step);
    quasistatic.resolution = options.value("resolution", quasistatic.resolution);
    md::Configuration reference = start();
    md::AtomicSurface surface(sample_potential(database_, sample_), *known, {.threads = threads_});
    md::QuasistaticShear aqs(surface, reference.cell, steps_[from].strain_xy, surface.gather(known->positions), quasistatic);
    // Through the steps in between, so that a way there and back is followed.
    for (std::size_t next = from + 1; next <= k + 1; ++next) {
      const double target = next <= k ? steps_[next].strain_xy : strain;
      while (std::abs(aqs.state().strain - target) > 1e-13) {
        const md::ShearStep step = aqs.advance(target);
        out.force_calls += static_cast<double>(step.force_calls);
        if (step.outcome != md::ShearOutcome::Smooth)
          throw md::InputError(md::message("d2min: the state ", text, " of shear ", shear_.id, " is not reached again from the stored one at strain ",
                                           steps_[from].strain_xy, "; expected a smooth branch, got an event at ", step.state.strain));
      }
    }
    out.configuration = surface.configuration(aqs.state().x);
    out.configuration.cell = reference.cell.deformed(md::simple_shear(strain, plane_));
    out.energy_ev = aqs.state().energy;
    return out;
  }

  db::Database& database_;
  int threads_;
  db::SampleRecord sample_;
  db::ShearRecord shear_;
  int plane_ = 0;
  std::vector<db::ShearStepRecord> steps_;
  std::vector<db::PlasticEventRecord> events_;
  std::vector<std::size_t> after_;        ///< step after each event
};

/// Displacements beyond the deformation of the cell, by minimum images, drift removed.
md::Matrix3Xd nonaffine(const md::Configuration& from, const md::Configuration& to) {
  md::Configuration moved = from;
  moved.cell = to.cell;
  moved.positions = (to.cell.matrix() * from.cell.inverse() * from.positions).eval();
  return displacement_between(moved, to.positions);
}

double healed(const Eigen::VectorXd& before, const Eigen::VectorXd& after, double threshold) {
  const auto rearranged = (before.array() > threshold).count();
  return rearranged > 0 ? static_cast<double>((before.array() > threshold && after.array() <= threshold).count()) / static_cast<double>(rearranged)
                        : db::unknown;
}

void fill(db::RearrangementRecord& row, const Rearrangement& r, const RearrangementMeter& meter, int plane) {
  row.rearranged_atoms = meter.count(r.d2min, meter.threshold_a2()).value();
  row.rearranged_atoms_half = meter.count(r.d2min, 0.5 * meter.threshold_a2()).value();
  row.undefined_atoms = static_cast<std::int64_t>(r.d2min.array().isNaN().count());
  double sum = 0.0;
  for (const double d : r.d2min) sum += std::isfinite(d) ? d : 0.0;
  row.mean_d2min_a2 = sum / static_cast<double>(r.d2min.size() - row.undefined_atoms);
  row.participation_ratio = md::participation_ratio(r.d2min);
  const auto member = md::above(r.d2min, meter.threshold_a2());
  if (const auto band = md::shear_band(r.state, member, {.plane = plane})) {
    row.band_normal = std::string(1, "xyz"[band->normal]);
    row.band_position_a = band->position_a;
    row.band_width_a = band->width_a;
    row.band_contrast = band->contrast;
    row.band_volume_width_a = band->volume_width_a;
  }
}

void store(db::Database& database, const db::SampleRecord& sample, Rearrangement& r, db::Id run_id) {
  if (const auto known = database.find_rearrangement(r.row)) {
    r.row = *known;
    return;
  }
  r.row.run_id = run_id;
  r.row.id = database.add_rearrangement(r.row);
  db::AtomValueRecord key;
  key.sample_id = sample.id;
  key.run_id = run_id;
  key.rearrangement_id = r.row.id;
  key.name = "d2min_a2";
  database.put_atom_values(key, std::vector<double>(r.d2min.begin(), r.d2min.end()));
  key.name = "cluster";
  database.put_atom_values(key, std::vector<double>(r.cluster.begin(), r.cluster.end()));
}

}  // namespace

std::vector<Rearrangement> rearrangements(db::Database& database, const RearrangementRequest& request, const Session& session) {
  request.options.validate();
  if (request.to.empty()) throw md::InputError("--to: expected at least one state");
  StoredShear shear(database, request, session.threads);
  const auto from = shear.state(request.from);
  // The cutoff is that of the sample, whatever the earlier state.
  const RearrangementMeter cutoff(request.options, shear.start());
  if (!std::isfinite(cutoff.cutoff_a())) throw md::InputError("d2min: g(r) has no first minimum, expected --d2min-cutoff");
  RearrangementOptions options = request.options;
  options.cutoff_a = cutoff.cutoff_a();
  const RearrangementMeter meter(options, from.configuration);
  std::vector<Rearrangement> out;
  for (const auto& text : request.to) {
    session.report({static_cast<std::int64_t>(out.size()), static_cast<std::int64_t>(request.to.size()), text});
    if (session.stopped()) break;
    const auto to = shear.state(text);
    if (shear.is_before(to, from))
      throw md::InputError(md::message("--to: expected a state that came after ", from.name, " of --from, got ", to.name));
    Rearrangement r;
    r.state = to.configuration;
    r.energy_ev = to.energy_ev;
    r.d2min = meter.d2min(from.configuration, to.configuration);
    r.nonaffine = nonaffine(from.configuration, to.configuration);
    const auto clusters = md::atom_clusters(to.configuration, md::above(r.d2min, meter.threshold_a2()), meter.cutoff_a());
    for (const int label : clusters.label) r.cluster.push_back(label + 1);
    r.row.shear_id = shear.shear().id;
    r.row.from_state = from.name;
    r.row.to_state = to.name;
    r.row.from_strain = from.strain;
    r.row.to_strain = to.strain;
    r.row.d2min_cutoff_a = meter.cutoff_a();
    r.row.d2min_threshold_a2 = meter.threshold_a2();
    r.row.clusters = static_cast<std::int64_t>(clusters.sizes.size());
    r.row.largest_cluster = clusters.largest();
    r.row.percolating_directions = clusters.dimensions;
    r.row.overlap = meter.overlap_with_start(to.configuration);
    r.row.force_calls = from.force_calls + to.force_calls;
    fill(r.row, r, meter, shear.plane());
    if (const auto loaded = shear.loaded_before(to))
      r.row.healed_fraction = healed(meter.d2min(from.configuration, loaded->configuration), r.d2min, meter.threshold_a2());
    if (!out.empty()) r.healed_since_previous = healed(out.back().d2min, r.d2min, meter.threshold_a2());
    out.push_back(std::move(r));
  }
  const nlohmann::json described = {{"sample", request.sample}, {"shear", shear.shear().id}, {"from", request.from}, {"to", request.to},
                                    {"d2min_cutoff_a", meter.cutoff_a()}, {"threshold_a2", meter.threshold_a2()}};
  Run run(database, "d2min", described.dump(), session, shear.sample().potential_id);
  db::Transaction transaction(database);
  double calls = 0.0;
  for (auto& r : out) {
    calls += r.row.force_calls;
    store(database, shear.sample(), r, run.id());
  }
  transaction.commit();
  run.finish(out.size() == request.to.size() ? "done" : "interrupted", calls);
  return out;
}

}  // namespace landscape
