/// Minima, saddles and events as rows: one way to build them, wherever they were found.
#pragma once

#include <string>

#include "art/saddle.hpp"
#include "landscape/workflow/records.hpp"

namespace landscape {

/// What is stored of a configuration at rest.
struct Measured {
  md::Matrix3Xd positions;                          ///< 3 x N [Å]
  double energy_ev = db::unknown;
  double max_force_ev_per_a = db::unknown;
  db::Stress stress_gpa = db::unknown_stress;
};
/// Evaluates x afresh, so that the numbers do not depend on what the surface did before.
/// @param reference x is put on its grid first (put_on_grid), as it will be stored; null: stored to the last bit.
Measured measure(md::AtomicSurface& surface, const Eigen::VectorXd& x, const Reference* reference = nullptr);

/// The sample, run and strain that rows belong to.
struct Place {
  db::Id sample_id = 0, run_id = 0;
  double strain_xy = 0.0;
  std::string plane = "xy";
  const Reference* reference = nullptr;  ///< what was measured on its grid is stored so; null: to the last bit
};

/// Stores a minimum with its configuration. @return the record with its id.
db::MinimumRecord store_minimum(db::Database& database, const Place& place, const Measured& minimum, const std::string& origin,
                                const std::string& uid);

/// Stores a saddle with its configuration. @param mode 3 x N, or without columns: not kept.
db::SaddleRecord store_saddle(db::Database& database, const Place& place, const Measured& saddle, const art::IndexProof& proof,
                              const md::Matrix3Xd& mode, bool connected, std::int64_t center_atom, const std::string& uid);

/// The event over `saddle` from `initial` to `final_minimum`: barriers, stress difference, prediction and how far atoms move.
/// @param surface and the ends' coordinates on it measure the displacement; its cell is that of the strain.
db::EventRecord event_between(const Place& place, const db::MinimumRecord& initial, const db::SaddleRecord& saddle,
                              const db::MinimumRecord& final_minimum, const md::AtomicSurface& surface,
                              const Eigen::VectorXd& x_initial, const Eigen::VectorXd& x_final);

/// A mode on the free atoms as 3 x N, zero on frozen ones.
md::Matrix3Xd mode_on_atoms(const md::AtomicSurface& surface, const Eigen::VectorXd& mode);

}  // namespace landscape
