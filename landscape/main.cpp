/// The program: parses the command line, runs one command, turns errors into one line and an exit code.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "landscape/cli/command_line.hpp"
#include "landscape/cli/commands.hpp"
#include "landscape/cli/one_line.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/process_settings.hpp"
#include "landscape/version.hpp"
#include "md/core/error.hpp"

namespace {

using namespace landscape;

int fail(const std::string& what) {
  fmt::print(stderr, "landscape: {}\n", cli::one_line(what));
  return cli::exit_bad_input;
}

int run(int argc, char** argv) {
  CLI::App app("Energy-landscape explorer for metallic glasses", "landscape");
  app.set_version_flag("--version", "landscape " + std::string(code_version()));
  app.fallthrough();
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  cli::Context context;
  cli::add_global_options(app, context.global);
  cli::add_commands(app, context);
  const auto typed = cli::with_joined_sort_keys({argv + 1, argv + argc});
  try {
    auto arguments = cli::with_config_file(app, typed);
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    app.parse(std::move(arguments));
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    // A misspelled word is the cause of what CLI11 misses: "a required option", "a subcommand".
    const auto line = cli::read_command_line(app, typed);
    const auto* conversion = dynamic_cast<const CLI::ConversionError*>(&error);
    const std::string what = conversion ? cli::conversion_complaint(app, line, *conversion) : error.what();
    return fail((line.complaint.empty() ? what : line.complaint) + "; see --help");
  }
  if (context.global.database.empty()) return fail("--db: expected a file, got an empty name");
  cli::catch_signals();
  if (!context.global.time_limit.empty()) cli::set_time_limit(cli::seconds_of(context.global.time_limit));
  return context.action();
}

}  // namespace

int main(int argc, char** argv) {
  restart_with_settings(argv);
  try {
    return run(argc, argv);
  } catch (const std::runtime_error& error) {  // md::InputError, md::FormatError, db::Error
    return fail(error.what());
  } catch (const std::bad_alloc&) {
    return fail("out of memory");
  } catch (const std::exception& error) {
    return fail(std::string("internal error: ") + error.what());
  }
}
