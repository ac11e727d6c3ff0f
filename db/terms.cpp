#include "db/terms.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "db/suggest.hpp"

namespace landscape::db {
namespace {

struct Unit {
  std::string_view name, base;
  double factor;  ///< value in `base` = factor * value in `name`
};

// Decimal multiples, and what people paste from other programs.
constexpr Unit units[] = {
    {"eV", "eV", 1.0},
    {"meV", "eV", 1e-3},
    {"eV/atom", "eV/atom", 1.0},
    {"meV/atom", "eV/atom", 1e-3},
    {"eV", "eV/atom", 1.0},
    {"meV", "eV/atom", 1e-3},
    {"GPa", "GPa", 1.0},
    {"MPa", "GPa", 1e-3},
    {"bar", "GPa", 1e-4},
    {"Å", "Å", 1.0},
    {"A", "Å", 1.0},
    {"nm", "Å", 10.0},
    {"pm", "Å", 0.01},
    {"Å³", "Å³", 1.0},
    {"A3", "Å³", 1.0},
    {"nm3", "Å³", 1000.0},
    {"K", "K", 1.0},
    {"K/s", "K/s", 1.0},
    {"K/ns", "K/s", 1e9},
    {"K/ps", "K/s", 1e12},
    {"s", "s", 1.0},
    {"ms", "s", 1e-3},
    {"min", "s", 60.0},
    {"h", "s", 3600.0},
    {"eV/Å", "eV/Å", 1.0},
    {"eV/A", "eV/Å", 1.0},
    {"meV/A", "eV/Å", 1e-3},
    {"eV/Å²", "eV/Å²", 1.0},
    {"eV/A2", "eV/Å²", 1.0},
    {"meV/A2", "eV/Å²", 1e-3},
    {"g/cm³", "g/cm³", 1.0},
    {"g/cm3", "g/cm³", 1.0},
    {"THz", "THz", 1.0},
    {"%", "", 0.01},
};

constexpr std::string_view operator_letters = "<>=!~";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string units_for(const std::string& base) {
  std::string list;
  for (const auto& unit : units) {
    if (unit.base == base) list += (list.empty() ? "" : ", ") + std::string(unit.name);
  }
  return list.empty() ? "none" : list;
}

/// The term cut at its operators: operands at even places, operators between them.
std::vector<std::string_view> cut(std::string_view term) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  while (parts.size() < 4) {
    const auto at = term.find_first_of(operator_letters, begin);
    if (at == std::string_view::npos) break;
    const auto end = std::min(term.find_first_not_of(operator_letters, at), term.size());
    parts.push_back(trimmed(term.substr(begin, at - begin)));
    parts.push_back(term.substr(at, end - at));
    begin = end;
    // A text may hold any letter; only a comparison is chained.
    if (parts.back().find_first_of("<>") == std::string_view::npos) break;
  }
  parts.push_back(trimmed(term.substr(begin)));
  return parts;
}

std::optional<double> parse_number(std::string_view text, std::string_view& rest) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const auto end = text.find(separator, begin);
    parts.push_back(trimmed(text.substr(begin, end - begin)));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

/// Reads one term; see read_term.
class TermReader {
 public:
  TermReader(std::string_view term, const std::vector<ColumnDescription>& columns)
      : term_(term), columns_(columns) {}

  TermCondition read() {
    const auto parts = cut(term_);
    if (parts.size() == 3) {
      column_ = &find_column(parts[0]);
      compare(parts[1], parts[2]);
    } else if (parts.size() == 5) {
      column_ = &find_column(parts[2]);
      chain(parts[0], parts[1], parts[3], parts[4]);
    } else {
      throw Error(
          message("expected a term like EA<0.6, class=thermal, strain=0..0.04, got ", term_));
    }
    return std::move(condition_);
  }

 private:
  const ColumnDescription& find_column(std::string_view name) const {
    std::vector<std::string> names;
    for (const auto& column : columns_) {
      if (same_name(column.column, name)) return column;
      if (!column.alias.empty() && same_name(column.alias, name)) return column;
      names.push_back(column.column);
      if (!column.alias.empty()) names.push_back(column.alias);
    }
    throw Error(message("no such column in ", columns_.empty() ? "the view" : columns_[0].view,
                        ": ", name, "; ", suggestion(name, names)));
  }

  bool is_text() const { return column_->type == "TEXT"; }
  std::string name() const { return '"' + column_->column + '"'; }

  void add(const std::string& sql, std::string_view value) {
    condition_.sql += sql;
    condition_.values.push_back(value_of(value));
  }

