#include "landscape/report/event_atoms.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "landscape/exchange/frames.hpp"
#include "md/structure/d2min.hpp"

namespace landscape::report {
namespace {

constexpr double thousandths = 1000.0;

nlohmann::json rounded(const md::Matrix3Xd& values, const std::vector<Eigen::Index>& atoms) {
  auto list = nlohmann::json::array();
  for (const auto k : atoms) {
    for (int c = 0; c < 3; ++c)
      list.push_back(static_cast<int>(std::lround(values(c, k) * thousandths)));
  }
  return list;
}

/// Results that may colour the atoms.
void add_values(db::Database& database,
                const db::EventRecord& event,
                const std::vector<Eigen::Index>& atoms,
                nlohmann::json& entry) {
  for (const std::string name : {"softness", "vibrational_mean_square"}) {
    db::AtomValueRecord key;
    key.sample_id = event.sample_id;
    key.name = name;
    key.event_id = event.id;
    auto values = database.atom_values(key);
    if (values.empty()) {
      key.event_id.reset();
      key.minimum_id = event.initial_minimum_id;
      values = database.atom_values(key);
    }
    if (values.empty()) continue;
    auto list = nlohmann::json::array();
    for (const auto k : atoms) list.push_back(values.at(static_cast<std::size_t>(k)));
    entry["values"][name] = std::move(list);
  }
}

}  // namespace

nlohmann::json event_atoms(db::Database& database,
                           const db::EventRecord& event,
                           int around,
                           double d2min_cutoff) {
  const auto frames = event_frames(database, event.id);
  const auto& start = frames[0].configuration;
  const auto& to_final = frames[2].extra.at("displacement").values;
  Eigen::Index center = event.center_atom > 0 ? event.center_atom - 1 : 0;
  if (event.center_atom <= 0) to_final.colwise().squaredNorm().maxCoeff(&center);
  md::Matrix3Xd local(3, start.positions.cols());
  for (Eigen::Index k = 0; k < local.cols(); ++k) {
    local.col(k) = start.cell.minimum_image(start.positions.col(k) - start.positions.col(center));
  }
  std::vector<Eigen::Index> atoms(static_cast<std::size_t>(local.cols()));
  std::iota(atoms.begin(), atoms.end(), Eigen::Index{0});
  std::stable_sort(atoms.begin(), atoms.end(), [&](auto a, auto b) {
    return local.col(a).squaredNorm() < local.col(b).squaredNorm();
  });
  atoms.resize(std::min(atoms.size(), static_cast<std::size_t>(around)));
  auto species = start.species;
  std::sort(species.begin(), species.end());
  species.erase(std::unique(species.begin(), species.end()), species.end());
  nlohmann::json entry = {
      {"id", event.id}, {"t", nlohmann::json::array()}, {"ids", nlohmann::json::array()}};
  for (const auto k : atoms) {
    const auto& symbol = start.species[static_cast<std::size_t>(k)];
    entry["t"].push_back(std::lower_bound(species.begin(), species.end(), symbol) -
                         species.begin());
    entry["ids"].push_back(k + 1);
  }
  entry["species"] = species;
  entry["x"] = rounded(local, atoms);
  entry["s"] = rounded(frames[1].extra.at("displacement").values, atoms);
  entry["f"] = rounded(to_final, atoms);
  if (std::isfinite(d2min_cutoff)) {
    const auto all = md::d2min(start, frames[2].configuration, d2min_cutoff);
    auto list = nlohmann::json::array();
    for (const auto k : atoms) {
      constexpr double digits = 1e4;
      list.push_back(std::isfinite(all[k]) ? std::round(all[k] * digits) / digits : 0.0);
    }
    entry["values"]["d2min_a2"] = std::move(list);
  }
  add_values(database, event, atoms, entry);
  return entry;
}

}  // namespace landscape::report
