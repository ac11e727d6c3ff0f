/// The inner loops, written once over `Lanes`; included by each kernels_*.cpp after its lanes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "md/simd/kernels.hpp"

namespace landscape::md::simd {
namespace {

constexpr std::size_t width = Lanes::width;
static_assert(block % width == 0);

/// Longest row that fits the buffers on the stack; longer ones are worked on in pieces.
constexpr std::size_t piece = 512;

/// Cubic Hermite piece in Horner form; value and slope per knot at both ends.
struct Cubic {
  Lanes::Real c0, c1, c2, c3;
  Cubic(Lanes::Real f0, Lanes::Real s0, Lanes::Real f1, Lanes::Real s1) : c0(f0), c1(s0) {
    const auto rise = Lanes::sub(f1, f0);
    const auto slopes = Lanes::add(s0, s1);
    c3 = Lanes::fnma(Lanes::set(2.0), rise, slopes);
    c2 = Lanes::sub(Lanes::fms(Lanes::set(3.0), rise, slopes), s0);
  }
  Lanes::Real value(Lanes::Real p) const { return Lanes::fma(Lanes::fma(Lanes::fma(c3, p, c2), p, c1), p, c0); }
  Lanes::Real slope(Lanes::Real p) const {
    const auto three = Lanes::mul(Lanes::set(3.0), c3), two = Lanes::add(c2, c2);
    return Lanes::fma(Lanes::fma(three, p, two), p, c1);
  }
  Lanes::Real curvature(Lanes::Real p) const {
    const auto six = Lanes::mul(Lanes::set(6.0), c3);
    return Lanes::fma(six, p, Lanes::add(c2, c2));
  }
};

/// Neighbors of one atom within the cutoff, packed: first r² and w of each, then what the tables are read with.
struct Packed {
  alignas(64) double r2[piece + 2 * block];
  alignas(64) double w[piece + 2 * block];
  alignas(64) double inverse_r[piece + 2 * block];
  alignas(64) double fraction[piece + 2 * block];     ///< between knots
  alignas(64) std::int64_t offset[piece + 2 * block]; ///< of the knot below, in doubles
  alignas(64) std::uint32_t slot[piece + 2 * block];
};

inline std::size_t pack(const EamChunk& c, const double* center, const std::uint32_t* row, std::size_t count, Packed& packed) {
  const auto xi = Lanes::set(center[0]), yi = Lanes::set(center[1]), zi = Lanes::set(center[2]);
  const auto cutoff2 = Lanes::set(c.cutoff2);
  const double* slots = c.slots;
  std::size_t n = 0;
  for (std::size_t k = 0; k < count; k += width) {
    const double* at[width];
    for (std::size_t l = 0; l < width; ++l) at[l] = slots + 4 * static_cast<std::size_t>(row[k + l]);
    Lanes::Real x, y, z, w;
    Lanes::columns(at, x, y, z, w);
    const auto dx = Lanes::sub(x, xi), dy = Lanes::sub(y, yi), dz = Lanes::sub(z, zi);
    const auto r2 = Lanes::fma(dx, dx, Lanes::fma(dy, dy, Lanes::mul(dz, dz)));
    n += Lanes::append(Lanes::less(r2, cutoff2), r2, w, row + k, packed.r2 + n, packed.w + n, packed.slot + n);
  }
  return n;
}

/// Where in the tables each packed neighbor is. A loop of its own: its square roots and divisions overlap.
inline void locate(const EamChunk& c, std::size_t count, Packed& packed, Lanes::Real& closest2) {
  const auto inverse_dr = Lanes::set(c.inverse_dr), one = Lanes::set(1.0);
  const std::int32_t last_piece = c.last_piece;
  for (std::size_t k = 0; k < count; k += width) {
    const auto r2 = Lanes::load(packed.r2 + k);
    closest2 = Lanes::min(closest2, r2);
    const auto r = Lanes::sqrt(r2);
    Lanes::store(packed.inverse_r + k, Lanes::div(one, r));
    const auto u = Lanes::mul(r, inverse_dr);
    const auto m = Lanes::truncate(u, last_piece);
    Lanes::store(packed.fraction + k, Lanes::min(Lanes::sub(u, Lanes::real(m)), one));
    Lanes::store(packed.offset + k, Lanes::add(Lanes::bits(Lanes::load(packed.w + k)), Lanes::times_knot(m)));
  }
}

/// Neighbors within the cutoff among the entries [begin, end) of an atom's row, at most `piece` of them, padded to whole blocks with the atom
/// itself at the cutoff. @return how many, without the padding.
inline std::size_t gather_piece(const EamChunk& c, std::uint32_t home, std::size_t begin, std::size_t end, Packed& packed, std::size_t& padded,
                                Lanes::Real& closest2) {
  const std::size_t left = end - begin;
  const std::size_t n = pack(c, c.slots + 4 * static_cast<std::size_t>(home), c.rows + begin, left < piece ? left : piece, packed);
  padded = (n + block - 1) / block * block;
  for (std::size_t k = n; k < padded; ++k) {
    packed.r2[k] = c.cutoff2;
    packed.w[k] = 0.0;
    packed.slot[k] = home;
  }
  locate(c, padded, packed, closest2);
  return n;
}

/// With `Densities` densities and pair energies of a chunk, with `Slopes` what the force pass needs.
template <bool Densities, bool Slopes>
void density_pass(EamChunk& c) {
  Packed packed;
  auto energy = Lanes::zero(), closest2 = Lanes::set(c.cutoff2);
  const auto inverse_dr = Lanes::set(c.inverse_dr);
  [[maybe_unused]] const std::ptrdiff_t low = c.slot_low;
  [[maybe_unused]] double* const densities = c.density;
  [[maybe_unused]] std::size_t out = c.kept;  // kept pairs follow each other without gaps
  for (std::size_t rank = c.rank_begin; rank < c.rank_end; ++rank) {
    const std::uint32_t home = c.home[rank];
    const double* tables = c.knots + c.type_rows[c.rank_types[rank]];
    auto density = Lanes::zero();
    if constexpr (Slopes) c.pair_begin[rank] = out;
    const std::size_t end = c.row_begin[rank + 1] - c.row_begin[c.rank_begin];
    for (std::size_t begin = c.row_begin[rank] - c.row_begin[c.rank_begin]; begin < end; begin += piece) {
      std::size_t padded;
      const std::size_t n = gather_piece(c, home, begin, end, packed, padded, closest2);
      for (std::size_t k = 0; k < padded; k += width) {
        const auto used = Lanes::first(n > k ? n - k : 0);
        const double* at[width];
        Lanes::Real a0, da0, b0, db0, e0, de0, a1, da1, b1, db1, e1, de1;
        for (std::size_t l = 0; l < width; ++l) at[l] = tables + packed.offset[k + l];
        Lanes::columns(at, a0, da0, b0, db0);
        for (std::size_t l = 0; l < width; ++l) at[l] += 4;
        Lanes::columns(at, e0, de0, a1, da1);
        for (std::size_t l = 0; l < width; ++l) at[l] += 4;
        Lanes::columns(at, b1, db1, e1, de1);
        const auto p = Lanes::load(packed.fraction + k), inverse = Lanes::load(packed.inverse_r + k);
        const Cubic first(a0, da0, a1, da1), second(b0, db0, b1, db1), r_phi(e0, de0, e1, de1);
        const auto phi = Lanes::keep(used, Lanes::mul(r_phi.value(p), inverse));
        if constexpr (Densities) {
          density = Lanes::add(density, Lanes::keep(used, first.value(p)));
          energy = Lanes::add(energy, phi);
          alignas(64) double at_second[width];
          Lanes::store(at_second, Lanes::keep(used, second.value(p)));
          for (std::size_t l = 0; l < width; ++l) densities[static_cast<std::ptrdiff_t>(packed.slot[k + l]) - low] += at_second[l];
        }
        if constexpr (Slopes) {
          const auto scale = Lanes::keep(used, Lanes::mul(inverse_dr, inverse));
          double* slopes = c.pair_slopes + 3 * out + k % block;
          Lanes::store(slopes, Lanes::mul(first.slope(p), scale));
          Lanes::store(slopes + block, Lanes::mul(second.slope(p), scale));
          const auto dphi = Lanes::fms(r_phi.slope(p), scale, Lanes::mul(phi, inverse));
          Lanes::store(slopes + 2 * block, Lanes::mul(dphi, inverse));
          std::uint32_t* slots = c.pair_slots + out + k % block;
          for (std::size_t l = 0; l < width; ++l) slots[l] = packed.slot[k + l];
          if ((k + width) % block == 0) out += block;
        }
      }
    }
    if constexpr (Slopes) c.pair_blocks[rank] = static_cast<std::uint32_t>((out - c.pair_begin[rank]) / block);
    if constexpr (Densities) densities[static_cast<std::ptrdiff_t>(home) - low] += Lanes::sum(density);
  }
  if constexpr (Slopes) c.kept = out;
  if constexpr (Densities) {
    c.energy = Lanes::sum(energy);
    c.closest2 = Lanes::least(closest2);
  }
}

void eam_density(EamChunk& c) { density_pass<true, true>(c); }
void eam_energy(EamChunk& c) { density_pass<true, false>(c); }
void eam_slopes(EamChunk& c) { density_pass<false, true>(c); }

void eam_force(EamChunk& c) {
  const std::ptrdiff_t low = c.slot_low;
  Lanes::Real xx = Lanes::zero(), yy = xx, zz = xx, yz = xx, xz = xx, xy = xx;
  for (std::size_t rank = c.rank_begin; rank < c.rank_end; ++rank) {
    const double* center = c.slots + 4 * static_cast<std::size_t>(c.home[rank]);
    const auto xi = Lanes::set(center[0]), yi = Lanes::set(center[1]), zi = Lanes::set(center[2]);
    const auto embedding = Lanes::set(center[3]);
    Lanes::Real sx = Lanes::zero(), sy = sx, sz = sx;
    const std::size_t begin = c.pair_begin[rank];
    for (std::size_t q = 0; q < c.pair_blocks[rank]; ++q) {
      const double* slopes = c.pair_slopes + 3 * (begin + q * block);
      const std::uint32_t* slot = c.pair_slots + begin + q * block;
      for (std::size_t k = 0; k < block; k += width) {
        const double* at[width];
        double* to[width];
        for (std::size_t l = 0; l < width; ++l) {
          at[l] = c.slots + 4 * static_cast<std::size_t>(slot[k + l]);
          to[l] = c.forces + 4 * (static_cast<std::ptrdiff_t>(slot[k + l]) - low);
        }
        Lanes::Real x, y, z, other;
        Lanes::columns(at, x, y, z, other);
        const auto dx = Lanes::sub(xi, x), dy = Lanes::sub(yi, y), dz = Lanes::sub(zi, z);  // i - j
        const auto push = Lanes::fma(embedding, Lanes::load(slopes + k),
                                     Lanes::fma(other, Lanes::load(slopes + block + k), Lanes::load(slopes + 2 * block + k)));
        const auto fx = Lanes::mul(push, dx), fy = Lanes::mul(push, dy), fz = Lanes::mul(push, dz);  // on j
        sx = Lanes::add(sx, fx);
        sy = Lanes::add(sy, fy);
        sz = Lanes::add(sz, fz);
        xx = Lanes::fma(dx, fx, xx);
        yy = Lanes::fma(dy, fy, yy);
        zz = Lanes::fma(dz, fz, zz);
        yz = Lanes::fma(dy, fz, yz);
        xz = Lanes::fma(dx, fz, xz);
        xy = Lanes::fma(dx, fy, xy);
        Lanes::add_rows(to, fx, fy, fz);
      }
    }
    double* own = c.forces + 4 * static_cast<std::size_t>(c.home[rank] - c.slot_low);
    own[0] -= Lanes::sum(sx);
    own[1] -= Lanes::sum(sy);
    own[2] -= Lanes::sum(sz);
  }
  const Lanes::Real sums[6] = {xx, yy, zz, yz, xz, xy};
  for (int k = 0; k < 6; ++k) c.virial[k] = -Lanes::sum(sums[k]);  // d = i - j above
}

std::size_t within(const double* x, const double* y, const double* z, std::size_t begin, std::size_t end, const double* center,
                   double range2, std::uint32_t* out) {
  const auto cx = Lanes::set(center[0]), cy = Lanes::set(center[1]), cz = Lanes::set(center[2]), limit = Lanes::set(range2);
  std::size_t n = 0;
  for (std::size_t k = begin; k < end; k += width) {
    const auto dx = Lanes::sub(Lanes::load(x + k), cx), dy = Lanes::sub(Lanes::load(y + k), cy), dz = Lanes::sub(Lanes::load(z + k), cz);
    auto r2 = Lanes::fma(dx, dx, Lanes::fma(dy, dy, Lanes::mul(dz, dz)));
    std::size_t found = Lanes::append_index(Lanes::less(r2, limit), static_cast<std::uint32_t>(k), out + n);
    if (k + width > end)  // entries past the end do not count
      while (found > 0 && out[n + found - 1] >= end) --found;
    n += found;
  }
  return n;
}

}  // namespace
}  // namespace landscape::md::simd