  void expect_possible(std::string_view value) const {
    if (column_->values.empty() || std::ranges::find(column_->values, value) != column_->values.end()) return;
    throw Error(message(column_->column, " is never ", value, "; ", suggestion(value, column_->values)));
  }

  void compare(std::string_view op, std::string_view value) {
    if (value.empty()) throw Error(message("expected a value after ", op, " in the term ", term_));
    if (op == "==") op = "=";
    if (op == "<>") op = "!=";
    if (op == "~") return fit(value);
    const bool equality = op == "=" || op == "!=";
    if (!equality && op != "<" && op != "<=" && op != ">" && op != ">=") {
      throw Error(message("expected one of = != < <= > >= ~, got ", op, " in the term ", term_));
    }
    if (equality && same_name(value, "null")) {
      condition_.sql = name() + (op == "=" ? " IS NULL" : " IS NOT NULL");
    } else if (const auto dots = value.find(".."); equality && !is_text() && dots != value.npos) {
      range(op, trimmed(value.substr(0, dots)), trimmed(value.substr(dots + 2)));
    } else if (equality && value.find(',') != value.npos) {
      one_of(op, split(value, ','));
    } else {
      if (equality) expect_possible(value);
      add(name() + ' ' + std::string(op) + " ?", value);
    }
  }

  void fit(std::string_view pattern) {
    if (!is_text()) throw Error(message(column_->column, " is no text: ", term_));
    std::string like;
    for (const char c : pattern) {
      if (c == '*')
        like += '%';
      else if (c == '%' || c == '_' || c == '\\')
        like += {'\\', c};
      else
        like += c;
    }
    condition_.sql = name() + " LIKE ? ESCAPE '\\'";
    condition_.values.emplace_back(like);
  }

  void range(std::string_view op, std::string_view low, std::string_view high) {
    if (low.empty() && high.empty()) throw Error(message("expected a..b, got .. in ", term_));
    if (op == "!=") condition_.sql = "NOT ";
    condition_.sql += '(';
    if (!low.empty()) add(name() + " >= ?", low);
    if (!high.empty()) add((low.empty() ? "" : " AND ") + name() + " <= ?", high);
    condition_.sql += ')';
  }

  void one_of(std::string_view op, const std::vector<std::string_view>& values) {
    condition_.sql = name() + (op == "=" ? " IN (" : " NOT IN (");
    for (std::size_t k = 0; k < values.size(); ++k) {
      expect_possible(values[k]);
      add(k ? ", ?" : "?", values[k]);
    }
    condition_.sql += ')';
  }

  void chain(std::string_view low,
             std::string_view op_low,
             std::string_view op,
             std::string_view high) {
    const auto plain = [](std::string_view o) {
      return o == "<" || o == "<=" || o == ">" || o == ">=";
    };
    if (!plain(op_low) || !plain(op) || op_low[0] != op[0]) {
      throw Error(message("expected a chain like 0.2<EA<0.6, got ", term_));
    }
    const std::string turned = (op_low[0] == '<' ? ">" : "<") + std::string(op_low.substr(1));
    condition_.sql = '(';
    add(name() + ' ' + turned + " ?", low);
    add(" AND " + name() + ' ' + std::string(op) + " ?", high);
    condition_.sql += ')';
  }

  Value value_of(std::string_view text) const {
    if (is_text()) return std::string(text);
    std::string_view suffix;
    const auto number = parse_number(text, suffix);
    if (!number) {
      throw Error(message(column_->column, " is a number", column_->unit.empty() ? "" : " in ",
                          column_->unit, ": expected one, got '", text, "' in the term ", term_));
    }
    suffix = trimmed(suffix);
    const double value = suffix.empty() ? *number : *number * factor(suffix);
    if (column_->type == "INTEGER" && value == std::floor(value) && std::abs(value) < 9e15) {
      return static_cast<std::int64_t>(value);
    }
    return value;
  }

  double factor(std::string_view suffix) const {
    for (const auto& unit : units) {
      if (unit.name == suffix && unit.base == column_->unit) return unit.factor;
    }
    throw Error(message(column_->column, column_->unit.empty() ? " has no unit" : " is in ",
                        column_->unit, ": expected one of ", units_for(column_->unit), ", got '",
                        suffix, "' in the term ", term_));
  }

  std::string_view term_;
  const std::vector<ColumnDescription>& columns_;
  const ColumnDescription* column_ = nullptr;
  TermCondition condition_;
};

}  // namespace

TermCondition read_term(std::string_view term, const std::vector<ColumnDescription>& columns) {
  return TermReader(term, columns).read();
}

}  // namespace landscape::db
