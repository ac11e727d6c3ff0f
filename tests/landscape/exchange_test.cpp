/// States handed from one database to another, and several programs at work on one.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "tests/landscape/program.hpp"

namespace landscape::test {
namespace {

/// A glass of 48 atoms, mapped once; b.db has the same glass without any event.
class Exchange : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    place_ = new Workplace;
    ASSERT_EQ(run({"sample", "import", small_glass(), "--name", "g", "--potential", "zhou2004", "--cell", "aniso"}).code, 0);
    ASSERT_EQ(run({"map", "g", "--searches", "8"}).code, 0);
    ASSERT_EQ(run({"export", "minima", "id=1", "-o", "glass.xyz"}).code, 0);
    ASSERT_EQ(run({"export", "events", "-f", "wales", "-o", "w"}).code, 0);
    ASSERT_EQ(run({"export", "events", "-o", "e.xyz"}).code, 0);
    events_ = run({"query", "events", "-n", "--json"}).json()[0]["count"];
    ASSERT_GT(events_, 1);
  }
  static void TearDownTestSuite() {
    delete place_;
    place_ = nullptr;
  }
  static Outcome run(const std::vector<std::string>& arguments) { return place_->run(arguments); }

  /// A new database with the glass alone.
  static std::string other(const std::string& name) {
    EXPECT_EQ(run({"sample", "import", "glass.xyz", "--name", "g", "--potential", "zhou2004", "--db", name}).code, 0);
    return name;
  }
  /// The import is refused in part or as a whole, with one line that has `part` in it.
  static void expect_refused(const std::vector<std::string>& arguments, int code, const std::string& part) {
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_NE((outcome.err + outcome.out).find(part), std::string::npos) << outcome.err << outcome.out;
    if (code == 2) {
      EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    }
  }

  static inline Workplace* place_ = nullptr;
  static inline int events_ = 0;
};

TEST_F(Exchange, WalesFilesComeBackBitForBitThroughADatabase) {
  const auto db = other("wales.db");
  const auto imported = run({"import", "w", "--sample", "g", "--db", db, "--json"});
  ASSERT_EQ(imported.code, 0) << imported.err;
  EXPECT_EQ(imported.json()["events"], events_);
  EXPECT_EQ(imported.json()["known"], 1) << "the glass itself";
  ASSERT_EQ(run({"export", "events", "-f", "wales", "-o", "w2", "--db", db}).code, 0);
  for (const std::string file : {"min.data", "ts.data", "points.min", "points.ts", "dinfo"})
    EXPECT_EQ(place_->read("w/" + file), place_->read("w2/" + file)) << file;
  const auto again = run({"import", "w", "--sample", "g", "--db", db, "--json"});
  EXPECT_EQ(again.code, 0);
  EXPECT_EQ(again.json()["events"], 0);
  EXPECT_EQ(again.json()["minima"], 0);
  EXPECT_EQ(run({"db", "check", "--db", db}).code, 0);
  EXPECT_NE(run({"provenance", "event", "1", "--db", db}).out.find("import"), std::string::npos);
}

TEST_F(Exchange, ExtendedXyzBringsTheEventsBack) {
  const auto db = other("xyz.db");
  const auto imported = run({"import", "e.xyz", "--db", db, "--json"});
  ASSERT_EQ(imported.code, 0) << imported.err;
  EXPECT_EQ(imported.json()["events"], events_);
  const auto before = run({"query", "events", "-s", "EA", "--json"}).json(), after = run({"query", "events", "-s", "EA", "--json", "--db", db}).json();
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t k = 0; k < before.size(); ++k) {
    EXPECT_EQ(before[k]["barrier_ev"], after[k]["barrier_ev"]);
    EXPECT_EQ(before[k]["center_atom"], after[k]["center_atom"]);
    EXPECT_NEAR(before[k]["curvature_ev_per_a2"].get<double>(), after[k]["curvature_ev_per_a2"].get<double>(), 1e-3);
    EXPECT_NEAR(before[k]["delta_stress_xy_gpa"].get<double>(), after[k]["delta_stress_xy_gpa"].get<double>(), 1e-5);
  }
  // Into the database they came from: nothing is new.
  const auto own = run({"import", "e.xyz", "--json"});
  EXPECT_EQ(own.code, 0) << own.err;
  EXPECT_EQ(own.json()["events"], 0);
  EXPECT_EQ(run({"db", "check", "--db", db}).code, 0);
}

