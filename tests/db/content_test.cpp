#include "db/content.hpp"

#include <cmath>

#include "support.hpp"

namespace landscape::db {
namespace {

using testing::a_configuration;
using testing::a_minimum;
using testing::a_run;
using testing::make_study;
using testing::TemporaryFolder;

TEST(ContentLines, AreEqualForWorkDoneInOneRunAndInTwo) {
  TemporaryFolder folder;
  Database whole(folder / "whole.db"), continued(folder / "continued.db");
  auto study = make_study(whole);
  whole.add_minimum(a_minimum(study, "more", -9.0));

  study = make_study(continued);
  {
    Transaction killed(continued);
    continued.add_configuration(a_configuration());
  }
  study.run = continued.add_run(a_run());
  continued.put_checkpoint({"map S1", study.run, 1, "{}", {}});
  continued.add_minimum(a_minimum(study, "more", -9.0));
  EXPECT_EQ(content_lines(folder / "whole.db"), content_lines(folder / "continued.db"));
}

TEST(ContentLines, ShowADifferenceInTheLastBit) {
  TemporaryFolder folder;
  Database a(folder / "a.db"), b(folder / "b.db");
  a.add_minimum(a_minimum(make_study(a), "more", -9.1));
  b.add_minimum(a_minimum(make_study(b), "more", std::nextafter(-9.1, 0.0)));
  const auto lines_a = content_lines(folder / "a.db"), lines_b = content_lines(folder / "b.db");
  ASSERT_EQ(lines_a.size(), lines_b.size());
  int different = 0;
  for (std::size_t i = 0; i < lines_a.size(); ++i) different += lines_a[i] != lines_b[i];
  EXPECT_EQ(different, 1);
}

TEST(ContentLines, ShowBlobsAndTexts) {
  TemporaryFolder folder;
  Database database(folder / "a.db");
  make_study(database);
  EXPECT_EQ(content_lines(folder / "a.db").front(),
            "configuration_row 1 n_atoms=2 layout='test' data=X'000102FF' reference_id=NULL");
}

}  // namespace
}  // namespace landscape::db
