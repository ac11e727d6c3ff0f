/// Mapping: ARTn searches around a sample's minimum, their distinct events, and what is still unseen.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "art/search.hpp"
#include "db/database.hpp"
#include "landscape/workflow/coverage.hpp"
#include "landscape/workflow/run.hpp"
#include "landscape/workflow/starts.hpp"
#include "landscape/workflow/symmetry_classes.hpp"

namespace landscape {

struct MapOptions {
  std::string sample;
  double strain_xy = 0.0;                  ///< the landscape is mapped at this strain, reached quasistatically from 0; 0 with an id in `from`
  std::string plane = "xy";                ///< of the shear to that strain: xy, xz or yz
  std::optional<std::int64_t> searches;    ///< total number of searches
  std::optional<std::int64_t> events;      ///< or: until there are so many distinct events
  std::optional<double> until_unseen;      ///< or: until the chance that a connected search ends in a new event is at most this
  std::string from;                        ///< id of the minimum to map from; empty: the sample's own; "all": it and all that are found
  std::int64_t max_minima = 100;           ///< "all" stops after so many minima, > 0
  bool symmetry = false;                   ///< count up to symmetry too; "all" then maps one minimum of each class
  StartOptions starts;
  art::SearchOptions search;
  /// @throws md::InputError naming what is wrong.
  void validate() const;
  /// JSON text of what decides the searches from a minimum. @param minimum_uid empty for the sample's own.
  std::string text(const std::string& minimum_uid) const;
};

enum class MapOutcome {
  Reached,       ///< what was asked for is there
  CapReached,    ///< not what was asked for after as many searches (or minima) as were allowed
  Interrupted,
  NotRelaxed,    ///< the sheared sample could not be relaxed
};

/// Totals of the whole mapping, whatever number of runs it took; of all of them where several minima were mapped.
struct [[nodiscard]] MapResult {
  MapOutcome outcome = MapOutcome::Reached;
  double strain_xy = 0.0;        ///< of the minimum that was mapped (first)
  std::string plane = "xy";      ///< of that strain
  std::int64_t minima = 0;       ///< mapped from
  std::int64_t searches = 0;
  std::int64_t connected = 0;    ///< searches that ended in a connected event
  std::int64_t events = 0;       ///< distinct ones
  double force_calls = 0.0;
  art::StageCalls stages;        ///< where they went
  std::map<std::string, std::int64_t> outcomes;
  double unseen_estimate = 0.0;  ///< chao1_unseen
  double new_chance = 1.0;       ///< good_turing_new
  std::vector<FoundEvent> found; ///< each distinct event
  std::optional<SymmetryCount> up_to_symmetry;
  std::int64_t pearson_events = 0;  ///< what the founding study's rule would have called distinct
};

/// Search k pushes a random direction around centre k, both functions of (seed, k) alone; results are entered in the order
/// of k, batch by batch, each batch in one transaction. Calling again continues where the stored searches end, so the
/// content depends neither on threads nor on kills. A saddle that another mapping of the same minimum (another seed, other options) has
/// found is the same event: times_found counts the searches of all; two events entered for it (in databases that were merged since) are
/// joined. Where another process goes on with the same mapping meanwhile, a batch begun before is dropped and done again from what is there
/// then; what it enters for other mappings is taken note of.
/// @throws db::Error, md::InputError.
MapResult map_sample(db::Database& database, const MapOptions& options, const Session& session);

}  // namespace landscape
