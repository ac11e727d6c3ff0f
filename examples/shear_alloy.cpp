/// Athermal quasistatic shear of a small disordered alloy: stress, strain and the plastic events on the way.
///
///   shear_alloy [ATOMS STRAIN]      54 atoms to 0.2 by default; a study starts from a quenched glass of 1000 and more
#include <landscape/md/core/units.hpp>
#include <landscape/md/deform/quasistatic.hpp>
#include <landscape/md/dynamics/random_lattice.hpp>
#include <landscape/md/minimize/cell_surface.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace md = landscape::md;

namespace {

int run(Eigen::Index atoms, double to) {
  const auto potential = md::open_potential("zhou2004");
  md::CounterRng types(1, md::Stream::Types, 0);
  const auto lattice = md::random_lattice(md::parse_composition("Cu64Zr36"), atoms, *potential, types);

  // The inherent structure, relaxed in all six components of the cell: strain 0 is free of stress.
  md::CellMinimizeOptions relax;
  relax.cell = md::CellMode::Anisotropic;
  relax.minimize.max_force = 1e-6;
  const auto start = md::minimize_with_cell(potential, lattice, relax);
  if (!start.minimum.converged()) return 1;
  std::printf("%ld atoms, %.4f eV/atom\n", static_cast<long>(atoms), start.minimum.energy / static_cast<double>(atoms));

  md::AtomicSurface surface(potential, start.configuration);
  md::QuasistaticShear shear(surface, start.configuration.cell, 0.0, surface.gather(start.configuration.positions),
                             {.max_step = 4e-3, .resolution = 1e-4});
  int events = 0;
  std::printf("    strain   stress/GPa   energy/eV\n");
  while (shear.state().strain < to - 1e-12) {
    const md::ShearStep step = shear.advance(to);
    if (step.outcome == md::ShearOutcome::NotConverged) return 1;
    if (step.outcome == md::ShearOutcome::Event) {
      ++events;
      std::printf("  event between %.5f and %.5f: %.4f eV and %.3f GPa released\n", step.event.before.strain,
                  step.event.after.strain, step.event.energy_drop, step.event.stress_drop * md::units::gpa_per_ev_a3);
    }
    if (step.outcome == md::ShearOutcome::Smooth && std::fmod(step.state.strain + 1e-9, 0.02) < 4e-3)
      std::printf("  %8.5f   %10.4f   %9.4f\n", step.state.strain,
                  md::shear_stress(step.state.stress, 0) * md::units::gpa_per_ev_a3, step.state.energy);
  }
  std::printf("%d plastic events up to strain %g, %ld force calls\n", events, to, static_cast<long>(surface.calls()));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? std::atol(argv[1]) : 54, argc > 2 ? std::atof(argv[2]) : 0.2);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "shear_alloy: %s\n", error.what());
    return 2;
  }
}
