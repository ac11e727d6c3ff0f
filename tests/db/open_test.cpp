/// Opening files: new, old, newer, foreign, damaged, missing, unwritable.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "db/check.hpp"
#include "db/detail/migrations.hpp"
#include "db/query.hpp"
#include "support.hpp"

namespace landscape::db {
namespace {

using testing::error_of;
using testing::contains;
using testing::in_child;
using testing::make_study;
using testing::slurp;
using testing::TemporaryFolder;
namespace fs = std::filesystem;

/// A connection that looks at nothing, to prepare files that Database would refuse.
detail::Connection raw(const fs::path& path) {
  return detail::Connection(path, {});
}

TEST(OpenDatabase, MarksTheFileAsOursWithWalStrictTablesAndForeignKeys) {
  TemporaryFolder folder;
  EXPECT_EQ(Database(folder / "x.db").schema_version(), detail::migrations().back().version);
  EXPECT_EQ(slurp(folder / "x.db").substr(68, 4), "LNDS");
  const auto connection = detail::open_database(folder / "x.db", {});
  EXPECT_EQ(connection->number("PRAGMA application_id"), 0x4C4E4453);
  EXPECT_EQ(connection->number("PRAGMA foreign_keys"), 1);
  EXPECT_EQ(connection->number("PRAGMA synchronous"), 1);
  EXPECT_EQ(connection->number("SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
  EXPECT_EQ(connection->number("SELECT count(*) FROM pragma_table_list "
                               "WHERE type = 'table' AND name LIKE '%_row' AND strict = 0"),
            0);
}

TEST(OpenDatabase, OpensAnExistingFileWithWhatIsInIt) {
  TemporaryFolder folder;
  {
    Database database(folder / "x.db");
    make_study(database);
  }
  EXPECT_EQ(Database(folder / "x.db").samples().size(), 1u);
  EXPECT_EQ(Database(folder / "x.db", Mode::ReadWrite).samples().size(), 1u);
  EXPECT_EQ(Database(folder / "x.db", Mode::ReadOnly).samples().size(), 1u);
}

TEST(OpenDatabase, AcceptsNamesThatAUriWouldMisread) {
  TemporaryFolder folder;
  const auto path = folder / "a b%20?mode=ro#1.db";
  make_study(*std::make_unique<Database>(path));
  EXPECT_TRUE(fs::exists(path));
  EXPECT_EQ(Database(path, Mode::ReadOnly).samples().size(), 1u);
}

TEST(EventDatabase, RefusesANewerSchemaVersion) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  Database{path};
  raw(path).execute("PRAGMA user_version = 1000");
  const auto before = slurp(path);
  for (const Mode mode : {Mode::ReadWriteCreate, Mode::ReadWrite, Mode::ReadOnly}) {
    const auto text = error_of([&] { Database(path, mode); });
    EXPECT_TRUE(contains(text, "x.db")) << text;
    EXPECT_TRUE(contains(text, "got 1000")) << text;
    EXPECT_TRUE(contains(text, message("expected schema version ", detail::migrations().back().version))) << text;
  }
  EXPECT_EQ(slurp(path), before);
}

TEST(EventDatabase, RefusesAFileThatIsNoDatabase) {
  TemporaryFolder folder;
  const auto path = folder / "notes.txt";
  std::ofstream(path) << std::string(5000, 'a');
  for (const Mode mode : {Mode::ReadWriteCreate, Mode::ReadOnly}) {
    const auto text = error_of([&] { Database(path, mode); });
    EXPECT_TRUE(contains(text, "notes.txt: is not a database file")) << text;
  }
  EXPECT_EQ(slurp(path), std::string(5000, 'a'));
}

TEST(EventDatabase, RefusesTheSqliteFileOfAnotherProgram) {
  TemporaryFolder folder;
  raw(folder / "tables.db").execute("CREATE TABLE photo (id INTEGER)");
  raw(folder / "id.db").execute("PRAGMA application_id = 5; CREATE TABLE x (id INTEGER)");
  for (const auto* name : {"tables.db", "id.db"}) {
    const auto before = slurp(folder / name);
    EXPECT_TRUE(contains(error_of([&] { Database(folder / name); }), "another program"));
    EXPECT_TRUE(contains(error_of([&] { Database(folder / name, Mode::ReadOnly); }), "another"));
    EXPECT_EQ(slurp(folder / name), before);
  }
}

TEST(EventDatabase, RefusesATruncatedFile) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  make_study(*std::make_unique<Database>(path));
  const auto size = fs::file_size(path);
  for (const auto kept : {size / 2, std::uintmax_t{5000}, std::uintmax_t{50}}) {
    fs::resize_file(path, kept);
    EXPECT_TRUE(contains(error_of([&] { Database{path}; }), "x.db: is ")) << kept;
    error_of([&] { check(path); });
  }
}

TEST(EventDatabase, ReportsAMissingFileFolderOrAFolderInItsPlace) {
  TemporaryFolder folder;
  EXPECT_TRUE(contains(error_of([&] { Database(folder / "no.db", Mode::ReadOnly); }),
                       "no.db: no such database"));
  error_of([&] { Database(folder / "no.db", Mode::ReadWrite); });
  EXPECT_FALSE(fs::exists(folder / "no.db"));
  EXPECT_TRUE(
      contains(error_of([&] { Database(folder.path() / "no" / "x.db"); }), "does not exist"));
  EXPECT_TRUE(contains(error_of([&] { Database{folder.path()}; }), "got a folder"));
  std::ofstream(folder / "empty.db").close();
  EXPECT_TRUE(contains(error_of([&] { Database(folder / "empty.db", Mode::ReadOnly); }), "empty"));
}

TEST(EventDatabase, ReportsAFolderThatCannotBeWritten) {
  // Nobody makes files in /proc, root neither.
  const auto text = error_of([&] { Database("/proc/landscape_test.db"); });
  EXPECT_TRUE(contains(text, "/proc/landscape_test.db: cannot be opened")) << text;
}

/// Becomes a user without privileges, since root ignores permissions.
void drop_privileges() {
  constexpr unsigned nobody = 65534;
  if (::geteuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0)) {
    throw std::runtime_error("cannot drop privileges");
  }
}

TEST(EventDatabase, IsReadableInAReadOnlyFolderAndNotWritableThere) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  make_study(*std::make_unique<Database>(path));
  ASSERT_FALSE(fs::exists(path.string() + "-wal"));
  fs::permissions(path, fs::perms(0444));
  fs::permissions(folder.path(), fs::perms(0555));
  const int status = in_child([&] {
    drop_privileges();
    if (Database(path, Mode::ReadOnly).samples().size() != 1) return 1;
    if (run_query(path, {}).rows.size() != 1) return 2;
    if (!check(path).empty()) return 3;
    if (!contains(error_of([&] { Database{path}; }), "x.db: ")) return 4;
    if (!contains(error_of([&] { Database{folder / "new.db"}; }), "new.db: cannot be")) return 5;
    return 0;
  });
  EXPECT_EQ(status, 0) << "check number " << WEXITSTATUS(status);
}

