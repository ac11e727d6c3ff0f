/// Voronoi cells of the atoms: indices, five-fold symmetry, coordination, volumes.
#pragma once

#include <Eigen/Dense>
#include <array>
#include <vector>

#include "md/core/configuration.hpp"

namespace landscape::md {

struct VoronoiOptions {
  /// Faces smaller than this share of their cell's surface are dropped, in [0, 1): where many cells
  /// meet in nearly one point, as in every crystal, noise decides about tiny faces. 0 keeps all, as
  /// the voro++ program does.
  double smallest_face = 0.01;
  /// Edges shorter than this [Å] do not count as edges of a face, >= 0. They come and go with the
  /// tiny faces, so crystals want 0.3 or so; in a glass 0.1 changes 2-3 % of f5 and makes indices
  /// that no simple polyhedron has (Σ (6 - k) n_k = 12 fails): not the default.
  double shortest_edge_a = 0.0;
  void validate() const;  ///< @throws InputError naming field, value and broken range.
};

/// One cell per atom, in their order.
struct VoronoiCells {
  std::vector<std::array<int, 4>> index;  ///< ⟨n3 n4 n5 n6⟩: faces with 3, 4, 5, 6 edges
  std::vector<int> larger;                ///< faces with 7 edges and more, in no index
  std::vector<int> coordination;          ///< faces kept
  Eigen::VectorXd five_fold;  ///< f5 = n5 / (n3 + n4 + n5 + n6); NaN where there are none of these
  Eigen::VectorXd volume;     ///< [Å³], of the whole cell; they sum to the box
  std::vector<std::vector<int>>
      neighbors;  ///< atoms (0-based) across the faces kept, one for each face
};

/// Standard (not radical) Voronoi tessellation of a periodic cell of any shape, by voro++.
///
/// @throws InputError unless all directions are periodic, or where two atoms are on one spot.
/// @par Source C. H. Rycroft, Chaos 19, 041111 (2009); f5: Y. C. Hu et al., Nature Comm. 6, 8310
/// (2015).
VoronoiCells voronoi_cells(const Configuration& configuration, const VoronoiOptions& options = {});

}  // namespace landscape::md
