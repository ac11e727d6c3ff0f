/// Fixed chunks: how work over atoms is divided depends on the number of atoms alone, so sums do not depend on threads.
#pragma once

#include <Eigen/Dense>
#include <algorithm>

namespace landscape::md {

/// Chunks for n atoms: about one per 250 atoms, 1 to 16; an even number, so that two threads have as much to do.
inline int chunk_count(Eigen::Index n) {
  const auto chunks = static_cast<int>(std::clamp<Eigen::Index>(n / 250, 1, 16));
  return chunks == 1 ? 1 : (chunks + 1) / 2 * 2;
}

/// Atoms from which on buffers are kept small before they are fast.
inline constexpr Eigen::Index large_configuration = 50000;

/// First item of chunk c of `chunks` over n items; chunk c is [chunk_begin(c), chunk_begin(c + 1)).
inline Eigen::Index chunk_begin(Eigen::Index n, int chunks, int c) { return n * c / chunks; }

/// The chunk that an item lies in.
inline int chunk_of(Eigen::Index n, int chunks, Eigen::Index item) { return static_cast<int>(((item + 1) * chunks - 1) / n); }

}  // namespace landscape::md
