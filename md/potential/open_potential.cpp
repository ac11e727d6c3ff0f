#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include "md/core/error.hpp"
#include "md/core/sha256.hpp"
#include "md/potential/eam.hpp"
#include "md/potential/pair.hpp"

namespace landscape::md {

namespace {

namespace fs = std::filesystem;

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// key=value,key=value after the colon of a spec.
class Parameters {
 public:
  explicit Parameters(const std::string& spec) : spec_(spec) {
    const auto colon = spec.find(':');
    if (colon == std::string::npos) return;
    std::stringstream list(spec.substr(colon + 1));
    for (std::string item; std::getline(list, item, ',');) {
      const auto equals = item.find('=');
      if (equals == std::string::npos || equals == 0)
        throw InputError(message("potential ", spec, ": '", item, "', expected key=value"));
      if (!values_.emplace(item.substr(0, equals), item.substr(equals + 1)).second)
        throw InputError(message("potential ", spec, ": ", item.substr(0, equals), " is given twice"));
    }
  }
  std::string text(const std::string& key, const std::string& fallback) {
    const auto it = values_.find(key);
    if (it == values_.end()) return fallback;
    std::string value = it->second;
    values_.erase(it);
    return value;
  }
  double positive(const std::string& key, double fallback) {
    const std::string value = text(key, "");
    double number = fallback;
    if (!value.empty()) {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (error != std::errc() || end != value.data() + value.size()) number = -1.0;
    }
    if (!(number > 0.0) || !std::isfinite(number))
      throw InputError(message("potential ", spec_, ": ", key, " is '", value, "', expected a positive number"));
    return number;
  }
  double required(const std::string& key) {
    if (!values_.count(key)) throw InputError(message("potential ", spec_, ": ", key, " is missing"));
    return positive(key, 0.0);
  }
  PairShift shift() {
    const std::string value = text("shift", "energy");
    if (value == "energy") return PairShift::Energy;
    if (value == "none") return PairShift::None;
    if (value == "force") return PairShift::Force;
    throw InputError(message("potential ", spec_, ": shift is '", value, "', expected energy, none or force"));
  }
  void done(const char* known) const {
    if (!values_.empty())
      throw InputError(message("potential ", spec_, ": unknown parameter '", values_.begin()->first, "', expected ", known));
  }

 private:
  std::string spec_;
  std::map<std::string, std::string> values_;
};

std::shared_ptr<const Potential> open_builtin(const std::string& spec, const std::string& name) {
  Parameters p(spec);
  if (name == "lj") {
    LennardJones form;
    form.epsilon = p.positive("epsilon", form.epsilon);
    form.sigma = p.positive("sigma", form.sigma);
    form.cutoff = p.positive("cutoff", 2.5 * form.sigma);
    const PairShift shift = p.shift();
    const double mass = p.positive("mass", 1.0);
    p.done("epsilon, sigma, cutoff, shift, mass");
    return make_lennard_jones(spec, form, shift, mass);
  }
  if (name == "morse") {
    Morse form;
    form.depth = p.required("D");
    form.alpha = p.required("alpha");
    form.r0 = p.required("r0");
    form.cutoff = p.required("cutoff");
    const PairShift shift = p.shift();
    const double mass = p.positive("mass", 1.0);
    p.done("D, alpha, r0, cutoff, shift, mass");
    return make_morse(spec, form, shift, mass);
  }
  if (name == "kob-andersen") {
    LennardJones aa;
    aa.epsilon = p.positive("epsilon", 1.0);
    aa.sigma = p.positive("sigma", 1.0);
    aa.cutoff = 2.5 * aa.sigma;
    const PairShift shift = p.shift();
    const double mass = p.positive("mass", 1.0);
    p.done("epsilon, sigma, shift, mass");
    return make_kob_andersen(spec, aa, shift, mass);
  }
  if (name == "zhou2004") {
    double taper = std::numeric_limits<double>::infinity();
    const std::string asked = p.text("taper", "6.8");
    if (asked != "none") {
      Parameters again("zhou2004:taper=" + asked);
      taper = again.positive("taper", 6.8);
    }
    p.done("taper");
    return std::make_shared<EamPotential>(spec, sha256(spec), zhou2004_tables(taper));
  }
  return nullptr;
}

/// A file, and what finds it again from elsewhere: its name where that is in one of the folders looked through, else its whole path.
struct FoundFile {
  fs::path path;
  std::string spec;
};

FoundFile find_file(const std::string& spec) {
  const fs::path given(spec);
  std::error_code ignored;
  if (fs::exists(given, ignored)) return {given, fs::absolute(given, ignored).lexically_normal().string()};
  std::string looked = given.has_parent_path() ? given.parent_path().string() : "the current folder";
  if (!given.has_parent_path()) {
    std::vector<fs::path> folders;
    if (const char* list = std::getenv("LANDSCAPE_POTENTIALS")) {
      std::stringstream stream(list);
      for (std::string folder; std::getline(stream, folder, ':');)
        if (!folder.empty()) folders.emplace_back(folder);
    }
    for (const char* prefix : {"/usr", "/usr/local"}) folders.emplace_back(fs::path(prefix) / "share/lammps/potentials");
    for (const auto& folder : folders) {
      if (fs::exists(folder / given, ignored)) return {folder / given, spec};
      looked += ", " + folder.string();
    }
  }
  throw InputError(message("potential ", spec, ": no such file in ", looked,
                           "; expected a *.eam.alloy, *.eam.fs or *.eam file, zhou2004, lj:..., kob-andersen or morse:... "
                           "(LANDSCAPE_POTENTIALS adds folders; Debian's lammps-data has CuZr_mm.eam.fs)"));
}

}  // namespace

std::shared_ptr<const Potential> open_potential(const std::string& spec, TableEnd end) {
  if (spec.empty()) throw InputError("potential: empty, expected a file or a built-in name");
  if (auto builtin = open_builtin(spec, spec.substr(0, spec.find(':')))) return builtin;
  const auto [path, found_by] = find_file(spec);
  if (fs::is_directory(path)) throw InputError(message("potential ", spec, ": is a folder, expected a file"));
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (!in) throw InputError(message("potential ", path.string(), ": cannot be read"));
  const std::string text = std::move(bytes).str();
  const std::string name = path.filename().string();
  EamTables tables;
  if (ends_with(name, ".alloy") || ends_with(name, ".setfl"))
    tables = read_eam_alloy(path, text);
  else if (ends_with(name, ".fs"))
    tables = read_eam_fs(path, text);
  else if (ends_with(name, ".eam") || ends_with(name, ".funcfl"))
    tables = read_eam_funcfl(path, text);
  else
    throw InputError(message("potential ", path.string(), ": unknown kind of file, expected *.eam.alloy, *.eam.fs or *.eam"));
  // The two public files of Sheng's group turn attractive without bound below 1.6 Å (docs/methods.md).
  const double closest = name.starts_with("ZrCuAl_20") ? 1.6 : 0.0;
  return std::make_shared<EamPotential>(found_by, sha256(text), tables, closest, end);
}

}  // namespace landscape::md
