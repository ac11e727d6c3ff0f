/// The report in a browser, exports, figures and provenance of a small study.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>

#include "md/io/structure_io.hpp"
#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

/// A glass of 48 atoms, mapped and sheared once for all tests.
class Study : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    place_ = new Workplace;
    ASSERT_EQ(run({"sample", "import", small_glass(), "--name", "g<1>", "--potential", "zhou2004", "--cell", "aniso"}).code, 0);
    ASSERT_EQ(run({"map", "g<1>", "--searches", "6"}).code, 0);
    ASSERT_EQ(run({"shear", "g<1>", "--to", "-0.115", "--max-step", "4e-3", "--resolution", "1e-4"}).code, 0);
    ASSERT_EQ(run({"track", "g<1>", "--events", "1", "--max-strain", "0.004"}).code, 0);
  }
  static void TearDownTestSuite() {
    delete place_;
    place_ = nullptr;
  }
  static Outcome run(const std::vector<std::string>& arguments) { return place_->run(arguments); }
  static std::string page() {
    EXPECT_EQ(run({"report", "-o", "r.html", "--title", "A & B", "--json"}).code, 0);
    return place_->read("r.html");
  }
  static inline Workplace* place_ = nullptr;
};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

TEST_F(Study, ReportStandsByItself) {
  const auto html = page();
  EXPECT_LT(html.size(), 3'000'000u);
  const std::string plain = std::regex_replace(html, std::regex("http://www.w3.org/2000/svg"), "");
  EXPECT_EQ(plain.find("http:"), std::string::npos);
  EXPECT_EQ(plain.find("https:"), std::string::npos);
  EXPECT_EQ(plain.find(" src="), std::string::npos);
  EXPECT_NE(html.find("connect-src 'none'"), std::string::npos);
  // Without a script: key figures, charts, trees and tables are in the text itself.
  EXPECT_GE(count(html, "<svg"), 4u);
  EXPECT_GE(count(html, "<table"), 6u);
  EXPECT_EQ(count(html, "<tr data-event="), run({"query", "events", "--json"}).json().size());
  EXPECT_NE(html.find("<title>A &amp; B</title>"), std::string::npos);
  EXPECT_EQ(html.find("g<1>"), std::string::npos) << "names are escaped everywhere";
  const auto begin = html.find("id=\"atoms\">") + 11;
  const auto atoms = nlohmann::json::parse(html.substr(begin, html.find("</script>", begin) - begin));
  EXPECT_EQ(atoms["events"]["1"]["x"].size(), 3 * 48u);
}

TEST_F(Study, ReportOfAnEmptyDatabaseSaysSo) {
  const Workplace place;
  ASSERT_EQ(place.run({"sample", "import", place.vacancy_crystal(), "--name", "v", "--potential", crystal_potential}).code, 0);
  ASSERT_EQ(place.run({"report", "-o", "r.html"}).code, 0);
  EXPECT_NE(place.read("r.html").find("no mapped sample yet"), std::string::npos);
  EXPECT_EQ(place.run({"report", "--db", "none.db"}).code, 2);
}

