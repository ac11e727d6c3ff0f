/// Force-call equivalents of ARTn searches on one structure, by how they end, for any choice of the options named below.
///
/// search_cost STRUCTURE POTENTIAL [searches=N] [seed=N] [NAME=VALUE ...]; no database, one thread. Searches know the saddles of earlier
/// batches of eight, as those of `map` do, and start at the same atoms with the same pushes as `map --seed`.
#include <cstdio>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>

#include "art/search.hpp"
#include "landscape/workflow/nearby_states.hpp"
#include "md/core/error.hpp"
#include "md/io/structure_io.hpp"
#include "md/potential/atomic_surface.hpp"

namespace {

using namespace landscape;

struct Sum {
  int searches = 0, fresh = 0;
  art::StageCalls calls;
};

struct Settings {
  std::int64_t searches = 200;
  std::uint64_t seed = 7;
  bool list = false;
  art::SearchOptions search;

  void set(const std::string& argument) {
    const std::map<std::string, std::function<void(double)>> names = {
        {"searches", [this](double v) { searches = static_cast<std::int64_t>(v); }},
        {"seed", [this](double v) { seed = static_cast<std::uint64_t>(v); }},
        {"list", [this](double v) { list = v != 0.0; }},
        {"radius", [this](double v) { search.radius = v; }},
        {"step", [this](double v) { search.activation_step = v; }},
        {"leave", [this](double v) { search.leave_curvature = v; }},
        {"relaxation", [this](double v) { search.relaxation_steps = static_cast<int>(v); }},
        {"margin", [this](double v) { search.local_margin = v; }},
        {"local_iterations", [this](double v) { search.local_iterations = static_cast<int>(v); }},
        {"local_vectors", [this](double v) { search.local_vectors = static_cast<int>(v); }},
        {"local_patience", [this](double v) { search.local_patience = static_cast<int>(v); }},
        {"local_climb", [this](double v) { search.local_climb = v; }},
        {"local_force", [this](double v) { search.local_force = v; }},
        {"grow_force", [this](double v) { search.grow_force = v; }},
        {"gave_way", [this](double v) { search.gave_way = v; }},
        {"follow", [this](double v) { search.detached = v != 0.0 ? art::Detached::Follow : art::Detached::Leave; }},
        {"steady_refresh", [this](double v) { search.approach.steady_refresh = static_cast<int>(v); }},
        {"steady", [this](double v) { search.approach.steady = v; }},
        {"lost_refresh", [this](double v) { search.approach.lost_refresh = static_cast<int>(v); }},
        {"climb", [this](double v) { search.approach.max_climb = v; }},
        {"max_step", [this](double v) { search.approach.max_step = v; }},
        {"patience", [this](double v) { search.approach.patience = static_cast<int>(v); }},
        {"iterations", [this](double v) { search.approach.max_iterations = static_cast<int>(v); }},
        {"vectors", [this](double v) { search.approach.lanczos.max_vectors = static_cast<int>(v); }},
        {"residual", [this](double v) { search.approach.lanczos.residual = v; }},
        {"least_curvature", [this](double v) { search.approach.least_curvature = v; }},
        {"memory", [this](double v) { search.approach.memory = static_cast<int>(v); }},
        {"initial_curvature", [this](double v) { search.approach.initial_curvature = v; }},
        {"coarse_force", [this](double v) { search.coarse_force = v; }},
        {"side_force", [this](double v) { search.side_force = v; }},
        {"newton_force", [this](double v) { search.minimum.newton_force = v; }},
        {"newton_residual", [this](double v) { search.minimum.newton_residual = v; }},
        {"newton_max_step", [this](double v) { search.minimum.newton_max_step = v; }},
        {"max_energy", [this](double v) { search.approach.max_energy = v; }}};
    const auto equals = argument.find('=');
    const auto found = names.find(argument.substr(0, equals));
    if (equals == std::string::npos || found == names.end()) throw std::runtime_error("search_cost: unknown option " + argument);
    found->second(std::stod(argument.substr(equals + 1)));
  }
};

void print(const char* name, const Sum& sum, double n) {
  const auto& c = sum.calls;
  std::printf("%-22s %5d %5d %8.1f %8.1f %8.1f %8.1f %8.1f %8.1f %8.1f %8.1f\n", name, sum.searches, sum.fresh, c.total() / n, c.activation / n,
              c.approach / n, c.proof / n, c.push_over / n, c.minima / n, c.lanczos / n, c.whole / n);
}

int run(int argc, char** argv) {
  if (argc < 3) throw std::runtime_error("search_cost STRUCTURE POTENTIAL [searches=N] [seed=N] [NAME=VALUE ...]");
  Settings settings;
  for (int k = 3; k < argc; ++k) settings.set(argv[k]);
  const auto potential = md::open_potential(argv[2]);
  const auto configuration = md::read_structure(argv[1]).configuration;
  md::AtomicSurface surface(potential, configuration);
  Eigen::VectorXd minimum = surface.gather(configuration.positions);
  // Tables with kinks (ZrCuAl_2009) may stall above the tolerance.
  if (md::minimize(surface, minimum, {.max_force = 1e-6, .max_step = 0.05}).max_force > 1e-3) throw std::runtime_error("search_cost: no minimum");
  const Eigen::Index n = minimum.size() / 3;

  constexpr std::int64_t batch = 8;
  landscape::NearbyStates saddles(surface, minimum);
  std::vector<std::int64_t> found_by;
  std::vector<bool> is_event;
  std::map<std::string, Sum> by_outcome;
  Sum all;
  double barriers = 0.0;
  int low = 0;
  for (std::int64_t k = 0; k < settings.searches; ++k) {
    md::CounterRng center_rng(settings.seed, md::Stream::CenterAtom, static_cast<std::uint64_t>(k));
    const auto center = static_cast<Eigen::Index>(center_rng.below(static_cast<std::uint64_t>(n)));
    std::vector<Eigen::Index> active;
    for (Eigen::Index i = 0; i < n; ++i)
      if (surface.cell().minimum_image(minimum.segment<3>(3 * i) - minimum.segment<3>(3 * center)).norm() < settings.search.radius)
        active.push_back(i);
    md::CounterRng push_rng(settings.seed, md::Stream::Activation, static_cast<std::uint64_t>(k));
    art::SearchContext context;
    context.known = [&](const Eigen::VectorXd& x, double distance) -> std::optional<std::size_t> {
      for (const std::size_t n : saddles.within(x, distance))
        if (found_by[n] < k / batch * batch) return n;
      return std::nullopt;
    };
    const auto found = art::search(surface, minimum, art::random_push(surface, active, push_rng), settings.search, context);
    bool connected = found.outcome == art::Outcome::Connected, fresh = false;
    if (connected || found.outcome == art::Outcome::Disconnected) {
      const auto near = saddles.within(found.saddle, settings.search.same);
      fresh = std::ranges::none_of(near, [&](std::size_t n) { return is_event[n] == connected; });
      saddles.add(found.saddle);
      found_by.push_back(k);
      is_event.push_back(connected);
    }
    std::string name = art::name(found.outcome);
    if (found.known) {
      connected = is_event[*found.known];
      name += connected ? " connected" : " disconnected";
    }
    if (settings.list)
      std::printf("search %lld %s calls %.0f approach %.0f whole %.0f lanczos %.0f local iterations %d\n", static_cast<long long>(k), name.c_str(),
                  found.calls.total(), found.calls.approach, found.calls.whole, found.calls.lanczos, found.local_iterations);
    for (Sum* sum : {&by_outcome[name], &all}) {
      ++sum->searches;
      sum->fresh += connected && fresh ? 1 : 0;
      sum->calls += found.calls;
    }
    if (connected && fresh) {
      const double barrier = found.saddle_energy - found.near_energy;
      barriers += barrier;
      low += barrier < 0.7 ? 1 : 0;
      if (settings.list) std::printf("event %lld barrier %.6f reverse %.6f, %s\n", static_cast<long long>(k), barrier, found.saddle_energy - found.far_energy, found.proof.method.c_str());
    }
  }
  std::printf("%-22s %5s %5s %8s %8s %8s %8s %8s %8s %8s %8s\n", "outcome", "n", "new", "calls", "leave", "approach", "proof", "sides",
              "minima", "lanczos", "whole");
  for (const auto& [name, sum] : by_outcome) print(name.c_str(), sum, sum.searches);
  print("all", all, all.searches);
  const double events = std::max(1, all.fresh);
  print("per event", all, events);
  std::printf("calls per event %.0f, events %d, mean barrier %.3f eV, below 0.7 eV %d\n", all.calls.total() / events, all.fresh, barriers / events,
              low);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
