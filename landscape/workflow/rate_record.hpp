/// Energies of samples against their quench rates.
#pragma once

#include <vector>

#include "db/database.hpp"
#include "landscape/workflow/preparation.hpp"
#include "landscape/workflow/rate_line.hpp"
#include "landscape/workflow/run.hpp"

namespace landscape {

/// Samples of one potential, composition, size and preparation, with their line.
struct RateGroup {
  db::RateFitRecord fit;
  RateLine line;
  Preparation preparation;
  std::vector<db::SampleRecord> quenched;  ///< by rate, highest first
  struct Read {
    db::SampleRecord sample;
    EffectiveRate rate;
  };
  std::vector<Read> others;                ///< samples not quenched at a rate, with what is read off the line
  std::vector<db::SampleRecord> left_out;  ///< of the same potential, composition and size, but prepared otherwise
};

/// Fits the line of every group that has samples quenched at two rates or more, stores the fits and sets the effective rate of
/// every ready sample of the group. Samples left out that belong to no line lose theirs.
std::vector<RateGroup> rate_record(db::Database& database, const Session& session);

}  // namespace landscape
