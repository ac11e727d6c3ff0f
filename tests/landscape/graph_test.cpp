/// Landscape graphs against brute force and pencil arithmetic.
#include "landscape/graph/landscape_graph.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <filesystem>

#include "landscape/exchange/wales.hpp"
#include "landscape/graph/draw_tree.hpp"
#include "landscape/graph/graph_files.hpp"
#include "landscape/graph/kinetics.hpp"
#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/io/text_file.hpp"
#include "tests/landscape/program.hpp"

namespace landscape {
namespace {

/// `n` minima between 0 and 1 eV, `edges` saddles at random, up to 1 eV above the higher end.
LandscapeGraph random_graph(std::size_t n, std::size_t edges, std::uint64_t seed) {
  md::CounterRng random(seed, md::Stream::Types, 0);
  std::vector<GraphMinimum> minima;
  std::vector<GraphSaddle> saddles;
  for (std::size_t m = 0; m < n; ++m) minima.push_back({static_cast<std::int64_t>(m + 1), random.uniform(), m % 2 ? "a" : ""});
  for (std::size_t k = 0; k < edges; ++k) {
    GraphSaddle s;
    s.id = static_cast<std::int64_t>(k + 1);
    s.a = random.below(n);
    s.b = random.below(n);
    s.energy_ev = std::max(minima[s.a].energy_ev, minima[s.b].energy_ev) + random.uniform();
    saddles.push_back(s);
  }
  return {minima, saddles};
}

/// Lowest highest saddle between all pairs, by Floyd and Warshall; infinity where there is no path.
std::vector<std::vector<double>> minimax_by_force(const LandscapeGraph& graph) {
  const auto n = graph.minima().size();
  std::vector<std::vector<double>> level(n, std::vector<double>(n, INFINITY));
  for (std::size_t m = 0; m < n; ++m) level[m][m] = graph.minima()[m].energy_ev;
  for (const auto& s : graph.saddles()) {
    if (s.a == s.b) continue;
    level[s.a][s.b] = level[s.b][s.a] = std::min(level[s.a][s.b], s.energy_ev);
  }
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) level[i][j] = std::min(level[i][j], std::max(level[i][k], level[k][j]));
  return level;
}

/// Minima below a node of the tree.
std::vector<std::size_t> leaves_of(const MergeTree& tree, std::size_t node) {
  if (tree.nodes[node].children.empty()) return {node};
  std::vector<std::size_t> all;
  for (const auto child : tree.nodes[node].children)
    for (const auto leaf : leaves_of(tree, child)) all.push_back(leaf);
  return all;
}

TEST(LandscapeGraph, MinimaxPathsAreThoseOfBruteForce) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const auto graph = random_graph(14, 8 + 4 * seed, seed);
    const auto level = minimax_by_force(graph);
    for (std::size_t i = 0; i < 14; ++i)
      for (std::size_t j = 0; j < 14; ++j) {
        const auto path = graph.minimax_path(i, j);
        ASSERT_EQ(path.has_value(), std::isfinite(level[i][j]));
        if (!path) continue;
        EXPECT_EQ(path->highest_ev, level[i][j]);
        ASSERT_EQ(path->minima.size(), path->saddles.size() + 1);
        for (std::size_t k = 0; k < path->saddles.size(); ++k) {
          const auto& s = graph.saddles()[path->saddles[k]];
          EXPECT_EQ(std::minmax(s.a, s.b), std::minmax(path->minima[k], path->minima[k + 1]));
        }
      }
  }
}

TEST(LandscapeGraph, TreeJoinsEveryPairAtItsMinimaxEnergy) {
  const auto graph = random_graph(20, 40, 3);
  const auto level = minimax_by_force(graph);
  const auto tree = merge_tree(graph);
  EXPECT_EQ(tree.roots.size(), graph.component_count());
  std::size_t pairs = 0;
  for (const auto& node : tree.nodes) {
    if (node.leaves == 0) continue;
    for (std::size_t c = 0; c < node.children.size(); ++c)
      for (std::size_t d = c + 1; d < node.children.size(); ++d)
        for (const auto i : leaves_of(tree, node.children[c]))
          for (const auto j : leaves_of(tree, node.children[d])) {
            EXPECT_EQ(level[i][j], node.energy_ev);
            ++pairs;
          }
  }
  std::size_t connected = 0;
  for (std::size_t i = 0; i < 20; ++i)
    for (std::size_t j = i + 1; j < 20; ++j) connected += std::isfinite(level[i][j]);
  EXPECT_EQ(pairs, connected);
}

