#include "landscape/process_settings.hpp"

#include <unistd.h>

#include <cstdlib>

namespace landscape {

void restart_with_settings(char** argv) {
  bool changed = false;
  const auto set = [&](const char* name, const char* value) {
    if (std::getenv(name) == nullptr && setenv(name, value, 0) == 0) changed = true;
  };
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) set("GOMP_SPINCOUNT", "1000");
  set("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
  if (changed) execv("/proc/self/exe", argv);  // where that fails, the program goes on without
}

}  // namespace landscape