TEST_F(Exchange, WhatDoesNotHoldIsNamedAndLeftOut) {
  const auto db = other("bad.db");
  const auto copy = [&](const std::string& name) {
    std::filesystem::copy(place_->path("w"), place_->path(name));
    return name;
  };
  const auto first_line = [](const std::string& text) { return text.substr(0, text.find('\n')); };
  const auto rest = [](const std::string& text) { return text.substr(text.find('\n')); };
  const auto words = [](const std::string& line) {
    std::istringstream in(line);
    return std::vector<std::string>(std::istream_iterator<std::string>(in), {});
  };
  const auto ts = place_->read("w/ts.data");
  auto fields = words(first_line(ts));
  const auto with = [&](std::size_t k, const std::string& value) {
    auto changed = fields;
    changed[k] = value;
    std::string line;
    for (const auto& word : changed) line += (line.empty() ? "" : " ") + word;
    return line + rest(ts);
  };
  place_->write(copy("energy") + "/ts.data", with(0, std::to_string(std::stod(fields[0]) + 0.01)));
  expect_refused({"import", "energy", "--sample", "g", "--db", db}, 1, "expected an energy of");
  EXPECT_EQ(run({"query", "events", "-n", "--json", "--db", db}).json()[0]["count"], events_ - 1);
  // A saddle said to lead to the wrong minimum.
  std::istringstream minima(place_->read("w/min.data"));
  std::string wrong, line;
  for (int k = 1; wrong.empty() && std::getline(minima, line); ++k)
    if (const auto id = std::to_string(k); id != fields[3] && id != fields[4] && std::stod(line) < std::stod(fields[0])) wrong = id;
  ASSERT_FALSE(wrong.empty());
  const auto other_db = other("bad2.db");
  place_->write(copy("minima") + "/ts.data", with(4, wrong));
  expect_refused({"import", "minima", "--sample", "g", "--db", other_db, "--json"}, 1, "does not reach the two minima");
  // A saddle moved by 0.1 Å is none.
  auto points = place_->read("w/points.ts");
  double x = 0.0;
  std::memcpy(&x, points.data(), sizeof x);
  x += 0.1;
  std::memcpy(points.data(), &x, sizeof x);
  place_->write(copy("moved") + "/points.ts", points);
  expect_refused({"import", "moved", "--sample", "g", "--db", other("bad3.db")}, 1, "expected an energy of");
  expect_refused({"import", "moved", "--sample", "g", "--db", "bad3.db", "--same-energy", "100"}, 1, "expected a max force of");
  for (const auto* name : {db.c_str(), "bad2.db", "bad3.db"}) EXPECT_EQ(run({"db", "check", "--db", name}).code, 0);

  place_->write("moved/points.ts", points.substr(0, points.size() - 24));
  expect_refused({"import", "moved", "--sample", "g", "--db", db}, 2, "points.ts: expected 3 N doubles");
  std::filesystem::remove(place_->path("moved/points.ts"));
  expect_refused({"import", "moved", "--sample", "g", "--db", db}, 2, "expected points.min and points.ts");
  expect_refused({"import", "w", "--db", db}, 2, "--sample");
  expect_refused({"import", "w", "--sample", "h", "--db", db}, 2, "h");
  expect_refused({"import", "none.xyz", "--db", db}, 2, "none.xyz");
  expect_refused({"import", "glass.xyz", "--sample", "g", "--db", "none.db"}, 2, "none.db");
  expect_refused({"import", small_glass(), "--sample", "g", "--db", db}, 2, "expected role=");
  place_->vacancy_crystal("v.xyz");
  ASSERT_EQ(run({"sample", "import", "v.xyz", "--name", "v", "--potential", crystal_potential, "--db", db}).code, 0);
  expect_refused({"import", "w", "--sample", "v", "--db", db}, 2, "expected 107 atoms of sample v, got 48");
  expect_refused({"import", "e.xyz", "--sample", "v", "--db", db}, 2, "species in the same order");
  auto text = place_->read("e.xyz");
  for (std::size_t at = 0; (at = text.find("role=final", at)) != std::string::npos;) text.replace(at, 10, "role=fnal");
  place_->write("roles.xyz", text);
  expect_refused({"import", "roles.xyz", "--db", db}, 2, "frame 1: expected the saddle and the final minimum");
}