TEST(LandscapeGraph, ComponentsAreNumberedByTheirFirstMinima) {
  const LandscapeGraph graph({{1, 0.0}, {2, 0.0}, {3, 0.0}, {4, 0.0}}, {{1, 0, 2, 1.0}});
  EXPECT_EQ(graph.components(), (std::vector<std::size_t>{0, 1, 0, 2}));
  EXPECT_EQ(graph.component_count(), 3u);
}

// 0.0 --0.3-- 0.2 --1.0-- 0.1 --0.15-- 0.12: basins of depth 0.1 (the 0.2), 0.03 (the 0.12) and 0.9 (the 0.1).
TEST(LandscapeGraph, MetabasinsAreLeftOverAtLeastTheirBarrier) {
  const LandscapeGraph graph({{1, 0.0}, {2, 0.2}, {3, 0.1}, {4, 0.12}}, {{1, 0, 1, 0.3}, {2, 1, 2, 1.0}, {3, 2, 3, 0.15}});
  using Basins = std::vector<std::size_t>;
  EXPECT_EQ(graph.metabasins(0.0), (Basins{0, 1, 2, 3}));
  EXPECT_EQ(graph.metabasins(0.05), (Basins{0, 1, 2, 2}));
  EXPECT_EQ(graph.metabasins(0.11), (Basins{0, 0, 2, 2}));
  EXPECT_EQ(graph.metabasins(0.91), (Basins{0, 0, 0, 0}));
}

TEST(LandscapeGraph, EqualSaddlesThatMeetAreOneNode) {
  const LandscapeGraph graph({{1, 0.0}, {2, 0.1}, {3, 0.2}}, {{1, 0, 1, 1.0}, {2, 1, 2, 1.0}});
  const auto tree = merge_tree(graph);
  ASSERT_EQ(tree.roots.size(), 1u);
  EXPECT_EQ(tree.nodes[tree.roots[0]].children.size(), 3u);
}

TEST(LandscapeGraph, DrawsNothingOneAndDegenerateSets) {
  const std::vector<LandscapeGraph> graphs = {
      {}, {{{1, -5.0}}, {}}, {{{1, 0.0}, {2, 0.0}}, {}}, {{{1, 0.0}}, {{1, 0, 0, 0.0}}},
      {{{1, 0.0}, {2, 0.0}}, {{1, 0, 1, 0.0}, {2, 0, 1, 0.0}}}};
  for (const auto& graph : graphs) {
    const auto picture = draw_trees({{"t <&> \"", graph, 0.0}}, {});
    EXPECT_TRUE(picture.starts_with("<svg") && picture.ends_with("</svg>"));
    EXPECT_EQ(picture.find("nan"), std::string::npos);
    EXPECT_EQ(picture.find("inf"), std::string::npos);
    merge_tree_json(graph, merge_tree(graph));
    graphml(graph);
    EXPECT_EQ(graph.metabasins(0.1).size(), graph.minima().size());
  }
  EXPECT_NE(draw_trees({}, {}).find("no minima"), std::string::npos);
}

TEST(LandscapeGraph, RefusesWhatIsNone) {
  EXPECT_THROW(LandscapeGraph({{1, 0.0}, {1, 0.0}}, {}), md::InputError);
  EXPECT_THROW(LandscapeGraph({{1, NAN}}, {}), md::InputError);
  EXPECT_THROW(LandscapeGraph({{1, 0.0}}, {{1, 0, 1, 1.0}}), md::InputError);
  EXPECT_THROW(LandscapeGraph({{1, 0.0}, {2, 0.5}}, {{1, 0, 1, 0.4}}), md::InputError);
}

