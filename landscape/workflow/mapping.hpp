/// Mapping: ARTn searches around a sample's minimum, their distinct events, and what is still unseen.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "art/search.hpp"
#include "db/database.hpp"
#include "landscape/workflow/run.hpp"

namespace landscape {

struct MapOptions {
  std::string sample;
  double strain_xy = 0.0;                  ///< the landscape is mapped at this strain, reached quasistatically from 0
  std::optional<std::int64_t> searches;    ///< total number of searches
  std::optional<std::int64_t> events;      ///< or: until there are so many distinct events
  std::vector<std::int64_t> center_atoms;  ///< 1-based; empty: any free atom
  std::string element;                     ///< centres are atoms of this symbol; empty: any
  art::SearchOptions search;
  /// @throws md::InputError naming what is wrong.
  void validate() const;
};

enum class MapOutcome {
  Reached,       ///< what was asked for is there
  CapReached,    ///< fewer events than asked for after 50 searches for each
  Interrupted,
  NotRelaxed,    ///< the sheared sample could not be relaxed
};

/// Totals of the whole mapping, whatever number of runs it took.
struct [[nodiscard]] MapResult {
  MapOutcome outcome = MapOutcome::Reached;
  db::Id mapping_id = 0;
  std::int64_t searches = 0;
  std::int64_t connected = 0;    ///< searches that ended in a connected event
  std::int64_t events = 0;       ///< distinct ones
  double force_calls = 0.0;
  std::map<std::string, std::int64_t> outcomes;
  double unseen_estimate = 0.0;  ///< Chao1: f1 (f1 - 1) / (2 (f2 + 1))
};

/// Search k pushes a random direction around centre k, both functions of (seed, k) alone; results are entered in the order
/// of k, batch by batch, each batch in one transaction. Calling again continues where the stored searches end, so the
/// content depends neither on threads nor on kills.
/// @throws db::Error, md::InputError.
MapResult map_sample(db::Database& database, const MapOptions& options, const Session& session);

/// Events not seen yet, from how many were found once and twice.
/// @par Source A. Chao, Scand. J. Statist. 11, 265 (1984), bias-corrected.
double chao1_unseen(const std::vector<std::int64_t>& times_found);

/// The sample's minimum at `strain_xy`: its reference at 0, else reached by affine steps of at most 1e-3, each relaxed to
/// sample_max_force; stored once and found again. Nothing where a step did not converge or the session stopped.
std::optional<db::MinimumRecord> minimum_at_strain(db::Database& database, const db::SampleRecord& sample,
                                                   double strain_xy, db::Id run_id, const Session& session);

}  // namespace landscape
