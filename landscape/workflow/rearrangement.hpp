/// Where atoms rearranged between states of a stored shear.
#pragma once

#include <string>
#include <vector>

#include "db/database.hpp"
#include "landscape/workflow/run.hpp"
#include "landscape/workflow/shear_walk.hpp"

namespace landscape {

struct RearrangementRequest {
  std::string sample;
  db::Id shear = 0;                  ///< 0: the sample's latest that is not of an ensemble
  std::string from = "0";            ///< a strain of the first loading, or branch:strain, or end
  std::vector<std::string> to = {"end"};
  RearrangementOptions options;
};

/// One state held against the earlier one, atom by atom.
struct Rearrangement {
  db::RearrangementRecord row;       ///< as stored
  md::Configuration state;           ///< the later one
  md::Matrix3Xd nonaffine;           ///< 3 x N [Å]: what its atoms moved beyond the shear, drift removed
  Eigen::VectorXd d2min;             ///< [Å²]; NaN where undefined
  std::vector<int> cluster;          ///< 1 for the largest cluster of rearranged atoms, ...; 0: not rearranged
  double healed_since_previous = db::unknown;  ///< share of the atoms rearranged in the state before it in the list that are no longer
  double energy_ev = db::unknown;
};

/// States that are not stored are reached again from the nearest stored one before them, along the smooth branch.
/// Rows and atom values (d2min_a2, cluster; view atoms) are stored, once for each pair of states, cutoff and threshold.
/// @throws md::InputError for a state that the shear did not pass, db::Error for unknown ids.
std::vector<Rearrangement> rearrangements(db::Database& database, const RearrangementRequest& request, const Session& session);

}  // namespace landscape