TEST_F(Exchange, FrequenciesInWalesFilesGiveTheRatesOfTheEvents) {
  ASSERT_EQ(run({"export", "events", "id=1", "-f", "wales", "--frequencies", "-o", "f"}).code, 0);
  ASSERT_EQ(run({"rate", "1"}).code, 0);
  const auto event = run({"query", "events", "id=1", "--json"}).json()[0];
  ASSERT_EQ(run({"kinetics", "--wales", "f", "--barrier", "0", "--temperature", "600", "--walks", "100", "-o", "rates.csv"}).code, 0);
  std::istringstream rates(place_->read("rates.csv"));
  std::string header, line;
  std::getline(rates, header);
  EXPECT_EQ(header, "minimum,to,saddle,barrier_ev,prefactor_thz,rate_per_s");
  std::getline(rates, line);
  std::replace(line.begin(), line.end(), ',', ' ');
  std::istringstream fields(line);
  double minimum = 0, to = 0, saddle = 0, barrier = 0, prefactor = 0, rate = 0;
  fields >> minimum >> to >> saddle >> barrier >> prefactor >> rate;
  EXPECT_EQ(barrier, event["barrier_ev"].get<double>());
  EXPECT_NEAR(prefactor / event["attempt_frequency_thz"].get<double>(), 1.0, 1e-4);
  EXPECT_EQ(run({"export", "events", "id=1", "--frequencies", "-o", "x.xyz"}).code, 2);
}

/// The plastic events of a shear and a mapped event, followed to their folds, in e.xyz.
class StudyExchange : public Exchange {
 protected:
  static void SetUpTestSuite() {
    Exchange::SetUpTestSuite();
    ASSERT_EQ(run({"shear", "g", "--to", "-0.2", "--unload"}).code, 0);
    ASSERT_EQ(run({"track", "g", "--from-shear"}).code, 0);
    ASSERT_EQ(run({"track", "g", "--events", "2", "--plane", "yz", "--max-strain", "0.01"}).code, 0);
    ASSERT_EQ(run({"predict", "g", "--events", "2"}).code, 0);
    ASSERT_EQ(run({"rate", "2"}).code, 0);
    ASSERT_EQ(run({"export", "events", "-o", "study.xyz"}).code, 0);
    ASSERT_GT(query("events", "origin=shear", "landscape.db").size(), 2u);
  }
  static nlohmann::json query(const std::string& view, const std::string& term, const std::string& db) {
    std::vector<std::string> words = {"query", view, "--json", "--db", db};
    if (!term.empty()) words.insert(words.begin() + 2, term);
    return run(words).json();
  }
  /// Rows without what numbers them within one database, and without which run made them. @param measured_anew columns likewise.
  static nlohmann::json rows(const std::string& view, const std::string& db, const std::vector<std::string>& measured_anew = {}) {
    auto all = query(view, "", db);
    for (auto& row : all) {
      for (const auto& name : measured_anew) row.erase(name);
      for (auto item = row.begin(); item != row.end();)
        item = item.key() == "id" || item.key() == "uid" || item.key().ends_with("_id") ? row.erase(item) : std::next(item);
    }
    return all;
  }
  static std::string changed(const std::string& from, const std::string& to) {
    auto text = place_->read("study.xyz");
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return place_->write("changed.xyz", text.replace(at, from.size(), to));
  }
};

