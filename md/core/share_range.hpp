/// Loops over atoms whose items do not depend on each other, shared among threads.
#pragma once

#include "md/core/parallel.hpp"

namespace landscape::md {

/// Calls f(begin, end) on stretches that together are [0, n), one for each thread where there are enough items. Must not throw.
template <class Function>
void share_range(Eigen::Index n, int threads, Function&& f) {
  constexpr Eigen::Index least = 1000;  // items of a thread: with fewer, to begin a parallel region takes longer than they do
  const int parts = n >= least * threads ? threads : 1;
#pragma omp parallel for num_threads(parts) if (parts > 1) schedule(static)
  for (int part = 0; part < parts; ++part) f(chunk_begin(n, parts, part), chunk_begin(n, parts, part + 1));
}

}  // namespace landscape::md
