/// Read-only queries on the public views, as typed by a person.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "db/error.hpp"

namespace landscape::db {

/// NULL, INTEGER, REAL or TEXT. A blob is shown as the text "<n bytes>".
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

/// A function of numbers that expressions may call; NULL in gives NULL out, NaN is NULL.
struct NumberFunction {
  std::string name = {};
  int arguments = 1;
  std::function<double(std::span<const double>)> value = {};
};

struct QueryOptions {
  std::string view = "events";
  std::vector<std::string> terms = {};  ///< Short conditions, all of which hold; see terms.hpp.
  std::string where = {};  ///< SQL boolean expression over columns and aliases; empty: all rows.
  /// Columns or aliases, "-column" descending; unknown values last, then by id.
  std::vector<std::string> sort = {};
  std::vector<std::string> columns = {};  ///< Columns or aliases; empty: all columns of the view.
  /// One whole SELECT over the public views under their columns and aliases. Not empty: view,
  /// terms, where, sort and columns are not looked at.
  std::string sql = {};
  std::int64_t limit = -1;                     ///< Rows at most; negative: all.
  double timeout_s = 30.0;                     ///< [s]; not positive: none.
  std::function<bool()> interrupted = {};      ///< Asked every now and then: stop?
  std::vector<NumberFunction> functions = {};  ///< Beside SQLite's and median, quantile, stddev.
  /// Gets each row instead of the result, for more rows than memory should hold.
  std::function<void(const std::vector<Value>&)> each = {};
};

struct QueryResult {
  std::vector<std::string> columns = {};  ///< As asked for, so an alias stays an alias.
  std::vector<std::vector<Value>> rows;   ///< Each as long as `columns`.
  bool limited = false;                   ///< There are more rows than `limit`.
};

/// The query was asked to stop.
class Interrupted : public Error {
 public:
  using Error::Error;
};

/// Runs one query on a connection of its own that can read the public views and nothing else.
///
/// Beside SQLite's own functions there are the aggregates median(x), quantile(x, p) (linear between
/// neighbours, as numpy's) and stddev(x) (n - 1). Recursion is refused: it need not end.
/// This protects against slips, it is no sandbox for hostile strangers.
/// @throws Error in one line: unknown view or column (naming the nearest), a fault in a term or an
///         expression, more than one statement, anything but reading views, timeout, a result
///         larger than memory should hold; Interrupted.
QueryResult run_query(const std::filesystem::path& path, const QueryOptions& options);

/// What a column of a public view means; the same rows as the view `dictionary`.
struct ColumnDescription {
  std::string view = {};
  std::string column = {};
  std::string alias = {};  ///< Short name, or empty.
  std::string unit = {};   ///< "eV", "GPa", ...; empty for none.
  std::string description = {};
  std::string type = {};  ///< TEXT, REAL or INTEGER; empty: an expression.
  std::vector<std::string> values = {};  ///< Of a text: the only ones there may be; empty: any.
};

/// Names of the public views, in the order in which they are documented.
const std::vector<std::string>& public_views();

/// Columns of one view (empty name: all views) in the order of the view.
std::vector<ColumnDescription> describe_columns(const std::filesystem::path& path,
                                                std::string_view view = {});

}  // namespace landscape::db
