#include "db/suggest.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace landscape::db {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return lower(a) == lower(b);
}

int edit_distance(std::string_view a, std::string_view b) {
  const std::string from = lower(a), to = lower(b);
  std::vector<int> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= from.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const int replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string suggestion(std::string_view typed, const std::vector<std::string>& names) {
  // A name that contains what was typed ("barrier" in barrier_ev) counts as one letter away.
  const auto distance = [&](const std::string& name) {
    const bool inside = typed.size() > 2 && lower(name).find(lower(typed)) != std::string::npos;
    const int edits = edit_distance(typed, name);
    return std::pair(inside ? 1 : edits, edits);
  };
  const auto nearest =
      std::min_element(names.begin(), names.end(),
                       [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  const int far = std::max(2, static_cast<int>(typed.size()) / 3);
  if (nearest != names.end() && distance(*nearest).first <= far) {
    return "did you mean " + *nearest + "?";
  }
  std::string all = "there are";
  for (const auto& name : names) all += (&name == &names.front() ? " " : ", ") + name;
  return all;
}

}  // namespace landscape::db
