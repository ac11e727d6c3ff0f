#include "md/simd/kernels.hpp"

#include "md/simd/lanes_avx512.hpp"
// after the lanes
#include "md/simd/passes.hpp"
#include "md/simd/second_order_passes.hpp"

namespace landscape::md::simd {

const Kernels avx512_kernels = {"avx512", eam_density, eam_energy, eam_slopes, eam_force, within, eam_expand, eam_product};

}  // namespace landscape::md::simd
