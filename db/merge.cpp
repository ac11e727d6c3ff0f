#include "db/merge.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_map>

#include "db/detail/connection.hpp"

namespace landscape::db {
namespace {

struct Rule {
  std::string_view table;
  std::string_view
      key;  ///< columns that say which row it is; empty: a row of its own for each owner
  std::string_view same;  ///< columns that must agree where the key does
  std::string_view rank;  ///< how far a row got; the higher one stays
  std::string_view owner = {};  ///< column of the row that it is a part of; both come from one file
};

// A value that is computed anew replaces the older one, as in a single database.
constexpr std::string_view newest =
    "(SELECT CAST(strftime('%s', r.started_utc) AS INTEGER) FROM run_row r WHERE r.id = run_id)";

// In an order in which rows come after those they refer to; what refers forward is set at the end.
constexpr std::array<Rule, 25> rules = {{
    {"potential_row", "sha256", "", "0"},
    {"run_row", "command, options, seed, code_version, host, started_utc", "",
     "status <> 'running'"},
    {"configuration_row", "", "", "0"},
    {"sample_row", "name", "defining_options, potential_id, composition, n_atoms",
     "state = 'ready'"},
    {"minimum_row", "uid", "sample_id", "0"},
    {"saddle_row", "uid", "sample_id", "0"},
    {"mapping_row", "sample_id, strain_xy, seed, options_key", "", "0"},
    {"ensemble_row", "name", "options", "2 * distinct_replicas + (state = 'done')"},
    {"shear_row", "sample_id, options_key", "", "2 * steps + (state = 'done')"},
    {"event_row", "uid", "sample_id", "0"},
    {"plastic_event_row", "shear_id, event_index", "", "2 * (event_id IS NOT NULL) + (step_index IS NOT NULL)"},
    {"search_row", "mapping_id, search_index", "", "0"},
    {"track_row", "event_id, options_key", "", "points"},
    {"prediction_row", "event_id, plane, method", "", newest},
    {"track_point_row", "track_id, point_index", "", "0", "track_id"},
    {"shear_step_row", "shear_id, step_index", "", "cycle IS NOT NULL"},
    {"unloading_row", "shear_id, unloading_index", "", "cycle_displacement_a IS NOT NULL"},
    {"rearrangement_row", "shear_id, from_state, to_state, d2min_cutoff_a, d2min_threshold_a2", "", "0"},
    {"replica_row", "ensemble_id, replica_index", "", "0"},
    {"ensemble_point_row", "ensemble_id, point_index", "", "replicas", "ensemble_id"},
    {"inherent_structure_row", "sample_id, series, point_index", "", "0"},
    {"rate_fit_row", "potential_id, composition, n_atoms, run_id", "", "0"},
    {"atom_value_row", "sample_id, name, minimum_id, event_id, rearrangement_id, atom", "", newest},
    {"property_row", "sample_id, name, minimum_id, event_id", "", newest},
    {"alias_row", "kind, uid", "", "0"},
}};

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3_stmt, Finalize>;

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < list.size();) {
    const auto end = std::min(list.find(',', begin), list.size());
    const auto first = list.find_first_not_of(' ', begin);
    words.emplace_back(list.substr(first, end - first));
    begin = end + 1;
  }
  return words;
}

struct Column {
  std::string name;
  std::string refers_to = {};  ///< table; empty: none
  bool is_key = false, is_same = false, is_run = false, is_owner = false;
  bool later = false;  ///< refers forward
};

enum class Fate { Added, Replaced, Kept };  ///< of a row of the shard; Kept: the target's stays

using Ids = std::unordered_map<Id, Id>;

/// One merge from beginning to end.
class Merge {
 public:
  Merge(detail::Connection& target, detail::Connection& shard) : target_(target), shard_(shard) {}

  MergeReport run() {
    Transaction transaction(target_);
    for (const auto& rule : rules) copy_table(rule);
    set_forward_references();
    recount();
    drop_displaced();
    transaction.commit();
    leave_notes();
    return std::move(report_);
  }

