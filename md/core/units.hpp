/// Units: Å, eV, ps, K, g/mol inside (LAMMPS "metal", with CODATA 2018 constants); GPa, bar, K/s only at the surface.
#pragma once

namespace landscape::md::units {

inline constexpr double boltzmann_ev_per_k = 8.617333262e-5;       ///< [eV/K]
inline constexpr double gpa_per_ev_a3 = 160.2176634;               ///< 1 eV/Å³ in GPa
inline constexpr double bar_per_ev_a3 = 1.602176634e6;             ///< 1 eV/Å³ in bar
inline constexpr double kinetic_ev = 1.03642697e-4;                ///< 1 (g/mol)(Å/ps)² in eV
inline constexpr double rad_per_ps = 98.22694750253277;            ///< sqrt(1 eV/Å²/(g/mol)) in rad/ps
inline constexpr double thz = 15.633304239856193;                  ///< the same as a frequency in THz
inline constexpr double mev_per_thz = 4.135667696923859;           ///< Planck's constant [meV/THz]
inline constexpr double g_per_cm3 = 1.66053906660;                 ///< 1 (g/mol)/Å³ in g/cm³
inline constexpr double k_per_s_to_k_per_ps = 1e-12;               ///< 1 K/s in K/ps

}  // namespace landscape::md::units
