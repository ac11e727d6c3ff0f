/// Molecular dynamics at constant energy, temperature, pressure.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "md/core/configuration.hpp"
#include "md/dynamics/nose_hoover.hpp"
#include "md/dynamics/velocities.hpp"
#include "md/neighbor/neighbor_list.hpp"
#include "md/potential/potential.hpp"

namespace landscape::md {

enum class Ensemble {
  Nve,           ///< constant energy
  Nvt,           ///< Nosé-Hoover chain
  NptIsotropic,  ///< chain + barostat on the volume: for liquids, which cannot hold a flexible cell
  NptFlexible,   ///< chain + barostat on all six strain components: for solids (below about 800 K,
                 ///< DESIGN.md section 6)
};

struct DynamicsOptions {
  Ensemble ensemble = Ensemble::Nve;
  double dt_ps = 0.002;          ///< [ps], > 0. 2 fs conserves energy for metals down to Al.
  double temperature_k = 300.0;  ///< [K], > 0: first set point of the thermostat; not read by Nve.
  double thermostat_ps =
      0.1;  ///< [ps], > 0: period of the thermostat; 0.1-0.2 for metals (50-100 steps).
  double barostat_ps =
      1.0;  ///< [ps], > 0: period of the barostat; ten times the thermostat's is customary.
  double pressure_gpa = 0.0;  ///< [GPa]: hydrostatic set point.
  int chain_length = 3;   ///< >= 1: links of each chain. One link is not ergodic for stiff systems.
  static constexpr double longest_skin = 10.0;  ///< [Å]: a list grows with its cube
  double skin = 1.0;      ///< [Å], 0 to longest_skin. Speed only, up to rounding.
  int threads = 1;        ///< >= 1; results do not depend on it.
  void validate() const;  ///< @throws InputError naming field, value and broken range.
};

/// All that decides how a run goes on, given potential and options. Doubles must be stored exactly.
struct DynamicsState {
  Ensemble ensemble = Ensemble::Nve;
  double temperature_k = 0.0;                             ///< set point [K]
  std::int64_t steps = 0;                                 ///< done since the start
  std::vector<std::string> species;                       ///< length N; swaps may have changed it
  Matrix3Xd positions;                                    ///< 3 x N [Å], not wrapped
  Matrix3Xd velocities;                                   ///< 3 x N [Å/ps]
  Eigen::Matrix3d cell = Eigen::Matrix3d::Identity();     ///< columns are edges [Å]
  Eigen::Matrix3d strain_rate = Eigen::Matrix3d::Zero();  ///< barostat, symmetric [1/ps]
  ChainState thermostat;                                  ///< on the atoms
  ChainState barostat_thermostat;                         ///< on the barostat
};

/// One run, advanced step by step.
///
/// Integrates the equations of Martyna, Tobias & Klein, J. Chem. Phys. 101, 4177 (1994) with the
/// reversible splitting of Martyna, Tuckerman, Tobias & Klein, Mol. Phys. 87, 1117 (1996) (Nve:
/// velocity Verlet). The strain rate is symmetric, so the cell does not rotate; any triclinic cell
/// is allowed. The barostat's mass is that of the set point but of no less than 300 K, since a mass
/// proportional to T would make the cell oscillate faster than dt resolves near 0 K; averages do
/// not depend on it.
///
/// The total momentum is zero where all atoms are free. Frozen atoms feel forces but do not move.
/// Between steps positions, velocities and forces belong to the same time. Same start, same
/// results, for any number of threads. One object belongs to one thread.
class Dynamics {
 public:
  /// The configuration's velocities are used (zero where it has none); their total momentum is
  /// removed where all atoms are free.
  /// @throws InputError if options or configuration are invalid, the potential lacks a species or
  /// refuses the positions,
  ///         nothing can move, or a barostat meets frozen atoms or an open direction.
  Dynamics(std::shared_ptr<const Potential> potential,
           Configuration start,
           const DynamicsOptions& options);

  /// One time step. @throws InputError if the energy is not finite, atoms come closer than the
  /// potential allows, move more
  ///         than a quarter of its cutoff at once or the cell collapses: the usual cause is a dt
  ///         too large for the temperature.
  void step();

  /// New set point [K], > 0.
  void set_temperature(double temperature_k);
  double set_point_k() const { return temperature_k_; }
  /// Goes on in another ensemble. Thermostats go on as they are; a barostat that was not in use
  /// starts at rest.
  /// @throws InputError as the constructor.
  void set_ensemble(Ensemble ensemble);
  Ensemble ensemble() const { return ensemble_; }