TEST(EventDatabase, ReportsAWritableFileInAReadOnlyFolder) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  make_study(*std::make_unique<Database>(path));
  fs::permissions(path, fs::perms(0666));
  fs::permissions(folder.path(), fs::perms(0555));
  const int status = in_child([&] {
    drop_privileges();
    return contains(error_of([&] { Database{path}; }), "x.db: ") ? 0 : 1;
  });
  EXPECT_EQ(status, 0);
}

TEST(EventDatabase, ChangesNothingWhenOpenedReadOnly) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  make_study(*std::make_unique<Database>(path));
  Database reader(path, Mode::ReadOnly);
  EXPECT_TRUE(contains(error_of([&] { reader.add_run({}); }), "is not writable"));
  EXPECT_TRUE(contains(error_of([&] { Transaction{reader}; }), "is not writable"));
}

/// The program's steps and one more.
std::vector<detail::Migration> steps_and(std::string_view sql) {
  std::vector<detail::Migration> steps(detail::migrations().begin(), detail::migrations().end());
  steps.push_back({steps.back().version + 1, sql});
  return steps;
}

TEST(Migration, KeepsTheContentAndACopyOfTheOldFile) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  make_study(*std::make_unique<Database>(path));
  const auto steps = steps_and("CREATE TABLE extra_row (id INTEGER PRIMARY KEY)");
  const int old = detail::migrations().back().version;
  {
    auto connection = raw(path);
    detail::migrate(connection, steps);
    EXPECT_EQ(connection.number("PRAGMA user_version"), old + 1);
    EXPECT_EQ(connection.number("SELECT count(*) FROM extra_row"), 0);
    EXPECT_EQ(connection.number("SELECT count(*) FROM events"), 1);
  }
  Database copy(message(path.string(), ".v", old, ".bak.db"), Mode::ReadOnly);
  EXPECT_EQ(copy.schema_version(), old);
  EXPECT_EQ(copy.samples().size(), 1u);
}

