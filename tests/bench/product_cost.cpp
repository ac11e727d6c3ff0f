/// What second derivatives cost in force calls: product_cost STRUCTURE POTENTIAL [BLOCKS]; one thread.
///
/// Force calls, expansions and products of the Hessian take turns in blocks of about 10 ms, so that a clock that changes changes all. Prints
/// medians over the blocks for the whole, copies of it up to 27 times as large, and a region of the atoms within 9 Å of the first.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "md/core/error.hpp"
#include "md/core/rng.hpp"
#include "md/io/structure_io.hpp"
#include "md/potential/region_surface.hpp"

namespace {

using namespace landscape::md;

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

Configuration copies(const Configuration& one, int edge) {
  Configuration out;
  out.cell = Cell(Eigen::Matrix3d(edge * one.cell.matrix()), {true, true, true});
  out.positions.resize(3, one.size() * edge * edge * edge);
  Eigen::Index n = 0;
  for (int a = 0; a < edge; ++a)
    for (int b = 0; b < edge; ++b)
      for (int c = 0; c < edge; ++c)
        for (Eigen::Index i = 0; i < one.size(); ++i) {
          out.positions.col(n++) = one.positions.col(i) + one.cell.matrix() * Eigen::Vector3d(a, b, c);
          out.species.push_back(one.species[static_cast<std::size_t>(i)]);
        }
  return out;
}

void measure(const char* name, EnergySurface& surface, const Eigen::VectorXd& x, int blocks) {
  CounterRng random(1, Stream::Displacement, 0);
  const Eigen::VectorXd v = random.normals(x.size()).normalized();
  Eigen::VectorXd out(x.size()), moved = x;
  const std::array<std::function<void(int)>, 3> acts = {
      [&](int k) {
        moved[0] = x[0] + 1e-6 * k;
        surface.evaluate(moved, out);
      },
      [&](int) { surface.expand(moved); }, [&](int) { surface.hessian_times(v, out); }};
  std::array<std::vector<double>, 3> times;
  const int repeats = std::max(2, static_cast<int>(20000 / (x.size() / 3)));
  acts[0](0);
  for (int block = 0; block < blocks; ++block)
    for (std::size_t k = 0; k < acts.size(); ++k) {
      const auto begin = std::chrono::steady_clock::now();
      for (int r = 0; r < repeats; ++r) acts[k](r);
      times[k].push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count() / repeats);
    }
  const double call = median(times[0]), expansion = median(times[1]), product = median(times[2]);
  std::printf("%-8s %6lld atoms: force call %8.1f us, expansion %.2f, product %.3f of it\n", name, static_cast<long long>(x.size() / 3), call,
              expansion / call, product / call);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) {
    std::fprintf(stderr, "product_cost STRUCTURE POTENTIAL [BLOCKS]\n");
    return 2;
  }
  const int blocks = argc > 3 ? std::max(1, std::atoi(argv[3])) : 60;
  const auto potential = open_potential(argv[2]);
  const Configuration structure = read_structure(argv[1]).configuration;
  for (const int edge : {1, 2, 3}) {
    const Configuration atoms = copies(structure, edge);
    AtomicSurface whole(potential, atoms);
    const Eigen::VectorXd x = whole.gather(atoms.positions);
    if (edge == 1)
      for (const double radius : {7.0, 9.0, 10.0}) {
        std::vector<char> marked(static_cast<std::size_t>(atoms.size()), 0);
        marked[0] = 1;
        RegionSurface region(whole, x, particles_around(whole, x, marked, radius));
        measure("region", region, region.part(x), blocks);
      }
    measure("whole", whole, x, blocks);
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "product_cost: %s\n", error.what());
  return 1;
}
