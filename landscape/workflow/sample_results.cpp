#include "landscape/workflow/sample_results.hpp"

#include <cmath>

namespace landscape {
namespace {

double rounded(double v) {
  if (v == 0.0 || !std::isfinite(v)) return v;
  const double scale = std::pow(10.0, 7.0 - std::floor(std::log10(std::abs(v))));
  return std::round(v * scale) / scale;
}

}  // namespace

void store_results(db::Database& database,
                   const Subject& subject,
                   std::string_view command,
                   const std::string& options,
                   const SampleResults& results,
                   const Session& session) {
  Run run(database, command, options, session, subject.sample->potential_id);
  db::Transaction transaction(database);
  db::AtomValueRecord key;
  key.sample_id = subject.sample->id;
  key.run_id = run.id();
  if (results.event)
    key.event_id = results.event;
  else
    key.minimum_id = subject.sample->minimum_id;
  for (const auto& [name, numbers] : results.atoms) {
    std::vector<double> kept;
    for (const double v : numbers) kept.push_back(rounded(v));
    key.name = name;
    database.put_atom_values(key, kept);
  }
  db::PropertyRecord property;
  property.sample_id = key.sample_id;
  property.run_id = key.run_id;
  property.minimum_id = key.minimum_id;
  property.event_id = key.event_id;
  for (const auto& [name, number] : results.properties) {
    if (!std::isfinite(number.value)) continue;
    property.name = name;
    property.value = rounded(number.value);
    property.error = rounded(number.error);
    database.put_property(property);
  }
  transaction.commit();
  run.finish("done", 0.0);
}

}  // namespace landscape
