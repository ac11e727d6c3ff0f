#include "landscape/exchange/wales.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <numbers>

#include "md/core/error.hpp"
#include "md/io/text_file.hpp"

namespace landscape {
namespace {

namespace fs = std::filesystem;
static_assert(std::endian::native == std::endian::little,
              "points files hold little-endian doubles here");

std::string inertia_text(const WalesState& state) {
  return fmt::format("{} {} {}", state.inertia[0], state.inertia[1], state.inertia[2]);
}

std::string points_bytes(const std::vector<std::vector<double>>& points,
                         std::size_t states,
                         const char* what) {
  if (points.size() != states) {
    throw md::InputError(md::message("points.", what, ": expected coordinates of ", states,
                                     " states, got ", points.size()));
  }
  std::string bytes;
  for (const auto& one : points) {
    if (one.size() != points.front().size()) {
      throw md::InputError(md::message("points.", what, ": expected ", points.front().size() / 3,
                                       " atoms in each state, got ", one.size() / 3));
    }
    bytes.append(reinterpret_cast<const char*>(one.data()), one.size() * sizeof(double));
  }
  return bytes;
}

std::string dinfo(const WalesFiles& files) {
  double low = 0.0, high = 0.0;
  bool any = false;
  const auto include = [&](double energy) {
    low = any ? std::min(low, energy) : energy;
    high = any ? std::max(high, energy) : energy;
    any = true;
  };
  for (const auto& m : files.graph.minima()) include(m.energy_ev);
  for (const auto& s : files.graph.saddles()) include(s.energy_ev);
  constexpr int levels = 100;
  const double step = high > low ? (high - low) / levels : 1e-3;
  return fmt::format(
      "DELTA {}\nFIRST {}\nLEVELS {}\nMINIMA min.data\nTS ts.data\nNCONNMIN 0\nLABELFORMAT "
      "F8.3\nIDENTIFY\n",
      step, high + step, levels + 2);
}

/// Lines of a file, cut into words.
class Lines {
 public:
  explicit Lines(const fs::path& path) : path_(path), text_(md::text::read_file(path)) {}

  /// The words of the next line that is not blank.
  bool next(std::vector<std::string_view>& words) {
    words.clear();
    while (words.empty() && at_ < text_.size()) {
      const auto end = std::min(text_.find('\n', at_), text_.size());
      const std::string_view line(text_.data() + at_, end - at_);
      at_ = end + 1;
      ++number_;
      for (std::size_t k = 0; k < line.size();) {
        const auto first = line.find_first_not_of(" \t\r", k);
        if (first == std::string_view::npos) break;
        k = std::min(line.find_first_of(" \t\r", first), line.size());
        words.push_back(line.substr(first, k - first));
      }
    }
    return !words.empty();
  }
  void expect(const std::vector<std::string_view>& words, std::size_t count) const {
    if (words.size() != count) fail(md::message("expected ", count, " fields, got ", words.size()));
  }
  template <class T>
  T number(std::string_view word) const {
    std::string plain(word.substr(word.starts_with('+') ? 1 : 0));
    std::replace_if(
        plain.begin(), plain.end(), [](char c) { return c == 'D' || c == 'd'; }, 'e');  // Fortran
    T value{};
    const char* end = plain.data() + plain.size();
    const auto parsed = std::from_chars(plain.data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end)
      fail(md::message("expected a number, got '", word, "'"));
    return value;
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw md::FormatError(md::message(path_.string(), ':', number_, ": ", what));
  }