/// The page as a browser has it after its script ran; empty without a browser.
std::string in_browser(const std::string& path, const std::string& hash) {
  if (std::system("command -v chromium > /dev/null 2>&1") != 0) return {};
  const std::string out = path + ".dom";
  const std::string command = "timeout 100 chromium --headless --no-sandbox --disable-gpu --user-data-dir='" + path +
                              ".profile' --virtual-time-budget=4000 --dump-dom 'file://" + path + "#" + hash + "' > '" + out + "' 2> /dev/null";
  if (std::system(command.c_str()) != 0) return {};
  std::ifstream file(out);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(Study, ReportInABrowserFiltersAndALeafShowsItsAtoms) {
  page();
  const auto path = place_->path("r.html").string();
  const auto plain = in_browser(path, "");
  if (plain.empty()) GTEST_SKIP() << "no chromium that runs here";
  EXPECT_NE(plain.find("data-ready=\"yes\""), std::string::npos) << "the script came to its end";
  const auto events = run({"query", "events", "-s", "EA", "--json"}).json();
  const auto limit = events[0]["barrier_ev"].get<double>() * 1.001;
  const auto filtered = in_browser(path, "filter=EA%3C" + std::to_string(limit + 1e-6));
  EXPECT_NE(filtered.find("<span id=\"count\">1 of " + std::to_string(events.size())), std::string::npos);
  const auto& last = events[events.size() - 1];
  const auto leaf = events[0]["strain_xy"] == 0.0 ? events[0] : last;
  const auto clicked = in_browser(path, "leaf=" + leaf["final_minimum_id"].dump());
  EXPECT_NE(clicked.find("data-event=\"" + leaf["id"].dump() + "\""), std::string::npos);
  EXPECT_TRUE(std::regex_search(clicked, std::regex("<canvas[^>]*data-event=\"" + leaf["id"].dump() + "\"")));
  EXPECT_TRUE(std::regex_search(clicked, std::regex("class=\"leaf chosen\" data-minimum=\"" + leaf["final_minimum_id"].dump() + "\"")));
}

TEST_F(Study, FiguresComeWithTheirDataAndScripts) {
  for (const std::string name : {"annealing", "densities", "cycles", "barriers", "tracks", "classes", "shear", "predictions"}) {
    const auto result = run({"figure", name, "-o", name + ".svg", "--json"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_NE(place_->read(name + ".svg").find("<svg"), std::string::npos) << name;
    EXPECT_TRUE(place_->read(name + ".csv").starts_with("series,x,y,y_error\n"));
    EXPECT_NE(place_->read(name + ".py").find("matplotlib"), std::string::npos);
  }
  EXPECT_NE(place_->read("shear.gp").find("plot"), std::string::npos);
  const auto wrong = run({"figure", "barrier"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("did you mean barriers?"), std::string::npos) << wrong.err;
  EXPECT_EQ(run({"figure", "barriers", "-o", "x.png"}).code, 2);
}

TEST_F(Study, EventsAreExportedAndReadBack) {
  ASSERT_EQ(run({"export", "events", "id=1", "--track", "-o", "e.xyz"}).code, 0);
  const auto frames = md::read_frames(place_->path("e.xyz"));
  ASSERT_GE(frames.size(), 3u);
  const auto event = run({"query", "events", "id=1", "--json"}).json()[0];
  EXPECT_EQ(*frames[1].energy_ev - *frames[0].energy_ev, event["barrier_ev"].get<double>());
  EXPECT_EQ(frames[2].info.at("role"), "final");
  const auto& moved = frames[2].extra.at("displacement").values;
  EXPECT_NEAR(moved.colwise().norm().maxCoeff(), event["max_displacement_a"].get<double>(), 1e-6);
  EXPECT_NEAR((frames[2].configuration.positions - frames[0].configuration.positions - moved).cwiseAbs().maxCoeff(), 0.0, 1e-12);
  ASSERT_EQ(run({"export", "events", "id=1", "-f", "lammps", "-o", "data"}).code, 0);
  EXPECT_EQ(md::read_structure(place_->path("data/event1_saddle.data")).configuration.positions.cols(), 48);
  ASSERT_EQ(run({"export", "events", "origin=map", "strain=0", "-f", "wales", "-o", "wales"}).code, 0);
  const auto graph = run({"graph", "--wales", "wales", "--json"});
  ASSERT_EQ(graph.code, 0) << graph.err;
  EXPECT_EQ(graph.json()["saddles"], run({"query", "events", "origin=map", "--json"}).json().size());
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"export", "events", "id=99", "-o", "x"}, {"export", "runs", "-o", "x"}, {"export", "events"}, {"export", "minima", "-f", "wales", "-o", "x"},
           {"export", "events", "id=1", "-o", "/no/such/folder/x.xyz"}}) {
    const auto outcome = run(wrong);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
  }
}

TEST_F(Study, ProvenanceLeadsFromTheEventToThePotential) {
  const auto chain = run({"provenance", "event", "1", "--json"}).json();
  std::string order;
  for (const auto& step : chain) order += step["what"].get<std::string>() + ' ';
  EXPECT_EQ(order, "event saddle mapping sample potential ");
  EXPECT_EQ(chain[0]["run"]["command"], "map");
  EXPECT_EQ(chain.back()["sha256"].get<std::string>().size(), 64u);
  EXPECT_NE(run({"provenance", "sample", "g<1>"}).out.find("made by run"), std::string::npos);
  EXPECT_EQ(run({"provenance", "track", "1"}).code, 0);
  EXPECT_EQ(run({"provenance", "event", "99"}).code, 2);
  EXPECT_NE(run({"provenance", "evnt", "1"}).err.find("did you mean event?"), std::string::npos);
}

TEST_F(Study, MergedFromCopiesKnowsItsAliasesAndSeals) {
  ASSERT_EQ(run({"db", "seal", "-o", "sealed.db"}).code, 0);
  EXPECT_NE(place_->read("sealed.metadata.json").find("barrier_ev"), std::string::npos);
  const auto merged = run({"db", "merge", "sealed.db", "--db", "all.db", "--json"});
  ASSERT_EQ(merged.code, 0) << merged.err;
  EXPECT_GT(merged.json()["added"]["event"].get<int>(), 0);
  const auto again = run({"db", "merge", "sealed.db", "--db", "all.db", "--json"});
  EXPECT_EQ(again.json()["added"], nlohmann::json::object());
  EXPECT_EQ(run({"db", "check", "--db", "all.db"}).code, 0);
  EXPECT_EQ(run({"query", "events", "-n", "--db", "all.db", "--json"}).json(), run({"query", "events", "-n", "--json"}).json());
}

}  // namespace
}  // namespace landscape::test
