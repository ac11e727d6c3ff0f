/// The energy of a Lennard-Jones dimer at its distance of rest, through the installed library.
#include <cmath>
#include <cstdio>

#include <landscape/md/potential/atomic_surface.hpp>

int main() {
  using namespace landscape::md;

  Configuration dimer;
  dimer.species = {"Ar", "Ar"};
  dimer.positions.setZero(3, 2);
  dimer.positions(0, 1) = std::pow(2.0, 1.0 / 6.0);

  AtomicSurface surface(open_potential("lj:epsilon=1,sigma=1,cutoff=2.5,shift=none"), dimer);
  Eigen::VectorXd gradient(surface.dof());
  const double energy = surface.evaluate(surface.gather(dimer.positions), gradient);
  std::printf("energy %.12f eV, largest force %.1e eV/A\n", energy, max_norm(gradient, 3));
  return std::abs(energy + 1.0) < 1e-12 && max_norm(gradient, 3) < 1e-12 ? 0 : 1;
}
