#include <cstdlib>
#include <string>

#include "md/core/error.hpp"
#include "md/simd/kernels.hpp"

namespace landscape::md::simd {
namespace {

const Kernels& choose() {
  const Kernels* best = &generic_kernels;
  const Kernels* avx2 = nullptr;
  const Kernels* avx512 = nullptr;
#ifdef LANDSCAPE_X86_KERNELS
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) best = avx2 = &avx2_kernels;
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
    best = avx512 = &avx512_kernels;
#endif
  const char* asked = std::getenv("LANDSCAPE_SIMD");
  if (!asked || !*asked) return *best;
  const std::string name = asked;
  if (name == generic_kernels.name) return generic_kernels;
  if (name == "avx2" && avx2) return *avx2;
  if (name == "avx512" && avx512) return *avx512;
  throw InputError(message("LANDSCAPE_SIMD is '", name, "', expected generic", avx2 ? ", avx2" : "",
                           avx512 ? ", avx512" : "", " on this processor"));
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace landscape::md::simd
