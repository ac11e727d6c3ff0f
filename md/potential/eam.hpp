/// Tabulated embedded-atom potentials: alloy and Finnis-Sinclair densities, one kernel.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>

#include "md/core/aligned.hpp"
#include "md/potential/potential.hpp"
#include "md/potential/spline.hpp"
#include "md/simd/kernels.hpp"

namespace landscape::md {

class Team;

/// Tables as a setfl, eam.fs or funcfl file holds them. E = Σ F_i(ρ_i) + ½ Σ φ_ij, ρ_i = Σ_j ρ_{ij}(r).
struct EamTables {
  std::vector<std::string> elements;
  std::vector<double> masses;                       ///< [g/mol]
  double dr = 0.0, drho = 0.0, cutoff = 0.0;        ///< [Å], density unit, [Å]
  std::vector<std::vector<double>> embedding;       ///< [type]: F at 0, drho, ... [eV]
  std::vector<std::vector<std::vector<double>>> density;  ///< [source][target]: at 0, dr, ...
  std::vector<std::vector<std::vector<double>>> r_phi;    ///< [a][b], b <= a: r φ(r) [eV Å]
  /// @throws InputError if shapes differ or a number is not finite.
  void validate() const;
};

/// Reads a setfl (*.eam.alloy), Finnis-Sinclair (*.eam.fs) or funcfl (*.eam) file.
/// @throws FormatError with path:line where the text is not what the format asks for.
EamTables read_eam_alloy(const std::filesystem::path& path, const std::string& text);
EamTables read_eam_fs(const std::filesystem::path& path, const std::string& text);
EamTables read_eam_funcfl(const std::filesystem::path& path, const std::string& text);

/// The analytic alloy potential of Zhou, Johnson & Wadley, Phys. Rev. B 69, 144113 (2004) for Cu, Al, Zr, tabulated up to
/// sqrt(10)/2 times the largest lattice constant (7.155 Å).
///
/// @param taper_start [Å] where a quintic taper of pair term and density begins; not below the cutoff: none, 2000 points,
///        equal to the table the authors' program makes.
EamTables zhou2004_tables(double taper_start);

class EamPotential final : public Potential {
 public:
  EamPotential(std::string spec, std::string checksum, const EamTables& tables, double minimum_separation = 0.0,
               TableEnd end = TableEnd::AsGiven);

  const std::string& spec() const override { return spec_; }
  const std::string& checksum() const override { return checksum_; }
  double cutoff() const override { return cutoff_; }
  double minimum_separation() const override { return minimum_separation_; }
  std::vector<int> types_of(std::span<const std::string> species) const override;
  double mass(int type) const override { return masses_[static_cast<std::size_t>(type)]; }
  ForceResult compute(const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types,
                      const NeighborList& list, Eigen::Ref<Matrix3Xd> forces, ForceScratch& scratch,
                      int threads) const override;
  double energy(const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types, const NeighborList& list,
                ForceScratch& scratch, int threads) const override;
  SecondOrder second_order(const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types,
                           const NeighborList& list) const override;
  bool expands() const override { return true; }
  void expand(const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types, const NeighborList& list,
              ForceScratch& scratch) const override;
  void hessian_times(const Eigen::Ref<const Matrix3Xd>& moves, Eigen::Ref<Matrix3Xd> product, ForceScratch& scratch) const override;

 private:
  void tabulate(const EamTables& tables, TableEnd end);
  /// Sizes the buffers and points the chunks at them. @param doubles of a slot that a chunk adds to: 1 for energies, 4 for forces as well.
  /// @param threads that will find forces; 0: none will.
  EamScratch& prepare(const Eigen::Ref<const Matrix3Xd>& positions, const NeighborList& list, ForceScratch& scratch,
                      std::size_t doubles, int threads) const;
  void share_slots(const Team& team, const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types,
                   const NeighborList& list, EamScratch& work) const;
  /// A thread's share of pair energies, densities and embedding; with `slopes` also of what the force pass needs.
  void share_embedding(const Team& team, const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types,
                       const NeighborList& list, EamScratch& work, bool slopes) const;
  /// A thread's share of the forces, after the embedding.
  void share_forces(const Team& team, const NeighborList& list, EamScratch& work, Eigen::Ref<Matrix3Xd> forces) const;
  double embed_chunk(const NeighborList& list, const NeighborList::Chunk& chunk, std::span<const int> types,
                     EamScratch& scratch) const;
  /// @throws InputError where a pair is closer than the potential allows.
  void check_closest(const Eigen::Ref<const Matrix3Xd>& positions, const NeighborList& list, const EamScratch& work) const;
  [[noreturn]] void refuse_closest(const Eigen::Ref<const Matrix3Xd>& positions, const NeighborList& list) const;

  std::string spec_, checksum_;
  std::vector<std::string> elements_;
  std::vector<double> masses_;
  double cutoff_, dr_, drho_, minimum_separation_, density_max_;
  std::size_t pieces_ = 0;                          ///< knots per pair table
  std::vector<std::vector<CubicPiece>> embedding_;
  AlignedVector<double> knots_;                     ///< [first][second][knot][simd::knot_doubles]

