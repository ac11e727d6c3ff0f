/// Energy, forces and stress of atoms in a cell, and the inherent structure they relax to.
///
///   single_point [STRUCTURE POTENTIAL]      without arguments: a copper crystal with one atom moved
#include <landscape/md/core/units.hpp>
#include <landscape/md/io/structure_io.hpp>
#include <landscape/md/minimize/minimizer.hpp>
#include <landscape/md/potential/atomic_surface.hpp>

#include <cstdio>
#include <exception>

namespace md = landscape::md;

namespace {

/// Face-centered cubic copper, n x n x n cubes, periodic in all directions.
md::Configuration crystal(int n) {
  const double a = 3.615;  // [Å]
  const double sites[4][3] = {{0, 0, 0}, {.5, .5, 0}, {.5, 0, .5}, {0, .5, .5}};
  md::Configuration c;
  c.cell = md::Cell(n * a * Eigen::Matrix3d::Identity());
  c.positions.resize(3, 4 * n * n * n);
  c.species.assign(static_cast<std::size_t>(c.positions.cols()), "Cu");
  Eigen::Index atom = 0;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k)
        for (const auto& s : sites) c.positions.col(atom++) = a * Eigen::Vector3d(i + s[0], j + s[1], k + s[2]);
  return c;
}

int run(int argc, char** argv) {
  md::Configuration atoms = argc > 1 ? md::read_structure(argv[1]).configuration : crystal(3);
  if (argc <= 1) atoms.positions(0, 0) += 0.2;

  // A surface is what every algorithm works on: energy and gradient as functions of the coordinates x0 y0 z0 x1 ...
  md::AtomicSurface surface(md::open_potential(argc > 2 ? argv[2] : "zhou2004"), atoms);
  Eigen::VectorXd x = surface.gather(atoms.positions);
  Eigen::VectorXd gradient(surface.dof());
  const double energy = surface.evaluate(x, gradient);
  std::printf("atoms            %10ld\n", static_cast<long>(atoms.size()));
  std::printf("energy           %14.6f eV\n", energy);
  std::printf("largest force    %14.6f eV/Å\n", md::max_norm(gradient, 3));
  std::printf("pressure         %14.6f GPa\n", -surface.stress().trace() / 3.0 * md::units::gpa_per_ev_a3);

  // The force on the first atom is minus the slope of the energy.
  const double h = 1e-4;
  Eigen::VectorXd forward = x, backward = x, scratch(surface.dof());
  forward[0] += h;
  backward[0] -= h;
  const double slope = (surface.evaluate(forward, scratch) - surface.evaluate(backward, scratch)) / (2.0 * h);
  std::printf("force on atom 1  %14.6f eV/Å along x, by differences %.6f\n", -gradient[0], -slope);

  const auto minimum = md::minimize(surface, x, {.max_force = 1e-5});
  std::printf("relaxed          %14.6f eV after %d iterations, largest force %.1e eV/Å\n", minimum.energy, minimum.iterations,
              minimum.max_force);
  return minimum.converged() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "single_point: %s\n", error.what());
    return 2;
  }
}
