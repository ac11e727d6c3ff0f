/// States and events in files, as offers to a database.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "landscape/workflow/state_import.hpp"
#include "md/core/configuration.hpp"

namespace landscape {

/// What a file says of an event beside its atoms; see study_rows.hpp.
struct OfferedRows {
  db::Id number = 0;        ///< of the event, in the file
  std::string where = {};   ///< for messages
  std::string rows = {}, shear = {};
};

/// What a file offers for one sample at one strain.
struct OfferedStates {
  std::string sample = {};  ///< as the file says; may be empty
  double strain_xy = 0.0;
  int plane = 0;  ///< 0 xy, 1 xz, 2 yz
  StateOffer offer = {};
  std::vector<OfferedRows> rows = {};  ///< of each event of the offer; empty for Wales's files
  /// Cell and species of its states; without atoms where the file has none (Wales's files).
  md::Configuration like = {};
};

/// Extended XYZ as `landscape export` writes it: frames with the keys role (initial, saddle, final of one event, in this order, or
/// minimum), sample and strain_xy, strain_xz or strain_yz, the energy, and of events the origin and study rows (files of older versions have
/// neither). Frames with the role track are passed over. One offer for
/// each strain; the same minimum of several events is offered once.
/// @throws md::InputError naming the frame where a role is missing, or the parts of an event are not all there; as md::read_frames.
std::vector<OfferedStates> read_offered_frames(const std::filesystem::path& file);

/// A folder of Wales's files with points.min and points.ts. @throws md::InputError without points; as read_wales.
OfferedStates read_offered_wales(const std::filesystem::path& folder);

/// @throws md::InputError where the species, or the cell by more than 1e-6 Å, are not those of the sample there.
void expect_fits(const OfferedStates& offered, const md::Configuration& sample, const std::string& file);

}  // namespace landscape