  // Single terms, for the energy of local changes -----------------------------------------------------------------------
 public:
  /// Where a distance lies in the pair tables, all of which have the same knots.
  struct Place {
    std::size_t knot;
    double p;
  };
  Place place(double r) const {
    const double u = r * inverse_dr_;
    const auto m = std::min(static_cast<std::size_t>(u), pieces_ - 2);
    return {m, std::min(u - static_cast<double>(m), 1.0)};
  }
  /// Weights of the values and slopes at both ends of a piece: a Hermite cubic is linear in these four.
  struct Weights {
    double value0, slope0, value1, slope1;
    explicit Weights(double p) {
      const double q = 1.0 - p;
      value1 = p * p * (3.0 - 2.0 * p);
      value0 = 1.0 - value1;
      slope0 = p * q * q;
      slope1 = -p * p * q;
    }
  };
  /// ρ that each of two atoms puts on the other, and r φ [eV Å].
  struct PairTerms {
    double density_at_first, density_at_second, r_phi;
  };
  PairTerms pair_terms(int first, int second, Place at) const {
    const double* k = knots(first, second, at.knot);
    const Weights w(at.p);
    return {value(k, w), value(k + 2, w), value(k + 4, w)};
  }
  /// What changes where the first atom takes the type `after` instead of `before`: ρ at the first then, and the changes of ρ at the
  /// second and of r φ.
  PairTerms retyped_terms(int before, int after, int second, Place at) const {
    const double* a = knots(before, second, at.knot);
    const double* b = knots(after, second, at.knot);
    const Weights w(at.p);
    return {value(b, w), difference(b + 2, a + 2, w), difference(b + 4, a + 4, w)};
  }
  /// dρ/dr of what the second atom puts on the first [1/Å].
  double density_slope(int first, int second, Place at) const { return derivatives(knots(first, second, at.knot), at.p)[1]; }
  /// dφ/dr [eV/Å].
  double pair_slope(int first, int second, Place at, double r) const {
    const auto r_phi = derivatives(knots(first, second, at.knot) + 4, at.p);
    return (r_phi[1] - r_phi[0] / r) / r;
  }
  /// dF/dρ [eV].
  double embedding_slope(int type, double density) const { return embedding_derivatives(type, density)[0]; }
  /// F(ρ) of a type [eV], linear beyond the table.
  double embedding(int type, double density) const {
    const auto& pieces = embedding_[static_cast<std::size_t>(type)];
    const double u = density * inverse_drho_;
    const auto m = static_cast<std::size_t>(std::clamp(u, 0.0, static_cast<double>(pieces.size() - 2)));
    const double p = std::min(u - static_cast<double>(m), 1.0);
    const double value = pieces[m].value(p);
    return density > density_max_ ? value + pieces[m].slope(p) * inverse_drho_ * (density - density_max_) : value;
  }

 private:
  const double* knots(int first, int second, std::size_t knot) const {
    const std::size_t pair = static_cast<std::size_t>(first) * elements_.size() + static_cast<std::size_t>(second);
    return knots_.data() + (pair * pieces_ + knot) * simd::knot_doubles;
  }
  static double value(const double* k, const Weights& w) {
    const double* next = k + simd::knot_doubles;
    return w.value0 * k[0] + w.slope0 * k[1] + w.value1 * next[0] + w.slope1 * next[1];
  }
  static double difference(const double* k, const double* from, const Weights& w) {
    const double *next = k + simd::knot_doubles, *from_next = from + simd::knot_doubles;
    return w.value0 * (k[0] - from[0]) + w.slope0 * (k[1] - from[1]) + w.value1 * (next[0] - from_next[0]) +
           w.slope1 * (next[1] - from_next[1]);
  }
  /// Value, slope and curvature in r of the quantity whose knots begin at k.
  std::array<double, 3> derivatives(const double* k, double p) const {
    const double *next = k + simd::knot_doubles, rise = next[0] - k[0];
    const CubicPiece piece{k[0], k[1], 3.0 * rise - 2.0 * k[1] - next[1], k[1] + next[1] - 2.0 * rise};
    return {piece.value(p), piece.slope(p) * inverse_dr_, piece.curvature(p) * inverse_dr_ * inverse_dr_};
  }
  /// Slope and curvature of F, linear beyond the table.
  std::array<double, 2> embedding_derivatives(int type, double density) const {
    const auto& pieces = embedding_[static_cast<std::size_t>(type)];
    const double u = density * inverse_drho_;
    const auto m = static_cast<std::size_t>(std::clamp(u, 0.0, static_cast<double>(pieces.size() - 2)));
    const double p = std::min(u - static_cast<double>(m), 1.0);
    const double curvature = density > density_max_ ? 0.0 : pieces[m].curvature(p) * inverse_drho_ * inverse_drho_;
    return {pieces[m].slope(p) * inverse_drho_, curvature};
  }
  double inverse_dr_ = 1.0 / dr_, inverse_drho_ = 1.0 / drho_;
};

}  // namespace landscape::md
