/// Paths with their saddles, in pieces, on a surface whose stationary points are known.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "landscape/workflow/barrier_path.hpp"
#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/io/structure_io.hpp"
#include "md/potential/atomic_surface.hpp"
#include "tests/landscape/program.hpp"
#include "tests/support/mueller_brown.hpp"

namespace landscape::test {
namespace {

constexpr double scale = 0.1;  ///< of the energies: the higher barrier is then 10.6 eV
const neb::SurfaceFactory surface = [] { return std::make_unique<MuellerBrown>(scale); };
const Eigen::VectorXd from = MuellerBrown::deepest.vector(), to = MuellerBrown::second.vector();

BarrierPathOptions options() {
  BarrierPathOptions o;
  o.neb.images = 24;
  return o;
}

TEST(BarrierPath, FindsBothSaddlesOfAPathOverAMinimum) {
  const BarrierPath found = barrier_path(surface, from, to, options());
  ASSERT_EQ(found.pieces.size(), 2u);
  EXPECT_EQ(found.highest, 0u);
  const StationaryPoint saddles[] = {MuellerBrown::high_saddle, MuellerBrown::low_saddle};
  for (std::size_t k = 0; k < 2; ++k) {
    const PathPiece& piece = found.pieces[k];
    EXPECT_TRUE(piece.converged());  // however high the barrier
    EXPECT_TRUE(piece.stationary);
    EXPECT_EQ(piece.proof.negative_eigenvalues, 1);
    EXPECT_NEAR(piece.saddle_energy_ev, scale * saddles[k].energy, 1e-6);
    EXPECT_LT((piece.saddle - saddles[k].vector()).norm(), 1e-4);
  }
}

/// E = 1 - cos 2πx + 2 y² [eV, Å]: minima at every whole x, saddles of 2 eV between.
class Corrugated final : public md::EnergySurface {
 public:
  Eigen::Index dof() const override { return 2; }

 protected:
  double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x, Eigen::Ref<Eigen::VectorXd> gradient) override {
    constexpr double turn = 2.0 * std::numbers::pi;
    gradient = Eigen::Vector2d(turn * std::sin(turn * x[0]), 4.0 * x[1]);
    return 1.0 - std::cos(turn * x[0]) + 2.0 * x[1] * x[1];
  }
};
const neb::SurfaceFactory corrugated = [] { return std::make_unique<Corrugated>(); };
const Eigen::VectorXd zero = Eigen::Vector2d(0.0, 0.0), three = Eigen::Vector2d(3.0, 0.0);

/// One hill of 2 eV between 0 and `length` [Å]; saddle half-way.
class Hill final : public md::EnergySurface {
 public:
  explicit Hill(double length) : length_(length) {}
  Eigen::Index dof() const override { return 2; }

 protected:
  double do_evaluate(const Eigen::Ref<const Eigen::VectorXd>& x, Eigen::Ref<Eigen::VectorXd> gradient) override {
    const double turn = 2.0 * std::numbers::pi / length_;
    gradient = Eigen::Vector2d(turn * std::sin(turn * x[0]), 4.0 * x[1]);
    return 1.0 - std::cos(turn * x[0]) + 2.0 * x[1] * x[1];
  }

