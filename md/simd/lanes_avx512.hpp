/// Eight doubles in one AVX-512 register. Included by kernels_avx512.cpp alone.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "md/simd/singles_avx2.hpp"

namespace landscape::md::simd {
namespace {

struct Lanes {
  static constexpr std::size_t width = 8;
  using Real = __m512d;
  using Integer = __m512i;
  using Mask = __mmask8;

  static Real set(double a) { return _mm512_set1_pd(a); }
  static Real zero() { return _mm512_setzero_pd(); }
  static Real load(const double* p) { return _mm512_loadu_pd(p); }
  static void store(double* p, Real a) { _mm512_storeu_pd(p, a); }
  static void store(float* p, Real a) { _mm256_storeu_ps(p, _mm512_cvtpd_ps(a)); }
  static Real add(Real a, Real b) { return _mm512_add_pd(a, b); }
  static Real sub(Real a, Real b) { return _mm512_sub_pd(a, b); }
  static Real mul(Real a, Real b) { return _mm512_mul_pd(a, b); }
  static Real div(Real a, Real b) { return _mm512_div_pd(a, b); }
  static Real min(Real a, Real b) { return _mm512_min_pd(a, b); }
  static Real sqrt(Real a) { return _mm512_sqrt_pd(a); }
  /// a b + c
  static Real fma(Real a, Real b, Real c) { return _mm512_fmadd_pd(a, b, c); }
  /// a b - c
  static Real fms(Real a, Real b, Real c) { return _mm512_fmsub_pd(a, b, c); }
  /// c - a b
  static Real fnma(Real a, Real b, Real c) { return _mm512_fnmadd_pd(a, b, c); }
  static Mask less(Real a, Real b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
  static Real keep(Mask m, Real a) { return _mm512_maskz_mov_pd(m, a); }
  static Mask first(std::size_t n) { return static_cast<Mask>(n >= 8 ? 0xffu : (1u << n) - 1u); }
  static double sum(Real a) {
    // Fixed order: halves, quarters, eighths.
    const __m256d h = _mm256_add_pd(_mm512_castpd512_pd256(a), _mm512_extractf64x4_pd(a, 1));
    const __m128d q = _mm_add_pd(_mm256_castpd256_pd128(h), _mm256_extractf128_pd(h, 1));
    return _mm_cvtsd_f64(_mm_add_sd(q, _mm_unpackhi_pd(q, q)));
  }
  static double least(Real a) { return _mm512_reduce_min_pd(a); }

  /// floor of positive numbers, no larger than `most`; as doubles and as integers.
  static Integer truncate(Real a, std::int32_t most) {
    return _mm512_min_epi64(_mm512_cvttpd_epi64(a), _mm512_set1_epi64(most));
  }
  static Real real(Integer a) { return _mm512_cvtepi64_pd(a); }
  static Integer bits(Real a) { return _mm512_castpd_si512(a); }
  static Integer add(Integer a, Integer b) { return _mm512_add_epi64(a, b); }
  /// a * 6
  static Integer times_knot(Integer a) {
    return _mm512_add_epi64(_mm512_slli_epi64(a, 2), _mm512_slli_epi64(a, 1));
  }
  static void store(std::int64_t* p, Integer a) { _mm512_storeu_si512(p, a); }

  /// Columns of 8 rows of 4 doubles; row k begins at p[k].
  static void columns(const double* const* p, Real& a, Real& b, Real& c, Real& d) {
    const auto pair = [](const double* low, const double* high) {
      return _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_loadu_pd(low)), _mm256_loadu_pd(high), 1);
    };
    const __m512d r0 = pair(p[0], p[2]), r1 = pair(p[1], p[3]), r2 = pair(p[4], p[6]), r3 = pair(p[5], p[7]);
    const __m512d t0 = _mm512_unpacklo_pd(r0, r1), t1 = _mm512_unpackhi_pd(r0, r1);
    const __m512d t2 = _mm512_unpacklo_pd(r2, r3), t3 = _mm512_unpackhi_pd(r2, r3);
    a = _mm512_shuffle_f64x2(t0, t2, 0x88);
    b = _mm512_shuffle_f64x2(t1, t3, 0x88);
    c = _mm512_shuffle_f64x2(t0, t2, 0xdd);
    d = _mm512_shuffle_f64x2(t1, t3, 0xdd);
  }
  /// Adds (x, y, z, 0) of lane k to the four doubles at p[k], one lane after the other.
  static void add_rows(double* const* p, Real x, Real y, Real z) {
    const __m512d none = _mm512_setzero_pd();
    const __m512d xy0 = _mm512_unpacklo_pd(x, y), xy1 = _mm512_unpackhi_pd(x, y);
    const __m512d z0 = _mm512_unpacklo_pd(z, none), z1 = _mm512_unpackhi_pd(z, none);
    const auto put = [](double* at, __m256d row) { _mm256_storeu_pd(at, _mm256_add_pd(_mm256_loadu_pd(at), row)); };
    const __m256d a0 = _mm512_castpd512_pd256(xy0), a1 = _mm512_castpd512_pd256(xy1);
    const __m256d c0 = _mm512_castpd512_pd256(z0), c1 = _mm512_castpd512_pd256(z1);
    put(p[0], _mm256_permute2f128_pd(a0, c0, 0x20));
    put(p[1], _mm256_permute2f128_pd(a1, c1, 0x20));
    put(p[2], _mm256_permute2f128_pd(a0, c0, 0x31));
    put(p[3], _mm256_permute2f128_pd(a1, c1, 0x31));
    const __m256d b0 = _mm512_extractf64x4_pd(xy0, 1), b1 = _mm512_extractf64x4_pd(xy1, 1);
    const __m256d d0 = _mm512_extractf64x4_pd(z0, 1), d1 = _mm512_extractf64x4_pd(z1, 1);
    put(p[4], _mm256_permute2f128_pd(b0, d0, 0x20));
    put(p[5], _mm256_permute2f128_pd(b1, d1, 0x20));
    put(p[6], _mm256_permute2f128_pd(b0, d0, 0x31));
    put(p[7], _mm256_permute2f128_pd(b1, d1, 0x31));
  }

  /// Appends the marked lanes of three streams; may write a whole register each. @return how many.
  static std::size_t append(Mask m, Real a, Real b, const std::uint32_t* index, double* to_a, double* to_b,
                            std::uint32_t* to_index) {
    _mm512_storeu_pd(to_a, _mm512_maskz_compress_pd(m, a));
    _mm512_storeu_pd(to_b, _mm512_maskz_compress_pd(m, b));
    const __m256i slots = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(index));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to_index), _mm256_maskz_compress_epi32(m, slots));
    return static_cast<std::size_t>(__builtin_popcount(m));
  }
  /// Appends first + lane of the marked lanes. @return how many.
  static std::size_t append_index(Mask m, std::uint32_t first, std::uint32_t* to) {
    const __m256i lane = _mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(first)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_maskz_compress_epi32(m, lane));
    return static_cast<std::size_t>(__builtin_popcount(m));
  }
};

}  // namespace
}  // namespace landscape::md::simd
