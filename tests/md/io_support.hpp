/// Frames and files for the tests of md/io.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "md/core/error.hpp"
#include "md/io/structure_io.hpp"

namespace landscape::md::io_test {

/// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static int count = 0;
    path_ =
        std::filesystem::temp_directory_path() / message("landscape-io-", ::getpid(), "-", ++count);
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Random numbers need not be the same everywhere here: the claims hold for all.
inline Matrix3Xd random_vectors(std::mt19937_64& engine, Eigen::Index n) {
  std::uniform_real_distribution<double> u(-1.0, 1.0);
  Matrix3Xd m(3, n);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index d = 0; d < 3; ++d) m(d, i) = u(engine);
  return m;
}

/// Everything but info and extra, in a cell of any shape.
inline Frame random_frame(std::uint64_t seed,
                          const Eigen::Matrix3d& edges,
                          std::array<bool, 3> periodic,
                          Eigen::Index n = 17) {
  std::mt19937_64 engine(seed);
  Frame frame;
  Configuration& c = frame.configuration;
  c.cell = Cell(edges, periodic);
  c.positions = edges * (0.5 * random_vectors(engine, n).array() + 0.5).matrix();
  c.velocities = 3.0 * random_vectors(engine, n);
  frame.forces = 1e-3 * random_vectors(engine, n);
  constexpr const char* symbols[] = {"Zr", "Cu", "Al"};
  for (Eigen::Index i = 0; i < n; ++i) {
    c.species.emplace_back(symbols[(i * i + 1) % 3]);
    c.movable.push_back(i % 4 == 1 ? 0 : 1);
    c.ids.push_back(10 + 3 * i);
  }
  return frame;
}

/// What an exception of type E says.
template <class E, class Call>
std::string what_of(Call&& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another exception: " << error.what();
    return "";
  }
  ADD_FAILURE() << "no exception";
  return "";
}

/// Distances between all pairs, which neither a rotation nor another choice of edges changes.
inline Eigen::MatrixXd distances(const Configuration& c) {
  Eigen::MatrixXd d(c.size(), c.size());
  for (Eigen::Index i = 0; i < c.size(); ++i)
    for (Eigen::Index j = 0; j < c.size(); ++j)
      d(i, j) = c.cell.minimum_image(c.positions.col(j) - c.positions.col(i)).norm();
  return d;
}

}  // namespace landscape::md::io_test