 private:
  double length_;
};

TEST(BarrierPath, ASaddleFarFromItsImageIsNotTaken) {
  const auto path_over = [](double length) {
    BarrierPathOptions o;
    o.neb.images = 2;            // at one and two thirds: the saddle lies a sixth of the length from either
    o.neb.path_max_force = 1.0;  // as wide as this the band is content where it begins, and climbs no further
    o.split = false;
    return barrier_path([&] { return std::make_unique<Hill>(length); }, zero, Eigen::Vector2d(length, 0.0), o);
  };
  const BarrierPath near = path_over(8.0), far = path_over(12.0);
  EXPECT_STREQ(near.status(), "converged");
  EXPECT_NEAR(near.pieces[0].saddle[0], 4.0, 1e-3);
  EXPECT_STREQ(far.status(), "no_saddle");
  EXPECT_FALSE(far.pieces[0].stationary);
  EXPECT_GT(std::abs(far.pieces[0].saddle[0] - 6.0), 1.0) << "the climbing image stays what it is";
}

TEST(BarrierPath, FindsAMinimumThatNoImageSees) {
  BarrierPathOptions o;
  o.neb.images = 3;  // at 0.75, 1.5 and 2.25: one top
  o.split = false;
  const BarrierPath one = barrier_path(corrugated, zero, three, o);
  ASSERT_FALSE(one.pieces[0].path.must_be_split());
  EXPECT_TRUE(one.pieces[0].refined);
  EXPECT_FALSE(one.pieces[0].connected.has_value());
  o.split = true;
  const BarrierPath found = barrier_path(corrugated, zero, three, o);
  ASSERT_EQ(found.pieces.size(), 3u);
  for (std::size_t k = 0; k < 3; ++k) {
    const PathPiece& piece = found.pieces[k];
    EXPECT_NEAR(piece.barrier_ev, 2.0, 1e-6);
    EXPECT_TRUE(piece.converged() && piece.connected.value());
    EXPECT_NEAR(piece.path.images.back()[0], static_cast<double>(k + 1), 1e-4);
  }
}

TEST(BarrierPath, ASaddleOfOtherMinimaIsNotTaken) {
  BarrierPathOptions o;
  o.neb.images = 3;  // at 0.75, 1.5 and 2.25: one top
  o.max_pieces = 1;  // the minimum between may not become an end
  const BarrierPath found = barrier_path(corrugated, zero, three, o);
  ASSERT_EQ(found.pieces.size(), 1u);
  EXPECT_TRUE(found.pieces[0].refined);
  EXPECT_FALSE(found.pieces[0].connected.value());
  EXPECT_FALSE(found.pieces[0].converged());
  EXPECT_STREQ(found.status(), "other_minima");
}

TEST(BarrierPath, KeepsOneBandWhereItIsNotToSplit) {
  BarrierPathOptions o = options();
  o.split = false;
  const BarrierPath found = barrier_path(surface, from, to, o);
  ASSERT_EQ(found.pieces.size(), 1u);
  EXPECT_TRUE(found.pieces[0].path.must_be_split());
  EXPECT_NEAR(found.pieces[0].saddle_energy_ev, scale * MuellerBrown::high_saddle.energy, 1e-6);
}

TEST(BarrierPath, AllBandsTogetherHaveTheIterationsThatAreAllowed) {
  const BarrierPath whole = barrier_path(surface, from, to, options());
  ASSERT_GT(whole.pieces.size(), 1u);
  int of_pieces = 0;
  for (const auto& piece : whole.pieces) of_pieces += piece.path.iterations;
  EXPECT_GT(whole.iterations, of_pieces);  // those of the band that was split are among them
  BarrierPathOptions o = options();
  o.max_iterations = whole.iterations - of_pieces + 1;  // enough to find that it must be split
  const BarrierPath broken_off = barrier_path(surface, from, to, o);
  EXPECT_EQ(broken_off.pieces.size(), whole.pieces.size());
  EXPECT_LT(broken_off.iterations, o.max_iterations + 2 * static_cast<int>(whole.pieces.size()) + 1);
  EXPECT_STREQ(broken_off.status(), "iteration_limit");
  o.max_iterations = 0;
  EXPECT_THROW((void)barrier_path(surface, from, to, o), md::InputError);
}

TEST(BarrierPath, SaysWhatAPathThatDoesNotConvergeLacks) {
  BarrierPathOptions o = options();
  o.neb.max_iterations = 1;
  o.split = false;
  const BarrierPath found = barrier_path(surface, from, to, o);
  EXPECT_FALSE(found.pieces[found.highest].path.converged());
  EXPECT_FALSE(found.pieces[found.highest].stationary);
  EXPECT_EQ(found.pieces[found.highest].proof.negative_eigenvalues, -1);
  EXPECT_FALSE(found.pieces[found.highest].converged());
  EXPECT_STREQ(found.status(), "iteration_limit");
  // Nothing lies between a configuration and itself: no energy, and no lower than any.
  const BarrierPath same = barrier_path(surface, from, from, options());
  EXPECT_TRUE(std::isnan(same.pieces[same.highest].saddle_energy_ev));
  EXPECT_STREQ(same.status(), "same_endpoints");
}

// Two copies of a glass of which two like atoms have changed places, so that straight lines lead them through each other: of forty such pairs fifteen
// bands ran away to hundreds and thousands of eV and Å, for the forces of a band have no potential that would fall.
TEST(BarrierPath, AtomsThatChangePlacesDoNotDriveTheBandApart) {
  const auto potential = md::open_potential("CuZr_mm.eam.fs");
  const auto glass = md::read_structure(glass_of_128()).configuration;
  const neb::SurfaceFactory make = [&] { return std::make_unique<md::AtomicSurface>(potential, glass); };
  const auto atoms = make();
  Eigen::VectorXd start = dynamic_cast<const md::AtomicSurface&>(*atoms).gather(glass.positions), gradient(start.size());
  ASSERT_TRUE(md::minimize(*atoms, start, {.max_force = 1e-5}).converged());
  const double energy = atoms->evaluate(start, gradient);
  constexpr std::pair<int, int> exchanged[] = {{80, 123}, {22, 70}};
  for (const auto& [i, j] : exchanged) {
    ASSERT_EQ(glass.species[static_cast<std::size_t>(i)], glass.species[static_cast<std::size_t>(j)]);
    Eigen::VectorXd end = start;
    end.segment<3>(3 * i).swap(end.segment<3>(3 * j));
    BarrierPathOptions o;
    o.neb.images = 9;
    const BarrierPath found = barrier_path(make, start, end, o);
    EXPECT_EQ(found.pieces.front().path.images.front(), start);
    EXPECT_LT(found.pieces[found.highest].saddle_energy_ev - energy, 5.0) << i << ' ' << j << ' ' << found.status();
    for (const PathPiece& piece : found.pieces) EXPECT_LT(piece.path.reaction_coordinate.back(), 40.0);
    for (std::size_t k = 1; k < found.pieces.size(); ++k)  // one way, without gaps
      EXPECT_LT(md::largest_displacement(*atoms, found.pieces[k - 1].path.images.back(), found.pieces[k].path.images.front()), 1e-6);
  }
}

TEST(BarrierPath, RefusesOptionsOutOfRange) {
  BarrierPathOptions o = options();
  o.max_pieces = 0;
  EXPECT_THROW(o.validate(), md::InputError);
  EXPECT_THROW((void)barrier_path(surface, from, to, o), md::InputError);
}

/// An fcc crystal without its first atom, relaxed, and the same after a second atom has followed the first into the vacancy; names of the files.
std::pair<std::string, std::string> two_hops(const Workplace& place) {
  const auto crystal = md::read_structure(place.vacancy_crystal()).configuration;
  const double a = crystal.cell.matrix()(0, 0) / 3.0;
  auto hopped = crystal;
  const auto move = [&](const Eigen::Vector3d& atom, const Eigen::Vector3d& site) {
    Eigen::Index k = 0;
    (crystal.positions.colwise() - a * atom).colwise().norm().minCoeff(&k);
    hopped.positions.col(k) = a * site;
  };
  move({0.5, 0.5, 0.0}, {0.0, 0.0, 0.0});
  move({0.5, 1.0, 0.5}, {0.5, 0.5, 0.0});
  std::pair<std::string, std::string> names = {place.path("first.xyz").string(), place.path("second.xyz").string()};
  for (const auto& [name, structure] : {std::pair{names.first, crystal}, {names.second, hopped}}) {
    md::Frame frame;
    frame.configuration = structure;
    md::write_structure(name, frame);
    EXPECT_EQ(place.run({"minimize", name, "--potential", crystal_potential, "-o", name}).code, 0);
  }
  return names;
}

TEST(Neb, TwoHopsAreOnePathInTwoPiecesWhateverItStartsFrom) {
  const Workplace place;
  const auto ends = two_hops(place);
  const std::string &first = ends.first, &second = ends.second;
  const auto path = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = {"neb", first, second, "--potential", crystal_potential, "--images", "11", "--json", "--quiet"};
    all.insert(all.end(), more.begin(), more.end());
    const auto result = place.run(all);
    EXPECT_EQ(result.code, 0) << result.err;
    return result.json();
  };
  const auto whole = path({"--no-split"});
  ASSERT_EQ(whole["pieces"].size(), 1u);
  EXPECT_EQ(whole["intermediate_minima"].size(), 1u);
  const double barrier = whole["barrier_ev"].get<double>();
  EXPECT_GT(barrier, 0.5);
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--initial-path", "idpp"}, {"--spring-ratio", "5"}}) {
    const auto split = path(more);
    ASSERT_EQ(split["pieces"].size(), 2u);
    // Both pieces in a row, the minimum where they join.
    EXPECT_EQ(split["intermediate_minima"], nlohmann::json::array({12}));
    ASSERT_EQ(split["energies_ev"].size(), 25u);
    EXPECT_EQ(split["reaction_coordinate_a"].size(), 25u);
    EXPECT_NEAR(split["energies_ev"][12].get<double>(), split["pieces"][1]["start_energy_ev"].get<double>(), 1e-9);
    EXPECT_GT(split["reaction_coordinate_a"][13].get<double>(), split["reaction_coordinate_a"][12].get<double>());
    for (const auto& piece : split["pieces"]) EXPECT_NEAR(piece["barrier_ev"].get<double>(), barrier, 1e-6);
  }
  EXPECT_EQ(place.run({"neb", first, second, "--potential", crystal_potential, "--spring-ratio", "0.5"}).code, 2);
  EXPECT_EQ(place.run({"neb", first, second, "--potential", crystal_potential, "--initial-path", "bent"}).code, 2);
}