TEST_F(StudyExchange, PlasticEventsTracksAndFoldsComeBackAsTheyWere) {
  const auto db = other("study.db");
  const auto imported = run({"import", "study.xyz", "--db", db, "--json"});
  ASSERT_EQ(imported.code, 0) << imported.err;
  for (const std::string view : {"tracks", "track_points", "shears", "shear_steps", "plastic_events", "unloadings", "predictions", "properties"}) {
    const auto here = rows(view, "landscape.db");
    EXPECT_FALSE(here.empty()) << view;
    // Events come in order of strain: so do the rows that hang on them.
    const auto sorted = [](const nlohmann::json& list) {
      std::multiset<std::string> lines;
      for (const auto& row : list) lines.insert(row.dump());
      return lines;
    };
    EXPECT_EQ(sorted(rows(view, db)), sorted(here)) << view;
  }
  // The saddle is measured anew, and searches stay where they were made.
  const std::vector<std::string> anew = {"curvature_ev_per_a2", "delta_stress_xy_gpa", "predicted_critical_strain", "max_displacement_a",
                                         "participation_number", "times_found", "first_search_index"};
  std::set<std::string> before, after;
  for (const auto& row : rows("events", "landscape.db", anew)) before.insert(row.dump());
  for (const auto& row : rows("events", db, anew)) after.insert(row.dump());
  EXPECT_EQ(after, before);
  const std::string links = "select e.barrier_ev, p.strain, h.plane from events e join plastic_events p on p.event_id = e.id and e.plastic_event_id = p.id "
                            "join shears h on h.id = p.shear_id order by p.event_index";
  const auto link = run({"query", "--sql", links, "-f", "csv"}).out;
  EXPECT_GT(std::ranges::count(link, '\n'), 2);
  EXPECT_EQ(run({"query", "--sql", links, "-f", "csv", "--db", db}).out, link);
  EXPECT_EQ(run({"db", "check", "--db", db}).code, 0);
  // What is there is not entered again, and the commands that made it find it done.
  const auto again = run({"import", "study.xyz", "--db", db, "--json"});
  ASSERT_EQ(again.code, 0) << again.err;
  for (const auto* key : {"events", "shears", "plastic_events", "tracks", "predictions"}) EXPECT_EQ(again.json()[key], 0) << key;
  const auto tracked = run({"track", "g", "--from-shear", "--db", db, "--json"});
  ASSERT_EQ(tracked.code, 0) << tracked.err;
  EXPECT_EQ(tracked.json()["tracks"].size(), query("events", "origin=shear", "landscape.db").size());
  EXPECT_EQ(rows("tracks", db).size(), rows("tracks", "landscape.db").size());
  EXPECT_EQ(run({"shear", "g", "--to", "-0.2", "--unload", "--db", db, "--json"}).json()["events"],
            run({"shear", "g", "--to", "-0.2", "--unload", "--json"}).json()["events"]);
}

TEST_F(StudyExchange, SaysWhereATrackHasNoAtoms) {
  const auto exported = run({"export", "events", "origin=shear", "--track", "-o", "along.xyz", "--json"});
  ASSERT_EQ(exported.code, 0) << exported.err;
  // One line for each event whose saddles along the track are not in the file.
  const auto frames = exported.json()["frames"].get<std::int64_t>(), selected = exported.json()["selected"].get<std::int64_t>();
  EXPECT_EQ(frames, 3 * selected);
  EXPECT_EQ(std::ranges::count(exported.err, '\n'), selected) << exported.err;
  EXPECT_NE(exported.err.find("has no saddles along a track"), std::string::npos) << exported.err;
}

TEST_F(StudyExchange, FilesWithoutTheRowsAreReadAndCompletedLater) {
  // As earlier versions wrote them: states alone.
  std::istringstream lines(place_->read("study.xyz"));
  std::string older;
  for (std::string line; std::getline(lines, line); older += line + '\n')
    for (const std::string key : {" landscape_shear=", " landscape_rows=", " event_origin="})
      if (const auto at = line.find(key); at != std::string::npos) {
        auto end = at + key.size();
        if (line[end] != '"') end = line.find(' ', end);
        else
          for (++end; line[end++] != '"';)
            if (line[end - 1] == '\\') ++end;
        line.erase(at, end - at);
      }
  ASSERT_EQ(older.find("_JSON"), std::string::npos);
  place_->write("older.xyz", older);
  const auto db = other("older.db");
  ASSERT_EQ(run({"import", "older.xyz", "--db", db}).code, 0);
  EXPECT_TRUE(query("plastic_events", "", db).empty());
  EXPECT_TRUE(query("events", "origin=shear", db).empty());
  ASSERT_EQ(run({"import", "study.xyz", "--db", db}).code, 0);
  EXPECT_EQ(query("events", "origin=shear", db).size(), query("events", "origin=shear", "landscape.db").size());
  EXPECT_EQ(rows("tracks", db).size(), rows("tracks", "landscape.db").size());
  EXPECT_EQ(run({"db", "check", "--db", db}).code, 0);
}

