#include "landscape/workflow/symmetry_classes.hpp"

#include <cmath>

#include "landscape/workflow/records.hpp"

namespace landscape {

namespace {
constexpr double same_energy = 1e-4;  // [eV] what relaxed energies of one structure agree to by far
}

std::size_t SymmetryClasses::place(double energy_ev, const md::Matrix3Xd& positions) {
  for (std::size_t k = 0; k < first_.size(); ++k)
    if (std::abs(first_[k].energy - energy_ev) < same_energy && comparison_->same(first_[k].positions, positions)) return k;
  first_.push_back({energy_ev, positions});
  return first_.size() - 1;
}

std::size_t SymmetryTally::add_minimum(const db::MinimumRecord& minimum) {
  return minima_.place(minimum.energy_ev, load_positions(database_, minimum.configuration_id));
}

std::size_t SymmetryTally::add_saddle(const db::SaddleRecord& saddle) {
  return saddles_.place(saddle.energy_ev, load_positions(database_, saddle.configuration_id));
}

void SymmetryTally::add_event(const db::EventRecord& event) {
  const auto initial = add_minimum(database_.minimum(event.initial_minimum_id));
  const auto final_minimum = add_minimum(database_.minimum(event.final_minimum_id));
  events_.insert({initial, add_saddle(database_.saddle(event.saddle_id)), final_minimum});
}

SymmetryCount SymmetryTally::count() const {
  return {static_cast<std::int64_t>(minima_.size()), static_cast<std::int64_t>(saddles_.size()),
          static_cast<std::int64_t>(events_.size())};
}

}  // namespace landscape
