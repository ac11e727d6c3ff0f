#include "db/check.hpp"

#include <fstream>

#include "db/detail/connection.hpp"
#include "db/detail/migrations.hpp"
#include "db/merge.hpp"
#include "support.hpp"

namespace landscape::db {
namespace {

using testing::a_run;
using testing::a_track;
using testing::error_of;
using testing::make_study;
using testing::slurp;
using testing::Study;
using testing::TemporaryFolder;

class Check : public ::testing::Test {
 protected:
  Check() : path_(folder_ / "x.db") {
    Database database(path_);
    study_ = make_study(database);
    std::vector<TrackPointRecord> points(2);
    points[1].strain_xy = 0.01;
    database.add_track(a_track(study_, "k"), points);
  }

  /// What check finds after this SQL has damaged the content.
  std::string after(const std::string& sql) {
    const auto copy = folder_ / "copy.db";
    std::filesystem::copy_file(path_, copy, std::filesystem::copy_options::overwrite_existing);
    {
      detail::Connection connection(copy, {});
      connection.execute("PRAGMA foreign_keys = OFF");
      connection.execute(sql);
    }
    std::string all;
    for (const auto& problem : check(copy)) all += problem + "; ";
    return all;
  }

  TemporaryFolder folder_;
  std::filesystem::path path_;
  Study study_;
};

TEST_F(Check, FindsNothingInASoundFile) {
  const auto report = check_report(path_);
  EXPECT_EQ(report.problems, std::vector<std::string>());
  EXPECT_EQ(report.notes, std::vector<std::string>());
}

TEST_F(Check, FindsNothingInAnEmptyDatabase) {
  Database{folder_ / "new.db"};
  EXPECT_TRUE(check(folder_ / "new.db").empty());
}

TEST_F(Check, FindsEachBrokenPromise) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"UPDATE saddle_row SET energy_ev = -9.9", "event 1: expected that the saddle lies above"},
      {"UPDATE event_row SET barrier_ev = 0.51", "barriers are the energy differences"},
      {"UPDATE saddle_row SET strain_xy = 0.1", "belong to the event's sample, strain"},
      {"UPDATE saddle_row SET sample_id = 7", "belong to the event's sample"},
      {"UPDATE event_row SET final_minimum_id = 1", "initial and final minimum differ"},
      {"UPDATE saddle_row SET connected = 0", "its saddle is connected"},
      {"UPDATE saddle_row SET negative_eigenvalues = 2", "one negative eigenvalue"},
      {"UPDATE mapping_row SET strain_xy = 0.1", "its mapping has the same sample, strain"},
      {"UPDATE event_row SET times_found = 3", "times_found is the number of searches"},
      {"UPDATE event_row SET first_search_index = 1", "first_search_index is the lowest"},
      {"UPDATE mapping_row SET initial_minimum_id = 2", "search 1, 2: expected that its event leaves"},
      {"DELETE FROM search_row WHERE search_index = 0", "numbered without gaps"},
      {"UPDATE sample_row SET minimum_id = NULL", "ready sample has a reference minimum"},
      {"UPDATE sample_row SET energy_per_atom_ev = -4", "energies for one atom"},
      {"UPDATE configuration_row SET n_atoms = 3", "have its number of atoms"},
      {"UPDATE track_point_row SET strain_xy = -strain_xy", "by increasing strain"},
      {"DELETE FROM track_point_row WHERE point_index = 0", "as many points as it says"},
      {"UPDATE minimum_row SET lowest_curvature_ev_per_a2 = -0.1", "no minimum has a negative curvature"},
      {"UPDATE saddle_row SET curvature_ev_per_a2 = 0.1", "its curvature is negative"},
      {"UPDATE saddle_row SET max_force_ev_per_a = 0.1", "its max force is at most"},
      {"UPDATE event_row SET center_atom = 3", "its center is one of the sample's atoms"},
      {"UPDATE sample_row SET species = 'Cu'", "it has a species"},
      {"UPDATE sample_row SET movable = x'0101ff'", "a mark, for each of its atoms"},
      {"INSERT INTO atom_value_row (sample_id, run_id, name, atom) VALUES (1, 1, 'x', 3)", "atoms that its sample has"},
      {"INSERT INTO shear_row (id, sample_id, run_id, options, options_key, plane, state, steps) "
       "VALUES (1, 1, 1, '{}', 'k', 'xy', 'done', 0); INSERT INTO plastic_event_row (shear_id, "
       "run_id, event_index, strain, strain_lower, energy_drop_ev, center_atom) VALUES (1, 1, 0, 0.1, 0.09, -1, 1)",
       "it released energy"},
      {"INSERT INTO shear_row (id, sample_id, run_id, options, options_key, plane, state, steps) "
       "VALUES (1, 1, 1, '{}', 'k', 'xy', 'done', 2); INSERT INTO shear_step_row (shear_id, run_id, step_index, branch, "
       "strain_xy, energy_ev) VALUES (1, 1, 0, 'load', 0, -10), (1, 1, 2, 'load', 0.1, -9)",
       "its steps are numbered without gaps"},
      {"INSERT INTO shear_row (id, sample_id, run_id, options, options_key, plane, state, steps) "
       "VALUES (1, 1, 1, '{}', 'k', 'xy', 'done', 2); INSERT INTO shear_step_row (shear_id, run_id, step_index, branch, "
       "strain_xy, energy_ev) VALUES (1, 1, 0, 'load', 0, -10), (1, 1, 1, 'load', 0.1, -9), (1, 1, 2, 'load', 0.2, -9); INSERT INTO plastic_event_row "
       "(shear_id, run_id, event_index, step_index, strain, strain_lower, energy_drop_ev, center_atom) VALUES (1, 1, 0, 2, 0.1, 0, 1, 1), (1, 1, 1, 2, 0.2, 0.1, 1, 1)",
       "plastic event 1: expected that the steps before and after it"},
      {"DELETE FROM saddle_row", "references to missing rows of saddle_row"},
      {"INSERT INTO shear_row (id, sample_id, run_id, options, options_key, plane, state, steps) "
       "VALUES (1, 1, 1, '{}', 'k', 'xy', 'done', 0); INSERT INTO plastic_event_row (shear_id, "
       "run_id, event_index, strain, center_atom, event_id) VALUES (1, 1, 0, 0.1, 1, 1); "
       "UPDATE event_row SET origin = 'shear'",
       "refer to each other"},
  };
  for (const auto& [sql, expected] : cases) {
    const auto found = after(sql);
    EXPECT_NE(found.find(expected), std::string::npos) << sql << " -> " << found;
  }
}

