/// Makes a database of many events without coordinates, in the schema of real ones: large_database
/// FILE [EVENTS].
///
/// One sample, its minimum in the middle, every event to a minimum of its own or, one in ten,
/// between two that are there; every twentieth event has a track. Prints how fast they went in.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "db/database.hpp"
#include "landscape/process_settings.hpp"
#include "md/core/rng.hpp"

namespace {

using namespace landscape;

struct Study {
  db::Id run = 0, sample = 0, configuration = 0, initial = 0, mapping = 0;
};

Study begin(db::Database& database) {
  Study s;
  s.run = database.add_run({.command = "map", .code_version = "bench"});
  const auto potential =
      database.ensure_potential({.spec = "none", .name = "none", .sha256 = "none"});
  s.configuration = database.add_configuration({.n_atoms = 1, .layout = "none", .data = {0}});
  db::SampleRecord sample;
  sample.name = "large";
  sample.run_id = s.run;
  sample.potential_id = potential;
  sample.composition = "Cu64Zr36";
  sample.n_atoms = 1;
  sample.origin = "import";
  s.sample = database.add_sample(sample);
  db::MinimumRecord minimum;
  minimum.sample_id = s.sample;
  minimum.run_id = s.run;
  minimum.energy_ev = minimum.max_force_ev_per_a = 0.0;
  minimum.configuration_id = s.configuration;
  minimum.uid = "initial";
  s.initial = database.add_minimum(minimum);
  sample.id = s.sample;
  sample.minimum_id = s.initial;
  sample.energy_ev = sample.energy_per_atom_ev = 0.0;
  sample.state = "ready";
  database.update_sample(sample);
  s.mapping = database.ensure_mapping(
      {.sample_id = s.sample, .run_id = s.run, .initial_minimum_id = s.initial});
  return s;
}

/// 32 hexadecimal digits in no order, as uids of real states.
std::string uid(const char* kind, std::int64_t k) {
  std::string text;
  std::uint64_t state = static_cast<std::uint64_t>(k) * 3 + static_cast<std::uint64_t>(kind[0] % 3);
  for (int half = 0; half < 2; ++half) {
    // splitmix64: Steele, Lea & Flood, OOPSLA 2014
    std::uint64_t z = (state = state * 0x9e3779b97f4a7c15ULL + 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    z ^= z >> 31;
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[(z >> shift) & 15];
  }
  return text;
}

class Generator {
 public:
  Generator(db::Database& database, const Study& study) : database_(database), study_(study) {
    minima_.push_back({study.initial, 0.0});
  }

  void add(std::int64_t k) {
    constexpr double widest = 2.0;  // [eV]
    const bool between = k % 10 == 9;
    const auto [from, low] = minima_[between ? random_.below(minima_.size()) : 0];
    const auto [to, high] =
        between ? minima_[random_.below(minima_.size())] : minimum(k, random_.uniform());
    if (from == to) return add_known(k);
    add_event(k, from, low, to, high, std::max(low, high) + widest * random_.uniform());
  }

 private:
  struct Place {
    db::Id id;
    double energy_ev;
  };

  void add_known(std::int64_t k) {
    const auto [to, high] = minimum(k, random_.uniform());
    add_event(k, study_.initial, 0.0, to, high, high + random_.uniform());
  }

  Place minimum(std::int64_t k, double energy) {
    db::MinimumRecord m;
    m.sample_id = study_.sample;
    m.run_id = study_.run;
    m.energy_ev = energy;
    m.max_force_ev_per_a = 1e-5;
    m.configuration_id = study_.configuration;
    m.origin = "map";
    m.uid = uid("m", k);
    minima_.push_back({database_.add_minimum(m), energy});
    return minima_.back();
  }

  void add_event(std::int64_t k, db::Id from, double low, db::Id to, double high, double top) {
    db::SaddleRecord d;
    d.sample_id = study_.sample;
    d.run_id = study_.run;
    d.energy_ev = top;
    d.max_force_ev_per_a = 1e-5;
    d.curvature_ev_per_a2 = -random_.uniform();
    d.configuration_id = study_.configuration;
    d.connected = true;
    d.uid = uid("s", k);
    db::EventRecord e;
    e.sample_id = study_.sample;
    e.run_id = study_.run;
    e.mapping_id = study_.mapping;
    e.initial_minimum_id = from;
    e.final_minimum_id = to;
    e.saddle_id = database_.add_saddle(d);
    e.barrier_ev = top - low;
    e.reverse_barrier_ev = top - high;
    e.curvature_ev_per_a2 = d.curvature_ev_per_a2;
    e.center_atom = 1;
    e.times_found = 0;
    e.predicted_critical_strain = random_.uniform();
    e.uid = uid("e", k);
    const auto id = database_.add_event(e);
    if (k % 20 != 0) return;
    db::TrackRecord t;
    t.event_id = id;
    t.run_id = study_.run;
    t.critical_strain = random_.uniform();
    t.window_low = -0.1;
    t.window_high = t.critical_strain;
    t.low_end = t.high_end = "initial";
    t.event_class = t.event_class_zero_stress = k % 40 == 0 ? "thermal" : "unresolved";
    t.state = "done";
    database_.add_track(t, {});
  }

  db::Database& database_;
  const Study& study_;
  md::CounterRng random_{1, md::Stream::Types, 0};
  std::vector<Place> minima_;
};

}  // namespace

int main(int argc, char** argv) try {
  restart_with_settings(argv);  // as the program does
  if (argc < 2) {
    std::fprintf(stderr, "large_database FILE [EVENTS]\n");
    return 2;
  }
  const std::int64_t events = argc > 2 ? std::atoll(argv[2]) : 1'000'000;
  if (std::filesystem::exists(argv[1]))
    throw db::Error(std::string(argv[1]) + ": is there already");
  db::Database database(argv[1]);
  const Study study = begin(database);
  Generator generator(database, study);
  const auto start = std::chrono::steady_clock::now();
  constexpr std::int64_t batch = 250'000;
  for (std::int64_t k = 0; k < events; k += batch) {
    db::Transaction transaction(database);
    for (std::int64_t i = k; i < std::min(events, k + batch); ++i) generator.add(i);
    transaction.commit();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const double cpu = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  std::printf("%lld events in %.1f s: %.0f events/s; %.1f s CPU: %.0f events/s\n", static_cast<long long>(events),
              took.count(), static_cast<double>(events) / took.count(), cpu, static_cast<double>(events) / cpu);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "large_database: %s\n", error.what());
  return 1;
}
