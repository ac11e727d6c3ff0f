/// Paths with their saddles, in pieces, on a surface whose stationary points are known.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "landscape/workflow/barrier_path.hpp"
#include "md/core/error.hpp"
#include "md/io/structure_io.hpp"
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

TEST(BarrierPath, KeepsOneBandWhereItIsNotToSplit) {
  BarrierPathOptions o = options();
  o.split = false;
  const BarrierPath found = barrier_path(surface, from, to, o);
  ASSERT_EQ(found.pieces.size(), 1u);
  EXPECT_TRUE(found.pieces[0].path.must_be_split());
  EXPECT_NEAR(found.pieces[0].saddle_energy_ev, scale * MuellerBrown::high_saddle.energy, 1e-6);
}

TEST(BarrierPath, APathThatDoesNotConvergeCountsAsTheHighest) {
  BarrierPathOptions o = options();
  o.neb.max_iterations = 1;
  o.split = false;
  const BarrierPath found = barrier_path(surface, from, to, o);
  EXPECT_FALSE(found.pieces[found.highest].path.converged());
  EXPECT_FALSE(found.pieces[found.highest].stationary);
  EXPECT_EQ(found.pieces[found.highest].proof.negative_eigenvalues, -1);
  EXPECT_FALSE(found.pieces[found.highest].converged());
  // Nothing lies between a configuration and itself: no energy, and no lower than any.
  const BarrierPath same = barrier_path(surface, from, from, options());
  EXPECT_TRUE(std::isnan(same.pieces[same.highest].saddle_energy_ev));
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
  const auto [first, second] = two_hops(place);
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
    EXPECT_TRUE(split["intermediate_minima"].empty());
    for (const auto& piece : split["pieces"]) EXPECT_NEAR(piece["barrier_ev"].get<double>(), barrier, 1e-6);
  }
  EXPECT_EQ(place.run({"neb", first, second, "--potential", crystal_potential, "--spring-ratio", "0.5"}).code, 2);
  EXPECT_EQ(place.run({"neb", first, second, "--potential", crystal_potential, "--initial-path", "bent"}).code, 2);
}

}  // namespace
}  // namespace landscape::test
