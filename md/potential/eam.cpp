#include "md/potential/eam.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "md/core/error.hpp"
#include "md/core/parallel.hpp"
#include "md/core/team.hpp"
#include "md/potential/detail.hpp"
#include "md/simd/kernels.hpp"

namespace landscape::md {

/// Ranks whose pairs are worked on together where those of all are not kept.
constexpr std::size_t slice_ranks = 128;

/// Buffers of one caller. Slots and ranks are those of the neighbor list.
struct EamScratch {
  AlignedVector<double> slots;          ///< 4 per slot, see simd::EamChunk, as the pass over densities reads them
  AlignedVector<double> force_slots;    ///< as the force pass does; empty where pairs are kept, `slots` then turns into them
  std::vector<simd::EamChunk> chunks;
  std::vector<std::size_t> offset;      ///< per chunk: its first slot in `parts`
  AlignedVector<double> parts;          ///< per chunk and slot: density (1 double), and after those are summed force (4)
  AlignedVector<double> total;          ///< per slot: density (1) or force (4), summed over chunks
  bool keeps_pairs = true;              ///< from the pass over densities to the force pass
  std::size_t slice_pairs = 0;          ///< where they are not: most entries of a slice of ranks
  AlignedVector<double> pair_slopes;    ///< of all pairs, or of a slice per thread
  AlignedVector<std::uint32_t> pair_slots;
  std::vector<std::size_t> pair_begin;
  std::vector<std::uint32_t> pair_blocks;
  std::vector<std::int32_t> rank_types;
  std::vector<std::int64_t> first_rows, second_rows;
  const double* background = nullptr;   ///< per atom, or none
  double* atom_density = nullptr;       ///< per atom: where the caller wants them
  double* atom_embedding = nullptr;
  std::vector<double> embedding_energy; ///< per chunk
  Claims density_claims, force_claims;  ///< chunks, in each pass
  std::vector<int> density_thread;      ///< per chunk: the thread whose cache its pairs are in
  TeamBarrier barrier;
};

void EamTables::validate() const {
  const std::size_t n = elements.size();
  if (n == 0 || masses.size() != n || embedding.size() != n || density.size() != n || r_phi.size() != n)
    throw InputError("EAM tables: numbers of elements and tables differ");
  if (!(dr > 0.0) || !(drho > 0.0) || !(cutoff > 0.0))
    throw InputError(message("EAM tables: dr ", dr, ", drho ", drho, ", cutoff ", cutoff, ", expected positive numbers"));
  const auto finite = [](const std::vector<double>& table, const char* name) {
    if (table.size() < 5) throw InputError(message("EAM tables: ", name, " has ", table.size(), " points, expected at least 5"));
    for (std::size_t k = 0; k < table.size(); ++k)
      if (!std::isfinite(table[k])) throw InputError(message("EAM tables: ", name, " is not finite at point ", k + 1));
  };
  for (std::size_t a = 0; a < n; ++a) {
    if (!(masses[a] > 0.0)) throw InputError(message("EAM tables: mass of ", elements[a], " is ", masses[a], ", expected a positive number"));
    finite(embedding[a], "embedding");
    if (density[a].size() != n || r_phi[a].size() < a + 1) throw InputError("EAM tables: a pair table is missing");
    for (std::size_t b = 0; b < n; ++b) finite(density[a][b], "density");
    for (std::size_t b = 0; b <= a; ++b) {
      finite(r_phi[a][b], "pair term");
      if (r_phi[a][b].size() != density[a][b].size()) throw InputError("EAM tables: pair term and density differ in length");
    }
  }
}

EamPotential::EamPotential(std::string spec, std::string checksum, const EamTables& tables, double minimum_separation,
                           TableEnd end)
    : spec_(std::move(spec)), checksum_(std::move(checksum)), elements_(tables.elements), masses_(tables.masses),
      cutoff_(tables.cutoff), dr_(tables.dr), drho_(tables.drho), minimum_separation_(minimum_separation) {
  tables.validate();
  density_max_ = drho_ * static_cast<double>(tables.embedding[0].size() - 1);
  for (const auto& f : tables.embedding) embedding_.push_back(five_point_spline(f));
  tabulate(tables, end);
}

void EamPotential::tabulate(const EamTables& tables, TableEnd end) {
  const std::size_t n = elements_.size();
  pieces_ = tables.r_phi[0][0].size();
  knots_.resize(n * n * pieces_ * simd::knot_doubles);
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b) {
      const auto& r_phi = tables.r_phi[std::max(a, b)][std::min(a, b)];
      if (r_phi.size() != pieces_) throw InputError("EAM tables: pair tables differ in length");
      const auto at_first = five_point_spline(tables.density[b][a]);
      const auto at_second = five_point_spline(tables.density[a][b]);
      const auto pair = five_point_spline(r_phi);
      double* knot = knots_.data() + (a * n + b) * pieces_ * simd::knot_doubles;
      for (std::size_t m = 0; m < pieces_; ++m)
        for (const CubicPiece* piece : {&at_first[m], &at_second[m], &pair[m]}) {
          *knot++ = piece->c0;
          const bool flat = end == TableEnd::Flat && m + 1 == pieces_ && piece->c0 == 0.0;
          *knot++ = flat ? 0.0 : piece->c1;
        }
    }
}