TEST_F(StudyExchange, FilesWithoutColumnsThatCameLaterAreRead) {
  const std::string text = place_->read("study.xyz");
  std::string older = std::regex_replace(text, std::regex(R"(,\\"which_(final|initial)\\":\[[^\]]*\])"), "");
  older = std::regex_replace(older, std::regex(R"(\\"unstable_strain\\":[^,}]*,)"), "");
  older = std::regex_replace(older, std::regex(R"(\\"cycle(_displacement_a|_dissipated_energy_ev|)\\":\[[^\]]*\],)"), "");
  older = std::regex_replace(older, std::regex(R"((\\"plastic_events\\":\{[^}]*)\\"step_index\\":\[[^\]]*\],)"), "$1");
  for (const std::string name : {"which_initial", "which_final", "unstable_strain", "\\\"cycle\\\"", "cycle_displacement_a"}) {
    ASSERT_NE(text.find(name), std::string::npos) << name;
    ASSERT_EQ(older.find(name), std::string::npos) << name;
  }
  place_->write("columns.xyz", older);
  const auto db = other("columns.db");
  const auto imported = run({"import", "columns.xyz", "--db", db});
  ASSERT_EQ(imported.code, 0) << imported.err;
  const auto points = rows("track_points", db), whole = rows("track_points", "landscape.db");
  ASSERT_EQ(points.size(), whole.size());
  EXPECT_TRUE(points.front()["which_final"].is_null());
  EXPECT_FALSE(whole.front()["which_final"].is_null());
  // Cycles and the steps of events follow from the others.
  for (const std::string view : {"shear_steps", "plastic_events"}) EXPECT_EQ(rows(view, db), rows(view, "landscape.db")) << view;
  const auto unloaded = rows("unloadings", db), unloaded_whole = rows("unloadings", "landscape.db");
  ASSERT_EQ(unloaded.size(), 1u);
  EXPECT_EQ(unloaded[0]["cycle_dissipated_energy_ev"], unloaded_whole[0]["cycle_dissipated_energy_ev"]);
  EXPECT_TRUE(unloaded[0]["cycle_displacement_a"].is_null());
}

TEST_F(StudyExchange, RowsThatDoNotHoldAreNamed) {
  const auto db = other("rows.db");
  expect_refused({"import", changed("\\\"format\\\":1", "\\\"format\\\":2"), "--db", db}, 2, "rows of format 2, expected 1");
  expect_refused({"import", changed("event_origin=map", "event_origin=dream"), "--db", db}, 2, "event_origin: expected map or shear, got dream");
  expect_refused({"import", changed("\\\"steps\\\":", "\\\"stops\\\":"), "--db", db}, 2, "no such column: stops");
  expect_refused({"import", changed("_JSON {", "_JSON "), "--db", db}, 2, "expected _JSON {...}");
  expect_refused({"import", changed("\\\"event_class\\\":", "\\\"event_id\\\":"), "--db", db}, 2, "expected a value for event_class");
  EXPECT_TRUE(query("events", "", db).empty()) << "nothing of a file whose rows cannot be read";
  expect_refused({"import", changed("\\\"energy_drop_ev\\\":[", "\\\"energy_drop_ev\\\":[-"), "--db", db}, 1, "positive energy drop");
  expect_refused({"import", changed("\\\"step_index\\\":[", "\\\"step_index\\\":[9"), "--db", db}, 1, "bracket of each plastic event");
  EXPECT_TRUE(query("shears", "", db).empty());
  EXPECT_TRUE(query("events", "plastic_event_id>0", db).empty());
  EXPECT_FALSE(query("tracks", "", db).empty()) << "the events hold without their shear";
  EXPECT_EQ(run({"db", "check", "--db", db}).code, 0);
  expect_refused({"import", changed("\\\"points\\\":", "\\\"points\\\":9"), "--db", other("rows1.db")}, 1, "its track: expected 9");
  const auto unknown_end = changed("\\\"low_end\\\":\\\"", "\\\"low_end\\\":\\\"zzz");
  expect_refused({"import", unknown_end, "--db", other("rows3.db")}, 1, "its track: rows3.db: record refused");
  const auto no_shear = changed("\\\"shear\\\":1", "\\\"shear\\\":99");
  expect_refused({"import", no_shear, "--db", other("rows4.db")}, 1, "its shear is not in the file");
  const auto points = changed("\\\"barrier_ev\\\":[", "\\\"barrier_ev\\\":[0.5,");
  expect_refused({"import", points, "--db", other("rows2.db")}, 2, "values, got");
}