TEST_F(Check, AnEventHeldAtZeroAndLostJustBeyondIsThermal) {
  const std::string thermal = "UPDATE track_row SET event_class = 'thermal', window_low = -0.02, window_high = 0.0, ";
  EXPECT_EQ(after(thermal + "low_end = 'final', high_end = 'other'"), "");
  EXPECT_NE(after(thermal + "low_end = 'final', high_end = 'initial'").find("zero lies in its window"), std::string::npos);
  EXPECT_NE(after(thermal + "high_end = 'other', window_high = -0.01").find("zero lies in its window"), std::string::npos);
  // Lost at once on both sides, or never held: the strain where it was found is all there is.
  EXPECT_EQ(after("DELETE FROM track_point_row; UPDATE track_row SET points = 0, window_low = 0.1, window_high = 0.1"), "");
  EXPECT_NE(after("UPDATE track_row SET window_low = 0.1, window_high = 0.1").find("its window has a width"), std::string::npos);
}

TEST_F(Check, AsksTheCallerAboutLayouts) {
  const auto problems =
      check(path_, [](const std::string& layout, std::int64_t n_atoms, const Blob& data) {
        EXPECT_EQ(layout, "test");
        return std::ssize(data) == 24 * n_atoms ? std::nullopt : std::optional<std::string>("wrong size");
      });
  EXPECT_EQ(problems, std::vector<std::string>{"configuration 1: wrong size"});
}

TEST_F(Check, NotesUnfinishedWork) {
  {
    Database database(path_);
    const Id run = database.add_run(a_run());
    database.put_checkpoint({.key = "map S1", .run_id = run, .step = 7});
  }
  const auto report = check_report(path_);
  EXPECT_TRUE(report.clean());
  ASSERT_EQ(report.notes.size(), 2u);
  EXPECT_EQ(report.notes[1],
            "checkpoint map S1 at step 7: unfinished work that the same command continues");
}

TEST_F(Check, ARunThatWasKilledIsNotNotedOnceTheSameCommandHasEnded) {
  Database database(path_);
  RunRecord run = a_run();
  run.command = "track";
  run.options = R"({"sample":"S1"})";
  database.add_run(run);
  const auto later = [&](const char* options, const char* status) {
    run.options = options;
    database.finish_run(database.add_run(run), status, 1.0, 1.0);
    return check_report(path_).notes.size();
  };
  EXPECT_EQ(later(R"({"sample":"S2"})", "done"), 1u);
  EXPECT_EQ(later(R"({"sample":"S1"})", "interrupted"), 1u);
  EXPECT_EQ(later(R"({"sample":"S1"})", "done"), 0u);
}

TEST_F(Check, FindsDamagedPages) {
  const auto size = slurp(path_).size();
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  // The last page holds data; one of the schema's would keep the file from being opened at all.
  file.seekp(static_cast<std::streamoff>((size / 4096 - 1) * 4096));
  file << std::string(4096, '\xee');
  file.close();
  EXPECT_FALSE(check(path_).empty());
}

TEST_F(Check, RefusesWhatIsNoDatabase) {
  std::ofstream(folder_ / "text.db") << "some text";
  error_of([&] { check(folder_ / "text.db"); });
  error_of([&] { info(folder_ / "none.db"); });
}

TEST_F(Check, InfoCountsRowsAndNamesSamples) {
  const auto about = info(path_);
  EXPECT_EQ(about.schema_version, detail::migrations().back().version);
  EXPECT_EQ(about.created_by, "0.1.0");
  EXPECT_GT(about.size_bytes, 4096);
  EXPECT_EQ(about.samples, std::vector<std::string>{"S1"});
  EXPECT_EQ(about.counts.size(), merged_tables().size() + 1) << "every table, and the checkpoints";
  for (const auto& [table, count] : about.counts) {
    if (table == "minimum" || table == "search" || table == "track_point") {
      EXPECT_EQ(count, 2) << table;
    }
  }
}

}  // namespace
}  // namespace landscape::db
