/// Runs the program as a user does, in a folder of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace landscape::test {

struct Outcome {
  int code = -1;      ///< exit code, or minus the signal
  std::string out, err;
  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

/// A folder that is removed again, with the files that tests start from.
class Workplace {
 public:
  Workplace();
  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  /// For what is run from now on: no file may grow beyond this, as on a full disk; 0: no limit.
  std::uint64_t largest_file_bytes = 0;
  /// For what is run from now on, by root only: without root's right to write anywhere.
  bool as_nobody = false;

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  std::string write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;
  /// An fcc crystal of 3 x 3 x 3 cells without its first atom, in extended XYZ.
  std::string vacancy_crystal(const std::string& name = "crystal.xyz") const;
  /// @param kill_after_s > 0: SIGKILL after that many seconds.
  Outcome run(const std::vector<std::string>& arguments, double kill_after_s = 0.0) const;
  /// SIGKILL as soon as `enough` says so; asked every 2 ms.
  Outcome run_until(const std::vector<std::string>& arguments, const std::function<bool()>& enough) const;

 private:
  /// Starts the program. @return its process id.
  int start(const std::vector<std::string>& arguments) const;
  Outcome finish(int child) const;

  std::filesystem::path folder_;
};

/// One failure for each key that the object lacks.
void expect_keys(const nlohmann::json& object, const std::vector<std::string>& keys);

/// 48 atoms Cu28Zr20 off their lattice, for `sample import --cell aniso` with zhou2004: a small glass with events that fold.
inline std::string small_glass() { return std::string(LANDSCAPE_TEST_DATA) + "/glass48.xyz"; }
/// 128 atoms Cu64Zr36 quenched with CuZr_mm.eam.fs at 2e14 K/s.
inline std::string glass_of_128() { return std::string(LANDSCAPE_TEST_DATA) + "/glass128.xyz"; }

/// For vacancy_crystal().
inline const std::string crystal_potential = "lj:epsilon=0.1,sigma=2.5,cutoff=5.5";

}  // namespace landscape::test