TEST(LandscapeGraph, OfAHundredThousandMinimaIsDrawnInSeconds) {
  const auto begin = std::chrono::steady_clock::now();
  const auto graph = random_graph(100'000, 150'000, 1);
  EXPECT_GT(draw_trees({{"large", graph, 0.0}}, {}).size(), 1'000'000u);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(took.count(), 10.0);
  RecordProperty("seconds", std::to_string(took.count()));
}

class GraphFiles : public ::testing::Test {
 protected:
  test::Workplace place_;
};

void expect_same(const LandscapeGraph& a, const LandscapeGraph& b) {
  ASSERT_EQ(a.minima().size(), b.minima().size());
  ASSERT_EQ(a.saddles().size(), b.saddles().size());
  for (std::size_t m = 0; m < a.minima().size(); ++m) {
    EXPECT_EQ(a.minima()[m].id, b.minima()[m].id);
    EXPECT_EQ(a.minima()[m].energy_ev, b.minima()[m].energy_ev);
  }
  for (std::size_t s = 0; s < a.saddles().size(); ++s) {
    EXPECT_EQ(a.saddles()[s].energy_ev, b.saddles()[s].energy_ev);
    EXPECT_EQ(a.saddles()[s].a, b.saddles()[s].a);
    EXPECT_EQ(a.saddles()[s].b, b.saddles()[s].b);
  }
}

TEST_F(GraphFiles, CsvComesBackBitForBit) {
  const auto graph = random_graph(30, 60, 5);
  const auto back = read_graphs_csv(place_.write("m.csv", minima_csv(graph)), place_.write("s.csv", saddles_csv(graph)));
  ASSERT_EQ(back.size(), 1u);
  expect_same(graph, back[0].graph);
}