// Frozen atoms move with the cell when it is sheared; states at a strain have to be held against those, not against atoms that stayed behind.
TEST(ExchangeOfFrozenAtoms, StatesAtAStrainComeBack) {
  const Workplace place;
  std::istringstream lines(place.read(small_glass()));
  std::string text, line;
  for (int k = 0; std::getline(lines, line); ++k) {
    if (k == 1) line = "Lattice=\"12.15 0 0 1.2 8.1 0 0.5 0.7 8.1\" Properties=species:S:1:pos:R:3:move_mask:L:1";
    if (k > 1) line += k < 8 ? " F" : " T";
    text += line + '\n';
  }
  place.write("frozen.xyz", text);
  const std::vector<std::string> import = {"sample", "import", "frozen.xyz", "--name", "f", "--potential", "zhou2004"};
  ASSERT_EQ(place.run(import).code, 0);
  ASSERT_EQ(place.run({"shear", "f", "--plane", "yz", "--to", "-0.15"}).code, 0);
  const auto tracked = place.run({"track", "f", "--from-shear", "--json"});
  ASSERT_FALSE(tracked.json()["tracks"].empty()) << tracked.err;
  ASSERT_EQ(place.run({"export", "events", "-o", "e.xyz"}).code, 0);
  auto other = import;
  other.insert(other.end(), {"--db", "other.db"});
  ASSERT_EQ(place.run(other).code, 0);
  const auto imported = place.run({"import", "e.xyz", "--db", "other.db", "--json"});
  EXPECT_EQ(imported.code, 0) << imported.err;
  EXPECT_EQ(imported.json()["events"], tracked.json()["tracks"].size());
  EXPECT_EQ(imported.json()["tracks"], tracked.json()["tracks"].size());
  EXPECT_EQ(place.run({"db", "check", "--db", "other.db"}).code, 0);
}

TEST(SeveralPrograms, TwoMapsAndThreeReadersAtOnceLoseNothingWhenOneIsKilled) {
  const Workplace place;
  for (const std::string name : {"steady", "victim"})
    ASSERT_EQ(place.run({"sample", "import", small_glass(), "--name", name, "--potential", "zhou2004", "--cell", "aniso"}).code, 0);
  const auto map = [&](const std::string& name) { return std::vector<std::string>{"map", name, "--searches", "12", "--threads", "1", "--json"}; };
  std::atomic<bool> over = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers;
  for (int r = 0; r < 3; ++r)
    readers.emplace_back([&] {
      for (std::int64_t seen = 0; !over;) {
        const auto answer = place.run({"query", "events", "-n", "--json"});
        if (answer.code != 0 || answer.json()[0]["count"].get<std::int64_t>() < seen) ++wrong;
        if (answer.code == 0) seen = answer.json()[0]["count"];
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    });
  Outcome steady;
  std::thread writer([&] { steady = place.run(map("steady")); });
  for (int k = 1; k <= 6; ++k) place.run(map("victim"), 0.05 * k);
  const auto victim = place.run(map("victim"));
  writer.join();
  over = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  ASSERT_EQ(steady.code, 0) << steady.err;
  ASSERT_EQ(victim.code, 0) << victim.err;
  EXPECT_EQ(place.run({"db", "check"}).code, 0);
  // The two samples are one glass, so the one that was never disturbed says what the other must have.
  const auto barriers = [&](const std::string& name) {
    return place.run({"query", "events", "sample=" + name, "-c", "EA,ER,atom,found", "-s", "EA", "-f", "csv"}).out;
  };
  EXPECT_EQ(barriers("steady"), barriers("victim"));
  EXPECT_EQ(place.run({"query", "searches", "-n", "--json"}).json()[0]["count"], 24);
}

}  // namespace
}  // namespace landscape::test
