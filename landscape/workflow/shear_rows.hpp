/// Rows of a shear: how its steps are stored, and what they say together.
#pragma once

#include <string>
#include <vector>

#include "db/database.hpp"
#include "landscape/workflow/shear_walk.hpp"

namespace landscape {

/// Stores a step, its event and the atoms that are kept. Not a transaction of its own.
/// @param event_index of the next event; counted on where there is one. @param keep_event_atoms whether its states are stored.
void store_walked_step(db::Database& database, const db::ShearRecord& shear, db::Id run_id, std::int64_t step_index,
                       std::int64_t& event_index, const WalkedStep& step, bool keep_event_atoms = true);

/// Index of the step after each plastic event; that of no step where it is not found.
std::vector<std::size_t> steps_after(const std::vector<db::ShearStepRecord>& steps, const std::vector<db::PlasticEventRecord>& events);
/// Fills what rows of older programs do not have: cycles, steps after events, losses of cycles.
void number_older_rows(std::vector<db::ShearStepRecord>& steps, std::vector<db::PlasticEventRecord>& events, std::vector<db::UnloadingRecord>& unloadings);
/// Where in its shear something happened.
struct ShearPlace {
  std::string branch = "load";  ///< load, unload or reload
  std::int64_t cycle = 1;       ///< the first loading and unloading are the first
};
/// That of each plastic event.
std::vector<ShearPlace> places_of(const std::vector<db::ShearStepRecord>& steps, const std::vector<db::PlasticEventRecord>& events);

/// A drop of the stress by the study's rule: from where the slope of the curve turns negative to where it turns positive.
struct SlopeDrop {
  double from_strain, to_strain;
  double stress_drop_gpa;
};
/// Drops of the first loading, in its order.
std::vector<SlopeDrop> slope_drops(const std::vector<db::ShearStepRecord>& steps, int plane);

/// Sets what the rows tell: modulus, yield, drops by both rules, energy released, overlap, cost. All but the cost are of the
/// first loading.
/// @param events all events of the shear.
void summarize(db::ShearRecord& shear, const std::vector<db::ShearStepRecord>& steps, const std::vector<db::PlasticEventRecord>& events);

/// States at the strain where a shear began, one for each taking off of the load.
using Returns = std::vector<ReturnedState>;

/// What each taking off of the load left behind, from the rows. Without ids.
std::vector<db::UnloadingRecord> unloadings_of(db::Database& database, const db::SampleRecord& sample, const db::ShearRecord& shear,
                                               const std::vector<db::ShearStepRecord>& steps, const RearrangementMeter& meter,
                                               const Returns& returns);

/// Summary, rearranged fraction at the end of loading and unloadings of a shear whose steps are stored; its state is left as it is.
/// @param returns where they are known already; else they are found, with `threads`.
/// @return force calls of the returns; they count for the shear.
double finish_shear_rows(db::Database& database, const db::SampleRecord& sample, db::ShearRecord& shear, db::Id run_id,
                         const RearrangementMeter& meter, int threads, Returns returns = {});

}  // namespace landscape
