/// docs/views.md says what the file's dictionary says.
#include <fstream>
#include <sstream>

#include "db/query.hpp"
#include "support.hpp"

namespace landscape::db {
namespace {

std::string row(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const auto& cell : cells) text += ' ' + cell + " |";
  return text + '\n';
}

/// One section for each public view, columns in the order of the view.
std::string sections(const std::filesystem::path& database) {
  std::string text;
  for (const auto& view : public_views()) {
    text += (text.empty() ? "## " : "\n## ") + view + "\n\n" + row({"column", "alias", "unit", "meaning"}) + "|---|---|---|---|\n";
    for (const auto& column : describe_columns(database, view))
      text += row({column.column, column.alias, column.unit, column.description});
  }
  return text;
}

TEST(Documentation, OfTheViewsIsTheDictionary) {
  testing::TemporaryFolder folder;
  Database{folder / "x.db"};
  std::ifstream in(LANDSCAPE_VIEWS_PAGE);
  std::ostringstream page;
  page << in.rdbuf();
  const auto begin = page.str().find("## ");
  ASSERT_NE(begin, std::string::npos) << LANDSCAPE_VIEWS_PAGE;
  const std::string wanted = sections(folder / "x.db");
  if (page.str().substr(begin) == wanted) return;
  std::ofstream("views.md.wanted") << page.str().substr(0, begin) << wanted;
  ADD_FAILURE() << "docs/views.md differs from the dictionary; what it should say is in " << std::filesystem::absolute("views.md.wanted");
}

}  // namespace
}  // namespace landscape::db
