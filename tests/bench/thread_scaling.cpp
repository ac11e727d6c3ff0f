/// Times molecular dynamics with one thread and with two in turn, in one process: thread_scaling STRUCTURE POTENTIAL KELVIN [TYPES [BLOCKS]].
///
/// Both runs do the same steps (NVE, 2 fs) in blocks of a twentieth of a second or so that follow each other, so that a clock or a
/// neighbor on the machine that changes meanwhile changes both. Prints the medians over the blocks and the ratio of the sums.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <vector>

#include "landscape/process_settings.hpp"
#include "md/core/error.hpp"
#include "md/dynamics/dynamics.hpp"
#include "md/io/structure_io.hpp"

namespace {

using namespace landscape::md;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> names;
  std::istringstream in(text);
  for (std::string name; std::getline(in, name, ',');) names.push_back(name);
  return names;
}

Dynamics start(const std::shared_ptr<const Potential>& potential, Configuration structure, double kelvin, int threads) {
  DynamicsOptions options;
  options.temperature_k = kelvin;
  options.threads = threads;
  if (structure.velocities.cols() == 0) {
    Eigen::VectorXd masses(structure.size());
    const auto types = potential->types_of(structure.species);
    for (Eigen::Index i = 0; i < masses.size(); ++i) masses[i] = potential->mass(types[static_cast<std::size_t>(i)]);
    CounterRng random(1, Stream::Velocities, 0);
    draw_velocities(structure, masses, kelvin, random);
  }
  return Dynamics(potential, std::move(structure), options);
}

double seconds_of(Dynamics& run, int steps) {
  const auto begin = std::chrono::steady_clock::now();
  for (int k = 0; k < steps; ++k) run.step();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) try {
  landscape::restart_with_settings(argv);  // as the program does
  if (argc < 4) {
    std::fprintf(stderr, "thread_scaling STRUCTURE POTENTIAL KELVIN [TYPES [BLOCKS]]\n");
    return 2;
  }
  ReadOptions reading;
  if (argc > 4) reading.types = split(argv[4]);
  const int blocks = argc > 5 ? std::max(1, std::atoi(argv[5])) : 100;
  const auto potential = open_potential(argv[2]);
  const Configuration structure = read_structure(argv[1], reading).configuration;
  const double kelvin = std::atof(argv[3]);
  std::array<Dynamics, 2> runs = {start(potential, structure, kelvin, 1), start(potential, structure, kelvin, 2)};
  const int steps = std::max(5, static_cast<int>(150000 / structure.size()));
  std::array<std::vector<double>, 2> times;
  for (auto& run : runs) seconds_of(run, steps);
  for (int block = 0; block < blocks; ++block)
    for (std::size_t k = 0; k < 2; ++k) times[k].push_back(seconds_of(runs[k], steps));
  if (runs[0].positions() != runs[1].positions()) throw InvariantError("the runs with one and two threads differ");
  double sums[2] = {};
  for (std::size_t k = 0; k < 2; ++k)
    for (const double t : times[k]) sums[k] += t;
  const double to_ns = 1e9 / steps / static_cast<double>(structure.size());
  std::printf("%lld atoms, %d steps each: one thread %.1f, two threads %.1f ns per atom and step (medians); ratio of sums %.3f\n",
              static_cast<long long>(structure.size()), steps * blocks, median(times[0]) * to_ns, median(times[1]) * to_ns,
              sums[0] / sums[1]);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "thread_scaling: %s\n", error.what());
  return 1;
}