std::vector<int> EamPotential::types_of(std::span<const std::string> species) const {
  return detail::types_by_element(spec_, elements_, species);
}

/// dF/dρ of the atoms of a chunk from their densities, as the fourth number of their slots. @return their embedding energy.
double EamPotential::embed_chunk(const NeighborList& list, const NeighborList::Chunk& chunk, std::span<const int> types,
                                 EamScratch& scratch) const {
  const Slots& slots = list.slots();
  double energy = 0.0;
  for (std::size_t rank = chunk.rank_begin; rank < chunk.rank_end; ++rank) {
    double density = 0.0;
    for (std::size_t k = slots.slots_begin[rank]; k < slots.slots_begin[rank + 1]; ++k)
      density += scratch.total[slots.slots_of_rank[k]];
    const std::uint32_t atom = slots.atom[slots.home[rank]];
    if (scratch.background != nullptr) density += scratch.background[atom];
    scratch.atom_density[atom] = density;
    const auto& pieces = embedding_[static_cast<std::size_t>(types[atom])];
    const double u = density / drho_;
    const auto m = static_cast<std::size_t>(std::clamp(u, 0.0, static_cast<double>(pieces.size() - 2)));
    const double p = std::min(u - static_cast<double>(m), 1.0);
    const double slope = pieces[m].slope(p) / drho_;
    double value = pieces[m].value(p);
    if (density > density_max_) value += slope * (density - density_max_);  // linear beyond the table
    energy += value;
    scratch.atom_embedding[atom] = value;
    for (std::size_t k = slots.slots_begin[rank]; k < slots.slots_begin[rank + 1]; ++k) {
      const std::size_t at = 4 * static_cast<std::size_t>(slots.slots_of_rank[k]);
      if (!scratch.keeps_pairs) std::copy_n(scratch.slots.data() + at, 3, scratch.force_slots.data() + at);
      (scratch.keeps_pairs ? scratch.slots : scratch.force_slots)[at + 3] = slope;
    }
  }
  return energy;
}

void EamPotential::refuse_closest(const Eigen::Ref<const Matrix3Xd>& positions, const NeighborList& list) const {
  detail::ClosePair closest;
  const Slots& slots = list.slots();
  for (std::size_t rank = 0; rank < slots.home.size(); ++rank)
    for (const std::uint32_t slot : list.row(rank)) {
      const double r2 = (list.place(positions, slot) - list.place(positions, slots.home[rank])).squaredNorm();
      closest.offer(std::min(slots.atom[slots.home[rank]], slots.atom[slot]),
                    std::max(slots.atom[slots.home[rank]], slots.atom[slot]), r2);
    }
  detail::refuse_close_pair({&closest, 1}, spec_, minimum_separation_);
  throw InvariantError("a close pair was met but is not in the list");
}