TEST_F(GraphFiles, CsvSaysWhereItIsWrong) {
  const auto minima = place_.write("m.csv", "id,energy_ev,group\n1,0,\"a, \"\"b\"\"\"\n2,0.5,\n");
  const auto refused = [&](const std::string& m, const std::string& saddles, const std::string& part) {
    try {
      read_graphs_csv(m, place_.write("s.csv", saddles));
      ADD_FAILURE() << saddles;
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  EXPECT_EQ(read_graphs_csv(minima, place_.write("s.csv", "minimum_b,x,minimum_a,energy_ev\n1,,2,1\n"))[0].graph.minima()[0].group, "a, \"b\"");
  refused(minima, "minimum_a,minimum_b,energy_ev\n1,3,1\n", "s.csv:2: expected the id of a minimum");
  refused(minima, "minimum_a,minimum_b,energy_ev\n1,2,x\n", "s.csv:2: energy_ev: expected a number, got 'x'");
  refused(minima, "minimum_a,energy_ev\n1,2\n", "expected a column minimum_b");
  refused(minima, "", "empty file");
  refused(minima, "minimum_a,minimum_b,energy_ev\n1,2\n", "expected 3 fields, got 2");
  refused(place_.path("none.csv").string(), "a\n", "none.csv");
}

TEST_F(GraphFiles, StrainsOfACsvAreGraphsOfTheirOwn) {
  const auto minima = place_.write("m.csv", "strain,id,energy_ev\n0.02,1,0.1\n0,1,0\n0,2,0.5\n0.02,2,0.3\n");
  const auto graphs = read_graphs_csv(minima, place_.write("s.csv", "minimum_a,minimum_b,energy_ev,strain\n1,2,1,0\n2,1,0.4,0.02\n"));
  ASSERT_EQ(graphs.size(), 2u);
  EXPECT_EQ(graphs[0].name, "strain 0");
  EXPECT_EQ(graphs[1].name, "strain 0.02");
  EXPECT_EQ(graphs[0].graph.saddles()[0].energy_ev, 1.0);
  EXPECT_EQ(graphs[1].graph.minima()[1].energy_ev, 0.3);
  EXPECT_THROW(read_graphs_csv(minima, place_.write("t.csv", "minimum_a,minimum_b,energy_ev\n1,2,1\n")), md::InputError);
}

TEST_F(GraphFiles, WalesFilesComeBackBitForBit) {
  WalesFiles files;
  files.graph = random_graph(12, 20, 7);
  files.minima.assign(12, {12.5, 2, {1.0 / 3.0, 2.0, 3.0}});
  md::CounterRng random(1, md::Stream::Types, 1);
  for (std::size_t k = 0; k < 12; ++k) files.minima_points.push_back({random.uniform(), 1e-300, -0.0});
  for (std::size_t k = 0; k < 20; ++k) files.saddle_points.push_back({random.uniform(), 2.0, 3.0});
  write_wales(place_.path("pathsample"), files);
  const auto back = read_wales(place_.path("pathsample"), 1);
  expect_same(files.graph, back.graph);
  EXPECT_EQ(back.minima_points, files.minima_points);
  EXPECT_EQ(back.saddle_points, files.saddle_points);
  EXPECT_EQ(back.minima[3].log_frequencies, 12.5);
  EXPECT_EQ(back.minima[3].inertia[0], 1.0 / 3.0);
  EXPECT_NE(place_.read("pathsample/dinfo").find("MINIMA min.data"), std::string::npos);
  EXPECT_THROW(read_wales(place_.path("pathsample"), 2), md::FormatError);
}

TEST_F(GraphFiles, WalesFilesAreChecked) {
  std::filesystem::create_directory(place_.path("w"));
  const auto refused = [&](const std::string& min, const std::string& ts, const std::string& part) {
    place_.write("w/min.data", min);
    place_.write("w/ts.data", ts);
    try {
      read_wales(place_.path("w"));
      ADD_FAILURE() << min << ts;
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  const std::string minima = "-1.0D0 0 1 1 1 1\n-0.5 0 1 1 1 1\n";
  refused("-1 0 1 1 1\n", "", "min.data:1: expected 6 fields, got 5");
  refused(minima, "0 0 1 1 3 1 1 1\n", "ts.data:1: expected a minimum from 1 to 2, got 3");
  refused(minima, "0 0 1 1 0 1 1 1\n", "got 0");
  refused(minima, "-0.7 0 1 1 2 1 1 1\n", "not below");
  refused(minima, "x 0 1 1 2 1 1 1\n", "expected a number, got 'x'");
  place_.write("w/points.min", "12345");
  refused(minima, "0 0 1 1 2 1 1 1\n", "points.min: expected 3 N doubles");
}

// Two minima, E_A = 0.1 eV: the mean time is 1 / k.
TEST(Kinetics, OfTwoMinimaIsOneRate) {
  const LandscapeGraph graph({{1, 0.0}, {2, -0.2}}, {{1, 0, 1, 0.1}});
  const KineticsOptions options{.temperature_k = 300.0, .prefactor_thz = 5.0};
  const double k = 5e12 * std::exp(-0.1 / (8.617333262e-5 * 300.0));
  EXPECT_NEAR(mean_first_passage_s(graph, options, {false, true})[0], 1.0 / k, 1e-12 / k);
  EXPECT_NEAR(jumps(graph, options)[1][0].rate_hz, 5e12 * std::exp(-0.3 / (8.617333262e-5 * 300.0)), 1.0);
}

// A chain 1 - 2 - 3 with rates a (1 to 2), b (2 to 1), c (2 to 3): τ1 = 1/a + (1 + b/a) / c, by hand.
TEST(Kinetics, OfAChainIsTheFormulaOverManyOrdersOfMagnitude) {
  for (const double temperature : {30.0, 100.0, 1000.0}) {
    const LandscapeGraph graph({{1, 0.0}, {2, 0.3}, {3, 0.0}}, {{1, 0, 1, 0.31}, {2, 1, 2, 0.9}});
    const KineticsOptions options{.temperature_k = temperature};
    const auto k = jumps(graph, options);
    const double a = k[0][0].rate_hz, b = k[1][0].rate_hz, c = k[1][1].rate_hz;
    const double expected = 1.0 / a + (1.0 + b / a) / c;
    EXPECT_NEAR(mean_first_passage_s(graph, options, {false, false, true})[0] / expected, 1.0, 1e-12);
  }
}

TEST(Kinetics, WalksAgreeWithTheMasterEquation) {
  const auto graph = random_graph(12, 40, 11);
  const KineticsOptions options{.temperature_k = 2000.0};
  std::vector<bool> target(12, false), inside(12, true);
  target[7] = true;
  inside[7] = false;
  const double exact = mean_first_passage_s(graph, options, target)[2];
  const auto walk = walk_out(graph, options, 2, inside, {.walks = 4000});
  EXPECT_EQ(walk.walks, 4000);
  EXPECT_NEAR(walk.mean_s, exact, 4.0 * walk.error_s);
  const auto again = walk_out(graph, options, 2, inside, {.walks = 4000});
  EXPECT_EQ(walk.mean_s, again.mean_s);
}

TEST(Kinetics, WhatCannotBeReachedTakesForever) {
  const LandscapeGraph graph({{1, 0.0}, {2, 0.0}, {3, 0.0}}, {{1, 0, 1, 0.1}});
  EXPECT_TRUE(std::isinf(mean_first_passage_s(graph, {}, {false, false, true})[0]));
  const auto walk = walk_out(graph, {}, 0, {true, true, false}, {.walks = 3, .most_jumps = 100});
  EXPECT_EQ(walk.walks, 0);
  EXPECT_EQ(walk.unfinished, 3);
  EXPECT_THROW(jumps(graph, {.temperature_k = 0.0}), md::InputError);
}

TEST(GraphCommand, CountsDrawsAndAnswers) {
  const test::Workplace place;
  const auto file = place.vacancy_crystal();
  ASSERT_EQ(place.run({"sample", "import", file, "--name", "v", "--potential", test::crystal_potential, "--cell", "aniso"}).code, 0);
  ASSERT_EQ(place.run({"map", "v", "--searches", "6", "--center", "1,2,3"}).code, 0);
  const auto result = place.run({"graph", "v", "--json", "-o", "t.svg", "-o", "t.json", "-o", "t.graphml", "-o", "t.csv", "--from", "1", "--to", "2"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto json = result.json();
  EXPECT_EQ(json["minima"], place.run({"query", "minima", "--json"}).json().size());
  EXPECT_EQ(json["saddles"], place.run({"query", "events", "--json"}).json().size());
  EXPECT_EQ(json["components"], 1);
  EXPECT_EQ(json["path"]["barrier_ev"], place.run({"query", "events", "id=1", "--json"}).json()[0]["barrier_ev"]);
  EXPECT_NE(place.read("t.svg").find("data-minimum=\"1\""), std::string::npos);
  EXPECT_TRUE(nlohmann::json::parse(place.read("t.json"))["nodes"].is_array());
  const auto graphml = place.read("t.graphml");
  EXPECT_NE(graphml.find("<graphml"), std::string::npos);
  const auto barrier = json["path"]["barrier_ev"].dump();
  EXPECT_NE(graphml.find("<data key=\"barrier_ev\">" + barrier + "</data>"), std::string::npos) << "all digits of " << barrier;
  const auto from_csv = place.run({"graph", "--minima-csv", "t.minima.csv", "--saddles-csv", "t.csv", "--json"});
  EXPECT_EQ(from_csv.json()["minima"], json["minima"]);
  EXPECT_EQ(place.run({"graph", "v", "--strain", "0.5", "--json"}).json()["minima"], 0);
  EXPECT_EQ(place.run({"graph", "v", "--from-tracks", "--color", "EA", "-o", "e.svg"}).code, 0);
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"graph"}, {"graph", "w"}, {"graph", "v", "--color", "colr"}, {"graph", "v", "-o", "t.pdf"}, {"graph", "v", "--from", "1"},
           {"graph", "v", "--from", "1", "--to", "99"}, {"graph", "--wales", "none"}, {"kinetics", "v", "--temperature", "0"},
           {"kinetics", "v", "--from", "77"}}) {
    const auto outcome = place.run(wrong);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
  }
  const auto kinetics = place.run({"kinetics", "v", "--temperature", "300", "--barrier", "0", "--walks", "50", "--json"});
  ASSERT_EQ(kinetics.code, 0) << kinetics.err;
  EXPECT_GT(kinetics.json()["mean_first_passage_s"].get<double>(), 0.0);
  EXPECT_EQ(kinetics.json()["walks"], 50);
}

}  // namespace
}  // namespace landscape
