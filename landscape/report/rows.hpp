/// Rows of a query as a report needs them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "db/query.hpp"

namespace landscape::report {

class Rows {
 public:
  Rows(const std::filesystem::path& database, const std::string& sql);
  explicit Rows(db::QueryResult result) : result_(std::move(result)) {}

  std::size_t size() const { return result_.rows.size(); }
  const std::vector<std::string>& columns() const { return result_.columns; }
  const db::Value& value(std::size_t row, std::size_t column) const {
    return result_.rows[row][column];
  }
  /// NaN where unknown or no number.
  double number(std::size_t row, std::size_t column) const;
  /// Empty where unknown.
  std::string text(std::size_t row, std::size_t column) const;

 private:
  db::QueryResult result_;
};

/// A <table>; `attributes(row)` goes into each <tr>.
std::string html_table(const Rows& rows,
                       const std::string& id = {},
                       const std::function<std::string(std::size_t)>& attributes = {});

}  // namespace landscape::report
