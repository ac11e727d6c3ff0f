/// Databases made apart, put together; and a clean copy to give away.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "db/error.hpp"

namespace landscape::db {

struct MergeReport {
  /// New rows of each table, in the order of the schema; tables without any are left out.
  std::vector<std::pair<std::string, std::int64_t>> added = {};
  std::int64_t known = 0;               ///< rows that were there already
  std::vector<std::string> notes = {};  ///< what was left out, one line each
};

/// Adds everything in `shard` to `target` (made if need be) in one transaction.
///
/// Rows are the same by what they are, never by their number: samples by name, states and events by
/// uid, searches by mapping and index, tracks and shears by options, runs by command, options, host
/// and start. So merging a shard twice changes nothing, and shards may come in any order: the same
/// rows are there in the end, with other numbers. Where both have a row, the one that got further
/// (ready, finished, more steps, points or replicas) stays, of two that got as far the one whose run
/// began earlier; of properties, predictions and values of atoms, which are replaced when computed
/// again, the newer. Points of tracks and of ensembles go with theirs. Counts of searches follow from
/// all of them. No state, event or search is ever deleted. Checkpoints stay in their shard, whose command can go on there.
/// @throws Error in one line where two samples of one name are not the same one, and as
///         open_database; `target` is then as it was.
MergeReport merge(const std::filesystem::path& target, const std::filesystem::path& shard);

/// Names of the tables that merge knows; a test holds them against the schema.
std::vector<std::string> merged_tables();

/// Writes a compact copy without write-ahead log that opens from a read-only medium, and makes it
/// read-only; the original is not touched.
/// @throws Error if `copy` exists or cannot be written.
void seal(const std::filesystem::path& original, const std::filesystem::path& copy);

}  // namespace landscape::db