namespace {

// The parts of a force call are shared among the threads of the parallel region that they are called in: one region a call, since to begin
// one costs as much as a part of a small glass. At the end of each part all have done theirs.

/// total[k] = Σ over chunks, in order, of the `doubles` numbers that each keeps of slot k.
void sum_chunks(const Team& team, const std::vector<NeighborList::Chunk>& chunks, const std::vector<std::size_t>& offset,
                const AlignedVector<double>& parts, std::size_t doubles, std::size_t slots, AlignedVector<double>& total) {
  team.share(slots, [&](std::size_t begin, std::size_t end) {
    std::fill(total.begin() + static_cast<std::ptrdiff_t>(doubles * begin),
              total.begin() + static_cast<std::ptrdiff_t>(doubles * end), 0.0);
    for (std::size_t c = 0; c < chunks.size(); ++c) {
      const std::size_t low = std::max<std::size_t>(begin, chunks[c].slot_low);
      const std::size_t high = std::min<std::size_t>(end, chunks[c].slot_high);
      if (low >= high) continue;
      const double* from = parts.data() + doubles * (offset[c] + low - chunks[c].slot_low);
      double* to = total.data() + doubles * low;
      for (std::size_t k = 0; k < doubles * (high - low); ++k) to[k] += from[k];
    }
  });
  team.wait();
}

}  // namespace

/// The slots as the first pass reads them: places, and where in the tables those of the atom's type begin.
void EamPotential::share_slots(const Team& team, const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types,
                               const NeighborList& list, EamScratch& work) const {
  const Slots& slots = list.slots();
  team.share(slots.home.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t rank = begin; rank < end; ++rank) {
      const std::uint32_t atom = slots.atom[slots.home[rank]];
      const int type = types[atom];
      work.rank_types[rank] = type;
      const Eigen::Vector3d x = positions.col(atom);
      const double row = std::bit_cast<double>(work.second_rows[static_cast<std::size_t>(type)]);
      for (std::size_t k = slots.slots_begin[rank]; k < slots.slots_begin[rank + 1]; ++k) {
        const std::uint32_t slot = slots.slots_of_rank[k];
        double* out = work.slots.data() + 4 * static_cast<std::size_t>(slot);
        const Eigen::Vector3d& shift = list.shift_of(slot);
        for (Eigen::Index d = 0; d < 3; ++d) out[d] = x[d] + shift[d];
        out[3] = row;
      }
    }
  });
  team.wait();
}

void EamPotential::share_embedding(const Team& team, const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types,
                                   const NeighborList& list, EamScratch& work, bool slopes) const {
  const auto pass = slopes && work.keeps_pairs ? simd::kernels().eam_density : simd::kernels().eam_energy;
  const auto& chunks = list.chunks();
  share_slots(team, positions, types, list, work);
  // The kept pairs of a thread's chunks follow each other: what is left over lies behind them and is never touched. A chunk that another thread
  // takes keeps its pairs where they would lie without that: all of its owner's behind it are taken by then. In large samples that would touch
  // memory for a tenth more.
  team.share(chunks.size(), [&](std::size_t begin, std::size_t end) {
    const auto& rows = list.row_begin();
    std::size_t kept = begin < end ? rows[chunks[begin].rank_begin] : 0;
    team.take(work.density_claims, [&](std::size_t c) { return begin <= c && c < end; }, [&](std::size_t c, bool own) {
      simd::EamChunk& chunk = work.chunks[c];
      std::fill_n(chunk.density, chunks[c].slot_high - chunk.slot_low, 0.0);
      chunk.kept = own ? kept : rows[chunks[c].rank_begin];
      pass(chunk);
      if (own) kept = chunk.kept;
      work.density_thread[c] = team.index();
    }, !work.keeps_pairs || list.size() < large_configuration);
  });
  sum_chunks(team, chunks, work.offset, work.parts, 1, list.slots().size(), work.total);
  team.share(chunks.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c) work.embedding_energy[c] = embed_chunk(list, chunks[c], types, work);
  });
  team.wait();
}

