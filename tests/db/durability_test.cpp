/// Nothing committed is lost and nothing half-done is seen: kills, full disks, several processes.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>
#include <sstream>

#include "db/check.hpp"
#include "db/detail/connection.hpp"
#include "support.hpp"

namespace landscape::db {
namespace {

using testing::a_configuration;
using testing::a_run;
using testing::a_search;
using testing::error_of;
using testing::contains;
using testing::in_child;
using testing::make_study;
using testing::Study;
using testing::TemporaryFolder;

TEST(Transaction, IsRolledBackWithoutCommit) {
  TemporaryFolder folder;
  Database database(folder / "x.db");
  {
    Transaction transaction(database);
    database.add_run(a_run());
  }
  EXPECT_TRUE(database.runs().empty());
}

TEST(Transaction, IsRolledBackByAnException) {
  TemporaryFolder folder;
  Database database(folder / "x.db");
  const auto work = [&] {
    Transaction transaction(database);
    database.add_run(a_run());
    throw std::logic_error("elsewhere");
  };
  EXPECT_THROW(work(), std::logic_error);
  EXPECT_TRUE(database.runs().empty());
  Transaction next(database);
  database.add_run(a_run());
  next.commit();
  EXPECT_EQ(database.runs().size(), 1u);
}

TEST(Transaction, IsSeenByOthersOnlyAfterCommit) {
  TemporaryFolder folder;
  Database writer(folder / "x.db");
  Database reader(folder / "x.db", Mode::ReadOnly);
  Transaction transaction(writer);
  writer.add_run(a_run());
  EXPECT_TRUE(reader.runs().empty());
  transaction.commit();
  EXPECT_EQ(reader.runs().size(), 1u);
}

TEST(Transaction, InsideAnotherUndoesItsOwnWorkOnly) {
  TemporaryFolder folder;
  Database database(folder / "x.db");
  Transaction outer(database);
  database.add_run(a_run());
  {
    Transaction inner(database);
    database.add_run(a_run());
  }
  {
    Transaction inner(database);
    database.add_run(a_run());
    inner.commit();
  }
  outer.commit();
  EXPECT_EQ(database.runs().size(), 2u);
}

TEST(Transaction, IsCommittedOnce) {
  TemporaryFolder folder;
  Database database(folder / "x.db");
  Transaction transaction(database);
  transaction.commit();
  error_of([&] { transaction.commit(); });
}

TEST(KilledProcess, LosesNothingCommittedAndLeavesNothingHalfDone) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  const int status = in_child([&] {
    Database database(path);
    const Study study = make_study(database);
    for (std::int64_t i = 2; i < 12; ++i) {
      Transaction transaction(database);
      database.add_configuration(a_configuration());
      database.add_search(a_search(study, i));
      transaction.commit();
    }
    Transaction half(database);
    database.add_search(a_search(study, 12));
    for (int i = 0; i < 2000; ++i) {  // enough to spill into the log
      auto configuration = a_configuration();
      configuration.data.assign(4000, 7);
      database.add_configuration(configuration);
    }
    ::raise(SIGKILL);
    return 0;
  });
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_EQ(check(path), std::vector<std::string>());
  Database database(path);
  EXPECT_EQ(database.searches_of_mapping(1).size(), 12u);
  EXPECT_THROW(database.configuration(12), Error);
  EXPECT_EQ(database.configuration(11).data, a_configuration().data);
}

TEST(KilledProcess, LeavesARunMarkedAsRunning) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  in_child([&] {
    Database database(path);
    database.add_run(a_run());
    ::raise(SIGKILL);
    return 0;
  });
  const auto report = check_report(path);
  EXPECT_TRUE(report.clean());
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_TRUE(contains(report.notes[0], "run 1 (map"));
}

