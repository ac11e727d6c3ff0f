/// The columns of a record by name, for whoever writes rows to other files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "db/query.hpp"
#include "db/records.hpp"

namespace landscape::db {

using Fields = std::vector<std::pair<std::string, Value>>;

/// All columns but id, in the order of the table; NaN and absent ids are NULL, flags 0 or 1. For records of shears, plastic events,
/// unloadings, tracks, predictions and properties, and for their steps and points.
template <class Record>
Fields fields_of(const Record& record);

/// Sets the columns named; the others stay as they are. A whole number may be given for a real one.
/// @throws Error for a column that the record does not have, or a value that it cannot be.
template <class Record>
void set_fields(Record& record, const Fields& fields);

}  // namespace landscape::db
