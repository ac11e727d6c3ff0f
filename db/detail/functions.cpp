/// Functions that queries may use beside SQLite's own.
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <new>

#include "db/detail/sandbox.hpp"

namespace landscape::db::detail {
namespace {

enum class Statistic { Median, Quantile, Deviation };

/// The values of one group so far; lives in SQLite's context of the aggregate as a pointer.
struct Sample {
  std::vector<double> values;
  double probability = 0.5;
};

Sample* sample_of(sqlite3_context* context, bool create) {
  auto** slot = static_cast<Sample**>(
      sqlite3_aggregate_context(context, create ? static_cast<int>(sizeof(Sample*)) : 0));
  if (slot == nullptr) return nullptr;
  if (*slot == nullptr && create) *slot = new (std::nothrow) Sample;
  return *slot;
}

void add_value(sqlite3_context* context, int count, sqlite3_value** arguments) {
  auto* sample = sample_of(context, true);
  if (sample == nullptr) return sqlite3_result_error_nomem(context);
  if (count == 2) sample->probability = sqlite3_value_double(arguments[1]);
  const int type = sqlite3_value_numeric_type(arguments[0]);
  if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) return;
  try {
    sample->values.push_back(sqlite3_value_double(arguments[0]));
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

/// Linear between neighbours, as numpy's default. @param values not empty, order is changed.
double quantile(std::vector<double>& values, double probability) {
  const double place = probability * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(std::floor(place));
  const auto at = values.begin() + below;
  std::nth_element(values.begin(), at, values.end());
  const double fraction = place - static_cast<double>(below);
  if (fraction == 0.0 || at + 1 == values.end()) return *at;
  return *at + fraction * (*std::min_element(at + 1, values.end()) - *at);
}

double deviation(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0.0, squares = 0.0;
  for (const double value : values) mean += value / n;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1.0));  // NaN, which is NULL, for one value
}

template <Statistic statistic>
void finish(sqlite3_context* context) {
  const std::unique_ptr<Sample> sample(sample_of(context, false));
  if (!sample || sample->values.empty()) return sqlite3_result_null(context);
  if (statistic == Statistic::Deviation) {
    return sqlite3_result_double(context, deviation(sample->values));
  }
  const double p = statistic == Statistic::Median ? 0.5 : sample->probability;
  if (!(p >= 0.0 && p <= 1.0)) {
    return sqlite3_result_error(context, "quantile(x, p) expects p between 0 and 1", -1);
  }
  sqlite3_result_double(context, quantile(sample->values, p));
}

constexpr int most_arguments = 8;

void call(sqlite3_context* context, int count, sqlite3_value** arguments) {
  const auto& function = *static_cast<const NumberFunction*>(sqlite3_user_data(context));
  std::array<double, most_arguments> numbers{};
  for (int i = 0; i < count; ++i) {
    const int type = sqlite3_value_numeric_type(arguments[i]);
    if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) return sqlite3_result_null(context);
    numbers[static_cast<std::size_t>(i)] = sqlite3_value_double(arguments[i]);
  }
  sqlite3_result_double(context,
                        function.value(std::span(numbers).first(static_cast<std::size_t>(count))));
}

}  // namespace

void add_functions(sqlite3* handle, const std::vector<NumberFunction>& functions) {
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
  const auto aggregate = [&](const char* name, int arguments, void (*end)(sqlite3_context*)) {
    return sqlite3_create_function_v2(handle, name, arguments, flags, nullptr, nullptr, add_value,
                                      end, nullptr);
  };
  bool good = aggregate("median", 1, finish<Statistic::Median>) == SQLITE_OK &&
              aggregate("quantile", 2, finish<Statistic::Quantile>) == SQLITE_OK &&
              aggregate("stddev", 1, finish<Statistic::Deviation>) == SQLITE_OK;
  for (const auto& function : functions) {
    good = good && function.arguments <= most_arguments &&
           sqlite3_create_function_v2(handle, function.name.c_str(), function.arguments, flags,
                                      const_cast<NumberFunction*>(&function), call, nullptr,
                                      nullptr, nullptr) == SQLITE_OK;
  }
  if (!good) throw Error("a function for queries could not be registered");
}

}  // namespace landscape::db::detail
