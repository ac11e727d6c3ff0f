#include "landscape/graph/stored_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "db/query.hpp"
#include "db/suggest.hpp"
#include "landscape/workflow/records.hpp"

namespace landscape {
namespace {

constexpr double same_strain = 1e-9;

bool has_column(const std::vector<db::ColumnDescription>& columns, const std::string& name) {
  return std::any_of(columns.begin(), columns.end(), [&](const auto& column) {
    return db::same_name(column.column, name) ||
           (!column.alias.empty() && db::same_name(column.alias, name));
  });
}

std::string text_of(const db::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  return {};
}

/// For a text in single quotes.
std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2)
    text.insert(at, 1, '\'');
  return text;
}

/// Reads one graph; see load_graph.
class Loader {
 public:
  Loader(const std::filesystem::path& path, const GraphRequest& request)
      : path_(path), request_(request), database_(path, db::Mode::ReadOnly) {}

  StoredGraph load() {
    sample_ = ready_sample(database_, request_.sample);
    read_aliases();
    request_.from_tracks ? read_tracks() : read_states();
    read_prefactors();
    color();
    result_.graph = LandscapeGraph(std::move(minima_), std::move(saddles_));
    return std::move(result_);
  }

 private:
  void read_aliases() {
    for (const auto& alias : database_.aliases()) {
      if (alias.kind == "minimum") alias_[alias.uid] = alias.same_as_uid;
    }
  }

  void add_minimum(db::Id id, double energy_ev) {
    if (!place_.try_emplace(id, minima_.size()).second) return;
    minima_.push_back({id, energy_ev, {}});
  }

  bool at_strain(double strain, const std::string& plane) const {
    return (strain == 0.0 || plane == request_.plane) && std::abs(strain - request_.strain_xy) < same_strain;
  }

  void read_states() {
    std::unordered_map<std::string, db::Id> id_of_uid;
    std::vector<db::MinimumRecord> others;
    for (auto& minimum : database_.minima_of_sample(sample_.id)) {
      if (!at_strain(minimum.strain_xy, minimum.plane)) continue;
      id_of_uid[minimum.uid] = minimum.id;
      if (alias_.contains(minimum.uid))
        others.push_back(std::move(minimum));
      else
        add_minimum(minimum.id, minimum.energy_ev);
    }
    for (const auto& minimum : others) {
      const auto same = id_of_uid.find(alias_.at(minimum.uid));
      if (same != id_of_uid.end() && place_.contains(same->second))
        place_[minimum.id] = place_.at(same->second);
      else
        add_minimum(minimum.id, minimum.energy_ev);
    }
    std::unordered_map<db::Id, double> saddle_energy;
    for (const auto& saddle : database_.saddles_of_sample(sample_.id))
      saddle_energy[saddle.id] = saddle.energy_ev;
    for (const auto& event : database_.events_of_sample(sample_.id)) {
      const auto a = place_.find(event.initial_minimum_id), b = place_.find(event.final_minimum_id);
      if (a == place_.end() || b == place_.end()) continue;
      add_event(event, a->second, b->second, saddle_energy.at(event.saddle_id));
    }
    set_zero();
  }

  void add_event(const db::EventRecord& event, std::size_t a, std::size_t b, double energy_ev) {
    GraphSaddle saddle;
    saddle.id = event.saddle_id;
    saddle.a = a;
    saddle.b = b;
    saddle.energy_ev = energy_ev;
    saddles_.push_back(std::move(saddle));
    saddle_of_event_[event.id] = saddles_.size() - 1;
    event_of_final_.try_emplace(b, event.id);
    event_of_final_.try_emplace(a, event.id);
  }

  void set_zero() {
    const auto own = sample_.minimum_id ? place_.find(*sample_.minimum_id) : place_.end();
    if (own != place_.end()) {
      result_.start = own->second;
    } else {
      for (std::size_t m = 0; m < minima_.size(); ++m)
        if (minima_[m].energy_ev < minima_[result_.start].energy_ev) result_.start = m;
    }
    result_.zero_ev = minima_.empty() ? 0.0 : minima_[result_.start].energy_ev;
  }

  static double between(double x0, double y0, double x1, double y1, double x) {
    constexpr double fold_power = 2.0 / 3.0;
    const double a = std::pow(std::max(y0, 0.0), fold_power),
                 b = std::pow(std::max(y1, 0.0), fold_power);
    return std::pow(a + (b - a) * (x - x0) / (x1 - x0), 1.0 / fold_power);
  }

  /// Forward and reverse barrier at the strain asked for, where the track covers it.
  std::optional<std::pair<double, double>> barriers(
      const std::vector<db::TrackPointRecord>& points) const {
    const double at = request_.strain_xy;
    for (std::size_t k = 0; k < points.size(); ++k) {
      const auto& p = points[k];
      if (std::abs(p.strain_xy - at) < same_strain)
        return std::pair(p.barrier_ev, p.reverse_barrier_ev);
      if (k + 1 == points.size() || p.strain_xy > at || points[k + 1].strain_xy < at) continue;
      const auto& q = points[k + 1];
      return std::pair(
          between(p.strain_xy, p.barrier_ev, q.strain_xy, q.barrier_ev, at),
          between(p.strain_xy, p.reverse_barrier_ev, q.strain_xy, q.reverse_barrier_ev, at));
    }
    return std::nullopt;
  }

