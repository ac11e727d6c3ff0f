/// Vectors that begin on a cache line, for SIMD loads, and are not written to where nothing is put.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace landscape::md {

template <class T>
struct CacheLineAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};
  CacheLineAllocator() = default;
  template <class U>
  CacheLineAllocator(const CacheLineAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, alignment); }
  /// resize() leaves numbers as they are: memory that is never used is never touched.
  template <class U>
  void construct(U* p) {
    ::new (static_cast<void*>(p)) U;
  }
  template <class U>
  bool operator==(const CacheLineAllocator<U>&) const {
    return true;
  }
};

template <class T>
using AlignedVector = std::vector<T, CacheLineAllocator<T>>;

/// Makes `vector` n long, with whatever numbers in it. resize() would hold old and new at once where it grows, and take twice what is needed.
template <class T>
void renew(AlignedVector<T>& vector, std::size_t n) {
  if (n > vector.capacity()) {
    AlignedVector<T>().swap(vector);
    vector.reserve(n + n / 50);
  }
  vector.resize(n);
}

}  // namespace landscape::md
