#include "landscape/graph/kinetics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Dense>
#include "landscape/exchange/query_functions.hpp"

#include "md/core/error.hpp"
#include "md/core/rng.hpp"

namespace landscape {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double rate(const GraphSaddle& saddle,
            double from_ev,
            double own_prefactor_thz,
            const KineticsOptions& options) {
  const double prefactor =
      std::isfinite(own_prefactor_thz) ? own_prefactor_thz : options.prefactor_thz;
  return harmonic_rate(std::max(0.0, saddle.energy_ev - from_ev), options.temperature_k, prefactor);
}

/// Minima from which a target can be reached; jumps go both ways, so these are whole components.
std::vector<bool> can_reach(const LandscapeGraph& graph, const std::vector<bool>& is_target) {
  const auto component = graph.components();
  std::vector<bool> has_target(component.size() + 1, false), result(component.size());
  for (std::size_t m = 0; m < component.size(); ++m) {
    if (is_target[m]) has_target[component[m]] = true;
  }
  for (std::size_t m = 0; m < component.size(); ++m) result[m] = has_target[component[m]];
  return result;
}

}  // namespace

void KineticsOptions::validate() const {
  if (!(temperature_k > 0.0) || !std::isfinite(temperature_k))
    throw md::InputError(md::message("temperature: expected more than 0 K, got ", temperature_k));
  if (!(prefactor_thz > 0.0) || !std::isfinite(prefactor_thz))
    throw md::InputError(md::message("prefactor: expected more than 0 THz, got ", prefactor_thz));
}

std::vector<std::vector<Jump>> jumps(const LandscapeGraph& graph, const KineticsOptions& options) {
  options.validate();
  std::vector<std::vector<Jump>> result(graph.minima().size());
  for (std::size_t k = 0; k < graph.saddles().size(); ++k) {
    const auto& saddle = graph.saddles()[k];
    if (saddle.a == saddle.b) continue;
    const auto& minima = graph.minima();
    result[saddle.a].push_back(
        {saddle.b, k, rate(saddle, minima[saddle.a].energy_ev, saddle.prefactor_thz, options)});
    result[saddle.b].push_back(
        {saddle.a, k,
         rate(saddle, minima[saddle.b].energy_ev, saddle.reverse_prefactor_thz, options)});
  }
  return result;
}

std::vector<double> mean_first_passage_s(const LandscapeGraph& graph,
                                         const KineticsOptions& options,
                                         const std::vector<bool>& is_target) {
  const auto out = jumps(graph, options);
  const auto reaches = can_reach(graph, is_target);
  // Unknowns 0 .. n-1; place n is the target, all of them together.
  std::vector<std::size_t> unknowns, number(out.size());
  for (std::size_t m = 0; m < out.size(); ++m) {
    if (is_target[m] || !reaches[m]) continue;
    number[m] = unknowns.size();
    unknowns.push_back(m);
  }
  constexpr std::size_t most = 4000;  // n² doubles, n³/3 operations: 128 MB, some 20 s
  const auto n = unknowns.size();
  if (n > most)
    throw md::InputError(
        md::message("mean first-passage time: expected at most ", most, " minima, got ", n));
  Eigen::MatrixXd k =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n) + 1);
  for (std::size_t i = 0; i < n; ++i) {
    for (const auto& jump : out[unknowns[i]]) {
      const auto column = is_target[jump.to] ? n : number[jump.to];
      k(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(column)) += jump.rate_hz;
    }
  }
  // τ_i = (w_i + Σ_j k_ij τ_j) / Σ_j k_ij; eliminating the last unknown adds positive numbers only.
  Eigen::VectorXd weight = Eigen::VectorXd::Ones(static_cast<Eigen::Index>(n));
  const auto last = static_cast<Eigen::Index>(n);
  for (Eigen::Index e = last - 1; e >= 0; --e) {
    const double leaving = k.row(e).head(e).sum() + k(e, last);
    if (!(leaving > 0.0)) {
      throw md::InputError(
          md::message("mean first-passage time: at ", options.temperature_k, " K minimum ",
                      graph.minima()[unknowns[static_cast<std::size_t>(e)]].id,
                      " is left at a rate too small for a number; raise the temperature"));
    }
    for (Eigen::Index i = 0; i < e; ++i) {
      if (k(i, e) == 0.0) continue;
      const double share = k(i, e) / leaving;
      const double back = k(i, i);
      k.row(i).head(e) += share * k.row(e).head(e);
      k(i, i) = back;
      k(i, last) += share * k(e, last);
      weight(i) += share * weight(e);
    }
  }
  std::vector<double> result(out.size(), infinity);
  Eigen::VectorXd tau(last);
  for (Eigen::Index e = 0; e < last; ++e) {
    const double leaving = k.row(e).head(e).sum() + k(e, last);
    tau(e) = (weight(e) + k.row(e).head(e).dot(tau.head(e))) / leaving;
    result[unknowns[static_cast<std::size_t>(e)]] = tau(e);
  }
  for (std::size_t m = 0; m < out.size(); ++m) {
    if (is_target[m]) result[m] = 0.0;
  }
  return result;
}

WalkResult walk_out(const LandscapeGraph& graph,
                    const KineticsOptions& options,
                    std::size_t start,
                    const std::vector<bool>& inside,
                    const WalkOptions& walk) {
  const auto out = jumps(graph, options);
  std::vector<double> total(out.size(), 0.0);
  for (std::size_t m = 0; m < out.size(); ++m) {
    for (const auto& jump : out[m]) total[m] += jump.rate_hz;
  }
  WalkResult result;
  double sum = 0.0, squares = 0.0, all_jumps = 0.0;
  for (std::int64_t w = 0; w < walk.walks && !result.stopped; ++w) {
    md::CounterRng random(walk.seed, md::Stream::KineticWalk, static_cast<std::uint64_t>(w));
    std::size_t at = start;
    double time = 0.0;
    std::int64_t count = 0;
    while (inside[at] && total[at] > 0.0 && count < walk.most_jumps) {
      time -= std::log(1.0 - random.uniform()) / total[at];
      double choice = random.uniform() * total[at];
      std::size_t k = 0;
      while (k + 1 < out[at].size() && choice >= out[at][k].rate_hz) choice -= out[at][k++].rate_hz;
      at = out[at][k].to;
      constexpr std::int64_t between_questions = 1 << 16;
      if (++count % between_questions == 0 && walk.stop && walk.stop()) {
        result.stopped = true;
        break;
      }
    }
    if (inside[at]) {
      if (!result.stopped) ++result.unfinished;
      continue;
    }
    ++result.walks;
    sum += time;
    squares += time * time;
    all_jumps += static_cast<double>(count);
  }
  const auto n = static_cast<double>(result.walks);
  result.mean_s = n > 0.0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
  result.error_s =
      n > 1.0 ? std::sqrt(std::max(0.0, squares / n - result.mean_s * result.mean_s) / (n - 1.0))
              : std::numeric_limits<double>::quiet_NaN();
  result.mean_jumps = n > 0.0 ? all_jumps / n : std::numeric_limits<double>::quiet_NaN();
  return result;
}

}  // namespace landscape
