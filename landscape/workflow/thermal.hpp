/// The thermal record of a glass: inherent structures while it is heated or molten.
#pragma once

#include <string>
#include <vector>

#include "db/database.hpp"
#include "landscape/workflow/run.hpp"

namespace landscape {

/// Inherent structures of a sample that is heated from low to high temperature at a constant rate, at the pressure at which it was made.
struct HeatingRequest {
  std::string sample;
  double low_temperature_k = 1.0;      ///< [K], > 0
  double high_temperature_k = 1500.0;  ///< [K], > low
  double every_k = 50.0;               ///< [K], > 0: between two inherent structures; the last one is at the high temperature
  double rate_k_per_s = 1e13;          ///< [K/s], > 0
  double dt_ps = 0.002;                ///< [ps], > 0
};

/// Inherent structures of the liquid that a sample becomes: their mean energy is E0.
struct LiquidRequest {
  std::string sample;
  double temperature_k = 2500.0;  ///< [K], > 0
  double melt_ps = 10.0;          ///< [ps], > 0: before the first is taken
  double interval_ps = 1.0;       ///< [ps], > 0: between two
  int points = 20;                ///< >= 2
  double dt_ps = 0.002;           ///< [ps], > 0
};

struct [[nodiscard]] SeriesResult {
  bool finished = false;  ///< else stopped, with a checkpoint; the same call goes on
  bool known = false;     ///< it was there already
  std::string failure;    ///< which inherent structure did not relax; empty: none
  std::vector<db::InherentStructureRecord> points;
};

/// Rows of series "heating", checkpointed after each.
/// @throws db::Error where the sample has such a series made with other options; md::InputError for bad options, or where the
///         dynamics fail: then another call may have other options.
SeriesResult heat_sample(db::Database& database, const HeatingRequest& request, const Session& session);

/// E0 and how good it is.
struct LiquidEnergy {
  double energy_per_atom_ev = db::unknown, error_ev = db::unknown;   ///< relaxed cell; standard error of the mean
  double fixed_cell_ev = db::unknown, fixed_cell_error_ev = db::unknown;
};
struct [[nodiscard]] LiquidResult {
  SeriesResult series;
  LiquidEnergy e0;
  int not_melted = 0;                      ///< points that are the sample's own minimum or the point before; of a liquid only where they are taken too often
  std::vector<db::SampleRecord> samples;   ///< those that E0 holds for, with their annealing degrees
  std::vector<db::SampleRecord> left_out;  ///< of the same kind, but made at another pressure or with the minimum in a fixed cell
  std::vector<db::SampleRecord> of_other;  ///< whose annealing degree another liquid has set; a liquid that was there already leaves it
};

/// Rows of series "liquid"; when finished, sets annealing_degree_ev of every ready sample of the same potential, composition, size and pressure
/// whose cell was relaxed, and unsets it of the others. The newest liquid sets them all; the same call again only those that have none.
/// @throws as heat_sample.
LiquidResult melt_sample(db::Database& database, const LiquidRequest& request, const Session& session);

/// Mean and standard error of the mean of correlated values, from blocks of at least a fifth of them.
LiquidEnergy liquid_energy(const std::vector<db::InherentStructureRecord>& points);

}  // namespace landscape
