/// Settings that the C library and the OpenMP library read once, before main.
#pragma once

namespace landscape {

/// Starts the program again, as the same process, with the settings below unless the environment has its own. For the first line of main:
/// whatever came before is lost.
///
/// GOMP_SPINCOUNT=2000 (not where OMP_WAIT_POLICY is set): libgomp lets a thread that waits spin for milliseconds. Where its partner does not
/// have a core to itself, a force call then takes 10 to 100 times as long (1008 atoms, 2 threads, 2 cores that others used: 45 000 ns/atom
/// against 1400 with this setting and 1100 without any spinning; 1000 is what libgomp itself takes where it
/// knows of too many threads; with 2000 two threads are 2 % faster where both cores are free, and 3 % slower where two such runs share them).
///
/// GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1048576 (glibc 2.35 or newer, others ignore it): memory in pages of 2 MB where the kernel gives them to who asks.
/// Entering a million events, which jumps about in half a gigabyte of indices, takes 8 % less time (docs/queries.md). Blocks above 1 MB go back
/// to the system when they are freed: 100,000 atoms take 4 % less memory (docs/performance.md).
/// @param argv of main, ended by a null pointer.
void restart_with_settings(char** argv);

}  // namespace landscape
