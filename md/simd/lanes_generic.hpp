/// Two doubles side by side in plain C++, for processors without AVX2. Included by kernels_generic.cpp alone.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace landscape::md::simd {
namespace {

struct Lanes {
  static constexpr std::size_t width = 2;
  struct Real {
    double v[2];
  };
  struct Integer {
    std::int64_t v[2];
  };
  struct Mask {
    bool v[2];
  };

  template <class F>
  static Real map(F f) {
    return {{f(0), f(1)}};
  }
  static Real set(double a) { return {{a, a}}; }
  static Real zero() { return set(0.0); }
  static Real load(const double* p) { return {{p[0], p[1]}}; }
  static void store(double* p, Real a) {
    p[0] = a.v[0];
    p[1] = a.v[1];
  }
  static void store(float* p, Real a) {
    p[0] = static_cast<float>(a.v[0]);
    p[1] = static_cast<float>(a.v[1]);
  }
  static Real add(Real a, Real b) { return map([&](int k) { return a.v[k] + b.v[k]; }); }
  static Real sub(Real a, Real b) { return map([&](int k) { return a.v[k] - b.v[k]; }); }
  static Real mul(Real a, Real b) { return map([&](int k) { return a.v[k] * b.v[k]; }); }
  static Real div(Real a, Real b) { return map([&](int k) { return a.v[k] / b.v[k]; }); }
  static Real min(Real a, Real b) { return map([&](int k) { return a.v[k] < b.v[k] ? a.v[k] : b.v[k]; }); }
  static Real sqrt(Real a) { return map([&](int k) { return std::sqrt(a.v[k]); }); }
  static Real fma(Real a, Real b, Real c) { return map([&](int k) { return a.v[k] * b.v[k] + c.v[k]; }); }
  static Real fms(Real a, Real b, Real c) { return map([&](int k) { return a.v[k] * b.v[k] - c.v[k]; }); }
  static Real fnma(Real a, Real b, Real c) { return map([&](int k) { return c.v[k] - a.v[k] * b.v[k]; }); }
  static Mask less(Real a, Real b) { return {{a.v[0] < b.v[0], a.v[1] < b.v[1]}}; }
  static Real keep(Mask m, Real a) { return map([&](int k) { return m.v[k] ? a.v[k] : 0.0; }); }
  static Mask first(std::size_t n) { return {{n > 0, n > 1}}; }
  static double sum(Real a) { return a.v[0] + a.v[1]; }
  static double least(Real a) { return a.v[0] < a.v[1] ? a.v[0] : a.v[1]; }

  static Integer truncate(Real a, std::int32_t most) {
    const auto one = [most](double x) {
      const auto n = static_cast<std::int64_t>(x);
      return n < most ? n : most;
    };
    return {{one(a.v[0]), one(a.v[1])}};
  }
  static Real real(Integer a) { return {{static_cast<double>(a.v[0]), static_cast<double>(a.v[1])}}; }
  static Integer bits(Real a) {
    Integer n;
    std::memcpy(&n, &a, sizeof n);
    return n;
  }
  static Integer add(Integer a, Integer b) { return {{a.v[0] + b.v[0], a.v[1] + b.v[1]}}; }
  static Integer times_knot(Integer a) { return {{6 * a.v[0], 6 * a.v[1]}}; }
  static void store(std::int64_t* p, Integer a) {
    p[0] = a.v[0];
    p[1] = a.v[1];
  }

  static void columns(const double* const* p, Real& a, Real& b, Real& c, Real& d) {
    a = {{p[0][0], p[1][0]}};
    b = {{p[0][1], p[1][1]}};
    c = {{p[0][2], p[1][2]}};
    d = {{p[0][3], p[1][3]}};
  }
  static void add_rows(double* const* p, Real x, Real y, Real z) {
    for (int k = 0; k < 2; ++k) {
      p[k][0] += x.v[k];
      p[k][1] += y.v[k];
      p[k][2] += z.v[k];
    }
  }
  static std::size_t append(Mask m, Real a, Real b, const std::uint32_t* index, double* to_a, double* to_b,
                            std::uint32_t* to_index) {
    std::size_t n = 0;
    for (int k = 0; k < 2; ++k) {
      to_a[n] = a.v[k];
      to_b[n] = b.v[k];
      to_index[n] = index[k];
      n += m.v[k] ? 1 : 0;
    }
    return n;
  }
  static std::size_t append_index(Mask m, std::uint32_t first, std::uint32_t* to) {
    std::size_t n = 0;
    for (std::uint32_t k = 0; k < 2; ++k) {
      to[n] = first + k;
      n += m.v[k] ? 1 : 0;
    }
    return n;
  }
};

/// Four single-precision numbers.
struct Singles {
  static constexpr std::size_t width = 4;
  struct Real {
    float v[4];
  };

  template <class F>
  static Real map(F f) {
    return {{f(0), f(1), f(2), f(3)}};
  }
  static Real set(float a) { return {{a, a, a, a}}; }
  static Real zero() { return set(0.0F); }
  static Real load(const float* p) { return {{p[0], p[1], p[2], p[3]}}; }
  static Real add(Real a, Real b) { return map([&](int k) { return a.v[k] + b.v[k]; }); }
  static Real sub(Real a, Real b) { return map([&](int k) { return a.v[k] - b.v[k]; }); }
  static Real mul(Real a, Real b) { return map([&](int k) { return a.v[k] * b.v[k]; }); }
  static Real fma(Real a, Real b, Real c) { return map([&](int k) { return a.v[k] * b.v[k] + c.v[k]; }); }
  static float sum(Real a) { return (a.v[0] + a.v[2]) + (a.v[1] + a.v[3]); }
  static Real gather(const float* p, const std::uint32_t* index) {
    return map([&](int k) { return p[index[k]]; });
  }
  static void columns(const float* p, const std::uint32_t* index, Real& a, Real& b, Real& c) {
    const auto at = [&](int k) { return p + 4 * static_cast<std::size_t>(index[k]); };
    a = map([&](int k) { return at(k)[0]; });
    b = map([&](int k) { return at(k)[1]; });
    c = map([&](int k) { return at(k)[2]; });
  }
  static void add_rows(float* p, const std::uint32_t* index, Real x, Real y, Real z, Real w) {
    for (int k = 0; k < 4; ++k) {
      float* at = p + 4 * static_cast<std::size_t>(index[k]);
      at[0] += x.v[k];
      at[1] += y.v[k];
      at[2] += z.v[k];
      at[3] += w.v[k];
    }
  }
};

}  // namespace
}  // namespace landscape::md::simd
