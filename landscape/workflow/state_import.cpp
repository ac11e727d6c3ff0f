#include "landscape/workflow/state_import.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "art/search.hpp"
#include "landscape/workflow/event_records.hpp"
#include "landscape/workflow/sample.hpp"
#include "md/core/error.hpp"
#include "md/core/sha256.hpp"

namespace landscape {
namespace {

constexpr double low_barrier = 1e-2;   // [eV] below this a force of 1e-4 eV/Å is no sign of a minimum
constexpr double close_energy = 1e-3;  // [eV] states further apart are not compared by geometry

std::string_view bytes_of(const md::Matrix3Xd& positions) {
  return {reinterpret_cast<const char*>(positions.data()), static_cast<std::size_t>(positions.size()) * sizeof(double)};
}

/// One import from beginning to end; see import_states.
class Import {
 public:
  Import(db::Database& database, const db::SampleRecord& sample, double strain, int plane, const StateOffer& offer,
         const StateImportOptions& options, const Session& session)
      : database_(database),
        sample_(sample),
        offer_(offer),
        options_(options),
        session_(session),
        place_{sample.id, 0, strain, plane_name(plane)},
        surface_(sample_potential(database, sample), load_minimum(database, *sample.minimum_id), {.threads = session.threads}),
        uid_text_(sample_uid_text(database, sample) + md::message("|import|", strain, '|', place_.plane, '|')) {
    // Frozen atoms go with the cell.
    if (strain != 0.0) surface_.set_cell(sample_cell(sample).deformed(md::simple_shear(strain, plane)));
  }

  StateImportReport run() {
    for (const auto* states : {&offer_.minima, &offer_.saddles})
      for (const auto& state : *states)
        if (state.positions.cols() != surface_.atom_count())
          throw md::InputError(md::message(state.where, ": expected ", surface_.atom_count(), " atoms of sample ", sample_.name,
                                           ", got ", state.positions.cols()));
    read_known();
    Run run(database_, "import",
            nlohmann::json{{"sample", sample_.name}, {"strain", place_.strain_xy}, {"plane", place_.plane},
                           {"same_energy", options_.same_energy_ev}, {"max_force", options_.max_force}}.dump(),
            session_, sample_.potential_id);
    place_.run_id = report_.run_id = run.id();
    report_.event_ids.resize(offer_.events.size());
    // Minima of plastic events are of the branch that was sheared.
    origins_.assign(offer_.minima.size(), "map");
    for (const auto& one : offer_.events)
      if (one.origin == "shear") origins_.at(one.initial) = origins_.at(one.final) = "shear";
    minima_.resize(offer_.minima.size());
    for (std::size_t k = 0; k < offer_.minima.size() && go_on(); ++k) minima_[k] = minimum(offer_.minima[k], origins_[k]);
    for (std::size_t k = 0; k < offer_.events.size() && go_on(); ++k) {
      session_.report({static_cast<std::int64_t>(k), static_cast<std::int64_t>(offer_.events.size()), "checking events"});
      report_.event_ids[k] = event(offer_.events[k]);
    }
    report_.force_calls = surface_.work() + extra_calls_;
    run.finish(report_.interrupted ? "interrupted" : report_.refused.empty() ? "done" : "incomplete", report_.force_calls);
    return std::move(report_);
  }

 private:
  struct Known {
    db::Id id = 0, configuration_id = 0;
    double energy_ev = 0.0;
    Eigen::VectorXd x = {};  ///< read when first compared
  };

  bool go_on() {
    report_.interrupted = report_.interrupted || session_.stopped();
    return !report_.interrupted;
  }

  void read_known() {
    const auto here = [&](const auto& state) {
      return state.plane == place_.plane && std::abs(state.strain_xy - place_.strain_xy) < 1e-12;
    };
    for (const auto& m : database_.minima_of_sample(sample_.id))
      if (here(m)) known_minima_.push_back({m.id, m.configuration_id, m.energy_ev});
    for (const auto& s : database_.saddles_of_sample(sample_.id))
      if (here(s)) known_saddles_.push_back({s.id, s.configuration_id, s.energy_ev});
    for (const auto& e : database_.events_of_sample(sample_.id)) events_of_saddle_.emplace(e.saddle_id, e);
  }

