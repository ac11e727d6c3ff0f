/// Minima joined by saddles: components, lowest paths, metabasins.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace landscape {

struct GraphMinimum {
  std::int64_t id = 0;     ///< of the row, or what a file says; unique in its graph
  double energy_ev = 0.0;  ///< [eV]
  std::string group = {};  ///< what it is coloured by; empty: nothing
};

struct GraphSaddle {
  std::int64_t id = 0;
  std::size_t a = 0, b = 0;  ///< places of the minima on both sides
  double energy_ev = 0.0;    ///< [eV], not below either minimum
  /// ν of the way from a to b and back [THz]; NaN where not known.
  double prefactor_thz = std::numeric_limits<double>::quiet_NaN();
  double reverse_prefactor_thz = std::numeric_limits<double>::quiet_NaN();
  std::string group = {};
};

/// The way from one minimum to another whose highest saddle is as low as possible.
struct MinimaxPath {
  std::vector<std::size_t> minima = {};   ///< places, both ends included
  std::vector<std::size_t> saddles = {};  ///< places, one less
  double highest_ev = 0.0;  ///< energy of the highest saddle; of the minimum for a = b
};

/// An undirected graph of minima (vertices) and saddles (edges); several saddles may join the same
/// two minima, and a saddle may join a minimum with itself. Immutable; any thread may ask.
class LandscapeGraph {
 public:
  LandscapeGraph() = default;
  /// @throws md::InputError for an id that repeats, a place that does not exist, an energy that is
  /// not finite, or a saddle more than 1e-6 eV below one of its minima.
  LandscapeGraph(std::vector<GraphMinimum> minima, std::vector<GraphSaddle> saddles);

  const std::vector<GraphMinimum>& minima() const { return minima_; }
  const std::vector<GraphSaddle>& saddles() const { return saddles_; }
  /// @throws md::InputError if there is none.
  std::size_t place_of(std::int64_t minimum_id) const;

  /// Number of the component of each minimum, 0, 1, ... in the order of their first minima.
  std::vector<std::size_t> components() const;
  std::size_t component_count() const;

  /// Places of the saddles of a minimum spanning forest by saddle energy, ascending: all that
  /// decides at which energy two minima become one basin. Ties go to the earlier saddle.
  const std::vector<std::size_t>& spanning_saddles() const { return spanning_; }

  /// @return nothing where no path joins them.
  std::optional<MinimaxPath> minimax_path(std::size_t from, std::size_t to) const;

  /// Metabasin of each minimum, named by the place of its lowest minimum: basins are joined, lowest
  /// saddle first, where the shallower of the two is less than `barrier_ev` deep, measured from its
  /// lowest minimum to the saddle (its persistence). So every metabasin is a set of minima that is
  /// left over at least that barrier from its bottom, and the answer does not depend on order.
  /// @param barrier_ev [eV], >= 0.
  std::vector<std::size_t> metabasins(double barrier_ev) const;

 private:
  std::vector<GraphMinimum> minima_;
  std::vector<GraphSaddle> saddles_;
  std::vector<std::size_t> spanning_;
};

/// Barrier that is crossed about once in `time_s` at a temperature: k_B T ln(ν t) [eV].
double barrier_within(double temperature_k, double time_s, double prefactor_thz);

}  // namespace landscape
