/// Which events of a sample a command is about: --events, --where or --class.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "db/records.hpp"

namespace landscape::cli {

struct EventChoice {
  std::vector<db::Id> ids;
  std::string where, event_class;
};

/// Adds the three options, each excluding the others. @return them.
std::vector<CLI::Option*> add_event_choice(CLI::App& command, EventChoice& choice);

/// Ids of the sample's events that the choice names, in order; nothing where it names none. @param path of the database.
/// @throws md::InputError for another class than there is, db::Error for a bad condition.
std::optional<std::vector<db::Id>> chosen_events(const std::string& path, const std::string& sample, const EventChoice& choice);

}  // namespace landscape::cli