  // Measured now
  // ---------------------------------------------------------------------------------------------------
  double temperature_k() const;                               ///< kinetic temperature [K]
  double kinetic_energy() const;                              ///< [eV]
  double potential_energy() const { return result_.energy; }  ///< [eV]
  /// Including the kinetic part, tension positive [eV/Å³]; NaN unless all directions are periodic.
  Eigen::Matrix3d stress() const;
  double pressure_gpa() const;  ///< -trace(stress) / 3 [GPa]
  /// What the equations of motion conserve at a fixed set point [eV]: Nve: kinetic + potential;
  /// Nvt: + thermostat; Npt:
  /// + p V, barostat and its thermostat.
  double conserved_quantity() const;
  Eigen::Index degrees_of_freedom() const { return dof_; }
  std::int64_t steps() const { return steps_; }

  const Cell& cell() const { return configuration_.cell; }
  const Matrix3Xd& positions() const {
    return configuration_.positions;
  }  ///< 3 x N [Å], not wrapped
  const Matrix3Xd& velocities() const { return configuration_.velocities; }  ///< 3 x N [Å/ps]
  const Matrix3Xd& forces() const { return forces_; }  ///< 3 x N [eV/Å], raw on frozen atoms
  const std::vector<int>& types() const { return types_; }
  const Eigen::VectorXd& masses() const { return masses_; }  ///< length N [g/mol]
  /// Cell, positions and velocities of now.
  const Configuration& configuration() const { return configuration_; }
  const Potential& potential() const { return *potential_; }
  const NeighborList& neighbors() const { return list_; }
  std::int64_t force_calls() const { return force_calls_; }
  /// ρ of each atom in the last force call; empty where the potential has none.
  const Eigen::VectorXd& densities() const { return scratch_.density; }
  /// F(ρ) of each atom in the last force call [eV]; likewise.
  const Eigen::VectorXd& embedding_energies() const { return scratch_.embedding; }

  // Between steps
  // --------------------------------------------------------------------------------------------------
  /// Atoms i and j change places, each with its velocity: species, mass and velocity are exchanged,
  /// positions are not. Kinetic energy and momentum are kept. refresh_forces() or add_changes() must
  /// follow before the next step.
  void exchange_atoms(Eigen::Index i, Eigen::Index j);
  /// Positions given anew (3 x N [Å]); frozen atoms too. refresh_forces() must follow before the
  /// next step.
  void set_positions(const Eigen::Ref<const Matrix3Xd>& positions);
  /// Velocities given anew (3 x N [Å/ps]): those of frozen atoms are set to zero, total momentum is
  /// removed.
  void set_velocities(const Eigen::Ref<const Matrix3Xd>& velocities);
  /// Forces, energy and virial of the positions, species and cell of now. @throws InputError as
  /// step().
  void refresh_forces();
  /// The same from what the exchanges since the last force call have changed.
  void add_changes(const ForceChanges& changes);
  /// Rebuilds the neighbor list and refreshes the forces, so that what follows does not depend on
  /// what came before. A run that calls this at a checkpoint and goes on equals, bit for bit, one
  /// restored from that checkpoint.
  void forget_history();

  /// Gives back the buffers of force calls, and the neighbor list if it is of these positions (as after forget_history()), while something else
  /// needs the room. The next step makes them again: the run is the same to the last bit.
  void release_buffers();

  DynamicsState state() const;
  /// Goes on from a state saved right after forget_history(), bit for bit. Potential, options (but
  /// for threads) and frozen atoms must be those of the saved run.
  /// @throws InputError if sizes do not fit.
  void restore(const DynamicsState& state);

 private:
  void check_ensemble(Ensemble ensemble) const;
  void assign_species(const std::vector<std::string>& species);
  void clean_velocities();
  double kt() const;
  double barostat_mass() const;
  NoseHooverChain& barostat_chain();
  const NoseHooverChain& barostat_chain() const;
  bool has_barostat() const;
  void thermostat_half_step();
  void barostat_half_kick();
  /// v = damp v + push F / m with a barostat, v + h F / m without.
  struct Kick {
    double h;
    Eigen::Matrix3d damp, push;
  };
  Kick half_kick() const;
  void apply(const Kick& kick, Eigen::Index begin, Eigen::Index end);
  void kick_and_drift();
  void compute_forces();
  /// @throws InputError unless `finite`, which says so of the forces, and the energy is.
  void refuse_unless(bool finite) const;
  std::string where() const;

  std::shared_ptr<const Potential> potential_;
  DynamicsOptions options_;
  Ensemble ensemble_;
  double temperature_k_;
  Configuration configuration_;
  std::vector<int> types_;
  Eigen::VectorXd masses_;
  Eigen::Index dof_ = 0;
  std::int64_t steps_ = 0;
  std::int64_t force_calls_ = 0;

  NeighborList list_;
  bool list_released_ = false;
  ForceScratch scratch_;
  Matrix3Xd forces_;
  ForceResult result_;

  NoseHooverChain thermostat_;
  NoseHooverChain isotropic_chain_,
      flexible_chain_;  ///< on the barostat; they differ in degrees of freedom, 1 and 6
  Eigen::Matrix3d strain_rate_ = Eigen::Matrix3d::Zero();
};

}  // namespace landscape::md