  /// @return 0, for no event.
  db::Id refuse(const OfferedState& state, const std::string& cause, const std::string& why) {
    ++report_.refused[cause];
    report_.notes.push_back(md::message(state.where, ": ", why));
    return 0;
  }

  /// The state measured, or nothing where its numbers do not hold.
  std::optional<Measured> believed(const OfferedState& state, const Eigen::VectorXd& x) {
    Measured m = measure(surface_, x);
    m.positions = state.positions;
    if (!std::isfinite(m.energy_ev)) {
      refuse(state, "not_defined", "the potential is not defined there");
      return std::nullopt;
    }
    if (std::abs(m.energy_ev - state.energy_ev) > options_.same_energy_ev) {
      refuse(state, "energy", md::message("expected an energy of ", m.energy_ev, " eV as the sample's potential gives it, got ", state.energy_ev));
      return std::nullopt;
    }
    if (m.max_force_ev_per_a > options_.max_force) {
      refuse(state, "force", md::message("expected a max force of at most ", options_.max_force, " eV/Å, got ", m.max_force_ev_per_a));
      return std::nullopt;
    }
    if (std::isfinite(state.energy_ev)) m.energy_ev = state.energy_ev;
    return m;
  }

  const Known* find(std::vector<Known>& known, double energy, const Eigen::VectorXd& x) {
    for (auto& one : known) {
      if (std::abs(one.energy_ev - energy) > close_energy) continue;
      if (one.x.size() == 0) one.x = surface_.gather(load_positions(database_, one.configuration_id));
      if (md::largest_displacement(surface_, one.x, x) < options_.same_a) return &one;
    }
    return nullptr;
  }

  std::string uid(const char* what, const md::Matrix3Xd& positions) const {
    return make_uid(uid_text_ + what + '|' + md::sha256(std::string(bytes_of(positions))));
  }

  std::optional<db::MinimumRecord> minimum(const OfferedState& state, const std::string& origin) {
    const Eigen::VectorXd x = surface_.gather(state.positions);
    const auto measured = believed(state, x);
    if (!measured) return std::nullopt;
    if (const auto* known = find(known_minima_, measured->energy_ev, x)) {
      ++report_.known;
      return database_.minimum(known->id);
    }
    const auto record = store_minimum(database_, place_, *measured, origin, uid("minimum", state.positions));
    known_minima_.push_back({record.id, record.configuration_id, record.energy_ev, x});
    ++report_.minima;
    return record;
  }

  /// @return the event here, new or known; 0: refused.
  db::Id event(const OfferedEvent& offered) {
    const auto& state = offer_.saddles.at(offered.saddle);
    const auto &initial = minima_.at(offered.initial), &final_minimum = minima_.at(offered.final);
    if (!initial || !final_minimum) return refuse(state, "minimum_refused", "one of its minima was refused");
    const Eigen::VectorXd x = surface_.gather(state.positions);
    const auto measured = believed(state, x);
    if (!measured) return 0;
    if (initial->id == final_minimum->id) return refuse(state, "same_minimum", "both its minima are one");
    if (measured->energy_ev <= std::max(initial->energy_ev, final_minimum->energy_ev))
      return refuse(state, "below_minimum", "expected an energy above those of its minima");
    if (const auto* known = find(known_saddles_, measured->energy_ev, x)) {
      const auto [begin, end] = events_of_saddle_.equal_range(known->id);
      const auto there = std::find_if(begin, end, [&](const auto& pair) {
        const auto& e = pair.second;
        return std::minmax(e.initial_minimum_id, e.final_minimum_id) == std::minmax(initial->id, final_minimum->id);
      });
      if (there != end) {
        ++report_.known;
        return there->second.initial_minimum_id == initial->id ? there->second.id : 0;  // rows of the way back are not its own
      }
    }
    return enter(state, offered.origin, *measured, x, *initial, *final_minimum);
  }

