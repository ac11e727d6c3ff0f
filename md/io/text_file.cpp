#include "md/io/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <new>
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

constexpr int gzip_window = 15 + 16;  // zlib's way to ask for the gzip format

bool is_gzip(std::string_view content) { return content.starts_with("\x1f\x8b"); }

/// All members of a gzip file, one after the other.
std::string inflated(const fs::path& path, const std::string& content) {
  std::string text;
  std::size_t begin = 0;
  while (begin < content.size()) {
    z_stream stream{};
    if (inflateInit2(&stream, gzip_window) != Z_OK) throw std::bad_alloc();
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data() + begin));
    stream.avail_in = static_cast<uInt>(std::min<std::size_t>(content.size() - begin, std::numeric_limits<uInt>::max()));
    const uInt given = stream.avail_in;
    int status = Z_OK;
    char buffer[1 << 16];
    while (status == Z_OK) {
      stream.next_out = reinterpret_cast<Bytef*>(buffer);
      stream.avail_out = sizeof buffer;
      status = inflate(&stream, Z_NO_FLUSH);  // Z_BUF_ERROR where the file ends within a member
      text.append(buffer, sizeof buffer - stream.avail_out);
    }
    begin += given - stream.avail_in;
    inflateEnd(&stream);
    if (status != Z_STREAM_END)
      throw FormatError(message(path.string(), ":1: expected a whole gzip file, it is damaged or cut off"));
  }
  return text;
}

/// One gzip member without a time, so that the same text gives the same bytes.
std::string deflated(std::string_view content) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_window, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string out;
  char buffer[1 << 16];
  std::size_t begin = 0;
  int status = Z_OK;
  do {
    const std::size_t part = std::min<std::size_t>(content.size() - begin, 1u << 30);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data() + begin));
    stream.avail_in = static_cast<uInt>(part);
    begin += part;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(buffer);
      stream.avail_out = sizeof buffer;
      status = deflate(&stream, begin < content.size() ? Z_NO_FLUSH : Z_FINISH);
      out.append(buffer, sizeof buffer - stream.avail_out);
    } while (stream.avail_out == 0);
  } while (begin < content.size());
  deflateEnd(&stream);
  LANDSCAPE_CHECK(status == Z_STREAM_END);
  return out;
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
    if (n == 0) return is_gzip(content) ? inflated(path, content) : content;
    content.append(buffer, static_cast<std::size_t>(n));
  }
}

void replace_file(const fs::path& path, std::string_view text) {
  const std::string packed = path.extension() == ".gz" ? deflated(text) : std::string();
  const std::string_view content = path.extension() == ".gz" ? std::string_view(packed) : text;
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

void append_file(const fs::path& path, std::string_view text) {
  const std::string packed = path.extension() == ".gz" ? deflated(text) : std::string();
  const std::string_view content = path.extension() == ".gz" ? std::string_view(packed) : text;
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
