#include "landscape/exchange/aliases.hpp"

#include <algorithm>
#include <boost/pending/disjoint_sets.hpp>
#include <map>
#include <tuple>

#include "landscape/exchange/frames.hpp"
#include "landscape/workflow/records.hpp"

namespace landscape {
namespace {

struct State {
  db::Id id = 0, configuration_id = 0;
  double energy_ev = 0.0;
  std::string uid;
  md::Matrix3Xd positions = {};  ///< decoded when first compared
};

using Place = std::tuple<double, std::string>;  // strain, plane
using Representatives = std::map<db::Id, db::Id>;

/// The states of one sample, strain and plane.
class Group {
 public:
  Group(db::Database& database,
        const db::SampleRecord& sample,
        const Place& place,
        std::vector<State> states,
        const AliasOptions& options)
      : database_(database), options_(options), states_(std::move(states)) {
    std::sort(states_.begin(), states_.end(), [](const State& a, const State& b) {
      return std::tie(a.energy_ev, a.uid) < std::tie(b.energy_ev, b.uid);
    });
    if (states_.size() > 1) {
      const auto& [strain, plane] = place;
      reference_ = sample_configuration(database, sample, states_[0].configuration_id, strain,
                                        plane_index(plane));
    }
  }

  void find(const std::string& kind,
            std::vector<db::AliasRecord>& aliases,
            Representatives& same_as) {
    const auto n = states_.size();
    std::vector<std::size_t> rank(n), parent(n);
    std::vector<double> nearest(n, db::unknown);
    boost::disjoint_sets sets(rank.data(), parent.data());
    for (std::size_t k = 0; k < n; ++k) sets.make_set(k);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i + 1;
           j < n && states_[j].energy_ev - states_[i].energy_ev < options_.same_energy_ev; ++j) {
        const double far = distance(states_[i], states_[j]);
        if (far >= options_.same_a) continue;
        sets.union_set(i, j);
        if (!(nearest[j] <= far)) nearest[j] = far;
      }
    }
    std::map<std::size_t, std::size_t> first;  // of each component; states are in order
    for (std::size_t k = 0; k < n; ++k) {
      const auto [found, is_first] = first.try_emplace(sets.find_set(k), k);
      const auto& representative = states_[found->second];
      same_as[states_[k].id] = representative.id;
      if (!is_first) aliases.push_back({0, kind, states_[k].uid, representative.uid, nearest[k]});
    }
  }

 private:
  const md::Matrix3Xd& positions(State& state) {
    if (state.positions.cols() == 0)
      state.positions = load_positions(database_, state.configuration_id);
    return state.positions;
  }

  double distance(State& a, State& b) {
    auto from = reference_;
    from.positions = positions(a);
    const auto moved = displacement_between(from, positions(b));
    return moved.cols() == 0 ? 0.0 : moved.colwise().norm().maxCoeff();
  }

  db::Database& database_;
  const AliasOptions& options_;
  std::vector<State> states_;
  md::Configuration reference_;
};

template <class Records>
Representatives find_in(db::Database& database,
                        const db::SampleRecord& sample,
                        const Records& records,
                        const std::string& kind,
                        const AliasOptions& options,
                        std::vector<db::AliasRecord>& aliases) {
  std::map<Place, std::vector<State>> groups;
  for (const auto& r : records) {
    groups[{r.strain_xy, r.plane}].push_back({r.id, r.configuration_id, r.energy_ev, r.uid});
  }
  Representatives same_as;
  for (auto& [place, states] : groups)
    Group(database, sample, place, std::move(states), options).find(kind, aliases, same_as);
  return same_as;
}

}  // namespace

std::vector<db::AliasRecord> find_aliases(db::Database& database, const AliasOptions& options) {
  std::vector<db::AliasRecord> aliases;
  for (const auto& sample : database.samples()) {
    const auto minima = find_in(database, sample, database.minima_of_sample(sample.id), "minimum",
                                options, aliases);
    const auto saddles = find_in(database, sample, database.saddles_of_sample(sample.id), "saddle",
                                 options, aliases);
    auto events = database.events_of_sample(sample.id);
    std::sort(events.begin(), events.end(),
              [](const auto& a, const auto& b) { return a.uid < b.uid; });
    std::map<std::tuple<db::Id, db::Id, db::Id>, std::string> first;
    for (const auto& event : events) {
      const std::tuple key(minima.at(event.initial_minimum_id), saddles.at(event.saddle_id),
                           minima.at(event.final_minimum_id));
      const auto [found, is_first] = first.try_emplace(key, event.uid);
      if (!is_first) aliases.push_back({0, "event", event.uid, found->second, db::unknown});
    }
  }
  return aliases;
}

}  // namespace landscape
