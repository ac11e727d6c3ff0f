/// Conditions as a person types them in a shell: `class=thermal`, `EA<600meV`, `strain=0..0.04`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/query.hpp"

namespace landscape::db {

/// One condition over one column, as SQL with `?` marks and the values for them.
struct TermCondition {
  std::string sql = {};
  std::vector<Value> values = {};
};

/// Reads one term over the columns of a view.
///
///     name op value          op is = != < <= > >= ~ ; names are columns or aliases
///     low < name < high      chained, < or <= (or both > or >=)
///     name = a,b,c           one of these; != none of them
///     name = a..b            from a to b, ends included; either may be left out
///     name = null            unknown; != null: known
///     name ~ Cu*             text that fits, * any letters, upper and lower case alike
///
/// Numbers may carry a unit, which is converted to that of the column: eV meV, GPa MPa bar, Å A nm
/// pm, K/s K/ps, s min h, % of a strain. Values are bound, never pasted into the SQL.
/// @throws Error in one line: no operator, an unknown column (naming the nearest), a text where the
///         column is a number, a text that the column cannot be, a unit that does not belong to the column.
TermCondition read_term(std::string_view term, const std::vector<ColumnDescription>& columns);

}  // namespace landscape::db