TEST(Migration, BringsAFileOfVersionOneToThePresentOne) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  {
    auto connection = raw(path);
    // 0x4c4e4453 is "LNDS". The views of that time are not made anew: they are dropped anyway.
    connection.execute(std::string(detail::tables_v1) + "; PRAGMA application_id = " + std::to_string(0x4c4e4453) +
                       "; PRAGMA user_version = 1");
  }
  Database database(path);
  EXPECT_EQ(database.schema_version(), detail::migrations().back().version);
  EXPECT_EQ(raw(path).number("SELECT count(*) FROM inherent_structures"), 0);
}

TEST(Migration, CountsTheCyclesOfOlderShears) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  {
    auto connection = raw(path);
    connection.execute("PRAGMA foreign_keys = OFF");
    for (const auto& step : detail::migrations())
      if (step.version <= 12) connection.execute(std::string(step.sql));
    connection.execute("PRAGMA application_id = " + std::to_string(0x4c4e4453) + "; PRAGMA user_version = 12");
    const char* branches[] = {"load", "load", "unload", "reload", "reload", "unload", "reload"};
    const double strains[] = {0.0, 0.01, 0.0, 0.005, 0.01, 0.0, 0.01};
    for (int k = 0; k < 7; ++k)
      connection.execute(message("INSERT INTO shear_step_row (shear_id, run_id, step_index, branch, strain_xy, energy_ev) VALUES (1, 1, ", k, ", '", branches[k], "', ", strains[k], ", 0)"));
    connection.execute("INSERT INTO plastic_event_row (shear_id, run_id, event_index, strain, strain_lower, center_atom) VALUES (1, 1, 0, 0.01, 0.005, 1), "
                       "(1, 1, 1, 0.0, 0.01, 1)");  // two unloadings pass this bracket
    connection.execute("INSERT INTO unloading_row (shear_id, run_id, unloading_index, dissipated_energy_ev, closed) VALUES (1, 1, 0, 0.5, 0), (1, 1, 1, 0.75, 0)");
  }
  Database database(path);
  auto now = raw(path);
  const int cycles[] = {1, 1, 1, 2, 2, 2, 3};
  for (int k = 0; k < 7; ++k) EXPECT_EQ(now.number(message("SELECT cycle FROM shear_step_row WHERE step_index = ", k)), cycles[k]) << k;
  EXPECT_EQ(now.number("SELECT step_index FROM plastic_event_row WHERE event_index = 0"), 4);
  EXPECT_EQ(now.number("SELECT count(*) FROM plastic_event_row WHERE event_index = 1 AND step_index IS NULL"), 1);
  EXPECT_EQ(now.number("SELECT 1000 * cycle_dissipated_energy_ev FROM unloading_row WHERE unloading_index = 1"), 250);
}

TEST(Migration, LeavesTheFileAsItWasWhenAStepFails) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  make_study(*std::make_unique<Database>(path));
  const auto steps = steps_and("CREATE TABLE extra_row (id INTEGER); INSERT INTO no_such_table VALUES (1)");
  {
    auto connection = raw(path);
    error_of([&] { detail::migrate(connection, steps); });
  }
  Database database(path);
  EXPECT_EQ(database.schema_version(), detail::migrations().back().version);
  EXPECT_EQ(run_query(path, {}).rows.size(), 1u);
  EXPECT_EQ(raw(path).number("SELECT count(*) FROM sqlite_master WHERE name = 'extra_row'"), 0);
}

TEST(OpenDatabase, RenewsAViewThatAnotherVersionDefinedOtherwise) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  Database{path};
  {
    detail::Connection connection(path, {});
    connection.execute("DROP VIEW runs; CREATE VIEW runs AS SELECT 1 AS id");
  }
  const auto bytes = slurp(path);
  { const Database database(path, Mode::ReadOnly); }
  EXPECT_EQ(slurp(path), bytes);
  { const Database database(path); }
  const auto connection = detail::open_database(path, {.mode = Mode::ReadOnly});
  EXPECT_GT(connection->number("SELECT count(*) FROM pragma_table_info('runs')"), 5);
}

TEST(Migration, IsNumberedFromOneWithoutGaps) {
  int expected = 1;
  for (const auto& step : detail::migrations()) EXPECT_EQ(step.version, expected++);
}

}  // namespace
}  // namespace landscape::db
