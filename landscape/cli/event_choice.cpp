#include "landscape/cli/event_choice.hpp"

#include "db/query.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {

std::vector<CLI::Option*> add_event_choice(CLI::App& command, EventChoice& choice) {
  std::vector<CLI::Option*> options = {
      command.add_option("--events", choice.ids, "ids of the view events, e.g. 1,4,9")->delimiter(',')->allow_extra_args(false),
      command.add_option("--where", choice.where, "condition on the view events"),
      command.add_option("--class", choice.event_class, "thermal, strain_created or unresolved")};
  for (auto* a : options)
    for (auto* b : options)
      if (a != b) a->excludes(b);
  return options;
}

std::optional<std::vector<db::Id>> chosen_events(const std::string& path, const std::string& sample, const EventChoice& choice) {
  std::string condition = choice.where;
  const std::string& name = choice.event_class;
  if (!name.empty()) {
    if (name != "thermal" && name != "strain_created" && name != "unresolved")
      throw md::InputError("--class is '" + name + "', expected thermal, strain_created or unresolved");
    condition = "event_class = '" + name + "'";
  }
  if (condition.empty()) return choice.ids.empty() ? std::nullopt : std::optional(choice.ids);
  db::QueryOptions query;
  query.view = "events";
  query.where = condition;
  query.columns = {"id", "sample"};
  query.sort = {"id"};
  std::vector<db::Id> ids;
  for (const auto& row : db::run_query(path, query).rows)
    if (std::get<std::string>(row[1]) == sample) ids.push_back(std::get<std::int64_t>(row[0]));
  return ids;
}

}  // namespace landscape::cli
