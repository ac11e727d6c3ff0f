#include "landscape/cli/global_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cmath>
#include <iostream>
#include <thread>

#include "landscape/cli/one_line.hpp"
#include "landscape/cli/progress.hpp"
#include "landscape/cli/stop.hpp"
#include "md/core/error.hpp"

namespace landscape::cli {
namespace {

using nlohmann::json;

std::string plain(const json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float())
    return std::isfinite(value.get<double>()) ? fmt::format("{:.10g}", value.get<double>()) : "-";
  if (value.is_array()) {
    if (value.size() > 12 || (!value.empty() && value.front().is_structured())) return fmt::format("{} entries", value.size());
    std::string text;
    for (const auto& item : value) text += (text.empty() ? "" : " ") + plain(item);
    return text;
  }
  if (value.is_object()) {
    std::string text;
    for (const auto& [key, item] : value.items()) text += (text.empty() ? "" : ", ") + key + " " + plain(item);
    return text;
  }
  return value.dump();
}

}  // namespace

Session Context::session(const std::string& label) const {
  Session session;
  session.seed = global.seed;
  session.threads = global.threads;
  session.stop = stop_requested;
  session.progress = [bar = std::make_shared<ProgressBar>(label, global.quiet, global.verbose)](const Progress& p) {
    bar->update(p);
  };
  if (global.verbose) session.log = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  return session;
}

void Context::note(const std::string& line) const {
  if (!global.quiet) fmt::print(stderr, "{}{}\n", isatty(STDERR_FILENO) != 0 ? "\r\033[K" : "", line);
}

void Context::outcome(const std::string& line) const {
  fmt::print(stderr, "{}landscape: {}\n", isatty(STDERR_FILENO) != 0 ? "\r\033[K" : "", one_line(line));
}

void Context::print(const json& result) const {
  if (global.json) return print_text(result.dump(2) + '\n');
  std::size_t width = 0;
  std::string text;
  for (const auto& [key, value] : result.items()) width = std::max(width, key.size());
  for (const auto& [key, value] : result.items()) text += fmt::format("{:<{}}  {}\n", key, width, plain(value));
  print_text(text);
}

void print_text(const std::string& text) {
  std::cout << text << std::flush;
  if (!std::cout) throw md::InputError("standard output: cannot be written");
}

namespace {

CLI::Validator number_that(const std::string& expected, const std::function<bool(double)>& good) {
  return CLI::Validator(
      [=](std::string& text) {
        double value = 0.0;
        return CLI::detail::lexical_cast(text, value) && std::isfinite(value) && good(value) ? std::string() : fmt::format("expected {}, got {}", expected, text);
      },
      "");
}

}  // namespace

CLI::Validator finite_number() {
  return number_that("a finite number", [](double) { return true; });
}

CLI::Validator number_above(double least) {
  return number_that(fmt::format("a number above {}", least), [least](double value) { return value > least; });
}

CLI::Validator number_at_least(double least) {
  return number_that(fmt::format("a number of at least {}", least), [least](double value) { return value >= least; });
}

CLI::Validator count_at_least(std::int64_t least) {
  return CLI::Validator(
      [least](std::string& text) {
        std::int64_t value = 0;
        const char* end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data(), end, value);
        if (parsed.ec == std::errc{} && parsed.ptr == end && value >= least) return std::string();
        return fmt::format("expected a whole number from {}, got {}", least, text);
      },
      "");
}

void add_global_options(CLI::App& app, GlobalOptions& options) {
  options.database = "landscape.db";
  options.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const std::string group = "Options of every command";
  app.add_option("--db", options.database, "database file")->envname("LANDSCAPE_DB")->capture_default_str()->group(group);
  app.add_option("--threads", options.threads, "threads; results do not depend on it (default: all cores)")
      ->check(CLI::Range(1, 4096))->group(group);
  app.add_option("--seed", options.seed, "seed of all random numbers")->check(count_at_least(0))->capture_default_str()->group(group);
  app.add_flag("--json", options.json, "print one JSON document on standard output")->group(group);
  auto* quiet = app.add_flag("--quiet,-q", options.quiet, "no progress, no notes")->group(group);
  app.add_flag("--verbose,-v", options.verbose, "say more on standard error")->excludes(quiet)->group(group);
  app.add_option("--time-limit", options.time_limit, "stop after this time (90, 90s, 30m, 12h), keeping what is done")
      ->group(group);
  app.add_option("--config", options.config, "TOML file with any of the options; [map] holds those of map")->group(group);
}

double seconds_of(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(end, text.data() + text.size());
  const double factor = unit.empty() || unit == "s" ? 1.0 : unit == "m" || unit == "min" ? 60.0 : unit == "h" ? 3600.0 : 0.0;
  if (error != std::errc{} || factor == 0.0 || !(value > 0.0) || !std::isfinite(value))
    throw md::InputError("--time-limit: expected a time such as 90, 90s, 30m or 12h, got " + text);
  return value * factor;
}

}  // namespace landscape::cli
