/// Where the way down from a plastic event ends, and for how many force calls: by L-BFGS and by the flow, with steps of several lengths, and by tens of
/// thousands of small steps along the force.
///
/// descent_ends STRUCTURE POTENTIAL TO [LEAST]; one thread. Shears (xy) to the strain TO and takes each event that releases LEAST eV (0.05) or more from
/// 2e-5 behind it, from the affine guess and from three starts displaced by 1e-7, 1e-6 and 1e-5 Å a component. Energies are those above the state the shear went
/// on from, 2e-5 before.
#include <cstdio>
#include <stdexcept>
#include <string>

#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/deform/quasistatic.hpp"
#include "md/deform/rechosen.hpp"
#include "md/io/structure_io.hpp"
#include "md/potential/atomic_surface.hpp"

namespace {

using namespace landscape;

/// Steps of at most 0.005 Å along the force; the last part by short steps of L-BFGS.
double small_steps(md::AtomicSurface& surface, Eigen::VectorXd x, double energy_drop) {
  Eigen::VectorXd gradient(x.size());
  const double start = surface.evaluate(x, gradient);
  double energy = start;
  for (int k = 0; k < 20000 && !(energy < start - 0.3 * energy_drop && md::max_norm(gradient, 3) < 2e-3); ++k) {
    x -= std::min(0.02, 0.005 / md::max_norm(gradient, 3)) * gradient;
    energy = surface.evaluate(x, gradient);
  }
  return md::minimize(surface, x, {.max_force = 1e-5, .max_iterations = 50000, .max_step = 0.02}).energy;
}

int run(int argc, char** argv) {
  if (argc < 4) throw std::runtime_error("descent_ends STRUCTURE POTENTIAL TO [LEAST]");
  const auto potential = md::open_potential(argv[2]);
  const auto configuration = md::read_structure(argv[1]).configuration;
  const double to = std::stod(argv[3]), least = argc > 4 ? std::stod(argv[4]) : 0.05;
  md::AtomicSurface surface(potential, configuration), other(potential, configuration);
  Eigen::VectorXd x = surface.gather(configuration.positions);
  if (md::minimize(surface, x, {.max_force = 1e-6, .max_step = 0.05}).max_force > 1e-3) throw std::runtime_error("descent_ends: no minimum");
  md::QuasistaticShear shear(surface, configuration.cell, 0.0, x);
  while (shear.state().strain != to) {
    const auto step = shear.advance(to);
    if (step.outcome == md::ShearOutcome::NotConverged) throw std::runtime_error("descent_ends: a state did not relax");
    if (step.outcome != md::ShearOutcome::Event || step.event.energy_drop < least) continue;
    const double at = step.state.strain + 2e-5;
    const auto cell = configuration.cell.deformed(md::simple_shear(at, 0));
    other.set_cell(cell, md::rechosen(cell));
    other.forget_history();
    const Eigen::VectorXd begin = md::deformed(md::simple_shear(at - step.event.before.strain, 0), step.event.before.x);
    std::printf("event at %.6f, %.5f eV released\n", step.state.strain, step.event.energy_drop);
    const auto line = [&](const char* name, double length, const auto& descend) {
      std::printf("  %-6s %-5g", name, length);
      for (const double off : {0.0, 1e-7, 1e-6, 1e-5}) {
        md::CounterRng rng(5, md::Stream::Displacement, 0);
        const double before = other.work();
        const double energy = descend(Eigen::VectorXd(begin + off * rng.normals(begin.size())));
        std::printf("  %9.5f (%5.0f)", energy - step.state.energy, other.work() - before);
      }
      std::printf("\n");
      std::fflush(stdout);
    };
    const auto by = [&](md::MinimizeMethod method, double length) {
      return [&other, method, length](Eigen::VectorXd y) {
        return md::minimize(other, y, {.method = method, .max_force = 1e-6, .max_iterations = 50000, .max_step = length}).energy;
      };
    };
    for (const double length : {0.05, 0.02, 0.01}) line("L-BFGS", length, by(md::MinimizeMethod::Lbfgs, length));
    for (const double length : {0.2, 0.1, 0.05}) line("flow", length, by(md::MinimizeMethod::Flow, length));
    line("force", 0.005, [&](Eigen::VectorXd y) { return small_steps(other, std::move(y), step.event.energy_drop); });
  }
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