  static double initial_energy(const std::vector<db::TrackPointRecord>& points, double at) {
    for (std::size_t k = 0; k < points.size(); ++k) {
      const auto& p = points[k];
      if (std::abs(p.strain_xy - at) < same_strain) return p.energy_initial_ev;
      if (k + 1 == points.size() || p.strain_xy > at || points[k + 1].strain_xy < at) continue;
      const auto& q = points[k + 1];
      const double share = (at - p.strain_xy) / (q.strain_xy - p.strain_xy);
      return p.energy_initial_ev + share * (q.energy_initial_ev - p.energy_initial_ev);
    }
    return db::unknown;
  }

  void read_tracks() {
    for (const auto& event : database_.events_of_sample(sample_.id)) {
      const auto track = database_.newest_track(event.id, request_.plane);
      if (!track) continue;
      const auto points = database_.points_of_track(track->id);
      const auto found = barriers(points);
      const double energy = initial_energy(points, request_.strain_xy);
      if (!found || !std::isfinite(found->first + found->second + energy)) continue;
      add_minimum(event.initial_minimum_id, energy);
      const auto a = place_.at(event.initial_minimum_id);
      const double saddle = minima_[a].energy_ev + found->first;
      add_minimum(event.final_minimum_id, saddle - found->second);
      // A final minimum that several events reach has the energy that the first one gives it.
      const auto b = place_.at(event.final_minimum_id);
      add_event(event, a, b, std::max({saddle, minima_[a].energy_ev, minima_[b].energy_ev}));
    }
    set_zero();
  }

  /// Attempt frequencies, where `landscape rate` has found them.
  void read_prefactors() {
    db::QueryOptions query;
    query.view = "properties";
    query.where = "event_id IS NOT NULL AND name IN ('attempt_frequency_thz', 'reverse_attempt_frequency_thz')";
    query.columns = {"event_id", "name", "value"};
    for (const auto& row : db::run_query(path_, query).rows) {
      const auto place = saddle_of_event_.find(std::get<std::int64_t>(row[0]));
      const auto* value = std::get_if<double>(&row[2]);
      if (place == saddle_of_event_.end() || value == nullptr) continue;
      auto& saddle = saddles_[place->second];
      (std::get<std::string>(row[1]).starts_with("reverse") ? saddle.reverse_prefactor_thz : saddle.prefactor_thz) = *value;
    }
  }

  /// Values of the colour's column by event or minimum.
  void color() {
    if (request_.color.empty()) return;
    const bool of_events = has_column(db::describe_columns(path_, "events"), request_.color);
    if (!of_events && !has_column(db::describe_columns(path_, "minima"), request_.color)) {
      std::vector<std::string> names;
      for (const auto& column : db::describe_columns(path_, "events"))
        names.push_back(column.column);
      throw db::Error(db::message("no such column in events or minima: ", request_.color, "; ",
                                  db::suggestion(request_.color, names)));
    }
    std::unordered_map<std::int64_t, std::string> values;
    bool all_numbers = true, any = false;
    db::QueryOptions query;
    query.view = of_events ? "events" : "minima";
    query.where = "sample = '" + quoted(sample_.name) + "'";
    query.columns = {"id", request_.color};
    for (const auto& row : db::run_query(path_, query).rows) {
      const auto text = text_of(row[1]);
      if (text.empty()) continue;
      any = true;
      all_numbers = all_numbers && !std::holds_alternative<std::string>(row[1]);
      values[std::get<std::int64_t>(row[0])] = text;
    }
    result_.numeric_groups = any && all_numbers;
    for (std::size_t m = 0; m < minima_.size(); ++m) {
      const auto event = event_of_final_.find(m);
      const bool own = sample_.minimum_id && minima_[m].id == *sample_.minimum_id;
      if (of_events && (own || event == event_of_final_.end())) continue;
      const auto value = values.find(of_events ? event->second : minima_[m].id);
      if (value != values.end()) minima_[m].group = value->second;
    }
  }

  std::filesystem::path path_;
  const GraphRequest& request_;
  db::Database database_;
  db::SampleRecord sample_;
  std::unordered_map<std::string, std::string> alias_;
  std::unordered_map<db::Id, std::size_t> place_;
  std::unordered_map<std::size_t, db::Id>
      event_of_final_;  ///< the first event that touches a minimum
  std::unordered_map<db::Id, std::size_t> saddle_of_event_;
  std::vector<GraphMinimum> minima_;
  std::vector<GraphSaddle> saddles_;
  StoredGraph result_;
};

}  // namespace

StoredGraph load_graph(const std::filesystem::path& path, const GraphRequest& request) {
  return Loader(path, request).load();
}

}  // namespace landscape
