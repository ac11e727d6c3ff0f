#include "landscape/exchange/provenance.hpp"

#include <charconv>

#include "db/suggest.hpp"

namespace landscape {
namespace {

using nlohmann::json;

json parsed(const std::string& text) {
  auto value = json::parse(text, nullptr, false);
  return value.is_discarded() ? json(text) : value;
}

/// Collects the steps from a row to the potential.
class Chain {
 public:
  explicit Chain(db::Database& database) : database_(database) {}

  json of(const std::string& kind, const std::string& name) {
    static const std::vector<std::string> kinds = {"event", "minimum",       "saddle",  "track",
                                                   "shear", "plastic_event", "mapping", "sample"};
    if (kind == "sample") {
      const auto sample = database_.find_sample(name);
      if (!sample) throw db::Error(db::message("there is no sample ", name));
      add_sample(*sample);
      return std::move(steps_);
    }
    db::Id id = 0;
    const auto parsed_id = std::from_chars(name.data(), name.data() + name.size(), id);
    if (parsed_id.ec != std::errc() || parsed_id.ptr != name.data() + name.size()) {
      throw db::Error(db::message("provenance: ", kind, ": expected its id, got ", name));
    }
    if (kind == "event")
      add_event(id);
    else if (kind == "minimum")
      add_state("minimum", database_.minimum(id));
    else if (kind == "saddle")
      add_state("saddle", database_.saddle(id));
    else if (kind == "track")
      add_track(id);
    else if (kind == "shear")
      add_shear(id);
    else if (kind == "plastic_event")
      add_plastic_event(id);
    else if (kind == "mapping")
      add_mapping(id);
    else
      throw db::Error(
          db::message("no such kind of row: ", kind, "; ", db::suggestion(kind, kinds)));
    return std::move(steps_);
  }

 private:
  json run(db::Id id) {
    const auto r = database_.run(id);
    return {{"id", r.id},     {"command", r.command},         {"options", parsed(r.options)},
            {"seed", r.seed}, {"threads", r.threads},         {"code_version", r.code_version},
            {"host", r.host}, {"started_utc", r.started_utc}, {"status", r.status}};
  }

  void add(json step, db::Id run_id) {
    step["run"] = run(run_id);
    steps_.push_back(std::move(step));
  }

  void add_event(db::Id id) {
    const auto e = database_.event(id);
    add({{"what", "event"},
         {"id", e.id},
         {"uid", e.uid},
         {"origin", e.origin},
         {"strain_xy", e.strain_xy},
         {"barrier_ev", e.barrier_ev},
         {"initial_minimum_id", e.initial_minimum_id},
         {"saddle_id", e.saddle_id},
         {"final_minimum_id", e.final_minimum_id},
         {"first_search_index", e.first_search_index}},
        e.run_id);
    const auto saddle = database_.saddle(e.saddle_id);
    add({{"what", "saddle"},
         {"id", saddle.id},
         {"uid", saddle.uid},
         {"max_force_ev_per_a", saddle.max_force_ev_per_a},
         {"negative_eigenvalues", saddle.negative_eigenvalues},
         {"proof", saddle.proof}},
        saddle.run_id);
    if (e.mapping_id) return add_mapping(*e.mapping_id);
    if (e.plastic_event_id) return add_plastic_event(*e.plastic_event_id);
    add_sample(database_.sample(e.sample_id));
  }

  template <class State>
  void add_state(const char* what, const State& state) {
    add({{"what", what},
         {"id", state.id},
         {"uid", state.uid},
         {"strain_xy", state.strain_xy},
         {"energy_ev", state.energy_ev}},
        state.run_id);
    add_sample(database_.sample(state.sample_id));
  }

  void add_track(db::Id id) {
    const auto t = database_.track(id);
    add({{"what", "track"},
         {"id", t.id},
         {"event_class", t.event_class},
         {"event_class_reason", t.event_class_reason},
         {"points", t.points}},
        t.run_id);
    add_event(t.event_id);
  }

  void add_plastic_event(db::Id id) {
    const auto p = database_.plastic_event(id);
    add({{"what", "plastic_event"},
         {"id", p.id},
         {"strain", p.strain},
         {"energy_drop_ev", p.energy_drop_ev}},
        p.run_id);
    add_shear(p.shear_id);
  }

  void add_shear(db::Id id) {
    const auto s = database_.shear(id);
    add({{"what", "shear"},
         {"id", s.id},
         {"plane", s.plane},
         {"to_strain", s.to_strain},
         {"steps", s.steps}},
        s.run_id);
    add_sample(database_.sample(s.sample_id));
  }

  void add_mapping(db::Id id) {
    const auto m = database_.mapping(id);
    add({{"what", "mapping"},
         {"id", m.id},
         {"strain_xy", m.strain_xy},
         {"seed", m.seed},
         {"options", parsed(m.options)}},
        m.run_id);
    add_sample(database_.sample(m.sample_id));
  }

  /// The sample, those it was made from, and the potential.
  void add_sample(db::SampleRecord sample) {
    const auto potential = database_.potential(sample.potential_id);
    for (int generation = 0; generation < 1000; ++generation) {
      const auto options = parsed(sample.defining_options);
      add({{"what", "sample"},
           {"id", sample.id},
           {"sample", sample.name},
           {"origin", sample.origin},
           {"composition", sample.composition},
           {"n_atoms", sample.n_atoms},
           {"energy_per_atom_ev", sample.energy_per_atom_ev},
           {"options", options}},
          sample.run_id);
      const auto from = options.is_object() ? options.value("from", std::string()) : std::string();
      const auto parent = from.empty() ? std::nullopt : database_.find_sample(from);
      if (!parent) break;
      sample = *parent;
    }
    steps_.push_back({{"what", "potential"},
                      {"id", potential.id},
                      {"name", potential.name},
                      {"spec", potential.spec},
                      {"sha256", potential.sha256}});
  }

  db::Database& database_;
  json steps_ = json::array();
};

}  // namespace

nlohmann::json provenance(db::Database& database,
                          const std::string& kind,
                          const std::string& name) {
  return Chain(database).of(kind, name);
}

}  // namespace landscape
