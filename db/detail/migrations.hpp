/// Numbered schema steps, and how a file is brought to the present one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/detail/connection.hpp"
#include "db/query.hpp"

namespace landscape::db::detail {

/// One step from version - 1 to version. Its text never changes once released; views and dictionary
/// are not part of it, they are dropped before the steps and made anew after them.
struct Migration {
  int version = 0;
  std::string_view sql;
};

/// All steps of this program, version 1 first, without gaps.
std::span<const Migration> migrations();

/// Tables of version 1, and what each later one adds.
extern const std::string_view tables_v1, tables_v2, tables_v3, tables_v4, tables_v5, tables_v6, tables_v7, tables_v8, tables_v9,
    tables_v10, tables_v11, tables_v12, tables_v13;

/// CREATE VIEW statement of each public view, in the order of public_views().
struct View {
  std::string_view name;
  std::string_view select;
};
std::span<const View> views();

/// The description of each column of each view in the open database; used to fill the table behind
/// `dictionary`. A column without a description comes with an empty one.
std::vector<ColumnDescription> described_columns(Connection& connection);

/// Descriptions that belong to no column of any view; a test expects none.
std::vector<std::string> unused_descriptions(Connection& connection);

/// Brings the file to the last version in `steps`: a new file in one transaction, else each step in one of its own, after a
/// copy `<name>.v<old>.bak.db` beside a file that already has content.
///
/// @throws Error if the file is newer than the last step.
void migrate(Connection& connection, std::span<const Migration> steps);

}  // namespace landscape::db::detail
