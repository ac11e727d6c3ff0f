#include <gtest/gtest.h>

#include "landscape/workflow/nearby_states.hpp"
#include "md/core/rng.hpp"

namespace landscape {
namespace {

struct Shape {
  const char* name;
  Eigen::Index atoms;
  double edge;       ///< [Å]
  bool periodic;
  bool frozen;       ///< the first atom
  double skew = 0.0; ///< of the second edge, over its length
};
std::ostream& operator<<(std::ostream& out, const Shape& s) { return out << s.name; }

md::Configuration atoms_of(const Shape& s) {
  md::Configuration c;
  Eigen::Matrix3d edges = s.edge * Eigen::Matrix3d::Identity();
  edges(0, 1) = s.skew * s.edge;
  c.cell = md::Cell(edges, {s.periodic, s.periodic, s.periodic});
  c.positions.resize(3, s.atoms);
  c.species.assign(static_cast<std::size_t>(s.atoms), "Ar");
  md::CounterRng rng(5, md::Stream::Displacement, 0);
  for (double& number : c.positions.reshaped()) number = s.edge * rng.uniform();
  if (s.frozen) {
    c.movable.assign(static_cast<std::size_t>(s.atoms), 1);
    c.movable[0] = 0;
  }
  return c;
}

class NearbyStatesTest : public ::testing::TestWithParam<Shape> {};

// Families of states: a hop of one atom, up to across half the cell, and beside it states that shake, drift and, for clusters, turn.
TEST_P(NearbyStatesTest, FindsWhatComparingAllFinds) {
  const Shape& shape = GetParam();
  const md::Configuration atoms = atoms_of(shape);
  const md::AtomicSurface surface(md::open_potential("lj:epsilon=1,sigma=1,cutoff=2.5"), atoms);
  const Eigen::VectorXd start = surface.gather(atoms.positions);
  md::CounterRng rng(11, md::Stream::Displacement, 1);
  const auto number = [&](double reach) { return reach * (2.0 * rng.uniform() - 1.0); };
  std::vector<Eigen::VectorXd> states;
  for (int family = 0; family < 40; ++family) {
    Eigen::VectorXd hop = start;
    const auto atom = static_cast<Eigen::Index>(rng.below(static_cast<std::uint64_t>(start.size() / 3)));
    for (Eigen::Index k = 0; k < 3; ++k) hop[3 * atom + k] += number(family % 4 == 0 ? 0.5 * shape.edge : 1.0);
    for (int member = 0; member < 4; ++member) {
      Eigen::VectorXd x = hop;
      for (double& one : x) one += number(0.08);
      if (!shape.frozen) {
        const Eigen::Matrix3d turn = Eigen::AngleAxisd(number(3.0), Eigen::Vector3d(number(1.0), number(1.0), 1.0).normalized()).toRotationMatrix();
        const Eigen::Vector3d drift(number(2.0), number(2.0), number(2.0));
        for (Eigen::Index i = 0; i < x.size(); i += 3)
          x.segment<3>(i) = ((shape.periodic ? Eigen::Matrix3d::Identity() : turn) * x.segment<3>(i) + drift).eval();
      }
      states.push_back(x);
    }
  }
  std::size_t found = 0;
  for (const double distance : {0.05, 0.1, 0.2}) {
    NearbyStates growing(surface, start);
    for (std::size_t n = 0; n < states.size(); ++n) {
      std::vector<std::size_t> expected;
      for (std::size_t m = 0; m < n; ++m)
        if (md::largest_displacement(surface, states[m], states[n]) < distance) expected.push_back(m);
      EXPECT_EQ(growing.within(states[n], distance), expected) << n;
      EXPECT_EQ(growing.add(states[n]), n);
      found += expected.size();
    }
  }
  EXPECT_GT(found, 60u);
}

INSTANTIATE_TEST_SUITE_P(Shapes, NearbyStatesTest,
                         ::testing::Values(Shape{"glass", 60, 12.0, true, false}, Shape{"slab", 60, 12.0, true, true}, Shape{"cluster", 30, 6.0, false, false},
                                           Shape{"small_cluster", 5, 3.0, false, false}, Shape{"small_cell", 4, 5.0, true, false},
                                           Shape{"pair", 2, 4.0, true, false}, Shape{"skewed", 3, 5.0, true, false, 0.9}, Shape{"skewed_pair", 2, 7.0, true, false, 0.5}),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace landscape
