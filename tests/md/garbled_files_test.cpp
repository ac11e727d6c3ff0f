/// Garbled files end in a structure or in one clear error, never in anything else. The sanitizers' run of these is the point.
#include <gtest/gtest.h>

#include "md/potential/potential.hpp"
#include "tests/md/io_support.hpp"

namespace landscape::md::io_test {
namespace {

/// The text cut short, with a letter, a line or a word changed, or lines exchanged.
std::string garbled(const std::string& text, std::mt19937_64& engine) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(engine() % n); };
  static const std::vector<std::string> words = {"-1", "0", "1e400", "nan", "inf", "99999999999999999999", "-9223372036854775809", "\"",
                                                 "=", "\xff\xfe", "R:3", "1.5.2", "", "ITEM:", "Atoms", "\r\n", "#", "18446744073709551616"};
  std::string result = text;
  for (std::size_t change = 0; change < 1 + below(3) && !result.empty(); ++change) {
    const std::size_t at = below(result.size());
    const auto line_end = [&](std::size_t from) { return std::min(result.find('\n', from), result.size() - 1) + 1; };
    switch (below(6)) {
      case 0: result.resize(at); break;
      case 1: result[at] = static_cast<char>(below(256)); break;
      case 2: {
        const auto begin = result.rfind('\n', at) == std::string::npos ? 0 : result.rfind('\n', at) + 1;
        result.erase(begin, line_end(begin) - begin);
        break;
      }
      case 3: {
        const auto begin = result.find_first_not_of(" \n", at);
        if (begin == std::string::npos) break;
        const auto end = std::min(result.find_first_of(" \n=:", begin), result.size());
        result.replace(begin, end - begin, words[below(words.size())]);
        break;
      }
      case 4: result.insert(at, words[below(words.size())]); break;
      default: {
        const auto end = line_end(at);
        result.insert(end, result.substr(at, end - at));
        break;
      }
    }
  }
  return result;
}

struct Tally {
  int read = 0, refused = 0;
};

template <class Open>
Tally try_garbled(const std::string& text, int count, Open&& open) {
  Tally tally;
  std::mt19937_64 engine(7);
  for (int k = 0; k < count; ++k) {
    const std::string changed = garbled(text, engine);
    try {
      open(changed);
      ++tally.read;
    } catch (const std::exception& error) {
      EXPECT_TRUE(dynamic_cast<const InputError*>(&error) != nullptr || dynamic_cast<const FormatError*>(&error) != nullptr)
          << "another exception: " << error.what() << "\n" << changed;
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      ++tally.refused;
    }
  }
  return tally;
}

TEST(GarbledFiles, StructuresAreReadOrRefusedInOneLine) {
  const TemporaryFolder folder;
  Eigen::Matrix3d edges;
  edges << 9, 1, -2, 0, 8, 1.5, 0, 0, 7;
  Frame frame = random_frame(3, edges, {true, true, true}, 6);
  frame.energy_ev = -3.5;
  frame.info["step"] = "4";
  for (const std::string name : {"a.xyz", "a.data", "a.dump"}) {
    write_structure(folder / name, frame, {"Zr", "Cu", "Al"});
    const auto tally = try_garbled(content_of(folder / name), 1500, [&](const std::string& text) {
      std::filesystem::remove(folder / ("b" + name));  // writing over it would wait for the disk
      const auto back = read_structure(folder.write("b" + name, text)).configuration;
      ASSERT_EQ(back.positions.cols(), back.size());
      ASSERT_TRUE(back.positions.allFinite());
    });
    EXPECT_GT(tally.read, 0) << name;
    EXPECT_GT(tally.refused, 300) << name;
  }
}

TEST(GarbledFiles, WindowsLineEndsAreRead) {
  const TemporaryFolder folder;
  const Frame frame = random_frame(3, 9.0 * Eigen::Matrix3d::Identity(), {true, true, true}, 6);
  for (const std::string name : {"a.xyz", "a.data", "a.dump"}) {
    write_structure(folder / name, frame);
    std::string text;
    for (const char c : content_of(folder / name)) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
    const auto plain = read_structure(folder / name).configuration;
    const auto back = read_structure(folder.write("b" + name, text)).configuration;
    EXPECT_EQ(back.positions, plain.positions) << name;
    EXPECT_EQ(back.species, plain.species) << name;
    EXPECT_EQ(back.cell.matrix(), plain.cell.matrix()) << name;
  }
}

TEST(GarbledFiles, PotentialsAreOpenedOrRefusedInOneLine) {
  const TemporaryFolder folder;
  const auto column = [](int count) {
    std::string text;
    for (int k = 0; k < count; ++k) text += message(1.0 / (1.0 + k), k % 5 == 4 ? '\n' : ' ');
    return text;
  };
  const std::string head = "1\n2\n3\n2 Cu Zr\n20 0.1 20 0.25 4.5\n";
  const std::map<std::string, std::string> files = {
      {"p.eam.alloy", head + "29 63.5 3.6 fcc\n" + column(40) + "40 91.2 3.2 hcp\n" + column(40) + column(60)},
      {"p.eam.fs", head + "29 63.5 3.6 fcc\n" + column(60) + "40 91.2 3.2 hcp\n" + column(60) + column(60)},
      {"p.eam", "Cu\n29 63.5 3.6 fcc\n20 0.1 20 0.25 4.5\n" + column(60)}};
  for (const auto& [name, text] : files) {
    ASSERT_NO_THROW(open_potential(folder.write(name, text).string())) << name;
    const auto tally = try_garbled(text, 400, [&, file = name](const std::string& changed) {
      std::filesystem::remove(folder / file);
      EXPECT_GT(open_potential(folder.write(file, changed).string())->cutoff(), 0.0);
    });
    EXPECT_GT(tally.refused, 100) << name;
  }
}

}  // namespace
}  // namespace landscape::md::io_test
