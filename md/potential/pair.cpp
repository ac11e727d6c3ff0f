#include "md/potential/pair.hpp"

#include <algorithm>
#include <cmath>

#include "md/core/error.hpp"
#include "md/core/sha256.hpp"
#include "md/io/elements.hpp"
#include "md/potential/detail.hpp"

namespace landscape::md {

void LennardJones::evaluate(double r, double& energy, double& slope) const {
  const double s6 = std::pow(sigma / r, 6);
  energy = 4.0 * epsilon * s6 * (s6 - 1.0);
  slope = -24.0 * epsilon * s6 * (2.0 * s6 - 1.0) / r;
}

double LennardJones::curvature(double r) const {
  const double s6 = std::pow(sigma / r, 6);
  return 24.0 * epsilon * s6 * (26.0 * s6 - 7.0) / (r * r);
}

void Morse::evaluate(double r, double& energy, double& slope) const {
  const double e = std::exp(-alpha * (r - r0));
  energy = depth * e * (e - 2.0);
  slope = -2.0 * depth * alpha * e * (e - 1.0);
}

double Morse::curvature(double r) const {
  const double e = std::exp(-alpha * (r - r0));
  return 2.0 * depth * alpha * alpha * e * (2.0 * e - 1.0);
}

namespace {

/// One functional form per pair of types; `Form` has cutoff and evaluate(r, energy, slope).
template <class Form>
class PairPotential final : public Potential {
 public:
  /// @param elements empty: any species symbol, all of one type. @param mass [g/mol] of those that are no element.
  PairPotential(std::string spec, std::vector<std::string> elements, std::vector<Form> forms, PairShift shift, double mass)
      : spec_(std::move(spec)), checksum_(sha256(spec_)), elements_(std::move(elements)), mass_(mass),
        types_(std::max<std::size_t>(elements_.size(), 1)) {
    LANDSCAPE_CHECK(forms.size() == types_ * types_);
    for (const Form& form : forms) {
      Term term{form, form.cutoff * form.cutoff, 0.0, 0.0};
      double energy = 0.0, slope = 0.0;
      form.evaluate(form.cutoff, energy, slope);
      if (shift != PairShift::None) term.shift = energy;
      if (shift == PairShift::Force) term.tilt = slope;
      terms_.push_back(term);
      cutoff_ = std::max(cutoff_, form.cutoff);
    }
  }

  const std::string& spec() const override { return spec_; }
  const std::string& checksum() const override { return checksum_; }
  double cutoff() const override { return cutoff_; }
  double mass(int type) const override {
    const auto t = static_cast<std::size_t>(type);
    if (elements_.empty()) return mass_;
    return standard_mass(elements_[t]).value_or(mass_);
  }
  std::vector<int> types_of(std::span<const std::string> species) const override {
    if (elements_.empty()) return std::vector<int>(species.size(), 0);
    return detail::types_by_element(spec_, elements_, species);
  }

