/// The words of the command line against what the commands know, without running anything.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace landscape::cli {

struct CommandLine {
  std::vector<const CLI::App*> commands;    ///< root, then the command and its subcommand
  std::vector<const CLI::Option*> given;
  std::string complaint;                    ///< about the first unknown option or command, with what was meant; or empty
};

/// A value that is none of its option's type: which option, what it takes, what it got.
std::string conversion_complaint(const CLI::App& app, const CommandLine& line, const CLI::ConversionError& error);

CommandLine read_command_line(const CLI::App& app, const std::vector<std::string>& arguments);

/// The command's direct subcommand of that name, or null.
const CLI::App* find_command(const CLI::App& app, const std::string& name);

/// `--sort -EA` and `-s -EA` as `--sort=-EA`, which the parser does not take for an option.
std::vector<std::string> with_joined_sort_keys(std::vector<std::string> arguments);

}  // namespace landscape::cli
