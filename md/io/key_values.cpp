#include "md/io/key_values.hpp"

#include <algorithm>

namespace landscape::md::text {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Reads from one line, left to right.
class Reader {
 public:
  Reader(std::string_view s, const LineScanner& scanner) : s_(s), scanner_(scanner) {}

  bool done() {
    skip_blanks();
    return i_ >= s_.size();
  }
  std::string key() {
    if (s_[i_] == '"' || s_[i_] == '\'') return in_quotes();
    const std::size_t begin = i_;
    while (i_ < s_.size() && !is_space(s_[i_]) && s_[i_] != '=') ++i_;
    if (i_ == begin) scanner_.fail("a key before '='", text::quoted(s_.substr(begin)));
    return std::string(s_.substr(begin, i_ - begin));
  }
  /// Passes "=" with blanks around it.
  bool equals_sign() {
    skip_blanks();
    if (i_ >= s_.size() || s_[i_] != '=') return false;
    ++i_;
    skip_blanks();
    return true;
  }
  std::string value() {
    if (i_ >= s_.size()) return {};
    if (s_[i_] == '"' || s_[i_] == '\'') return in_quotes();
    if (s_[i_] == '{') {
      const std::string whole = in_brackets('{', '}');
      return std::string(trimmed(std::string_view(whole).substr(1, whole.size() - 2)));
    }
    if (s_[i_] == '[') return in_brackets('[', ']');
    const std::size_t begin = i_;
    while (i_ < s_.size() && !is_space(s_[i_])) ++i_;
    return std::string(s_.substr(begin, i_ - begin));
  }

 private:
  void skip_blanks() {
    while (i_ < s_.size() && is_space(s_[i_])) ++i_;
  }
  std::string in_quotes() {
    const char quote = s_[i_];
    const std::size_t begin = i_++;
    std::string value;
    for (; i_ < s_.size(); ++i_) {
      if (s_[i_] == quote) {
        ++i_;
        return value;
      }
      const bool escape =
          s_[i_] == '\\' && i_ + 1 < s_.size() && (s_[i_ + 1] == quote || s_[i_ + 1] == '\\');
      if (escape) ++i_;
      value += s_[i_];
    }
    scanner_.fail(message("a closing ", quote), text::quoted(s_.substr(begin)));
  }
  std::string in_brackets(char open, char close) {
    const std::size_t begin = i_;
    int depth = 0;
    for (; i_ < s_.size(); ++i_) {
      if (s_[i_] == open) ++depth;
      if (s_[i_] == close && --depth == 0) {
        ++i_;
        return std::string(s_.substr(begin, i_ - begin));
      }
    }
    scanner_.fail(message("a closing ", close), text::quoted(s_.substr(begin)));
  }

  std::string_view s_;
  const LineScanner& scanner_;
  std::size_t i_ = 0;
};

}  // namespace

std::vector<KeyValue> parse_key_values(std::string_view comment, const LineScanner& scanner) {
  std::vector<KeyValue> pairs;
  Reader reader(comment, scanner);
  while (!reader.done()) {
    KeyValue pair{reader.key(), "T"};
    if (reader.equals_sign()) pair.value = reader.value();
    const bool known = std::any_of(pairs.begin(), pairs.end(),
                                   [&](const KeyValue& p) { return p.key == pair.key; });
    if (known) scanner.fail("each key once", text::quoted(pair.key) + " twice");
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

void append_key_value(std::string& out, std::string_view key, std::string_view value) {
  if (key.empty() || key.find_first_of(" \t\r\n=\"'{}[]\\") != std::string_view::npos)
    throw InputError(message("extended XYZ: key ", text::quoted(key),
                             " cannot be written, expected a word without blanks, "
                             "quotes, brackets or '='"));
  if (value.find_first_of("\r\n") != std::string_view::npos)
    throw InputError(
        message("extended XYZ: the value of ", key, " has a line end, expected one line"));
  out += ' ';
  out += key;
  out += '=';
  const bool whole = value.size() > 1 && value.front() == '[' && value.back() == ']' &&
                     value.find_first_of("[]", 1) == value.size() - 1;
  const bool bare =
      !value.empty() && value.find_first_of(" \t\f\v\"'{}[]\\=") == std::string_view::npos;
  if (bare || whole) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace landscape::md::text