  ForceResult compute(const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types,
                      const NeighborList& list, Eigen::Ref<Matrix3Xd> forces, ForceScratch& scratch,
                      int threads) const override {
    const Slots& slots = list.slots();
    const auto chunks = static_cast<int>(list.chunks().size());
    scratch.prepare(chunks, positions.cols());
    std::vector<detail::ClosePair> closest(list.chunks().size());
#pragma omp parallel for num_threads(threads) if (threads > 1) schedule(static)
    for (int c = 0; c < chunks; ++c) {
      const auto chunk = static_cast<std::size_t>(c);
      Matrix3Xd& out = scratch.forces[chunk];
      Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();
      double energy = 0.0;
      for (std::size_t rank = list.chunks()[chunk].rank_begin; rank < list.chunks()[chunk].rank_end; ++rank) {
        const Eigen::Vector3d center = list.place(positions, slots.home[rank]);
        const std::uint32_t i = slots.atom[slots.home[rank]];
        for (const std::uint32_t slot : list.row(rank)) {
          const std::uint32_t j = slots.atom[slot];
          const Eigen::Vector3d d = list.place(positions, slot) - center;
          const double r2 = d.squaredNorm();
          const Term& term = terms_[static_cast<std::size_t>(types[i]) * types_ + static_cast<std::size_t>(types[j])];
          if (r2 >= term.cutoff2) continue;
          if (r2 < detail::same_spot2) {
            closest[chunk].offer(i, j, r2);
            continue;
          }
          const double r = std::sqrt(r2);
          double e = 0.0, slope = 0.0;
          term.form.evaluate(r, e, slope);
          energy += e - term.shift - term.tilt * (r - term.form.cutoff);
          slope -= term.tilt;
          const Eigen::Vector3d f = (-slope / r) * d;
          out.col(j) += f;
          out.col(i) -= f;
          virial.noalias() += d * f.transpose();
        }
      }
      scratch.energies[chunk] = energy;
      scratch.virials[chunk] = virial;
    }
    detail::refuse_close_pair(closest, spec_, 0.0);
    return scratch.gather(forces);
  }

  SecondOrder second_order(const Eigen::Ref<const Matrix3Xd>& positions, std::span<const int> types,
                           const NeighborList& list) const override {
    SecondOrder out;
    std::vector<detail::ClosePair> closest(1);
    const Slots& slots = list.slots();
    for (std::size_t rank = 0; rank < slots.home.size(); ++rank) {
      const std::uint32_t i = slots.atom[slots.home[rank]];
      const Eigen::Vector3d center = list.place(positions, slots.home[rank]);
      for (const std::uint32_t slot : list.row(rank)) {
        const std::uint32_t j = slots.atom[slot];
        const Eigen::Vector3d d = list.place(positions, slot) - center;
        const double r2 = d.squaredNorm();
        const Term& term = terms_[static_cast<std::size_t>(types[i]) * types_ + static_cast<std::size_t>(types[j])];
        if (r2 >= term.cutoff2) continue;
        if (r2 < detail::same_spot2) {
          closest[0].offer(i, j, r2);
          continue;
        }
        const double r = std::sqrt(r2);
        double energy = 0.0, slope = 0.0;
        term.form.evaluate(r, energy, slope);
        out.pairs.push_back({i, j, d, slope - term.tilt, term.form.curvature(r), 0.0, 0.0});
      }
    }
    detail::refuse_close_pair(closest, spec_, 0.0);
    return out;
  }

 private:
  struct Term {
    Form form;
    double cutoff2, shift, tilt;
  };
  std::string spec_, checksum_;
  std::vector<std::string> elements_;
  double mass_;
  std::size_t types_;
  std::vector<Term> terms_;
  double cutoff_ = 0.0;
};

}  // namespace

std::shared_ptr<const Potential> make_lennard_jones(const std::string& spec, const LennardJones& form, PairShift shift, double mass) {
  return std::make_shared<PairPotential<LennardJones>>(spec, std::vector<std::string>{}, std::vector{form}, shift, mass);
}

std::shared_ptr<const Potential> make_morse(const std::string& spec, const Morse& form, PairShift shift, double mass) {
  return std::make_shared<PairPotential<Morse>>(spec, std::vector<std::string>{}, std::vector{form}, shift, mass);
}

std::shared_ptr<const Potential> make_kob_andersen(const std::string& spec, const LennardJones& aa, PairShift shift, double mass) {
  const auto scaled = [&](double epsilon, double sigma) {
    return LennardJones{epsilon * aa.epsilon, sigma * aa.sigma, sigma * aa.cutoff};
  };
  const LennardJones ab = scaled(1.5, 0.8), bb = scaled(0.5, 0.88);
  return std::make_shared<PairPotential<LennardJones>>(spec, std::vector<std::string>{"A", "B"}, std::vector{aa, ab, ab, bb}, shift, mass);
}

}  // namespace landscape::md
