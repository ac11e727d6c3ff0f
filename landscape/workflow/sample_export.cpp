#include "landscape/workflow/sample_export.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "landscape/workflow/records.hpp"

namespace landscape {

namespace {

/// The runs that led to the sample, first to last; of an imported one also those before the file was written.
nlohmann::json history_of(db::Database& database, db::SampleRecord sample) {
  std::vector<nlohmann::json> steps;  // last to first
  while (true) {
    const db::RunRecord run = database.run(sample.run_id);
    const auto options = nlohmann::json::parse(sample.defining_options);
    steps.push_back({{"command", run.command},
                     {"sample", sample.name},
                     {"options", options},
                     {"seed", run.seed},
                     {"code_version", run.code_version},
                     {"energy_per_atom_ev", sample.energy_per_atom_ev}});
    const auto from = options.value("from", std::string());
    const auto parent = from.empty() ? std::nullopt : database.find_sample(from);
    if (!parent) {
      const auto earlier = nlohmann::json::parse(run.options).value("history", std::vector<nlohmann::json>());
      steps.insert(steps.end(), earlier.rbegin(), earlier.rend());
      break;
    }
    sample = *parent;
  }
  std::ranges::reverse(steps);
  return steps;
}

}  // namespace

md::Frame export_sample(db::Database& database, const std::string& name) {
  const db::SampleRecord sample = ready_sample(database, name);
  const db::PotentialRecord potential = database.potential(sample.potential_id);
  md::Frame frame;
  frame.configuration = load_minimum(database, sample.minimum_id.value());
  frame.energy_ev = sample.energy_ev;
  if (frame.configuration.cell.fully_periodic()) frame.stress_gpa = sample.stress_gpa;
  frame.info["sample"] = sample.name;
  frame.info["potential"] = potential.name;
  frame.info["potential_sha256"] = potential.sha256;
  frame.info["history"] = history_of(database, sample).dump();
  return frame;
}

}  // namespace landscape
