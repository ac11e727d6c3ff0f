/// Does a database file keep its promises, and what is in it?
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "db/error.hpp"
#include "db/records.hpp"

namespace landscape::db {

/// Says what is wrong with these bytes in `layout` for `n_atoms` atoms, or nothing. Also nothing for
/// layouts it does not know.
using LayoutCheck = std::function<std::optional<std::string>(
    const std::string& layout, std::int64_t n_atoms, const Blob& data)>;

struct CheckReport {
  std::vector<std::string> problems;  ///< One line each; empty for a sound file.
  std::vector<std::string>
      notes;  ///< Worth knowing, not wrong: runs left "running", checkpoints, ...
  bool clean() const { return problems.empty(); }
};

/// Reads the whole file and tests what the schema alone cannot enforce.
///
/// @throws Error if the file cannot be opened as a landscape database at all.
CheckReport check_report(const std::filesystem::path& path, const LayoutCheck& layout_check = {});

/// Only the problems of check_report.
std::vector<std::string> check(const std::filesystem::path& path,
                               const LayoutCheck& layout_check = {});

struct DatabaseInfo {
  int schema_version = 0;
  std::int64_t size_bytes = 0;  ///< Of the file, without a -wal beside it.
  std::string created_by;       ///< Code version of the first run, or empty.
  std::string created_utc;      ///< When the first run started, or empty.
  std::vector<std::pair<std::string, std::int64_t>> counts;  ///< Rows by table, in a fixed order.
  std::vector<std::string> samples;                          ///< Names, oldest first.
};

/// @throws Error if the file cannot be opened as a landscape database.
DatabaseInfo info(const std::filesystem::path& path);

}  // namespace landscape::db
