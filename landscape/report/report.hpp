/// A study as one page that opens anywhere, offline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace landscape {

struct ReportOptions {
  std::string title = "Energy landscape";
  std::int64_t most_rows = 1000;        ///< of the table of events, lowest barriers first; >= 0
  std::size_t atoms_bytes = 1'800'000;  ///< budget for the atoms that can be looked at
  int atoms_around = 220;               ///< nearest atoms that are shown of an event; > 0
  std::function<bool()> stop = {};      ///< asked between sections
};

/// One HTML document: samples and annealing, barrier spectra, tracks with folds and fits, class
/// against annealing, stress-strain curves, predicted against found critical strains,
/// disconnectivity graphs, a table of events with filter and sort, the atoms of the chosen event,
/// provenance.
///
/// Pictures, tables and key figures are there without JavaScript; nothing is loaded from elsewhere,
/// and the page's own policy forbids it. Sections without data say so.
/// @throws db::Error as run_query; db::Interrupted when told to stop.
std::string report_page(const std::filesystem::path& database, const ReportOptions& options);

}  // namespace landscape
