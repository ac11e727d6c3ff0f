#include "db/fields.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>

#include "db/detail/columns.hpp"

namespace landscape::db {
namespace {

/// Calls visitor(name, member) for every column, those of an array one by one.
template <class Record, class Visitor>
void each_column(Record& record, Visitor&& visitor) {
  detail::Table<std::remove_const_t<Record>>::visit(record, [&](const auto& name, auto& member) {
    if constexpr (std::is_same_v<std::decay_t<decltype(name)>, std::string_view>) {
      visitor(name, member);
    } else {
      for (std::size_t k = 0; k < name.size(); ++k) visitor(name[k], member[k]);
    }
  });
}

Value value_of(double member) { return std::isnan(member) ? Value{} : Value{member}; }
Value value_of(const std::string& member) { return member; }
Value value_of(std::int64_t member) { return member; }
Value value_of(bool member) { return std::int64_t{member}; }
Value value_of(const std::optional<std::int64_t>& member) { return member ? Value{*member} : Value{}; }

bool set(double& member, const Value& value) {
  if (std::holds_alternative<std::string>(value)) return false;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) member = static_cast<double>(*whole);
  else if (const auto* real = std::get_if<double>(&value)) member = *real;
  else member = unknown;
  return true;
}
bool set(std::string& member, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text) member = *text;
  return text != nullptr;
}
bool set(std::int64_t& member, const Value& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  if (whole) member = *whole;
  return whole != nullptr;
}
bool set(bool& member, const Value& value) {
  std::int64_t whole = 0;
  if (!set(whole, value) || whole < 0 || whole > 1) return false;
  member = whole == 1;
  return true;
}
bool set(std::optional<std::int64_t>& member, const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) {
    member.reset();
    return true;
  }
  return set(member.emplace(), value);
}

}  // namespace

template <class Record>
Fields fields_of(const Record& record) {
  Fields fields;
  each_column(record, [&](std::string_view name, const auto& member) { fields.emplace_back(name, value_of(member)); });
  return fields;
}

template <class Record>
void set_fields(Record& record, const Fields& fields) {
  std::size_t known = 0;
  each_column(record, [&](std::string_view name, auto& member) {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
    if (found == fields.end()) return;
    ++known;
    if (!set(member, found->second)) throw Error(message(name, ": a value of another kind than expected"));
  });
  if (known == fields.size()) return;
  const auto columns = fields_of(record);
  for (const auto& field : fields)
    if (std::none_of(columns.begin(), columns.end(), [&](const auto& column) { return column.first == field.first; }))
      throw Error(message("no such column: ", field.first));
  throw Error("a column is there twice");
}

#define LANDSCAPE_FIELDS(Record)                 \
  template Fields fields_of(const Record&);      \
  template void set_fields(Record&, const Fields&);
LANDSCAPE_FIELDS(ShearRecord)
LANDSCAPE_FIELDS(ShearStepRecord)
LANDSCAPE_FIELDS(PlasticEventRecord)
LANDSCAPE_FIELDS(UnloadingRecord)
LANDSCAPE_FIELDS(TrackRecord)
LANDSCAPE_FIELDS(TrackPointRecord)
LANDSCAPE_FIELDS(PredictionRecord)
LANDSCAPE_FIELDS(PropertyRecord)
#undef LANDSCAPE_FIELDS

}  // namespace landscape::db
