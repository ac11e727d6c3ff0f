#include "landscape/report/rows.hpp"

#include <fmt/format.h>

#include <limits>

#include "landscape/report/svg.hpp"

namespace landscape::report {

Rows::Rows(const std::filesystem::path& database, const std::string& sql) {
  db::QueryOptions query;
  query.sql = sql;
  query.timeout_s = 60.0;
  result_ = db::run_query(database, query);
}

double Rows::number(std::size_t row, std::size_t column) const {
  const auto& value = result_.rows[row][column];
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return std::numeric_limits<double>::quiet_NaN();
}

std::string Rows::text(std::size_t row, std::size_t column) const {
  const auto& value = result_.rows[row][column];
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{:.6g}", *real);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  return {};
}

std::string html_table(const Rows& rows,
                       const std::string& id,
                       const std::function<std::string(std::size_t)>& attributes) {
  if (rows.size() == 0) return "<p class=\"none\">nothing yet</p>";
  std::string text =
      "<table" + (id.empty() ? std::string() : " id=\"" + id + "\"") + "><thead><tr>";
  for (const auto& name : rows.columns()) text += "<th>" + svg::escaped(name) + "</th>";
  text += "</tr></thead><tbody>";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    text += "<tr" + (attributes ? " " + attributes(r) : std::string()) + ">";
    for (std::size_t c = 0; c < rows.columns().size(); ++c)
      text += "<td>" + svg::escaped(rows.text(r, c)) + "</td>";
    text += "</tr>\n";
  }
  return text + "</tbody></table>";
}

}  // namespace landscape::report
