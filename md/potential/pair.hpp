/// Analytic pair potentials: Lennard-Jones, Kob-Andersen, Morse.
#pragma once

#include <map>

#include "md/potential/potential.hpp"

namespace landscape::md {

enum class PairShift { None, Energy, Force };

/// 4 ε [(σ/r)^12 - (σ/r)^6], cut at cutoff.
struct LennardJones {
  double epsilon = 1.0;  ///< [eV]
  double sigma = 1.0;    ///< [Å]
  double cutoff = 2.5;   ///< [Å]
  void evaluate(double r, double& energy, double& slope) const;
  /// [eV/Å²]
  double curvature(double r) const;
};

/// D (e^{-2α(r - r0)} - 2 e^{-α(r - r0)}), cut at cutoff.
struct Morse {
  double depth = 1.0;   ///< [eV]
  double alpha = 1.0;   ///< [1/Å]
  double r0 = 1.0;      ///< [Å]
  double cutoff = 2.5;  ///< [Å]
  void evaluate(double r, double& energy, double& slope) const;
  /// [eV/Å²]
  double curvature(double r) const;
};

/// `lj:epsilon=1,sigma=1,cutoff=2.5[,shift=energy|none|force][,mass=1]`: any species, all of one mass [g/mol].
std::shared_ptr<const Potential> make_lennard_jones(const std::string& spec, const LennardJones& form, PairShift shift, double mass);
/// `morse:D=..,alpha=..,r0=..,cutoff=..[,shift=energy|none|force][,mass=1]`
std::shared_ptr<const Potential> make_morse(const std::string& spec, const Morse& form, PairShift shift, double mass);
/// `kob-andersen[:epsilon=1,sigma=1,shift=energy|none|force,mass=1]`, Kob & Andersen, Phys. Rev. E 51, 4626 (1995): species A and B, cutoff
/// 2.5 σ of each pair. @param aa between A and A; the other pairs follow from it.
std::shared_ptr<const Potential> make_kob_andersen(const std::string& spec, const LennardJones& aa, PairShift shift, double mass);

}  // namespace landscape::md