TEST(Neb, RelaxesEndsThatAreNoMinima) {
  const Workplace place;
  const auto ends = two_hops(place);
  const std::string &first = ends.first, &second = ends.second;
  const auto path = [&](const std::string& end) {
    const auto result = place.run({"neb", first, end, "--potential", crystal_potential, "--images", "5", "--json"});
    EXPECT_EQ(result.code, 0) << result.err;
    return result;
  };
  const auto rattled = [&] {
    auto frame = md::read_structure(second);
    md::CounterRng rng(1, md::Stream::Displacement, 0);
    for (Eigen::Index i = 0; i < frame.configuration.size(); ++i)
      frame.configuration.positions.col(i) += 0.05 * Eigen::Vector3d(rng.normal(), rng.normal(), rng.normal());
    md::write_structure(place.path("rattled.xyz").string(), frame);
    return place.path("rattled.xyz").string();
  }();
  const auto given = path(rattled);
  EXPECT_NEAR(given.json()["barrier_ev"].get<double>(), path(second).json()["barrier_ev"].get<double>(), 1e-6);
  EXPECT_NE(given.err.find("rattled.xyz is no minimum"), std::string::npos) << given.err;
}

TEST(Neb, RefusesFrozenAtomsThatMove) {
  const Workplace place;
  const auto ends = two_hops(place);
  const std::string &first = ends.first, &second = ends.second;
  for (const auto& name : {first, second}) {
    auto frame = md::read_structure(name);
    frame.configuration.movable.assign(static_cast<std::size_t>(frame.configuration.size()), 1);
    frame.configuration.movable[3] = 0;
    if (name == second) frame.configuration.positions.col(3).x() += 0.3;
    md::write_structure(name, frame);
  }
  const auto result = place.run({"neb", first, second, "--potential", crystal_potential});
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("expected frozen atom 4 where it stands in"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace landscape::test