 private:
  Handle prepare(detail::Connection& connection, const std::string& sql) const {
    sqlite3_stmt* raw = nullptr;
    auto* handle = connection.raw().getHandle();
    if (sqlite3_prepare_v2(handle, sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) {
      throw Error(message(connection.path().string(), ": ", sqlite3_errmsg(handle)));
    }
    return Handle(raw);
  }

  std::vector<Column> columns_of(const Rule& rule) {
    std::map<std::string, std::string> references;
    auto keys = shard_.statement("SELECT \"from\", \"table\" FROM pragma_foreign_key_list(?)");
    keys.bind(rule.table);
    while (keys.step()) {
      const auto from = keys.take<std::string>();
      references[from] = keys.take<std::string>();
    }
    const auto key = split(rule.key), same = split(rule.same);
    const auto is_in = [](const auto& list, const auto& name) {
      return std::ranges::count(list, name) > 0;
    };
    std::vector<Column> columns;
    auto names = shard_.statement("SELECT name FROM pragma_table_info(?) WHERE name <> 'id'");
    names.bind(rule.table);
    while (names.step()) {
      Column column{names.take<std::string>()};
      column.is_key = is_in(key, column.name);
      column.is_same = is_in(same, column.name);
      column.is_run = column.name == "run_id";
      column.is_owner = column.name == rule.owner;
      if (const auto found = references.find(column.name); found != references.end()) {
        column.refers_to = found->second;
        column.later = place(found->second) > place(rule.table) && !column.is_key;
      }
      columns.push_back(std::move(column));
    }
    return columns;
  }

  static std::size_t place(std::string_view table) {
    const auto found = std::ranges::find(rules, table, &Rule::table);
    return static_cast<std::size_t>(found - rules.begin());
  }

  void copy_table(const Rule& rule) {
    columns_ = columns_of(rule);
    std::string list, marks, match, updates;
    for (const auto& column : columns_) {
      const std::string comma = list.empty() ? "" : ", ";
      list += comma + column.name;
      marks += comma + "?";
      updates += (updates.empty() ? "" : ", ") + column.name + " = ?";
      if (column.is_key) match += (match.empty() ? "" : " AND ") + column.name + " IS ?";
    }
    const std::string table(rule.table), rank = "(" + std::string(rule.rank) + ")";
    insert_ = prepare(target_, "INSERT INTO " + table + " (" + list + ") VALUES (" + marks + ")");
    update_ = prepare(target_, "UPDATE " + table + " SET " + updates + " WHERE id = ?");
    find_ = match.empty() ? nullptr
                          : prepare(target_, "SELECT id, " + rank + ", " + list + " FROM " + table +
                                                 " WHERE " + match);
    clear_ = rule.owner.empty()
                 ? nullptr
                 : prepare(target_, "DELETE FROM " + table + " WHERE " + std::string(rule.owner) + " = ?");
    cleared_ = rule.owner.empty() ? nullptr
                                  : prepare(target_, "SELECT id, 0, " + list + " FROM " + table + " WHERE " + std::string(rule.owner) + " = ?");
    const auto source =
        prepare(shard_, "SELECT id, " + rank + ", " + list + " FROM " + table + " ORDER BY id");
    if (rule.table == "configuration_row") {  // copied with the rows that refer to them
      fetch_configuration_ =
          prepare(shard_, "SELECT id, 0, " + list + " FROM " + table + " WHERE id = ?");
      insert_configuration_ = std::move(insert_);
      configuration_columns_ = columns_;
      return;
    }
    added_ = 0;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(source.get())) == SQLITE_ROW) copy_row(rule, source.get());
    if (code != SQLITE_DONE)
      throw Error(message(shard_.path().string(), ": ", sqlite3_errmsg(shard_.raw().getHandle())));
    if (added_ > 0) report_.added.emplace_back(table.substr(0, table.size() - 4), added_);
  }

  static constexpr int first_column = 2;  // after id and rank

  /// The row's value with ids as they are in the target. Configurations are copied when asked for.
  void bind(sqlite3_stmt* statement,
            int mark,
            sqlite3_stmt* row,
            int k,
            const Column& column,
            bool copy_states) {
    const int at = first_column + k;
    if (column.refers_to.empty() || sqlite3_column_type(row, at) == SQLITE_NULL) {
      sqlite3_bind_value(statement, mark, sqlite3_column_value(row, at));
      return;
    }
    if (column.later) {
      sqlite3_bind_null(statement, mark);
      return;
    }
    const Id old = sqlite3_column_int64(row, at);
    if (column.refers_to == "configuration_row" && copy_states) {
      sqlite3_bind_int64(statement, mark, copy_configuration(old));
      return;
    }
    const auto& ids = ids_[column.refers_to];
    const auto found = ids.find(old);
    if (found == ids.end())
      sqlite3_bind_null(statement, mark);
    else
      sqlite3_bind_int64(statement, mark, found->second);
  }

  void step(sqlite3_stmt* statement) {
    const int code = sqlite3_step(statement);
    const std::string text = sqlite3_errmsg(target_.raw().getHandle());
    sqlite3_reset(statement);
    if (code == SQLITE_DONE) return;
    if (code == SQLITE_FULL)
      throw Error(message(target_.path().string(),
                          ": disk full or quota reached while merging; nothing was changed"));
    throw Error(
        message(target_.path().string(), ": merging failed (", text, "); nothing was changed"));
  }

  Id copy_configuration(Id old) {
    auto& ids = ids_["configuration_row"];
    if (const auto found = ids.find(old); found != ids.end()) return found->second;
    // A chain of references is walked to its end first: the statements serve one row at a time.
    std::vector<Id> chain = {old};
    while (const auto reference = reference_of(chain.back())) {
      if (ids.contains(*reference)) break;
      chain.push_back(*reference);
    }
    for (auto one = chain.rbegin(); one != chain.rend(); ++one) {
      auto* row = fetch_configuration_.get();
      sqlite3_bind_int64(row, 1, *one);
      if (sqlite3_step(row) != SQLITE_ROW) {
        throw Error(message(shard_.path().string(), ": configuration ", *one, " is missing"));
      }
      for (std::size_t k = 0; k < configuration_columns_.size(); ++k) {
        const int at = static_cast<int>(k);
        bind(insert_configuration_.get(), at + 1, row, at, configuration_columns_[k], false);
      }
      step(insert_configuration_.get());
      sqlite3_reset(row);
      ids[*one] = target_.last_id();
    }
    return ids.at(old);
  }

  std::optional<Id> reference_of(Id configuration) {
    auto query = shard_.statement("SELECT reference_id FROM configuration_row WHERE id = ?");
    query.bind(configuration);
    if (!query.step()) return std::nullopt;
    return query.take<std::optional<Id>>();
  }

  void copy_row(const Rule& rule, sqlite3_stmt* row) {
    const Id old = sqlite3_column_int64(row, 0);
    if (clear_ && !belongs_here(row)) {
      ++report_.known;
      return;
    }
    Id id = 0;
    bool fresh = true, better = false;
    if (find_) {
      int mark = 0;
      for (std::size_t k = 0; k < columns_.size(); ++k) {
        if (columns_[k].is_key)
          bind(find_.get(), ++mark, row, static_cast<int>(k), columns_[k], true);
      }
      if (sqlite3_step(find_.get()) == SQLITE_ROW) {
        fresh = false;
        id = sqlite3_column_int64(find_.get(), 0);
        better = is_better(row);
        if (better) remember_configurations(find_.get());
        expect_same(rule, row);
      }
      sqlite3_reset(find_.get());
    }
    if (fresh && rule.table == "event_row") {
      if (const auto joined = event_of_searches(old)) {
        fresh = false;
        id = *joined;
      }
    }
    if (fresh || better) {
      auto* statement = fresh ? insert_.get() : update_.get();
      for (std::size_t k = 0; k < columns_.size(); ++k) {
        bind(statement, static_cast<int>(k) + 1, row, static_cast<int>(k), columns_[k], true);
      }
      if (!fresh) sqlite3_bind_int64(statement, static_cast<int>(columns_.size()) + 1, id);
      step(statement);
      if (fresh) id = target_.last_id();
    }
    ids_[std::string(rule.table)][old] = id;
    fates_[std::string(rule.table)][old] = fresh ? Fate::Added : better ? Fate::Replaced : Fate::Kept;
    fresh ? ++added_ : ++report_.known;
    if (fresh || better) remember_later(rule, row, id);
  }

  /// Points go with their track, and the mean curve with its ensemble: whether this file's stay. The
  /// rows of one that was replaced go first.
  bool belongs_here(sqlite3_stmt* row) {
    const auto owner = std::ranges::find_if(columns_, &Column::is_owner);
    const auto at = first_column + static_cast<int>(owner - columns_.begin());
    const Id old = sqlite3_column_int64(row, at);
    auto& fate = fates_[owner->refers_to].at(old);
    if (fate == Fate::Replaced) {
      for (auto* statement : {cleared_.get(), clear_.get()})
        sqlite3_bind_int64(statement, 1, ids_[owner->refers_to].at(old));
      while (sqlite3_step(cleared_.get()) == SQLITE_ROW) remember_configurations(cleared_.get());
      sqlite3_reset(cleared_.get());
      step(clear_.get());
      fate = Fate::Added;
    }
    return fate == Fate::Added;
  }

  /// Those that a row of the target has, before it is replaced.
  void remember_configurations(sqlite3_stmt* row) {
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const int at = first_column + static_cast<int>(k);
      if (columns_[k].refers_to == "configuration_row" && sqlite3_column_type(row, at) != SQLITE_NULL)
        displaced_.push_back(sqlite3_column_int64(row, at));
    }
  }

  /// Coordinates of replaced rows that nothing refers to any more.
  void drop_displaced() {
    if (displaced_.empty()) return;
    std::string used;
    for (const auto& rule : rules) {
      auto keys = target_.statement("SELECT \"from\" FROM pragma_foreign_key_list(?) WHERE \"table\" = 'configuration_row'");
      keys.bind(rule.table);
      while (keys.step()) {
        const auto column = keys.take<std::string>();
        used += message(used.empty() ? "" : " UNION ", "SELECT ", column, " FROM ", rule.table, " WHERE ", column, " IS NOT NULL");
      }
    }
    target_.execute("CREATE TEMP TABLE IF NOT EXISTS displaced (id INTEGER PRIMARY KEY)");
    for (const Id id : displaced_) target_.statement("INSERT OR IGNORE INTO temp.displaced VALUES (?)").bind(id).run();
    target_.execute("DELETE FROM configuration_row WHERE id IN (SELECT id FROM temp.displaced) AND id NOT IN (" + used +
                    "); DELETE FROM temp.displaced");
  }

  /// Whether the shard's row replaces the one found: it got further; or as far, in a run that began
  /// earlier. So one of two runs is preferred wherever they meet, whichever file came first.
  bool is_better(sqlite3_stmt* row) {
    const auto here = sqlite3_column_int64(find_.get(), 1), there = sqlite3_column_int64(row, 1);
    if (here != there) return there > here;
    const auto run = std::ranges::find_if(columns_, &Column::is_run);
    if (run == columns_.end()) return values_before(row);
    const int at = first_column + static_cast<int>(run - columns_.begin());
    const Id mine = sqlite3_column_int64(find_.get(), at), theirs = sqlite3_column_int64(row, at);
    if (const auto same = ids_["run_row"].find(theirs); same != ids_["run_row"].end() && same->second == mine)
      return false;
    return run_text(shard_, shard_runs_, theirs) < run_text(target_, target_runs_, mine);
  }

  /// Below 0, 0 or above 0 as std::strcmp; numbers before texts, NULL before all.
  static int compare(sqlite3_stmt* a, sqlite3_stmt* b, int at) {
    const int type = sqlite3_column_type(a, at), other = sqlite3_column_type(b, at);
    if (type == SQLITE_NULL || other == SQLITE_NULL) return (type != SQLITE_NULL) - (other != SQLITE_NULL);
    if ((type == SQLITE_TEXT) != (other == SQLITE_TEXT)) return type == SQLITE_TEXT ? 1 : -1;
    if (type == SQLITE_TEXT) {
      return std::strcmp(reinterpret_cast<const char*>(sqlite3_column_text(a, at)),
                         reinterpret_cast<const char*>(sqlite3_column_text(b, at)));
    }
    const double x = sqlite3_column_double(a, at), y = sqlite3_column_double(b, at);
    return (x > y) - (x < y);
  }

  /// For rows without a run: the smaller values, column by column.
  bool values_before(sqlite3_stmt* row) const {
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      if (!columns_[k].refers_to.empty()) continue;
      const int at = first_column + static_cast<int>(k);
      const int order = compare(row, find_.get(), at);
      if (order != 0) return order < 0;
    }
    return false;
  }

  using Texts = std::unordered_map<Id, std::string>;

  static const std::string& run_text(detail::Connection& connection, Texts& known, Id run) {
    const auto [found, fresh] = known.try_emplace(run);
    if (fresh) {
      auto query = connection.statement(
          "SELECT started_utc || '|' || host || '|' || command || '|' || options || '|' || seed || '|' || "
          "code_version FROM run_row WHERE id = ?");
      query.bind(run);
      if (query.step()) query.read(found->second);
    }
    return found->second;
  }

  /// The target's event of the searches that found the shard's event `old`, where the target has joined two events since (see
  /// Database::merge_events); nothing where it does not know these searches.
  std::optional<Id> event_of_searches(Id old) {
    auto searches = shard_.statement("SELECT mapping_id, search_index FROM search_row WHERE event_id = ?");
    searches.bind(old);
    while (searches.step()) {
      const auto& mappings = ids_["mapping_row"];
      const auto mapping = mappings.find(searches.take<Id>());
      const auto index = searches.take<std::int64_t>();
      if (mapping == mappings.end()) continue;
      auto known = target_.statement(
          "SELECT event_id FROM search_row WHERE mapping_id = ? AND search_index = ? AND event_id IS NOT NULL");
      known.bind(mapping->second).bind(index);
      if (known.step()) return known.take<Id>();
    }
    return std::nullopt;
  }

  void expect_same(const Rule& rule, sqlite3_stmt* row) {
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const auto& column = columns_[k];
      if (!column.is_same) continue;
      const int at = first_column + static_cast<int>(k);
      const auto text = [&](sqlite3_stmt* statement) {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, at));
        return std::string(bytes == nullptr ? "" : bytes);
      };
      std::string here = text(find_.get()), there = text(row);
      if (!column.refers_to.empty() && !there.empty()) {
        there = std::to_string(ids_[column.refers_to].at(sqlite3_column_int64(row, at)));
      }
      if (here == there) continue;
      const auto name = text_of(row, split(rule.key).front());
      throw Error(message(shard_.path().string(), ": ", rule.table.substr(0, rule.table.size() - 4),
                          " ", name, " is not the one of ", target_.path().string(), ": ",
                          column.name, " is ", there, ", expected ", here,
                          "; nothing was changed"));
    }
  }

  std::string text_of(sqlite3_stmt* row, const std::string& column) const {
    const auto found = std::ranges::find(columns_, column, &Column::name);
    const auto at = first_column + static_cast<int>(found - columns_.begin());
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(row, at));
    return bytes == nullptr ? "" : bytes;
  }

  /// References to rows of later tables are remembered as old ids and set when these have new ones.
  void remember_later(const Rule& rule, sqlite3_stmt* row, Id id) {
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const int at = first_column + static_cast<int>(k);
      if (!columns_[k].later || sqlite3_column_type(row, at) == SQLITE_NULL) continue;
      pending_.push_back(
          {message("UPDATE ", rule.table, " SET ", columns_[k].name, " = ? WHERE id = ?"),
           columns_[k].refers_to, sqlite3_column_int64(row, at), id});
    }
  }

  void set_forward_references() {
    for (const auto& later : pending_) {
      const auto& ids = ids_[later.table];
      if (const auto found = ids.find(later.old); found != ids.end()) {
        target_.statement(later.sql).bind(found->second).bind(later.row).run();
      }
    }
  }

  /// Shards may hold different searches of one mapping, or two that ended differently.
  void recount() {
    target_.execute(R"sql(
UPDATE event_row SET
  times_found = (SELECT count(*) FROM search_row r WHERE r.event_id = event_row.id),
  first_search_index = coalesce(
    (SELECT min(r.search_index) FROM search_row r WHERE r.event_id = event_row.id), -1)
WHERE mapping_id IS NOT NULL)sql");
  }

  void leave_notes() {
    auto points = shard_.statement("SELECT key FROM checkpoint_row ORDER BY key");
    while (points.step()) {
      report_.notes.push_back(
          message(shard_.path().string(), ": unfinished work '", points.take<std::string>(),
                  "' was left in the shard; the same command continues it there"));
    }
  }

  struct Pending {
    std::string sql, table;
    Id old = 0, row = 0;
  };

  detail::Connection& target_;
  detail::Connection& shard_;
  std::map<std::string, Ids> ids_;  ///< by table, from the shard's to the target's
  std::map<std::string, std::unordered_map<Id, Fate>> fates_;  ///< by table and the shard's id
  Texts shard_runs_, target_runs_;
  std::vector<Column> columns_, configuration_columns_;
  Handle insert_, update_, find_, clear_, cleared_, fetch_configuration_, insert_configuration_;
  std::vector<Pending> pending_;
  std::vector<Id> displaced_;  ///< configurations of replaced rows
  std::int64_t added_ = 0;
  MergeReport report_;
};

}  // namespace

