/// The threads of one parallel region, which share loops and wait for each other.
#pragma once

#include <omp.h>

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace landscape::md {

/// Where the threads of a region wait until all have come.
///
/// OpenMP's own barrier either sleeps soon, and to wake up takes longer than many parts of a force call, or spins for long and keeps the core from
/// whoever could use it. This one spins and then yields: it is left at once where cores are free, and costs little where they are not.
class TeamBarrier {
 public:
  void wait(int threads) {
    if (threads == 1) return;
    const unsigned mine = round_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads) {
      arrived_.store(0, std::memory_order_relaxed);
      round_.store(mine + 1, std::memory_order_release);
      return;
    }
    constexpr int spins = 1000;  // about a microsecond
    for (int k = 0; round_.load(std::memory_order_acquire) == mine; ++k)
      if (k >= spins) std::this_thread::yield();
  }

 private:
  std::atomic<int> arrived_ = 0;
  std::atomic<unsigned> round_ = 0;
};

/// Items that are each for one thread to take.
class Claims {
 public:
  /// n items, none taken. By one thread, before the others look.
  void reset(std::size_t n) {
    if (taken_.size() != n) taken_ = std::vector<std::atomic<bool>>(n);
    for (auto& taken : taken_) taken = false;
  }
  std::size_t size() const { return taken_.size(); }
  /// @return whether the item was free, and is the caller's now.
  bool take(std::size_t item) { return !taken_[item].exchange(true, std::memory_order_relaxed); }

 private:
  std::vector<std::atomic<bool>> taken_;
};

/// One thread's view of the region that it makes it in; outside of one, of a team of one.
class Team {
 public:
  explicit Team(TeamBarrier& barrier) : barrier_(barrier) {}

  int index() const { return index_; }
  int size() const { return size_; }
  void wait() const { barrier_.wait(size_); }
  /// Calls f(begin, end) on this thread's stretch of [0, n); all stretches together are [0, n).
  template <class Function>
  void share(std::size_t n, Function&& f) const {
    const auto k = static_cast<std::size_t>(index_), parts = static_cast<std::size_t>(size_);
    f(n * k / parts, n * (k + 1) / parts);
  }
  /// Calls f on one thread while the others wait.
  template <class Function>
  void lead(Function&& f) const {
    if (index_ == 0) f();
    wait();
  }
  /// Calls f(item, whether it is the thread's own) for every item once: on each thread those that own(item) says are its own, in order, and then,
  /// from the last on, what others have not begun, unless nobody is to help. A core that is slower for a while, as virtual ones are, holds the
  /// others up less. Waits.
  template <class Own, class Function>
  void take(Claims& claims, Own&& own, Function&& f, bool help = true) const {
    for (std::size_t item = 0; item < claims.size(); ++item)
      if (own(item) && claims.take(item)) f(item, true);
    for (std::size_t item = claims.size(); help && item-- > 0;)
      if (claims.take(item)) f(item, false);
    wait();
  }

 private:
  TeamBarrier& barrier_;
  int index_ = omp_get_thread_num();
  int size_ = omp_get_num_threads();
};

}  // namespace landscape::md
