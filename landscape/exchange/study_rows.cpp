#include "landscape/exchange/study_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "db/fields.hpp"
#include "landscape/workflow/records.hpp"
#include "landscape/workflow/shear_rows.hpp"
#include "md/core/error.hpp"

namespace landscape {
namespace {

using nlohmann::json;

constexpr int format = 1;
constexpr std::string_view mark = "_JSON ";  // as ASE marks JSON in extended XYZ

json to_json(const db::Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

db::Value to_value(const json& value) {
  if (value.is_null()) return {};
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  return value.get<std::string>();
}

/// Ids are of one database only.
bool is_id(std::string_view column) { return column.ends_with("_id"); }

template <class Record>
json object(const Record& record) {
  json result = json::object();
  for (const auto& [name, value] : db::fields_of(record))
    if (!is_id(name)) result[name] = to_json(value);
  return result;
}

template <class Record>
json columns(const std::vector<Record>& records) {
  json result = json::object();
  for (const auto& record : records)
    for (const auto& [name, value] : db::fields_of(record))
      if (!is_id(name)) result[name].push_back(to_json(value));
  return result;
}

/// Columns that older files do not have.
bool came_later(std::string_view name) {
  constexpr std::array names = {"which_initial", "which_final", "unstable_strain", "cycle", "step_index", "cycle_dissipated_energy_ev", "cycle_displacement_a"};
  return std::ranges::find(names, name) != names.end();
}

template <class Record>
Record record_of(const json& row) {
  db::Fields fields;
  for (const auto& [name, value] : row.items())
    if (!is_id(name)) fields.emplace_back(name, to_value(value));
  Record record;
  db::set_fields(record, fields);
  for (const auto& [name, value] : db::fields_of(record))
    if (!is_id(name) && !row.contains(name) && !came_later(name)) throw md::InputError(md::message("expected a value for ", name));
  return record;
}

template <class Record>
std::vector<Record> records_of(const json& table) {
  std::size_t count = table.empty() ? 0 : table.begin()->size();
  std::vector<Record> records;
  for (std::size_t k = 0; k < count; ++k) {
    json row = json::object();
    for (const auto& [name, values] : table.items()) {
      if (values.size() != count) throw md::InputError(md::message(name, ": expected ", count, " values, got ", values.size()));
      row[name] = values[k];
    }
    records.push_back(record_of<Record>(row));
  }
  return records;
}

/// The shear of an ensemble's replica goes with its ensemble, one that is not at its end with what continues it.
std::string stays_behind(const db::ShearRecord& shear) {
  if (shear.ensemble_id || shear.start_minimum_id) return "is a replica of an ensemble";
  return shear.state == "done" ? "" : "is not at its end";
}

json shear_rows(db::Database& database, const db::ShearRecord& shear) {
  return {{"format", format},
          {"id", shear.id},
          {"shear", object(shear)},
          {"steps", columns(database.steps_of_shear(shear.id))},
          {"plastic_events", columns(database.plastic_events_of_shear(shear.id))},
          {"unloadings", columns(database.unloadings_of_shear(shear.id))}};
}

json event_rows(db::Database& database, const db::EventRecord& event) {
  json tracks = json::array();
  for (const auto& track : database.tracks_of_event(event.id)) {
    json one = object(track);
    one["event_at_zero"] = track.event_at_zero_id ? json(*track.event_at_zero_id) : json();
    one["track_points"] = columns(database.points_of_track(track.id));
    tracks.push_back(std::move(one));
  }
  return {{"format", format}, {"tracks", std::move(tracks)}, {"predictions", columns(database.predictions_of_event(event.id))},
          {"properties", columns(database.properties_of_event(event.id))}};
}

/// What a key holds; null where the file has none.
json rows_in(const std::string& text) {
  if (text.empty()) return nullptr;
  json rows = text.starts_with(mark) ? json::parse(text.substr(mark.size()), nullptr, false) : json(json::value_t::discarded);
  if (!rows.is_object()) throw md::InputError("landscape_rows or landscape_shear: expected _JSON {...}");
  if (const int found = rows.value("format", 0); found != format)
    throw md::InputError(md::message("rows of format ", found, ", expected ", format, ": another version of landscape wrote them"));
  return rows;
}

/// Calls `read`, which reads the rows of a file. @throws md::InputError that says where, if it cannot.
template <class Read>
void reading(const std::string& where, const Read& read) {
  try {
    read();
  } catch (const std::runtime_error& error) {
    throw md::InputError(md::message(where, ": its rows: ", error.what()));
  } catch (const json::exception& error) {
    throw md::InputError(md::message(where, ": its rows: ", error.what()));
  }
}

/// Enters what one file has; see import_study_rows.
class RowImport {
 public:
  RowImport(db::Database& database, double same_energy_ev) : database_(database), same_energy_(same_energy_ev) {}

  RowImportReport run(const std::vector<OfferedStates>& offers, const std::vector<StateImportReport>& reports) {
    db::Transaction transaction(database_);
    // The event that brings a shear need not be the first of its events in order of strain, and a track may name an event at zero.
    for (const auto enter : {&RowImport::shear, &RowImport::event, &RowImport::tracks})
      for (std::size_t o = 0; o < reports.size(); ++o)
        for (std::size_t k = 0; k < offers[o].rows.size(); ++k) {
          const OfferedRows& rows = offers[o].rows[k];
          sample_ = *database_.find_sample(offers[o].sample);
          run_id_ = reports[o].run_id;
          reading(rows.where, [&] { (this->*enter)(rows, reports[o].event_ids.at(k)); });
        }
    transaction.commit();
    return std::move(report_);
  }

 private:
  using Number = std::pair<db::Id, db::Id>;  ///< sample, and id in the file

  /// Enters rows that belong together, all or, where the database refuses one, none. @return whether they are in.
  template <class Add>
  bool add_together(const std::string& cause, const std::string& where, const Add& add) {
    try {
      db::Transaction together(database_);
      add();
      together.commit();
      return true;
    } catch (const db::Error& error) {
      refuse(cause, where, md::message("its ", cause, ": ", error.what()));
      return false;
    }
  }

  void refuse(const std::string& cause, const std::string& where, const std::string& why) {
    ++report_.refused[cause];
    report_.notes.push_back(md::message(where, ": ", why));
  }

  void shear(const OfferedRows& rows, db::Id) {
    const json all = rows_in(rows.shear);
    if (all.is_null()) return;
    auto shear = record_of<db::ShearRecord>(all.at("shear"));
    auto options = json::parse(shear.options);
    if (options.value("plane", shear.plane) != shear.plane)
      return refuse("shear", rows.where,
                    md::message("its shear: expected it in the plane ", options.value("plane", ""), " of its options, got ", shear.plane));
    (void)plane_index(shear.plane);
    options["sample"] = sample_.name;  // the sample may have another name here
    shear.options = shear.options_key = options.dump();
    auto events = records_of<db::PlasticEventRecord>(all.at("plastic_events"));
    const Number number{sample_.id, all.at("id").get<db::Id>()};
    for (const auto& known : database_.shears_of_sample(sample_.id)) {
      if (known.options_key != shear.options_key) continue;
      if (same_events(database_.plastic_events_of_shear(known.id), events)) shears_[number] = known.id;
      else refuse("shear", rows.where, md::message("the database has this shear with other plastic events, or not to its end (shear ", known.id, ")"));
      return;
    }
    auto steps = records_of<db::ShearStepRecord>(all.at("steps"));
    auto unloadings = records_of<db::UnloadingRecord>(all.at("unloadings"));
    number_older_rows(steps, events, unloadings);
    const std::string why = fault_of(shear, steps, events);
    if (!why.empty()) return refuse("shear", rows.where, "its shear: " + why);
    shear.sample_id = sample_.id;
    shear.run_id = run_id_;
    db::Id id = 0;
    const bool entered = add_together("shear", rows.where, [&] {
      id = database_.ensure_shear(shear);
      const auto add_all = [&](auto& list, const auto& add) {
        for (auto& one : list) {
          one.shear_id = id;
          one.run_id = run_id_;
          add(one);
        }
      };
      add_all(steps, [&](const auto& one) { database_.add_shear_step(one); });
      add_all(events, [&](const auto& one) { database_.add_plastic_event(one); });
      add_all(unloadings, [&](const auto& one) { database_.add_unloading(one); });
    });
    if (!entered) return;
    shears_[number] = id;
    ++report_.shears;
    report_.plastic_events += events.size();
  }

  static bool same_events(const std::vector<db::PlasticEventRecord>& here, const std::vector<db::PlasticEventRecord>& there) {
    return std::equal(here.begin(), here.end(), there.begin(), there.end(), [](const auto& a, const auto& b) {
      return std::abs(a.strain - b.strain) < 1e-12 && std::abs(a.strain_lower - b.strain_lower) < 1e-12;
    });
  }

  std::string fault_of(const db::ShearRecord& shear, const std::vector<db::ShearStepRecord>& steps,
                       const std::vector<db::PlasticEventRecord>& events) {
    if (shear.state != "done" || steps.empty() || shear.steps + 1 != static_cast<std::int64_t>(steps.size()))
      return md::message("expected it at its end with ", shear.steps + 1, " states, got ", steps.size());
    for (std::size_t k = 0; k < steps.size(); ++k)
      if (steps[k].step_index != static_cast<std::int64_t>(k) || !steps[k].cycle || *steps[k].cycle < 1) return "expected its steps numbered from 0, its cycles from 1";
    for (std::size_t k = 0; k < events.size(); ++k)
      if (events[k].event_index != static_cast<std::int64_t>(k) || !(events[k].energy_drop_ev > 0.0) || events[k].strain == events[k].strain_lower)
        return "expected plastic events numbered from 0, each with a bracket and a positive energy drop";
    for (const auto& event : events) {
      const auto last = static_cast<std::int64_t>(steps.size()) - 1, step = event.step_index.value_or(last + 1);
      if (step < 1 || step > last || steps[static_cast<std::size_t>(step)].strain_xy != event.strain ||
          steps[static_cast<std::size_t>(step) - 1].strain_xy != event.strain_lower)
        return md::message("expected steps at both ends of the bracket of each plastic event, got none of event ", event.event_index);
    }
    const double energy = database_.minimum(*sample_.minimum_id).energy_ev;
    if (steps[0].strain_xy != 0.0 || !(std::abs(steps[0].energy_ev - energy) <= same_energy_))
      return md::message("expected it to begin at strain 0 with the ", energy, " eV of the sample's minimum, got ", steps[0].energy_ev);
    return {};
  }

  void event(const OfferedRows& rows, db::Id id) {
    if (id == 0) return;
    events_[{sample_.id, rows.number}] = id;
    const json all = rows_in(rows.rows);
    if (all.is_null()) return;
    const db::EventRecord event = database_.event(id);
    if (all.contains("plastic_event")) link(rows, all.at("plastic_event"), event);
    const auto known = database_.predictions_of_event(id);
    for (auto prediction : records_of<db::PredictionRecord>(all.at("predictions"))) {
      if (std::any_of(known.begin(), known.end(), [&](const auto& k) { return k.plane == prediction.plane && k.method == prediction.method; })) continue;
      prediction.event_id = id;
      prediction.run_id = run_id_;
      if (add_together("prediction", rows.where, [&] { database_.add_prediction(prediction); })) ++report_.predictions;
    }
    const auto there = database_.properties_of_event(id);
    for (auto property : records_of<db::PropertyRecord>(all.at("properties"))) {
      if (std::any_of(there.begin(), there.end(), [&](const auto& k) { return k.name == property.name; })) continue;
      property.sample_id = sample_.id;
      property.event_id = id;
      property.run_id = run_id_;
      add_together("property", rows.where, [&] { database_.put_property(property); });
    }
  }

  /// Lets event and plastic event refer to each other.
  void link(const OfferedRows& rows, const json& which, db::EventRecord event) {
    const auto found = shears_.find({sample_.id, which.at("shear").get<db::Id>()});
    if (event.plastic_event_id || event.mapping_id) return;
    if (found == shears_.end()) return refuse("plastic_event", rows.where, "its shear is not in the file, or was left out");
    const auto events = database_.plastic_events_of_shear(found->second);
    const auto index = which.at("event_index").get<std::size_t>();
    const bool fits = index < events.size() && database_.shear(found->second).plane == event.plane &&
                      (events[index].strain > events[index].strain_lower) == (events[index].strain > event.strain_xy);
    if (!fits) return refuse("plastic_event", rows.where, "expected it before a plastic event of its shear, in its plane");
    auto plastic = events[index];
    if (plastic.event_id) return refuse("plastic_event", rows.where, md::message("its plastic event is event ", *plastic.event_id, " here already"));
    plastic.event_id = event.id;
    database_.update_plastic_event(plastic);
    event.plastic_event_id = plastic.id;
    event.origin = "shear";
    event.times_found = 1;
    database_.update_event(event);
    ++report_.linked;
  }

  void tracks(const OfferedRows& rows, db::Id id) {
    const json all = id == 0 ? json() : rows_in(rows.rows);
    if (all.is_null()) return;
    for (const auto& one : all.at("tracks")) track(rows, one, database_.event(id));
  }

  void track(const OfferedRows& rows, json one, const db::EventRecord& event) {
    const json at_zero = one.at("event_at_zero");
    const auto points = records_of<db::TrackPointRecord>(one.at("track_points"));
    one.erase("event_at_zero");
    one.erase("track_points");
    auto track = record_of<db::TrackRecord>(one);
    if (database_.find_track(event.id, track.options_key)) return;
    const auto start = std::find_if(points.begin(), points.end(), [&](const auto& p) { return std::abs(p.strain_xy - event.strain_xy) < 1e-12; });
    const bool none = points.empty() && track.points == 0;  // an event that did not hold where its track begins
    // The reverse barrier may be that of another final minimum, which took its place.
    if (!none && (start == points.end() || track.points != static_cast<std::int64_t>(points.size()) || !(std::abs(start->barrier_ev - event.barrier_ev) <= same_energy_)))
      return refuse("track", rows.where, md::message("its track: expected ", track.points, " points, one of them at strain ", event.strain_xy, " with the barrier ",
                                                     event.barrier_ev, " eV"));
    track.event_id = event.id;
    track.run_id = run_id_;
    if (at_zero.is_number_integer())
      if (const auto found = events_.find({sample_.id, at_zero.get<db::Id>()}); found != events_.end()) track.event_at_zero_id = found->second;
    if (add_together("track", rows.where, [&] { database_.add_track(track, points); })) ++report_.tracks;
  }

  db::Database& database_;
  double same_energy_;
  db::SampleRecord sample_;
  db::Id run_id_ = 0;
  std::map<Number, db::Id> shears_, events_;  ///< here, by the file's
  RowImportReport report_;
};

}  // namespace

std::string add_study_rows(db::Database& database, db::Id event_id, std::set<db::Id>& written, md::Frame& initial) {
  const db::EventRecord event = database.event(event_id);
  json rows = event_rows(database, event);
  std::string left_out;
  if (event.plastic_event_id) {
    const auto plastic = database.plastic_event(*event.plastic_event_id);
    const auto shear = database.shear(plastic.shear_id);
    const std::string why = stays_behind(shear);
    if (why.empty()) {
      rows["plastic_event"] = {{"shear", shear.id}, {"event_index", plastic.event_index}};
      if (written.insert(shear.id).second) initial.info["landscape_shear"] = std::string(mark) + shear_rows(database, shear).dump();
    } else {
      left_out = md::message("shear ", shear.id, " ", why, ": the file has its events without it");
    }
  }
  initial.info["landscape_rows"] = std::string(mark) + rows.dump();
  return left_out;
}

void check_study_rows(const std::vector<OfferedStates>& offers) {
  for (const auto& offered : offers)
    for (const auto& rows : offered.rows)
      reading(rows.where, [&] {
        if (const json all = rows_in(rows.shear); !all.is_null()) {
          (void)all.at("id").get<db::Id>();
          if (!json::parse(record_of<db::ShearRecord>(all.at("shear")).options).is_object()) throw md::InputError("options: expected {...}");
          (void)records_of<db::ShearStepRecord>(all.at("steps"));
          (void)records_of<db::PlasticEventRecord>(all.at("plastic_events"));
          (void)records_of<db::UnloadingRecord>(all.at("unloadings"));
        }
        const json all = rows_in(rows.rows);
        if (all.is_null()) return;
        if (all.contains("plastic_event")) {
          (void)all.at("plastic_event").at("shear").get<db::Id>();
          (void)all.at("plastic_event").at("event_index").get<std::size_t>();
        }
        (void)records_of<db::PredictionRecord>(all.at("predictions"));
        (void)records_of<db::PropertyRecord>(all.at("properties"));
        for (json one : all.at("tracks")) {
          (void)one.at("event_at_zero");
          (void)records_of<db::TrackPointRecord>(one.at("track_points"));
          one.erase("event_at_zero");
          one.erase("track_points");
          (void)record_of<db::TrackRecord>(one);
        }
      });
}

RowImportReport import_study_rows(db::Database& database, const std::vector<OfferedStates>& offers,
                                  const std::vector<StateImportReport>& reports, double same_energy_ev) {
  return RowImport(database, same_energy_ev).run(offers, reports);
}

}  // namespace landscape