/// Commits runs whose command says who and which, and notes each one in `diary` once it is committed.
[[noreturn]] void write_and_note(const std::filesystem::path& path, const std::string& who, int commits) {
  int code = 1;
  try {
    Database database(path);
    const int diary = ::open((path.string() + "." + who).c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    for (int i = 0; i < commits; ++i) {
      const auto line = message(who, '-', ::getpid(), '-', i, '\n');
      Transaction transaction(database);
      auto run = a_run();
      run.command = line.substr(0, line.size() - 1);
      database.add_run(run);
      database.add_configuration(a_configuration());
      transaction.commit();
      if (::write(diary, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(2);
    }
    code = 0;
  } catch (const std::exception&) {
  }
  ::_exit(code);
}

/// Sees runs and configurations grow together and never shrink, until `enough`.
[[noreturn]] void read_until(const std::filesystem::path& path, std::int64_t enough) {
  int code = 1;
  try {
    for (std::int64_t seen = 0; seen < enough;) {
      auto connection = detail::open_database(path, {.mode = Mode::ReadOnly});
      auto query = connection->statement("SELECT (SELECT count(*) FROM run_row), (SELECT count(*) FROM configuration_row)");
      query.step();
      const auto runs = query.take<std::int64_t>(), configurations = query.take<std::int64_t>();
      if (runs != configurations || runs < seen) ::_exit(3);
      seen = runs;
    }
    code = 0;
  } catch (const std::exception&) {
  }
  ::_exit(code);
}

TEST(SeveralProcesses, LoseNothingWhenAWriterIsKilledAgainAndAgain) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  Database{path};
  constexpr int commits = 60, kills = 8;
  const auto start = [](const auto& work) {
    const pid_t child = ::fork();
    if (child == 0) work();
    return child;
  };
  std::vector<pid_t> children = {start([&] { write_and_note(path, "steady", commits); })};
  for (int r = 0; r < 3; ++r) children.push_back(start([&] { read_until(path, commits); }));
  for (int k = 0; k < kills; ++k) {
    const pid_t victim = start([&] { write_and_note(path, "victim", 1'000'000); });
    ::usleep(static_cast<useconds_t>(3000 + 7000 * k));
    ::kill(victim, SIGKILL);
    ::waitpid(victim, nullptr, 0);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  EXPECT_EQ(check(path), std::vector<std::string>());
  std::multiset<std::string> stored;
  for (const auto& run : Database(path).runs()) stored.insert(run.command);
  std::istringstream noted(testing::slurp(path.string() + ".steady") + testing::slurp(path.string() + ".victim"));
  std::size_t count = 0;
  for (std::string line; std::getline(noted, line); ++count) EXPECT_EQ(stored.count(line), 1u) << line;
  EXPECT_GE(count, static_cast<std::size_t>(commits));
}

TEST(SeveralProcesses, MakeAFileAndWriteToItTogether) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  constexpr int writers = 3, commits = 40;
  std::vector<pid_t> children;
  for (int w = 0; w < writers; ++w) {
    const pid_t child = ::fork();
    if (child == 0) {
      int code = 1;
      try {
        Database database(path);
        for (int i = 0; i < commits; ++i) {
          Transaction transaction(database);
          database.add_run(a_run());
          database.add_configuration(a_configuration());
          transaction.commit();
        }
        code = 0;
      } catch (const std::exception& error) {
        std::fprintf(stderr, "writer: %s\n", error.what());
      }
      ::_exit(code);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(Database(path).runs().size(), std::size_t{writers * commits});
  EXPECT_TRUE(check(path).empty());
}

TEST(SeveralProcesses, AreToldWhoWaitedInVain) {
  TemporaryFolder folder;
  Database first(folder / "x.db");
  Database second(folder / "x.db", {.busy_timeout_ms = 50});
  Transaction transaction(first);
  const auto text = error_of([&] { second.add_run(a_run()); });
  EXPECT_TRUE(contains(text, "locked by another process")) << text;
}

TEST(FullDisk, IsOneClearErrorAndCorruptsNothing) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  Id committed = 0;
  {
    Database database(path, {.max_pages = 100});
    committed = database.add_configuration(a_configuration());
    auto large = a_configuration();
    large.data.assign(100'000, 1);
    const auto text = error_of([&] {
      Transaction transaction(database);
      for (int i = 0; i < 100; ++i) database.add_configuration(large);
      transaction.commit();
    });
    EXPECT_TRUE(contains(text, "x.db: disk full")) << text;
    EXPECT_EQ(database.configuration(committed).data, a_configuration().data);
    EXPECT_NO_THROW(database.add_run(a_run()));
  }
  EXPECT_TRUE(check(path).empty());
  EXPECT_THROW(Database(path).configuration(committed + 1), Error);
}

TEST(FullDisk, IsReportedWhenNotEvenTheTablesFit) {
  TemporaryFolder folder;
  const auto text = error_of([&] { Database(folder / "x.db", {.max_pages = 5}); });
  EXPECT_TRUE(contains(text, "disk full")) << text;
  EXPECT_NO_THROW(Database(folder / "x.db"));  // with room again it starts from nothing
}

TEST(FullDisk, ThatStopsTheLogInMidWriteCorruptsNothing) {
  TemporaryFolder folder;
  const auto path = folder / "x.db";
  make_study(*std::make_unique<Database>(path));
  // A limit on file sizes makes write() fail in the middle, as a failing disk would.
  const int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{500'000, 500'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    Database database(path);
    auto large = a_configuration();
    large.data.assign(50'000, 1);
    const auto text = error_of([&] {
      Transaction transaction(database);
      for (int i = 0; i < 100; ++i) database.add_configuration(large);
      transaction.commit();
    });
    if (!contains(text, "x.db: reading or writing failed")) {
      std::fprintf(stderr, "got: %s\n", text.c_str());
      return 2;
    }
    return 0;
  });
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(check(path).empty());
  EXPECT_EQ(Database(path).samples().size(), 1u);
}

TEST(FailedWrite, MakesALaterCommitOfTheSameTransactionFail) {
  TemporaryFolder folder;
  Database database(folder / "x.db", {.max_pages = 100});
  auto large = a_configuration();
  large.data.assign(1'000'000, 1);
  Transaction transaction(database);
  database.add_run(a_run());
  error_of([&] { database.add_configuration(large); });
  // Whether SQLite undid the statement or everything, commit must tell the truth.
  bool committed = true;
  try {
    transaction.commit();
  } catch (const Error&) {
    committed = false;
  }
  EXPECT_EQ(database.runs().size(), committed ? 1u : 0u);
}

}  // namespace
}  // namespace landscape::db
