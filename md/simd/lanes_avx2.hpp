/// Four doubles in one AVX2 register. Included by kernels_avx2.cpp alone.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "md/simd/singles_avx2.hpp"

namespace landscape::md::simd {
namespace {

struct Lanes {
  static constexpr std::size_t width = 4;
  using Real = __m256d;
  using Integer = __m256i;
  using Mask = __m256d;

  static Real set(double a) { return _mm256_set1_pd(a); }
  static Real zero() { return _mm256_setzero_pd(); }
  static Real load(const double* p) { return _mm256_loadu_pd(p); }
  static void store(double* p, Real a) { _mm256_storeu_pd(p, a); }
  static void store(float* p, Real a) { _mm_storeu_ps(p, _mm256_cvtpd_ps(a)); }
  static Real add(Real a, Real b) { return _mm256_add_pd(a, b); }
  static Real sub(Real a, Real b) { return _mm256_sub_pd(a, b); }
  static Real mul(Real a, Real b) { return _mm256_mul_pd(a, b); }
  static Real div(Real a, Real b) { return _mm256_div_pd(a, b); }
  static Real min(Real a, Real b) { return _mm256_min_pd(a, b); }
  static Real sqrt(Real a) { return _mm256_sqrt_pd(a); }
  static Real fma(Real a, Real b, Real c) { return _mm256_fmadd_pd(a, b, c); }
  static Real fms(Real a, Real b, Real c) { return _mm256_fmsub_pd(a, b, c); }
  static Real fnma(Real a, Real b, Real c) { return _mm256_fnmadd_pd(a, b, c); }
  static Mask less(Real a, Real b) { return _mm256_cmp_pd(a, b, _CMP_LT_OQ); }
  static Real keep(Mask m, Real a) { return _mm256_and_pd(m, a); }
  static Mask first(std::size_t n) {
    const __m256i lane = _mm256_setr_epi64x(0, 1, 2, 3);
    return _mm256_castsi256_pd(_mm256_cmpgt_epi64(_mm256_set1_epi64x(static_cast<long long>(n)), lane));
  }
  static double sum(Real a) {
    const __m128d q = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
    return _mm_cvtsd_f64(_mm_add_sd(q, _mm_unpackhi_pd(q, q)));
  }
  static double least(Real a) {
    const __m128d q = _mm_min_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
    return _mm_cvtsd_f64(_mm_min_sd(q, _mm_unpackhi_pd(q, q)));
  }

  static Integer truncate(Real a, std::int32_t most) {
    return _mm256_cvtepi32_epi64(_mm_min_epi32(_mm256_cvttpd_epi32(a), _mm_set1_epi32(most)));
  }
  static Real real(Integer a) {
    // Exact for the small numbers of a table: the low halves as 32-bit integers.
    const __m256i low = _mm256_permutevar8x32_epi32(a, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
    return _mm256_cvtepi32_pd(_mm256_castsi256_si128(low));
  }
  static Integer bits(Real a) { return _mm256_castpd_si256(a); }
  static Integer add(Integer a, Integer b) { return _mm256_add_epi64(a, b); }
  static Integer times_knot(Integer a) { return _mm256_add_epi64(_mm256_slli_epi64(a, 2), _mm256_slli_epi64(a, 1)); }
  static void store(std::int64_t* p, Integer a) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a); }

  static void columns(const double* const* p, Real& a, Real& b, Real& c, Real& d) {
    const __m256d r0 = _mm256_loadu_pd(p[0]), r1 = _mm256_loadu_pd(p[1]);
    const __m256d r2 = _mm256_loadu_pd(p[2]), r3 = _mm256_loadu_pd(p[3]);
    const __m256d t0 = _mm256_unpacklo_pd(r0, r1), t1 = _mm256_unpackhi_pd(r0, r1);
    const __m256d t2 = _mm256_unpacklo_pd(r2, r3), t3 = _mm256_unpackhi_pd(r2, r3);
    a = _mm256_permute2f128_pd(t0, t2, 0x20);
    b = _mm256_permute2f128_pd(t1, t3, 0x20);
    c = _mm256_permute2f128_pd(t0, t2, 0x31);
    d = _mm256_permute2f128_pd(t1, t3, 0x31);
  }
  static void add_rows(double* const* p, Real x, Real y, Real z) {
    const __m256d none = _mm256_setzero_pd();
    const __m256d xy0 = _mm256_unpacklo_pd(x, y), xy1 = _mm256_unpackhi_pd(x, y);
    const __m256d z0 = _mm256_unpacklo_pd(z, none), z1 = _mm256_unpackhi_pd(z, none);
    const auto put = [](double* at, __m256d row) { _mm256_storeu_pd(at, _mm256_add_pd(_mm256_loadu_pd(at), row)); };
    put(p[0], _mm256_permute2f128_pd(xy0, z0, 0x20));
    put(p[1], _mm256_permute2f128_pd(xy1, z1, 0x20));
    put(p[2], _mm256_permute2f128_pd(xy0, z0, 0x31));
    put(p[3], _mm256_permute2f128_pd(xy1, z1, 0x31));
  }

  static std::size_t append(Mask m, Real a, Real b, const std::uint32_t* index, double* to_a, double* to_b,
                            std::uint32_t* to_index) {
    alignas(32) double va[4], vb[4];
    _mm256_store_pd(va, a);
    _mm256_store_pd(vb, b);
    const int marked = _mm256_movemask_pd(m);
    std::size_t n = 0;
    for (int k = 0; k < 4; ++k) {
      to_a[n] = va[k];
      to_b[n] = vb[k];
      to_index[n] = index[k];
      n += static_cast<std::size_t>((marked >> k) & 1);
    }
    return n;
  }
  static std::size_t append_index(Mask m, std::uint32_t first, std::uint32_t* to) {
    const int marked = _mm256_movemask_pd(m);
    std::size_t n = 0;
    for (std::uint32_t k = 0; k < 4; ++k) {
      to[n] = first + k;
      n += static_cast<std::size_t>((marked >> k) & 1);
    }
    return n;
  }
};

}  // namespace
}  // namespace landscape::md::simd
