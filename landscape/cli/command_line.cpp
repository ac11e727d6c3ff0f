#include "landscape/cli/command_line.hpp"

#include <cctype>

#include "db/suggest.hpp"

namespace landscape::cli {
namespace {

const CLI::Option* find_option(const std::vector<const CLI::App*>& commands, const std::string& name) {
  for (auto app = commands.rbegin(); app != commands.rend(); ++app)
    if (const auto* option = (*app)->get_option_no_throw(name)) return option;
  return nullptr;
}

std::string unknown_option(const std::vector<const CLI::App*>& commands, const std::string& word) {
  std::vector<std::string> names;
  for (const auto* app : commands)
    for (const auto* option : app->get_options())
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return "unknown option " + word + "; " + db::suggestion(word, names);
}

std::string unknown_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
  return "unknown command " + word + "; " + db::suggestion(word, names);
}

}  // namespace

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  for (const auto* command : app.get_subcommands([&](const CLI::App* c) { return c->check_name(name); })) return command;
  return nullptr;
}

std::string conversion_complaint(const CLI::App& app, const CommandLine& line, const CLI::ConversionError& error) {
  // CLI11 says "Could not convert: --name = value" and nothing of what would do.
  const std::string what = error.what();
  const auto colon = what.find(": "), equals = what.find(" = ");
  if (colon == std::string::npos || equals == std::string::npos || equals < colon) return what;
  const std::string name = what.substr(colon + 2, equals - colon - 2), value = what.substr(equals + 3);
  const auto* option = find_option(line.commands, name);
  if (option == nullptr) option = app.get_option_no_throw(name);
  if (option == nullptr) return what;
  const std::string type = option->get_type_name();
  const bool list = option->get_items_expected_max() > 1;
  std::string expected = "another value";
  if (type.starts_with("FLOAT")) expected = list ? "numbers, separated by commas" : "a number";
  if (type.starts_with("INT")) expected = list ? "whole numbers, separated by commas" : "a whole number";
  if (type.starts_with("UINT")) expected = "a whole number from 0";
  return name + ": expected " + expected + ", got " + value;
}

CommandLine read_command_line(const CLI::App& app, const std::vector<std::string>& arguments) {
  CommandLine line;
  line.commands.push_back(&app);
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    const std::string& word = arguments[k];
    const bool dashed = word.size() > 1 && word[0] == '-' && (word[1] == '-' || std::isalpha(static_cast<unsigned char>(word[1])));
    if (dashed) {
      const auto equals = word.find('=');
      const auto* option = find_option(line.commands, word.substr(0, equals));
      if (option == nullptr) {
        if (line.complaint.empty()) line.complaint = unknown_option(line.commands, word.substr(0, equals));
        continue;
      }
      line.given.push_back(option);
      if (equals == std::string::npos && option->get_items_expected_min() > 0) ++k;
    } else if (const auto* command = find_command(*line.commands.back(), word)) {
      line.commands.push_back(command);
    } else if (line.commands.back()->get_require_subcommand_min() > 0 && line.complaint.empty()) {
      line.complaint = unknown_command(*line.commands.back(), word);
    }
  }
  return line;
}

std::vector<std::string> with_joined_sort_keys(std::vector<std::string> arguments) {
  for (std::size_t k = 0; k + 1 < arguments.size(); ++k) {
    const std::string& key = arguments[k + 1];
    const bool sort = arguments[k] == "--sort" || arguments[k] == "-s";
    if (!sort || key.size() < 2 || key[0] != '-' || key[1] == '-') continue;
    arguments[k] = "--sort=" + key;
    arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(k) + 1);
  }
  return arguments;
}

}  // namespace landscape::cli
