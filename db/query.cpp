#include "db/query.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <memory>

#include "db/detail/migrations.hpp"
#include "db/detail/sandbox.hpp"
#include "db/suggest.hpp"
#include "db/terms.hpp"

namespace landscape::db {
namespace {

using Columns = std::vector<ColumnDescription>;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string quoted(const std::string& name) {
  return '"' + name + '"';
}

/// The texts in single quotes of "CHECK (column IN ('a', 'b'))"; none where the table does not say so.
std::vector<std::string> checked_texts(const std::string& table, const std::string& column) {
  std::vector<std::string> texts;
  const auto check = table.find("CHECK (" + column + " IN (");
  if (check == std::string::npos) return texts;
  const auto end = table.find(')', check);
  for (auto open = table.find('\'', check); open < end; open = table.find('\'', open + 1)) {
    const auto close = table.find('\'', open + 1);
    texts.push_back(table.substr(open + 1, close - open - 1));
    open = close;
  }
  return texts;
}

/// What the tables behind a view let into its columns, by column. No view: nothing.
std::map<std::string, std::vector<std::string>> allowed_values(detail::Connection& connection, std::string_view view) {
  std::map<std::string, std::vector<std::string>> allowed;
  if (view.empty()) return allowed;
  sqlite3_stmt* prepared = nullptr;
  const int status = sqlite3_prepare_v2(connection.raw().getHandle(), message("SELECT * FROM ", view).c_str(), -1, &prepared, nullptr);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> rows(prepared, sqlite3_finalize);
  if (status != SQLITE_OK) return allowed;  // a file of an older schema; the query itself says what is wrong
  for (int k = 0; k < sqlite3_column_count(prepared); ++k) {
    const char* table = sqlite3_column_table_name(prepared, k);
    if (!table) continue;  // an expression
    auto definition = connection.statement("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?1");
    definition.bind(table);
    if (!definition.step()) continue;
    auto texts = checked_texts(definition.take<std::string>(), sqlite3_column_origin_name(prepared, k));
    if (!texts.empty()) allowed[sqlite3_column_name(prepared, k)] = std::move(texts);
  }
  return allowed;
}

Columns read_dictionary(detail::Connection& connection, std::string_view view) {
  const auto& views = public_views();
  if (!view.empty() && std::find(views.begin(), views.end(), view) == views.end()) {
    throw Error(message("no such view: ", view, "; ", suggestion(view, views)));
  }
  auto query = connection.statement(
      "SELECT d.\"view\", d.\"column\", d.alias, d.unit, d.description, coalesce(c.type, '') "
      "FROM dictionary d LEFT JOIN pragma_table_info(d.\"view\") c ON c.name = d.\"column\" "
      "WHERE ?1 = '' OR d.\"view\" = ?1 ORDER BY d.id");
  query.bind(view);
  const auto allowed = allowed_values(connection, view);
  Columns result;
  while (query.step()) {
    auto& column = result.emplace_back();
    query.read(column.view);
    query.read(column.column);
    query.read(column.alias);
    query.read(column.unit);
    query.read(column.description);
    query.read(column.type);
    // The class in one plane is an expression of the view, with the words of the class.
    const bool of_plane = column.column.starts_with("event_class_") && !allowed.contains(column.column);
    if (const auto found = allowed.find(of_plane ? "event_class" : column.column); found != allowed.end()) column.values = found->second;
  }
  return result;
}

std::vector<std::string> all_names(const Columns& dictionary) {
  std::vector<std::string> names;
  for (const auto& column : dictionary) {
    names.push_back(column.column);
    if (!column.alias.empty()) names.push_back(column.alias);
  }
  return names;
}

/// Which views have a column of that name; where none has, what may have been meant.
std::string advice(std::string_view name, const Columns& dictionary) {
  std::string views;
  for (const auto& column : dictionary)
    if (same_name(column.column, name) || same_name(column.alias, name)) views += (views.empty() ? "" : ", ") + column.view;
  return views.empty() ? suggestion(name, all_names(dictionary)) : "it is one of " + views;
}

/// "*, "barrier_ev" AS "EA", ..." of one view's columns.
std::string with_aliases(const Columns& dictionary, std::string_view view) {
  std::string sql = "*";
  for (const auto& column : dictionary) {
    if (column.view != view || column.alias.empty()) continue;
    sql += ", " + quoted(column.column) + " AS " + quoted(column.alias);
  }
  return sql;
}

void bind_values(sqlite3_stmt* statement, const std::vector<Value>& values) {
  int place = 0;
  for (const auto& value : values) {
    ++place;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      sqlite3_bind_int64(statement, place, *integer);
    } else if (const auto* real = std::get_if<double>(&value)) {
      sqlite3_bind_double(statement, place, *real);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      sqlite3_bind_text(statement, place, text->data(), static_cast<int>(text->size()),
                        SQLITE_TRANSIENT);
    }
  }
}

/// A query in words, over one view.
class ViewQuery {
 public:
  ViewQuery(const std::filesystem::path& path, const QueryOptions& options)
      : options_(options),
        connection_(detail::open_database(path, {.mode = Mode::ReadOnly})),
        dictionary_(read_dictionary(*connection_, options.view)),
        names_(all_names(dictionary_)) {}

