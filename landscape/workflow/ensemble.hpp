/// Ensembles: many replicas of one kind of glass, sheared alike.
#pragma once

#include <string>
#include <vector>

#include "db/database.hpp"
#include "landscape/workflow/replica.hpp"
#include "landscape/workflow/shear.hpp"

namespace landscape {

struct EnsembleRequest {
  std::string name;
  std::vector<std::string> samples;
  std::vector<std::string> senses = {"+xy", "-xy", "+yz", "-yz", "+xz", "-xz"};
  int perturbations = 0;      ///< >= 0 a sample, beside its own minimum; more extend an ensemble
  double amplitude_a = 0.8;   ///< [Å], > 0: standard deviation of each component of the displacements
  UnloadFrom unload = UnloadFrom::Yield;
  double curve_step = 0.0025; ///< > 0: strains of the mean curve
  ShearRequest shear;         ///< to > 0, steps, thresholds; sample, plane and unloading are not used
  void validate() const;      ///< @throws md::InputError naming the option
};

struct EnsembleReport {
  db::EnsembleRecord ensemble;
  std::vector<db::ReplicaRecord> replicas;
  std::vector<db::EnsemblePointRecord> points;
  bool finished = false;    ///< false: stopped; the same request continues
  std::int64_t not_relaxed = 0;
  std::int64_t modulus_replicas = 0;   ///< whose stress rises with strain: those that the mean shear modulus is of
  std::int64_t not_unloaded = 0;   ///< their unloading did not relax; the loading counts
};

/// Replicas: perturbation by perturbation, sample by sample, sense by sense. A perturbation that falls back to a minimum that the
/// sample had before (no atom beyond 0.1 Å, atoms of one species exchanged or not) is recognized and not sheared again. Each replica is worked on by one thread and
/// stored whole, in this order; one that was under way when the program was killed is done again.
/// @throws db::Error for unknown samples; md::InputError for bad options, samples of different composition or size, or a
///         known name with other options.
EnsembleReport shear_ensemble(db::Database& database, const EnsembleRequest& request, const Session& session);

/// Mean, and the means of squares about it, of numbers that are known.
struct Moments {
  std::int64_t n = 0;
  double mean = db::unknown;
  double variance = db::unknown;    ///< with n - 1; unknown below two
  double error() const;             ///< of the mean
};
Moments moments(const std::vector<double>& values);

/// Fills all that the rows of the replicas tell; those that are not done do not count.
/// @param n_atoms of each sample. @param curve_step strains of the points. @return the mean curve.
std::vector<db::EnsemblePointRecord> summarize_ensemble(db::Database& database, db::EnsembleRecord& ensemble, std::int64_t n_atoms,
                                                        double to, double curve_step);

}  // namespace landscape
