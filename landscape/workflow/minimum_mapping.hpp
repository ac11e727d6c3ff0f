/// The searches from one minimum: running them, and entering what they find as saddles and events of the database.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "landscape/workflow/nearby_states.hpp"
#include "landscape/workflow/event_records.hpp"
#include "landscape/workflow/mapping.hpp"

namespace landscape {

/// What one search found, ready to be stored.
struct FoundBySearch {
  art::SearchResult search;
  std::size_t start = 0;          ///< index in Starts::atoms()
  Measured saddle, far_side;      ///< without positions unless found
  md::Matrix3Xd mode;             ///< 3 x N, without columns unless connected
  db::Id known_saddle_id = 0;     ///< where recognized
};

/// One mapping of one minimum: its fixed parts, and the state that grows with each search entered.
///
/// find() may run on several threads at once, everything else belongs to the thread that owns the database. What it refers to must
/// outlive it.
class MinimumMapping {
 public:
  static constexpr std::int64_t batch_size = 8;  ///< fixed: not the number of threads

  MinimumMapping(db::Database& database, const MapOptions& options, const Session& session, const db::SampleRecord& sample,
                 const db::MinimumRecord& minimum, std::shared_ptr<const md::Potential> potential, Starts starts);

  /// Reads what is stored, so that entering goes on after it. Events of one saddle are joined.
  void load(const db::MappingRecord& record);
  /// Takes note of what other processes have entered since. @return false where they went on with this mapping.
  bool catch_up();

  /// Searches [begin, end), one thread each. Those not begun when the session stops are missing.
  std::vector<std::optional<FoundBySearch>> find_batch(std::int64_t begin, std::int64_t end) const;
  /// Stores search k. To be called in the order of k, within a transaction.
  void enter(std::int64_t k, const FoundBySearch& found, db::Id run_id);

  const MapResult& totals() const { return state_.totals; }
  /// Searches of this mapping that ended in each of events().
  std::vector<std::int64_t> times_found() const;
  std::vector<db::Id> events() const;
  /// Those found by this mapping, connected or not.
  std::vector<db::Id> saddles() const;
  /// Adds what coverage and the founding study's rule need of each event.
  void describe(MapResult& result) const;

 private:
  struct Final {
    db::Id id, configuration_id;
    double energy;
  };
  struct Known {
    std::int64_t search_index;   ///< -1: of another mapping
    db::Id saddle_id, event_id;  ///< event 0: not connected
  };
  /// All that depends on the stored searches.
  struct State {
    State(const md::AtomicSurface& surface, const Eigen::VectorXd& start) : places(surface, start) {}
    NearbyStates places;         ///< of the saddles in `known`
    std::map<db::Id, db::Id> kept_of;  ///< events that were joined to others, which may have been joined since
    std::vector<Final> finals;   ///< minima of the sample at this strain, by id
    std::vector<Known> known;    ///< this minimum's saddles with rows of their own, those of this mapping by search index
    std::map<db::Id, std::int64_t> times;             ///< searches of this mapping that ended in each event
    std::map<db::Id, db::Id> connected_saddles;       ///< of this mapping, with their events
    MapResult totals;
    db::Id last_search = 0;
  };

  FoundBySearch find(std::int64_t k) const;
  Measured stored_form(md::AtomicSurface& surface, Eigen::VectorXd& x) const;
  Place place(db::Id run_id) const { return {sample_.id, run_id, minimum_.strain_xy, minimum_.plane, &reference_}; }
  Eigen::VectorXd coordinates(db::Id configuration_id);
  std::string uid(const char* what, std::int64_t k) const;
  /// A stored search of this minimum. @param own of this mapping.
  void read(db::SearchRecord search, bool own);
  /// Adds a search of this mapping to the totals.
  void count(const db::SearchRecord& search, bool connected);
  /// Saddles of events are one event where they lie at one place, and so on from one to the next. @return the events there, lowest first.
  std::vector<db::Id> events_at(const Eigen::VectorXd& x) const;
  /// The stored minimum at the same place, or a new one.
  db::MinimumRecord final_minimum(std::int64_t k, const FoundBySearch& found, db::Id run_id);
  /// A saddle that an earlier batch found. @return whether it is connected.
  bool enter_again(db::Id saddle_id, db::SearchRecord& search);
  void enter_saddle(std::int64_t k, const FoundBySearch& found, bool connected, db::SearchRecord& search, db::Id run_id);
  /// @return the event of the saddle, new or known.
  db::Id enter_event(std::int64_t k, const FoundBySearch& found, const db::SaddleRecord& saddle, db::Id run_id);
  /// Makes one event of all. @return the one kept.
  db::Id join(const std::vector<db::Id>& events);
  void join_events(db::Id kept, db::Id gone);

  db::Database& database_;
  const MapOptions& options_;
  const Session& session_;
  db::SampleRecord sample_;
  db::MinimumRecord minimum_;
  std::shared_ptr<const md::Potential> potential_;
  md::Configuration configuration_;
  Reference reference_;        ///< of what is stored
  md::AtomicSurface surface_;  ///< measures distances; searches have their own
  Eigen::VectorXd start_;
  Starts starts_;
  db::MappingRecord mapping_;
  std::string uid_text_;
  State state_;
};

}  // namespace landscape