namespace {

/// Forces and virial of a chunk whose pairs were not kept: slice by slice, each few enough to stay in a core's cache.
void force_in_slices(simd::EamChunk& whole, const EamScratch& work, int thread) {
  simd::EamChunk slice = whole;
  const auto place = static_cast<std::size_t>(thread) * work.slice_pairs;
  for (std::size_t rank = whole.rank_begin; rank < whole.rank_end; rank += slice_ranks) {
    slice.rank_begin = rank;
    slice.rank_end = std::min(rank + slice_ranks, whole.rank_end);
    slice.rows = whole.rows + (whole.row_begin[rank] - whole.row_begin[whole.rank_begin]);
    slice.kept = place;
    slice.slots = work.slots.data();
    simd::kernels().eam_slopes(slice);
    slice.slots = work.force_slots.data();
    simd::kernels().eam_force(slice);
    for (std::size_t k = 0; k < 6; ++k) whole.virial[k] += slice.virial[k];
  }
}

}  // namespace

void EamPotential::share_forces(const Team& team, const NeighborList& list, EamScratch& work, Eigen::Ref<Matrix3Xd> forces) const {
  const auto force_pass = simd::kernels().eam_force;
  const Slots& slots = list.slots();
  const auto& chunks = list.chunks();
  team.take(work.force_claims, [&](std::size_t c) { return work.density_thread[c] == team.index(); }, [&](std::size_t c, bool) {
    simd::EamChunk& chunk = work.chunks[c];
    std::fill_n(chunk.forces, 4 * (chunks[c].slot_high - chunk.slot_low), 0.0);
    if (work.keeps_pairs)
      force_pass(chunk);
    else
      force_in_slices(chunk, work, team.index());
  });
  sum_chunks(team, chunks, work.offset, work.parts, 4, slots.size(), work.total);
  double* out = forces.data();
  const Eigen::Index stride = forces.outerStride();
  team.share(slots.home.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t rank = begin; rank < end; ++rank) {
      double f[3] = {};
      for (std::size_t k = slots.slots_begin[rank]; k < slots.slots_begin[rank + 1]; ++k)
        for (std::size_t d = 0; d < 3; ++d) f[d] += work.total[4 * slots.slots_of_rank[k] + d];
      std::copy_n(f, 3, out + stride * static_cast<Eigen::Index>(slots.atom[slots.home[rank]]));
    }
  });
}

double EamPotential::energy(const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types,
                            const NeighborList& list, ForceScratch& scratch, int threads) const {
  EamScratch& work = prepare(positions, list, scratch, 1, 0);
#pragma omp parallel num_threads(threads) if (threads > 1)
  share_embedding(Team(work.barrier), positions, types, list, work, false);
  check_closest(positions, list, work);
  double energy = 0.0;
  for (std::size_t c = 0; c < work.chunks.size(); ++c) energy += work.chunks[c].energy + work.embedding_energy[c];
  return energy;
}

ForceResult EamPotential::compute(const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types,
                                  const NeighborList& list, Eigen::Ref<Matrix3Xd> forces, ForceScratch& scratch,
                                  int threads) const {
  EamScratch& work = prepare(positions, list, scratch, 4, threads);
#pragma omp parallel num_threads(threads) if (threads > 1)
  {
    const Team team(work.barrier);
    share_embedding(team, positions, types, list, work, true);
    share_forces(team, list, work, forces);
  }
  check_closest(positions, list, work);
  ForceResult result;
  for (std::size_t c = 0; c < work.chunks.size(); ++c) {
    result.energy += work.chunks[c].energy + work.embedding_energy[c];
    const double* v = work.chunks[c].virial;
    Eigen::Matrix3d virial;
    virial << v[0], v[5], v[4], v[5], v[1], v[3], v[4], v[3], v[2];
    result.virial += virial;
  }
  return result;
}

void EamPotential::check_closest(const Eigen::Ref<const Matrix3Xd>& positions, const NeighborList& list, const EamScratch& work) const {
  const double limit2 = std::max(minimum_separation_ * minimum_separation_, detail::same_spot2);
  for (const simd::EamChunk& chunk : work.chunks)
    if (!(chunk.closest2 >= limit2)) refuse_closest(positions, list);
}

