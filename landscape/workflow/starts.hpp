/// Where searches start: the atoms that are pushed first, and how often each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "landscape/workflow/run.hpp"
#include "md/potential/potential.hpp"

namespace landscape {

enum class Shares {
  Random,  ///< each atom with the same chance
  Equal,   ///< every atom once before any is taken again, in an order that the seed decides
  Soft,    ///< with chances in proportion to the softness of the atom: mean |e|² in the 50 lowest modes
};

/// Which atoms; what is given narrows the choice further, frozen atoms never count.
struct StartOptions {
  std::vector<std::int64_t> atoms;  ///< 1-based; empty: any
  std::string element;              ///< of this symbol; empty: any
  std::string zone;                 ///< within this (md::Zone) in the minimum that is mapped; empty: anywhere
  bool soft_spots = false;          ///< in soft spots only: softness (mean |e| in the 50 lowest modes), smoothed over 2.5 Å, above its 90 % quantile
  Shares shares = Shares::Random;
  void validate() const;            ///< @throws md::InputError naming what is wrong.
};

const char* name(Shares shares);
/// @throws md::InputError naming the three.
Shares shares_of(const std::string& name);

/// The choice for one minimum. Immutable; safe to share.
class Starts {
 public:
  /// Of every atom, zero for frozen ones: its mean |e| and |e|² in the lowest modes. Empty where it is not needed.
  struct Softness {
    Eigen::VectorXd amplitude, intensity;
  };
  /// The same for any number of threads. @return nothing where the session stopped.
  /// @throws md::InputError where no atom is left; std::runtime_error where the modes that softness needs do not converge.
  static std::optional<Starts> choose(const StartOptions& options, const md::Configuration& minimum, const md::Potential& potential,
                                      const Session& session);
  /// Index of the centre of search k in atoms(): a function of (seed, k) alone.
  std::size_t pick(std::uint64_t seed, std::int64_t k) const;
  const std::vector<Eigen::Index>& atoms() const { return atoms_; }  ///< 0-based
  /// Chance of each, summing to 1.
  const std::vector<double>& shares() const { return shares_; }
  /// "element Cu, soft spots; equal": for the record.
  const std::string& rule() const { return rule_; }

 private:
  Starts(const StartOptions& options, const md::Configuration& minimum, const Softness& softness);

  std::vector<Eigen::Index> atoms_;
  std::vector<double> shares_;
  Shares kind_;
  std::string rule_;
};

}  // namespace landscape