MergeReport merge(const std::filesystem::path& target, const std::filesystem::path& shard) {
  std::error_code ignored;
  if (std::filesystem::equivalent(target, shard, ignored)) {
    throw Error(message(shard.string(), ": is the database to be merged into"));
  }
  const auto from = detail::open_database(shard, {.mode = Mode::ReadOnly});
  const auto version = from->number("PRAGMA user_version");
  const auto into = detail::open_database(target, {.mode = Mode::ReadWriteCreate});
  const auto known = into->number("PRAGMA user_version");
  if (version != known) {
    throw Error(message(shard.string(), ": schema version ", version, ", expected ", known,
                        "; 'landscape db upgrade --db ", shard.string(), "' brings it up to date"));
  }
  return Merge(*into, *from).run();
}

std::vector<std::string> merged_tables() {
  std::vector<std::string> names;
  for (const auto& rule : rules) names.emplace_back(rule.table);
  return names;
}

void seal(const std::filesystem::path& original, const std::filesystem::path& copy) {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (fs::exists(copy, failed)) throw Error(message(copy.string(), ": is there already"));
  if (const auto folder = fs::absolute(copy).parent_path(); !fs::is_directory(folder, failed))
    throw Error(message(copy.string(), ": there is no folder ", folder.string()));
  const auto connection = detail::open_database(original, {.mode = Mode::ReadOnly});
  auto partial = copy;
  partial += ".part";
  fs::remove(partial, failed);
  try {
    SQLite::Database& database = connection->raw();
    database.exec("PRAGMA query_only = OFF");  // VACUUM INTO writes elsewhere; the file is open for
                                               // reading only
    connection->statement("VACUUM INTO ?").bind(partial.string()).run();
  } catch (const Error&) {
    fs::remove(partial, failed);
    throw;
  }
  using fs::perms;
  fs::permissions(partial, perms::owner_read | perms::group_read | perms::others_read, failed);
  fs::rename(partial, copy, failed);
  if (failed) throw Error(message(copy.string(), ": cannot be written: ", failed.message()));
}

}  // namespace landscape::db
