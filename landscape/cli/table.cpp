#include "landscape/cli/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace landscape::cli {
namespace {

std::string text_of(const db::Value& value, bool full, const char* unknown) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&value)) return full ? fmt::format("{}", *real) : fmt::format("{:.6g}", *real);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return unknown;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace

nlohmann::json rows_json(const db::QueryResult& result) {
  auto rows = nlohmann::json::array();
  for (const auto& row : result.rows) {
    nlohmann::json plain = nlohmann::json::object();
    for (std::size_t k = 0; k < row.size(); ++k)
      std::visit([&](const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) plain[result.columns[k]] = nullptr;
        else plain[result.columns[k]] = value;
      }, row[k]);
    rows.push_back(std::move(plain));
  }
  return rows;
}

std::string rows_json_lines(const db::QueryResult& result) {
  std::string text;
  for (const auto& row : result.rows) {
    nlohmann::ordered_json plain = nlohmann::ordered_json::object();
    for (std::size_t k = 0; k < row.size(); ++k)
      std::visit([&](const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) plain[result.columns[k]] = nullptr;
        else plain[result.columns[k]] = value;
      }, row[k]);
    text += plain.dump() + '\n';
  }
  return text;
}

std::string rows_csv(const db::QueryResult& result) {
  std::string text;
  for (std::size_t k = 0; k < result.columns.size(); ++k) text += (k ? "," : "") + csv_field(result.columns[k]);
  text += '\n';
  for (const auto& row : result.rows) {
    for (std::size_t k = 0; k < row.size(); ++k) text += (k ? "," : "") + csv_field(text_of(row[k], true, ""));
    text += '\n';
  }
  return text;
}

std::string rows_markdown(const db::QueryResult& result) {
  const auto cell = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, 1, '\\');
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  };
  std::string text = "|", rule = "|";
  for (const auto& name : result.columns) {
    text += ' ' + cell(name) + " |";
    rule += "---|";
  }
  text += '\n' + rule + '\n';
  for (const auto& row : result.rows) {
    text += '|';
    for (const auto& value : row) text += ' ' + cell(text_of(value, false, "")) + " |";
    text += '\n';
  }
  return text;
}

std::string rows_table(const db::QueryResult& result) {
  std::vector<std::vector<std::string>> cells{result.columns};
  for (const auto& row : result.rows) {
    auto& line = cells.emplace_back();
    for (const auto& value : row) line.push_back(text_of(value, false, "-"));
  }
  std::vector<std::size_t> width(result.columns.size(), 0);
  for (const auto& line : cells)
    for (std::size_t k = 0; k < line.size(); ++k) width[k] = std::max(width[k], line[k].size());
  std::string text;
  for (const auto& line : cells) {
    for (std::size_t k = 0; k < line.size(); ++k) text += fmt::format("{}{:>{}}", k ? "  " : "", line[k], width[k]);
    text += '\n';
  }
  return text;
}

std::string array_table(const nlohmann::json& rows, const std::vector<std::string>& columns) {
  const auto value = [](const nlohmann::json& x) -> db::Value {
    if (x.is_number_integer()) return x.get<std::int64_t>();
    if (x.is_number()) return std::isfinite(x.get<double>()) ? db::Value(x.get<double>()) : db::Value();
    if (x.is_boolean()) return std::string(x.get<bool>() ? "yes" : "no");
    return x.is_string() ? db::Value(x.get<std::string>()) : db::Value();
  };
  db::QueryResult result{columns, {}};
  for (const auto& row : rows) {
    auto& line = result.rows.emplace_back();
    for (const auto& column : columns) line.push_back(value(row.value(column, nlohmann::json())));
  }
  return rows_table(result);
}

void print_tables(const Context& context, nlohmann::json document, const std::vector<std::pair<std::string, std::vector<std::string>>>& tables) {
  if (context.global.json) return context.print(document);
  std::string text;
  for (const auto& [key, columns] : tables) {
    if (!document[key].empty()) text += '\n' + key + '\n' + array_table(document[key], columns);
    document.erase(key);
  }
  context.print(document);
  print_text(text);
}

}  // namespace landscape::cli
