/// Products of the Hessian with vectors, from the pairs.
#include <algorithm>

#include "md/core/aligned.hpp"
#include "md/vibration/hessian.hpp"

// The same source for processors with wider registers; without fused multiply-adds all give the
// same bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define LANDSCAPE_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define LANDSCAPE_CLONES
#endif

namespace landscape::md {
namespace {

constexpr int wide = 8;  ///< vectors taken at once
/// One number of each of them.
using Lanes = double __attribute__((vector_size(wide * sizeof(double)), may_alias));

/// u · (moves of j - moves of i); moves are [atom][xyz].
[[gnu::always_inline]] inline void stretch(const Lanes* vi,
                                           const Lanes* vj,
                                           const double* u,
                                           Lanes& out) {
  out = u[0] * (vj[0] - vi[0]) + u[1] * (vj[1] - vi[1]) + u[2] * (vj[2] - vi[2]);
}

/// change[i] = F''_i times the change of the density at atom i.
LANDSCAPE_CLONES void density_pass(const Lanes* moves,
                                   const std::size_t* first,
                                   const detail::HessianNeighbor* neighbors,
                                   const double* curvature,
                                   Lanes* change,
                                   std::size_t begin,
                                   std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    Lanes sum = {}, s;
    for (const auto *n = neighbors + first[i], *last = neighbors + first[i + 1]; n != last; ++n) {
      stretch(moves + 3 * i, moves + 3 * n->atom, n->direction.data(), s);
      sum += n->density_here * s;
    }
    change[i] = curvature[i] * sum;
  }
}

/// Rows of the Hessian times the moves; `change` is null for pair potentials.
LANDSCAPE_CLONES void row_pass(const Lanes* moves,
                               const Lanes* change,
                               const std::size_t* first,
                               const detail::HessianNeighbor* neighbors,
                               Lanes* rows,
                               std::size_t begin,
                               std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    Lanes x = {}, y = {}, z = {}, s;
    const Lanes* vi = moves + 3 * i;
    for (const auto *n = neighbors + first[i], *last = neighbors + first[i + 1]; n != last; ++n) {
      const Lanes* vj = moves + 3 * n->atom;
      const double* u = n->direction.data();
      stretch(vi, vj, u, s);
      s *= n->along;
      if (change) s += n->density_here * change[i] + n->density_there * change[n->atom];
      x -= u[0] * s + n->across * (vj[0] - vi[0]);
      y -= u[1] * s + n->across * (vj[1] - vi[1]);
      z -= u[2] * s + n->across * (vj[2] - vi[2]);
    }
    rows[3 * i] = x;
    rows[3 * i + 1] = y;
    rows[3 * i + 2] = z;
  }
}

}  // namespace

/// `wide` columns from `column` on, those beyond the last taken as zero.
void Hessian::multiply_columns(const VectorBlock& v,
                               VectorBlock& out,
                               Eigen::Index column,
                               Weighting weighting,
                               int threads) const {
  const std::size_t n = place_.size();
  const auto used = static_cast<int>(std::min<Eigen::Index>(wide, v.cols() - column));
  const bool mass = weighting == Weighting::Mass;
  const double* embedding =
      expansion_.embedding_curvature.empty() ? nullptr : expansion_.embedding_curvature.data();
  AlignedVector<double> moves(3 * wide * n, 0.0), change(embedding ? wide * n : 0),
      rows(3 * wide * n);
  const auto lanes = [](AlignedVector<double>& numbers) {
    return reinterpret_cast<Lanes*>(numbers.data());
  };
  const auto each_free_coordinate = [&](auto&& act) {
    for (std::size_t k = 0; k < free_.size(); ++k)
      for (int d = 0; d < 3; ++d) {
        const Eigen::Index q = 3 * static_cast<Eigen::Index>(k) + d;
        act(q, 3 * static_cast<std::size_t>(free_[k]) + static_cast<std::size_t>(d),
            mass ? inverse_root_masses_[q] : 1.0);
      }
  };
  each_free_coordinate([&](Eigen::Index q, std::size_t at, double weight) {
    for (int w = 0; w < used; ++w)
      moves[at * wide + static_cast<std::size_t>(w)] = weight * v(q, column + w);
  });
  constexpr std::int64_t stretch_of_atoms = 64;
  const auto pieces = (static_cast<std::int64_t>(n) + stretch_of_atoms - 1) / stretch_of_atoms;
  const auto each_piece = [&](auto&& act) {
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(dynamic, 4)
    for (std::int64_t p = 0; p < pieces; ++p)
      act(static_cast<std::size_t>(p * stretch_of_atoms),
          std::min(n, static_cast<std::size_t>((p + 1) * stretch_of_atoms)));
  };
  if (embedding)
    each_piece([&](std::size_t begin, std::size_t end) {
      density_pass(lanes(moves), first_.data(), neighbors_.data(), embedding, lanes(change), begin,
                   end);
    });
  each_piece([&](std::size_t begin, std::size_t end) {
    row_pass(lanes(moves), embedding ? lanes(change) : nullptr, first_.data(), neighbors_.data(),
             lanes(rows), begin, end);
  });
  each_free_coordinate([&](Eigen::Index q, std::size_t at, double weight) {
    for (int w = 0; w < used; ++w)
      out(q, column + w) = weight * rows[at * wide + static_cast<std::size_t>(w)];
  });
}

void Hessian::multiply(const VectorBlock& v,
                       VectorBlock& out,
                       Weighting weighting,
                       int threads) const {
  out.resize(v.rows(), v.cols());
  for (Eigen::Index column = 0; column < v.cols(); column += wide)
    multiply_columns(v, out, column, weighting, threads);
}

}  // namespace landscape::md
