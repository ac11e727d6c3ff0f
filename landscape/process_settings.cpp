#include "landscape/process_settings.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace landscape {

void restart_with_settings(char** argv) {
  bool changed = false;
  const auto set = [&](const char* name, const char* value) {
    if (std::getenv(name) == nullptr && setenv(name, value, 0) == 0) changed = true;
  };
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) set("GOMP_SPINCOUNT", "2000");
  set("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1048576");
  if (!changed) return;
  // By its own path, so that ps and top show its name. Where that fails, the program goes on without.
  std::error_code none;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", none);
  if (!none) execv(self.c_str(), argv);
}

}  // namespace landscape
