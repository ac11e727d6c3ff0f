#include "md/io/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "md/core/error.hpp"

namespace landscape::md::text {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const char* what, int error) {
  throw InputError(
      message(path.string(), ": ", what, ": ", std::generic_category().message(error)));
}

/// An open file; closed quietly if close() was not called.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  /// 0 or the error.
  int close() {
    const int fd = fd_;
    fd_ = -1;
    return ::close(fd) == 0 ? 0 : errno;
  }

 private:
  int fd_;
};

/// 0 or the error.
int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

void write_directly(const fs::path& path, std::string_view content) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.open()) fail(path, "cannot write", errno);
  if (const int error = write_all(file.get(), content)) fail(path, "cannot write", error);
  if (const int error = file.close()) fail(path, "cannot write", error);
}

}  // namespace

std::string read_file(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) fail(path, "cannot read", errno);
  std::string content;
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode))
    content.reserve(static_cast<std::size_t>(status.st_size) + 1);
  char buffer[1 << 16];
  while (true) {
    const ssize_t n = ::read(file.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(path, "cannot read", errno);
    if (n == 0) return content;
    content.append(buffer, static_cast<std::size_t>(n));
  }
}

void replace_file(const fs::path& path, std::string_view content) {
  std::error_code ignored;
  const fs::path target =
      fs::is_symlink(path, ignored) ? fs::weakly_canonical(path, ignored) : path;
  struct stat status {};
  const bool exists = ::stat(target.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail(path, "cannot write", EISDIR);
  if (exists && !S_ISREG(status.st_mode)) return write_directly(target, content);

  static std::atomic<unsigned> counter{0};
  fs::path temporary;
  int fd = -1;
  do {  // a name may be left from a killed process that had our number
    temporary = target.parent_path() / message(".", target.filename().string(), ".", ::getpid(),
                                               "-", counter.fetch_add(1), ".tmp");
    fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (fd < 0 && errno == EEXIST);
  Descriptor file(fd);
  if (!file.open()) fail(path, "cannot write", errno);
  int error = write_all(file.get(), content);
  if (error == 0 && exists && ::fchmod(file.get(), status.st_mode & 07777) != 0) error = errno;
  if (error == 0 && ::fsync(file.get()) != 0) error = errno;
  if (const int closing = file.close(); error == 0) error = closing;
  if (error == 0 && ::rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    fail(path, "cannot write", error);
  }
}

void append_file(const fs::path& path, std::string_view content) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (!file.open()) fail(path, "cannot write", errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail(path, "cannot write", errno);
  int error = write_all(file.get(), content);
  if (error != 0 && S_ISREG(status.st_mode) && ::ftruncate(file.get(), status.st_size) != 0)
    fail(path, "cannot write, and its end is incomplete", error);
  if (const int closing = file.close(); error == 0) error = closing;
  if (error != 0) fail(path, "cannot write", error);
}

}  // namespace landscape::md::text
