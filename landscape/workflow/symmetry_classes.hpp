/// Classes of structures that are the same up to symmetry, and what a mapping comes to when counted so.
#pragma once

#include <cstdint>
#include <set>
#include <tuple>
#include <vector>

#include "db/database.hpp"
#include "md/structure/symmetry.hpp"

namespace landscape {

/// Numbers classes 0, 1, ... in the order of their first members. Belongs to one thread.
class SymmetryClasses {
 public:
  /// @param comparison must outlive this.
  explicit SymmetryClasses(const md::SymmetryComparison& comparison) : comparison_(&comparison) {}
  /// Class of a structure, a new one where it is like none before: energies that differ by more than 1e-4 eV are different.
  std::size_t place(double energy_ev, const md::Matrix3Xd& positions);
  std::size_t size() const { return first_.size(); }

 private:
  struct Member {
    double energy;
    md::Matrix3Xd positions;
  };
  const md::SymmetryComparison* comparison_;
  std::vector<Member> first_;
};

struct SymmetryCount {
  std::int64_t minima = 0;
  std::int64_t saddles = 0;  ///< disconnected ones too: a saddle of the landscape is one, wherever it was reached from
  std::int64_t events = 0;  ///< classes of (initial minimum, saddle, final minimum)
};

/// Minima, saddles and events at one strain of a sample, up to symmetry. Belongs to one thread.
class SymmetryTally {
 public:
  /// @throws md::InputError as SymmetryComparison.
  SymmetryTally(db::Database& database, const md::Configuration& reference, double tolerance)
      : database_(database), comparison_(reference, tolerance), minima_(comparison_), saddles_(comparison_) {}
  SymmetryTally(const SymmetryTally&) = delete;
  SymmetryTally& operator=(const SymmetryTally&) = delete;
  /// @return its class.
  std::size_t add_minimum(const db::MinimumRecord& minimum);
  std::size_t add_saddle(const db::SaddleRecord& saddle);
  void add_event(const db::EventRecord& event);
  SymmetryCount count() const;

 private:
  db::Database& database_;
  md::SymmetryComparison comparison_;
  SymmetryClasses minima_, saddles_;
  std::set<std::tuple<std::size_t, std::size_t, std::size_t>> events_;
};

}  // namespace landscape
