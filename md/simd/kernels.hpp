/// The inner loops that exist once per instruction set, and the choice among them at run time.
///
/// Arguments are plain pointers: the sources compiled for AVX2 and AVX-512 must not instantiate inline functions that others
/// share, or the linker could give AVX-512 code to a processor without it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace landscape::md::simd {

/// Entries of a neighbor row come in blocks of this many, whatever the instruction set.
inline constexpr std::size_t block = 8;
/// Doubles of one knot of a pair table: value and slope (per knot) of ρ at the first atom, ρ at the second, r φ.
inline constexpr std::size_t knot_doubles = 6;

/// One chunk of atoms of an EAM force call. Slots are atoms and periodic images (NeighborList).
struct EamChunk {
  // Geometry
  const double* slots = nullptr;           ///< x y z w per slot; w see below
  const std::uint32_t* home = nullptr;     ///< slot of each rank
  const std::uint32_t* rows = nullptr;     ///< slots of the neighbors, each row padded to blocks with a slot that is far away
  const std::size_t* row_begin = nullptr;  ///< per rank and one more; `rows` begins with that of rank_begin
  std::size_t rank_begin = 0, rank_end = 0;
  std::uint32_t slot_low = 0;              ///< slot of the first entry of `density` and `forces`
  // Tables
  const double* knots = nullptr;           ///< [first type][second type][knot][knot_doubles]
  const std::int64_t* type_rows = nullptr; ///< per type: doubles from `knots` to its tables as first atom
  const std::int32_t* rank_types = nullptr;
  double cutoff2 = 0.0, inverse_dr = 0.0;
  std::int32_t last_piece = 0;             ///< number of knots - 2
  // Kept between the passes: per block of pairs 3 x 8 doubles: dρ_first/dr / r, dρ_second/dr / r, dφ/dr / r
  double* pair_slopes = nullptr;
  std::uint32_t* pair_slots = nullptr;
  std::size_t* pair_begin = nullptr;       ///< per rank: its first entry in pair_slots
  std::uint32_t* pair_blocks = nullptr;    ///< per rank: blocks in use
  std::size_t kept = 0;                    ///< entry of pair_slots where the chunk's first pair goes; eam_density and eam_slopes leave that of the next chunk here
  // Results
  double* density = nullptr;               ///< per slot from slot_low, added to
  double* forces = nullptr;                ///< fx fy fz 0 per slot from slot_low, added to
  double energy = 0.0;                     ///< Σ φ
  double closest2 = 0.0;                   ///< smallest r² met within the cutoff
  double virial[6] = {};                   ///< xx yy zz yz xz xy of Σ d ⊗ f
};

/// Single-precision numbers of one pair that its part of the Hessian is made of: r (3), (ψ'' - ψ'/r) / r², ψ'/r, ρ'_first / r, ρ'_second / r.
inline constexpr std::size_t expansion_numbers = 7;

/// Where the second derivatives of an EAM energy go: the pairs within the cutoff in blocks of `block`, number by number.
struct EamExpansionRows {
  const std::uint32_t* rank_of_slot = nullptr;
  const double* embedding_slope = nullptr;  ///< F' per rank
  float* pairs = nullptr;                   ///< per block expansion_numbers x block
  std::uint32_t* partners = nullptr;        ///< per pair: rank of its second atom
  std::size_t* begin = nullptr;             ///< per rank and one more, into partners
};

/// A product of that Hessian with one vector.
struct EamProduct {
  const float* pairs = nullptr;
  const std::uint32_t* partners = nullptr;
  const std::size_t* begin = nullptr;
  std::size_t ranks = 0;
  const float* curvature = nullptr;  ///< F'' per rank
  const float* moves = nullptr;      ///< x y z 0 per rank
  float* change = nullptr;           ///< per rank, written: F'' times the change of ρ
  float* rows = nullptr;             ///< per rank x y z and the change of ρ, added to
};

struct Kernels {
  const char* name;
  /// w of a slot: doubles from a type's tables as first atom to those with this slot's type as second, as an integer.
  void (*eam_density)(EamChunk&);
  /// Adds densities and pair energies only; pair_slopes is not written.
  void (*eam_energy)(EamChunk&);
  /// Writes pair_slopes only, as eam_density does.
  void (*eam_slopes)(EamChunk&);
  /// w of a slot: dF/dρ of its atom.
  void (*eam_force)(EamChunk&);
  /// Indices k in [begin, end) with |(x, y, z)[k] - center|² < range2, in order. Reads up to 7 entries past `end`; writes up
  /// to 7 entries past the result. @return how many.
  std::size_t (*within)(const double* x, const double* y, const double* z, std::size_t begin, std::size_t end,
                        const double* center, double range2, std::uint32_t* out);
  /// Expands the ranks of the chunk, which follow those already there; w of a slot as for eam_density.
  void (*eam_expand)(const EamChunk&, EamExpansionRows&);
  void (*eam_product)(EamProduct&);
};

extern const Kernels generic_kernels;
#ifdef LANDSCAPE_X86_KERNELS
extern const Kernels avx2_kernels;
extern const Kernels avx512_kernels;
#endif

/// The best of what this processor has; LANDSCAPE_SIMD=generic|avx2|avx512 in the environment asks for another.
/// @throws InputError where the environment names something else or what the processor lacks.
const Kernels& kernels();

}  // namespace landscape::md::simd
