/// Errors of the project and how their messages are put together.
#pragma once

#include <limits>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>

namespace landscape::md {

/// Joins its arguments into one text; numbers at full precision, independent of the locale.
template <class... Parts>
std::string message(const Parts&... parts) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out.precision(std::numeric_limits<double>::max_digits10 - 2);
  (out << ... << parts);
  return out.str();
}

/// A value the caller gave is out of its range or does not fit the others.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file cannot be read as what it should be; the message starts with path:line.
class FormatError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A broken invariant of this program, never the user's fault.
class InvariantError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace landscape::md

/// Always on: a broken invariant ends the work with file, line and the condition.
#define LANDSCAPE_CHECK(condition)                                                          \
  do {                                                                                      \
    if (!(condition))                                                                       \
      throw ::landscape::md::InvariantError(                                                \
          ::landscape::md::message(__FILE__, ":", __LINE__, ": broken invariant: " #condition)); \
  } while (false)

/// Debug builds only, for inner loops.
#ifdef NDEBUG
#define LANDSCAPE_ASSERT(condition) ((void)0)
#else
#define LANDSCAPE_ASSERT(condition) LANDSCAPE_CHECK(condition)
#endif
