/// Second derivatives and their product with a vector, written once over `Lanes` and `Singles`; included by each kernels_*.cpp after passes.hpp.
#pragma once

#include "md/simd/passes.hpp"

namespace landscape::md::simd {
namespace {

static_assert(block % Singles::width == 0);

void eam_expand(const EamChunk& c, EamExpansionRows& out) {
  Packed packed;
  const auto inverse_dr = Lanes::set(c.inverse_dr), inverse_dr2 = Lanes::mul(inverse_dr, inverse_dr), two = Lanes::set(2.0);
  auto closest2 = Lanes::set(c.cutoff2);
  std::size_t at_pair = out.begin[c.rank_begin];
  for (std::size_t rank = c.rank_begin; rank < c.rank_end; ++rank) {
    const std::uint32_t home = c.home[rank];
    const double* tables = c.knots + c.type_rows[c.rank_types[rank]];
    const double* center = c.slots + 4 * static_cast<std::size_t>(home);
    const auto xi = Lanes::set(center[0]), yi = Lanes::set(center[1]), zi = Lanes::set(center[2]);
    const auto slope_here = Lanes::set(out.embedding_slope[rank]);
    const std::size_t end = c.row_begin[rank + 1] - c.row_begin[c.rank_begin];
    for (std::size_t begin = c.row_begin[rank] - c.row_begin[c.rank_begin]; begin < end; begin += piece) {
      std::size_t padded;
      const std::size_t n = gather_piece(c, home, begin, end, packed, padded, closest2);
      for (std::size_t k = 0; k < padded; k += width) {
        const auto used = Lanes::first(n > k ? n - k : 0);
        const double* at[width];
        alignas(64) double slopes_there[width];
        Lanes::Real a0, da0, b0, db0, e0, de0, a1, da1, b1, db1, e1, de1, x, y, z, row;
        for (std::size_t l = 0; l < width; ++l) {
          const std::uint32_t partner = out.rank_of_slot[packed.slot[k + l]];
          out.partners[at_pair + k + l] = partner;
          slopes_there[l] = out.embedding_slope[partner];
          at[l] = c.slots + 4 * static_cast<std::size_t>(packed.slot[k + l]);
        }
        Lanes::columns(at, x, y, z, row);
        for (std::size_t l = 0; l < width; ++l) at[l] = tables + packed.offset[k + l];
        Lanes::columns(at, a0, da0, b0, db0);
        for (std::size_t l = 0; l < width; ++l) at[l] += 4;
        Lanes::columns(at, e0, de0, a1, da1);
        for (std::size_t l = 0; l < width; ++l) at[l] += 4;
        Lanes::columns(at, b1, db1, e1, de1);
        const auto p = Lanes::load(packed.fraction + k), inverse = Lanes::load(packed.inverse_r + k);
        const auto inverse2 = Lanes::mul(inverse, inverse), scale = Lanes::mul(inverse_dr, inverse);
        const Cubic first(a0, da0, a1, da1), second(b0, db0, b1, db1), r_phi(e0, de0, e1, de1);
        // Of a function f of r: f'/r, and (f'' - f'/r)/r².
        const auto first_slope = Lanes::mul(first.slope(p), scale), second_slope = Lanes::mul(second.slope(p), scale);
        const auto first_bend = Lanes::mul(Lanes::fms(first.curvature(p), inverse_dr2, first_slope), inverse2);
        const auto second_bend = Lanes::mul(Lanes::fms(second.curvature(p), inverse_dr2, second_slope), inverse2);
        const auto phi = Lanes::mul(r_phi.value(p), inverse);
        const auto slope = Lanes::fms(r_phi.slope(p), scale, Lanes::mul(phi, inverse));  // φ' = ((r φ)' - φ) / r
        const auto phi_slope = Lanes::mul(slope, inverse);
        const auto curvature = Lanes::mul(Lanes::fms(r_phi.curvature(p), inverse_dr2, Lanes::mul(two, slope)), inverse);
        const auto phi_bend = Lanes::mul(Lanes::sub(curvature, phi_slope), inverse2);
        const auto slope_there = Lanes::load(slopes_there);
        const auto across = Lanes::fma(slope_here, first_slope, Lanes::fma(slope_there, second_slope, phi_slope));
        const auto along = Lanes::fma(slope_here, first_bend, Lanes::fma(slope_there, second_bend, phi_bend));
        float* numbers = out.pairs + expansion_numbers * (at_pair + k - k % block) + k % block;
        const Lanes::Real all[expansion_numbers] = {Lanes::sub(x, xi), Lanes::sub(y, yi), Lanes::sub(z, zi), along, across,
                                                    first_slope, second_slope};
        for (std::size_t q = 0; q < expansion_numbers; ++q) Lanes::store(numbers + q * block, Lanes::keep(used, all[q]));
      }
      at_pair += padded;
    }
    out.begin[rank + 1] = at_pair;
  }
}

void eam_product(EamProduct& c) {
  using S = Singles;
  constexpr std::size_t step = S::width;
  for (std::size_t rank = 0; rank < c.ranks; ++rank) {
    const float* move = c.moves + 4 * rank;
    const auto vx = S::set(move[0]), vy = S::set(move[1]), vz = S::set(move[2]);
    if (c.begin[rank] == c.begin[rank + 1]) continue;
    auto sx = S::zero(), sy = sx, sz = sx, density = sx;
    for (std::size_t at = c.begin[rank]; at < c.begin[rank + 1]; at += block) {
      const float* numbers = c.pairs + expansion_numbers * at;
      for (std::size_t k = 0; k < block; k += step) {
        const float* n = numbers + k;
        const std::uint32_t* partner = c.partners + at + k;
        S::Real x, y, z;
        S::columns(c.moves, partner, x, y, z);
        x = S::sub(x, vx);
        y = S::sub(y, vy);
        z = S::sub(z, vz);
        const auto dx = S::load(n), dy = S::load(n + block), dz = S::load(n + 2 * block);
        const auto stretch = S::fma(dx, x, S::fma(dy, y, S::mul(dz, z)));  // times r
        const auto along = S::mul(S::load(n + 3 * block), stretch), across = S::load(n + 4 * block);
        const auto fx = S::fma(along, dx, S::mul(across, x)), fy = S::fma(along, dy, S::mul(across, y)),
                   fz = S::fma(along, dz, S::mul(across, z));
        sx = S::add(sx, fx);
        sy = S::add(sy, fy);
        sz = S::add(sz, fz);
        density = S::fma(S::load(n + 5 * block), stretch, density);
        S::add_rows(c.rows, partner, fx, fy, fz, S::mul(S::load(n + 6 * block), stretch));
      }
    }
    float* row = c.rows + 4 * rank;
    row[0] -= S::sum(sx);
    row[1] -= S::sum(sy);
    row[2] -= S::sum(sz);
    row[3] += S::sum(density);
  }
  for (std::size_t rank = 0; rank < c.ranks; ++rank) c.change[rank] = c.curvature[rank] * c.rows[4 * rank + 3];
  for (std::size_t rank = 0; rank < c.ranks; ++rank) {
    const auto here = S::set(c.change[rank]);
    if (c.begin[rank] == c.begin[rank + 1]) continue;
    auto sx = S::zero(), sy = sx, sz = sx;
    for (std::size_t at = c.begin[rank]; at < c.begin[rank + 1]; at += block) {
      const float* numbers = c.pairs + expansion_numbers * at;
      for (std::size_t k = 0; k < block; k += step) {
        const float* n = numbers + k;
        const std::uint32_t* partner = c.partners + at + k;
        const auto push = S::fma(here, S::load(n + 5 * block), S::mul(S::gather(c.change, partner), S::load(n + 6 * block)));
        const auto fx = S::mul(push, S::load(n)), fy = S::mul(push, S::load(n + block)), fz = S::mul(push, S::load(n + 2 * block));
        sx = S::add(sx, fx);
        sy = S::add(sy, fy);
        sz = S::add(sz, fz);
        S::add_rows(c.rows, partner, fx, fy, fz, S::zero());
      }
    }
    float* row = c.rows + 4 * rank;
    row[0] -= S::sum(sx);
    row[1] -= S::sum(sy);
    row[2] -= S::sum(sz);
  }
}

}  // namespace
}  // namespace landscape::md::simd
