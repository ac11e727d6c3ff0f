/// Runs the program as a user does, in a folder of its own.
#pragma once

#include <filesystem>
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

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  std::string write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;
  /// An fcc crystal of 3 x 3 x 3 cells without its first atom, in extended XYZ.
  std::string vacancy_crystal(const std::string& name = "crystal.xyz") const;
  /// @param kill_after_s > 0: SIGKILL after that many seconds.
  Outcome run(const std::vector<std::string>& arguments, double kill_after_s = 0.0) const;

 private:
  std::filesystem::path folder_;
};

/// For vacancy_crystal().
inline const std::string crystal_potential = "lj:epsilon=0.1,sigma=2.5,cutoff=5.5";

}  // namespace landscape::test