  QueryResult run() {
    QueryResult result;
    const std::string sql = build(result.columns);
    detail::Sandbox sandbox(*connection_, options_);
    sandbox.unknown_column = [this](const std::string& name) { refuse(name); };
    if (!is_blank(options_.where)) {
      sandbox.prepare(source() + " SELECT (\n" + options_.where + "\n) FROM q", options_.where);
    }
    const auto statement = sandbox.prepare(sql, options_.where);
    bind_values(statement.get(), values_);
    sandbox.fetch(statement.get(), result);
    return result;
  }

 private:
  /// The view under its own and its short names.
  std::string source() const {
    return "WITH q AS NOT MATERIALIZED (SELECT " + with_aliases(dictionary_, options_.view) + " FROM " +
           options_.view + ")";
  }

  [[noreturn]] void refuse(const std::string& name) const {
    const bool in_quotes = options_.where.find(quoted(name)) != std::string::npos;
    throw Error(message(
        "no such column in ", options_.view, ": ", name, "; ",
        in_quotes ? "texts go in single quotes: '" + name + "'" : suggestion(name, names_)));
  }

  /// The column or alias that `name` means.
  std::string resolve(const std::string& name) const {
    for (const auto& known : names_) {
      if (same_name(known, name)) return quoted(known);
    }
    throw Error(
        message("no such column in ", options_.view, ": ", name, "; ", suggestion(name, names_)));
  }

  std::string build(std::vector<std::string>& shown) {
    shown = options_.columns;
    if (shown.empty()) {
      for (const auto& column : dictionary_) shown.push_back(column.column);
    }
    std::string sql;
    for (const auto& name : shown) sql += (sql.empty() ? "" : ", ") + resolve(name);
    sql = source() + " SELECT " + sql + " FROM q";
    if (options_.limit < 0) return sql + conditions() + " ORDER BY " + order("");
    // The rows are chosen first, by their ids: SQLite would carry all columns of every candidate through its sorter.
    // One more than asked for, to know whether there are more.
    return message(sql, " WHERE id IN (SELECT id FROM q", conditions(), " ORDER BY ", order(""), " LIMIT ",
                   options_.limit + 1, ") ORDER BY ", order("+"));
  }

  /// The sort keys, each behind `sign`: a plus keeps SQLite from walking the key's index.
  std::string order(const char* sign) const {
    std::string sql;
    for (const auto& key : options_.sort) {
      const bool descending = key.starts_with('-');
      sql += sign + resolve(descending ? key.substr(1) : key) + (descending ? " DESC" : " ASC") + " NULLS LAST, ";
    }
    return sql + sign + "id";
  }

  /// Whether few rows are asked for, sorted first by this column of this view.
  bool few_sorted_by(const char* view, const char* name, const char* alias) const {
    if (options_.limit < 0 || options_.sort.empty() || options_.view != view) return false;
    const auto& key = options_.sort.front();
    const auto column = resolve(key.starts_with('-') ? key.substr(1) : key);
    return same_name(column, quoted(name)) || same_name(column, quoted(alias));
  }

  /// Whether the condition is better tried row by row than looked up in an index of its own, as rows come in the order
  /// asked for from another: SQLite would look an equality up first and sort all it finds, 2 s of 10^6 rows of a sample.
  bool is_better_tried(const TermCondition& condition) const {
    const bool by_reverse = few_sorted_by("events", "reverse_barrier_ev", "ER");
    if (condition.sql.starts_with("\"sample\" = ")) {
      return by_reverse || few_sorted_by("minima", "energy_ev", "E") || few_sorted_by("saddles", "energy_ev", "E");
    }
    if (condition.sql == "\"event_class\" = ?") {
      return (by_reverse || few_sorted_by("events", "barrier_ev", "EA")) && is_common(condition.values.front());
    }
    return false;
  }

  /// Whether many tracks have this class, so that walking over events soon meets enough of them.
  bool is_common(const Value& event_class) const {
    constexpr int many = 5000;  // looking up and sorting fewer takes some ms
    auto count = connection_->statement("SELECT count(*) FROM (SELECT 1 FROM track_row WHERE event_class = ?1 LIMIT ?2)");
    count.bind(std::get<std::string>(event_class));
    count.bind(many);
    std::int64_t found = 0;
    count.step();
    count.read(found);
    return found == many;
  }

