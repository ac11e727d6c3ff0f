/// Options that every command understands, and what a command gets to work with.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "landscape/workflow/run.hpp"

namespace landscape::cli {

inline constexpr int exit_done = 0;
inline constexpr int exit_not_reached = 1;
inline constexpr int exit_bad_input = 2;
inline constexpr int exit_stopped = 130;

struct GlobalOptions {
  std::string database;       ///< --db, LANDSCAPE_DB, landscape.db
  int threads = 0;            ///< all cores unless given
  std::uint64_t seed = 1;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  std::string time_limit;     ///< "90", "90s", "30m", "12h"; empty: none
  std::string config;         ///< TOML file; empty: none
};

/// What the chosen command does once everything is parsed. @return exit code.
using Action = std::function<int()>;

struct Context {
  GlobalOptions global;
  Action action;              ///< set by the callback of the command given

  /// Seed, threads, stop, progress and log of the workflows; the bar is labelled with the command.
  Session session(const std::string& label) const;
  /// One line on standard error unless --quiet.
  void note(const std::string& line) const;
  /// Why the command ends with 1 or 130, or what is doubtful about its result: one line on standard error, also with --quiet.
  void outcome(const std::string& line) const;
  /// The result on standard output: one JSON document with --json, else one line for each key.
  void print(const nlohmann::json& result) const;
};

/// Writes to standard output. @throws md::InputError where it cannot be written.
void print_text(const std::string& text);
/// For whole numbers from `least`.
CLI::Validator count_at_least(std::int64_t least);
/// For finite numbers.
CLI::Validator finite_number();
CLI::Validator number_above(double least);
CLI::Validator number_at_least(double least);

/// Adds them to the root; commands inherit them, before and after their name.
void add_global_options(CLI::App& app, GlobalOptions& options);
/// "90", "90s", "30m", "12h" in seconds. @throws md::InputError for anything else.
double seconds_of(const std::string& text);

/// Arguments with those of the file given by --config added where the command line does not have them already.
///
/// Keys at the top are global options, tables are commands: [map], [sample.quench]. Tables of other commands are checked
/// too. @throws md::InputError with file:line for an unknown key or a value of the wrong kind.
std::vector<std::string> with_config_file(CLI::App& app, const std::vector<std::string>& arguments);

}  // namespace landscape::cli
