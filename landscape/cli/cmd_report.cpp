#include <filesystem>

#include "db/query.hpp"
#include "landscape/cli/commands.hpp"
#include "landscape/cli/stop.hpp"
#include "landscape/cli/structure_input.hpp"
#include "landscape/report/charts.hpp"
#include "landscape/report/figure.hpp"
#include "landscape/report/report.hpp"
#include "md/core/error.hpp"
#include "md/io/text_file.hpp"

namespace landscape::cli {

void add_report_command(CLI::App& app, Context& context) {
  struct Options {
    ReportOptions report;
    std::string output = "report.html";
  };
  auto* command = app.add_subcommand("report", "the study as one HTML page that opens offline in any browser");
  auto o = std::make_shared<Options>();
  command->footer("Charts, tables and key figures need no JavaScript; with it the table filters and sorts, and a click on an event or on a\n"
                  "minimum of the disconnectivity graph shows the atoms. Example: landscape report --title 'Cu64Zr36' -o report.html");
  command->add_option("--output,-o", o->output, "file to write")->capture_default_str();
  command->add_option("--title", o->report.title, "heading")->capture_default_str();
  command->add_option("--events", o->report.most_rows, "events in the table at most, lowest barriers first")->check(count_at_least(0))->capture_default_str();
  command->add_option("--atoms", o->report.atoms_around, "atoms shown around an event")->check(CLI::Range(1, 5000))->capture_default_str();
  command->callback([&context, o] {
    context.action = [&context, o] {
      o->report.stop = stop_requested;
      check_writable("--output", o->output);
      if (const auto kind = std::filesystem::path(o->output).extension(); kind != ".html" && kind != ".htm")
        throw md::InputError("--output: expected a name ending in .html, got " + o->output);
      try {
        const auto page = report_page(context.global.database, o->report);
        md::text::replace_file(o->output, page);
        context.print({{"file", o->output}, {"size_bytes", page.size()}});
      } catch (const db::Interrupted&) {
        context.outcome("report: " + stop_reason());
        return exit_stopped;
      }
      return exit_done;
    };
  });
}

void add_figure_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("figure", "a chart of the report for a paper: picture, CSV, gnuplot and matplotlib scripts");
  auto name = std::make_shared<std::string>(), output = std::make_shared<std::string>();
  std::string names;
  for (const auto& one : report::chart_names()) names += (names.empty() ? "" : ", ") + one;
  command->add_option("NAME", *name, names)->required();
  command->add_option("--output,-o", *output, ".svg or .pdf (that needs gnuplot); default NAME.svg");
  command->footer("Example: landscape figure barriers -o barriers.pdf\nThe disconnectivity graph is drawn by landscape graph.");
  command->callback([&context, name, output] {
    context.action = [&context, name, output] {
      const auto chart = report::make_chart(context.global.database, *name);
      const auto files = report::write_figure(chart, output->empty() ? *name + ".svg" : *output);
      context.print({{"figure", *name}, {"files", files}});
      return exit_done;
    };
  });
}

}  // namespace landscape::cli
