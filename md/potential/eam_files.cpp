#include <charconv>
#include <cmath>
#include <string_view>

#include "md/core/error.hpp"
#include "md/potential/eam.hpp"

namespace landscape::md {

namespace {

/// Words of a text with the line each stands on.
class Words {
 public:
  Words(std::string path, const std::string& text) : path_(std::move(path)), text_(text) {}

  void skip_lines(int n, const char* what) {
    for (int k = 0; k < n; ++k) {
      const auto end = text_.find('\n', at_);
      if (end == std::string::npos) fail(message("a further line (", what, ")"), "the end of the file");
      at_ = end + 1;
      ++line_;
    }
  }
  /// Words up to the end of the current line.
  std::vector<std::string> rest_of_line() {
    const auto end = std::min(text_.find('\n', at_), text_.size());
    std::vector<std::string> words;
    while (true) {
      while (at_ < end && is_blank(text_[at_])) ++at_;
      if (at_ >= end || text_[at_] == '#') break;
      words.emplace_back(take());
    }
    if (end < text_.size()) ++line_;
    at_ = std::min(end + 1, text_.size());
    return words;
  }
  std::string word(const char* what) {
    skip_blanks();
    if (at_ >= text_.size()) fail(what, "the end of the file");
    return std::string(take());
  }
  double number(const char* what) {
    std::string w = word(what);
    for (auto& c : w)
      if (c == 'D' || c == 'd') c = 'e';
    const char* begin = w.data() + (w[0] == '+' ? 1 : 0);
    double value = 0.0;
    const auto [end, error] = std::from_chars(begin, w.data() + w.size(), value);
    if (error == std::errc::result_out_of_range && end == w.data() + w.size()) return 0.0;  // underflow
    if (error != std::errc() || end != w.data() + w.size() || !std::isfinite(value)) fail(what, "'" + w + "'");
    return value;
  }
  int count(const char* what, int least) {
    const double value = number(what);
    if (value != std::floor(value) || value < least || value > 1e7)
      fail(message("a whole number of at least ", least, " (", what, ")"), message(value));
    return static_cast<int>(value);
  }
  std::vector<double> table(int n, const std::string& what) {
    std::vector<double> values(static_cast<std::size_t>(n));
    for (int k = 0; k < n; ++k)
      values[static_cast<std::size_t>(k)] = number(message("value ", k + 1, " of ", n, " of ", what).c_str());
    return values;
  }
  [[noreturn]] void fail(const std::string& expected, const std::string& got) const {
    throw FormatError(message(path_, ":", line_, ": expected ", expected, ", got ", got));
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
  void skip_blanks() {
    bool comment = false;  // from '#' to the end of the line
    while (at_ < text_.size() && (comment || is_blank(text_[at_]) || text_[at_] == '\n' || text_[at_] == '#')) {
      if (text_[at_] == '\n') ++line_;
      comment = text_[at_] == '#' || (comment && text_[at_] != '\n');
      ++at_;
    }
  }
  std::string_view take() {
    const auto begin = at_;
    while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != '\n') ++at_;
    return std::string_view(text_).substr(begin, at_ - begin);
  }

  std::string path_;
  const std::string& text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

enum class DensityKind { PerSource, PerPair };

/// setfl, and its Finnis-Sinclair form in which the density depends on both elements.
EamTables read_many(const std::filesystem::path& path, const std::string& text, DensityKind kind) {
  Words words(path.string(), text);
  words.skip_lines(3, "three comment lines");
  EamTables t;
  const int n = words.count("number of elements", 1);
  t.elements = words.rest_of_line();
  if (static_cast<int>(t.elements.size()) != n)
    words.fail(message(n, " element symbols"), message(t.elements.size()));
  const int n_rho = words.count("Nrho", 5);
  t.drho = words.number("drho");
  const int n_r = words.count("Nr", 5);
  t.dr = words.number("dr");
  t.cutoff = words.number("cutoff");
  if (!(t.dr > 0.0) || !(t.drho > 0.0) || !(t.cutoff > 0.0)) words.fail("positive drho, dr and cutoff", "another value");
  t.density.resize(static_cast<std::size_t>(n));
  for (std::size_t a = 0; a < t.elements.size(); ++a) {
    words.number("atomic number");
    t.masses.push_back(words.number("mass"));
    words.number("lattice constant");
    words.word("lattice type");
    t.embedding.push_back(words.table(n_rho, "the embedding function of " + t.elements[a]));
    for (std::size_t b = 0; b < t.elements.size(); ++b) {
      if (kind == DensityKind::PerSource && b > 0)
        t.density[a].push_back(t.density[a][0]);
      else
        t.density[a].push_back(words.table(n_r, "the density of " + t.elements[a]));
    }
  }
  t.r_phi.resize(static_cast<std::size_t>(n));
  for (std::size_t a = 0; a < t.elements.size(); ++a)
    for (std::size_t b = 0; b <= a; ++b)
      t.r_phi[a].push_back(words.table(n_r, "the pair term of " + t.elements[a] + "-" + t.elements[b]));
  t.validate();
  return t;
}

/// funcfl files name no element; theirs begins the file name (Cu_u3.eam, Ni_smf7.eam).
std::string funcfl_element(const std::filesystem::path& path) {
  std::string name = path.filename().string();
  const auto end = name.find_first_of("_.");
  name = name.substr(0, end);
  return name.empty() ? "X" : name;
}

}  // namespace

EamTables read_eam_alloy(const std::filesystem::path& path, const std::string& text) {
  return read_many(path, text, DensityKind::PerSource);
}

EamTables read_eam_fs(const std::filesystem::path& path, const std::string& text) {
  // Table b of element a is the density that an atom of a puts on one of b.
  return read_many(path, text, DensityKind::PerPair);
}

EamTables read_eam_funcfl(const std::filesystem::path& path, const std::string& text) {
  constexpr double hartree_ev = 27.2, bohr_a = 0.529;  // the rounded factors the format is defined with
  Words words(path.string(), text);
  words.skip_lines(1, "a comment line");
  EamTables t;
  words.number("atomic number");
  t.masses = {words.number("mass")};
  words.rest_of_line();
  t.elements = {funcfl_element(path)};
  const int n_rho = words.count("Nrho", 6);
  t.drho = words.number("drho");
  const int n_r = words.count("Nr", 6);
  t.dr = words.number("dr");
  t.cutoff = words.number("cutoff");
  t.embedding = {words.table(n_rho, "the embedding function")};
  auto charge = words.table(n_r, "the effective charge");
  t.density = {{words.table(n_r, "the density")}};
  for (auto& z : charge) z = hartree_ev * bohr_a * z * z;
  t.r_phi = {{charge}};
  t.validate();
  return t;
}

}  // namespace landscape::md
