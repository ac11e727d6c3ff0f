/// Insert, update and read any record of columns.hpp.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "db/detail/columns.hpp"
#include "db/detail/connection.hpp"

namespace landscape::db::detail {

/// Column names of a record, id not among them.
template <class Record>
const std::vector<std::string>& column_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    const Record record{};
    Table<Record>::visit(record, [&](const auto& name, const auto&) {
      if constexpr (std::is_same_v<std::decay_t<decltype(name)>, std::string_view>) {
        result.emplace_back(name);
      } else {
        for (const auto one : name) result.emplace_back(one);
      }
    });
    return result;
  }();
  return names;
}

/// "a<suffix>, b<suffix>, ..."
inline std::string joined(const std::vector<std::string>& names, const std::string& suffix = "") {
  std::string result;
  for (const auto& name : names) {
    if (!result.empty()) result += ", ";
    result += name + suffix;
  }
  return result;
}

template <class Record>
void bind_columns(Statement& statement, const Record& record) {
  Table<Record>::visit(record, [&](const auto& name, const auto& member) {
    if constexpr (std::is_same_v<std::decay_t<decltype(name)>, std::string_view>) {
      statement.bind(member);
    } else {
      for (const auto& one : member) statement.bind(one);
    }
  });
}

/// Reads a row of `SELECT id, <columns>`.
template <class Record>
Record read_row(Statement& statement) {
  Record record;
  statement.read(record.id);
  Table<Record>::visit(record, [&](const auto& name, auto& member) {
    if constexpr (std::is_same_v<std::decay_t<decltype(name)>, std::string_view>) {
      statement.read(member);
    } else {
      for (auto& one : member) statement.read(one);
    }
  });
  return record;
}

template <class Record>
Id insert(Connection& connection, const Record& record) {
  static const std::string sql = [] {
    const auto& names = column_names<Record>();
    std::string marks(names.size() * 2 - 1, ',');
    for (std::size_t i = 0; i < marks.size(); i += 2) marks[i] = '?';
    return message("INSERT INTO ", Table<Record>::name, " (", joined(names), ") VALUES (", marks,
                   ")");
  }();
  auto statement = connection.statement(sql);
  bind_columns(statement, record);
  statement.run();
  return connection.last_id();
}

[[noreturn]] inline void no_such_row(Connection& connection, std::string_view table, Id id) {
  std::string noun(table.substr(0, table.find("_row")));
  for (char& c : noun)
    if (c == '_') c = ' ';
  throw Error(message(connection.path().string(), ": there is no ", noun, ' ', id));
}

template <class Record>
void update(Connection& connection, const Record& record) {
  static const std::string sql = message("UPDATE ", Table<Record>::name, " SET ",
                                         joined(column_names<Record>(), " = ?"), " WHERE id = ?");
  auto statement = connection.statement(sql);
  bind_columns(statement, record);
  statement.bind(record.id).run();
  if (connection.changes() == 0) no_such_row(connection, Table<Record>::name, record.id);
}

/// All rows for which `tail` ("WHERE a = ? ORDER BY b") holds, its marks bound to `values`.
template <class Record, class... Values>
std::vector<Record> select(Connection& connection, std::string_view tail, const Values&... values) {
  auto statement = connection.statement(message("SELECT id, ", joined(column_names<Record>()),
                                                " FROM ", Table<Record>::name, ' ', tail));
  (statement.bind(values), ...);
  std::vector<Record> rows;
  while (statement.step()) rows.push_back(read_row<Record>(statement));
  return rows;
}

/// The first such row, or nothing.
template <class Record, class... Values>
std::optional<Record> find(Connection& connection, std::string_view tail, const Values&... values) {
  auto rows = select<Record>(connection, tail, values...);
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

/// The first such row, or `record` stored as a new one; safe against another process doing the
/// same.
template <class Record, class... Values>
Id ensure(Connection& connection,
          const Record& record,
          std::string_view tail,
          const Values&... values) {
  if (const auto known = find<Record>(connection, tail, values...)) return known->id;
  Transaction transaction(connection);
  const auto appeared = find<Record>(connection, tail, values...);
  const Id id = appeared ? appeared->id : insert(connection, record);
  transaction.commit();
  return id;
}

template <class Record>
Record get(Connection& connection, Id id) {
  auto row = find<Record>(connection, "WHERE id = ?", id);
  if (!row) no_such_row(connection, Table<Record>::name, id);
  return *std::move(row);
}

}  // namespace landscape::db::detail
