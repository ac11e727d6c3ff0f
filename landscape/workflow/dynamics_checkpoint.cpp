#include "landscape/workflow/dynamics_checkpoint.hpp"

#include <nlohmann/json.hpp>

#include "landscape/workflow/records.hpp"

namespace landscape {
namespace {

using nlohmann::json;

json parsed(const db::CheckpointRecord& record) {
  auto state = json::parse(record.state, nullptr, false);
  if (state.is_discarded()) throw db::Error(db::message("checkpoint ", record.key, ": its state is not JSON"));
  return state;
}

}  // namespace

db::CheckpointRecord encode_dynamics(const md::DynamicsState& state, const std::string& key, db::Id run_id,
                                     const std::string& options, const std::string& extra) {
  std::vector<double> numbers;
  const auto append = [&](const auto& values) { numbers.insert(numbers.end(), values.data(), values.data() + values.size()); };
  numbers.push_back(state.temperature_k);
  append(state.cell);
  append(state.strain_rate);
  append(state.positions);
  append(state.velocities);
  for (const auto* chain : {&state.thermostat, &state.barostat_thermostat}) {
    append(chain->positions);
    append(chain->velocities);
  }
  std::string species;
  for (const auto& symbol : state.species) species += (species.empty() ? "" : " ") + symbol;
  db::CheckpointRecord record;
  record.key = key;
  record.run_id = run_id;
  record.step = state.steps;
  record.state = json{{"options", options},
                      {"extra", extra},
                      {"ensemble", static_cast<int>(state.ensemble)},
                      {"species", species},
                      {"chain", state.thermostat.positions.size()},
                      {"barostat_chain", state.barostat_thermostat.positions.size()},
                      {"numbers", numbers.size()}}
                     .dump();
  record.data = pack_doubles(numbers);
  return record;
}

md::DynamicsState decode_dynamics(const db::CheckpointRecord& record) {
  const json about = parsed(record);
  try {
    const auto numbers = unpack_doubles(record.data, about.at("numbers").get<std::size_t>());
    std::size_t next = 0;
    const auto take = [&](double* out, std::size_t count) {
      if (next + count > numbers.size()) throw db::Error(db::message("checkpoint ", record.key, ": too few numbers"));
      std::copy_n(numbers.begin() + static_cast<std::ptrdiff_t>(next), count, out);
      next += count;
    };
    md::DynamicsState state;
    state.ensemble = static_cast<md::Ensemble>(about.at("ensemble").get<int>());
    state.steps = record.step;
    std::istringstream words(about.at("species").get<std::string>());
    for (std::string word; words >> word;) state.species.push_back(word);
    const auto n = static_cast<Eigen::Index>(state.species.size());
    state.positions.resize(3, n);
    state.velocities.resize(3, n);
    take(&state.temperature_k, 1);
    take(state.cell.data(), 9);
    take(state.strain_rate.data(), 9);
    take(state.positions.data(), static_cast<std::size_t>(3 * n));
    take(state.velocities.data(), static_cast<std::size_t>(3 * n));
    const auto take_chain = [&](md::ChainState& chain, const char* key) {
      const auto length = about.at(key).get<std::size_t>();
      chain.positions.resize(length);
      chain.velocities.resize(length);
      take(chain.positions.data(), length);
      take(chain.velocities.data(), length);
    };
    take_chain(state.thermostat, "chain");
    take_chain(state.barostat_thermostat, "barostat_chain");
    return state;
  } catch (const json::exception& error) {
    throw db::Error(db::message("checkpoint ", record.key, ": ", error.what()));
  }
}

std::string checkpoint_options(const db::CheckpointRecord& record) { return parsed(record).value("options", ""); }
std::string checkpoint_extra(const db::CheckpointRecord& record) { return parsed(record).value("extra", ""); }

}  // namespace landscape