  std::string conditions() {
    std::string sql;
    for (const auto& term : options_.terms) {
      auto condition = read_term(term, dictionary_);
      if (is_better_tried(condition)) condition.sql.insert(0, "+");
      sql += (sql.empty() ? " WHERE " : " AND ") + condition.sql;
      std::move(condition.values.begin(), condition.values.end(), std::back_inserter(values_));
    }
    if (!is_blank(options_.where)) {
      sql += (sql.empty() ? " WHERE" : " AND") + (" (\n" + options_.where + "\n)");
    }
    return sql;
  }

  const QueryOptions& options_;
  std::unique_ptr<detail::Connection> connection_;
  Columns dictionary_;
  std::vector<std::string> names_;
  std::vector<Value> values_;
};

/// Temporary views of the same names, which know the aliases too.
void add_aliases(detail::Connection& connection, const Columns& dictionary) {
  connection.execute("PRAGMA query_only = OFF");  // the file itself is open for reading only
  for (const auto& view : public_views()) {
    const bool known = std::any_of(dictionary.begin(), dictionary.end(),
                                   [&](const auto& column) { return column.view == view; });
    if (!known) continue;  // a file of an older schema
    connection.execute("CREATE TEMP VIEW " + quoted(view) + " AS SELECT " +
                       with_aliases(dictionary, view) + " FROM main." + quoted(view));
  }
  connection.execute("PRAGMA query_only = ON");
}

/// Takes the aliases away that `*` brought along: they follow all columns of their view.
void drop_repeated(QueryResult& result, const Columns& dictionary) {
  std::map<std::string, std::pair<std::vector<std::string>, std::vector<std::string>>> views;
  for (const auto& column : dictionary) {
    views[column.view].first.push_back(column.column);
    if (!column.alias.empty()) views[column.view].second.push_back(column.alias);
  }
  auto& names = result.columns;
  for (const auto& [view, both] : views) {
    auto whole = both.first;
    whole.insert(whole.end(), both.second.begin(), both.second.end());
    while (!both.second.empty()) {
      const auto found = std::search(names.begin(), names.end(), whole.begin(), whole.end());
      if (found == names.end()) break;
      const auto begin = found - names.begin() + std::ssize(both.first);
      const auto end = begin + std::ssize(both.second);
      names.erase(names.begin() + begin, names.begin() + end);
      for (auto& row : result.rows) row.erase(row.begin() + begin, row.begin() + end);
    }
  }
}

/// A second column of the same name gets a number, so that a row is an object.
void make_unique_names(std::vector<std::string>& names) {
  std::map<std::string, int> seen;
  for (auto& name : names) {
    const int count = ++seen[name];
    if (count > 1) name += message('_', count);
  }
}

QueryResult run_sql(const std::filesystem::path& path, const QueryOptions& options) {
  const auto connection = detail::open_database(path, {.mode = Mode::ReadOnly});
  const auto dictionary = read_dictionary(*connection, {});
  add_aliases(*connection, dictionary);
  detail::Sandbox sandbox(*connection, options);
  sandbox.unknown_column = [&](const std::string& name) {
    throw Error(message("no such column: ", name, "; ", advice(name.substr(name.find('.') + 1), dictionary)));
  };
  std::string sql = options.sql;
  while (!sql.empty() && std::string_view("; \t\r\n").find(sql.back()) != std::string_view::npos) {
    sql.pop_back();
  }
  const auto statement = sandbox.prepare(sql, options.sql);
  QueryResult result;
  for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) {
    result.columns.emplace_back(sqlite3_column_name(statement.get(), i));
  }
  if (result.columns.empty()) throw Error(message("expected a SELECT, got: ", options.sql));
  sandbox.fetch(statement.get(), result);
  drop_repeated(result, dictionary);
  make_unique_names(result.columns);
  return result;
}

}  // namespace

QueryResult run_query(const std::filesystem::path& path, const QueryOptions& options) {
  try {
    return is_blank(options.sql) ? ViewQuery(path, options).run() : run_sql(path, options);
  } catch (const Error& error) {
    const std::string text = error.what();
    if (text.find("no such ") == std::string::npos) throw;
    // What is missing may have come since the file was made.
    const auto version = detail::open_database(path, {.mode = Mode::ReadOnly})->number("PRAGMA user_version");
    const int now = detail::migrations().back().version;
    if (version >= now) throw;
    throw Error(message("schema ", version, " is older than this program's ", now, " ('landscape db upgrade --db ", path.string(), "' brings it up to date): ", text));
  }
}

std::vector<ColumnDescription> describe_columns(const std::filesystem::path& path,
                                                std::string_view view) {
  auto connection = detail::open_database(path, {.mode = Mode::ReadOnly});
  return read_dictionary(*connection, view);
}

}  // namespace landscape::db