EamScratch& EamPotential::prepare(const Eigen::Ref<const Matrix3Xd>& positions, const NeighborList& list, ForceScratch& scratch,
                                  std::size_t doubles, int threads) const {
  if (!scratch.eam) scratch.eam = std::make_shared<EamScratch>();
  EamScratch& work = *scratch.eam;
  scratch.density.resize(positions.cols());
  scratch.embedding.resize(positions.cols());
  LANDSCAPE_CHECK(scratch.background.size() == 0 || scratch.background.size() == positions.cols());
  work.background = scratch.background.size() > 0 ? scratch.background.data() : nullptr;
  work.atom_density = scratch.density.data();
  work.atom_embedding = scratch.embedding.data();
  const Slots& slots = list.slots();
  const auto& chunks = list.chunks();
  const auto n = slots.home.size();
  work.chunks.assign(chunks.size(), {});
  work.offset.resize(chunks.size());
  std::size_t entries = 0;
  for (std::size_t c = 0; c < chunks.size(); ++c) {
    work.offset[c] = entries;
    entries += chunks[c].slot_high > chunks[c].slot_low ? chunks[c].slot_high - chunks[c].slot_low : 0;
  }
  renew(work.slots, 4 * (slots.size() + 1));
  std::fill_n(work.slots.data() + 4 * slots.size(), 4, NeighborList::far_away);
  renew(work.parts, doubles * entries);
  renew(work.total, doubles * slots.size());
  std::size_t pairs = list.row_begin().back();
  constexpr double bytes = 3 * sizeof(double) + sizeof(std::uint32_t);
  work.keeps_pairs = threads == 0 || !(bytes * static_cast<double>(pairs) > scratch.pair_limit * static_cast<double>(n));
  if (!work.keeps_pairs) {
    renew(work.force_slots, 4 * (slots.size() + 1));
    std::copy_n(work.slots.data() + 4 * slots.size(), 4, work.force_slots.data() + 4 * slots.size());
    work.slice_pairs = 0;
    for (std::size_t rank = 0; rank < n; ++rank) {
      const std::size_t end = std::min(rank + slice_ranks, n);
      work.slice_pairs = std::max(work.slice_pairs, list.row_begin()[end] - list.row_begin()[rank]);
    }
    pairs = static_cast<std::size_t>(threads) * work.slice_pairs;
  }
  if (threads > 0) {
    renew(work.pair_slopes, 3 * pairs);
    renew(work.pair_slots, pairs);
  }
  work.pair_begin.resize(n);
  work.pair_blocks.resize(n);
  work.embedding_energy.resize(chunks.size());
  work.rank_types.resize(n);
  work.density_claims.reset(chunks.size());
  work.force_claims.reset(chunks.size());
  work.density_thread.resize(chunks.size());
  const auto second = static_cast<std::int64_t>(pieces_ * simd::knot_doubles);
  const auto kinds = static_cast<std::int64_t>(elements_.size());
  work.first_rows.resize(elements_.size());
  work.second_rows.resize(elements_.size());
  for (std::int64_t t = 0; t < kinds; ++t) {
    work.first_rows[static_cast<std::size_t>(t)] = t * kinds * second;
    work.second_rows[static_cast<std::size_t>(t)] = t * second;
  }
  for (std::size_t c = 0; c < chunks.size(); ++c) {
    simd::EamChunk& chunk = work.chunks[c];
    chunk.slots = work.slots.data();
    chunk.home = slots.home.data();
    chunk.rows = chunks[c].rows.data();
    chunk.row_begin = list.row_begin().data();
    chunk.rank_begin = chunks[c].rank_begin;
    chunk.rank_end = chunks[c].rank_end;
    chunk.slot_low = chunks[c].slot_low;
    chunk.knots = knots_.data();
    chunk.type_rows = work.first_rows.data();
    chunk.rank_types = work.rank_types.data();
    chunk.cutoff2 = cutoff_ * cutoff_;
    chunk.inverse_dr = 1.0 / dr_;
    chunk.last_piece = static_cast<std::int32_t>(pieces_) - 2;
    chunk.pair_slopes = work.pair_slopes.data();
    chunk.pair_slots = work.pair_slots.data();
    chunk.pair_begin = work.pair_begin.data();
    chunk.pair_blocks = work.pair_blocks.data();
    chunk.density = work.parts.data() + work.offset[c];
    chunk.forces = work.parts.data() + doubles * work.offset[c];
  }
  return work;
}

}  // namespace landscape::md
