#include "tests/landscape/program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace landscape::test {
namespace {

/// Beside the folder, which may be read-only; several programs may run at once.
std::string output_name(const std::filesystem::path& folder, const char* stream, int process) {
  return folder.string() + '.' + stream + '.' + std::to_string(process);
}

}  // namespace

Workplace::Workplace() {
  std::string pattern = (std::filesystem::temp_directory_path() / "landscape_test_XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  folder_ = pattern;
}

Workplace::~Workplace() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Workplace::write(const std::string& name, const std::string& text) const {
  std::ofstream(path(name)) << text;
  return path(name).string();
}

std::string Workplace::read(const std::string& name) const {
  std::ostringstream text;
  text << std::ifstream(path(name)).rdbuf();
  return text.str();
}

std::string Workplace::vacancy_crystal(const std::string& name) const {
  constexpr int n = 3;
  constexpr double a = 3.87;
  const double sites[4][3] = {{0, 0, 0}, {.5, .5, 0}, {.5, 0, .5}, {0, .5, .5}};
  std::ostringstream text;
  text << 4 * n * n * n - 1 << "\nLattice=\"" << n * a << " 0 0 0 " << n * a << " 0 0 0 " << n * a
       << "\" Properties=species:S:1:pos:R:3\n";
  bool first = true;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k)
        for (const auto& s : sites) {
          if (!first) text << "Cu " << (i + s[0]) * a << ' ' << (j + s[1]) * a << ' ' << (k + s[2]) * a << '\n';
          first = false;
        }
  return write(name, text.str());
}

int Workplace::start(const std::vector<std::string>& arguments) const {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child > 0) return child;
  if (chdir(folder_.c_str()) != 0) _exit(126);
  const int out = open(output_name(folder_, "stdout", getpid()).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int err = open(output_name(folder_, "stderr", getpid()).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  unsetenv("LANDSCAPE_DB");
  if (largest_file_bytes > 0) {
    const rlimit limit{largest_file_bytes, largest_file_bytes};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(125);
  }
  if (as_nobody && getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(125);
  std::vector<std::string> words = {LANDSCAPE_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv(LANDSCAPE_PROGRAM, pointers.data());
  _exit(127);
}

Outcome Workplace::finish(int child) const {
  int status = 0;
  waitpid(child, &status, 0);
  Outcome outcome;
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  const auto take = [&](const char* stream) {
    const auto name = output_name(folder_, stream, child);
    std::ostringstream text;
    text << std::ifstream(name).rdbuf();
    std::filesystem::remove(name);
    return text.str();
  };
  outcome.out = take("stdout");
  outcome.err = take("stderr");
  return outcome;
}

Outcome Workplace::run(const std::vector<std::string>& arguments, double kill_after_s) const {
  const int child = start(arguments);
  if (kill_after_s > 0.0) {
    std::this_thread::sleep_for(std::chrono::duration<double>(kill_after_s));
    kill(child, SIGKILL);
  }
  return finish(child);
}

Outcome Workplace::run_until(const std::vector<std::string>& arguments, const std::function<bool()>& enough) const {
  const int child = start(arguments);
  siginfo_t state{};
  while (waitid(P_PID, static_cast<id_t>(child), &state, WEXITED | WNOHANG | WNOWAIT) == 0 && state.si_pid == 0) {
    if (enough()) {  // not asked again: what a dying process shows of itself is gone before it is
      kill(child, SIGKILL);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return finish(child);
}

void expect_keys(const nlohmann::json& object, const std::vector<std::string>& keys) {
  for (const auto& key : keys) EXPECT_TRUE(object.contains(key)) << key << " in " << object.dump();
}

}  // namespace landscape::test
