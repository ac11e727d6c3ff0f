/// Query results as text.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "db/query.hpp"
#include "landscape/cli/global_options.hpp"

namespace landscape::cli {

/// An array of row objects; unknown is null.
nlohmann::json rows_json(const db::QueryResult& result);
/// One object a line, keys in the order of the columns.
std::string rows_json_lines(const db::QueryResult& result);
/// Header and rows, RFC 4180; unknown is an empty field.
std::string rows_csv(const db::QueryResult& result);
/// Columns aligned; unknown is "-".
std::string rows_table(const db::QueryResult& result);
/// A table for a README or an issue; unknown is empty.
std::string rows_markdown(const db::QueryResult& result);

/// The value, or null.
template <class T>
nlohmann::json known(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

/// A JSON array of row objects with these of their keys as columns; null and what is not there is "-".
std::string array_table(const nlohmann::json& rows, const std::vector<std::string>& columns);

/// One document with --json; else a line for each key, and the arrays of rows named in `tables`, with their columns, as tables.
void print_tables(const Context& context, nlohmann::json document, const std::vector<std::pair<std::string, std::vector<std::string>>>& tables);

}  // namespace landscape::cli
