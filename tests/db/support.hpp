/// What the tests of db share: a folder that goes away, and a small study with one of everything.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "db/database.hpp"

namespace landscape::db::testing {

/// A new folder for one test, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Ids of the rows that make_study writes.
struct Study {
  Id run = 0, potential = 0, configuration = 0, sample = 0;
  Id initial = 0, final = 0, saddle = 0, mapping = 0, event = 0;
};

/// A ready sample "S1" of 2 atoms with one event (0.5 eV forward, 0.3 eV back) found by search 0
/// and again by search 1, consistent enough to pass check().
Study make_study(Database& database);

/// Records that fit into a study.
RunRecord a_run();
ConfigurationRecord a_configuration();
MinimumRecord a_minimum(const Study& study, const std::string& uid, double energy_ev);
SaddleRecord a_saddle(const Study& study, const std::string& uid, double energy_ev);
EventRecord an_event(const Study& study, const std::string& uid);
SearchRecord a_search(const Study& study, std::int64_t index);
TrackRecord a_track(const Study& study, const std::string& options_key);
ShearRecord a_shear(const Study& study);

/// The message of the db::Error that `action` throws, which must be one line; "" with a failure
/// when it throws none.
std::string error_of(const std::function<void()>& action);

/// Runs `action` in a forked child and returns the status as waitpid gives it. The child ends with
/// the exit code that `action` returns, 99 if it throws.
int in_child(const std::function<int()>& action);

bool contains(const std::string& text, const std::string& part);

/// The file's bytes.
std::string slurp(const std::filesystem::path& path);

}  // namespace landscape::db::testing
