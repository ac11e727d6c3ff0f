/// The vibrations of a sample or structure: modes, density of states, boson peak, softness.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "landscape/workflow/subject.hpp"
#include "md/vibration/boson_peak.hpp"
#include "md/vibration/elastic.hpp"
#include "md/vibration/softness.hpp"

namespace landscape {

enum class SpectrumMethod {
  All,      ///< every mode, by LAPACK
  Lowest,   ///< some lowest modes, and the density of states from moments
  Density,  ///< the density of states from moments alone
};

struct VibrationRequest {
  SpectrumMethod method = SpectrumMethod::All;
  md::LowestModesOptions lowest;
  int softness_modes = 50;    ///< > 0
  int trace_vectors = 24;     ///< random vectors of the moments, >= 2
  md::BosonPeakOptions peak;  ///< smoothing also of the moments' kernel
  md::SoftSpotOptions spots;
  void validate() const;
};

enum class VibrationOutcome { Done, NotConverged, Interrupted };

struct [[nodiscard]] VibrationReport {
  VibrationOutcome outcome = VibrationOutcome::Done;
  Eigen::VectorXd frequencies_thz;  ///< ascending, imaginary ones negative; empty for Density
  Eigen::VectorXd participation;    ///< of each
  Eigen::Index left_out = 0;        ///< uniform motions
  Eigen::Index modes = 0;           ///< in all, uniform motions left out
  double largest_residual = db::unknown;
  std::int64_t products = 0;  ///< of the dynamical matrix with one vector
  md::BosonPeakResult boson;
  int moments = 0;                           ///< 0: from all modes
  std::optional<md::Elasticity> elasticity;  ///< where periodic, free and a minimum
  double debye_mev = db::unknown,
         debye_level_per_mev3 = db::unknown;  ///< 3/ω_D³, to hold against g/ω²
  double transverse_m_per_s = db::unknown, longitudinal_m_per_s = db::unknown;
  double first_phonon_mev = db::unknown;  ///< lowest transverse plane wave that the cell holds
  std::optional<md::Softness> softness;   ///< none for Density
  std::optional<md::SoftSpots> spots;     ///< where periodic
};

/// All of it for the subject's configuration; nothing is stored.
VibrationReport vibrations(const Subject& subject,
                           const VibrationRequest& request,
                           const Session& session);

/// softness, softness_intensity, softness_field and soft_spot of each atom, as far as there are.
std::map<std::string, Eigen::VectorXd> softness_of_atoms(const VibrationReport& report);

/// "1000 atoms, all modes: 0.2 GB, about 8 s": what the method will take.
std::string spectrum_cost(Eigen::Index atoms, SpectrumMethod method, int lowest);

}  // namespace landscape