  db::Id enter(const OfferedState& state, const std::string& origin, const Measured& measured, const Eigen::VectorXd& x, const db::MinimumRecord& initial,
             const db::MinimumRecord& final_minimum) {
    const Eigen::VectorXd from = coordinates(initial), to = coordinates(final_minimum);
    Eigen::VectorXd gradient(surface_.dof());
    surface_.evaluate(x, gradient);
    const Eigen::VectorXd along = md::displacement(surface_, from, to);
    const auto proof = art::prove_index(surface_, x, gradient, along);
    extra_calls_ += proof.extra_calls;
    if (proof.negative_eigenvalues != 1)
      return refuse(state, "index", md::message("expected one negative eigenvalue, got ", proof.negative_eigenvalues));
    // Near a fold the saddle is close to one of its minima, and forces are small on all the way between: as the search for it did, half that way.
    const double gap = std::min(md::largest_displacement(surface_, from, x), md::largest_displacement(surface_, to, x));
    const double lowest = measured.energy_ev - std::max(initial.energy_ev, final_minimum.energy_ev);
    const auto reaches = [&](const Eigen::VectorXd& side, const Eigen::VectorXd& minimum) {
      return md::largest_displacement(surface_, side, minimum) < options_.same_a;
    };
    // Where the far side falls through a cascade, length of push and steps decide where it ends; the final minimum of a plastic event is that of one.
    bool joined = false;
    for (const double share : {1.0, 0.25}) {
      const auto ends = art::push_over(surface_, x, proof.mode, share * std::min(options_.push_over, 0.5 * gap),
                                       {.max_force = lowest < low_barrier ? 1e-6 : 1e-4, .max_step = share * 0.05});
      const bool plus_from = reaches(ends.plus, from), minus_from = reaches(ends.minus, from);
      joined = (reaches(ends.plus, to) && minus_from) || (reaches(ends.minus, to) && plus_from) || (origin == "shear" && plus_from != minus_from);
      if (joined) break;
    }
    if (!joined) return refuse(state, "not_connected", "pushed off both ways it does not reach the two minima given");
    db::Transaction transaction(database_);
    const auto center = measure_displacement(surface_, from, x).center_atom;
    const auto saddle = store_saddle(database_, place_, measured, proof, mode_on_atoms(surface_, proof.mode), true, center,
                                     uid("saddle", state.positions));
    auto record = event_between(place_, initial, saddle, final_minimum, surface_, from, to);
    record.origin = origin;
    record.times_found = origin == "shear" ? 1 : 0;  // searches stay where they were made
    record.uid = uid("event", state.positions);
    record.id = database_.add_event(record);
    transaction.commit();
    known_saddles_.push_back({saddle.id, saddle.configuration_id, saddle.energy_ev, x});
    events_of_saddle_.emplace(saddle.id, record);
    ++report_.saddles;
    ++report_.events;
    return record.id;
  }

  Eigen::VectorXd coordinates(const db::MinimumRecord& minimum) {
    return surface_.gather(load_positions(database_, minimum.configuration_id));
  }

  db::Database& database_;
  const db::SampleRecord& sample_;
  const StateOffer& offer_;
  const StateImportOptions& options_;
  const Session& session_;
  Place place_;
  md::AtomicSurface surface_;
  std::string uid_text_;
  std::vector<Known> known_minima_, known_saddles_;
  std::unordered_multimap<db::Id, db::EventRecord> events_of_saddle_;
  std::vector<std::string> origins_;                      ///< of the offer's minima
  std::vector<std::optional<db::MinimumRecord>> minima_;  ///< in the order of the offer; nothing: refused
  double extra_calls_ = 0.0;
  StateImportReport report_;
};

}  // namespace

void StateImportOptions::validate() const {
  const auto positive = [](const char* name, double value, const char* unit) {
    if (!(value > 0.0) || !std::isfinite(value))
      throw md::InputError(md::message(name, ": expected more than 0 ", unit, ", got ", value));
  };
  positive("same energy", same_energy_ev, "eV");
  positive("max force", max_force, "eV/Å");
  positive("same", same_a, "Å");
  positive("push over", push_over, "Å");
}

StateImportReport import_states(db::Database& database, const std::string& name, double strain_xy, int plane,
                                const StateOffer& offer, const StateImportOptions& options, const Session& session) {
  options.validate();
  const auto sample = ready_sample(database, name);
  return Import(database, sample, strain_xy, plane, offer, options, session).run();
}

}  // namespace landscape
