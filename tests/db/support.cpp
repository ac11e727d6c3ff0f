#include "support.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace landscape::db::testing {

TemporaryFolder::TemporaryFolder() {
  auto name = (std::filesystem::temp_directory_path() / "landscape_db_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("cannot make a folder in " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
  std::filesystem::remove_all(path_, ignored);
}

RunRecord a_run() {
  RunRecord run;
  run.command = "map";
  run.code_version = "0.1.0";
  return run;
}

ConfigurationRecord a_configuration() {
  ConfigurationRecord configuration;
  configuration.n_atoms = 2;
  configuration.layout = "test";
  configuration.data = {0, 1, 2, 255};
  return configuration;
}

MinimumRecord a_minimum(const Study& study, const std::string& uid, double energy_ev) {
  MinimumRecord minimum;
  minimum.sample_id = study.sample;
  minimum.run_id = study.run;
  minimum.energy_ev = energy_ev;
  minimum.max_force_ev_per_a = 1e-5;
  minimum.configuration_id = study.configuration;
  minimum.uid = uid;
  return minimum;
}

SaddleRecord a_saddle(const Study& study, const std::string& uid, double energy_ev) {
  SaddleRecord saddle;
  saddle.sample_id = study.sample;
  saddle.run_id = study.run;
  saddle.energy_ev = energy_ev;
  saddle.max_force_ev_per_a = 1e-4;
  saddle.curvature_ev_per_a2 = -1.0;
  saddle.proof = "dense";
  saddle.configuration_id = study.configuration;
  saddle.connected = true;
  saddle.center_atom = 1;
  saddle.uid = uid;
  return saddle;
}

EventRecord an_event(const Study& study, const std::string& uid) {
  EventRecord event;
  event.sample_id = study.sample;
  event.run_id = study.run;
  event.mapping_id = study.mapping;
  event.initial_minimum_id = study.initial;
  event.saddle_id = study.saddle;
  event.final_minimum_id = study.final;
  event.barrier_ev = 0.5;
  event.reverse_barrier_ev = 0.3;
  event.center_atom = 1;
  event.first_search_index = 0;
  event.uid = uid;
  return event;
}

SearchRecord a_search(const Study& study, std::int64_t index) {
  SearchRecord search;
  search.mapping_id = study.mapping;
  search.run_id = study.run;
  search.search_index = index;
  search.center_atom = 1;
  search.outcome = "connected";
  search.force_calls = 100.5;
  return search;
}

TrackRecord a_track(const Study& study, const std::string& options_key) {
  TrackRecord track;
  track.event_id = study.event;
  track.run_id = study.run;
  track.options_key = options_key;
  return track;
}

ShearRecord a_shear(const Study& study) {
  ShearRecord shear;
  shear.sample_id = study.sample;
  shear.run_id = study.run;
  shear.options_key = "to 0.1";
  shear.to_strain = 0.1;
  return shear;
}

Study make_study(Database& database) {
  Transaction transaction(database);
  Study study;
  study.run = database.add_run(a_run());
  PotentialRecord potential;
  potential.spec = potential.name = "lj:epsilon=1,sigma=1,cutoff=2.5";
  potential.sha256 = "00";
  study.potential = database.ensure_potential(potential);
  study.configuration = database.add_configuration(a_configuration());

  SampleRecord sample;
  sample.name = "S1";
  sample.run_id = study.run;
  sample.potential_id = study.potential;
  sample.composition = "Cu1Zr1";
  sample.n_atoms = 2;
  sample.origin = "quench";
  sample.species = "Cu Zr";
  sample.id = study.sample = database.add_sample(sample);

  study.initial = database.add_minimum(a_minimum(study, "initial", -10.0));
  auto other = a_minimum(study, "final", -9.8);
  other.origin = "map";
  study.final = database.add_minimum(other);
  study.saddle = database.add_saddle(a_saddle(study, "saddle", -9.5));
  sample.minimum_id = study.initial;
  sample.energy_ev = -10.0;
  sample.energy_per_atom_ev = -5.0;
  sample.state = "ready";
  database.update_sample(sample);

  MappingRecord mapping;
  mapping.sample_id = study.sample;
  mapping.run_id = study.run;
  mapping.options_key = "defaults";
  mapping.initial_minimum_id = study.initial;
  study.mapping = database.ensure_mapping(mapping);
  study.event = database.add_event(an_event(study, "event"));
  database.count_event_again(study.event, 1);
  for (const std::int64_t index : {0, 1}) {
    auto search = a_search(study, index);
    search.event_id = study.event;
    search.saddle_id = study.saddle;
    database.add_search(search);
  }
  database.finish_run(study.run, "done", 1.0, 201.0);
  transaction.commit();
  return study;
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.find('\n'), std::string::npos) << "more than one line: " << text;
    return text;
  }
  ADD_FAILURE() << "expected a db::Error, got none";
  return "";
}

int in_child(const std::function<int()>& action) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 99;
    try {
      code = action();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "child: %s\n", error.what());
    }
    ::_exit(code);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) {
    ADD_FAILURE() << "fork or waitpid failed";
  }
  return status;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace landscape::db::testing