 private:
  fs::path path_;
  std::string text_;
  std::size_t at_ = 0, number_ = 0;
};

WalesState read_state(const Lines& lines,
                      const std::vector<std::string_view>& words,
                      std::size_t inertia) {
  WalesState state;
  state.log_frequencies = lines.number<double>(words[1]);
  state.point_group_order = lines.number<int>(words[2]);
  for (std::size_t k = 0; k < 3; ++k) state.inertia[k] = lines.number<double>(words[inertia + k]);
  return state;
}

std::vector<std::vector<double>> read_points(const fs::path& path,
                                             std::size_t states,
                                             std::optional<std::size_t> atoms) {
  std::vector<std::vector<double>> points;
  if (!fs::exists(path)) return points;
  const auto bytes = md::text::read_file(path);
  const auto width = 3 * sizeof(double);
  const bool even = states > 0 && bytes.size() % (states * width) == 0;
  const auto each = even ? bytes.size() / states / width : 0;
  if (!even && !(states == 0 && bytes.empty())) {
    throw md::FormatError(md::message(path.string(), ": expected 3 N doubles for each of ", states,
                                      " states, got ", bytes.size(), " bytes"));
  }
  if (atoms && states > 0 && each != *atoms) {
    throw md::FormatError(md::message(path.string(), ": expected ", *atoms, " atoms, got ", each));
  }
  for (std::size_t k = 0; k < states; ++k) {
    auto& one = points.emplace_back(3 * each);
    std::memcpy(one.data(), bytes.data() + k * each * width, each * width);
  }
  return points;
}

}  // namespace

void write_wales(const fs::path& folder, const WalesFiles& files) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    throw md::InputError(md::message(folder.string(), ": cannot be made: ", failed.message()));
  const auto& minima = files.graph.minima();
  const auto& saddles = files.graph.saddles();
  std::string min_data, ts_data, ids = "kind,number,id\n";
  for (std::size_t m = 0; m < minima.size(); ++m) {
    const WalesState state = m < files.minima.size() ? files.minima[m] : WalesState{};
    min_data += fmt::format("{} {} {} {}\n", minima[m].energy_ev, state.log_frequencies,
                            state.point_group_order, inertia_text(state));
    ids += fmt::format("minimum,{},{}\n", m + 1, minima[m].id);
  }
  for (std::size_t s = 0; s < saddles.size(); ++s) {
    const WalesState state = s < files.saddles.size() ? files.saddles[s] : WalesState{};
    ts_data += fmt::format("{} {} {} {} {} {}\n", saddles[s].energy_ev, state.log_frequencies,
                           state.point_group_order, saddles[s].a + 1, saddles[s].b + 1,
                           inertia_text(state));
    ids += fmt::format("saddle,{},{}\n", s + 1, saddles[s].id);
  }
  md::text::replace_file(folder / "min.data", min_data);
  md::text::replace_file(folder / "ts.data", ts_data);
  md::text::replace_file(folder / "ids.csv", ids);
  md::text::replace_file(folder / "dinfo", dinfo(files));
  if (!files.minima_points.empty())
    md::text::replace_file(folder / "points.min",
                           points_bytes(files.minima_points, minima.size(), "min"));
  if (!files.saddle_points.empty())
    md::text::replace_file(folder / "points.ts",
                           points_bytes(files.saddle_points, saddles.size(), "ts"));
}

LandscapeGraph wales_graph(const WalesFiles& files) {
  auto saddles = files.graph.saddles();
  const auto prefactor = [&](std::size_t minimum, std::size_t saddle) {
    const double below = files.minima.at(minimum).log_frequencies, at = files.saddles.at(saddle).log_frequencies;
    if (below == 0.0 || at == 0.0) return std::nan("");
    const double orders = static_cast<double>(files.minima[minimum].point_group_order) / files.saddles[saddle].point_group_order;
    return orders * std::exp((below - at) / 2.0) / (2.0 * std::numbers::pi);
  };
  for (std::size_t s = 0; s < saddles.size(); ++s) {
    saddles[s].prefactor_thz = prefactor(saddles[s].a, s);
    saddles[s].reverse_prefactor_thz = prefactor(saddles[s].b, s);
  }
  return {files.graph.minima(), std::move(saddles)};
}

WalesFiles read_wales(const fs::path& folder, std::optional<std::size_t> atoms) {
  WalesFiles files;
  std::vector<GraphMinimum> minima;
  std::vector<GraphSaddle> saddles;
  std::vector<std::string_view> words;
  Lines min_data(folder / "min.data");
  while (min_data.next(words)) {
    min_data.expect(words, 6);
    minima.push_back(
        {static_cast<std::int64_t>(minima.size() + 1), min_data.number<double>(words[0]), {}});
    files.minima.push_back(read_state(min_data, words, 3));
  }
  Lines ts_data(folder / "ts.data");
  while (ts_data.next(words)) {
    ts_data.expect(words, 8);
    GraphSaddle saddle;
    saddle.id = static_cast<std::int64_t>(saddles.size() + 1);
    saddle.energy_ev = ts_data.number<double>(words[0]);
    const auto place = [&](std::string_view word) {
      const auto number = ts_data.number<std::size_t>(word);
      if (number < 1 || number > minima.size()) {
        ts_data.fail(md::message("expected a minimum from 1 to ", minima.size(), ", got ", word));
      }
      return number - 1;
    };
    saddle.a = place(words[3]);
    saddle.b = place(words[4]);
    const double higher = std::max(minima[saddle.a].energy_ev, minima[saddle.b].energy_ev);
    if (!(saddle.energy_ev >= higher))
      ts_data.fail(md::message("expected an energy not below that of its minima, ", higher,
                               ", got ", saddle.energy_ev));
    files.saddles.push_back(read_state(ts_data, words, 5));
    saddles.push_back(std::move(saddle));
  }
  files.minima_points = read_points(folder / "points.min", minima.size(), atoms);
  files.saddle_points = read_points(folder / "points.ts", saddles.size(), atoms);
  if (!files.minima_points.empty() && !files.saddle_points.empty() &&
      files.minima_points[0].size() != files.saddle_points[0].size()) {
    throw md::FormatError(md::message(
        (folder / "points.ts").string(), ": expected ", files.minima_points[0].size() / 3,
        " atoms as in points.min, got ", files.saddle_points[0].size() / 3));
  }
  files.graph = LandscapeGraph(std::move(minima), std::move(saddles));
  return files;
}

}  // namespace landscape
