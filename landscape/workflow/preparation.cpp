#include "landscape/workflow/preparation.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "md/core/error.hpp"

namespace landscape {
namespace {

/// [GPa] A stress of this size is worth less than 1e-6 eV per atom of a metal.
constexpr double no_stress_gpa = 0.01;

bool without_stress(const db::Stress& stress) {
  return std::all_of(stress.begin(), stress.end(), [](double s) { return std::abs(s) < no_stress_gpa; });
}

}  // namespace

std::string Preparation::text() const { return md::message(pressure_gpa, " GPa, cell ", cell); }

Preparation preparation_of(const db::SampleRecord& sample) {
  const auto options = nlohmann::json::parse(sample.defining_options, nullptr, false);
  const bool known = options.is_object();
  Preparation made;
  made.pressure_gpa = known ? options.value("pressure_gpa", 0.0) : 0.0;
  // Thermal cycling relaxes all of the cell and has no such option.
  made.cell = known ? options.value("cell", sample.origin == "htc" ? "aniso" : "fixed") : "fixed";
  if (without_stress(sample.stress_gpa)) made.cell = "aniso";
  return made;
}

}  // namespace landscape
