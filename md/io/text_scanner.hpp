/// Text made of lines and words: reading with line numbers, numbers without a locale.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "md/core/error.hpp"

namespace landscape::md::text {

inline bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

inline std::string_view trimmed(std::string_view s) {
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

/// Words between blanks; `words` is reused.
inline void split(std::string_view s, std::vector<std::string_view>& words) {
  words.clear();
  std::size_t i = 0;
  while (i < s.size()) {
    while (i < s.size() && is_space(s[i])) ++i;
    const std::size_t begin = i;
    while (i < s.size() && !is_space(s[i])) ++i;
    if (i > begin) words.push_back(s.substr(begin, i - begin));
  }
}

inline std::vector<std::string_view> split(std::string_view s) {
  std::vector<std::string_view> words;
  split(s, words);
  return words;
}

template <class Number>
std::optional<Number> to_number(std::string_view s) {
  if (s.size() > 1 && s[0] == '+' && s[1] != '-') s.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  return value;
}

/// T, F, true, False, 1, 0.
inline std::optional<bool> to_logical(std::string_view s) {
  if (s == "T" || s == "True" || s == "true" || s == "TRUE" || s == "1") return true;
  if (s == "F" || s == "False" || s == "false" || s == "FALSE" || s == "0") return false;
  return std::nullopt;
}

/// A species label: starts with a letter, has no blanks, quotes or '#'.
inline bool is_label(std::string_view s) {
  return !s.empty() && is_letter(s.front()) &&
         s.find_first_of(" \t\r\n\"'#") == std::string_view::npos;
}

/// The fewest digits that give the same number back.
template <class Number>
void append_number(std::string& out, Number value) {
  char buffer[40];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, result.ptr);
}

/// Quoted for a message, shortened where it is long.
inline std::string quoted(std::string_view s) {
  constexpr std::size_t longest = 60;
  s = trimmed(s);
  if (s.size() <= longest) return "\"" + std::string(s) + "\"";
  return "\"" + std::string(s.substr(0, longest)) + "...\"";
}

/// Lines of a text that outlives it, counted from 1. Belongs to one thread.
class LineScanner {
 public:
  struct Mark {
    std::size_t offset = 0;
    std::int64_t line = 0;
  };

  LineScanner(std::string path, std::string_view text) : path_(std::move(path)), text_(text) {}

  const std::string& path() const { return path_; }
  /// Number of the line read last.
  std::int64_t line() const { return mark_.line; }
  Mark mark() const { return mark_; }
  void seek(Mark mark) { mark_ = mark; }
  std::size_t bytes_left() const { return text_.size() - mark_.offset; }

  /// False at the end; the line comes without its end.
  bool next(std::string_view& line) {
    if (mark_.offset >= text_.size()) {
      if (!ended_) ++mark_.line;
      ended_ = true;
      return false;
    }
    ended_ = false;
    const std::size_t end = std::min(text_.find('\n', mark_.offset), text_.size());
    line = text_.substr(mark_.offset, end - mark_.offset);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    mark_.offset = std::min(end + 1, text_.size());
    ++mark_.line;
    return true;
  }
  /// The next line, or an error that says what should be there.
  std::string_view require(std::string_view expected) {
    std::string_view line;
    if (!next(line)) fail(expected, "the end of the file");
    return line;
  }
  /// Whether only blank lines follow; they are passed.
  bool at_end() {
    while (mark_.offset < text_.size()) {
      const Mark before = mark_;
      std::string_view line;
      next(line);
      if (trimmed(line).empty()) continue;
      mark_ = before;
      return false;
    }
    return true;
  }

  [[noreturn]] void fail(std::string_view expected, std::string_view got) const {
    fail_at(mark_.line, expected, got);
  }
  [[noreturn]] void fail_at(std::int64_t line,
                            std::string_view expected,
                            std::string_view got) const {
    throw FormatError(message(path_, ":", std::max<std::int64_t>(line, 1), ": expected ", expected,
                              ", got ", got));
  }
  /// @throws FormatError unless `word` is a finite number.
  double number(std::string_view word, std::string_view what) const {
    const auto value = to_number<double>(word);
    if (!value || !std::isfinite(*value)) fail(message(what, " (a finite number)"), quoted(word));
    return *value;
  }
  /// As number(), NaN and infinities allowed.
  double any_number(std::string_view word, std::string_view what) const {
    const auto value = to_number<double>(word);
    if (!value) fail(message(what, " (a number)"), quoted(word));
    return *value;
  }
  std::int64_t integer(std::string_view word, std::string_view what) const {
    const auto value = to_number<std::int64_t>(word);
    if (!value) fail(message(what, " (an integer)"), quoted(word));
    return *value;
  }
  /// A count of lines to come, at least 1 and no more than the text can hold.
  std::int64_t count(std::string_view word, std::string_view what) const {
    const auto value = to_number<std::int64_t>(word);
    if (!value || *value < 1) fail(message(what, " (a positive integer)"), quoted(word));
    if (static_cast<std::uint64_t>(*value) > bytes_left())
      fail(message(*value, " atoms as this line says"),
           message("a file of ", bytes_left(), " more bytes"));
    return *value;
  }

 private:
  std::string path_;
  std::string_view text_;
  Mark mark_;
  bool ended_ = false;
};

}  // namespace landscape::md::text
