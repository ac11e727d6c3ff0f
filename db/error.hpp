/// The exception of db, and how its one-line messages are joined.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace landscape::db {

/// Anything that keeps the database from doing what it was asked: one lower-case line saying what,
/// where, expected, got. After an Error the file holds what the last commit left.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Joins its arguments through a stream at full precision.
template <class... Parts>
std::string message(const Parts&... parts) {
  std::ostringstream out;
  out.precision(17);
  (out << ... << parts);
  return out.str();
}

}  // namespace landscape::db
