/// Reads a study: the lowest barriers, and what each column means.
///
///   query_events DATABASE [CONDITION]      for example  query_events landscape.db "EA < 0.5 AND ER > 0.1"
#include <landscape/db/query.hpp>

#include <cstdio>
#include <exception>
#include <type_traits>
#include <variant>

namespace db = landscape::db;

namespace {

void print(const db::Value& value) {
  std::visit([](const auto& v) {
    using V = std::decay_t<decltype(v)>;
    if constexpr (std::is_same_v<V, std::monostate>) std::printf(" %14s", "-");  // not known
    else if constexpr (std::is_same_v<V, double>) std::printf(" %14.6g", v);
    else if constexpr (std::is_same_v<V, std::int64_t>) std::printf(" %14lld", static_cast<long long>(v));
    else std::printf(" %14s", v.c_str());
  }, value);
}

int run(int argc, char** argv) {
  db::QueryOptions query;
  query.view = "events";
  query.columns = {"id", "sample", "strain", "EA", "ER", "predicted_critical_strain", "center_atom", "times_found"};
  query.where = argc > 2 ? argv[2] : "";
  query.sort = {"EA"};
  query.limit = 10;
  const db::QueryResult result = db::run_query(argv[1], query);
  for (const auto& column : result.columns) std::printf(" %14.14s", column.c_str());
  std::printf("\n");
  for (const auto& row : result.rows) {
    for (const auto& value : row) print(value);
    std::printf("\n");
  }
  for (const auto& column : db::describe_columns(argv[1], "events"))
    if (column.alias == "EA" || column.alias == "ER")
      std::printf("%s (%s) is %s [%s]\n", column.alias.c_str(), column.column.c_str(), column.description.c_str(), column.unit.c_str());
  return result.rows.empty() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: query_events DATABASE [CONDITION]\n");
    return 2;
  }
  try {
    return run(argc, argv);
  } catch (const db::Error& error) {
    std::fprintf(stderr, "query_events: %s\n", error.what());
    return 2;
  }
}
