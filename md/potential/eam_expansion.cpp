/// Products of the Hessian of an embedded-atom energy with vectors.
#include <bit>

#include "md/core/error.hpp"
#include "md/potential/eam.hpp"

namespace landscape::md {

/// Second derivatives at one configuration, of the atoms in the order of ranks, and what products are made in.
struct EamExpansion {
  AlignedVector<double> slots;  ///< 4 per slot, see simd::EamChunk
  std::vector<std::uint32_t> rank_of_slot, atom_of_rank;
  std::vector<std::int32_t> rank_types;
  std::vector<double> embedding_slope;
  AlignedVector<float> curvature, pairs, moves, change, rows;
  AlignedVector<std::uint32_t> partners;
  std::vector<std::size_t> begin;
};

void EamPotential::expand(const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types, const NeighborList& list,
                          ForceScratch& scratch) const {
  LANDSCAPE_CHECK(scratch.density.size() == positions.cols());
  if (!scratch.eam_expansion) scratch.eam_expansion = std::make_shared<EamExpansion>();
  EamExpansion& work = *scratch.eam_expansion;
  const Slots& slots = list.slots();
  const std::size_t n = slots.home.size();
  renew(work.slots, 4 * (slots.size() + 1));
  std::fill_n(work.slots.data() + 4 * slots.size(), 4, NeighborList::far_away);
  renew(work.pairs, simd::expansion_numbers * list.row_begin().back());
  renew(work.partners, list.row_begin().back());
  for (auto* numbers : {&work.curvature, &work.change}) renew(*numbers, n);
  for (auto* numbers : {&work.moves, &work.rows}) renew(*numbers, 4 * n);
  work.rank_of_slot.resize(slots.size());
  work.atom_of_rank.resize(n);
  work.rank_types.resize(n);
  work.embedding_slope.resize(n);
  work.begin.assign(n + 1, 0);
  const auto kinds = static_cast<std::int64_t>(elements_.size()), table = static_cast<std::int64_t>(pieces_ * simd::knot_doubles);
  std::vector<std::int64_t> first_rows;
  for (std::int64_t t = 0; t < kinds; ++t) first_rows.push_back(t * kinds * table);
  for (std::size_t rank = 0; rank < n; ++rank) {
    const std::uint32_t atom = slots.atom[slots.home[rank]];
    work.atom_of_rank[rank] = atom;
    work.rank_types[rank] = types[atom];
    const auto [slope, curvature] = embedding_derivatives(types[atom], scratch.density[atom]);
    work.embedding_slope[rank] = slope;
    work.curvature[rank] = static_cast<float>(curvature);
    for (std::size_t k = slots.slots_begin[rank]; k < slots.slots_begin[rank + 1]; ++k) {
      const std::uint32_t slot = slots.slots_of_rank[k];
      work.rank_of_slot[slot] = static_cast<std::uint32_t>(rank);
      double* out = work.slots.data() + 4 * static_cast<std::size_t>(slot);
      const Eigen::Vector3d place = list.place(positions, slot);
      std::copy_n(place.data(), 3, out);
      out[3] = std::bit_cast<double>(types[atom] * table);
    }
  }
  simd::EamExpansionRows rows{work.rank_of_slot.data(), work.embedding_slope.data(), work.pairs.data(), work.partners.data(), work.begin.data()};
  for (const NeighborList::Chunk& ranks : list.chunks()) {
    simd::EamChunk chunk;
    chunk.slots = work.slots.data();
    chunk.home = slots.home.data();
    chunk.rows = ranks.rows.data();
    chunk.row_begin = list.row_begin().data();
    chunk.rank_begin = ranks.rank_begin;
    chunk.rank_end = ranks.rank_end;
    chunk.knots = knots_.data();
    chunk.type_rows = first_rows.data();
    chunk.rank_types = work.rank_types.data();
    chunk.cutoff2 = cutoff_ * cutoff_;
    chunk.inverse_dr = 1.0 / dr_;
    chunk.last_piece = static_cast<std::int32_t>(pieces_) - 2;
    simd::kernels().eam_expand(chunk, rows);
  }
}

void EamPotential::hessian_times(const Eigen::Ref<const Matrix3Xd>& moves, Eigen::Ref<Matrix3Xd> product, ForceScratch& scratch) const {
  LANDSCAPE_CHECK(scratch.eam_expansion);
  EamExpansion& work = *scratch.eam_expansion;
  const std::size_t n = work.atom_of_rank.size();
  LANDSCAPE_CHECK(static_cast<std::size_t>(moves.cols()) == n && static_cast<std::size_t>(product.cols()) == n);
  for (std::size_t rank = 0; rank < n; ++rank) {
    const auto atom = static_cast<Eigen::Index>(work.atom_of_rank[rank]);
    for (Eigen::Index d = 0; d < 3; ++d) work.moves[4 * rank + static_cast<std::size_t>(d)] = static_cast<float>(moves(d, atom));
    work.moves[4 * rank + 3] = 0.0F;
  }
  std::fill(work.rows.begin(), work.rows.end(), 0.0F);
  simd::EamProduct all{work.pairs.data(), work.partners.data(), work.begin.data(), n,
                       work.curvature.data(), work.moves.data(), work.change.data(), work.rows.data()};
  simd::kernels().eam_product(all);
  for (std::size_t rank = 0; rank < n; ++rank)
    for (std::size_t d = 0; d < 3; ++d)
      product(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(work.atom_of_rank[rank])) = static_cast<double>(work.rows[4 * rank + d]);
}

}  // namespace landscape::md
