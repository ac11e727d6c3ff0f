/// Eight single-precision numbers in one register, for AVX2 and what has it too. Included by lanes_avx2.hpp and lanes_avx512.hpp.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace landscape::md::simd {
namespace {

struct Singles {
  static constexpr std::size_t width = 8;
  using Real = __m256;

  static Real set(float a) { return _mm256_set1_ps(a); }
  static Real zero() { return _mm256_setzero_ps(); }
  static Real load(const float* p) { return _mm256_loadu_ps(p); }
  static Real add(Real a, Real b) { return _mm256_add_ps(a, b); }
  static Real sub(Real a, Real b) { return _mm256_sub_ps(a, b); }
  static Real mul(Real a, Real b) { return _mm256_mul_ps(a, b); }
  static Real fma(Real a, Real b, Real c) { return _mm256_fmadd_ps(a, b, c); }
  static float sum(Real a) {
    const __m128 q = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    const __m128 h = _mm_add_ps(q, _mm_movehl_ps(q, q));
    return _mm_cvtss_f32(_mm_add_ss(h, _mm_shuffle_ps(h, h, 1)));
  }
  /// p[index[k]] in lane k.
  static Real gather(const float* p, const std::uint32_t* index) {
    return _mm256_i32gather_ps(p, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(index)), 4);
  }
  /// First three columns of eight rows of four; row k begins at p + 4 index[k].
  static void columns(const float* p, const std::uint32_t* index, Real& a, Real& b, Real& c) {
    const auto pair = [&](std::size_t low, std::size_t high) {
      return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_load_ps(p + 4 * static_cast<std::size_t>(index[low]))),
                                  _mm_load_ps(p + 4 * static_cast<std::size_t>(index[high])), 1);
    };
    const __m256 r0 = pair(0, 4), r1 = pair(1, 5), r2 = pair(2, 6), r3 = pair(3, 7);
    const __m256 t0 = _mm256_unpacklo_ps(r0, r1), t1 = _mm256_unpacklo_ps(r2, r3);
    const __m256 t2 = _mm256_unpackhi_ps(r0, r1), t3 = _mm256_unpackhi_ps(r2, r3);
    a = _mm256_shuffle_ps(t0, t1, 0x44);
    b = _mm256_shuffle_ps(t0, t1, 0xee);
    c = _mm256_shuffle_ps(t2, t3, 0x44);
  }
  /// Adds (x, y, z, w) of lane k to the four numbers at p + 4 index[k], one lane after the other.
  static void add_rows(float* p, const std::uint32_t* index, Real x, Real y, Real z, Real w) {
    const __m256 t0 = _mm256_unpacklo_ps(x, y), t1 = _mm256_unpacklo_ps(z, w);
    const __m256 t2 = _mm256_unpackhi_ps(x, y), t3 = _mm256_unpackhi_ps(z, w);
    const __m256 r0 = _mm256_shuffle_ps(t0, t1, 0x44), r1 = _mm256_shuffle_ps(t0, t1, 0xee);
    const __m256 r2 = _mm256_shuffle_ps(t2, t3, 0x44), r3 = _mm256_shuffle_ps(t2, t3, 0xee);
    const auto put = [&](std::size_t k, __m128 row) {
      float* at = p + 4 * static_cast<std::size_t>(index[k]);
      _mm_store_ps(at, _mm_add_ps(_mm_load_ps(at), row));
    };
    put(0, _mm256_castps256_ps128(r0));
    put(1, _mm256_castps256_ps128(r1));
    put(2, _mm256_castps256_ps128(r2));
    put(3, _mm256_castps256_ps128(r3));
    put(4, _mm256_extractf128_ps(r0, 1));
    put(5, _mm256_extractf128_ps(r1, 1));
    put(6, _mm256_extractf128_ps(r2, 1));
    put(7, _mm256_extractf128_ps(r3, 1));
  }
};

}  // namespace
}  // namespace landscape::md::simd
