/// Minima, saddles, mappings, searches and events of Database.
#include <algorithm>

#include "db/database.hpp"
#include "db/detail/rows.hpp"

namespace landscape::db {

using detail::find;
using detail::get;
using detail::insert;
using detail::select;
using detail::update;

Id Database::add_minimum(const MinimumRecord& minimum) {
  return insert(*connection_, minimum);
}

MinimumRecord Database::minimum(Id id) {
  return get<MinimumRecord>(*connection_, id);
}

std::optional<MinimumRecord> Database::find_minimum_by_uid(std::string_view uid) {
  return find<MinimumRecord>(*connection_, "WHERE uid = ?", uid);
}

std::vector<MinimumRecord> Database::minima_of_sample(Id sample_id) {
  return select<MinimumRecord>(*connection_, "WHERE sample_id = ? ORDER BY id", sample_id);
}

Id Database::add_saddle(const SaddleRecord& saddle) {
  return insert(*connection_, saddle);
}

SaddleRecord Database::saddle(Id id) {
  return get<SaddleRecord>(*connection_, id);
}

std::optional<SaddleRecord> Database::find_saddle_by_uid(std::string_view uid) {
  return find<SaddleRecord>(*connection_, "WHERE uid = ?", uid);
}

std::vector<SaddleRecord> Database::saddles_of_sample(Id sample_id) {
  return select<SaddleRecord>(*connection_, "WHERE sample_id = ? ORDER BY id", sample_id);
}

Id Database::ensure_mapping(const MappingRecord& mapping) {
  return detail::ensure(*connection_, mapping,
                        "WHERE sample_id = ? AND strain_xy = ? AND seed = ? AND options_key = ?",
                        mapping.sample_id, mapping.strain_xy, mapping.seed, mapping.options_key);
}

MappingRecord Database::mapping(Id id) {
  return get<MappingRecord>(*connection_, id);
}

std::vector<MappingRecord> Database::mappings_of_sample(Id sample_id) {
  return select<MappingRecord>(*connection_, "WHERE sample_id = ? ORDER BY id", sample_id);
}

Id Database::add_search(const SearchRecord& search) {
  return insert(*connection_, search);
}

Id Database::last_search() {
  return connection_->number("SELECT coalesce(max(id), 0) FROM search_row");
}

std::int64_t Database::search_count(Id mapping_id) {
  auto query = connection_->statement("SELECT count(*) FROM search_row WHERE mapping_id = ?");
  query.bind(mapping_id);
  query.step();
  return query.take<std::int64_t>();
}

std::vector<SearchRecord> Database::searches_of_mapping(Id mapping_id) {
  return select<SearchRecord>(*connection_, "WHERE mapping_id = ? ORDER BY search_index",
                              mapping_id);
}

Id Database::add_event(const EventRecord& event) {
  return insert(*connection_, event);
}

void Database::update_event(const EventRecord& event) {
  update(*connection_, event);
}

void Database::count_event_again(Id id, std::int64_t search_index) {
  connection_
      ->statement(
          "UPDATE event_row SET times_found = times_found + 1, first_search_index = min(first_search_index, ?) "
          "WHERE id = ?")
      .bind(search_index)
      .bind(id)
      .run();
  if (connection_->changes() == 0) detail::no_such_row(*connection_, "event_row", id);
}

void Database::merge_events(Id kept, Id gone) {
  Transaction transaction(*this);
  EventRecord into = event(kept);
  const EventRecord from = event(gone);
  connection_->statement("UPDATE search_row SET event_id = ? WHERE event_id = ?").bind(kept).bind(gone).run();
  for (const char* move : {"UPDATE OR IGNORE track_row SET event_id = ? WHERE event_id = ?",
                           "UPDATE track_row SET event_at_zero_id = ? WHERE event_at_zero_id = ?",
                           "UPDATE OR IGNORE prediction_row SET event_id = ? WHERE event_id = ?",
                           "UPDATE OR IGNORE atom_value_row SET event_id = ? WHERE event_id = ?",
                           "UPDATE OR IGNORE property_row SET event_id = ? WHERE event_id = ?"})
    connection_->statement(move).bind(kept).bind(gone).run();
  for (const char* erase : {"DELETE FROM track_point_row WHERE track_id IN (SELECT id FROM track_row WHERE event_id = ?)",
                            "DELETE FROM track_row WHERE event_id = ?", "DELETE FROM prediction_row WHERE event_id = ?",
                            "DELETE FROM atom_value_row WHERE event_id = ?",
                            "DELETE FROM property_row WHERE event_id = ?", "DELETE FROM event_row WHERE id = ?"})
    connection_->statement(erase).bind(gone).run();
  connection_->statement("DELETE FROM alias_row WHERE kind = 'event' AND ? IN (uid, same_as_uid)").bind(from.uid).run();
  into.times_found += from.times_found;
  into.first_search_index = std::min(into.first_search_index, from.first_search_index);
  update_event(into);
  transaction.commit();
}

EventRecord Database::event(Id id) {
  return get<EventRecord>(*connection_, id);
}

std::optional<EventRecord> Database::find_event_by_uid(std::string_view uid) {
  return find<EventRecord>(*connection_, "WHERE uid = ?", uid);
}

std::vector<EventRecord> Database::events_of_mapping(Id mapping_id) {
  return select<EventRecord>(*connection_, "WHERE mapping_id = ? ORDER BY id", mapping_id);
}

std::vector<EventRecord> Database::events_of_sample(Id sample_id) {
  return select<EventRecord>(*connection_, "WHERE sample_id = ? ORDER BY id", sample_id);
}

void Database::replace_aliases(std::span<const AliasRecord> aliases) {
  Transaction transaction(*this);
  connection_->execute("DELETE FROM alias_row");
  for (const auto& alias : aliases) insert(*connection_, alias);
  transaction.commit();
}

std::vector<AliasRecord> Database::aliases() {
  return select<AliasRecord>(*connection_, "ORDER BY kind, uid");
}

}  // namespace landscape::db
