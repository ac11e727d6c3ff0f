#include "db/content.hpp"

#include "db/detail/connection.hpp"

namespace landscape::db {
namespace {

std::vector<std::string> texts(detail::Connection& connection, const std::string& sql) {
  auto query = connection.statement(sql);
  std::vector<std::string> result;
  while (query.step()) result.push_back(query.take<std::string>());
  return result;
}

}  // namespace

std::vector<std::string> content_lines(const std::filesystem::path& path) {
  auto connection = detail::open_database(path, {.mode = Mode::ReadOnly});
  const auto tables =
      texts(*connection,
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%\\_row' "
            "ESCAPE '\\' AND name NOT IN ('run_row', 'checkpoint_row', 'dictionary_row') "
            "ORDER BY name");
  std::vector<std::string> lines;
  for (const auto& table : tables) {
    std::string sql = "SELECT '" + table + " '||id";
    for (const auto& column : texts(*connection, "SELECT name FROM pragma_table_info('" + table +
                                                     "') WHERE name NOT IN ('id', 'run_id')")) {
      sql += "||' " + column + "='||quote(" + column + ")";
    }
    for (auto& line : texts(*connection, sql + " FROM " + table + " ORDER BY id")) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

}  // namespace landscape::db
