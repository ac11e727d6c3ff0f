/// --config: a TOML file read as if its options stood on the command line.
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "landscape/cli/command_line.hpp"
#include "landscape/cli/global_options.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {
namespace {

std::string value_text(const toml::node& node, const std::string& where) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto integer = node.value_exact<std::int64_t>()) return std::to_string(*integer);
  if (const auto real = node.value_exact<double>()) return fmt::format("{}", *real);
  throw md::InputError(where + ": expected a text, a number or a list of these");
}

class Reader {
 public:
  Reader(const CommandLine& line, std::string file) : line_(line), file_(std::move(file)) {}

  void read(const toml::table& table, std::vector<const CLI::App*> commands, const std::string& prefix) {
    const bool used = commands.size() <= line_.commands.size() &&
                      std::equal(commands.begin(), commands.end(), line_.commands.begin());
    for (const auto& [key_view, node] : table) {
      const std::string key(key_view.str());
      const std::string where = md::message(file_, ':', key_view.source().begin.line);
      if (const auto* inner = node.as_table()) {
        const auto* command = find_command(*commands.back(), key);
        if (command == nullptr) throw md::InputError(where + ": unknown command [" + prefix + key + "]");
        auto deeper = commands;
        deeper.push_back(command);
        read(*inner, deeper, prefix + key + ".");
        continue;
      }
      std::string name = key;
      std::replace(name.begin(), name.end(), '_', '-');
      const auto* option = commands.back()->get_option_no_throw("--" + name);
      if (option == nullptr || name == "config" || name == "help" || name == "version")
        throw md::InputError(where + ": unknown key " + prefix + key);
      if (!used || std::ranges::count(line_.given, option) > 0) continue;
      add(name, *option, node, where);
    }
  }

  std::vector<std::string> added;

 private:
  void add(const std::string& name, const CLI::Option& option, const toml::node& node, const std::string& where) {
    const bool flag = option.get_items_expected_max() == 0;
    if (const auto boolean = node.value_exact<bool>()) {
      if (!flag) throw md::InputError(where + ": " + name + " needs a value, got true or false");
      if (*boolean) added.push_back("--" + name);
    } else if (flag) {
      throw md::InputError(where + ": " + name + " is true or false");
    } else if (const auto* list = node.as_array()) {
      std::string joined;
      for (const auto& item : *list) joined += (joined.empty() ? "" : ",") + value_text(item, where);
      added.push_back("--" + name + "=" + joined);
    } else {
      added.push_back("--" + name + "=" + value_text(node, where));
    }
  }

  const CommandLine& line_;
  std::string file_;
};

}  // namespace

std::vector<std::string> with_config_file(CLI::App& app, const std::vector<std::string>& arguments) {
  std::string file;
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    if (arguments[k] == "--config" && k + 1 < arguments.size()) file = arguments[k + 1];
    if (arguments[k].starts_with("--config=")) file = arguments[k].substr(9);
  }
  if (file.empty()) return arguments;
  std::ifstream in(file);
  if (!in || std::filesystem::is_directory(file)) throw md::InputError("--config: cannot read " + file);
  toml::table table;
  try {
    table = toml::parse(in, file);
  } catch (const toml::parse_error& error) {
    throw md::FormatError(md::message(file, ':', error.source().begin.line, ": ", error.description()));
  }
  const auto line = read_command_line(app, arguments);
  Reader reader(line, file);
  reader.read(table, {&app}, "");
  auto all = arguments;
  all.insert(all.end(), reader.added.begin(), reader.added.end());
  return all;
}

}  // namespace landscape::cli
