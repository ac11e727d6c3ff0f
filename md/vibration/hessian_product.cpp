/// Products of the Hessian with vectors, from the pairs.
#include <algorithm>

#include "md/vibration/hessian.hpp"

// The same source for processors with wider registers; without fused multiply-adds all give the same bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define LANDSCAPE_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define LANDSCAPE_CLONES
#endif

namespace landscape::md {
namespace {

constexpr int wide = 8;  ///< vectors taken at once

/// Moves of all atoms, `wide` vectors side by side: [atom][xyz][vector].
using Moves = std::vector<double>;

/// direction · (moves of j - moves of i), for each vector.
[[gnu::always_inline]] inline void stretch(const double* vi, const double* vj, const double* u, double* out) {
  for (int w = 0; w < wide; ++w)
    out[w] = u[0] * (vj[w] - vi[w]) + u[1] * (vj[wide + w] - vi[wide + w]) + u[2] * (vj[2 * wide + w] - vi[2 * wide + w]);
}

/// F''_i times the change of the density at atom i.
[[gnu::always_inline]] inline void density_of_atom(const double* moves, std::size_t i, const detail::HessianNeighbor* begin, const detail::HessianNeighbor* end,
                                                   double embedding_curvature, double* change) {
  double sum[wide] = {}, s[wide];
  for (const detail::HessianNeighbor* n = begin; n != end; ++n) {
    stretch(moves + 3 * wide * i, moves + 3 * wide * n->atom, n->direction.data(), s);
    for (int w = 0; w < wide; ++w) sum[w] += n->density_here * s[w];
  }
  for (int w = 0; w < wide; ++w) change[wide * i + static_cast<std::size_t>(w)] = embedding_curvature * sum[w];
}

/// Row i of the Hessian times the moves; `change` is null for pair potentials.
[[gnu::always_inline]] inline void row_of_atom(const double* moves, const double* change, std::size_t i, const detail::HessianNeighbor* begin,
                                               const detail::HessianNeighbor* end, double* out) {
  const double* vi = moves + 3 * wide * i;
  double sum[3 * wide] = {}, s[wide];
  for (const detail::HessianNeighbor* n = begin; n != end; ++n) {
    const double *vj = moves + 3 * wide * n->atom, *u = n->direction.data();
    stretch(vi, vj, u, s);
    for (int w = 0; w < wide; ++w) s[w] *= n->along;
    if (change) {
      const double *ci = change + wide * i, *cj = change + wide * n->atom;
      for (int w = 0; w < wide; ++w) s[w] += n->density_here * ci[w] + n->density_there * cj[w];
    }
    for (int d = 0; d < 3; ++d)
      for (int w = 0; w < wide; ++w)
        sum[d * wide + w] -= u[d] * s[w] + n->across * (vj[d * wide + w] - vi[d * wide + w]);
  }
  std::copy_n(sum, 3 * wide, out);
}

LANDSCAPE_CLONES void density_pass(const double* moves, const std::size_t* first, const detail::HessianNeighbor* neighbors, const double* curvature,
                                   double* change, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i)
    density_of_atom(moves, i, neighbors + first[i], neighbors + first[i + 1], curvature[i], change);
}

LANDSCAPE_CLONES void row_pass(const double* moves, const double* change, const std::size_t* first, const detail::HessianNeighbor* neighbors,
                               double* rows, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i)
    row_of_atom(moves, change, i, neighbors + first[i], neighbors + first[i + 1], rows + 3 * wide * i);
}

}  // namespace

/// `wide` columns from `column` on, those beyond the last taken as zero.
void Hessian::multiply_columns(const VectorBlock& v, VectorBlock& out, Eigen::Index column, Weighting weighting, int threads) const {
  const std::size_t n = place_.size();
  const auto used = static_cast<int>(std::min<Eigen::Index>(wide, v.cols() - column));
  const bool mass = weighting == Weighting::Mass;
  const double* embedding = expansion_.embedding_curvature.empty() ? nullptr : expansion_.embedding_curvature.data();
  Moves moves(3 * wide * n, 0.0), change(embedding ? wide * n : 0), rows(3 * wide * n);
  const auto each_free_coordinate = [&](auto&& act) {
    for (std::size_t k = 0; k < free_.size(); ++k)
      for (int d = 0; d < 3; ++d) {
        const Eigen::Index q = 3 * static_cast<Eigen::Index>(k) + d;
        act(q, (3 * static_cast<std::size_t>(free_[k]) + static_cast<std::size_t>(d)) * wide, mass ? inverse_root_masses_[q] : 1.0);
      }
  };
  each_free_coordinate([&](Eigen::Index q, std::size_t at, double weight) {
    for (int w = 0; w < used; ++w) moves[at + static_cast<std::size_t>(w)] = weight * v(q, column + w);
  });
  constexpr std::int64_t stretch_of_atoms = 64;
  const auto pieces = (static_cast<std::int64_t>(n) + stretch_of_atoms - 1) / stretch_of_atoms;
  const auto each_piece = [&](auto&& act) {
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(dynamic, 4)
    for (std::int64_t p = 0; p < pieces; ++p)
      act(static_cast<std::size_t>(p * stretch_of_atoms), std::min(n, static_cast<std::size_t>((p + 1) * stretch_of_atoms)));
  };
  if (embedding)
    each_piece([&](std::size_t begin, std::size_t end) {
      density_pass(moves.data(), first_.data(), neighbors_.data(), embedding, change.data(), begin, end);
    });
  each_piece([&](std::size_t begin, std::size_t end) {
    row_pass(moves.data(), embedding ? change.data() : nullptr, first_.data(), neighbors_.data(), rows.data(), begin, end);
  });
  each_free_coordinate([&](Eigen::Index q, std::size_t at, double weight) {
    for (int w = 0; w < used; ++w) out(q, column + w) = weight * rows[at + static_cast<std::size_t>(w)];
  });
}

void Hessian::multiply(const VectorBlock& v, VectorBlock& out, Weighting weighting, int threads) const {
  out.resize(v.rows(), v.cols());
  for (Eigen::Index column = 0; column < v.cols(); column += wide) multiply_columns(v, out, column, weighting, threads);
}

}  // namespace landscape::md
