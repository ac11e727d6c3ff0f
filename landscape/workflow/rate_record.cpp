#include "landscape/workflow/rate_record.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

namespace landscape {
namespace {

using nlohmann::json;
using Samples = std::vector<db::SampleRecord>;
using Kind = std::tuple<db::Id, std::string, std::int64_t>;  // potential, composition, size

Kind kind_of(const db::SampleRecord& s) { return {s.potential_id, s.composition, s.n_atoms}; }

/// Those quenched at a rate, by rate, highest first.
Samples quenched_of(const Samples& members) {
  Samples quenched;
  for (const auto& s : members)
    if (!std::isnan(s.quench_rate_k_per_s)) quenched.push_back(s);
  std::stable_sort(quenched.begin(), quenched.end(),
                   [](const auto& a, const auto& b) { return a.quench_rate_k_per_s > b.quench_rate_k_per_s; });
  return quenched;
}

bool has_line(const Samples& quenched) {
  return !quenched.empty() && quenched.front().quench_rate_k_per_s != quenched.back().quench_rate_k_per_s;
}

RateLine line_of(const Samples& members) {
  std::vector<RatePoint> points;
  for (const auto& s : members)
    if (!std::isnan(s.quench_rate_k_per_s)) points.push_back({s.quench_rate_k_per_s, s.energy_per_atom_ev});
  return fit_rate_line(points);
}

db::RateFitRecord fit_row(const RateLine& line, const db::SampleRecord& one, db::Id run_id) {
  db::RateFitRecord fit;
  fit.run_id = run_id;
  fit.potential_id = one.potential_id;
  fit.composition = one.composition;
  fit.n_atoms = one.n_atoms;
  fit.samples = static_cast<std::int64_t>(line.points.size());
  fit.rate_low_k_per_s = line.lowest_rate_k_per_s;
  fit.rate_high_k_per_s = line.highest_rate_k_per_s;
  fit.intercept_ev = line.intercept_ev;
  fit.intercept_error_ev = line.intercept_error_ev;
  fit.slope_ev_per_decade = line.slope_ev_per_decade;
  fit.slope_error_ev = line.slope_error_ev;
  fit.covariance_ev2 = line.covariance_ev2;
  fit.residual_ev = line.residual_ev;
  return fit;
}

void set_rate(db::Database& database, db::SampleRecord& sample, const EffectiveRate& rate) {
  sample.effective_rate_k_per_s = rate.rate_k_per_s;
  sample.effective_rate_low_k_per_s = rate.low_k_per_s;
  sample.effective_rate_high_k_per_s = rate.high_k_per_s;
  database.update_sample(sample);
}

/// The line of samples prepared alike, stored.
RateGroup fitted_group(db::Database& database, Samples members, const Preparation& preparation, const Session& session) {
  RateGroup group;
  group.preparation = preparation;
  group.line = line_of(members);
  group.quenched = quenched_of(members);
  const db::SampleRecord& one = members.front();
  Run run(database, "sample rates",
          json{{"composition", one.composition}, {"n_atoms", one.n_atoms}, {"pressure_gpa", preparation.pressure_gpa},
               {"cell", preparation.cell}}.dump(),
          session, one.potential_id);
  group.fit = fit_row(group.line, one, run.id());
  db::Transaction transaction(database);
  group.fit.id = database.add_rate_fit(group.fit);
  for (auto& s : members) {
    const auto rate = effective_rate(group.line, s.energy_per_atom_ev);
    set_rate(database, s, rate);
    if (std::isnan(s.quench_rate_k_per_s)) group.others.push_back({s, rate});
  }
  transaction.commit();
  run.finish("done", 0.0);
  return group;
}

using ByPreparation = std::vector<std::pair<Preparation, Samples>>;

void add_to(ByPreparation& prepared, const db::SampleRecord& sample) {
  const Preparation made = preparation_of(sample);
  auto found = std::find_if(prepared.begin(), prepared.end(), [&](const auto& p) { return p.first == made; });
  if (found == prepared.end()) found = prepared.insert(found, {made, {}});
  found->second.push_back(sample);
}

/// The lines of one kind of samples.
std::vector<RateGroup> groups_of(db::Database& database, const ByPreparation& prepared, const Session& session) {
  std::vector<RateGroup> groups;
  for (const auto& [preparation, members] : prepared)
    if (has_line(quenched_of(members))) groups.push_back(fitted_group(database, members, preparation, session));
  for (auto& [preparation, members] : prepared) {
    const bool fitted = has_line(quenched_of(members));
    for (auto sample : members) {
      if (!fitted && !groups.empty()) set_rate(database, sample, {db::unknown, db::unknown, db::unknown, db::unknown, db::unknown});
      for (auto& group : groups)
        if (!(group.preparation == preparation)) group.left_out.push_back(sample);
    }
  }
  return groups;
}

}  // namespace

std::vector<RateGroup> rate_record(db::Database& database, const Session& session) {
  std::map<Kind, ByPreparation> samples;
  for (const auto& s : database.samples())
    if (s.state == "ready") add_to(samples[kind_of(s)], s);
  std::vector<RateGroup> groups;
  for (const auto& [kind, prepared] : samples)
    for (auto& group : groups_of(database, prepared, session)) groups.push_back(std::move(group));
  return groups;
}

}  // namespace landscape
